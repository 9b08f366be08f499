/** The workers of one simulation, from their start to their end. */

import { WORLDS } from './assets.js';
import { colorOf, namesOf, streamsOf, type Plan } from './input.js';
import { bytesOfTable, initialOf } from './initial.js';
import { PartFrames, SharedFrames, type Frames } from './frames.js';
import { CONTROL_BYTES, Control, RankWord, TICK_TIMES, Word } from './layout.js';
import { bufferOf, reckon, together, wasmMemory, type MemoryPlan } from './memory.js';
import type { Platform, WorkerHandle } from './platform.js';
import { modelOf } from './model.js';
import type { Command, Failure, FromWorker, Made, MakeSpec, Measure, MemorySource, ModuleInfo, ModuleModel, Seen, ToWorker } from './protocol.js';
import {
  FlockworkError,
  InvalidInputError,
  SimulationFault,
  UnsupportedError,
  WorkerCrashError,
  WorkerLoadError,
  type ErrorPlace,
  type ModelInfo,
  type SimulationOptions,
  type WorkerKind,
} from './types.js';

/** What a team is made of. */
export interface TeamSpec {
  readonly plan: Plan;
  readonly workers: number;
  readonly kind: WorkerKind;
  readonly shared: boolean;
  readonly module: WebAssembly.Module | null;
  /** What it begins from instead of tick 0; it may be taken as late as when the workers are there. */
  readonly snapshot: ArrayBuffer | null | (() => Promise<ArrayBuffer>);
  /** What that may differ in. */
  readonly accept: number;
}

/** What a team tells to who made it. */
export interface TeamEvents {
  reply(id: number, value: unknown): void;
  refusal(id: number, error: FlockworkError): void;
  checkpoint(checkpoint: Extract<FromWorker, { type: 'checkpoint' }>): void;
  /** A feed has begun or ended. */
  feed(feed: Extract<FromWorker, { type: 'feed' }>): void;
  overrun(behindTicks: number): void;
  seen(seen: Seen): void;
  /** Some worker cannot go on, so none can. */
  fault(error: FlockworkError): void;
}

/** How long workers get to end by themselves, ms. */
const EXIT_MS = 1000;
/** Making a world may take so many times as long as loading a script. */
const MAKE_FACTOR = 8;
/** Of a field: what it begins with, what is in it now and was before, and three frames. */
const BYTES_PER_CELL = 32;

/** Bytes of the words of a board that are used here: 0 epoch, 2 stop. */
const BOARD_BYTES = 12;

const MEMORY_HINT =
  'Allow each worker more with `memoryPerWorker`, which takes all that there is if it is not given, or take fewer ' +
  'entities, a smaller `renderCapacity`, or parameters under which the crowd grows less. A tier of JavaScript cannot ' +
  'let memory grow: there `memoryPerWorker` is what a worker has from the start.';

/** The error that a worker's failure is for the user. */
export function errorOf(failure: Failure, worker: number): FlockworkError {
  const { code, message, place } = failure;
  const cause = { cause: failure.stack };
  switch (code) {
    case 'BAD_SCENARIO':
    case 'UNKNOWN_MODEL':
    case 'BAD_SNAPSHOT':
    case 'SNAPSHOT_MISMATCH':
    case 'BAD_PARAM':
    case 'BAD_INPUT':
    case 'BAD_AREA':
      return new InvalidInputError(code, message, undefined, cause);
    case 'OTHER_ARITHMETIC':
      return new InvalidInputError(code, message, "Allow it with `accept: ['arithmetic']`.", cause);
    case 'MEMORY_LIMIT':
      return new InvalidInputError(code, message, MEMORY_HINT, cause);
    case 'SIMULATION':
      return new SimulationFault(code, message, undefined, cause, place);
    case 'ABI_MISMATCH':
      return new UnsupportedError(code, message, 'Take all files from one release.', [], cause);
    default:
      return new WorkerCrashError(code, `worker ${worker} failed${whereOf(place)}: ${message}`, undefined, worker, cause, place);
  }
}

