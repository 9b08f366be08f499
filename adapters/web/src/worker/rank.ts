/** One worker's part of a simulation: it carries out orders. */

import { countOf } from '../field.js';
import { MOST_MEASURES, OWN_MEASURES, RankWord, Word, type Control } from '../layout.js';
import { modelOf } from '../model.js';
import { Accept, Order, type Failure, type FromWorker, type InitialCells, type InitialColumn, type MakeSpec, type Made, type ModuleInfo, type Setting } from '../protocol.js';
import type { ErrorPlace, ParamValue } from '../types.js';
import { CodedError, type Engine } from './engine.js';
import { Show } from './show.js';
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
const BOARD_BYTES = 16;

export class Rank {
  /** The simulation, and the one that shall replace it. */
  sim = 0;
  private candidate = 0;
  private world = 0;
  private board = 0;
  /** How many cells each field of a frame has. */
  cells: readonly number[] = [];
  /** Addresses of the streams that this rank fills by itself, without shared memory. */
  private own: number[] = [];
  private frame = 0;
  private spec: MakeSpec | null = null;
  /** The model's number. */
  private model = 0;
  /** Made with the world. */
  private shown: Show | null = null;
  readonly result: Result = { status: 0, pointer: 0, length: 0 };
  /** Buffers of frames that the main thread gave back. */
  private readonly buffers: ArrayBuffer[] = [];
  /** Bytes of the rows of fields in the last part of a frame. */
  private told = 0;

  constructor(
    readonly engine: Engine,
    private readonly info: ModuleInfo,
    readonly rank: number,
    readonly ranks: number,
    private readonly control: Control,
    /** Null with shared memory. */
    private readonly mail: Mail | null,
    private readonly post: (message: FromWorker, transfer?: ArrayBuffer[]) => void,
  ) {
    if (info.measures.length + OWN_MEASURES > MOST_MEASURES) {
      throw new CodedError('ABI_MISMATCH', `the module measures ${info.measures.length} things, this script has room for ${MOST_MEASURES - OWN_MEASURES}`);
    }
  }

  /** Makes the simulation. */
  async make(spec: MakeSpec, model: number): Promise<Made> {
    const { engine } = this;
    const { x } = engine;
    // What the entities begin with is no longer needed after that.
    this.spec = { ...spec, initial: [], amounts: [] };
    this.shown = new Show(engine, modelOf(this.info.models, spec.scenario)!);
    if (!this.mail) this.setBoard(this.control.words[Word.board]!);
    this.model = model;
    if (spec.snapshot) {
      const bytes = new Uint8Array(spec.snapshot);
      const address = engine.put(bytes);
      this.sim = x.fw_restore!(this.config(settingsOf(spec.accept)), this.board, address, bytes.length);
      engine.free(address, Math.max(1, bytes.length));
    } else {
      const config = this.config([]);
      this.fill(config, spec.initial);
      this.sow(config, spec.amounts);
      this.sim = x.fw_new!(config, this.board);
    }
    if (this.sim === 0) throw new CodedError(engine.errorCode('BAD_SCENARIO'), engine.error());
    this.mail?.attach(this.world, this.sim);
    await this.poll();
    const cells = spec.fields.map((field) => this.cellsOf(field));
    this.cells = cells.map(countOf);
    if (this.mail) this.own = spec.strides.map((stride) => engine.alloc(stride * spec.capacity));
    return {
      cells,
      tick: x.fw_tick!(this.sim),
      population: x.fw_population!(this.sim),
      regions: x.fw_setup!(this.sim, 4),
      model: engine.text(x.fw_model_ptr!(this.sim), x.fw_model_len!(this.sim)),
      setup: Array.from({ length: 12 }, (_, index) => x.fw_setup!(this.sim, index)),
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
        x.fw_observe!(this.sim, a);
        return this.poll();
      case Order.params:
        return this.setParams(a, b);
      case Order.inputs:
        return this.give(a, b);
      case Order.color:
        this.show.color(a, b, c, d);
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
        this.restore(a, b, c, d);
        return;
      case Order.swap:
        return this.swap(a !== 0);
      case Order.entity:
        this.entity(a);
        return;
      case Order.listen:
        result.status = x.fw_listen!(this.sim, c, a, b);
        return;
      case Order.unlisten:
        x.fw_unlisten!(this.sim, a);
        return;
      case Order.hear:
        this.tell(x.fw_hear!(this.sim, a));
        return;
      case Order.find:
        this.tell(x.fw_find!(this.sim, a, b));
        return;
      case Order.metrics:
        this.writeMetrics();
        return;
    }
  }

