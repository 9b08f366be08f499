/** Kernels without a scheduler, for programs that bring their own loop. */

import type { Platform } from './platform.js';
import { FlockworkError, InvalidInputError, type AssetUrls, type Edge } from './types.js';
import { Engine } from './worker/engine.js';

export interface SimCoreOptions {
  /** Entities; they begin at the origin, at rest. */
  readonly capacity: number;
  readonly world: { readonly width: number; readonly height: number; readonly edge?: Edge };
  /** Bytes of memory, fixed from the start (default as much as `capacity` needs). */
  readonly memory?: number;
  readonly assets?: AssetUrls;
}

/** Bytes of memory for each entity: columns, the hash, results of queries. */
const BYTES_PER_ENTITY = 128;
const BYTES_AT_LEAST = 4 * 1024 * 1024;
const PAGE = 65536;

/** The columns, as views of memory: what is written there is what the kernels read. */
export interface SimCoreColumns {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly vx: Float32Array;
  readonly vy: Float32Array;
  readonly ax: Float32Array;
  readonly ay: Float32Array;
}

const NAMES = ['x', 'y', 'vx', 'vy', 'ax', 'ay'] as const;

/** A fixed number of entities with kernels that work on ranges of them, on this thread. */
export class SimCore {
  readonly columns: SimCoreColumns;
  private handle: number;

  private constructor(
    private readonly engine: Engine,
    handle: number,
    readonly capacity: number,
  ) {
    this.handle = handle;
    const view = (index: number) =>
      new Float32Array(engine.buffer as ArrayBuffer, engine.x.fw_core_column!(handle, index) >>> 0, capacity);
    this.columns = Object.fromEntries(NAMES.map((name, index) => [name, view(index)])) as unknown as SimCoreColumns;
  }

  /** Makes one; the module of tier `wasm-transfer` is fetched for it. */
  static async createOn(platform: Platform, options: SimCoreOptions): Promise<SimCore> {
    const { capacity, world, assets = {} } = options;
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new InvalidInputError('INVALID_OPTION', `capacity is ${capacity}: it must be a whole number from 1`);
    }
    const edge = ['torus', 'walls', 'open'].indexOf(world.edge ?? 'torus');
    const bytes = options.memory ?? BYTES_AT_LEAST + BYTES_PER_ENTITY * capacity;
    const pages = Math.ceil(bytes / PAGE);
    const module = await platform.compile(platform.capabilities().wasmSimd ? 'simd' : 'scalar', assets);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const place = { index: 0, instances: 1, memoryBytes: pages * PAGE, shared: false };
    const engine = Engine.start(module, memory, place);
    const handle = guard(engine, () => engine.x.fw_core!(capacity, world.width, world.height, edge));
    if (handle === 0) throw new InvalidInputError('INVALID_OPTION', engine.error());
    return new SimCore(engine, handle, capacity);
  }

  /** Moves entities by velocity times `dt`; gives how many met the edge of the world. */
  process_movement(start: number, end: number, dt: number): number {
    return this.call('fw_core_movement', start, end, dt);
  }

  /** Adds acceleration times `dt` to velocities, then moves; gives how many met the edge. */
  integrate_physics(start: number, end: number, dt: number): number {
    return this.call('fw_core_physics', start, end, dt);
  }

  /** Puts the entities of a range into the spatial hash, in cells of this side (default 1). */
  rebuild_spatial_hash(start: number, end: number, cell = 1): void {
    this.call('fw_core_hash', start, end, cell);
  }

  /** Ids of the entities in the hash closer than `radius`, the nearest first, at most so many. */
  query_neighbors(x: number, y: number, radius: number, max_results: number): Uint32Array {
    const found = this.call('fw_core_query', x, y, radius, max_results);
    const address = this.engine.x.fw_core_results!(this.handle) >>> 0;
    return new Uint32Array(this.engine.buffer as ArrayBuffer, address, found).slice();
  }

  /** Frees it; its columns must not be used any more. */
  dispose(): void {
    if (this.handle !== 0) this.engine.x.fw_core_drop!(this.handle);
    this.handle = 0;
  }

  private call(name: `fw_core_${string}`, ...args: number[]): number {
    if (this.handle === 0) throw new FlockworkError('DISPOSED', 'this SimCore was disposed of');
    args.forEach((value, index) => {
      if (typeof value !== 'number') throw new InvalidInputError('INVALID_OPTION', `argument ${index + 1} is ${String(value)}: it must be a number`);
    });
    const result = guard(this.engine, () => this.engine.x[name]!(this.handle, ...args));
    if (result < 0) throw new InvalidInputError('INVALID_OPTION', this.engine.error());
    return result;
  }
}

/** A trap as an error that says what happened. */
function guard(engine: Engine, call: () => number): number {
  try {
    return call();
  } catch (thrown) {
    const { code, message } = engine.explain(thrown);
    throw new FlockworkError(code, message, undefined, { cause: thrown });
  }
}
