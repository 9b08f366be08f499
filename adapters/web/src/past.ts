/** Where the entities of a frame were in the one before, so that a view can draw what is between. */

import { edgesOf, type World } from './edge.js';
import type { FrameView } from './types.js';

/** What is longer than this, in milliseconds, is a pause and no pace. */
const LONGEST = 500;

/** The length of each axis that closes; of others 0. */
export function periodsOf(world: World): [number, number, number] {
  const lengths = [world.width, world.height, world.depth ?? 0];
  const edges = edgesOf(world, world.depth === undefined ? 2 : 3);
  const period = (axis: number) => (edges[axis] === 'periodic' ? lengths[axis]! : 0);
  return [period(0), period(1), period(2)];
}

type Shown = Pick<FrameView, 'tick' | 'count' | 'position' | 'id'>;

/** What one reader remembers of the frame before. */
export class Past {
  readonly previous: Float32Array;
  /** The row of each entity in the frame before; -1 for who was not there. */
  readonly previousRow: Int32Array;
  private readonly periods: readonly [number, number, number];
  /** Rows of the frame before by the last bits of their ids; -1 for nobody. */
  private rows = new Int32Array(0);
  private arrived = Number.NEGATIVE_INFINITY;
  private span = 0;

  constructor(capacity: number, world: World) {
    this.previous = new Float32Array(3 * capacity);
    this.previousRow = new Int32Array(capacity).fill(-1);
    this.periods = periodsOf(world);
  }

  /** Another frame is there, after this one, which is still held; null if there was none. */
  next(frame: Shown, before: Shown | null): void {
    const now = performance.now();
    this.span = Math.min(LONGEST, now - this.arrived);
    this.arrived = now;
    const { previous, previousRow } = this;
    previous.set(frame.position.subarray(0, 3 * frame.count));
    previousRow.fill(-1, 0, frame.count);
    // A world that went back in time goes there at once.
    if (!before || before.count === 0 || before.tick > frame.tick) return;
    this.fill(before);
    const mask = this.rows.length - 1;
    for (let row = 0; row < frame.count; row++) {
      const id = frame.id[row]!;
      for (let place = id & mask; ; place = (place + 1) & mask) {
        const old = this.rows[place]!;
        if (old < 0) break;
        if (before.id[old] !== id) continue;
        previousRow[row] = old;
        for (let axis = 0; axis < 3; axis++) previous[3 * row + axis] = this.near(axis, before.position[3 * old + axis]!, frame.position[3 * row + axis]!);
        break;
      }
    }
  }

  /** How far the way from the frame before to this one is gone, at the pace of frames. */
  alpha(running: boolean): number {
    const gone = performance.now() - this.arrived;
    return running && gone < this.span ? gone / this.span : 1;
  }

  private fill({ id, count }: Shown): void {
    const size = 1 << (32 - Math.clz32(2 * count));
    if (this.rows.length < size) this.rows = new Int32Array(size);
    this.rows.fill(-1);
    const mask = this.rows.length - 1;
    for (let row = 0; row < count; row++) {
      let place = id[row]! & mask;
      while (this.rows[place]! >= 0) place = (place + 1) & mask;
      this.rows[place] = row;
    }
  }

  /** The image of a place that is nearest to another one. */
  private near(axis: number, from: number, to: number): number {
    const period = this.periods[axis]!;
    if (period === 0) return from;
    if (to - from > 0.5 * period) return from + period;
    return from - to > 0.5 * period ? from - period : from;
  }
}

/**
 * Writes where the entities of a frame are to be drawn now into `out`: between the frame before and this one, x, y, z of
 * each, inside of the world. The frame must be one of a reader with `interpolate`.
 */
export function placesBetween(frame: FrameView, world: World, out: Float32Array): void {
  const { previous, position, alpha, count } = frame;
  if (!previous) {
    out.set(position.subarray(0, 3 * count));
    return;
  }
  const periods = periodsOf(world);
  for (let axis = 0; axis < 3; axis++) {
    const period = periods[axis]!;
    for (let at = axis; at < 3 * count; at += 3) {
      let place = previous[at]! + alpha * (position[at]! - previous[at]!);
      if (period > 0) {
        if (place < 0) place += period;
        else if (place >= period) place -= period;
      }
      out[at] = place;
    }
  }
}
