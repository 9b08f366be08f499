/** Parts of the world, as the module reads them: see `fw_find`. */

import type { Ball, Box } from './happening.js';
import { finite, invalid, isObject, onlyKeys } from './refusal.js';

const BALL: readonly (keyof Ball)[] = ['x', 'y', 'z', 'radius'];
const BOX: readonly (keyof Box)[] = ['x', 'y', 'z'];

export function ballOf(ball: Ball): Float64Array {
  if (!isObject(ball)) throw invalid('the ball', ball, 'an object with x, y and radius');
  onlyKeys('the key of the ball', ball, BALL);
  const { x, y, z = 0, radius } = ball;
  return Float64Array.of(0, finite('x', x), finite('y', y), finite('z', z), finite('radius', radius));
}

/** In the plane everybody is at z = 0. */
export function boxOf(box: Box, space: boolean): Float64Array {
  if (!isObject(box)) throw invalid('the box', box, 'an object with ranges x and y');
  onlyKeys('the key of the box', box, BOX);
  if (space && box.z === undefined) throw invalid('z', box.z, 'a list of two numbers');
  const ranges: [string, unknown][] = [['x', box.x], ['y', box.y], ['z', box.z ?? [0, 0]]];
  const ends = ranges.map(([name, range]): [number, number] => {
    if (!Array.isArray(range) || range.length !== 2) throw invalid(name, range, 'a list of two numbers');
    return [finite(name, range[0]), finite(name, range[1])];
  });
  return Float64Array.of(1, ...ends.map(([low]) => low), ...ends.map(([, high]) => high));
}

/** Corners as x and y by turns, or as pairs. */
export function lassoOf(corners: ArrayLike<number> | readonly (readonly [number, number])[]): Float64Array {
  if (!isListLike(corners)) throw invalid('the lasso', corners, 'a list of corners');
  const flat = Array.from(corners as ArrayLike<number | readonly [number, number]>).flatMap((one) => {
    if (Array.isArray(one) && one.length !== 2) throw invalid('a corner', one, 'two numbers');
    return one as number | number[];
  });
  if (flat.length % 2 !== 0) throw invalid('the lasso', `${flat.length} numbers`, 'an x and a y for each corner');
  return Float64Array.of(2, ...flat.map((value) => finite('a corner', value)));
}

function isListLike(value: unknown): boolean {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
