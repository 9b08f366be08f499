/** The first worker: it leads the others through ticks, at a rate or as fast as they can. */

import { TICK_TIMES, Word, ahead, following, type Control } from '../layout.js';
import { Order, type ColorSpec, type Command, type Failure, type FromWorker, type InputsReply, type MakeSpec, type PastCommand, type Setting } from '../protocol.js';
import { bytesOfScalar } from '../scalar.js';
import type { ModelInfo } from '../types.js';
import type { Crew } from './crew.js';
import { CodedError } from './engine.js';
import { bytesOf, Feeds, withTable } from './feeds.js';
import { Publisher } from './publisher.js';
import type { Rank } from './rank.js';
import { Watchers } from './watchers.js';

/** How long a worker may compute before it looks at its messages, where nothing else tells it. */
const SLICE_MS = 4;
/** How often the state is told, without shared memory; and how often metrics are written. */
const STATUS_MS = 100;
/** So many batches of inputs make a checkpoint due: no more have to be given again. */
const MOST_BATCHES = 1000;
/** A rate that cannot be kept: more ticks behind than this are forgotten, and told. */
const BEHIND = 8;

interface Run {
  readonly id: number;
  readonly until: number | null;
}

export class Leader {
  private readonly queue: Command[] = [];
  private wake: (() => void) | null = null;
  private run: Run | null = null;
  /** Commands that have come, as `Word.posted` counts them. */
  private handled: number;
  private interval = 0;
  private due = 0;
  private sliced = 0;
  private told = 0;
  private checkpoint = 0;
  /** Batches of inputs since then. */
  private batches = 0;
  private readonly publisher: Publisher;
  private readonly watchers = new Watchers();
  private readonly feeds: Feeds;
  private exit = false;

  constructor(
    private readonly rank: Rank,
    private readonly crew: Crew,
    private readonly control: Control,
    private readonly shared: boolean,
    private readonly spec: MakeSpec,
    private readonly model: ModelInfo,
    private readonly post: (message: FromWorker, transfer?: ArrayBuffer[]) => void,
  ) {
    this.feeds = new Feeds(rank, crew);
    this.publisher = new Publisher(rank, crew, control, shared, spec, post);
    this.handled = Atomics.load(control.words, Word.posted);
  }

  /** A message has come. */
  take(command: Command): void {
    this.handled = following(this.handled);
    if (command.type === 'taken') this.publisher.taken();
    else this.queue.push(command);
    this.arouse();
  }

  stop(): void {
    this.exit = true;
    this.arouse();
  }

  /** Shows the world as it begins. */
  async begin(): Promise<void> {
    await this.setColor(this.spec.color);
    await this.show();
    this.checkpoint = this.tick();
  }

  /** Lives until it shall stop. */
  async lead(): Promise<void> {
    while (!this.stopped()) {
      if (this.interrupted()) await macrotask();
      for (let next = this.queue.shift(); next && !this.exit; next = this.queue.shift()) await this.carryOut(next);
      if (this.exit) return;
      if (this.run) await this.advance(this.run);
      else await this.rest(null);
    }
  }

  /** True if all shall end. With shared memory no message is needed for that. */
  private stopped(): boolean {
    return this.exit || (this.shared && Atomics.load(this.control.words, Word.stop) !== 0);
  }

  /** True if messages may wait. */
  private interrupted(): boolean {
    if (this.shared) return ahead(Atomics.load(this.control.words, Word.posted), this.handled) > 0;
    const now = performance.now();
    if (now - this.sliced < SLICE_MS) return false;
    this.sliced = now;
    return true;
  }

  private arouse(): void {
    const wake = this.wake;
    this.wake = null;
    wake?.();
  }

