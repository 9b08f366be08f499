/** What differs between a browser and Node. */

import type { FromWorker, ToWorker } from './protocol.js';
import type { AssetUrls, Capabilities, SimulationOptions } from './types.js';

/** The module with threads, without, and without SIMD. */
export type ModuleKind = 'shared' | 'simd' | 'scalar';

export interface WorkerEvents {
  message(message: FromWorker): void;
  /** The worker cannot go on: it did not load, or something was thrown that nobody caught. */
  error(message: string): void;
}

export interface WorkerHandle {
  post(message: ToWorker, transfer?: readonly Transferable[]): void;
  terminate(): void;
}

export interface Platform {
  readonly name: 'web' | 'node';
  capabilities(): Capabilities;
  /** Throws `AssetError`, or what `WebAssembly.compile` throws. */
  compile(kind: ModuleKind, assets: AssetUrls): Promise<WebAssembly.Module>;
  spawn(
    kind: 'wasm' | 'js',
    index: number,
    options: Pick<SimulationOptions, 'assets' | 'createWorker'>,
    events: WorkerEvents,
  ): WorkerHandle;
}
