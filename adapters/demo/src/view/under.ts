/** Which entity is seen under a point of the view: a look at every position, along the ray from the eye. */

import type { Extent } from './camera.js';
import { NEAREST, type Lens } from './lens.js';

/** What has lost more of its light than this in the fog is not meant. */
const SEEN = 0.08;

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
  const [m00, m10, , m30, m01, m11, , m31, m02, m12, , m32, m03, m13, , m33] = lens.project.elements as unknown as number[];
  const { x: cx, y: cy, z: cz } = lens.center;
  const [sideX, sideY, sideZ] = sides;
  // 0 for an axis without a seam: there nothing is nearer on the other side.
  const [aroundX, aroundY, aroundZ] = sides.map((side, axis) => (wraps[axis] ? 1 / side : 0)) as [number, number, number];
  const [halfWide, halfHigh] = [view[0] / 2, view[1] / 2];
  const [fromMiddle, above] = [x - halfWide, halfHigh - y];
  const farthest = lens.fog > 0 ? 1 - Math.log(SEEN) / lens.fog : Infinity;
  // An entity in front hides one behind that is nearer to the point by less than a part of the reach.
  const blur = reach / 4;
  let [best, row] = [Infinity, -1];
  for (let index = 0, at = 0; index < count; index++, at += 3) {
    let dx = position[at]! - cx;
    let dy = position[at + 1]! - cy;
    let dz = position[at + 2]! - cz;
    dx -= sideX * Math.floor(dx * aroundX + 0.5);
    dy -= sideY * Math.floor(dy * aroundY + 0.5);
    dz -= sideZ * Math.floor(dz * aroundZ + 0.5);
    const w = m30! * dx + m31! * dy + m32! * dz + m33!;
    if (w < NEAREST || w > farthest) continue;
    // Most are beside the point: seen so without a division.
    const near = reach * w;
    const besideX = (m00! * dx + m01! * dy + m02! * dz + m03!) * halfWide - fromMiddle * w;
    if (besideX > near || besideX < -near) continue;
    const besideY = (m10! * dx + m11! * dy + m12! * dz + m13!) * halfHigh - above * w;
    const away = Math.sqrt(besideX * besideX + besideY * besideY) / w;
    if (away > reach) continue;
    const rank = (away + blur) * w;
    if (rank < best) [best, row] = [rank, index];
  }
  return row;
}
