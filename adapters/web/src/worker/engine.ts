/** The functions of one instance of the module, and its memory: see `scheduler-web/ABI.md`. */

import { bufferOf, grow } from '../memory.js';
import type { MemorySource, Setting } from '../protocol.js';

/** A function of an instance. */
export type Call = (...args: number[]) => number;

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
const ABI = 9;
/** What `fw_error_kind` numbers. */
const ERROR_CODES = [undefined, 'MEMORY_LIMIT', 'SNAPSHOT_MISMATCH', 'OTHER_ARITHMETIC', 'BAD_SNAPSHOT', 'BAD_PARAM', 'BAD_INPUT'];
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

/** Views of a memory as long as it was. */
interface Views {
  readonly buffer: ArrayBufferLike;
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
}

/**
 * One instance. Its memory grows: a view of it is good until the next call that may make room, of
 * this module or, under shared memory, of another worker's.
 */
export class Engine {
  private views: Views;
  /** Called at signs of life: when the time is asked for, and while waiting. */
  beat: () => void = () => {};

  private constructor(
    readonly x: Exports,
    private readonly memory: MemorySource,
  ) {
    this.views = viewsOf(memory.buffer);
  }

  static start(source: WebAssembly.Module | Kernels, memory: MemorySource, place: Place): Engine {
    // The module waits at addresses of its heap, and the heap grows.
    const host: { engine: Engine | null } = { engine: null };
    const env = {
      memory,
      now: () => {
        host.engine?.beat();
        return performance.now();
      },
      wait: (address: number, value: number, milliseconds: number) => {
        host.engine?.beat();
        if (place.shared) Atomics.wait(host.engine!.wordsTo(address >>> 0), address >>> 2, value | 0, milliseconds);
      },
      notify: (address: number) => {
        if (place.shared) Atomics.notify(host.engine!.wordsTo(address >>> 0), address >>> 2);
      },
      grow: (pages: number) => grow(memory, pages >>> 0),
    };
    const x = (
      typeof source === 'function'
        ? source({ env })
        : new WebAssembly.Instance(source, { env: env as unknown as WebAssembly.ModuleImports }).exports
    ) as Exports;
    if (x.fw_abi?.() !== ABI) {
      throw new CodedError('ABI_MISMATCH', `the module has interface ${x.fw_abi?.()}, this script knows ${ABI}`);
    }
    const engine = new Engine(x, memory);
    host.engine = engine;
    engine.settle(place);
    return engine;
  }

  /** The memory as it is now. */
  get buffer(): ArrayBufferLike {
    return this.viewsTo(0).buffer;
  }

  /** All bytes of the memory, as it is now. */
  get bytes(): Uint8Array {
    return this.viewsTo(0).bytes;
  }

  /** Words that reach past a byte address. */
  wordsTo(address: number): Int32Array {
    return this.viewsTo(address + 4).words;
  }

  /** So many bytes at an address. */
  at(address: number, length: number): Uint8Array {
    return this.viewsTo(address + length).bytes.subarray(address, address + length);
  }

  private viewsTo(end: number): Views {
    if (this.memory.buffer !== this.views.buffer || end > this.views.buffer.byteLength) {
      const buffer = bufferOf(this.memory, end);
      if (buffer !== this.views.buffer) this.views = viewsOf(buffer);
    }
    return this.views;
  }

  /** Gives the instance its stack, and the first one the heap; a module with a standard library has its own. */
  private settle(place: Place): void {
    const { x } = this;
    if (x.fw_std) {
      if (place.instances > 1) throw new CodedError('ABI_MISMATCH', 'a module with a standard library of its own cannot share a memory');
      x.fw_std();
      return;
    }
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
    this.at(address, bytes.length).set(bytes);
    return address;
  }

  /** Calls with the address and length of a text. */
  withText<T>(text: string, call: (address: number, length: number) => T): T {
    return this.withBytes(new TextEncoder().encode(text), call);
  }

  private withBytes<T>(bytes: Uint8Array, call: (address: number, length: number) => T): T {
    const address = this.put(bytes);
    try {
      return call(address, bytes.length);
    } finally {
      this.free(address, Math.max(1, bytes.length));
    }
  }

  /** Gives a setting to the settings or simulation `to`: by `number`, or by `other` what is none. */
  withSetting([name, value]: Setting, to: number, number: Call, other: Call): number {
    return this.withText(name, (at, length) => {
      if (typeof value === 'number') return number(to, at, length, value);
      if (typeof value === 'string') return this.withText(value, (text, size) => other(to, at, length, 2, text, size));
      const bytes = new Uint8Array(Float64Array.from(value).buffer);
      return this.withBytes(bytes, (list, size) => other(to, at, length, 1, list, size));
    });
  }

  /** A copy of bytes in memory, in a buffer of its own. */
  copy(address: number, length: number): ArrayBuffer {
    const out = new Uint8Array(length);
    out.set(this.at(address, length));
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

  /** The code of what the last call that failed had to say; `usual` where that tells no more. */
  errorCode(usual: string): string {
    return ERROR_CODES[this.x.fw_error_kind!()] ?? usual;
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

  /** Bytes of the heap in use, and of all of it: of the whole memory where the module's heap tells nothing. */
  heap(): [number, number] {
    const { fw_used, fw_heap_bytes } = this.x;
    if (!fw_used || !fw_heap_bytes) return [this.buffer.byteLength, this.buffer.byteLength];
    return [fw_used() >>> 0, fw_heap_bytes() >>> 0];
  }

  /** What the module says of itself, as text. */
  info(): string {
    const address = this.x.fw_describe!();
    return this.text(address, this.x.fw_describe_len!());
  }
}

function viewsOf(buffer: ArrayBufferLike): Views {
  return { buffer, bytes: new Uint8Array(buffer), words: new Int32Array(buffer) };
}
