/** Inputs as the module reads them, and the log of a run. */

import { finite, invalid, isObject, isWhole } from './refusal.js';
import type { Input, ParamValue } from './types.js';

const KINDS = ['spawn', 'remove', 'set', 'params', 'poke', 'field', 'door'] as const;

/** The largest id, and number of a shape. */
const MOST_WORD = 0xffff_ffff;

/** Bytes that grow. */
class Bytes {
  private bytes = new Uint8Array(256);
  private length = 0;

  private room(more: number): DataView {
    if (this.length + more > this.bytes.length) {
      const larger = new Uint8Array(2 * (this.length + more));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    const at = this.length;
    this.length += more;
    return new DataView(this.bytes.buffer, at, more);
  }

  byte(value: number): void {
    this.room(1).setUint8(0, value);
  }

  word(value: number): void {
    this.room(4).setUint32(0, value, true);
  }

  number(value: number): void {
    this.room(8).setFloat64(0, value, true);
  }

  numbers(values: readonly number[]): void {
    this.word(values.length);
    values.forEach((value) => this.number(value));
  }

  text(value: string): void {
    const bytes = new TextEncoder().encode(value);
    this.word(bytes.length);
    this.room(bytes.length);
    this.bytes.set(bytes, this.length - bytes.length);
  }

  done(): ArrayBuffer {
    return this.bytes.slice(0, this.length).buffer;
  }
}

/** The bytes of a batch; what is no input is named. What the model makes of it says the module. */
export function bytesOfInputs(inputs: readonly Input[]): ArrayBuffer {
  if (!Array.isArray(inputs)) throw invalid('inputs', inputs, 'a list of inputs');
  const out = new Bytes();
  out.word(inputs.length);
  inputs.forEach((input, index) => write(out, `inputs[${index}]`, input));
  return out.done();
}

function write(out: Bytes, what: string, input: Input): void {
  const keys = isObject(input) ? Object.keys(input) : [];
  const kind = KINDS.findIndex((name) => name === keys[0]);
  if (keys.length !== 1 || kind < 0) throw invalid(what, input, `an object with one of ${KINDS.join(', ')}`);
  const name = `${what}.${keys[0]}`;
  out.byte(kind);
  if ('remove' in input) {
    out.word(idOf(name, input.remove));
  } else if ('spawn' in input) {
    values(out, name, input.spawn, []);
  } else if ('set' in input) {
    out.word(idOf(`${name}.id`, objectOf(name, input.set)['id']));
    values(out, name, input.set, ['id']);
  } else if ('params' in input) {
    params(out, name, input.params);
  } else if ('poke' in input) {
    const { at, radius } = objectOf(name, input.poke);
    place(out, `${name}.at`, at);
    out.number(finite(`${name}.radius`, radius));
    values(out, name, input.poke, ['at', 'radius']);
  } else if ('field' in input) {
    field(out, name, objectOf(name, input.field));
  } else {
    door(out, name, objectOf(name, input.door));
  }
}

function place(out: Bytes, what: string, at: unknown): void {
  if (!Array.isArray(at)) throw invalid(what, at, 'a list of coordinates');
  out.numbers(at.map((one, axis) => finite(`${what}[${axis}]`, one)));
}

function field(out: Bytes, what: string, given: Readonly<Record<string, unknown>>): void {
  const { name, at, radius, low, high, set, add } = given;
  if (typeof name !== 'string') throw invalid(`${what}.name`, name, 'the name of a field');
  out.text(name);
  if (at !== undefined) {
    out.byte(0);
    place(out, `${what}.at`, at);
    out.number(finite(`${what}.radius`, radius));
  } else {
    out.byte(1);
    place(out, `${what}.low`, low);
    place(out, `${what}.high`, high);
  }
  if ((set === undefined) === (add === undefined)) throw invalid(what, given, 'with `set` or `add`, an amount');
  out.byte(set === undefined ? 1 : 0);
  out.number(set === undefined ? finite(`${what}.add`, add) : finite(`${what}.set`, set));
}

function door(out: Bytes, what: string, { shape, open }: Readonly<Record<string, unknown>>): void {
  const shapes: unknown[] = Array.isArray(shape) ? shape : [shape];
  out.word(shapes.length);
  shapes.forEach((one) => out.word(wholeOf(`${what}.shape`, one, 'the number of a door')));
  if (typeof open !== 'boolean') throw invalid(`${what}.open`, open, 'true or false');
  out.byte(Number(open));
}

function objectOf(what: string, value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw invalid(what, value, 'an object of values by name');
  return value as Readonly<Record<string, unknown>>;
}

function values(out: Bytes, what: string, given: unknown, others: readonly string[]): void {
  const named = Object.entries(objectOf(what, given)).filter(([name]) => !others.includes(name));
  out.word(named.length);
  for (const [name, value] of named) {
    out.text(name);
    out.number(typeof value === 'boolean' ? Number(value) : finite(`${what}.${name}`, value));
  }
}

function params(out: Bytes, what: string, given: unknown): void {
  const named = Object.entries(objectOf(what, given));
  out.word(named.length);
  for (const [name, value] of named) {
    out.text(name);
    if (typeof value === 'string') {
      out.byte(2);
      out.text(value);
    } else if (Array.isArray(value)) {
      out.byte(1);
      out.numbers(value.map((one, index) => finite(`${what}.${name}[${index}]`, one)));
    } else {
      out.byte(0);
      out.number(finite(`${what}.${name}`, value));
    }
  }
}

function idOf(what: string, value: unknown): number {
  return wholeOf(what, value, 'the id of an entity');
}

function wholeOf(what: string, value: unknown, allowed: string): number {
  if (!isWhole(value, 0, MOST_WORD)) throw invalid(what, value, `${allowed}, from 0 to ${MOST_WORD}`);
  return value;
}

/** The log of a run: what `flockwork replay` reads. */
export class InputLog {
  private readonly lines: string[] = [];
  private readonly numbers = new Map<number, number>();
  private last = '';

  /** A batch that was done. */
  given(tick: number, inputs: readonly Input[]): void {
    let number = this.numbers.get(tick) ?? 0;
    for (const input of inputs) this.lines.push(JSON.stringify({ tick, number: number++, ...input }));
    // Of a tick that is over nothing is needed.
    this.numbers.clear();
    this.numbers.set(tick, number);
  }

  /** What was seen. */
  seen(tick: number, fingerprint: string): void {
    const line = JSON.stringify({ tick, fingerprint });
    if (line !== this.last) this.lines.push(line);
    this.last = line;
  }

  text(head: Readonly<Record<string, unknown>>): string {
    return `${[JSON.stringify(head), ...this.lines].join('\n')}\n`;
  }
}

/** What a log says of its run: `setup` as the module tells it. */
export function headOf(model: string, setup: readonly number[], edges: readonly string[], params: Readonly<Record<string, ParamValue>>): Record<string, unknown> {
  const [dt, low, high, entities] = setup as readonly [number, number, number, number];
  const seed = (BigInt(high) << 32n) | BigInt(low);
  const axes = [0, 1, 2].map((axis) => ({ length: setup[6 + 2 * axis]!, edge: edges[setup[7 + 2 * axis]!] }));
  const world = axes.filter(({ length }) => length > 0);
  return { flockwork: 'inputs', format: 1, model, entities, seed: seed.toString(), dt, world, params };
}
