/** A running simulation, as the main thread sees it. */

import { ballOf, boxOf, lassoOf } from './area.js';
import { Calls } from './calls.js';
import { askOf, HappeningStream, type Source } from './happenings.js';
import { acceptOf, bytesOf, callbackOf, colorOf, plainParams, pointOf, rateOf } from './input.js';
import { Reader, type Frames } from './frames.js';
import { MetricsReader, newMetrics, type Begin } from './metrics.js';
import { EDGES } from './edge.js';
import { bytesOfInputs, headOf, InputLog } from './inputs.js';
import { Journal } from './journal.js';
import { Listeners } from './listeners.js';
import { unpack } from './model.js';
import { near } from './pick.js';
import { invalid, isObject, onlyKeys, typed } from './refusal.js';
import { Accept, type Command, type HearReply, type InputsReply, type PastCommand, type Setting } from './protocol.js';
import { collect } from './series.js';
import type { Team, TeamEvents, TeamSpec } from './team.js';
import { TickListeners, tickOptions } from './tick-listeners.js';
import {
  DisposedError,
  FlockworkError,
  InvalidInputError,
  InvalidStateError,
  SimulationFault,
  WorkerCrashError,
  type BackendReport,
  type Ball,
  type Box,
  type Entity,
  type Found,
  type FrameReader,
  type FrameView,
  type HappeningOptions,
  type Happenings,
  type Input,
  type InputAnswer,
  type Metrics,
  type ModelInfo,
  type MoveOptions,
  type Observation,
  type ParamValue,
  type ReaderOptions,
  type RestoreOptions,
  type Series,
  type SeriesOptions,
  type Simulation,
  type SimulationEventMap,
  type SimulationOptions,
  type SimulationState,
  type SnapshotBytes,
  type StepResult,
  type TickEvent,
  type TierAttempt,
} from './types.js';

/** Deaths from one checkpoint on before a run counts as lost. */
const MOST_DEATHS = 3;
/** A worker may be silent for so many times as long as the longest tick took. */
const TICKS_OF_SILENCE = 20;

interface Checkpoint {
  tick: number;
  bytes: ArrayBuffer | null;
}

type RunCommand = Extract<Command, { type: 'run' }>;

/** A command that is answered, without the number of its answer. */
type Question = Command extends infer One ? (One extends { id: number } ? Omit<One, 'id'> : never) : never;

/** Starts a team like another one, from a snapshot or from tick 0; its events go to `events`. */
export type StartTeam = (spec: TeamSpec, events: TeamEvents) => Promise<Team>;

export interface Launched {
  readonly team: Team;
  readonly report: BackendReport;
}

/** Starts a team in another place, from a snapshot that is taken when its workers are there. */
export type Launch = (to: Required<MoveOptions>, snapshot: () => Promise<ArrayBuffer>, events: TeamEvents) => Promise<Launched>;

export class Runner implements Simulation {
  private current: SimulationState = 'ready';
  private team: Team | null = null;
  /** Those of the last team, whose frames are there after an error too. */
  private frames: Frames | null = null;
  private readonly ownReader = new Reader(() => this.shown());
  private begun: Begin = { time: 0, tick: 0 };
  private looks = new WeakMap<Metrics, MetricsReader>();
  private ownLook: MetricsReader | null = null;
  private readonly calls: Calls;
  private readonly listeners = new Listeners();
  private next = 1;
  private rate: number;
  private run: RunCommand | null = null;
  private checkpoint: Checkpoint;
  private deaths = 0;
  private died: FlockworkError | null = null;
  private ending: Promise<void> | null = null;
  private colorBy: { name: string; range: readonly [number, number] | null } | null = null;
  private report: BackendReport | null = null;
  private readonly ticks = new TickListeners();
  private readonly streams = new Map<number, HappeningStream>();
  /** Commands for the workers that the world is on its way to; null while it is not. */
  private queued: [Command, Transferable[]][] | null = null;
  private moving = false;
  private readonly inputs = new InputLog();
  private readonly journal: Journal;
  private first: Promise<Readonly<Record<string, ParamValue>>> | null = null;
  private restored = false;
  readonly events: TeamEvents;
  readonly scenario: Simulation['scenario'];

