/** What many entities are like: the mean, the least and the most of each column, from a frame. */

import type { FrameView, ModelInfo } from 'flockwork';
import { measuredOf, motionOf } from '../view/look.js';

export interface ColumnFacts {
  readonly name: string;
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

export interface Facts {
  readonly facts: readonly ColumnFacts[];
  /** How many of them the frame has. */
  readonly count: number;
}

type Numbers = ArrayLike<number>;

/** Looks at whom it was told, as often as one likes: there is memory for it once. */
export class Group {
  /** 1 for each id that is in it. */
  private readonly within: Uint8Array;

  /** Ids in ascending order. */
  constructor(readonly ids: Uint32Array) {
    this.within = new Uint8Array(ids.length === 0 ? 0 : ids.at(-1)! + 1);
    for (const id of ids) this.within[id] = 1;
  }

  has(id: number): boolean {
    return this.within[id] === 1;
  }

  facts(model: ModelInfo, frame: FrameView): Facts {
    const { columns } = frame;
    const motion = motionOf(model).map((name) => columns[name]).filter((column) => column !== undefined) as Numbers[];
    const measured = measuredOf(model).filter((name) => columns[name] !== undefined);
    const facts = measured.map((name) => this.of(name, frame, [columns[name] as Numbers]));
    if (motion.length > 0) facts.unshift(this.of('speed', frame, motion));
    return { facts, count: this.count(frame) };
  }

  private count({ id, count }: FrameView): number {
    let found = 0;
    for (let row = 0; row < count; row++) found += this.within[id[row]!] ?? 0;
    return found;
  }

  /** Of a column, or of the length of several together. */
  private of(name: string, { id, count }: FrameView, columns: readonly Numbers[]): ColumnFacts {
    const [first] = columns as readonly [Numbers];
    let [sum, found, least, most] = [0, 0, Infinity, -Infinity];
    for (let row = 0; row < count; row++) {
      if (this.within[id[row]!] !== 1) continue;
      let value = first[row]!;
      if (columns.length > 1) {
        let square = 0;
        for (const column of columns) square += column[row]! ** 2;
        value = Math.sqrt(square);
      }
      sum += value;
      found += 1;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    return { name, mean: sum / found, least, most };
  }
}
