/** Which entity is nearest to a point, in a frame. */

import { edgesOf, type World } from './edge.js';

/** The row of the nearest entity within `radius`; -1 if there is none. In the plane z is 0 everywhere. */
export function near(position: Float32Array, count: number, world: World, point: readonly [number, number, number], radius: number): number {
  const lengths = [world.width, world.height, ...(world.depth === undefined ? [] : [world.depth])];
  // An axis that does not close is endless.
  const around = edgesOf(world, lengths.length).map((edge, axis) => (edge === 'periodic' ? lengths[axis]! : Number.POSITIVE_INFINITY));
  let [best, row] = [radius * radius, -1];
  for (let index = 0; index < count; index++) {
    let square = 0;
    for (let axis = 0; axis < around.length; axis++) {
      const away = Math.abs(position[3 * index + axis]! - point[axis]!);
      square += Math.min(away, around[axis]! - away) ** 2;
    }
    if (square <= best && (square < best || row < 0)) [best, row] = [square, index];
  }
  return row;
}
