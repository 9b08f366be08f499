/** Which entity a ray meets first, as it is drawn. */

import type { FrameView } from '../types.js';
import type { Look } from './options.js';

/** What is drawn. */
export interface Drawn {
  readonly frame: FrameView;
  readonly look: Look;
  /** x, y and z of each image. */
  readonly images: Float32Array;
  /** So many numbers of each entity, the fourth of them its size; null if all have one. */
  readonly pose: Float32Array | null;
  readonly stride: number;
  /** How far the shape reaches, of size 1. */
  readonly reach: number;
  /** How long a unit of size is at a place; 1 if that is null. */
  readonly scale: ((x: number, y: number, z: number) => number) | null;
}

export interface Hit {
  readonly row: number;
  /** The length of the way along the ray. */
  readonly along: number;
}

/** The first of all balls around entities that a ray of this origin and direction, of length 1, meets. */
export function nearestHit(drawn: Drawn, origin: readonly number[], direction: readonly number[]): Hit | null {
  const { frame, look, images, pose, stride, reach, scale } = drawn;
  const place = [0, 0, 0];
  let [row, along] = [-1, Number.POSITIVE_INFINITY];
  for (let one = 0; one < frame.count; one++) {
    const size = look.size * (pose ? pose[stride * one + 3]! : 1) * reach;
    for (let image = 0; image < images.length; image += 3) {
      for (let axis = 0; axis < 3; axis++) place[axis] = placeOf(frame, look.periods[axis]!, 3 * one + axis);
      let radius = scale ? size * scale(place[0]!, place[1]!, place[2]!) : size;
      if (!move(place, images, image, look, radius)) continue;
      if (scale) radius = size * scale(place[0]!, place[1]!, place[2]!);
      let [middle, square] = [0, 0];
      for (let axis = 0; axis < 3; axis++) {
        const away = place[axis]! - origin[axis]!;
        middle += away * direction[axis]!;
        square += away * away;
      }
      const beside = square - middle * middle;
      if (beside > radius * radius) continue;
      const half = Math.sqrt(radius * radius - Math.max(0, beside));
      // From inside of a ball the ray begins in it.
      const enters = Math.max(0, middle - half);
      if (middle + half >= 0 && enters < along) [row, along] = [one, enters];
    }
  }
  return row < 0 ? null : { row, along };
}

/** One coordinate of where an entity is drawn, inside of the world. */
function placeOf({ position, previous, alpha }: FrameView, period: number, at: number): number {
  const to = position[at]!;
  if (!previous) return to;
  const place = previous[at]! + alpha * (to - previous[at]!);
  return period > 0 ? place - period * Math.floor(place / period) : place;
}

/** Moves a place to an image of it; false if that is not drawn. */
function move(place: number[], images: Float32Array, image: number, { seam, periods }: Look, radius: number): boolean {
  for (let axis = 0; axis < 3; axis++) {
    const steps = images[image + axis]!;
    if (steps === 0) continue;
    const period = periods[axis]!;
    const low = 2 * place[axis]! < period;
    if (seam && (low ? place[axis]! : period - place[axis]!) > radius) return false;
    place[axis]! += seam && !low ? -steps * period : steps * period;
  }
  return true;
}
