/**
 * Frames for rendering: the newest complete one, never torn. Each lies in a slot, which is written
 * anew only when nobody holds it: it is the newest, or a reader has it and has not asked again.
 */

import { bufferOf } from './memory.js';
import { countOf } from './field.js';
import { NONE, streamBytes, Word, type Control } from './layout.js';
import type { MemorySource, PartMessage } from './protocol.js';
import { InvalidStateError, type FieldView, type FrameReader, type FrameView, type ModelInfo } from './types.js';
import { Past } from './past.js';
import { arrayOf } from './scalar.js';
import type { World } from './edge.js';
import { align } from './worker/rank.js';

type Column = FrameView['columns'][string];

/** The parts of `FrameView` that lie in a slot. */
type Views = Pick<FrameView, 'position' | 'color' | 'alive' | 'id' | 'columns' | 'fields'>;

/** What a reader needs to know of a simulation to tell where entities are between two frames. */
export interface Course {
  readonly world: World;
  running(): boolean;
}

/** The parts of `FrameView` that change from frame to frame. */
type Frame = { -readonly [Key in keyof FrameView]: FrameView[Key] };

export interface FrameShape {
  readonly model: ModelInfo;
  readonly columns: readonly string[];
  readonly capacity: number;
  readonly strides: readonly number[];
  /** How many cells each field has along each axis. */
  readonly fields: readonly { readonly name: string; readonly cells: readonly number[] }[];
}

function sizesOf({ strides, capacity, fields }: FrameShape): number[] {
  return streamBytes(strides, capacity, fields.map(({ cells }) => countOf(cells)));
}

/** A slot with a frame in it. */
export interface Slot {
  readonly number: number;
  readonly views: Views;
  tick: number;
  count: number;
  /** How many hold it. */
  holders: number;
}

export interface Frames {
  /** Resolves when there is a frame. */
  readonly first: Promise<void>;
  /** The newest complete frame; never blocks. */
  newest(): Slot;
  hold(slot: Slot): void;
  release(slot: Slot): void;
}

/** One who reads frames, of whatever team there is. */
export class Reader implements FrameReader {
  private frames: Frames | null = null;
  private slot: Slot | null = null;
  /** One object for each slot, so that reading makes none. */
  private made = new Map<Slot, Frame>();
  private closed = false;
  private past: Past | null = null;
  /** The last frame of workers that are no more. */
  private last: Frame | null = null;

  constructor(
    private readonly current: () => Frames,
    /** Given if entities are told between frames. */
    private readonly course: Course | null = null,
  ) {}

  acquire(): FrameView {
    if (this.closed) throw new InvalidStateError('CLOSED', 'this reader of frames was closed', 'Take another one: simulation.reader().');
    const frames = this.current();
    if (frames !== this.frames) this.begin(frames);
    const newest = frames.newest();
    const fresh = newest !== this.slot;
    if (fresh) {
      const before = this.slot;
      frames.hold(newest);
      if (this.course) this.remember(newest, this.course.world);
      if (before) frames.release(before);
      this.slot = newest;
    }
    const { previous = null, previousRow = null } = this.past ?? {};
    const frame = this.made.get(newest) ?? { ...newest.views, tick: 0, count: 0, fresh, previous, previousRow, alpha: 1 };
    this.made.set(newest, frame);
    if (this.past && this.course) frame.alpha = this.past.alpha(this.course.running());
    frame.tick = newest.tick;
    frame.count = newest.count;
    frame.fresh = fresh;
    return frame;
  }

  close(): void {
    if (this.frames && this.slot) this.frames.release(this.slot);
    this.slot = null;
    this.frames = null;
    this.made.clear();
    this.closed = true;
  }

  /** The frame that was shown is what the next one comes from. */
  private remember(newest: Slot, world: World): void {
    const before = this.slot ? this.made.get(this.slot) : this.last;
    this.last = null;
    this.past ??= new Past(newest.views.id.length, world);
    this.past.next({ ...newest.views, tick: newest.tick, count: newest.count }, before ?? null);
  }

  /** Other workers have other slots. */
  private begin(frames: Frames): void {
    if (this.frames && this.slot) this.frames.release(this.slot);
    this.last = (this.slot && this.made.get(this.slot)) ?? null;
    this.slot = null;
    this.made.clear();
    this.frames = frames;
  }
}

/** Views of one slot, whose streams begin at these addresses. */
function view(shape: FrameShape, buffer: ArrayBufferLike, addresses: readonly number[]): Views {
  const { capacity } = shape;
  const columns = shape.columns.map((name, index): [string, Column] => {
    const { scalar, components } = shape.model.columns.find((column) => column.name === name)!;
    return [name, new (arrayOf(scalar))(buffer as ArrayBuffer, addresses[4 + index]!, components * capacity)];
  });
  const fields = shape.fields.map(({ name, cells }, index): [string, FieldView] => {
    const address = addresses[shape.strides.length + index]!;
    return [name, { cells, amounts: new Float32Array(buffer as ArrayBuffer, address, countOf(cells)) }];
  });
  return {
    position: new Float32Array(buffer as ArrayBuffer, addresses[0]!, 3 * capacity),
    color: new Uint8Array(buffer as ArrayBuffer, addresses[1]!, 4 * capacity),
    alive: new Uint8Array(buffer as ArrayBuffer, addresses[2]!, capacity),
    id: new Uint32Array(buffer as ArrayBuffer, addresses[3]!, capacity),
    columns: Object.fromEntries(columns),
    fields: Object.fromEntries(fields),
  };
}

