/** What is said of input that is not acceptable: what it is, and what is allowed; and the checks that all share. */

import { nearest } from './nearest.js';
import { InvalidInputError, type ModelInfo } from './types.js';

export function invalid(what: string, given: unknown, allowed: string): InvalidInputError {
  return new InvalidInputError('INVALID_OPTION', `${what} is ${show(given)}: it must be ${allowed}`);
}

function show(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return String(value);
  try {
    return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${one}n` : one));
  } catch {
    return 'an object';
  }
}

/** Refuses a name that is not among those known, with the nearest that is. */
export function unknown(what: string, name: string, known: readonly string[]): InvalidInputError {
  const all = `There ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`;
  return new InvalidInputError('UNKNOWN_KEY', `${what} "${name}" is not known${meant(name, known) || '.'} ${all}`);
}

/** Refuses what is no column of the model. */
export function noColumn(what: string, name: string, model: ModelInfo, known: readonly string[]): InvalidInputError {
  const text = `${what} names "${name}"${meant(name, known)}: model ${model.name} has the columns ${known.join(', ')}`;
  return new InvalidInputError('UNKNOWN_COLUMN', text);
}

function meant(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? '' : `, did you mean "${near}"?`;
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every key must be one of these. */
export function onlyKeys(what: string, given: object, known: readonly string[]): void {
  for (const key of Object.keys(given)) if (!known.includes(key)) throw unknown(what, key, known);
}

export function typed(what: string, value: unknown, type: 'boolean' | 'string' | 'function', allowed: string): void {
  if (value !== undefined && typeof value !== type) throw invalid(what, value, allowed);
}

export function texts(what: string, value: unknown): void {
  const good = value === undefined || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
  if (!good) throw invalid(what, value, 'a list of names');
}

export function isWhole(value: unknown, low: number, high: number): value is number {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
}

export function whole(what: string, value: unknown, low: number, high: number): number {
  if (!isWhole(value, low, high)) throw invalid(what, value, `a whole number from ${low} to ${high}`);
  return value;
}

export function finite(what: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(what, value, 'a finite number');
  return value;
}
