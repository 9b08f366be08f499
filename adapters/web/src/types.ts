/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The public types of `flockwork`. No code but the error classes, so importing this file starts
 * nothing.
 */

import type { World } from './edge.js';
import type { Ball, Box, Found, HappeningOptions, Happenings, TickEvent, TickOptions } from './happening.js';

export type { Edge, World } from './edge.js';
export type * from './happening.js';

/** The models built into the package; a package with models of your own has other names too. */
export type ModelName =
  | 'boids'
  | 'tribes'
  | 'vicsek'
  | 'discs'
  | 'lennard_jones'
  | 'meadow'
  | 'sph'
  | 'crowd'
  | (string & {});

/** What is simulated: the same keys as in a scenario file. */
export interface Scenario {
  readonly model: ModelName;
  /** Entities at tick 0; as many as `initial` has if it is not given. */
  readonly entities?: number;
  /**
   * Columns of the entities at tick 0, by name; the model makes the others. Of a vector, such as x and
   * y, all or nothing must be given. They are copied before `createSimulation` returns.
   */
  readonly initial?: InitialColumns;
  /** Seed of all random numbers; a whole number below 2^64 (default 1). */
  readonly seed?: number | bigint;
  /** Time per tick, in the model's time unit. */
  readonly dt: number;
  readonly world: World & {
    /**
     * Places have 32 bits. Where they are further apart than 1/1024 of the radius or 1/64 of the step of
     * the slowest mover, the world is refused, or ends as soon as somebody is there; `any` takes places as
     * they are (default `enough`).
     */
    readonly precision?: 'enough' | 'any';
    /**
     * What `initial` has for the corner where all coordinates are 0, in 64 bits, a number for each axis:
     * taken from its places (default 0).
     */
    readonly origin?: readonly number[];
  };
  /** Parameters by name; the others have the model's defaults. */
  readonly params?: Readonly<Record<string, ParamValue>>;
  /** How fields of the model begin, by name: those that are not named as the model has it. */
  readonly field?: Readonly<Record<string, FieldStart>>;
}

/** How a field begins. */
export interface FieldStart {
  /** How many cells it has along each axis; about one for each radius of the model if they are not given. */
  readonly cells?: readonly number[];
  /**
   * The amount in every cell; the least and the most of a whole number that is drawn for each; or one for each: by layer,
   * row and column, from the corner of the world on. They are copied before `createSimulation` returns.
   */
  readonly start?: number | readonly [number, number] | Float32Array | Float64Array | Uint8Array | Uint16Array | Uint32Array | Int32Array;
}

/**
 * Columns by name. Of a column of several numbers, such as `genes`, either as many for each entity, one
 * entity after another, as a frame has them; or one number of each entity under `genes_0`, `genes_1`
 * and so on, as in tables for the command line.
 */
export type InitialColumns = Readonly<Record<string, ColumnValues>>;

/** Numbers of entities: a typed array, or a list. Whole ones beyond 2^53 are refused. */
export type ColumnValues =
  | readonly number[]
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** The four ways to run, the best first. */
export type Tier = 'wasm-shared' | 'wasm-transfer' | 'js-workers' | 'js-single';

/** What a tier computes with. */
export type Engine = 'wasm-simd' | 'wasm' | 'js';

/** How its workers exchange mail. */
export type MemoryMode = 'shared' | 'transfer';

/** What this browser, or Node, can do. */
export interface Capabilities {
  readonly crossOriginIsolated: boolean;
  /** The constructor is there, and what it makes can be posted to a worker. */
  readonly sharedArrayBuffer: boolean;
  readonly wasm: boolean;
  readonly wasmSimd: boolean;
  readonly wasmThreads: boolean;
  readonly moduleWorkers: boolean;
  readonly hardwareConcurrency: number;
  readonly secureContext: boolean;
}

