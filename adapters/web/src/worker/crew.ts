/** How the leader's orders reach all ranks, and what they gave comes back. */

import { ORDER_SIZE, RING, RankWord, Word, ahead, following, type Control } from '../layout.js';
import { Order, type OrderMessage, type ResultMessage } from '../protocol.js';
import { CodedError } from './engine.js';
import type { Rank, Result } from './rank.js';

type Maybe = void | Promise<void>;

/** The leader's view of all ranks, itself among them. */
export interface Crew {
  /** Has all ranks carry out an order, and carries it out here. */
  order(code: number, a?: number, b?: number, c?: number, d?: number): Maybe;
  /** As `order` with the address and length of bytes first; all have read them when it resolves. */
  orderWith(code: number, bytes: Uint8Array, c?: number, d?: number): Promise<void>;
  /** Resolves when all ranks have carried out all orders. */
  settled(): Maybe;
  /** True if they have. */
  isSettled(): boolean;
  /** What the last order gave on each rank, with bytes in the leader's memory; call `release` after. */
  results(sizeOfBytes?: number): Promise<Result[]>;
  /** Frees the bytes of `results`. */
  release(): void;
}

/** How long one wait lasts at most, milliseconds: a lost wake-up costs no more than that. */
const SLEEP = 100;

/** Orders in a ring of shared memory. */
export class SharedCrew implements Crew {
  /** Orders given, as a word that begins anew when it is full. */
  private given: number;

  constructor(
    private readonly rank: Rank,
    private readonly control: Control,
  ) {
    this.given = Atomics.load(control.words, Word.orders);
  }

  order(code: number, a = 0, b = 0, c = 0, d = 0): Maybe {
    this.give(code, a, b, c, d);
    return this.rank.run(code, a, b, c, d);
  }

  async orderWith(code: number, bytes: Uint8Array, c = 0, d = 0): Promise<void> {
    const { engine } = this.rank;
    const address = engine.put(bytes);
    await this.order(code, address, bytes.length, c, d);
    this.settled();
    engine.free(address, Math.max(1, bytes.length));
  }

  isSettled(): boolean {
    return this.oldest() === this.given;
  }

  settled(): void {
    this.waitFor(this.given);
  }

  async results(): Promise<Result[]> {
    this.settled();
    const results = [{ ...this.rank.result }];
    for (let rank = 1; rank < this.rank.ranks; rank++) {
      const at = this.control.rank(rank);
      const word = (place: number) => this.control.words[at + place]!;
      results.push({
        status: word(RankWord.status),
        pointer: word(RankWord.pointer) >>> 0,
        length: word(RankWord.length) >>> 0,
      });
    }
    return results;
  }

  release(): void {}

  private give(code: number, a: number, b: number, c: number, d: number): void {
    const { words, doubles } = this.control;
    this.waitFor((this.given - RING + 1) | 0);
    const at = place(this.given);
    doubles[at] = code;
    doubles[at + 1] = a;
    doubles[at + 2] = b;
    doubles[at + 3] = c;
    doubles[at + 4] = d;
    this.given = following(this.given);
    Atomics.store(words, Word.orders, this.given);
    Atomics.notify(words, Word.orders);
  }

  /** The number of orders that every follower has carried out. */
  private oldest(): number {
    let oldest = this.given;
    for (let rank = 1; rank < this.rank.ranks; rank++) {
      const done = Atomics.load(this.control.words, this.control.rank(rank) + RankWord.done);
      if (ahead(oldest, done) > 0) oldest = done;
    }
    return oldest;
  }

  private waitFor(orders: number): void {
    const { words } = this.control;
    for (;;) {
      const acks = Atomics.load(words, Word.acks);
      if (ahead(this.oldest(), orders) >= 0) return;
      if (Atomics.load(words, Word.stop) !== 0) throw new CodedError('STOPPED', 'the simulation was stopped');
      if (this.rank.failed() >= 0) throw new CodedError('PEER_FAILED', `worker ${this.rank.failed()} has failed`);
      this.rank.engine.beat();
      // Ticks wake nobody here, so that they cost nothing: what waits for one looks again soon.
      Atomics.wait(words, Word.acks, acks, 1);
    }
  }
}

/** A follower's life with shared memory: it carries out orders until it shall stop. */
export function follow(rank: Rank, control: Control): void {
  const { words, doubles } = control;
  const own = control.rank(rank.rank);
  const stopped = () => Atomics.load(words, Word.stop) !== 0;
  for (let done = Atomics.load(words, own + RankWord.done); ; ) {
    while (Atomics.load(words, Word.orders) === done) {
      if (stopped()) return;
      rank.engine.beat();
      Atomics.wait(words, Word.orders, done, SLEEP);
    }
    const at = place(done);
    const code = doubles[at]!;
    if (code === Order.exit || stopped()) return;
    // With shared memory every order is carried out at once.
    void rank.run(code, doubles[at + 1]!, doubles[at + 2]!, doubles[at + 3]!, doubles[at + 4]!);
    words[own + RankWord.status] = rank.result.status;
    words[own + RankWord.pointer] = rank.result.pointer;
    words[own + RankWord.length] = rank.result.length;
    done = following(done);
    Atomics.store(words, own + RankWord.done, done);
    if (code !== Order.tick) {
      Atomics.add(words, Word.acks, 1);
      Atomics.notify(words, Word.acks);
    }
  }
}