  /** Waits for a message, for so many milliseconds at most. */
  private async rest(milliseconds: number | null): Promise<void> {
    if (this.queue.length > 0 || this.exit) return;
    if (milliseconds !== null && this.shared) {
      Atomics.wait(this.control.words, Word.posted, this.handled, milliseconds);
      return;
    }
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      if (milliseconds !== null) setTimeout(resolve, milliseconds);
    });
    this.sliced = performance.now();
  }

  private tick(): number {
    return this.rank.engine.x.fw_tick!(this.rank.sim);
  }

  /** One tick, when it is due. */
  private async advance(run: Run): Promise<void> {
    if (run.until !== null && this.tick() >= run.until) {
      this.run = null;
      await this.show();
      await this.look(true);
      this.reply(run.id, this.where());
      return;
    }
    this.rank.engine.beat();
    const begin = performance.now();
    if (this.interval > 0 && run.until === null && !this.isDue(begin)) {
      this.publisher.handOver();
      await this.rest(Math.min(50, this.due - begin));
      return;
    }
    const ticking = this.crew.order(Order.tick);
    if (ticking) await ticking;
    const end = performance.now();
    this.control.time(end - begin);
    this.control.tick = this.tick();
    this.control.population = this.rank.engine.x.fw_population!(this.rank.sim);
    this.publisher.handOver();
    this.publisher.publishIfWanted();
    if (end - this.told > STATUS_MS) this.tell(end);
    if (this.watchers.any) await this.look(false);
    await this.keep();
  }

  private isDue(now: number): boolean {
    const behind = (now - this.due) / this.interval;
    if (behind < 0) return false;
    if (behind > BEHIND) {
      this.post({ type: 'overrun', behindTicks: Math.floor(behind) });
      this.due = now;
    }
    this.due += this.interval;
    return true;
  }

  private where(): { tick: number; population: number } {
    return { tick: this.tick(), population: this.rank.engine.x.fw_population!(this.rank.sim) };
  }

  /** Tells the state to the main thread, and has all ranks write their metrics. */
  private tell(now: number): void {
    this.told = now;
    const { floats, timed } = this.control;
    void this.crew.order(Order.metrics);
    if (this.shared) return;
    const times = floats.slice(Word.times, Word.times + TICK_TIMES);
    this.post({ type: 'status', ...this.where(), timed, times }, [times.buffer as ArrayBuffer]);
  }

  /** Publishes the state as it is, and resolves when it can be seen. */
  private async show(): Promise<void> {
    await this.crew.settled();
    this.publisher.handOver();
    this.publisher.publish();
    this.control.tick = this.tick();
    this.control.population = this.where().population;
    this.tell(performance.now());
    await this.crew.settled();
    this.publisher.handOver();
  }

  /** Makes a checkpoint if one is due. */
  private async keep(): Promise<void> {
    const every = this.spec.checkpointEvery;
    if (every === 0 || (this.tick() - this.checkpoint < every && this.batches < MOST_BATCHES)) return;
    await this.makeCheckpoint();
  }

  private async makeCheckpoint(): Promise<void> {
    const bytes = await this.snapshot();
    const heard = await this.feeds.hearAll();
    this.checkpoint = this.tick();
    this.batches = 0;
    this.post({ type: 'checkpoint', tick: this.checkpoint, bytes, heard }, [bytes, ...heard.map(([, { buffer }]) => buffer)]);
  }

  private reply(id: number, value: unknown, transfer: ArrayBuffer[] = []): void {
    this.post({ type: 'reply', id, value }, transfer);
  }

  private async carryOut(command: Command): Promise<void | undefined> {
    switch (command.type) {
      case 'run':
        this.run = command;
        this.setRate(command.rate);
        this.due = performance.now();
        return;
      case 'pause':
        this.run = null;
        await this.show();
        await this.look(true);
        this.reply(command.id, this.where());
        return;
      case 'rate':
        this.setRate(command.rate);
        this.due = performance.now();
        return;
      case 'color':
        await this.setColor(command.color);
        if (!this.run) await this.show();
        return;
      case 'params':
        return this.setParams(command.id, command.params);
      case 'inputs':
        return this.give(command.id, new Uint8Array(command.bytes));
      case 'snapshot': {
        const bytes = await this.snapshot();
        this.reply(command.id, bytes, [bytes]);
        return;
      }
      case 'restore':
        return this.restore(command.id, new Uint8Array(command.bytes), command.accept);
      case 'parameters':
        this.reply(command.id, this.rank.params());
        return;
      case 'observe':
        return this.observe(command.id);
      case 'entity':
        return this.entity(command.id, command.entity);
      case 'watch':
        return this.watchers.add(command, this.tick());
      case 'unwatch':
        return this.watchers.remove(command.number);
      case 'listen':
      case 'unlisten':
        await this.feeds.change(command);
        this.post({ type: 'feed', tick: this.tick(), command });
        return;
      case 'hear':
        return this.hear(command);
      case 'again':
        return this.again(command);
      case 'find':
        return this.find(command.id, command.area);
    }
  }

  private setRate(rate: number): void {
    this.interval = rate > 0 ? 1000 / rate : 0;
  }

  private async observe(id: number): Promise<void> {
    await this.crew.order(Order.observe, 1);
    const { x } = this.rank.engine;
    const half = (high: number) => (x.fw_fingerprint!(this.rank.sim, high) >>> 0).toString(16).padStart(8, '0');
    this.reply(id, { ...this.where(), fingerprint: half(1) + half(0), stats: this.stats() });
  }

  /** The statistics that were seen last. */
  private stats(): Record<string, number | null> {
    const { x } = this.rank.engine;
    return Object.fromEntries(
      this.model.stats.map((stat, index) => {
        const value = x.fw_stat!(this.rank.sim, index);
        return [stat.name, Number.isNaN(value) ? null : value];
      }),
    );
  }

  /** Tells those who listen for ticks, if it is time; when a run ends, all who have not heard of its tick. */
  private async look(ended: boolean): Promise<void> {
    const numbers = this.watchers.due(this.tick(), performance.now(), ended);
    if (numbers.length === 0) return;
    await this.crew.order(Order.observe, 0);
    this.post({ type: 'seen', numbers, event: { ...this.where(), stats: this.stats() } });
  }

  private async hear({ id, number, values, buffer }: Extract<Command, { type: 'hear' }>): Promise<void> {
    const reply = await this.feeds.hear(number, values, buffer);
    if (reply) this.reply(id, reply, [reply.buffer]);
    else this.refuse(id, { code: 'SIMULATION', message: this.rank.engine.error() });
  }

  /** Does again what others did before a worker died; nobody is told of that but by its end. */
  private async again({ id, past, until }: Extract<Command, { type: 'again' }>): Promise<void> {
    for (const { tick, command } of past) {
      await this.reach(tick);
      await this.repeat(command);
    }
    await this.reach(until);
    await this.show();
    this.reply(id, this.where());
  }

  /** Computes ticks in silence. */
  private async reach(tick: number): Promise<void> {
    while (this.tick() < tick && !this.stopped()) {
      if (this.interrupted()) await macrotask();
      this.rank.engine.beat();
      const ticking = this.crew.order(Order.tick);
      if (ticking) await ticking;
    }
  }

  private async repeat(command: PastCommand): Promise<void> {
    switch (command.type) {
      case 'params':
        await this.crew.orderWith(Order.params, bytesOfParams(command.params));
        break;
      case 'inputs':
        await this.crew.orderWith(Order.inputs, new Uint8Array(command.bytes));
        break;
      case 'hear':
        await this.feeds.hear(command.number, command.values, null);
        return;
      default:
        await this.feeds.change(command);
        return;
    }
    // It was done once.
    if (this.rank.result.status < 0) throw new CodedError(this.rank.refusal.code, this.rank.refusal.message);
  }

  private async find(id: number, area: Float64Array): Promise<void> {
    const { engine } = this.rank;
    await this.crew.orderWith(Order.find, bytesOf(area));
    const parts = await this.crew.results();
    if (parts.some(({ status }) => status < 0)) {
      this.crew.release();
      this.refuse(id);
      return;
    }
    const ids = new Uint32Array(parts.reduce((sum, { length }) => sum + length / 4, 0));
    let at = 0;
    for (const { pointer, length } of parts) {
      new Uint8Array(ids.buffer, at, length).set(engine.at(pointer, length));
      at += length;
    }
    this.crew.release();
    this.reply(id, { tick: this.tick(), ids: ids.sort() }, [ids.buffer]);
  }

  private async setParams(id: number, params: readonly Setting[]): Promise<void> {
    await this.crew.orderWith(Order.params, bytesOfParams(params));
    if (this.rank.result.status < 0) {
      this.refuse(id);
      return;
    }
    if (!this.run) await this.show();
    this.reply(id, this.tick());
    await this.given();
  }

  private async give(id: number, bytes: Uint8Array): Promise<void> {
    await this.crew.orderWith(Order.inputs, bytes);
    const { sim, engine, result } = this.rank;
    const count = result.status;
    if (count < 0) {
      this.refuse(id);
      return;
    }
    const first = engine.x.fw_spawned!(sim) >>> 0;
    const reply: InputsReply = { tick: this.tick(), first, count };
    if (!this.run) await this.show();
    this.reply(id, reply);
    await this.given();
  }

  /** A batch was given and answered: until the next checkpoint it may have to be given again. */
  private async given(): Promise<void> {
    this.batches += 1;
    if (this.batches >= MOST_BATCHES) await this.keep();
  }

  private refuse(id: number, failure = this.rank.refusal): void {
    this.post({ type: 'refusal', id, failure });
  }

  /** The whole state: the parts of all ranks, merged. */
  private async snapshot(): Promise<ArrayBuffer> {
    const { engine, sim } = this.rank;
    const { x } = engine;
    await this.crew.order(Order.snapshot);
    const parts = await this.crew.results();
    const merged = withTable(this.rank, this.crew, parts, (table) => x.fw_merge!(sim, table, parts.length));
    if (merged < 0) throw new CodedError('SIMULATION', engine.error());
    const bytes = engine.copy(x.fw_merged!(sim) >>> 0, x.fw_merged_len!(sim));
    await this.crew.order(Order.release);
    return bytes;
  }

  /** Takes another state in place of this one; what does not fit leaves everything as it is. */
  private async restore(id: number, bytes: Uint8Array, accept: number): Promise<void> {
    const { engine } = this.rank;
    const old = this.control.words[Word.board]!;
    const board = this.shared ? engine.x.fw_board!(this.rank.ranks) : 0;
    const refused = await this.tryRestore(bytes, board, accept);
    if (!refused) this.control.words[Word.board] = board;
    await this.crew.order(Order.swap, refused ? 0 : 1);
    await this.crew.settled();
    if (this.shared) engine.x.fw_board_drop!(refused ? board : old);
    if (refused) {
      this.refuse(id, refused);
      return;
    }
    if (this.spec.checkpointEvery > 0) await this.makeCheckpoint();
    await this.show();
    this.reply(id, this.where());
  }

  /** Has all ranks make the other state beside their own; gives why one of them cannot. */
  private async tryRestore(bytes: Uint8Array, board: number, accept: number): Promise<Failure | null> {
    try {
      await this.crew.orderWith(Order.restore, bytes, board, accept);
    } catch (thrown) {
      if (!(thrown instanceof CodedError && thrown.code === 'MEMORY_LIMIT')) throw thrown;
      await this.crew.settled();
      return { code: thrown.code, message: thrown.message };
    }
    const results = await this.crew.results();
    this.crew.release();
    if (results.every((one) => one.status === 0)) return null;
    if (this.rank.result.status < 0) return this.rank.refusal;
    return { code: 'MEMORY_LIMIT', message: 'a worker has no memory for the world of the snapshot beside its own' };
  }

  private async entity(id: number, entity: number): Promise<void> {
    const size = rowBytes(this.model);
    await this.crew.order(Order.entity, entity);
    const found = (await this.crew.results(size)).find((one) => one.pointer !== 0);
    const row = found ? this.rank.engine.copy(found.pointer, size) : null;
    this.crew.release();
    this.reply(id, row, row ? [row] : []);
  }

  /** Colours everywhere alike; looks for the range of a column at the entities of this rank. */
  private async setColor(color: ColorSpec): Promise<void> {
    const [low, high] = color.range ?? this.rank.show.range(this.rank.sim, color);
    await this.crew.order(Order.color, color.column, color.component, low, high);
    await this.crew.settled();
  }
}

function bytesOfParams(params: readonly Setting[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(params));
}

/** Bytes of an entity's row as `fw_entity` packs it. */
export function rowBytes(model: ModelInfo): number {
  return model.columns
    .filter((column) => column.reach !== 'scratch')
    .reduce((sum, column) => sum + bytesOfScalar(column.scalar) * column.components, 0);
}

/** Resolves after the messages that have come were handled. */
const macrotask: () => Promise<void> =
  typeof setImmediate === 'function'
    ? () => new Promise((resolve) => setImmediate(resolve))
    : (() => {
        const channel = new MessageChannel();
        let wake: (() => void) | null = null;
        channel.port1.onmessage = () => wake?.();
        return () =>
          new Promise<void>((resolve) => {
            wake = resolve;
            channel.port2.postMessage(0);
          });
      })();