/** Why a tier was not taken. */
export type FallbackCode =
  | 'NO_COI'
  | 'NO_SAB'
  | 'NO_WASM'
  | 'NO_SIMD'
  | 'NO_WORKERS'
  | 'CSP_BLOCKED'
  | 'WASM_COMPILE'
  | 'ASSET_MISSING'
  | 'WORKER_LOAD'
  | 'WORKER_TIMEOUT'
  | 'MEMORY_LIMIT'
  | 'USER_OPTION';

/** One tier that was looked at. */
export interface TierAttempt {
  readonly tier: Tier;
  readonly ok: boolean;
  /** Why it was not taken. */
  readonly code?: FallbackCode;
  /** The reason in a sentence. */
  readonly reason?: string;
  /** What would make it work. */
  readonly hint?: string;
  /** How long the attempt took, ms. */
  readonly ms: number;
  readonly cause?: unknown;
}

/** What runs the simulation, and how that was chosen. */
export interface BackendReport {
  readonly tier: Tier;
  readonly engine: Engine;
  readonly memory: MemoryMode;
  readonly workers: number;
  /**
   * Who computes: workers, or, where none can be made (a SharedWorker of Chromium), the very thread
   * that asked, which answers between slices of a few milliseconds.
   */
  readonly place: 'workers' | 'here';
  readonly regions: number;
  /** The tiers that were looked at, the best first; the last one runs. */
  readonly attempts: readonly TierAttempt[];
  readonly capabilities: Capabilities;
}

/** A step on the way to the first frame. */
export interface StartProgress {
  readonly phase: 'detect' | 'fetch' | 'compile' | 'spawn' | 'init' | 'ready';
  /** From 0 to 1. */
  readonly fraction: number;
}

/** Names, or what chooses them once the model is known, always the same ones: `(model) => model.fields.map(({ name }) => name)`. */
export type Names = readonly string[] | ((model: ModelInfo) => readonly string[]);

export interface SimulationOptions {
  readonly scenario: Scenario;
  /** `auto` (the default) takes the best tier that works here. */
  readonly tier?: 'auto' | Tier;
  /** Whether another tier may be taken where a forced one does not work (default false). */
  readonly allowFallback?: boolean;
  /** 1 to 16; `auto` (the default) is one less than the processors, at most 8. */
  readonly workers?: number | 'auto';
  /** How the world is cut: a number of regions, or rows x columns (x layers, in space); chosen for the workers if not given. */
  readonly regions?: number | { readonly rows: number; readonly cols: number; readonly layers?: number };
  /** Whether the world is cut anew when the work becomes uneven (default true). */
  readonly rebalance?: boolean;
  /**
   * Room for this many entities in the render view (default twice the entities at tick 0). A world
   * that outgrows it goes on; the view then shows so many of them.
   */
  readonly renderCapacity?: number;
  /** Columns of the model to publish beside positions, colours and alive, such as `energy`. */
  readonly columns?: Names;
  /** Fields of the model to publish with every frame, such as `grass`. */
  readonly fields?: Names;
  /** What `FrameView.color` shows: a column, or `none` (default: `tribe` if there is one, else `heading`). */
  readonly colorBy?: string;
  /**
   * The most bytes of memory for each worker. If it is not given, memory is reckoned from the scenario
   * and grows with the world, up to 3 GiB. Only WebAssembly lets memory grow: in a tier of JavaScript
   * a worker has this from the start, or room for four times the entities at tick 0.
   */
  readonly memoryPerWorker?: number;
  /** Ticks between two checkpoints, from which a run resumes after a worker's death; 0 for none (default 0). */
  readonly checkpointEvery?: number;
  /** A snapshot to begin from, instead of tick 0; one of another run than `scenario` says is refused. */
  readonly snapshot?: SnapshotBytes;
  /** What `snapshot` may differ in. */
  readonly accept?: readonly SnapshotDifference[];
  /** Ticks per second while running, or `max` (default 60). */
  readonly rate?: number | 'max';
  /** Where the package's files are, if not beside its own script. */
  readonly assets?: AssetUrls;
  /** Makes a worker instead of the package, such as under a strict bundler. */
  readonly createWorker?: (kind: WorkerKind, index: number) => Worker;
  readonly initTimeoutMs?: number;
  /** A worker without a heartbeat for so long counts as dead (default 5000). */
  readonly watchdogMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: StartProgress) => void;
  /**
   * Called for each tier that does not work here, as soon as that is known. Without it a downgrade
   * is written to the console, once for each reason.
   */
  readonly onFallback?: (attempt: TierAttempt) => void;
}