/** Where an order stands among the doubles of the control block, by its number. */
function place(order: number): number {
  return Word.ring / 2 + (order & (RING - 1)) * ORDER_SIZE;
}

/** Orders as messages. */
export class PortCrew implements Crew {
  /** Results that have come, for each follower. */
  private readonly come: ResultMessage[][] = [];
  private wake: (() => void) | null = null;
  private waiting = 0;
  private held: Result[] = [];

  constructor(
    private readonly rank: Rank,
    private readonly ports: readonly (MessagePort | null)[],
  ) {
    for (let index = 0; index < rank.ranks; index++) this.come.push([]);
  }

  order(code: number, a = 0, b = 0, c = 0, d = 0): Maybe {
    this.give(code, [a, b, c, d], null);
    return this.rank.run(code, a, b, c, d);
  }

  async orderWith(code: number, bytes: Uint8Array, c = 0, d = 0): Promise<void> {
    this.give(code, [0, bytes.length, c, d], bytes);
    const { engine } = this.rank;
    const address = engine.put(bytes);
    await this.rank.run(code, address, bytes.length, c, d);
    engine.free(address, Math.max(1, bytes.length));
  }

  isSettled(): boolean {
    return this.waiting === 0;
  }

  settled(): Maybe {
    if (this.waiting > 0) return this.allSettled();
  }

  async results(size = 0): Promise<Result[]> {
    await this.settled();
    const { engine, ranks } = this.rank;
    const own = { ...this.rank.result };
    if (size > 0) own.length = own.pointer === 0 ? 0 : size;
    const results = [own];
    for (let rank = 1; rank < ranks; rank++) {
      const message = this.come[rank]!.at(-1);
      const bytes = new Uint8Array(message?.bytes ?? new ArrayBuffer(0));
      const pointer = bytes.length > 0 ? engine.put(bytes) : 0;
      results.push({ status: message?.status ?? -1, pointer, length: bytes.length });
    }
    this.held = results.slice(1);
    return results;
  }

  release(): void {
    for (const one of this.held) if (one.pointer !== 0) this.rank.engine.free(one.pointer, one.length);
    this.held = [];
  }

  /** A follower has carried out an order that gives a result. */
  result(message: ResultMessage): void {
    const list = this.come[message.from]!;
    list.length = 0;
    list.push(message);
    this.waiting -= 1;
    if (this.waiting === 0) {
      const wake = this.wake;
      this.wake = null;
      wake?.();
    }
  }

  private async allSettled(): Promise<void> {
    while (this.waiting > 0) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  private give(code: number, args: number[], bytes: Uint8Array | null): void {
    for (const port of this.ports) {
      if (!port) continue;
      const payload = bytes ? (bytes.slice().buffer as ArrayBuffer) : null;
      const message: OrderMessage = { type: 'order', code, args, payload };
      port.postMessage(message, payload ? [payload] : []);
    }
    if (code !== Order.tick) this.waiting += this.rank.ranks - 1;
  }
}

/** A follower's orders without shared memory, carried out one after another. */
export class PortFollower {
  private readonly queue: OrderMessage[] = [];
  private busy = false;

  constructor(
    private readonly rank: Rank,
    private readonly leader: MessagePort,
    private readonly fault: (thrown: unknown) => void,
    /** Bytes of an entity's row. */
    private readonly rowBytes: () => number,
  ) {}

  async take(message: OrderMessage): Promise<void> {
    this.queue.push(message);
    if (this.busy) return;
    this.busy = true;
    try {
      for (let next = this.queue.shift(); next; next = this.queue.shift()) await this.carryOut(next);
    } catch (thrown) {
      this.fault(thrown);
    }
    this.busy = false;
  }

  private async carryOut({ code, args, payload }: OrderMessage): Promise<void> {
    const { engine, result } = this.rank;
    let [a, b, c, d] = args as [number, number, number, number];
    if (payload && !(a = this.room(payload))) return this.answer(-1, null);
    await this.rank.run(code, a, b, c, d);
    if (payload) engine.free(a, Math.max(1, payload.byteLength));
    if (code === Order.tick) return;
    const length = code === Order.entity ? this.rowBytes() : result.length;
    const bytes = result.pointer !== 0 && length > 0 ? engine.copy(result.pointer, length) : null;
    this.answer(result.status, bytes);
  }

  /** Puts an order's bytes into memory; 0 if they do not fit. */
  private room(payload: ArrayBuffer): number {
    try {
      return this.rank.engine.put(new Uint8Array(payload));
    } catch (thrown) {
      if (thrown instanceof CodedError && thrown.code === 'MEMORY_LIMIT') return 0;
      throw thrown;
    }
  }

  private answer(status: number, bytes: ArrayBuffer | null): void {
    const message: ResultMessage = { type: 'result', from: this.rank.rank, status, bytes };
    this.leader.postMessage(message, bytes ? [bytes] : []);
  }
}