  constructor(
    private readonly options: SimulationOptions,
    entities: number,
    private readonly startTeam: StartTeam,
    private readonly launch: Launch,
  ) {
    this.scenario = { ...options.scenario, entities };
    this.rate = rateOf(options.rate ?? 60);
    this.journal = new Journal((options.checkpointEvery ?? 0) > 0);
    const limit = options.watchdogMs ?? 5000;
    this.calls = new Calls(limit, {
      begun: () => this.team?.forgive(),
      held: (held) => this.team?.hold(held),
      look: () => this.watch(limit),
    });
    this.checkpoint = { tick: 0, bytes: options.snapshot ? bytesOf('snapshot', options.snapshot) : null };
    this.events = {
      reply: (id, value) => this.done(id, value),
      refusal: (id, error) => this.calls.answer(id)?.reject(error),
      checkpoint: ({ tick, bytes, heard }) => {
        this.checkpoint = { tick, bytes };
        this.deaths = 0;
        this.journal.begin(tick);
        for (const [number, kept] of heard) this.streams.get(number)?.keep(kept);
      },
      feed: ({ tick, command }) => this.journal.done(tick, command),
      overrun: (behindTicks) => this.listeners.emit('overrun', { behindTicks }),
      seen: (seen) => {
        this.journal.told(seen.event.tick);
        this.ticks.seen(seen);
      },
      fault: (error) => void this.fail(error),
    };
  }

  /** Begins with the team that was started. */
  adopt(team: Team, report: BackendReport): void {
    this.report = report;
    this.checkpoint.tick = team.made.tick;
    this.journal.move(team.made.tick);
    this.join(team);
    this.equip(team);
  }

  get state(): SimulationState {
    return this.current;
  }

  get backend(): BackendReport {
    return this.report!;
  }

  get model(): ModelInfo {
    return this.crew().model;
  }

  start(): void {
    this.usable();
    if (this.current === 'running') return;
    void this.go(null).catch(() => {});
  }

  async pause(): Promise<void> {
    this.usable();
    if (this.current !== 'running') return;
    const run = this.run;
    const where = await this.ask({ type: 'pause' });
    this.endRun(run, where as StepResult);
  }

