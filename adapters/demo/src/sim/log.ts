/** The log of a world as text: lines of JSON, which `flockwork replay` reads too. The package's `simulation.log()` writes the same. */

import type { Input } from 'flockwork';

/** Inputs that were done together at a tick. */
export interface Batch {
  readonly tick: number;
  readonly inputs: readonly Input[];
}

/** The fingerprint of a tick, after the inputs of that tick which stand before it. */
export interface Mark {
  readonly tick: number;
  readonly fingerprint: string;
}

export interface Log {
  /** Of which world it is. */
  readonly head: Readonly<Record<string, unknown>>;
  /** In their order. */
  readonly entries: readonly (Batch | Mark)[];
}

/** What two logs of one world have in common. */
const COMMON = ['model', 'entities', 'seed', 'dt', 'world', 'params'] as const;

/** A log that ends with a fingerprint. */
export function textOf(head: string, batches: readonly Batch[], mark: Mark): string {
  const lines = [head];
  let [last, number] = [-1, 0];
  for (const { tick, inputs } of batches) {
    if (tick !== last) [last, number] = [tick, 0];
    for (const input of inputs) lines.push(JSON.stringify({ tick, number: number++, ...input }));
  }
  lines.push(JSON.stringify({ tick: mark.tick, fingerprint: mark.fingerprint }));
  return `${lines.join('\n')}\n`;
}

/** Reads a log; a line that is none of it is named. */
export function readLog(text: string): Log {
  const [first = '', ...rest] = text.split('\n');
  const head = objectOf(first);
  if (head?.flockwork !== 'inputs') throw new RangeError('this is no log of a world: its first line does not say of which one it is');
  if (head.format !== 1) throw new RangeError(`this log is of format ${String(head.format)}: this page reads format 1`);
  const entries: ((Batch & { readonly inputs: Input[] }) | Mark)[] = [];
  rest.forEach((line, index) => {
    if (line.trim() === '') return;
    const { tick, number: _number, fingerprint, ...input } = objectOf(line) ?? {};
    const name = `line ${index + 2} of the log`;
    if (typeof tick !== 'number' || !Number.isSafeInteger(tick) || tick < 0) throw new RangeError(`${name} is neither an input nor a fingerprint with its tick`);
    const last = entries.at(-1);
    if (last && last.tick > tick) throw new RangeError(`${name} is of tick ${tick}, and comes after one of tick ${last.tick}`);
    if (typeof fingerprint === 'string') entries.push({ tick, fingerprint });
    else if (last && 'inputs' in last && last.tick === tick) last.inputs.push(input as unknown as Input);
    else entries.push({ tick, inputs: [input as unknown as Input] });
  });
  return { head, entries };
}

function objectOf(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** In what a log is of another world than this head says; null if it is of this one. */
export function difference(log: Log['head'], head: string): string | null {
  const here = objectOf(head) ?? {};
  for (const key of COMMON) {
    const [there, own] = [written(log[key]), written(here[key])];
    if (there !== own) return `the log is of another world: its ${key} is ${short(there)}, here it is ${short(own)}`;
  }
  return null;
}

function short(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)} …` : text;
}

/** With its names in order and numbers in 32 bits, so that two that mean the same are written alike. */
export function written(value: unknown): string {
  const order = (_: string, one: unknown): unknown => {
    if (typeof one === 'number') return Math.fround(one);
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return one;
    return Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return JSON.stringify(value, order) ?? 'missing';
}
