/** One worker's part of a simulation: it carries out orders. */

import { METRICS, RankWord, Word, type Control } from '../layout.js';
import { Order, type FromWorker, type MakeSpec, type Made } from '../protocol.js';
import { CodedError, type Engine } from './engine.js';
import { takeBuffer, giveBuffer, type Mail } from './mail.js';

/** What an order gave: 0 or more, or -1 with a text in the engine; and bytes in memory. */
export interface Result {
  status: number;
  pointer: number;
  length: number;
}

type Maybe = void | Promise<void>;

/** Bytes of the words of a board that this script uses: 0 epoch, 1 failed, 2 stop, 3 version. */
const BOARD_VERSION = 1;

export class Rank {
  /** The simulation, and the one that shall replace it. */
  sim = 0;
  private candidate = 0;
  private world = 0;
  private board = 0;
  /** Addresses of the streams that this rank fills by itself, without shared memory. */
  private own: number[] = [];
  private frame = 0;
  private spec: MakeSpec | null = null;
  readonly result: Result = { status: 0, pointer: 0, length: 0 };
  /** Buffers of frames that the main thread gave back. */
  private readonly buffers: ArrayBuffer[] = [];

  constructor(
    readonly engine: Engine,
    readonly rank: number,
    readonly ranks: number,
    private readonly control: Control,
    /** Null with shared memory. */
    private readonly mail: Mail | null,
    private readonly post: (message: FromWorker, transfer?: ArrayBuffer[]) => void,
  ) {}

  /** Makes the simulation. */
  async make(spec: MakeSpec, model: number): Promise<Made> {
    const { engine } = this;
    const { x } = engine;
    this.spec = spec;
    if (!this.mail) this.setBoard(this.control.words[Word.board]!);
    if (spec.snapshot) {
      const bytes = new Uint8Array(spec.snapshot);
      const address = engine.put(bytes);
      this.sim = x.fw_restore!(this.config(), this.board, address, bytes.length);
      engine.free(address, bytes.length);
    } else {
      this.sim = x.fw_new!(model, this.config(), this.board);
    }
    if (this.sim === 0) {
      const error = engine.error();
      const code = /memory/.test(error) ? 'MEMORY_LIMIT' : spec.snapshot ? 'BAD_SNAPSHOT' : 'BAD_SCENARIO';
      throw new CodedError(code, error);
    }
    this.mail?.attach(this.world, this.sim);
    await this.poll();
    if (this.mail) this.own = spec.strides.map((stride) => engine.alloc(stride * spec.capacity));
    return {
      tick: x.fw_tick!(this.sim),
      population: x.fw_population!(this.sim),
      regions: x.fw_setup!(this.sim, 7),
      model: engine.text(x.fw_model_ptr!(this.sim), x.fw_model_len!(this.sim)),
      setup: Array.from({ length: 9 }, (_, index) => x.fw_setup!(this.sim, index)),
    };
  }

  /** Carries out an order; a promise only where mail has to come by messages. */
  run(code: number, a: number, b: number, c: number, d: number): Maybe {
    const { x } = this.engine;
    const result = this.result;
    result.status = 0;
    result.pointer = 0;
    result.length = 0;
    switch (code) {
      case Order.tick:
        x.fw_begin!(this.sim);
        return this.poll();
      case Order.observe:
        x.fw_observe!(this.sim);
        return this.poll();
      case Order.params:
        return this.setParams(a, b);
      case Order.color:
        x.fw_color!(this.sim, a, b, c, d);
        return;
      case Order.publish:
        this.publish(a);
        return;
      case Order.snapshot:
        result.pointer = x.fw_snapshot!(this.sim) >>> 0;
        result.length = x.fw_snapshot_len!(this.sim);
        return;
      case Order.release:
        x.fw_snapshot_free!(this.sim);
        return;
      case Order.restore:
        this.restore(a, b, c);
        return;
      case Order.swap:
        return this.swap(a !== 0);
      case Order.entity:
        this.entity(a);
        return;
      case Order.metrics:
        this.writeMetrics();
        return;
    }
  }

  /** Takes back a buffer of a frame. */
  recycle(buffer: ArrayBuffer): void {
    giveBuffer(this.buffers, buffer);
  }

  /** Makes every blocked call of all ranks end. */
  fail(): void {
    if (this.board === 0) return;
    const word = this.board >>> 2;
    Atomics.compareExchange(this.engine.words, word + 1, 0, this.rank + 1);
    Atomics.add(this.engine.words, word, 1);
    Atomics.notify(this.engine.words, word);
  }

  /** The rank that failed first, or -1. */
  failed(): number {
    return this.board === 0 ? -1 : Atomics.load(this.engine.words, (this.board >>> 2) + 1) - 1;
  }

  private setBoard(board: number): void {
    const version = this.engine.words[(board >>> 2) + 3];
    if (version !== BOARD_VERSION) {
      throw new CodedError('ABI_MISMATCH', `the board has version ${version}, this script knows ${BOARD_VERSION}`);
    }
    this.board = board;
  }

  private config(): number {
    const { engine } = this;
    const { x } = engine;
    const config = x.fw_config!();
    const settings = [...this.spec!.scenario.settings, ['rank', this.rank], ['ranks', this.ranks]] as const;
    for (const [name, value] of settings) {
      const ok = engine.withText(name, (address, length) => x.fw_set!(config, address, length, value));
      if (ok < 0) throw new CodedError('BAD_SCENARIO', engine.error());
    }
    return config;
  }

