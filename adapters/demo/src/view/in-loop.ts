/** Who is seen within a loop that was drawn over the view: a look at every position, as from the eye. */

import type { FrameView } from 'flockwork';
import type { Extent } from './camera.js';
import { NEAREST, type Lens } from './lens.js';
import { wrapped } from './near.js';
import { FARTHEST_LIGHT } from './under.js';

type Three = [number, number, number];
/** In CSS pixels of the view. */
type Pixel = readonly [x: number, y: number];

/** The ids, in ascending order, of those who are seen inside of a loop of a view of these sides; what the fog hides is not meant. */
export function inLoop({ position, id, count }: FrameView, { sides, wraps }: Extent, lens: Lens, corners: readonly Pixel[], [width, height]: Pixel): Uint32Array {
  const m = lens.project.elements;
  const center = lens.center.toArray().map((at, axis) => wrapped(at, sides[axis]!, wraps[axis]!)) as Three;
  const farthest = lens.fog > 0 ? 1 - Math.log(FARTHEST_LIGHT) / lens.fog : Infinity;
  const [low, high] = boundsOf(corners);
  const found: number[] = [];
  const away: Three = [0, 0, 0];
  for (let row = 0; row < count; row++) {
    for (let axis = 0; axis < 3; axis++) {
      const way = position[3 * row + axis]! - center[axis]!;
      away[axis] = wraps[axis] ? way - sides[axis]! * Math.round(way / sides[axis]!) : way;
    }
    const along = (at: number) => m[at]! * away[0] + m[at + 4]! * away[1] + m[at + 8]! * away[2] + m[at + 12]!;
    const w = along(3);
    if (w < NEAREST || w > farthest) continue;
    const [x, y] = [(0.5 + (0.5 * along(0)) / w) * width, (0.5 - (0.5 * along(1)) / w) * height];
    if (x < low[0] || x > high[0] || y < low[1] || y > high[1]) continue;
    if (isInside(corners, x, y)) found.push(id[row]!);
  }
  return Uint32Array.from(found).sort();
}

function boundsOf(corners: readonly Pixel[]): readonly [Pixel, Pixel] {
  const along = (axis: 0 | 1) => corners.map((corner) => corner[axis]);
  return [[Math.min(...along(0)), Math.min(...along(1))], [Math.max(...along(0)), Math.max(...along(1))]];
}

/** An odd number of sides lies to the right. */
function isInside(corners: readonly Pixel[], x: number, y: number): boolean {
  let odd = false;
  for (let index = 0, before = corners.length - 1; index < corners.length; before = index++) {
    const [[fromX, fromY], [toX, toY]] = [corners[before]!, corners[index]!];
    if (fromY > y !== toY > y && x < fromX + ((y - fromY) / (toY - fromY)) * (toX - fromX)) odd = !odd;
  }
  return odd;
}
