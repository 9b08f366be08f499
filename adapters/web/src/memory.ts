/**
 * How much memory a world gets: reckoned from the scenario, and more as it grows. WebAssembly adds to
 * its memory while it runs; JavaScript cannot, and gets room for a crowd from the start, of which a
 * system gives only what is touched.
 */

import type { MemorySource } from './protocol.js';

export const PAGE = 65536;
/** What the module's allocator takes: see `scheduler-web/src/heap.rs`. */
export const MEMORY_MOST = 49152 * PAGE;
/** The least that a worker can begin with. */
export const MEMORY_LEAST = 2 * 1024 * 1024;

const MIB = 1024 * 1024;
/** Stacks, mailboxes, the grid of cells, and what is made for a moment. */
const BYTES_PER_WORKER = 8 * MIB;
/** Of an entity with its neighbours' copies, buffers and three frames; models of many columns take more. */
const BYTES_PER_ENTITY = 400;
/** Where memory cannot grow there is room for so many times the entities at tick 0. */
const CROWD = 4;

/** Bytes of memory for each worker. */
export interface MemoryPlan {
  /** What it begins with. */
  readonly first: number;
  /** What it may grow to. */
  readonly most: number;
}

/**
 * Bytes of each worker where the memory can grow, and where it cannot; `limit` is the user's. Each has
 * the whole `table` of entities at tick 0 for a moment.
 */
export function reckon(entities: number, workers: number, grows: boolean, limit: number | null, table = 0): MemoryPlan {
  const most = pages(limit ?? MEMORY_MOST);
  const crowd = entities * (grows ? 1 : CROWD);
  const wanted = Math.min(most, pages(BYTES_PER_WORKER + table + (BYTES_PER_ENTITY * crowd) / workers));
  if (grows) return { first: wanted, most };
  const all = limit === null ? wanted : most;
  return { first: all, most: all };
}

/** Memory of so many bytes that may grow, where a browser allows that at all. */
export function wasmMemory({ first, most }: MemoryPlan, shared: boolean): WebAssembly.Memory {
  const initial = first / PAGE;
  for (let maximum = most / PAGE; ; maximum = Math.max(initial, maximum >>> 1)) {
    try {
      return new WebAssembly.Memory({ initial, maximum, shared });
    } catch (error) {
      // Small machines do not even promise so much.
      if (maximum <= initial) throw error;
    }
  }
}

/** The plan for all workers together over one memory. */
export function together({ first, most }: MemoryPlan, workers: number): MemoryPlan {
  return { first: Math.min(MEMORY_MOST, first * workers), most: Math.min(MEMORY_MOST, most * workers) };
}

/** The bytes of a memory, up to an address at least if there are so many. */
export function bufferOf(memory: MemorySource, end = 0): ArrayBufferLike {
  // Another thread may have let it grow, which shows here when one asks.
  if (end > memory.buffer.byteLength) grow(memory, 0);
  return memory.buffer;
}

/** Adds pages behind the end; -1 if there are none to be had. */
export function grow(memory: MemorySource, more: number): number {
  // What wasm2js gives a memory by this name makes another one, which others would not see.
  if (typeof WebAssembly === 'undefined' || !(memory instanceof WebAssembly.Memory)) return -1;
  try {
    return memory.grow(more);
  } catch {
    return -1;
  }
}

function pages(bytes: number): number {
  return Math.min(MEMORY_MOST, Math.ceil(bytes / PAGE) * PAGE);
}