  private poll(): Maybe {
    if (this.mail) return this.pollMail(this.mail);
    if (this.engine.x.fw_poll!(this.sim) < 0) throw this.failure();
  }

  private async pollMail(mail: Mail): Promise<void> {
    for (;;) {
      mail.forget();
      const state = this.engine.x.fw_poll!(this.sim);
      mail.flush(this.world, this.sim);
      if (state === 0) return;
      if (state < 0) throw this.failure();
      await mail.arrival();
    }
  }

  private failure(): CodedError {
    const other = this.failed();
    const code = other >= 0 && other !== this.rank ? 'PEER_FAILED' : 'SIMULATION';
    return new CodedError(code, this.engine.error());
  }

  private setParams(address: number, length: number): Maybe {
    const { engine, result } = this;
    const { x } = engine;
    const params = JSON.parse(engine.text(address, length)) as [string, number][];
    for (const [name, value] of params) {
      result.status = engine.withText(name, (at, size) => x.fw_param!(this.sim, at, size, value));
      if (result.status < 0) {
        // What was prepared before is undone by using the parameters as they are.
        this.unprepare(params);
        return;
      }
    }
    result.status = x.fw_params!(this.sim);
    if (result.status < 0) {
      this.refusal = engine.error();
      return;
    }
    return this.poll();
  }

  /** Prepares the parameters that are in use again. */
  private unprepare(params: readonly (readonly [string, number])[]): void {
    const { engine } = this;
    const { x } = engine;
    const error = engine.error();
    const models = JSON.parse(engine.models()) as { name: string; params: { name: string }[] }[];
    const model = engine.text(x.fw_model_ptr!(this.sim), x.fw_model_len!(this.sim));
    const table = models.find((one) => one.name === model)?.params ?? [];
    for (const [name] of params) {
      const index = table.findIndex((one) => one.name === name);
      if (index < 0) continue;
      const value = x.fw_param_value!(this.sim, index);
      engine.withText(name, (at, size) => x.fw_param!(this.sim, at, size, value));
    }
    this.refusal = error;
  }

  /** The text of the last order that was refused. */
  refusal = '';

  private restore(address: number, length: number, board: number): void {
    const { x } = this.engine;
    if (!this.mail) this.setBoard(board);
    this.candidate = x.fw_restore!(this.config(), this.board, address, length);
    this.result.status = this.candidate === 0 ? -1 : 0;
    if (this.candidate === 0) this.refusal = this.engine.error();
    else this.mail?.attach(this.world + 1, this.candidate);
  }

  private swap(take: boolean): Maybe {
    const { x } = this.engine;
    const { sim, candidate } = this;
    this.candidate = 0;
    if (!take) {
      this.mail?.detach(this.world + 1);
      if (candidate !== 0) x.fw_drop!(candidate);
      if (!this.mail) this.setBoard(this.control.words[Word.board]!);
      return;
    }
    this.mail?.detach(this.world);
    this.world += 1;
    this.sim = candidate;
    x.fw_drop!(sim);
    return this.poll();
  }

  private entity(id: number): void {
    const { x } = this.engine;
    this.result.pointer = x.fw_entity!(this.sim, id) >>> 0;
  }

  /** Writes this rank's entities into a slot of the frame, or posts them. */
  private publish(slot: number): void {
    const spec = this.spec!;
    const { x } = this.engine;
    const first = Math.min(x.fw_first!(this.sim) >>> 0, spec.capacity);
    const count = Math.min(x.fw_owned!(this.sim) >>> 0, spec.capacity - first);
    for (let stream = 0; stream < spec.streams.length; stream++) {
      const address = this.mail ? this.own[stream]! : this.control.words[Word.streamTable + slot * 16 + stream]!;
      x.fw_publish!(this.sim, spec.streams[stream]!, address, spec.capacity, spec.strides[stream]!);
    }
    if (this.mail) this.postPart(first, count);
  }

  private postPart(first: number, count: number): void {
    const { strides } = this.spec!;
    const length = strides.reduce((sum, stride) => sum + align(stride * count), 0);
    const buffer = takeBuffer(this.buffers, length);
    const target = new Uint8Array(buffer);
    let at = 0;
    strides.forEach((stride, stream) => {
      const begin = this.own[stream]! + stride * first;
      target.set(this.engine.bytes.subarray(begin, begin + stride * count), at);
      at += align(stride * count);
    });
    this.frame += 1;
    const tick = this.engine.x.fw_tick!(this.sim);
    this.post({ type: 'part', rank: this.rank, frame: this.frame, tick, first, count, buffer }, [buffer]);
  }

  private writeMetrics(): void {
    const { x } = this.engine;
    const begin = (this.control.rank(this.rank) + RankWord.metrics) / 2;
    for (let index = 0; index < METRICS; index++) {
      this.control.doubles[begin + index] = x.fw_metric!(this.sim, index);
    }
    if (this.mail) {
      const values = this.control.doubles.slice(begin, begin + METRICS);
      this.post({ type: 'metrics', rank: this.rank, values });
    }
  }
}

/** Streams of a part begin at multiples of 4 bytes. */
export function align(bytes: number): number {
  return (bytes + 3) & ~3;
}
