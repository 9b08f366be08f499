/** Who is near a place, in a frame: a look at every position, so only for one place at a time. */

import type { Extent } from './camera.js';

/** The rows closer than `radius` to a place, the way around a seam if that is shorter. */
export class Nearby {
  /** The rows, as many as `count` of them. */
  rows = new Int32Array(64);
  count = 0;

  find(position: Float32Array, entities: number, { sides, wraps }: Extent, place: ArrayLike<number>, radius: number): void {
    const [x, y, z] = [place[0]!, place[1]!, place[2]!];
    const [width, height, depth] = sides;
    const [aroundX, aroundY, aroundZ] = wraps;
    const square = radius * radius;
    this.count = 0;
    for (let row = 0, at = 0; row < entities; row++, at += 3) {
      let dx = Math.abs(position[at]! - x);
      if (aroundX && dx > width / 2) dx = width - dx;
      if (dx >= radius) continue;
      let dy = Math.abs(position[at + 1]! - y);
      if (aroundY && dy > height / 2) dy = height - dy;
      if (dy >= radius) continue;
      let dz = Math.abs(position[at + 2]! - z);
      if (aroundZ && dz > depth / 2) dz = depth - dz;
      if (dx * dx + dy * dy + dz * dz < square) this.add(row);
    }
  }

  private add(row: number): void {
    if (this.count === this.rows.length) {
      const more = new Int32Array(2 * this.count);
      more.set(this.rows);
      this.rows = more;
    }
    this.rows[this.count++] = row;
  }
}

/** The same coordinate in the world itself, where the ends of the axis meet. */
export function wrapped(at: number, side: number, wraps: boolean): number {
  return wraps ? at - side * Math.floor(at / side) : at;
}

/** The shortest way from one coordinate to another. */
export function way(from: number, to: number, side: number, wraps: boolean): number {
  return wraps ? to - from - side * Math.round((to - from) / side) : to - from;
}
