/**
 * Columns of the entities at tick 0, as users give them. Here they are copied, and named as the model
 * has them; whether their values fit the columns and the world, the module decides.
 */

import type { InitialColumn } from './protocol.js';
import { invalid, isObject, noColumn } from './refusal.js';
import { InvalidInputError, type ColumnValues, type InitialColumns, type ModelInfo } from './types.js';

const WHAT = 'scenario.initial';

/** A column under the name that it was given by. */
export interface Named {
  readonly name: string;
  readonly values: Float64Array;
}

/** Copies of columns, in memory that workers can share where there is such. */
export function copied(initial: InitialColumns | undefined, shared: boolean): Named[] {
  if (initial === undefined) return [];
  if (!isObject(initial)) throw invalid(WHAT, initial, 'an object of columns by name');
  const columns = Object.entries(initial).map(([name, values]) => ({ name, values: copy(`${WHAT}.${name}`, values, shared) }));
  if (columns.length === 0) throw new InvalidInputError('INVALID_OPTION', `${WHAT} has no columns`);
  return columns;
}

function copy(what: string, values: ColumnValues, shared: boolean): Float64Array {
  const view = ArrayBuffer.isView(values) && !(values instanceof DataView);
  if (!view && !Array.isArray(values)) throw invalid(what, values, 'a typed array or a list of numbers');
  const bytes = 8 * values.length;
  const out = new Float64Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  for (let at = 0; at < values.length; at++) {
    const value: unknown = values[at];
    // A typed array may hold whole numbers of 64 bits.
    if (typeof value !== 'number' && typeof value !== 'bigint') throw invalid(`${what}[${at}]`, value, 'a number');
    out[at] = Number(value);
    if (typeof value === 'bigint' && !Number.isSafeInteger(out[at])) throw invalid(`${what}[${at}]`, value, 'above -2^53 and below 2^53');
  }
  return out;
}

/** How many entities there are if nothing else says so; NaN if these are no columns. */
export function rowsOf(columns: readonly Named[]): number {
  return columns.length === 0 ? Number.NaN : Math.min(...columns.map(({ values }) => values.length));
}

/** Bytes of all. */
export function bytesOfTable(columns: readonly Named[]): number {
  return columns.reduce((sum, { values }) => sum + values.byteLength, 0);
}

/** The same, as columns of the model. */
export function initialOf(model: ModelInfo, columns: readonly Named[]): InitialColumn[] {
  return columns.map(({ name, values }) => {
    const place = placeOf(model, name);
    if (values.length % place.components !== 0) {
      const text = `${WHAT}: column \`${name}\` has ${values.length} values: it must have ${place.components} for each entity`;
      throw new InvalidInputError('INVALID_OPTION', text);
    }
    return { ...place, values };
  });
}

/** Where the values of that name belong. */
function placeOf(model: ModelInfo, name: string): Omit<InitialColumn, 'values'> {
  const kept = model.columns.filter(({ reach }) => reach !== 'scratch');
  const whole = kept.find((column) => column.name === name);
  if (whole) return { name, component: 0, components: whole.components };
  for (const column of kept.filter(({ components }) => components > 1)) {
    for (let component = 0; component < column.components; component++) {
      if (name === `${column.name}_${component}`) return { name: column.name, component, components: 1 };
    }
  }
  throw noColumn(WHAT, name, model, kept.map((column) => column.name));
}
