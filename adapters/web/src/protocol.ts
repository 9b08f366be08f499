/** The messages between the main thread and the workers, and among workers. */

import type { MemoryPlan } from './memory.js';
import type { TickEvent } from './happening.js';
import type { ErrorPlace, ModelInfo, Observation, ParamValue, StepResult } from './types.js';

/** What a scenario is for a worker: plain numbers. */
export interface PlainScenario {
  readonly model: string;
  /** Names and values. */
  readonly settings: readonly Setting[];
}

/** What a worker measures, and of what: of the `world`, so the same everywhere, or of its own. */
export interface Measure {
  readonly name: string;
  readonly told: 'phase' | 'total' | 'mean' | 'last' | 'world';
}

/** A model with its columns in the plane and in space; null where it does not run. */
export type ModuleModel = Omit<ModelInfo, 'columns' | 'event'> &
  Readonly<Record<'plane' | 'space', ModelInfo['columns'] | null>> & {
    readonly event: { readonly name: string; readonly values: readonly { readonly name: string }[] } | null;
  };

/** What a module says of itself: see `fw_describe`. */
export interface ModuleInfo {
  readonly models: readonly ModuleModel[];
  readonly measures: readonly Measure[];
}

/** Numbers of a column of the model, or one of them, for all entities: `components` for each, from `component` on. */
export interface InitialColumn {
  readonly name: string;
  readonly component: number;
  readonly components: number;
  readonly values: Float64Array;
}

/** What is in each cell of a field at first. */
export interface InitialCells {
  readonly name: string;
  readonly values: Float32Array;
}

/** The streams of a frame; columns of the model follow the last number. */
export const Stream = { position: 0, color: 1, alive: 2, id: 3, column: 16 } as const;

/** What colours show that is no column; columns have their own numbers. */
export const Shows = { speed: 1000, heading: 1001, none: 1002 } as const;

/** What colours show; without a range the leader looks for one. */
export interface ColorSpec {
  readonly column: number;
  readonly component: number;
  readonly range: readonly [number, number] | null;
}

/** In what a snapshot may differ from the run that goes on with it. */
export const Accept = { params: 1, arithmetic: 2 } as const;

/** What all workers of a simulation are made with. */
export interface MakeSpec {
  readonly scenario: PlainScenario;
  /** What the entities at tick 0 begin with; empty if the model makes all of it. */
  readonly initial: readonly InitialColumn[];
  readonly snapshot: ArrayBuffer | null;
  /** What that may differ in: bits of `Accept`. */
  readonly accept: number;
  readonly capacity: number;
  /** Numbers of the streams of a frame, and bytes of one entity in each. */
  readonly streams: readonly number[];
  readonly strides: readonly number[];
  /** Amounts of fields at first, and the fields of a frame, by their places in the model. */
  readonly amounts: readonly InitialCells[];
  readonly fields: readonly number[];
  readonly color: ColorSpec;
  readonly checkpointEvery: number;
}

/** Memory of WebAssembly, or of the module as JavaScript, which cannot grow. */
export type MemorySource = WebAssembly.Memory | { readonly buffer: ArrayBufferLike };

/** The first message to a worker. */
export interface OpenMessage {
  readonly type: 'open';
  readonly rank: number;
  readonly ranks: number;
  readonly shared: boolean;
  readonly module: WebAssembly.Module | null;
  /** The memory of all; null if the worker makes its own. */
  readonly memory: MemorySource | null;
  /** Bytes of the memory, of all workers if they share it; of it at first, and at most. */
  readonly plan: MemoryPlan;
  /** The address of the control block; 0 for the first worker, who makes it. */
  readonly control: number;
  /** To every other worker, where they have no shared memory. */
  readonly ports: readonly (MessagePort | null)[];
}

/** A setting by name: a number, or a parameter of another kind. */
export type Setting = readonly [string, ParamValue];

/** What the main thread asks of the leader. */
export type Command =
  | { readonly type: 'run'; readonly id: number; readonly until: number | null; readonly rate: number }
  | { readonly type: 'pause'; readonly id: number }
  | { readonly type: 'rate'; readonly rate: number }
  | { readonly type: 'params'; readonly id: number; readonly params: readonly Setting[] }
  | { readonly type: 'inputs'; readonly id: number; readonly bytes: ArrayBuffer }
  | { readonly type: 'color'; readonly color: ColorSpec }
  | { readonly type: 'snapshot'; readonly id: number }
  | { readonly type: 'restore'; readonly id: number; readonly bytes: ArrayBuffer; readonly accept: number }
  | { readonly type: 'observe'; readonly id: number }
  | { readonly type: 'parameters'; readonly id: number }
  | { readonly type: 'entity'; readonly id: number; readonly entity: number }
  | { readonly type: 'watch'; readonly number: number; readonly every: number; readonly milliseconds: number }
  | { readonly type: 'unwatch'; readonly number: number }
  | { readonly type: 'listen'; readonly number: number; readonly ask: Float64Array; readonly values: number }
  | { readonly type: 'unlisten'; readonly number: number }
  | { readonly type: 'hear'; readonly id: number; readonly number: number; readonly values: number; readonly buffer: ArrayBuffer | null }
  | { readonly type: 'find'; readonly id: number; readonly area: Float64Array }
  /** What was done by others since the checkpoint is done again, each after so many ticks, and the world goes on to a tick. */
  | { readonly type: 'again'; readonly id: number; readonly past: readonly { readonly tick: number; readonly command: PastCommand }[]; readonly until: number }
  | { readonly type: 'taken' };

