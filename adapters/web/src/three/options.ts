/** How entities are drawn: what may be asked for, and what is made of it. */

import type { World } from '../edge.js';
import { periodsOf } from '../past.js';
import { finite, invalid, isObject, onlyKeys } from '../refusal.js';
import { InvalidInputError, type FrameView } from '../types.js';

/** Sizes that follow a column: its values `from` a range become sizes in the range `to`, and no others. */
export interface SizeByColumn {
  /** A column that frames have, or one number of it as `genes.3`. */
  readonly column: string;
  /** Two values of the column; what lies beyond them counts as the nearer one. */
  readonly from: readonly [number, number];
  /** The sizes that belong to them. */
  readonly to: readonly [number, number];
}

/** How entities are drawn; all of it can be changed by `set`. */
export interface EntityOptions {
  /** How large: the side of a point, or what the shape is multiplied by (default 1). */
  readonly size?: number | SizeByColumn | undefined;
  /** What sizes are measured in: the world's own units (the default), or pixels of the page at any distance. */
  readonly units?: 'world' | 'pixels' | undefined;
  /**
   * What is drawn beyond the periodic ends of a world: `none` (the default); `seam`, whatever of an entity sticks out over
   * one end at the other end too; or so many whole copies of the world on each side, for all axes or for each.
   */
  readonly images?: 'none' | 'seam' | number | readonly number[] | undefined;
  /** Whether entities are shown on their way between two frames (default false). */
  readonly interpolate?: boolean | undefined;
}

/** What a shape has besides. */
export interface InstanceOptions extends EntityOptions {
  /**
   * Turns each shape so that its x axis points ahead and its z axis up: along the velocity or direction of the model
   * (`true`), along a vector of two or three columns, or by one column, an angle in the plane in radians. Frames must
   * have these columns. Default false.
   */
  readonly heading?: boolean | string | readonly string[] | undefined;
}

/** One number of each entity in a frame. */
export interface Source {
  readonly column: string;
  readonly components: number;
  readonly component: number;
}

/** What is drawn, without anything that was left out. */
export interface Look {
  /** A number for all, or none. */
  readonly size: number;
  readonly sized: { readonly source: Source; readonly low: number; readonly base: number; readonly slope: number; readonly ends: readonly [number, number] } | null;
  readonly pixels: boolean;
  readonly interpolate: boolean;
  /** An angle, or a vector of two or three. */
  readonly heading: readonly Source[] | null;
  readonly seam: boolean;
  /** Copies of the world on each side along each axis. */
  readonly copies: readonly [number, number, number];
  /** The length of each axis that closes; of others 0. */
  readonly periods: readonly [number, number, number];
}

/** More copies than this along an axis are a slip of the hand. */
const MOST_COPIES = 16;

/** Columns that together are a vector: of motion, or of direction. */
const VECTORS = [['vx', 'vy', 'vz'], ['ux', 'uy', 'uz']] as const;

const KEYS: readonly (keyof InstanceOptions)[] = ['size', 'units', 'images', 'interpolate', 'heading'];

/** What options say of a simulation with such frames. The world matters to images and interpolation alone. */
export function lookOf(options: InstanceOptions, frame: FrameView, world: World | undefined): Look {
  onlyKeys('the option', options, KEYS);
  const { size = 1, units = 'world', images = 'none', interpolate = false, heading = false } = options;
  if (units !== 'world' && units !== 'pixels') throw invalid('units', units, '"world" or "pixels"');
  if (typeof interpolate !== 'boolean') throw invalid('interpolate', interpolate, 'true or false');
  return {
    size: typeof size === 'number' ? notNegative('size', size) : 1,
    sized: typeof size === 'number' ? null : sizedBy(size, frame),
    pixels: units === 'pixels',
    interpolate,
    heading: headingOf(heading, frame, world?.depth !== undefined),
    seam: images === 'seam',
    copies: copiesOf(images),
    periods: world ? periodsOf(world) : [0, 0, 0],
  };
}

function notNegative(what: string, value: unknown): number {
  const number = finite(what, value);
  if (number < 0) throw invalid(what, value, 'a number from 0');
  return number;
}

function sizedBy(size: SizeByColumn, frame: FrameView): Look['sized'] {
  if (!isObject(size)) throw invalid('size', size, 'a number, or an object with column, from and to');
  onlyKeys('the key of size', size, ['column', 'from', 'to']);
  const [low, high] = range('size.from', size.from);
  const [least, most] = range('size.to', size.to).map((end) => notNegative('size.to', end)) as [number, number];
  if (low === high) throw invalid('size.from', size.from, 'two different numbers');
  return {
    source: sourceOf('size.column', size.column, frame),
    low,
    base: least,
    slope: (most - least) / (high - low),
    ends: [Math.min(least, most), Math.max(least, most)],
  };
}

function range(what: string, given: unknown): [number, number] {
  if (!Array.isArray(given) || given.length !== 2) throw invalid(what, given, 'a list of two numbers');
  return [finite(what, given[0]), finite(what, given[1])];
}

