/** Frames as the first worker has all of them written: into memory that the page reads, or as messages. */

import { FIRST_SLOTS, NONE, SLOTS, Word, streamBytes, type Control } from '../layout.js';
import { Order, type FromWorker, type MakeSpec } from '../protocol.js';
import type { Crew } from './crew.js';
import type { Rank } from './rank.js';

export class Publisher {
  /** The slot that is written next or now; -1 if there is none yet. */
  private back = NONE;
  /** Slots that there are. */
  private slots = 0;
  private wanted = true;
  private publishing = false;
  private readonly alive = new Array<number>(SLOTS).fill(0);
  private frames = 0;

  constructor(
    private readonly rank: Rank,
    private readonly crew: Crew,
    private readonly control: Control,
    private readonly shared: boolean,
    private readonly spec: MakeSpec,
    private readonly post: (message: FromWorker) => void,
  ) {}

  /** Somebody has taken the last frame. */
  taken(): void {
    this.wanted = true;
  }

  /** Begins to publish a frame if somebody has taken the last one. */
  publishIfWanted(): void {
    if (this.publishing) return;
    if (this.shared) {
      if (Atomics.load(this.control.words, Word.published) !== NONE) return;
    } else if (!this.wanted) return;
    this.publish();
  }

  /** Begins to publish a frame, unless there is no memory for one more. */
  publish(): void {
    // Readers may hold all frames that there is memory for; then they see what they have.
    if (this.shared && !this.findSlot()) return;
    this.wanted = false;
    this.publishing = true;
    const slot = Word.slots + 4 * this.back;
    const { engine, sim } = this.rank;
    const tick = engine.x.fw_tick!(sim);
    const count = Math.min(engine.x.fw_population!(sim), this.spec.capacity);
    if (this.shared) {
      this.control.doubles[slot / 2] = tick;
      this.control.words[slot + 2] = count;
      this.clearDead(count);
    }
    void this.crew.order(Order.publish, this.back);
    this.frames += 1;
    if (!this.shared) this.post({ type: 'frame', frame: this.frames, tick, count });
  }

  /** Finds a slot that nobody uses, or makes one; false if there is none. */
  private findSlot(): boolean {
    if (this.back !== NONE) return true;
    const { words } = this.control;
    const free = Atomics.load(words, Word.free);
    if (free !== 0) {
      this.back = 31 - Math.clz32(free);
      Atomics.and(words, Word.free, ~(1 << this.back));
      return true;
    }
    return this.slots < SLOTS && this.makeSlot();
  }

  /** Room for one more frame that the main thread reads; false if there is no memory for it. */
  private makeSlot(): boolean {
    const { strides, capacity } = this.spec;
    const { engine, cells } = this.rank;
    const sizes = streamBytes(strides, capacity, cells);
    const addresses: number[] = [];
    try {
      for (const size of sizes) addresses.push(engine.alloc(size));
    } catch (thrown) {
      addresses.forEach((address, stream) => engine.free(address, sizes[stream]!));
      // Without the first ones there is nothing to be seen at all.
      if (this.slots < FIRST_SLOTS) throw thrown;
      return false;
    }
    this.back = this.slots;
    this.slots += 1;
    addresses.forEach((address, stream) => (this.control.words[this.control.stream(this.back, stream)] = address));
    return true;
  }

  /** Past the entities of a frame nobody is alive. */
  private clearDead(count: number): void {
    const before = this.alive[this.back]!;
    this.alive[this.back] = count;
    if (before <= count) return;
    const alive = this.control.words[this.control.stream(this.back, 2)]! >>> 0;
    this.rank.engine.at(alive + count, before - count).fill(0);
  }

  /** Hands the frame over if all ranks have written their parts. */
  handOver(): void {
    if (!this.publishing || !this.crew.isSettled()) return;
    this.publishing = false;
    // A frame that nobody has taken is the next one to be written over.
    if (this.shared) this.back = Atomics.exchange(this.control.words, Word.published, this.back);
  }
}
