/** What all ranks keep of what happens, for those who listen. */

import type { Command, HearReply } from '../protocol.js';
import type { Crew } from './crew.js';
import { Order } from '../protocol.js';
import type { Rank, Result } from './rank.js';

export class Feeds {
  /** How many numbers an event has, for each feed. */
  private readonly all = new Map<number, number>();

  constructor(
    private readonly rank: Rank,
    private readonly crew: Crew,
  ) {}

  /** Begins or ends one. */
  async change(command: Extract<Command, { type: 'listen' | 'unlisten' }>): Promise<void> {
    const { number } = command;
    if (command.type === 'listen') {
      this.all.set(number, command.values);
      await this.crew.orderWith(Order.listen, bytesOf(command.ask), number);
    } else {
      this.all.delete(number);
      await this.crew.order(Order.unlisten, number);
    }
  }

  /** Takes what all ranks keep for a feed, into a buffer if it has room; null if that cannot be. */
  async hear(number: number, values: number, buffer: ArrayBuffer | null): Promise<HearReply | null> {
    const { engine, sim } = this.rank;
    const { x } = engine;
    await this.crew.order(Order.hear, number);
    const parts = await this.crew.results();
    const count = withTable(this.rank, this.crew, parts, (table) => x.fw_heard!(sim, number, table, parts.length, values));
    if (count < 0) return null;
    const bytes = engine.at(x.fw_told!(sim) >>> 0, x.fw_told_len!(sim));
    const room = buffer && buffer.byteLength >= bytes.length ? buffer : new ArrayBuffer(2 * bytes.length);
    new Uint8Array(room).set(bytes);
    return { tick: x.fw_tick!(sim), buffer: room, count, matched: new Float64Array(room, 0, 1)[0]! };
  }

  /** Takes what is kept for all of them. */
  async hearAll(): Promise<[number, HearReply][]> {
    const heard: [number, HearReply][] = [];
    for (const [number, values] of this.all) {
      const kept = await this.hear(number, values, null);
      if (kept) heard.push([number, kept]);
    }
    return heard;
  }
}

/** Calls with the address of a table of what all ranks gave, and frees that. */
export function withTable<T>({ engine }: Rank, crew: Crew, parts: readonly Result[], call: (table: number) => T): T {
  const table = engine.put(bytesOf(Uint32Array.from(parts.flatMap((part) => [part.pointer, part.length]))));
  const result = call(table);
  engine.free(table, 8 * parts.length);
  crew.release();
  return result;
}

/** The bytes of an array. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