/** Frames in memory that the workers write. */
export class SharedFrames implements Frames {
  readonly first = Promise.resolve();
  private readonly slots: (Slot | undefined)[] = [];
  private front: Slot | null = null;

  constructor(
    private readonly control: Control,
    private readonly memory: MemorySource,
    private readonly shape: FrameShape,
  ) {}

  newest(): Slot {
    const { words, doubles } = this.control;
    const ready = Atomics.load(words, Word.published) !== NONE;
    // Only this thread takes frames, so one that is ready stays so, if not the same.
    if (!ready && this.front) return this.front;
    const number = Atomics.exchange(words, Word.published, NONE);
    const slot = this.at(number);
    slot.tick = doubles[(Word.slots + 4 * number) / 2]!;
    slot.count = words[Word.slots + 4 * number + 2]!;
    this.hold(slot);
    if (this.front) this.release(this.front);
    this.front = slot;
    return slot;
  }

  hold(slot: Slot): void {
    slot.holders += 1;
  }

  release(slot: Slot): void {
    slot.holders -= 1;
    if (slot.holders === 0) Atomics.or(this.control.words, Word.free, 1 << slot.number);
  }

  private at(number: number): Slot {
    const known = this.slots[number];
    if (known) return known;
    const { control, shape } = this;
    const sizes = sizesOf(shape);
    const addresses = sizes.map((_, stream) => control.words[control.stream(number, stream)]! >>> 0);
    const end = Math.max(...addresses.map((address, stream) => address + sizes[stream]!));
    const slot = { number, views: view(shape, bufferOf(this.memory, end), addresses), tick: 0, count: 0, holders: 0 };
    this.slots[number] = slot;
    return slot;
  }
}

/** A slot on this thread. */
interface OwnSlot extends Slot {
  /** The bytes of each stream. */
  readonly bytes: readonly Uint8Array[];
  /** How many are marked as alive. */
  alive: number;
}

/** Frames that come as messages, a part from each worker. */
export class PartFrames implements Frames {
  readonly first: Promise<void>;
  private begin: () => void = () => {};
  private readonly pending = new Map<number, PartMessage[]>();
  private readonly free: OwnSlot[] = [];
  private made = 0;
  private ready: OwnSlot | null = null;
  private front: OwnSlot | null = null;

  constructor(
    private readonly ranks: number,
    private readonly shape: FrameShape,
    private readonly giveBack: (rank: number, buffer: ArrayBuffer) => void,
    /** Called when a frame was taken: the next one may come. */
    private readonly taken: () => void,
  ) {
    this.first = new Promise((resolve) => (this.begin = resolve));
  }

  /** A part has come; with the last one of a frame, that is complete. */
  add(part: PartMessage): void {
    const parts = this.pending.get(part.frame) ?? [];
    parts.push(part);
    this.pending.set(part.frame, parts);
    if (parts.length < this.ranks) return;
    this.pending.delete(part.frame);
    this.compose(parts);
  }

  newest(): Slot {
    if (this.ready) {
      const before = this.front;
      this.front = this.ready;
      this.ready = null;
      // As the newest it is held by this.
      this.hold(this.front);
      if (before) this.release(before);
      this.taken();
    }
    return this.front!;
  }

  hold(slot: Slot): void {
    slot.holders += 1;
  }

  release(slot: Slot): void {
    slot.holders -= 1;
    if (slot.holders === 0) this.free.push(slot as OwnSlot);
  }

  private compose(parts: readonly PartMessage[]): void {
    const slot = this.free.pop() ?? this.make();
    let count = 0;
    for (const part of parts) {
      this.put(slot, part);
      count = Math.max(count, part.first + part.count);
      this.giveBack(part.rank, part.buffer);
    }
    slot.tick = parts[0]!.tick;
    slot.count = count;
    slot.views.alive.fill(0, count, Math.max(count, slot.alive));
    slot.alive = count;
    // Nobody has looked at the one that was ready.
    if (this.ready) this.free.push(this.ready);
    this.ready = slot;
    this.begin();
  }

  private make(): OwnSlot {
    const sizes = sizesOf(this.shape);
    const addresses: number[] = [];
    let length = 0;
    for (const size of sizes) {
      addresses.push(length);
      length += Math.ceil(size / 64) * 64;
    }
    const buffer = new ArrayBuffer(length);
    const bytes = addresses.map((begin, stream) => new Uint8Array(buffer, begin, sizes[stream]!));
    this.made += 1;
    return { number: this.made, views: view(this.shape, buffer, addresses), bytes, tick: 0, count: 0, holders: 0, alive: 0 };
  }

  private put(slot: OwnSlot, { first, count, rows, buffer }: PartMessage): void {
    let at = 0;
    this.shape.strides.forEach((stride, stream) => {
      slot.bytes[stream]!.set(new Uint8Array(buffer, at, stride * count), stride * first);
      at += align(stride * count);
    });
    this.shape.fields.forEach(({ name }, field) => {
      const words = new Uint32Array(buffer, at, rows[field]! / 4);
      const amounts = new Float32Array(buffer, at, words.length);
      const all = slot.views.fields[name]!.amounts;
      for (let row = 0; row < words.length; row += 2 + words[row + 1]!) {
        all.set(amounts.subarray(row + 2, row + 2 + words[row + 1]!), words[row]!);
      }
      at += rows[field]!;
    });
  }
}
