/** Fields of a world: how a scenario says that they begin. Their names and ranges are the module's to check. */

import type { InitialCells, Setting } from './protocol.js';
import { finite, invalid, isObject, isWhole, onlyKeys, unknown } from './refusal.js';
import { InvalidInputError, type FieldStart, type ModelInfo } from './types.js';

const WHAT = 'scenario.field';
const KEYS: readonly (keyof FieldStart)[] = ['cells', 'start'];
const ALONG = ['cols', 'rows', 'layers'];

/** What the module is told of fields. */
export interface Sown {
  readonly settings: readonly Setting[];
  /** Of those that begin with an amount for each cell. */
  readonly amounts: readonly InitialCells[];
  /** Cells of all fields whose cells are given. */
  readonly cells: number;
}

/** Reads how fields begin, and copies amounts, into memory that workers can share where there is such. */
export function sownOf(given: unknown, axes: number, shared: boolean): Sown {
  const settings: Setting[] = [];
  const amounts: InitialCells[] = [];
  let all = 0;
  if (given !== undefined && !isObject(given)) throw invalid(WHAT, given, 'an object of fields by name');
  for (const [name, field] of Object.entries(given ?? {})) {
    const what = `${WHAT}.${name}`;
    if (!isObject(field)) throw invalid(what, field, 'an object with cells, start or both');
    onlyKeys(`the key of ${what}`, field, KEYS);
    const { cells, start } = field as Record<string, unknown>;
    const put = (key: string, value: number) => settings.push([`fields.${name}.${key}`, value]);
    if (cells !== undefined) {
      const counts = cellsOf(`${what}.cells`, cells, axes);
      counts.forEach((count, axis) => put(ALONG[axis]!, count));
      all += countOf(counts);
    }
    if (ArrayBuffer.isView(start) && !(start instanceof DataView)) {
      amounts.push({ name, values: copy(`${what}.start`, start as unknown as ArrayLike<unknown>, shared) });
    } else if (Array.isArray(start) && start.length === 2) {
      put('least', finite(`${what}.start[0]`, start[0]));
      put('most', finite(`${what}.start[1]`, start[1]));
    } else if (start !== undefined) {
      const allowed = 'an amount, a list of the least and the most, or a typed array with an amount for each cell';
      if (typeof start !== 'number' || !Number.isFinite(start)) throw invalid(`${what}.start`, start, allowed);
      put('start', start);
    }
  }
  return { settings, amounts, cells: all };
}

function cellsOf(what: string, given: unknown, axes: number): readonly number[] {
  const allowed = `a list of ${axes} whole numbers of at least 1, one for each axis`;
  if (!Array.isArray(given) || given.length !== axes) throw invalid(what, given, allowed);
  const numbers: readonly unknown[] = given;
  if (!numbers.every((one) => isWhole(one, 1, 0xffff_ffff))) throw invalid(what, given, allowed);
  return numbers;
}

function copy(what: string, given: ArrayLike<unknown>, shared: boolean): Float32Array {
  const bytes = 4 * given.length;
  const out = new Float32Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  for (let at = 0; at < given.length; at++) out[at] = finite(`${what}[${at}]`, Number(given[at]));
  return out;
}

/** How many cells there are, of so many along each axis. */
export function countOf(cells: readonly number[]): number {
  return cells.reduce((all, count) => all * count, 1);
}

/** The places of fields among those of a model. */
export function fieldsOf(model: ModelInfo, names: readonly string[]): number[] {
  const known = model.fields.map((field) => field.name);
  if (known.length === 0 && names.length > 0) {
    throw new InvalidInputError('INVALID_OPTION', `fields names "${names[0]}": model ${model.name} has no fields`);
  }
  return names.map((name) => {
    const index = known.indexOf(name);
    if (index < 0) throw unknown(`fields: the field of ${model.name}`, name, known);
    return index;
  });
}