/** The bytes of a snapshot. */
export type SnapshotBytes = ArrayBuffer | ArrayBufferView;

/** Numbers of columns by name; a truth value is 0 or 1. */
export type InputValues = Readonly<Record<string, number | boolean>>;

/** What is done to the world between two ticks. */
export type Input =
  /** An entity comes into the world as the model makes it, but for these numbers; of a vector all or nothing. */
  | { readonly spawn: InputValues }
  /** The entity of this id leaves it. */
  | { readonly remove: number }
  /** The entity `id` has these numbers. */
  | { readonly set: { readonly id: number } & InputValues }
  | { readonly params: Readonly<Record<string, ParamValue>> }
  /** Everybody at most `radius` from a point is poked, with the numbers that the model knows. */
  | { readonly poke: { readonly at: readonly number[]; readonly radius: number; readonly [name: string]: number | readonly number[] } }
  /** Cells of a field whose middles are in a ball or a box hold this amount, or so much more. */
  | { readonly field: { readonly name: string } & FieldArea & ({ readonly set: number } | { readonly add: number }) }
  /** Doors are open, or closed, from now on, whatever their schedules say: by their numbers in the list `shapes`. */
  | { readonly door: { readonly shape: number | readonly number[]; readonly open: boolean } };

/** A part of the world. */
export type FieldArea =
  | { readonly at: readonly number[]; readonly radius: number }
  /** A box, its ends included; along a periodic axis it may reach over the seam, `high` going on beyond the end or `low` beginning before the other one. */
  | { readonly low: readonly number[]; readonly high: readonly number[] };

/** What became of inputs. */
export interface InputAnswer {
  /** The next tick is the first that sees them. */
  readonly tick: number;
  /** The ids of those who were spawned, in order. */
  readonly ids: readonly number[];
}

/**
 * What a snapshot may differ in from the run that goes on with it: `params` takes the snapshot's
 * parameters; `arithmetic` goes on under other versions of the arithmetic, with bits of no other run.
 */
export type SnapshotDifference = 'params' | 'arithmetic';

export interface RestoreOptions {
  /** What the snapshot may differ in; all else is refused, and nothing was changed then. */
  readonly accept?: readonly SnapshotDifference[];
}

/**
 * The builds of the kernels: `wasm-shared` takes `shared`; `wasm-transfer` takes `simd`, or `scalar` where there is
 * no SIMD. Those of the second module, which has the models `meadow`, `sph` and `crowd`, begin with `worlds`.
 */
export type ModuleKind = 'shared' | 'simd' | 'scalar' | 'worldsShared' | 'worldsSimd' | 'worldsScalar';

/** The worker scripts: that of tiers with WebAssembly, and those of tiers without, one for each module. */
export type WorkerKind = 'wasm' | 'js' | 'worldsJs';

/**
 * Where the package's files are. Each tier has files of its own. What is not named here is beside
 * `base`, or else beside the package's own script. Relative addresses count from the page, in a web
 * worker from its script, and in Node from the folder that the process runs in.
 */
export interface AssetUrls {
  /** A folder with all files of `dist`, or what `flockwork-wasm` wrote. */
  readonly base?: string | URL;
  /** The wasm files. */
  readonly wasm?: Readonly<Partial<Record<ModuleKind, string | URL>>>;
  /** Modules that are compiled already. */
  readonly module?: Readonly<Partial<Record<ModuleKind, WebAssembly.Module>>>;
  /** The worker scripts. */
  readonly worker?: Readonly<Partial<Record<WorkerKind, string | URL>>>;
  /**
   * Whether the model is in the second module, whose files begin with `worlds`; by the model's name if it is not
   * given. `false` is for a module of your own with a model named as one of those.
   */
  readonly worlds?: boolean;
}

