/** Which entity is nearest to a point, in a frame. */

import { edgeOf } from './edge.js';
import type { Scenario } from './types.js';

/** The row of the nearest entity within `radius`; -1 if there is none. */
export function near(position: Float32Array, count: number, world: Scenario['world'], x: number, y: number, radius: number): number {
  const torus = edgeOf(world) === 'torus';
  let [best, row] = [radius * radius, -1];
  for (let index = 0; index < count; index++) {
    let dx = Math.abs(position[3 * index]! - x);
    let dy = Math.abs(position[3 * index + 1]! - y);
    if (torus) {
      dx = Math.min(dx, world.width - dx);
      dy = Math.min(dy, world.height - dy);
    }
    const square = dx * dx + dy * dy;
    if (square <= best && (square < best || row < 0)) [best, row] = [square, index];
  }
  return row;
}