  async step(ticks = 1, { signal }: { readonly signal?: AbortSignal } = {}): Promise<StepResult> {
    this.usable();
    if (!Number.isInteger(ticks) || ticks < 0) {
      throw new InvalidInputError('INVALID_OPTION', `ticks is ${ticks}: it must be a whole number from 0`);
    }
    signal?.throwIfAborted();
    if (this.current === 'running' || this.current === 'recovering') {
      throw new InvalidStateError('BUSY', `step was called while ${this.current}`, 'Call pause() and await it first.');
    }
    const stepping = this.go(ticks);
    if (!signal) return stepping;
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => void this.pause().then(() => reject(signal.reason), reject), { once: true });
    });
    return Promise.race([aborted, stepping.then((result) => (signal.aborted ? aborted : result))]);
  }

  setRate(rate: number | 'max'): void {
    this.usable();
    this.rate = rateOf(rate);
    if (this.run && this.run.until === null) this.run = { ...this.run, rate: this.rate };
    this.command({ type: 'rate', rate: this.rate });
  }

  async setParams(params: Readonly<Record<string, ParamValue>>): Promise<number> {
    this.usable();
    const plain = plainParams(params);
    await this.begin();
    const tick = (await this.ask({ type: 'params', params: plain }, [], { type: 'params', params: plain })) as number;
    this.inputs.given(tick, [{ params: Object.fromEntries(plain) }]);
    this.listeners.changed();
    return tick;
  }

  async send(inputs: readonly Input[]): Promise<InputAnswer> {
    this.usable();
    const bytes = bytesOfInputs(inputs);
    // What is given later must not change what the log has.
    const kept = structuredClone(inputs);
    await this.begin();
    const { tick, first, count } = (await this.ask({ type: 'inputs', bytes }, [], { type: 'inputs', bytes })) as InputsReply;
    this.inputs.given(tick, kept);
    this.listeners.changed();
    return { tick, ids: Array.from({ length: count }, (_, index) => first + index) };
  }

  async log(): Promise<string> {
    this.usable();
    if (this.restored || this.options.snapshot) {
      throw new InvalidStateError('RESTORED', 'there is no log of a run that went on from a snapshot', 'Begin it anew.');
    }
    const params = await this.begin();
    const { model, setup } = this.crew().made;
    return this.inputs.text(headOf(model, setup, EDGES, params));
  }

  /** The parameters that the run began with, asked before they change. */
  private begin(): Promise<Readonly<Record<string, ParamValue>>> {
    this.first ??= this.params();
    return this.first;
  }

  setColorBy(column: string, range: readonly [number, number] | null = null): void {
    this.usable();
    const color = colorOf(this.model, column, range);
    this.colorBy = { name: column, range };
    this.command({ type: 'color', color });
  }

  async snapshot(): Promise<ArrayBuffer> {
    this.usable();
    return (await this.ask({ type: 'snapshot' })) as ArrayBuffer;
  }

  async restore(snapshot: SnapshotBytes, { accept }: RestoreOptions = {}): Promise<void> {
    this.usable();
    await this.ask({ type: 'restore', bytes: bytesOf('snapshot', snapshot), accept: acceptOf(accept) });
    this.restored = true;
    this.listeners.changed();
  }

  async params(): Promise<Readonly<Record<string, ParamValue>>> {
    this.usable();
    return Object.fromEntries((await this.ask({ type: 'parameters' })) as Setting[]);
  }

  async observe(): Promise<Observation> {
    this.usable();
    const seen = (await this.ask({ type: 'observe' })) as Observation;
    this.inputs.seen(seen.tick, seen.fingerprint);
    return seen;
  }

  series(options: SeriesOptions): Promise<Series> {
    return collect(this, options);
  }

  async entity(id: number): Promise<Entity | null> {
    this.usable();
    if (!Number.isInteger(id) || id < 0 || id > 0xffff_ffff) {
      throw new InvalidInputError('INVALID_OPTION', `id is ${id}: it must be a whole number from 0 to ${0xffff_ffff}`);
    }
    const row = (await this.ask({ type: 'entity', entity: id })) as ArrayBuffer | null;
    return row && unpack(this.model, id, row);
  }

  within(ball: Ball): Promise<Found> {
    return this.find(ballOf(ball));
  }

  inBox(box: Box): Promise<Found> {
    return this.find(boxOf(box, this.scenario.world.depth !== undefined));
  }

  inLasso(corners: ArrayLike<number> | readonly (readonly [number, number])[]): Promise<Found> {
    return this.find(lassoOf(corners));
  }

  private async find(area: Float64Array): Promise<Found> {
    this.usable();
    return (await this.ask({ type: 'find', area })) as Found;
  }

  happenings(options: HappeningOptions = {}): Happenings {
    this.usable();
    const number = this.next++;
    const source: Source = {
      hear: (feed, values, buffer) => {
        this.usable();
        const past = { type: 'hear', number: feed, values } as const;
        return this.ask({ ...past, buffer }, buffer ? [buffer] : [], past) as Promise<HearReply>;
      },
      forget: (feed) => {
        this.streams.delete(feed);
        if (this.team && this.current !== 'recovering') this.command({ type: 'unlisten', number: feed });
      },
    };
    const stream = new HappeningStream(number, askOf(this.model, options), this.model, options, source);
    this.streams.set(number, stream);
    // Workers that do again what others did hear of it afterwards.
    if (this.current !== 'recovering') this.command(stream.listen());
    return stream;
  }

  async move(to: MoveOptions): Promise<BackendReport> {
    this.usable();
    if (!isObject(to)) throw invalid('to', to, 'an object with tier, workers or both');
    onlyKeys('the key of to', to, ['tier', 'workers']);
    if (this.moving) throw new InvalidStateError('BUSY', 'the world is being moved already', 'Await that first.');
    const old = this.crew();
    const from = this.backend;
    const tier = to.tier ?? from.tier;
    const alone = from.tier === 'js-single' ? (this.options.workers ?? 'auto') : from.workers;
    const workers = to.workers ?? (tier === 'js-single' ? 1 : alone);
    this.moving = true;
    // Until it is the world's own, what a new team says of itself is for who starts it.
    let joined = false;
    const events = { ...this.events, fault: (error: FlockworkError) => void (joined && this.fail(error)) };
    let bytes: Promise<ArrayBuffer> | null = null;
    try {
      const { team, report } = await this.launch({ tier, workers }, () => (bytes ??= this.hold()), events);
      if (this.team !== old) {
        await team.stop();
        throw this.gone();
      }
      this.checkpoint = { tick: team.made.tick, bytes: await bytes! };
      this.report = report;
      this.journal.move(team.made.tick);
      this.join(team);
      this.equip(team);
      joined = true;
      this.release();
      void old.stop();
      this.listeners.emit('move', { from, to: report });
      this.listeners.changed();
      return report;
    } catch (error) {
      if (this.team !== old) throw this.gone();
      this.release();
      throw error;
    } finally {
      this.moving = false;
    }
  }

  /** Has the workers stop between two ticks and gives their state; commands wait from then on. */
  private async hold(): Promise<ArrayBuffer> {
    const paused = this.ask({ type: 'pause' });
    const snapshot = this.ask({ type: 'snapshot' });
    const drained = [...this.streams.values()].map((stream) => stream.drain());
    this.queued = [];
    const [bytes] = await Promise.all([snapshot, paused, ...drained]);
    return bytes as ArrayBuffer;
  }

  /** Goes on with what waits, with the workers that there are now. */
  private release(): void {
    const queued = this.queued;
    this.queued = null;
    if (!queued) return;
    this.crew().forgive();
    if (this.run) this.command(this.run);
    for (const [command, transfer] of queued) this.command(command, transfer);
  }

  async pick(x: number, y: number, radius: number, z = 0): Promise<Entity | null> {
    this.usable();
    pointOf(x, y, z, radius);
    const { views, count } = this.shown().newest();
    const row = near(views.position, count, this.scenario.world, [x, y, z], radius);
    return row < 0 ? null : this.entity(views.id[row]!);
  }

  acquireFrame(): FrameView {
    return this.ownReader.acquire();
  }

  reader({ interpolate = false }: ReaderOptions = {}): FrameReader {
    this.shown();
    typed('interpolate', interpolate, 'boolean', 'true or false');
    const course = { world: this.scenario.world, running: () => this.current === 'running' };
    return new Reader(() => this.shown(), interpolate ? course : null);
  }

  metrics(out?: Metrics): Metrics {
    const filled = out ?? newMetrics();
    if (this.team) this.lookOf(out ?? null, this.team).read(filled);
    return filled;
  }

  /** What one who looks has seen before. */
  private lookOf(out: Metrics | null, { control, spec, measures }: Team): MetricsReader {
    const known = out ? this.looks.get(out) : this.ownLook;
    if (known) return known;
    const look = new MetricsReader(control, spec.workers, spec.shared, measures, this.begun);
    if (out) this.looks.set(out, look);
    else this.ownLook = look;
    return look;
  }

  private shown(): Frames {
    if (this.current === 'disposed' || !this.frames) throw new DisposedError('DISPOSED', 'the simulation was disposed of');
    return this.frames;
  }

  subscribe(callback: () => void): () => void {
    return this.listeners.subscribe(callback);
  }

  on<K extends keyof SimulationEventMap>(
    type: K,
    callback: (event: SimulationEventMap[K]) => void,
    options: { readonly signal?: AbortSignal } = {},
  ): () => void {
    if (type === 'tick') return this.onTick(callback as (event: TickEvent) => void, options);
    const off = this.listeners.on(type, callback, options.signal);
    // Tiers fall before anybody can listen: each new listener is told afterwards.
    if (type === 'fallback') for (const attempt of this.backend.attempts) if (!attempt.ok) this.listeners.retell('fallback', callback as (event: TierAttempt) => void, attempt);
    return off;
  }

  private onTick(callback: (event: TickEvent) => void, options: { readonly signal?: AbortSignal }): () => void {
    const { command, number } = this.ticks.add(callbackOf(callback), tickOptions(options));
    if (this.team) this.command(command);
    const off = () => {
      const end = this.ticks.remove(number);
      if (end && this.team) this.command(end);
    };
    options.signal?.addEventListener('abort', off, { once: true });
    return off;
  }

  dispose(): Promise<void> {
    this.ending ??= this.end();
    return this.ending;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  private async end(): Promise<void> {
    const team = this.team;
    this.become('disposed');
    this.calls.end();
    this.calls.rejectAll(new DisposedError('DISPOSED', 'the simulation was disposed of'));
    this.team = null;
    this.frames = null;
    await team?.stop();
    this.listeners.emit('dispose', {});
    this.listeners.clear();
    this.ticks.clear();
    this.streams.clear();
  }

  private crew(): Team {
    if (!this.team) throw this.gone();
    return this.team;
  }

  /** Why its workers are no more. */
  private gone(): FlockworkError {
    return this.current === 'disposed' ? new DisposedError('DISPOSED', 'the simulation was disposed of') : this.lost();
  }

  private usable(): void {
    if (this.current === 'disposed') throw new DisposedError('DISPOSED', 'the simulation was disposed of');
    if (this.current === 'faulted') throw this.lost();
  }

  private lost(): FlockworkError {
    return this.died ?? new SimulationFault('FAULTED', 'the simulation has failed', undefined);
  }

  private join(team: Team): void {
    this.team = team;
    team.hold(this.calls.waiting);
    team.control.tick = team.made.tick;
    team.control.population = team.made.population;
    this.frames = team.frames;
    this.begun = { time: performance.now(), tick: team.made.tick };
    this.looks = new WeakMap();
    this.ownLook = null;
  }

  /** Tells workers what the others knew. */
  private equip(team: Team): void {
    if (this.colorBy) team.send({ type: 'color', color: colorOf(team.model, this.colorBy.name, this.colorBy.range) });
    for (const command of this.ticks.commands()) team.send(command);
    const listening = this.journal.listening();
    for (const [number, stream] of this.streams) if (!listening.has(number)) team.send(stream.listen());
    for (const number of listening) if (!this.streams.has(number)) team.send({ type: 'unlisten', number });
  }

  /** Runs until a tick, or until it is paused. */
  private async go(ticks: number | null): Promise<StepResult> {
    const id = this.next++;
    const team = this.crew();
    if (ticks === 0) return { tick: team.control.tick, population: team.control.population };
    const until = ticks === null ? null : team.control.tick + ticks;
    const run: RunCommand = { type: 'run', id, until, rate: this.rate };
    this.run = run;
    this.become('running');
    return new Promise<StepResult>((resolve, reject) => {
      const done = (value: unknown) => {
        if (this.run?.id === id) this.endRun(null, value as StepResult);
        resolve(value as StepResult);
      };
      this.calls.expect(id, { resolve: done, reject, past: null });
      this.command(run);
    });
  }

  /** A run has come to its end: whoever waits for it is told. */
  private endRun(run: RunCommand | null, where: StepResult): void {
    const { control } = this.crew();
    control.tick = where.tick;
    control.population = where.population;
    this.run = null;
    if (this.current === 'running') this.become('paused');
    if (run) this.calls.answer(run.id)?.resolve(where);
  }

  private command(command: Command, transfer: Transferable[] = []): void {
    const team = this.crew();
    if (this.queued) this.queued.push([command, transfer]);
    else team.send(command, transfer);
  }

  /** Asks the workers; `past` is what they have done when they answer. */
  private ask(question: Question, transfer: Transferable[] = [], past: PastCommand | null = null): Promise<unknown> {
    if (this.current === 'recovering') {
      const error = new InvalidStateError('RECOVERING', 'a worker has died and the run is being resumed', 'Try again when the state has changed.');
      return Promise.reject(error);
    }
    return this.question(question, transfer, past);
  }

  private question(question: Question, transfer: Transferable[], past: PastCommand | null): Promise<unknown> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      // Without workers nobody waits.
      this.crew();
      this.calls.expect(id, { resolve, reject, past });
      this.command({ ...question, id } as Command, transfer);
    });
  }

  /** What was asked is answered: it holds from now on, whoever dies. */
  private done(id: number, value: unknown): void {
    const call = this.calls.answer(id);
    const tick = typeof value === 'number' ? value : (value as { readonly tick?: number } | null)?.tick;
    if (tick !== undefined) {
      this.journal.told(tick);
      if (call?.past) this.journal.done(tick, call.past);
    }
    call?.resolve(value);
  }

  /** Looks for signs of life. */
  private watch(limit: number): void {
    const team = this.team;
    if (!team) return;
    // On their way nobody computes.
    if (this.queued) return team.forgive();
    if (this.current === 'running') this.listeners.changed();
    // Between ticks, what is asked may take as long as making the world did.
    const between = this.current === 'running' ? 0 : team.making;
    team.watch(Math.max(limit, TICKS_OF_SILENCE * team.control.longest(), between), (worker) => {
      const text = `worker ${worker} has given no sign of life for ${limit} ms`;
      void this.fail(new WorkerCrashError('WORKER_SILENT', text, 'If ticks take that long, set a longer `watchdogMs`.', worker));
    });
  }

  /** Some worker cannot go on. */
  private async fail(error: FlockworkError): Promise<void> {
    if (this.current === 'disposed' || this.current === 'faulted') return;
    const team = this.team;
    if (!team) return;
    this.team = null;
    this.queued = null;
    team.kill();
    const worker = error instanceof WorkerCrashError ? error.worker : error instanceof SimulationFault ? (error.place?.worker ?? -1) : -1;
    this.deaths += 1;
    const again = team.spec.plan.checkpointEvery > 0 && error instanceof WorkerCrashError && this.deaths <= MOST_DEATHS;
    const resumedFrom = again ? this.checkpoint.tick : null;
    this.calls.rejectAll(error, again ? (this.run?.id ?? null) : null);
    this.died = error;
    if (again) this.become('recovering');
    else this.fault();
    this.listeners.emit('workererror', { worker, error, resumedFrom });
    if (again) await this.resume(team);
  }

  private fault(): void {
    this.calls.end();
    this.become('faulted');
  }

  /** Starts new workers from the last checkpoint, has them do what was done since, and goes on with what was going on. */
  private async resume(old: Team): Promise<void> {
    let team: Team | null = null;
    try {
      const bytes = this.checkpoint.bytes;
      team = await this.startTeam({ ...old.spec, snapshot: bytes && bytes.slice(0), accept: Accept.params | Accept.arithmetic }, this.events);
      if (this.state === 'disposed') return await team.stop();
      this.join(team);
      const { tick } = (await this.question(this.journal.again(), [], null)) as StepResult;
      team.control.tick = tick;
      this.equip(team);
      this.become(this.run ? 'running' : 'paused');
      if (!this.run) return;
      team.forgive();
      team.send(this.run);
    } catch (thrown) {
      // Where these have died too, others take their place.
      if (this.state === 'disposed' || (team && this.team !== team)) return;
      const error = thrown instanceof FlockworkError ? thrown : new SimulationFault('FAULTED', String(thrown), undefined);
      this.died = error;
      this.calls.rejectAll(error);
      this.fault();
    }
  }

  private become(state: SimulationState): void {
    const from = this.current;
    if (from === state) return;
    this.current = state;
    this.listeners.emit('statechange', { from, to: state });
    this.listeners.changed();
  }
}