/** What changes a world, or what is told of it: done again after a worker's death. */
export type PastCommand = WithoutId<Extract<Command, { type: 'params' | 'inputs' | 'listen' | 'unlisten' }>> | { readonly type: 'hear'; readonly number: number; readonly values: number };

type WithoutId<One> = One extends { id: number } ? Omit<One, 'id'> : One;

export type ToWorker =
  | OpenMessage
  | { readonly type: 'make'; readonly make: MakeSpec }
  | { readonly type: 'ping' }
  | { readonly type: 'recycle'; readonly buffer: ArrayBuffer }
  | { readonly type: 'exit' }
  | Command;

/** What went wrong, in a form that can be posted. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly stack?: string | undefined;
  /** Where, if the worker still knows. */
  readonly place?: ErrorPlace | undefined;
}

export interface Made {
  readonly tick: number;
  readonly population: number;
  readonly regions: number;
  readonly model: string;
  readonly setup: readonly number[];
  /** How many cells each field of a frame has along each axis. */
  readonly cells: readonly (readonly number[])[];
}

/** One rank's part of a frame, stream after stream, then rows of cells of so many bytes for each field. */
export interface PartMessage {
  readonly type: 'part';
  readonly rank: number;
  readonly frame: number;
  readonly tick: number;
  readonly first: number;
  readonly count: number;
  readonly rows: readonly number[];
  readonly buffer: ArrayBuffer;
}

export type FromWorker =
  | { readonly type: 'hello' }
  | { readonly type: 'opened'; readonly control: number; readonly info: string }
  | { readonly type: 'made'; readonly made: Made }
  | { readonly type: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly failure: Failure }
  /** With what was kept for each feed until then. */
  | { readonly type: 'checkpoint'; readonly tick: number; readonly bytes: ArrayBuffer; readonly heard: readonly (readonly [number, HearReply])[] }
  /** A feed has begun or ended after so many ticks. */
  | { readonly type: 'feed'; readonly tick: number; readonly command: Extract<Command, { type: 'listen' | 'unlisten' }> }
  | { readonly type: 'overrun'; readonly behindTicks: number }
  | ({ readonly type: 'seen' } & Seen)
  | { readonly type: 'status'; readonly tick: number; readonly population: number; readonly timed: number; readonly times: Float32Array }
  | { readonly type: 'measures'; readonly rank: number; readonly values: Float64Array }
  | { readonly type: 'frame'; readonly frame: number; readonly tick: number; readonly count: number }
  | PartMessage
  | { readonly type: 'fault'; readonly rank: number; readonly failure: Failure }
  | { readonly type: 'pong' }
  | { readonly type: 'exited' };

/** A tick that listeners are told of, by their numbers. */
export interface Seen {
  readonly numbers: readonly number[];
  readonly event: TickEvent;
}

/** What was kept for a feed until a tick: the arrays of `count` records behind 8 bytes, of `matched` that there were. */
export interface HearReply {
  readonly tick: number;
  readonly buffer: ArrayBuffer;
  readonly count: number;
  readonly matched: number;
}

/** What a batch of inputs has done: at which tick, and whom it has spawned. */
export interface InputsReply {
  readonly tick: number;
  readonly first: number;
  readonly count: number;
}

export type RunReply = StepResult;
export type ObserveReply = Observation;

/** Mail between workers without shared memory; `bytes` may be longer than the packet. */
export interface PacketMessage {
  /** Entities that migrate (with ghosts), ghosts alone, events and births, or sums. */
  readonly type: 'entity_migration' | 'ghost_update' | 'combat_event' | 'sync_complete';
  readonly from: number;
  /** 0 events, 1 entities, 2 sums. */
  readonly kind: number;
  /** Counts the simulations that these workers have made, so that no mail reaches another one. */
  readonly world: number;
  readonly length: number;
  readonly bytes: ArrayBuffer;
}

/** The leader's orders, in the order in which all carry them out. */
export const Order = {
  tick: 1,
  observe: 2,
  params: 3,
  color: 4,
  publish: 5,
  snapshot: 6,
  restore: 7,
  swap: 8,
  entity: 9,
  release: 10,
  metrics: 11,
  exit: 12,
  inputs: 13,
  listen: 14,
  unlisten: 15,
  hear: 16,
  find: 17,
} as const;

export interface OrderMessage {
  readonly type: 'order';
  readonly code: number;
  readonly args: readonly number[];
  readonly payload: ArrayBuffer | null;
}

export interface ResultMessage {
  readonly type: 'result';
  readonly from: number;
  readonly status: number;
  readonly bytes: ArrayBuffer | null;
}

export type PeerMessage = PacketMessage | OrderMessage | ResultMessage;
