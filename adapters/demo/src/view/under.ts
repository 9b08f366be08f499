/** Which entity is seen under a point of the view: a look at every position, along the ray from the eye. */

import type { Extent } from './camera.js';
import { NEAREST, type Lens } from './lens.js';
import { wrapped } from './near.js';

/** What has less of its light left than this in the fog is not meant. */
export const FARTHEST_LIGHT = 0.08;
/** An entity hides one behind it that is nearer to the point by some CSS pixels. */
const BLUR = 6;

type Three = [number, number, number];
type Four = [number, number, number, number];

/**
 * The row whose picture is nearest to (x, y), in CSS pixels of the view, and not farther than `reach`; of
 * two that are nearly as near, the one in front. -1 if there is none.
 */
export function under(
  position: Float32Array,
  count: number,
  { sides, wraps }: Extent,
  lens: Lens,
  [x, y]: readonly [number, number],
  view: readonly [number, number],
  reach: number,
): number {
  const m = lens.project.elements;
  const [xx, xy, xz, x1] = [0, 4, 8, 12].map((at) => m[at]! * (view[0] / 2)) as Four;
  const [yx, yy, yz, y1] = [1, 5, 9, 13].map((at) => m[at]! * (view[1] / 2)) as Four;
  const [wx, wy, wz, w1] = [3, 7, 11, 15].map((at) => m[at]!) as Four;
  const [sideX, sideY, sideZ] = sides;
  // Within the world, so that everything is at most one turn around an axis away. Without a seam nothing is nearer there.
  const [cx, cy, cz] = lens.center.toArray().map((at, axis) => wrapped(at, sides[axis]!, wraps[axis]!)) as Three;
  const [halfX, halfY, halfZ] = sides.map((side, axis) => (wraps[axis] ? side / 2 : Infinity)) as Three;
  const right = x - view[0] / 2;
  const above = view[1] / 2 - y;
  const nearest = NEAREST;
  const farthest = lens.fog > 0 ? 1 - Math.log(FARTHEST_LIGHT) / lens.fog : Infinity;
  let best = Infinity;
  let row = -1;
  for (let index = 0, at = 0; index < count; index++, at += 3) {
    let dx = position[at]! - cx;
    let dy = position[at + 1]! - cy;
    let dz = position[at + 2]! - cz;
    if (dx > halfX) dx -= sideX;
    else if (dx < -halfX) dx += sideX;
    if (dy > halfY) dy -= sideY;
    else if (dy < -halfY) dy += sideY;
    if (dz > halfZ) dz -= sideZ;
    else if (dz < -halfZ) dz += sideZ;
    const w = wx * dx + wy * dy + wz * dz + w1;
    if (w < nearest || w > farthest) continue;
    // Most are beside the point: seen so without a division.
    const near = reach * w;
    const besideX = xx * dx + xy * dy + xz * dz + x1 - right * w;
    if (besideX > near || besideX < -near) continue;
    const besideY = yx * dx + yy * dy + yz * dz + y1 - above * w;
    const away = Math.sqrt(besideX * besideX + besideY * besideY) / w;
    if (away > reach) continue;
    const rank = (away + BLUR) * w;
    if (rank >= best) continue;
    best = rank;
    row = index;
  }
  return row;
}
