/** Frames for rendering: the newest complete one, never torn. */

import { FRESH, SLOTS, Word, type Control } from './layout.js';
import type { PartMessage } from './protocol.js';
import type { FrameView, ModelInfo } from './types.js';
import { align } from './worker/rank.js';

type Column = Float32Array | Uint32Array | Uint16Array | Uint8Array;

/** The parts of `FrameView` that change from frame to frame. */
type Frame = { -readonly [Key in keyof FrameView]: FrameView[Key] };

export interface FrameShape {
  readonly model: ModelInfo;
  readonly columns: readonly string[];
  readonly capacity: number;
  readonly strides: readonly number[];
}

export interface Frames {
  /** Resolves when there is a frame. */
  readonly first: Promise<void>;
  acquire(): FrameView;
}

/** Views of one slot, whose streams begin at these addresses. */
function view(shape: FrameShape, buffer: ArrayBufferLike, addresses: readonly number[]): Frame {
  const { capacity } = shape;
  const columns: Record<string, Column> = {};
  shape.columns.forEach((name, index) => {
    const { scalar, components } = shape.model.columns.find((column) => column.name === name)!;
    const kinds = { f32: Float32Array, u32: Uint32Array, u16: Uint16Array, u8: Uint8Array };
    columns[name] = new kinds[scalar](buffer as ArrayBuffer, addresses[4 + index]!, components * capacity);
  });
  return {
    tick: 0,
    count: 0,
    fresh: false,
    position: new Float32Array(buffer, addresses[0]!, 3 * capacity),
    color: new Uint8Array(buffer, addresses[1]!, 4 * capacity),
    alive: new Uint8Array(buffer, addresses[2]!, capacity),
    id: new Uint32Array(buffer, addresses[3]!, capacity),
    columns,
  };
}

/** Frames in memory that the workers write. */
export class SharedFrames implements Frames {
  readonly first = Promise.resolve();
  private readonly slots: Frame[];
  private front = 0;

  constructor(
    private readonly control: Control,
    buffer: ArrayBufferLike,
    shape: FrameShape,
  ) {
    this.slots = Array.from({ length: SLOTS }, (_, slot) => {
      const addresses = shape.strides.map((_, stream) => control.words[Word.streamTable + 16 * slot + stream]! >>> 0);
      return view(shape, buffer, addresses);
    });
  }

  acquire(): FrameView {
    const { words, doubles } = this.control;
    const fresh = (Atomics.load(words, Word.published) & FRESH) !== 0;
    if (fresh) this.front = Atomics.exchange(words, Word.published, this.front) & 3;
    const frame = this.slots[this.front]!;
    if (fresh) {
      const slot = Word.slots + 4 * this.front;
      frame.tick = doubles[slot / 2]!;
      frame.count = words[slot + 2]!;
    }
    frame.fresh = fresh;
    return frame;
  }
}

/** Frames that come as messages, a part from each worker. */
export class PartFrames implements Frames {
  readonly first: Promise<void>;
  private begin: () => void = () => {};
  private readonly slots: Frame[];
  private readonly alive = [0, 0, 0];
  private readonly bytes: Uint8Array[][];
  private readonly pending = new Map<number, PartMessage[]>();
  private front = 0;
  private ready = 1;
  private back = 2;
  private fresh = false;

  constructor(
    private readonly ranks: number,
    private readonly shape: FrameShape,
    private readonly giveBack: (rank: number, buffer: ArrayBuffer) => void,
    /** Called when a frame was taken: the next one may come. */
    private readonly taken: () => void,
  ) {
    this.first = new Promise((resolve) => (this.begin = resolve));
    this.bytes = [];
    this.slots = Array.from({ length: SLOTS }, () => {
      const addresses: number[] = [];
      let length = 0;
      for (const stride of shape.strides) {
        addresses.push(length);
        length += Math.ceil((stride * shape.capacity) / 64) * 64;
      }
      const buffer = new ArrayBuffer(length);
      this.bytes.push(
        addresses.map((begin, stream) => new Uint8Array(buffer, begin, shape.strides[stream]! * shape.capacity)),
      );
      return view(shape, buffer, addresses);
    });
  }

  /** A part has come. */
  add(part: PartMessage): void {
    const parts = this.pending.get(part.frame) ?? [];
    parts.push(part);
    this.pending.set(part.frame, parts);
    if (parts.length < this.ranks) return;
    this.pending.delete(part.frame);
    this.compose(parts);
  }

  acquire(): FrameView {
    if (this.fresh) {
      [this.front, this.ready] = [this.ready, this.front];
      this.taken();
    }
    const frame = this.slots[this.front]!;
    frame.fresh = this.fresh;
    this.fresh = false;
    return frame;
  }

  private compose(parts: readonly PartMessage[]): void {
    const slot = this.back;
    let count = 0;
    for (const part of parts) {
      this.put(slot, part);
      count = Math.max(count, part.first + part.count);
      this.giveBack(part.rank, part.buffer);
    }
    const frame = this.slots[slot]!;
    frame.tick = parts[0]!.tick;
    frame.count = count;
    frame.alive.fill(0, count, Math.max(count, this.alive[slot]!));
    this.alive[slot] = count;
    [this.ready, this.back] = [this.back, this.ready];
    this.fresh = true;
    this.begin();
  }

  private put(slot: number, { first, count, buffer }: PartMessage): void {
    let at = 0;
    this.shape.strides.forEach((stride, stream) => {
      this.bytes[slot]![stream]!.set(new Uint8Array(buffer, at, stride * count), stride * first);
      at += align(stride * count);
    });
  }
}