export type SimulationState =
  | 'ready'
  | 'running'
  | 'paused'
  | 'recovering'
  | 'faulted'
  | 'disposed';

/** What a number of ticks did. */
export interface StepResult {
  readonly tick: number;
  readonly population: number;
}

/** A tick's state as a whole. */
export interface Observation {
  readonly tick: number;
  readonly population: number;
  /** 16 hex digits: the same on every tier, worker count and native. */
  readonly fingerprint: string;
  /** The model's statistics by name; null where nobody has a value, or one is no finite number. */
  readonly stats: Readonly<Record<string, number | null>>;
}

/** Which ticks a series has, and when it ends. */
export interface SeriesOptions {
  /** So many ticks are computed. */
  readonly ticks: number;
  /** Taken is every tick that this divides, the one at which it begins among them; 10 if it is not given. */
  readonly every?: number;
  /** Nothing is taken before this tick; 0 if it is not given. */
  readonly from?: number;
  /** These statistics; all if they are not given. */
  readonly names?: readonly string[];
  /** Ends the series at the tick of which it says so. */
  readonly until?: (seen: Observation) => boolean;
  readonly signal?: AbortSignal;
}

/** The statistics of chosen ticks: one number for each tick in every column. */
export interface Series {
  readonly tick: Float64Array;
  /** Ticks times `dt`. */
  readonly time: Float64Array;
  readonly population: Float64Array;
  /** NaN where a statistic is null. */
  readonly stats: Readonly<Record<string, Float64Array>>;
  /** Of the population and of each statistic. */
  readonly means: Readonly<Record<string, SeriesMean>>;
}

/** The mean over a series. */
export interface SeriesMean {
  /** Null if no sample has a value. */
  readonly mean: number | null;
  /** The block-averaged standard error of the mean; null if the series is too short to tell. */
  readonly error: number | null;
  /** How many samples have a value. */
  readonly samples: number;
  /** How many samples in a row are worth one that is independent of all others; null if the series is too short to tell. */
  readonly correlation: number | null;
}

/**
 * The newest complete state for rendering: views of memory that the simulation fills, never torn.
 * Valid until whoever acquired it acquires again, and no longer.
 */
export interface FrameView {
  readonly tick: number;
  /** Entities in the views. */
  readonly count: number;
  /** Whether it is another one than the reader had before. */
  readonly fresh: boolean;
  /** x, y, z = 0 for each entity. */
  readonly position: Float32Array;
  /**
   * Where each was in the frame that the reader had before, past a seam of the world where that is the shorter way; where it
   * is, for one that was not there. Null unless the reader interpolates.
   */
  readonly previous: Float32Array | null;
  /**
   * The row that each had in that frame, whose columns the reader may have kept; -1 for one that was not there. Null unless the
   * reader interpolates.
   */
  readonly previousRow: Int32Array | null;
  /** How far the way from `previous` to `position` is gone now: from 0 to 1, and 1 while nothing runs. */
  readonly alpha: number;
  /** Red, green, blue, alpha for each entity, 0 to 255. */
  readonly color: Uint8Array;
  /** 1 for each entity there is, 0 past `count`. */
  readonly alive: Uint8Array;
  /** The id of each entity. */
  readonly id: Uint32Array;
  /** The columns asked for by name; those of `bool` hold 0 and 1. */
  readonly columns: Readonly<Record<string, Float32Array | Uint32Array | Uint16Array | Uint8Array | Int32Array | BigUint64Array>>;
  /** The fields asked for by name, at the same tick. */
  readonly fields: Readonly<Record<string, FieldView>>;
}

/** What is in the cells of a field. */
export interface FieldView {
  /** How many cells there are along each axis. */
  readonly cells: readonly number[];
  /** The amount in each: by layer, row and column, from the corner of the world on. Outside of the world there are none. */
  readonly amounts: Float32Array;
}

