/** The functions of one instance of the module, and its memory: see `scheduler-web/ABI.md`. */

import type { MemorySource } from '../protocol.js';

type Call = (...args: number[]) => number;

/** What an instance exports. */
export interface Exports {
  readonly [name: `fw_${string}`]: Call;
  readonly __stack_pointer: { value: number };
  readonly __heap_base: { readonly value: number };
  readonly __tls_size?: { readonly value: number };
  readonly __tls_align?: { readonly value: number };
  readonly __wasm_init_tls?: Call;
}

/** The module as JavaScript: what `wasm2js` makes of it. */
export type Kernels = (imports: { env: Record<string, unknown> }) => unknown;

/** The version of the interface that this script knows. */
const ABI = 1;
/** Bytes of stack for each instance. */
const STACK = 256 * 1024;

/** An error whose code the main thread gets. */
export class CodedError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Where an instance stands in its memory. */
export interface Place {
  /** Its number, and how many instances there are over the memory. */
  readonly index: number;
  readonly instances: number;
  readonly memoryBytes: number;
  readonly shared: boolean;
}

/** One instance. */
export class Engine {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  /** Called at signs of life: when the time is asked for, and while waiting. */
  beat: () => void = () => {};

  private constructor(
    readonly x: Exports,
    readonly buffer: ArrayBufferLike,
  ) {
    this.bytes = new Uint8Array(buffer);
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
  }

  static start(source: WebAssembly.Module | Kernels, memory: MemorySource, place: Place): Engine {
    const buffer = memory.buffer;
    const words = new Int32Array(buffer);
    const host = { beat: () => {} };
    const env = {
      memory,
      now: () => {
        host.beat();
        return performance.now();
      },
      wait: (address: number, value: number, milliseconds: number) => {
        host.beat();
        if (place.shared) Atomics.wait(words, address >>> 2, value | 0, milliseconds);
      },
      notify: (address: number) => {
        if (place.shared) Atomics.notify(words, address >>> 2);
      },
    };
    const x = (
      typeof source === 'function'
        ? source({ env })
        : new WebAssembly.Instance(source, { env: env as unknown as WebAssembly.ModuleImports }).exports
    ) as Exports;
    if (x.fw_abi?.() !== ABI) {
      throw new CodedError('ABI_MISMATCH', `the module has interface ${x.fw_abi?.()}, this script knows ${ABI}`);
    }
    const engine = new Engine(x, buffer);
    host.beat = () => engine.beat();
    engine.settle(place);
    return engine;
  }

  /** Gives the instance its stack, and the first one the heap. */
  private settle(place: Place): void {
    const { x } = this;
    const base = (x.__heap_base.value + 63) & ~63;
    const tls = x.__tls_size?.value ?? 0;
    const top = base + (place.index + 1) * STACK;
    // Thread-local variables, if there are any, stand at the top of the stack.
    const begin = (top - tls) & ~63;
    x.__stack_pointer.value = begin;
    if (tls > 0) x.__wasm_init_tls?.(begin);
    const heap = base + place.instances * STACK;
    if (heap >= place.memoryBytes) throw new CodedError('MEMORY_LIMIT', `${place.memoryBytes} bytes of memory do not even hold the stacks`);
    if (place.index === 0) x.fw_heap!(heap, place.memoryBytes);
  }

  /** Memory aligned to 64, all zero. */
  alloc(length: number): number {
    const address = this.x.fw_alloc!(length) >>> 0;
    if (address === 0) throw new CodedError('MEMORY_LIMIT', `there is no memory for ${length} more bytes`);
    return address;
  }

  free(address: number, length: number): void {
    this.x.fw_free!(address, length);
  }

  /** Puts bytes into memory; to be freed. */
  put(bytes: Uint8Array): number {
    const address = this.alloc(Math.max(1, bytes.length));
    this.bytes.set(bytes, address);
    return address;
  }

  /** Calls with the address and length of a text. */
  withText<T>(text: string, call: (address: number, length: number) => T): T {
    const bytes = new TextEncoder().encode(text);
    const address = this.put(bytes);
    try {
      return call(address, bytes.length);
    } finally {
      this.free(address, Math.max(1, bytes.length));
    }
  }

  /** A copy of bytes in memory, in a buffer of its own. */
  copy(address: number, length: number): ArrayBuffer {
    const out = new Uint8Array(length);
    out.set(this.bytes.subarray(address, address + length));
    return out.buffer;
  }

  text(address: number, length: number): string {
    // TextDecoder takes no shared memory, so this is a copy.
    return new TextDecoder().decode(this.copy(address >>> 0, length));
  }

  /** What the last call that failed had to say. */
  error(): string {
    return this.text(this.x.fw_error_ptr!(), this.x.fw_error_len!());
  }

  /** What was thrown, as an error with a code: a trap comes with the panic's message. */
  explain(thrown: unknown): CodedError {
    if (thrown instanceof CodedError) return thrown;
    let panic = '';
    try {
      panic = this.text(this.x.fw_panic_ptr!(), this.x.fw_panic_len!());
    } catch {
      // What remains is the trap itself.
    }
    const own = thrown instanceof Error ? thrown.message : String(thrown);
    if (/memory allocation|allocation failed|capacity overflow/.test(panic)) {
      return new CodedError('MEMORY_LIMIT', `the memory is full: ${panic}`);
    }
    const error = new CodedError('WASM_TRAP', panic ? `${own}: ${panic}` : own);
    if (thrown instanceof Error && thrown.stack) error.stack = thrown.stack;
    return error;
  }

  models(): string {
    const address = this.x.fw_describe!();
    return this.text(address, this.x.fw_describe_len!());
  }
}