  /** Where this rank is in its work; after a trap, where that happened. */
  place(): ErrorPlace {
    const { engine } = this;
    const { x } = engine;
    const at = { worker: this.rank, tick: this.sim === 0 ? 0 : x.fw_tick!(this.sim) };
    const length = this.sim === 0 ? 0 : x.fw_doing_len!(this.sim);
    if (length === 0) return at;
    const [phase, region] = [engine.text(x.fw_doing_ptr!(this.sim), length), x.fw_doing_region!(this.sim)];
    return region < 0 ? { ...at, phase } : { ...at, phase, region };
  }

  /** Takes back a buffer of a frame. */
  recycle(buffer: ArrayBuffer): void {
    giveBuffer(this.buffers, buffer);
  }

  /** Makes every blocked call of all ranks end. */
  fail(): void {
    if (this.board === 0) return;
    const word = this.board >>> 2;
    const words = this.boardWords();
    Atomics.compareExchange(words, word + 1, 0, this.rank + 1);
    Atomics.add(words, word, 1);
    Atomics.notify(words, word);
  }

  /** The rank that failed first, or -1. */
  failed(): number {
    return this.board === 0 ? -1 : Atomics.load(this.boardWords(), (this.board >>> 2) + 1) - 1;
  }

  private boardWords(): Int32Array {
    return this.engine.wordsTo((this.board >>> 0) + BOARD_BYTES);
  }

  private setBoard(board: number): void {
    const version = this.engine.wordsTo((board >>> 0) + BOARD_BYTES)[(board >>> 2) + 3];
    if (version !== BOARD_VERSION) {
      throw new CodedError('ABI_MISMATCH', `the board has version ${version}, this script knows ${BOARD_VERSION}`);
    }
    this.board = board;
  }

  /** Settings of the run, and those of this rank. */
  private config(more: readonly Setting[]): number {
    const { engine } = this;
    const { x } = engine;
    const config = x.fw_config!();
    const own: Setting[] = [['model', this.model], ['rank', this.rank], ['ranks', this.ranks]];
    const settings = [...this.spec!.scenario.settings, ...more, ...own];
    for (const setting of settings) {
      const ok = engine.withSetting(setting, config, x.fw_set!, x.fw_set_other!);
      if (ok < 0) throw new CodedError('BAD_SCENARIO', engine.error());
    }
    return config;
  }

  /** Writes the entities at tick 0 into the settings. */
  private fill(config: number, initial: readonly InitialColumn[]): void {
    const { engine } = this;
    for (const { name, component, components, values } of initial) {
      const rows = values.length / components;
      for (let part = 0; part < components; part++) {
        const add = (at: number, length: number) => engine.x.fw_column!(config, at, length, component + part, rows) >>> 0;
        const address = engine.withText(name, add);
        if (address === 0) throw new CodedError(engine.errorCode('MEMORY_LIMIT'), engine.error());
        const bytes = engine.at(address, 8 * rows);
        const column = new Float64Array(bytes.buffer, address, rows);
        for (let row = 0; row < rows; row++) column[row] = values[components * row + part]!;
      }
    }
  }

  /** Writes what is in cells of fields at first into the settings. */
  private sow(config: number, amounts: readonly InitialCells[]): void {
    const { engine } = this;
    for (const { name, values } of amounts) {
      const address = engine.withText(name, (at, length) => engine.x.fw_cells!(config, at, length, values.length) >>> 0);
      if (address === 0) throw new CodedError(engine.errorCode('MEMORY_LIMIT'), engine.error());
      const bytes = engine.at(address, 4 * values.length);
      new Float32Array(bytes.buffer, address, values.length).set(values);
    }
  }

  /** How many cells a field has along each axis. */
  private cellsOf(field: number): number[] {
    const counts = [0, 1, 2].map((axis) => this.engine.x.fw_field_cells!(this.sim, field, axis) >>> 0);
    return counts.filter((count) => count > 0);
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
    const code = other >= 0 && other !== this.rank ? 'PEER_FAILED' : this.engine.errorCode('SIMULATION');
    return new CodedError(code, this.engine.error());
  }

  private setParams(address: number, length: number): Maybe {
    const { engine, result } = this;
    const { x } = engine;
    const params = JSON.parse(engine.text(address, length)) as Setting[];
    for (const param of params) engine.withSetting(param, this.sim, x.fw_param!, x.fw_param_other!);
    result.status = x.fw_params!(this.sim);
    if (result.status < 0) {
      this.refuse('BAD_PARAM');
      return;
    }
    return this.finish('BAD_PARAM');
  }

  /** Gives inputs; the status is how many were spawned. */
  private give(address: number, length: number): Maybe {
    const { x } = this.engine;
    if (x.fw_inputs!(this.sim, address, length) < 0) {
      this.refuse('BAD_INPUT');
      return;
    }
    return this.finish('BAD_INPUT');
  }

