/** Kernels without a scheduler, for programs that bring their own loop. */

import { checkAssets } from './assets.js';
import { edgeCodes, type World } from './edge.js';
import { MEMORY_MOST, PAGE } from './memory.js';
import type { Platform } from './platform.js';
import { whole } from './refusal.js';
import { FlockworkError, InvalidInputError, UnsupportedError, type AssetUrls } from './types.js';
import { Engine, type Call } from './worker/engine.js';

export interface SimCoreOptions {
  /** Entities; they begin at the origin, at rest. */
  readonly capacity: number;
  /** In the plane. */
  readonly world: Omit<World, 'depth'>;
  /**
   * Threads that work on it at once, this one among them (default 1, at most 64). From 2 on its
   * memory is shared, which needs a page that is cross-origin isolated.
   */
  readonly threads?: number;
  /** Bytes of memory, fixed from the start, up to 3 GiB (default as much as `capacity` and `threads` need). */
  readonly memory?: number;
  readonly assets?: AssetUrls;
}

/** What another thread needs to work on a core: post it there, and call `joinSimCore` with it. */
export interface SimCoreShare {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly core: number;
  readonly capacity: number;
  readonly thread: number;
  readonly threads: number;
}

/** Bytes of memory for each entity: columns and the hash; and what each thread finds. */
const BYTES_PER_ENTITY = 80;
const BYTES_FOUND_PER_ENTITY = 256;
const BYTES_AT_LEAST = 4 * 1024 * 1024;
const MOST_THREADS = 64;
/** Integers of a buffer that several results have. */
const CHUNK = 4096;

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

/** Neighbours of entities: views of memory, valid until this core's next query. */
export interface Neighbors {
  /** Where each entity's neighbours begin in `ids`, and the end: one more than entities. */
  readonly offsets: Uint32Array;
  readonly ids: Uint32Array;
}

/**
 * A fixed number of entities with kernels that work on ranges of them, on this thread. Threads that
 * share one may work on it at once, each on a range of its own: one that another thread works on is
 * refused. The columns belong to all of them.
 */
export class SimCore {
  readonly columns: SimCoreColumns;
  readonly capacity: number;
  private readonly words: Uint32Array;
  private readonly copies = new Copies();
  private finder: number;
  private readonly find: Call;
  private readonly results: Call;
  private given = 1;

  private constructor(
    private readonly engine: Engine,
    private readonly share: SimCoreShare,
  ) {
    const { core, capacity } = share;
    this.capacity = capacity;
    this.words = new Uint32Array(engine.buffer);
    this.finder = engine.x.fw_core_finder!(core);
    this.find = engine.x.fw_core_query!;
    this.results = engine.x.fw_core_results!;
    const view = (index: number) =>
      new Float32Array(engine.buffer as ArrayBuffer, engine.x.fw_core_column!(core, index) >>> 0, capacity);
    this.columns = Object.fromEntries(NAMES.map((name, index) => [name, view(index)])) as unknown as SimCoreColumns;
  }

  /** Makes one; a module is fetched for it, that of tier `wasm-shared` for several threads. */
  static async createOn(platform: Platform, options: SimCoreOptions): Promise<SimCore> {
    const { capacity, world, threads = 1, assets = {} } = options;
    checkAssets(assets);
    whole('capacity', capacity, 1, 1 << 24);
    whole('threads', threads, 1, MOST_THREADS);
    const [edgeX, edgeY] = edgeCodes('world.edge', world, 2);
    const has = platform.capabilities();
    const shared = threads > 1;
    if (shared && !(has.crossOriginIsolated && has.wasmThreads && has.wasmSimd)) {
      const text = `${threads} threads cannot share memory here, since it is not cross-origin isolated or lacks threads of WebAssembly`;
      throw new UnsupportedError('NO_COI', text, 'Take one thread, or serve the page with the headers that isolate it.', []);
    }
    const needed = BYTES_AT_LEAST * (1 + threads) + (BYTES_PER_ENTITY + BYTES_FOUND_PER_ENTITY * threads) * capacity;
    if (options.memory !== undefined) whole('memory', options.memory, PAGE, MEMORY_MOST);
    else if (needed > MEMORY_MOST) {
      throw new InvalidInputError('INVALID_OPTION', `capacity is ${capacity} with threads ${threads}: that needs ${needed} bytes of memory, and there can be at most ${MEMORY_MOST}`);
    }
    const pages = Math.ceil((options.memory ?? needed) / PAGE);
    const module = await platform.compile(shared ? 'shared' : has.wasmSimd ? 'simd' : 'scalar', assets);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
    const engine = Engine.start(module, memory, placeOf(memory, 0, threads));
    let core: number;
    try {
      core = engine.x.fw_core!(capacity, world.width, world.height, edgeX!, edgeY!);
    } catch (thrown) {
      throw trap(engine, thrown);
    }
    if (core === 0) throw new InvalidInputError('INVALID_OPTION', engine.error());
    return new SimCore(engine, { module, memory, core, capacity, thread: 0, threads });
  }