function whereOf(place: ErrorPlace | undefined): string {
  if (!place) return '';
  const phase = place.phase === undefined ? '' : ` in phase \`${place.phase}\``;
  const region = place.region === undefined ? '' : ` of region ${place.region}`;
  return `${phase}${region} in tick ${place.tick}`;
}

export class Team {
  readonly frames: Frames;
  private beats: number[];
  private silentSince: number[];
  private late: boolean[];

  private constructor(
    readonly spec: TeamSpec,
    readonly model: ModelInfo,
    readonly measures: readonly Measure[],
    readonly made: Made,
    /** How long it took to make the world, ms. */
    readonly making: number,
    readonly control: Control,
    private readonly crew: Crew,
    private readonly events: TeamEvents,
    /** The memory of all workers; null if each has its own. */
    private readonly memory: MemorySource | null,
    frames: (team: Team) => Frames,
  ) {
    this.frames = frames(this);
    this.beats = new Array<number>(spec.workers).fill(0);
    this.silentSince = new Array<number>(spec.workers).fill(performance.now());
    this.late = new Array<boolean>(spec.workers).fill(false);
    crew.broken = (error) => events.fault(error);
    crew.giveTo((rank, message) => this.take(rank, message));
  }

  /** Starts workers and makes the world. */
  static async start(
    platform: Platform,
    options: SimulationOptions,
    spec: TeamSpec,
    events: TeamEvents,
    progress: (phase: 'spawn' | 'init') => void,
    signal: AbortSignal | undefined,
  ): Promise<Team> {
    const crew = new Crew(platform, options, spec);
    const abort = () => crew.fail(signal!.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      signal?.throwIfAborted();
      progress('spawn');
      crew.spawn();
      await crew.all('hello', spec.plan.initTimeoutMs);
      const memory = spec.shared ? crew.makeMemory() : null;
      crew.open(0, memory, 0);
      const opened = await crew.one(0, 'opened', spec.plan.initTimeoutMs);
      const { models, measures } = JSON.parse(opened.info) as ModuleInfo;
      const snapshot = typeof spec.snapshot === 'function' ? await spec.snapshot() : spec.snapshot;
      const make = makeSpec(options, { ...spec, snapshot }, models);
      progress('init');
      for (let rank = 1; rank < spec.workers; rank++) crew.open(rank, memory, opened.control);
      const begin = performance.now();
      crew.post(0, { type: 'make', make });
      for (let rank = 1; rank < spec.workers; rank++) crew.post(rank, { type: 'make', make });
      const made = (await crew.all('made', MAKE_FACTOR * spec.plan.initTimeoutMs))[0]!.made;
      const making = performance.now() - begin;
      const model = modelOf(models, make.scenario)!;
      const control = memory
        ? new Control(bufferOf(memory, opened.control + CONTROL_BYTES), opened.control)
        : new Control(new ArrayBuffer(CONTROL_BYTES), 0);
      if (memory) control.check();
      const fields = make.fields.map((index, at) => ({ name: model.fields[index]!.name, cells: made.cells[at]! }));
      const shape = { model, columns: namesOf('columns', model, options), capacity: spec.plan.capacity, strides: make.strides, fields };
      const team = new Team(spec, model, measures, made, making, control, crew, events, memory, (one) =>
        memory
          ? new SharedFrames(control, memory, shape)
          : new PartFrames(
              spec.workers,
              shape,
              (rank, buffer) => crew.post(rank, { type: 'recycle', buffer }, [buffer]),
              () => one.send({ type: 'taken' }),
            ),
      );
      await crew.orFail(team.frames.first);
      return team;
    } catch (error) {
      crew.terminate();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Posts a command to the leader. */
  send(command: Command, transfer: Transferable[] = []): void {
    // What cannot be posted throws, and must not be waited for.
    this.crew.post(0, command, transfer);
    if (!this.spec.shared) return;
    Atomics.add(this.control.words, Word.posted, 1);
    Atomics.notify(this.control.words, Word.posted);
  }

  /** Whether the process shall live for the workers' sake. */
  hold(alive: boolean): void {
    this.crew.hold(alive);
  }

  /** Looks for signs of life; calls back with the worker that gave none for too long. */
  watch(limit: number, dead: (worker: number) => void): void {
    const now = performance.now();
    for (let rank = 0; rank < this.spec.workers; rank++) {
      const beat = this.beat(rank);
      if (beat !== this.beats[rank]) {
        this.beats[rank] = beat;
        this.silentSince[rank] = now;
        this.late[rank] = false;
      } else if (now - this.silentSince[rank]! > limit) {
        // Twice, since a page that was frozen sees its timers before its messages.
        if (this.late[rank]) return dead(rank);
        this.late[rank] = true;
      }
    }
    if (!this.spec.shared) this.crew.ping();
  }

  /** Whoever was silent may have had nothing to do. */
  forgive(): void {
    this.silentSince.fill(performance.now());
    this.late.fill(false);
  }

  /** Has all workers end, and ends them if they do not. */
  async stop(): Promise<void> {
    this.halt();
    await this.crew.exits(EXIT_MS);
    this.crew.terminate();
  }

  /** Ends all workers without waiting for them. */
  kill(): void {
    this.halt();
    this.crew.terminate();
  }

  private halt(): void {
    this.crew.broken = () => {};
    if (this.spec.shared) {
      const { words } = this.control;
      Atomics.store(words, Word.stop, 1);
      const board = words[Word.board]! >>> 2;
      const all = new Int32Array(bufferOf(this.memory!, 4 * board + BOARD_BYTES));
      Atomics.store(all, board + 2, 1);
      Atomics.add(all, board, 1);
      Atomics.notify(all, board);
      for (const place of [Word.orders, Word.posted, Word.acks]) Atomics.notify(words, place);
    }
    this.crew.exit();
  }

  private beat(rank: number): number {
    if (!this.spec.shared) return this.crew.pongs[rank]!;
    return Atomics.load(this.control.words, this.control.rank(rank) + RankWord.beat);
  }

  private take(rank: number, message: FromWorker): void {
    const { control, events } = this;
    switch (message.type) {
      case 'reply':
        return events.reply(message.id, message.value);
      case 'refusal':
        return events.refusal(message.id, errorOf(message.failure, rank));
      case 'checkpoint':
        return events.checkpoint(message);
      case 'feed':
        return events.feed(message);
      case 'overrun':
        return events.overrun(message.behindTicks);
      case 'seen':
        return events.seen(message);
      case 'status':
        control.tick = message.tick;
        control.population = message.population;
        control.timed = message.timed;
        control.floats.set(message.times.subarray(0, TICK_TIMES), Word.times);
        return;
      case 'measures':
        control.doubles.set(message.values, (control.rank(message.rank) + RankWord.measures) / 2);
        return;
      case 'part':
        if (this.frames instanceof PartFrames) this.frames.add(message);
        return;
      default:
        return;
    }
  }
}

function makeSpec(options: SimulationOptions, spec: TeamSpec & { readonly snapshot: ArrayBuffer | null }, models: readonly ModuleModel[]): MakeSpec {
  const { scenario, capacity, checkpointEvery } = spec.plan;
  const model = modelOf(models, scenario);
  if (!model && models.some(({ name }) => name === scenario.model)) {
    const { depth } = options.scenario.world;
    const where = depth === undefined ? 'in space alone: give scenario.world.depth' : 'in the plane alone: leave scenario.world.depth out';
    throw new InvalidInputError('BAD_SCENARIO', `the model ${scenario.model} runs ${where}`);
  }
  if (!model) {
    // Of other files than the package's own it is not known what stands beside them.
    const beside = options.assets ? [] : WORLDS;
    const known = [...models.map((one) => one.name), ...beside].join(', ');
    throw new InvalidInputError('UNKNOWN_MODEL', `scenario.model is "${scenario.model}": this package has ${known}`);
  }
  const shown = streamsOf(model, options);
  const color = colorOf(model, options.colorBy);
  // A snapshot has all entities.
  const initial = spec.snapshot ? [] : initialOf(model, spec.plan.initial);
  const amounts = spec.snapshot ? [] : spec.plan.amounts;
  return { scenario, initial, amounts, snapshot: spec.snapshot, accept: spec.accept, capacity, ...shown, color, checkpointEvery };
}

type Awaited_ = { [Type in FromWorker['type']]: Extract<FromWorker, { type: Type }> };

/** The handles of all workers, and what is waited for from them. */
class Crew {
  readonly pongs: number[];
  private take: ((rank: number, message: FromWorker) => void) | null = null;
  /** Called once the team runs; before, what is waited for fails. */
  broken: ((error: FlockworkError) => void) | null = null;
  private readonly workers: WorkerHandle[] = [];
  private readonly waits = new Set<{ rank: number; type: string; resolve: (message: never) => void; reject: (error: unknown) => void }>();
  /** Messages that came before somebody waited for them. */
  private readonly early: { rank: number; message: FromWorker }[] = [];
  private failure: unknown = null;
  private exited = 0;
  private whenExited: (() => void) | null = null;

  constructor(
    private readonly platform: Platform,
    private readonly options: SimulationOptions,
    private readonly spec: TeamSpec,
  ) {
    this.pongs = new Array<number>(spec.workers).fill(0);
  }

  spawn(): void {
    for (let rank = 0; rank < this.spec.workers; rank++) {
      this.workers.push(
        this.platform.spawn(this.spec.kind, rank, this.options, {
          message: (message) => this.receive(rank, message),
          error: (text) => this.fail(this.crash(rank, text)),
        }),
      );
    }
  }

  /** From now on messages go there, those first that have come already. */
  giveTo(take: (rank: number, message: FromWorker) => void): void {
    this.take = take;
    for (const { rank, message } of this.early.splice(0)) take(rank, message);
  }

  /** The memory of all workers. */
  makeMemory(): MemorySource {
    const plan = this.memoryPlan();
    try {
      if (this.spec.module) return wasmMemory(plan, true);
      return { buffer: new SharedArrayBuffer(plan.first) };
    } catch (cause) {
      throw new FlockworkError('MEMORY_LIMIT', `${plan.first} bytes of shared memory cannot be had`, MEMORY_HINT, { cause });
    }
  }

  /** Bytes of the memory of all workers, or of each where each has its own. */
  private memoryPlan(): MemoryPlan {
    const { workers, shared, module, plan } = this.spec;
    const tables = bytesOfTable(plan.initial) + BYTES_PER_CELL * plan.cells;
    const each = reckon(plan.entities, workers, module !== null, plan.memoryPerWorker, tables);
    return shared ? together(each, workers) : each;
  }

  open(rank: number, memory: MemorySource | null, control: number): void {
    const ports = this.ports(rank);
    const { workers, shared, module } = this.spec;
    const transfer = ports.filter((port) => port !== null);
    this.post(rank, { type: 'open', rank, ranks: workers, shared, module, memory, plan: this.memoryPlan(), control, ports }, transfer);
  }

  post(rank: number, message: ToWorker, transfer: readonly Transferable[] = []): void {
    this.workers[rank]?.post(message, transfer);
  }

  ping(): void {
    this.workers.forEach((worker) => worker.post({ type: 'ping' }));
  }

  exit(): void {
    this.workers.forEach((worker) => worker.post({ type: 'exit' }));
  }

  hold(alive: boolean): void {
    this.workers.forEach((worker) => worker.hold?.(alive));
  }

  terminate(): void {
    this.workers.forEach((worker) => worker.terminate());
    this.workers.length = 0;
    this.take = () => {};
  }

  /** Resolves when all have ended, or after so many milliseconds. */
  async exits(milliseconds: number): Promise<void> {
    if (this.exited >= this.spec.workers || this.failure) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.whenExited = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** The next message of a type from one worker. */
  async one<Type extends FromWorker['type']>(rank: number, type: Type, milliseconds: number): Promise<Awaited_[Type]> {
    if (this.failure) throw this.failure;
    const at = this.early.findIndex((one) => one.rank === rank && one.message.type === type);
    if (at >= 0) return this.early.splice(at, 1)[0]!.message as Awaited_[Type];
    return new Promise((resolve, reject) => {
      const wait = { rank, type, resolve: resolve as (message: never) => void, reject };
      const timer = setTimeout(() => {
        const text = `worker ${rank} has not answered within ${milliseconds} ms`;
        this.fail(new WorkerLoadError('WORKER_TIMEOUT', text, 'On a slow machine set a longer `initTimeoutMs`.'));
      }, milliseconds);
      wait.resolve = ((message: Awaited_[Type]) => {
        clearTimeout(timer);
        resolve(message);
      }) as (message: never) => void;
      wait.reject = (error) => {
        clearTimeout(timer);
        reject(error as Error);
      };
      this.waits.add(wait);
    });
  }

  /** The next message of a type from every worker. */
  all<Type extends FromWorker['type']>(type: Type, milliseconds: number): Promise<Awaited_[Type][]> {
    return Promise.all(this.workers.map((_, rank) => this.one(rank, type, milliseconds)));
  }

  /** The promise, unless a worker fails before it is kept. */
  orFail(promise: Promise<void>): Promise<void> {
    if (this.failure) return Promise.reject(this.failure as Error);
    return new Promise((resolve, reject) => {
      const wait = { rank: -1, type: '', resolve: () => {}, reject };
      this.waits.add(wait);
      void promise.then(() => {
        this.waits.delete(wait);
        resolve();
      });
    });
  }

  /** Nothing more can be expected. */
  fail(error: unknown): void {
    if (this.failure) return;
    this.failure = error;
    for (const wait of this.waits) wait.reject(error);
    this.waits.clear();
    if (error instanceof FlockworkError) this.broken?.(error);
  }

  private crash(rank: number, text: string): FlockworkError {
    if (!this.broken) return new WorkerLoadError('WORKER_LOAD', `worker ${rank} did not start: ${text}`);
    return new WorkerCrashError('WORKER_CRASH', `worker ${rank} died: ${text}`, undefined, rank);
  }

  private receive(rank: number, message: FromWorker): void {
    if (message.type === 'fault') {
      // Who only says that another one failed is not the one to blame.
      if (message.failure.code !== 'PEER_FAILED') this.fail(errorOf(message.failure, rank));
      return;
    }
    if (message.type === 'pong') {
      this.pongs[rank]! += 1;
      return;
    }
    if (message.type === 'exited') {
      this.exited += 1;
      if (this.exited >= this.spec.workers) this.whenExited?.();
      return;
    }
    for (const wait of this.waits) {
      if (wait.rank !== rank || wait.type !== message.type) continue;
      this.waits.delete(wait);
      wait.resolve(message as never);
      return;
    }
    if (this.take) this.take(rank, message);
    else this.early.push({ rank, message });
  }

  /** One end of a channel to every other worker. */
  private ports(rank: number): (MessagePort | null)[] {
    if (this.spec.shared) return [];
    return Array.from({ length: this.spec.workers }, (_, other) => (other === rank ? null : this.channel(rank, other)));
  }

  private readonly channels = new Map<string, MessageChannel>();

  private channel(rank: number, other: number): MessagePort {
    const [low, high] = rank < other ? [rank, other] : [other, rank];
    const key = `${low} ${high}`;
    const channel = this.channels.get(key) ?? new MessageChannel();
    this.channels.set(key, channel);
    return rank === low ? channel.port1 : channel.port2;
  }
}
