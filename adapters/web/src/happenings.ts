/** What happens, as a stream that is read: what is asked for, and what comes. */

import type { HappeningBatch, HappeningOptions, Happenings } from './happening.js';
import { numberOf } from './input.js';
import type { Command, HearReply } from './protocol.js';
import { finite, invalid, isObject, onlyKeys, texts, unknown, whole } from './refusal.js';
import { InvalidStateError, type ModelInfo } from './types.js';

const OPTIONS: readonly (keyof HappeningOptions)[] = ['kinds', 'where', 'columns', 'limit'];
/** As the module numbers them; a model names its events. */
const KINDS = ['birth', 'event', 'death'] as const;
const MOST_COLUMNS = 8;
const MOST_LIMIT = 1 << 20;

/** What is told by number. */
function kindsOf({ event }: ModelInfo): string[] {
  return KINDS.map((kind) => (kind === 'event' ? (event?.name ?? kind) : kind));
}

/** What a feed of the module is asked for: see `fw_listen`. */
export function askOf(model: ModelInfo, options: HappeningOptions): Float64Array {
  if (!isObject(options)) throw invalid('options', options, 'an object');
  onlyKeys('the option', options, OPTIONS);
  const { kinds, where = {}, columns = [], limit = 4096 } = options;
  texts('kinds', kinds);
  texts('columns', columns);
  if (!isObject(where)) throw invalid('where', where, 'an object of ranges by name');
  if (columns.length > MOST_COLUMNS) throw invalid('columns', columns, `at most ${MOST_COLUMNS} names`);
  const names = kindsOf(model);
  const bits = (kinds ?? KINDS).map((kind) => {
    const at = Math.max(names.indexOf(kind), (KINDS as readonly string[]).indexOf(kind));
    if (at < 0) throw unknown('the kind', kind, names);
    return 1 << at;
  });
  const ranges = Object.entries(where).flatMap(([name, range]) => {
    const ends: readonly unknown[] = Array.isArray(range) ? range : [range, range];
    if (ends.length !== 2) throw invalid(`where.${name}`, range, 'a number, or a list of the least and the largest');
    return [...kept(model, `where`, name), ...ends.map((end) => finite(`where.${name}`, end))];
  });
  const numbers = columns.flatMap((name) => kept(model, 'columns', name));
  const all = bits.reduce((sum, bit) => sum | bit, 0);
  return Float64Array.of(all, whole('limit', limit, 1, MOST_LIMIT), columns.length, ...numbers, ...ranges);
}

/** A number of an entity that outlives a tick: its column and component. */
function kept(model: ModelInfo, what: string, name: string): [number, number] {
  const [column, component] = numberOf(model, what, name);
  if (model.columns[column]!.reach === 'scratch') throw invalid(what, name, 'a column that outlives a tick, not a scratch one');
  return [column, component];
}

/** What a stream needs of a simulation. */
export interface Source {
  /** Takes what the workers keep for a feed, into a buffer if it has room. */
  hear(number: number, values: number, buffer: ArrayBuffer | null): Promise<HearReply>;
  /** Ends a feed. */
  forget(number: number): void;
}

export class HappeningStream implements Happenings {
  readonly kinds: readonly string[];
  private readonly values: number;
  private readonly columns: readonly string[];
  private readonly limit: number;
  /** What workers kept until a checkpoint, or until they were no more. */
  private left: HearReply | null = null;
  private buffer: ArrayBuffer | null = null;
  private reading = false;
  private closed = false;

  constructor(
    readonly number: number,
    readonly ask: Float64Array,
    model: ModelInfo,
    options: HappeningOptions,
    private readonly source: Source,
  ) {
    this.kinds = kindsOf(model);
    this.values = model.event?.values.length ?? 0;
    this.columns = [...(options.columns ?? [])];
    this.limit = ask[1]!;
  }

  /** What has workers begin to keep records. */
  listen(): Extract<Command, { type: 'listen' }> {
    return { type: 'listen', number: this.number, ask: this.ask, values: this.values };
  }

  async read(): Promise<HappeningBatch> {
    if (this.closed) throw new InvalidStateError('CLOSED', 'this stream was closed', 'Take another one: simulation.happenings().');
    if (this.reading) throw new InvalidStateError('BUSY', 'a read of this stream is under way', 'Await it first.');
    this.reading = true;
    try {
      const buffer = this.buffer;
      this.buffer = null;
      const reply = await this.source.hear(this.number, this.values, buffer);
      this.buffer = reply.buffer;
      const all = this.after(reply);
      this.left = null;
      return this.batch(all);
    } finally {
      this.reading = false;
    }
  }

  /** Takes what the workers keep, before they go. */
  async drain(): Promise<void> {
    this.keep(await this.source.hear(this.number, this.values, null));
  }

  /** Keeps what workers keep no more. */
  keep(kept: HearReply): void {
    if (kept.matched > 0) this.left = this.after(kept);
  }

  /** The newest of what was kept before and of what came after. */
  private after(newer: HearReply): HearReply {
    const { left } = this;
    if (!left) return newer;
    const count = Math.min(this.limit, left.count + newer.count);
    const older = count - newer.count;
    const each = this.bytes();
    const buffer = new ArrayBuffer(8 + count * each.reduce((sum, bytes) => sum + bytes, 0));
    const [from, to, out] = [left, newer, buffer].map((one) => new Uint8Array(one instanceof ArrayBuffer ? one : one.buffer)) as [Uint8Array, Uint8Array, Uint8Array];
    let [first, second, at] = [8, 8, 8];
    for (const bytes of each) {
      out.set(from.subarray(first + bytes * (left.count - older), first + bytes * left.count), at);
      out.set(to.subarray(second, second + bytes * newer.count), at + bytes * older);
      first += bytes * left.count;
      second += bytes * newer.count;
      at += bytes * count;
    }
    return { tick: newer.tick, buffer, count, matched: left.matched + newer.matched };
  }

  /** Bytes of a record in each of the arrays, in their order: see `batch`. */
  private bytes(): number[] {
    return [8, ...this.columns.map(() => 8), 4, 4, 12, 4 * this.values, 1];
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.source.forget(this.number);
  }

  /** The arrays, one behind the other as `feed::arrays` has them. */
  private batch({ buffer, count, matched }: HearReply): HappeningBatch {
    let at = 8;
    const next = <T>(Kind: new (buffer: ArrayBuffer, at: number, length: number) => T, bytes: number, each = 1): T => {
      const array = new Kind(buffer, at, each * count);
      at += bytes * each * count;
      return array;
    };
    const tick = next(Float64Array, 8);
    const columns = Object.fromEntries(this.columns.map((name) => [name, next(Float64Array, 8)]));
    const id = next(Uint32Array, 4);
    const other = next(Uint32Array, 4);
    const position = next(Float32Array, 4, 3);
    const values = next(Float32Array, 4, this.values);
    const kind = next(Uint8Array, 1);
    return { count, dropped: matched - count, tick, kind, id, other, position, values, columns };
  }
}