  /** Works on the core of another thread. */
  static join(share: SimCoreShare): SimCore {
    return new SimCore(Engine.start(share.module, share.memory, placeOf(share.memory, share.thread, share.threads)), share);
  }

  /** For one thread more: to be posted to it. */
  handOut(): SimCoreShare {
    this.usable();
    const { thread, threads } = this.share;
    if (thread !== 0) throw new InvalidInputError('INVALID_OPTION', 'the thread that made a SimCore hands it out');
    if (this.given >= threads) {
      throw new InvalidInputError('INVALID_OPTION', `this SimCore is for ${threads} threads, and all have it: make it with more \`threads\``);
    }
    return { ...this.share, thread: this.given++ };
  }

  /** Moves entities by velocity times `dt`; gives how many met the edge of the world. */
  process_movement(start: number, end: number, dt: number): number {
    return this.call('fw_core_movement', this.share.core, start, end, kept('dt', dt));
  }

  /** Adds acceleration times `dt` to velocities, then moves; gives how many met the edge. */
  integrate_physics(start: number, end: number, dt: number): number {
    return this.call('fw_core_physics', this.share.core, start, end, kept('dt', dt));
  }

  /**
   * Puts the entities of a range into the spatial hash, in cells of this side (default 1); the
   * others are not found any more. Queries see them where they are now, until the next rebuild.
   */
  rebuild_spatial_hash(start: number, end: number, cell = 1): void {
    this.call('fw_core_hash', this.share.core, start, end, cell);
  }

  /**
   * Ids of the entities in the hash closer than `radius`, the nearest first, at most so many. Periodic
   * axes are not closed for this: nobody is seen across their ends. They stay as they are, but several
   * results have one `buffer`: to transfer that, take a `slice`.
   */
  query_neighbors(x: number, y: number, radius: number, max_results: number): Uint32Array {
    // As `call`, which costs a tenth of a query where V8 does not know what is called.
    if (this.finder === 0 || !(isNumber(x) && isNumber(y) && isNumber(radius) && isNumber(max_results))) {
      this.check(x, y, radius, max_results);
    }
    let found: number;
    try {
      found = this.find(this.share.core, this.finder, x, y, radius, max_results);
    } catch (thrown) {
      throw trap(this.engine, thrown);
    }
    if (found < 0) throw new InvalidInputError('INVALID_OPTION', this.engine.error());
    const first = this.results(this.finder) >>> 2;
    const { words } = this;
    const out = this.copies.next(found);
    // For some twenty this is faster than `set`.
    for (let at = 0; at < found; at++) out[at] = words[first + at]!;
    return out;
  }

  /** The same for each entity of a range, without itself, in one call and without copies. */
  query_neighbors_of(start: number, end: number, radius: number, max_results: number): Neighbors {
    const found = this.call('fw_core_query_of', this.share.core, this.finder, start, end, radius, max_results);
    return { offsets: this.view('fw_core_offsets', end - start + 1), ids: this.view('fw_core_results', found) };
  }