function headingOf(heading: boolean | string | readonly string[], frame: FrameView, space: boolean): readonly Source[] | null {
  if (heading === false) return null;
  const names = heading === true ? motion(frame, space) : typeof heading === 'string' ? [heading] : heading;
  const good = Array.isArray(names) && names.length >= 1 && names.length <= 3 && names.every((name) => typeof name === 'string');
  if (!good) throw invalid('heading', heading, 'true, the name of a column, or a list of two or three');
  return names.map((name) => sourceOf('heading', name, frame));
}

/** The columns of a frame that are a vector of motion. */
function motion({ columns }: FrameView, space: boolean): readonly string[] {
  const axes = space ? 3 : 2;
  const found = VECTORS.find((names) => names.slice(0, axes).every((name) => columns[name]));
  if (found) return found.slice(0, axes);
  const [velocity, direction] = VECTORS.map((names) => names.slice(0, axes).map((name) => `'${name}'`).join(', '));
  throw new InvalidInputError('UNKNOWN_COLUMN', 'heading is true, and frames have no columns of a velocity or direction', `Ask for them when the simulation is made: \`columns: [${velocity}]\` or \`columns: [${direction}]\`.`);
}

function sourceOf(what: string, name: string, { columns, id }: FrameView): Source {
  if (typeof name !== 'string') throw invalid(what, name, 'the name of a column');
  const at = columns[name] ? name.length : name.lastIndexOf('.');
  const column = at < 0 ? name : name.slice(0, at);
  const values = columns[column];
  if (!values) {
    const has = Object.keys(columns).join(', ') || 'none';
    throw new InvalidInputError('UNKNOWN_COLUMN', `${what} names "${name}", and frames have the columns: ${has}`, `Ask for it when the simulation is made: \`columns: ['${column}']\`.`);
  }
  const components = values.length / id.length;
  const component = at === name.length ? 0 : Number(name.slice(at + 1));
  const good = Number.isInteger(component) && component >= 0 && component < components && name !== `${column}.`;
  if (!good) throw invalid(`${what} "${name}": its component`, name.slice(at + 1), `a whole number from 0 to ${components - 1}`);
  return { column, components, component };
}

function copiesOf(images: unknown): [number, number, number] {
  if (images === 'none' || images === 'seam') return [0, 0, 0];
  const list = Array.isArray(images) ? images : [images, images, images];
  const good = list.length <= 3 && list.every((one) => Number.isInteger(one) && one >= 0 && one <= MOST_COPIES);
  if (!good) throw invalid('images', images, `"none", "seam", a whole number from 0 to ${MOST_COPIES}, or a list of one for each axis`);
  const [x = 0, y = 0, z = 0] = list as number[];
  return [x, y, z];
}

/** The images that are drawn of each entity, as x, y and z of each: for `seam` whether it is moved, else by how many periods. */
export function imagesOf({ seam, copies, periods }: Look): Float32Array {
  const steps = periods.map((period, axis) => {
    if (period === 0) return [0];
    if (seam) return [0, 1];
    const most = copies[axis]!;
    return Array.from({ length: 2 * most + 1 }, (_, index) => index - most);
  });
  const [xs, ys, zs] = steps as [number[], number[], number[]];
  return Float32Array.from(xs.flatMap((x) => ys.flatMap((y) => zs.flatMap((z) => [x, y, z]))));
}

/** Writes the direction and the size of each entity of a frame: the first four of `stride` numbers each. */
export function pose({ heading, sized }: Look, { columns, count }: FrameView, out: Float32Array, stride: number): void {
  if (heading) {
    for (let axis = 0; axis < heading.length; axis++) {
      const { column, components, component } = heading[axis]!;
      const values = columns[column]!;
      for (let row = 0; row < count; row++) out[stride * row + axis] = Number(values[components * row + component]);
    }
    if (heading.length === 1) turn(out, count, stride);
  }
  if (!sized) return;
  const { source, low, base, slope, ends } = sized;
  const values = columns[source.column]!;
  for (let row = 0; row < count; row++) {
    const size = base + slope * (Number(values[source.components * row + source.component]) - low);
    // What is no number has the least size.
    out[stride * row + 3] = size > ends[0] ? Math.min(size, ends[1]) : ends[0];
  }
}

/** Writes behind the pose of each entity the direction that it had in the frame before, if it was there; `before` has the poses of that. */
export function remember({ previousRow, count }: FrameView, before: Float32Array | null, out: Float32Array): void {
  for (let row = 0; row < count; row++) {
    const old = before && previousRow ? previousRow[row]! : -1;
    const from = old < 0 ? out : before!;
    const at = PAIR * (old < 0 ? row : old);
    for (let axis = 0; axis < 3; axis++) out[PAIR * row + POSE + axis] = from[at + axis]!;
  }
}

/** Numbers of a pose, and of one with the direction before. */
export const POSE = 4;
export const PAIR = 8;

/** Makes directions in the plane of angles. */
function turn(out: Float32Array, count: number, stride: number): void {
  for (let at = 0; at < stride * count; at += stride) {
    const angle = out[at]!;
    out[at] = Math.cos(angle);
    out[at + 1] = Math.sin(angle);
  }
}