  /** Polls until what was given is done, or refused for somebody who is there. */
  private finish(code: string): Maybe {
    const answer = (): void => {
      this.result.status = this.engine.x.fw_answer!(this.sim);
      if (this.result.status < 0) this.refusal = { code, message: this.engine.error() };
    };
    const polled = this.poll();
    if (polled) return polled.then(answer);
    answer();
  }

  /** The parameters in use. */
  params(): Setting[] {
    const { x } = this.engine;
    const values = JSON.parse(this.engine.text(x.fw_params_ptr!(this.sim), x.fw_params_len!(this.sim))) as ParamValue[];
    return this.info.models[this.model]!.params.map(({ name }, index) => [name, values[index]!]);
  }

  /** What shows the entities of this rank. */
  get show(): Show {
    return this.shown!;
  }

  /** Why the last order was refused. */
  refusal: Failure = { code: '', message: '' };

  private refuse(usual: string): void {
    this.result.status = -1;
    this.refusal = { code: this.engine.errorCode(usual), message: this.engine.error() };
  }

  private restore(address: number, length: number, board: number, accept: number): void {
    const { x } = this.engine;
    if (!this.mail) this.setBoard(board);
    // A run is one with the parameters that it has now.
    const now = this.params().map(([name, value]): Setting => [`params.${name}`, value]);
    const config = this.config([...now, ...settingsOf(accept)]);
    this.candidate = x.fw_restore!(config, this.board, address, length);
    if (this.candidate === 0) this.refuse('BAD_SNAPSHOT');
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
    x.fw_follow!(sim, candidate);
    x.fw_drop!(sim);
    return this.poll();
  }

  /** What was told stands there until something else is. */
  private tell(status: number): void {
    const { x } = this.engine;
    if (status < 0) {
      this.refuse('BAD_AREA');
      return;
    }
    this.result.status = status;
    this.result.pointer = x.fw_told!(this.sim) >>> 0;
    this.result.length = x.fw_told_len!(this.sim);
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
    const { streams, strides } = spec;
    const addresses = this.mail ? this.own : streams.map((_, stream) => this.control.words[this.control.stream(slot, stream)]! >>> 0);
    this.show.write(this.sim, { streams, strides, addresses }, first, count);
    if (this.mail) return this.postPart(first, count);
    spec.fields.forEach((field, index) => {
      const address = this.control.words[this.control.stream(slot, streams.length + index)]! >>> 0;
      x.fw_field!(this.sim, field, address, this.cells[index]!);
    });
  }

  private postPart(first: number, count: number): void {
    const { strides, fields } = this.spec!;
    const { x } = this.engine;
    const streams = strides.reduce((sum, stride) => sum + align(stride * count), 0);
    // Rows of fields are as many as in the last part, but where the world was cut anew.
    let buffer = takeBuffer(this.buffers, streams + this.told);
    let target = new Uint8Array(buffer);
    let at = 0;
    strides.forEach((stride, stream) => {
      const begin = this.own[stream]! + stride * first;
      target.set(this.engine.at(begin, stride * count), at);
      at += align(stride * count);
    });
    const rows = fields.map((field) => {
      x.fw_field_rows!(this.sim, field);
      const told = this.engine.at(x.fw_told!(this.sim) >>> 0, x.fw_told_len!(this.sim));
      if (at + told.length > target.length) {
        const small = target;
        target = new Uint8Array((buffer = takeBuffer(this.buffers, at + told.length)));
        target.set(small.subarray(0, at));
        giveBuffer(this.buffers, small.buffer);
      }
      target.set(told, at);
      at += told.length;
      return told.length;
    });
    this.told = at - streams;
    this.frame += 1;
    const tick = x.fw_tick!(this.sim);
    this.post({ type: 'part', rank: this.rank, frame: this.frame, tick, first, count, rows, buffer }, [buffer]);
  }

  private writeMetrics(): void {
    const { x } = this.engine;
    const begin = (this.control.rank(this.rank) + RankWord.measures) / 2;
    const { length } = this.info.measures;
    for (let index = 0; index < length; index++) this.control.doubles[begin + index] = x.fw_metric!(this.sim, index);
    this.control.doubles.set(this.engine.heap(), begin + length);
    if (this.mail) {
      const values = this.control.doubles.slice(begin, begin + length + OWN_MEASURES);
      this.post({ type: 'measures', rank: this.rank, values });
    }
  }
}

/** Streams of a part begin at multiples of 4 bytes. */
export function align(bytes: number): number {
  return (bytes + 3) & ~3;
}

/** What a snapshot may differ in, as settings. */
function settingsOf(accept: number): Setting[] {
  return [
    ['other_params', accept & Accept.params],
    ['other_arithmetic', accept & Accept.arithmetic],
  ];
}