  /** The same for points, given by their coordinates. */
  query_neighbors_at(xs: ArrayLike<number>, ys: ArrayLike<number>, radius: number, max_results: number): Neighbors {
    const { engine, share } = this;
    const count = xs.length;
    if (ys.length !== count) throw new InvalidInputError('INVALID_OPTION', `there are ${count} x and ${ys.length} y: it must be as many`);
    this.usable();
    const address = engine.alloc(Math.max(8, 8 * count));
    try {
      const points = new Float32Array(engine.buffer as ArrayBuffer, address, 2 * count);
      points.set(xs);
      points.set(ys, count);
      const found = this.call('fw_core_query_at', share.core, this.finder, address, count, radius, max_results);
      return { offsets: this.view('fw_core_offsets', count + 1), ids: this.view('fw_core_results', found) };
    } finally {
      engine.free(address, Math.max(8, 8 * count));
    }
  }

  /**
   * Ends this thread's use of it. The thread that made it comes last, and frees it; the columns
   * must not be used any more then.
   */
  dispose(): void {
    const { engine, share } = this;
    if (this.finder === 0) return;
    engine.x.fw_core_finder_drop!(share.core, this.finder);
    this.finder = 0;
    if (share.thread !== 0 || engine.x.fw_core_drop!(share.core) >= 0) return;
    this.finder = engine.x.fw_core_finder!(share.core);
    throw new InvalidInputError('IN_USE', `${engine.error()}: dispose of it there first`);
  }

  private view(name: 'fw_core_results' | 'fw_core_offsets', length: number): Uint32Array {
    const address = this.engine.x[name]!(this.finder) >>> 0;
    return new Uint32Array(this.engine.buffer as ArrayBuffer, address, length);
  }

  private usable(): void {
    if (this.finder === 0) throw new FlockworkError('DISPOSED', 'this SimCore was disposed of');
  }

  /** Throws unless it can be used and these are numbers. */
  private check(...args: unknown[]): void {
    this.usable();
    const bad = args.findIndex((value) => !isNumber(value));
    if (bad >= 0) throw new InvalidInputError('INVALID_OPTION', `an argument is ${String(args[bad])}: it must be a number`);
  }

  /** Calls the kernels. */
  private call(name: `fw_core_${string}`, a: number, b: number, c: number, d: number, e = 0, f = 0): number {
    this.check(b, c, d, e, f);
    let result: number;
    try {
      result = this.engine.x[name]!(a, b, c, d, e, f);
    } catch (thrown) {
      throw trap(this.engine, thrown);
    }
    if (result < 0) throw new InvalidInputError('INVALID_OPTION', this.engine.error());
    return result;
  }
}

/**
 * Arrays of integers, many in one buffer: to make a buffer for each costs as long as to find twenty
 * neighbours.
 */
class Copies {
  private chunk = new Uint32Array(CHUNK);
  private used = 0;

  /** An array of so many that nobody else has. */
  next(length: number): Uint32Array {
    if (length === 0 || length > CHUNK / 4) return new Uint32Array(length);
    // Where somebody has transferred the buffer, the chunk has no length any more.
    if (this.used + length > this.chunk.length) {
      this.chunk = new Uint32Array(CHUNK);
      this.used = 0;
    }
    const begin = this.used;
    this.used += length;
    return this.chunk.subarray(begin, this.used);
  }
}

/** A number, unless it becomes 0 in the module, which has 32 bits for it. */
function kept(what: string, value: number): number {
  if (value === 0 || Math.fround(value) !== 0) return value;
  throw new InvalidInputError('INVALID_OPTION', `${what} is ${value}, which becomes 0 as a number of 32 bits: it must be 0, or larger`);
}

/** Each thread has a stack of its own in the memory. */
function placeOf(memory: WebAssembly.Memory, index: number, instances: number) {
  return { index, instances, memoryBytes: memory.buffer.byteLength, shared: instances > 1 };
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number';
}

/** A trap as an error that says what happened. */
function trap(engine: Engine, thrown: unknown): FlockworkError {
  const { code, message } = engine.explain(thrown);
  return new FlockworkError(code, message, undefined, { cause: thrown });
}