/** What a reader of frames may be asked for. */
export interface ReaderOptions {
  /** Whether its frames say where entities were in the one before (default false); `placesBetween` then tells places in between. */
  readonly interpolate?: boolean;
}

/** One who reads frames: each view of a simulation takes one of its own. */
export interface FrameReader {
  /**
   * The newest complete frame; never blocks, and after an error gives the last good one. Its arrays
   * are not written to until this reader acquires again.
   */
  acquire(): FrameView;
  /** Gives back what it holds. */
  close(): void;
}

/** One entity with all its columns. */
export interface Entity {
  readonly id: number;
  readonly columns: Readonly<Record<string, number | readonly number[]>>;
}

/** Times by power-of-two buckets: bucket `i` counts times from 2^i to 2^(i+1) microseconds. */
export interface Histogram {
  count: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
  readonly buckets: Uint32Array;
}

/** One worker's time, as parts of the wall time since the last look; they add up to 1. */
export interface WorkerMetrics {
  compute: number;
  communicate: number;
  commit: number;
  wait: number;
  /** Entities it owns. */
  entities: number;
}

/** What a simulation has done; filled in place. */
export interface Metrics {
  tick: number;
  population: number;
  ticksPerSecond: number;
  /** Milliseconds per tick. */
  tickMs: Histogram;
  readonly workers: WorkerMetrics[];
  /**
   * What was measured, by name, added up over all workers: everything that a report counts
   * (`migrations`, `events`, `births`, `deaths`, `messages`, `bytes`, and as sums over ticks `ghosts`),
   * the milliseconds of phases (`sort`, `neighbours`, `commit`, `route`, `receive`) and of waiting
   * (`waited`), `owned_now` and `ghosts_now`; of the whole world `rebalances`, `imbalance`, and how far it is
   * from place to place at its far corner (`place_spacing`) and may be for the model (`place_spacing_most`).
   */
  readonly measures: Record<string, number>;
  /** Bytes of memory of all workers together. */
  memoryBytes: number;
  /** Bytes of it in use. */
  memoryUsed: number;
}

export interface SimulationEventMap {
  statechange: { readonly from: SimulationState; readonly to: SimulationState };
  /** A tier does not work here; whoever begins to listen later is told too. */
  fallback: TierAttempt;
  /** A run cannot keep up with its rate. */
  overrun: { readonly behindTicks: number };
  /** A worker died; the run resumes from a checkpoint or has faulted. */
  workererror: { readonly worker: number; readonly error: FlockworkError; readonly resumedFrom: number | null };
  /** Of a tick, as often as the listener asked. */
  tick: TickEvent;
  /** The world runs elsewhere now. */
  move: { readonly from: BackendReport; readonly to: BackendReport };
  dispose: Record<string, never>;
}

/** Where a running world shall go. */
export interface MoveOptions {
  /** Another tier; the one it is in if it is not given. */
  readonly tier?: 'auto' | Tier;
  /** 1 to 16; as many as it has if that is not given. */
  readonly workers?: number | 'auto';
}

/** What is known of a model. */
export interface ModelInfo {
  readonly name: string;
  readonly about: string;
  /** In the plane or in space, as the world is. */
  readonly columns: readonly {
    readonly name: string;
    readonly scalar: 'f32' | 'u32' | 'u16' | 'u8' | 'i32' | 'u64' | 'bool';
    readonly components: number;
    readonly reach: 'scratch' | 'owned' | 'ghost';
    /** The least value that means something. */
    readonly min: number;
    /** The largest value that means something. */
    readonly max: number;
  }[];
  readonly params: readonly ParamInfo[];
  /** What lies in cells of a grid of its own. */
  readonly fields: readonly { readonly name: string; readonly about: string; readonly unit: string }[];
  /** The numbers that a poke may have; none where it takes no pokes. */
  readonly pokes: readonly string[];
  readonly stats: readonly { readonly name: string; readonly about: string; readonly unit: string }[];
  /** What its events are called, and the numbers that they carry; null if it has none. */
  readonly event: { readonly name: string; readonly values: readonly string[] } | null;
}

/** A parameter of a model, and what it may be. */
export type ParamInfo = {
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  /** Whether it acts in every tick; one that does not acts at tick 0 alone and cannot be set later. */
  readonly live: boolean;
} & (
  | { readonly kind: 'number'; readonly default: number; readonly min: number; readonly max: number; readonly whole: boolean }
  | {
      readonly kind: 'list';
      readonly default: readonly number[];
      readonly min: number;
      readonly max: number;
      readonly whole: boolean;
      /** How many numbers it may have. */
      readonly least: number;
      readonly most: number;
    }
  | { readonly kind: 'choice'; readonly default: string; readonly choices: readonly string[] }
  /** `most` is in bytes of UTF-8. */
  | { readonly kind: 'text'; readonly default: string; readonly most: number }
);

/** A value of a parameter: a number, a list of numbers, or a text or the name of a choice. */
export type ParamValue = number | string | readonly number[];

/** A running simulation. */
export interface Simulation extends AsyncDisposable {
  readonly state: SimulationState;
  readonly backend: BackendReport;
  readonly model: ModelInfo;
  /** What it was made of. */
  readonly scenario: Scenario & { readonly entities: number };

  /** Runs ticks at the rate until `pause`; does nothing while running. */
  start(): void;
  /** Stops after the tick that is being computed; resolves when no worker computes any more. */
  pause(): Promise<void>;
  /** Computes exactly so many ticks as fast as it can; rejects while running. */
  step(ticks?: number, options?: { readonly signal?: AbortSignal }): Promise<StepResult>;
  /** Ticks per second while running. */
  setRate(rate: number | 'max'): void;
  /**
   * Gives inputs between two ticks: all are done, in their order, or none. Resolves with the tick at which
   * they were done and the ids of those who were spawned; rejects with which one cannot be done, and why.
   */
  send(inputs: readonly Input[]): Promise<InputAnswer>;
  /**
   * All inputs that were given, as lines of JSON, with a fingerprint of each tick that was observed:
   * `flockwork replay SCENARIO LOG` does and compares them. Not of a run that went on from a snapshot.
   */
  log(): Promise<string>;
  /** Sets parameters between two ticks; resolves with the tick from which on they hold. */
  setParams(params: Readonly<Record<string, ParamValue>>): Promise<number>;
  /**
   * Sets what the colours show: a column of the model, one value of it such as `genes.3`, `speed`,
   * `heading` or `none`; `range` is what the darkest and the brightest colour stand for, and is
   * looked for among the entities if it is not given.
   */
  setColorBy(column: string, range?: readonly [number, number] | null): void;
  /** The whole state as bytes, as the native command writes it. */
  snapshot(): Promise<ArrayBuffer>;
  /**
   * Goes on from such bytes. They must be of this run: the same model, entities, seed, dt, world and
   * parameters as they are now; else it rejects with what differs, and goes on as it was.
   */
  restore(snapshot: SnapshotBytes, options?: RestoreOptions): Promise<void>;
  /** The parameters that hold now, by name. */
  params(): Promise<Readonly<Record<string, ParamValue>>>;
  /** Fingerprint and statistics of the state between two ticks. */
  observe(): Promise<Observation>;
  /** Computes ticks as `step` does, and collects the statistics of every K-th one. */
  series(options: SeriesOptions): Promise<Series>;
  /** The nearest entity within `radius` of a point, with all its columns. */
  pick(x: number, y: number, radius: number, z?: number): Promise<Entity | null>;
  /** Who is at most so far from a point, of the state between two ticks. */
  within(ball: Ball): Promise<Found>;
  /** Who is in a box. */
  inBox(box: Box): Promise<Found>;
  /** Who is inside of a closed line of corners, as x and y by turns or as pairs; in space wherever along z. */
  inLasso(corners: ArrayLike<number> | readonly (readonly [number, number])[]): Promise<Found>;
  /** Tells from now on who is born, who dies and which events come to whom. Whoever does not ask for it does not pay. */
  happenings(options?: HappeningOptions): Happenings;
  /**
   * Goes on in another tier, or with another number of workers, with the same bits: no tick, input or listener is lost.
   * Rejects where that does not work, and goes on as it was.
   */
  move(to: MoveOptions): Promise<BackendReport>;
  /** All columns of one entity; null if there is none of this id. */
  entity(id: number): Promise<Entity | null>;

  /**
   * The newest complete frame; never blocks, and after an error gives the last good one. Valid until
   * the next call: where several views draw, each takes a `reader`.
   */
  acquireFrame(): FrameView;
  /** A reader of frames for one view, which gets all frames whatever other readers do. */
  reader(options?: ReaderOptions): FrameReader;
  /**
   * Fills `out`, or a new one. Rates and shares are those since the last call with the same `out`,
   * at first since the workers began; so each who looks keeps one. Without `out` they are those
   * since the last call without.
   */
  metrics(out?: Metrics): Metrics;
  /** Calls back at most four times a second when something has changed. */
  subscribe(callback: () => void): () => void;
  on<K extends keyof SimulationEventMap>(
    type: K,
    callback: (event: SimulationEventMap[K]) => void,
    options?: { readonly signal?: AbortSignal } & (K extends 'tick' ? TickOptions : unknown),
  ): () => void;
  /** Stops all workers and frees their memory; safe to call again. */
  dispose(): Promise<void>;
}

/** Every error of this package. */
export class FlockworkError extends Error {
  override readonly name: string = 'FlockworkError';
  constructor(
    readonly code: string,
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A scenario, a parameter or an option is not acceptable. */
export class InvalidInputError extends FlockworkError {
  override readonly name = 'InvalidInputError';
}

/** No tier works here, or not the one that was asked for. */
export class UnsupportedError extends FlockworkError {
  override readonly name = 'UnsupportedError';
  constructor(
    code: string,
    message: string,
    hint: string | undefined,
    readonly attempts: readonly TierAttempt[],
    options?: ErrorOptions,
  ) {
    super(code, message, hint, options);
  }
}

/** A file of the package cannot be had, or is not what it should be. */
export class AssetError extends FlockworkError {
  override readonly name = 'AssetError';
  constructor(
    code: string,
    message: string,
    hint: string | undefined,
    readonly url: string,
    readonly status?: number,
    options?: ErrorOptions,
  ) {
    super(code, message, hint, options);
  }
}

/** A worker cannot be started. */
export class WorkerLoadError extends FlockworkError {
  override readonly name = 'WorkerLoadError';
}

/** Where in the work something failed. */
export interface ErrorPlace {
  readonly worker: number;
  /** Ticks that were done. */
  readonly tick: number;
  /** What the worker was doing, such as `neighbours` or `update`; undefined if that is not known. */
  readonly phase?: string;
  /** The region that it worked on. */
  readonly region?: number;
}

/** A worker died or hangs. */
export class WorkerCrashError extends FlockworkError {
  override readonly name = 'WorkerCrashError';
  constructor(
    code: string,
    message: string,
    hint: string | undefined,
    readonly worker: number,
    options?: ErrorOptions,
    /** Where it was, if it could still say so. */
    readonly place?: ErrorPlace,
  ) {
    super(code, message, hint, options);
  }
}

/** The simulation itself cannot go on: its message says why. */
export class SimulationFault extends FlockworkError {
  override readonly name = 'SimulationFault';
  constructor(
    code: string,
    message: string,
    hint: string | undefined,
    options?: ErrorOptions,
    readonly place?: ErrorPlace,
  ) {
    super(code, message, hint, options);
  }
}

/** The simulation was disposed of. */
export class DisposedError extends FlockworkError {
  override readonly name = 'DisposedError';
}

/** It cannot be done in this state, such as `step` while running. */
export class InvalidStateError extends FlockworkError {
  override readonly name = 'InvalidStateError';
}
