/** What differs between a browser and Node. */

import type { FromWorker, ToWorker } from './protocol.js';
import type { AssetUrls, Capabilities, ModuleKind, SimulationOptions, WorkerKind } from './types.js';

export interface WorkerEvents {
  message(message: FromWorker): void;
  /** The worker cannot go on: it did not load, or something was thrown that nobody caught. */
  error(message: string): void;
}

export interface WorkerHandle {
  post(message: ToWorker, transfer?: readonly Transferable[]): void;
  terminate(): void;
  /** Whether the process shall live for this worker's sake; it does until it is told. */
  hold?(alive: boolean): void;
}

export interface Platform {
  readonly name: 'web' | 'node';
  capabilities(): Capabilities;
  /** Throws `AssetError`, or what `WebAssembly.compile` throws. */
  compile(kind: ModuleKind, assets: AssetUrls): Promise<WebAssembly.Module>;
  /** Where there are no workers, the first one of kind `wasm` runs in this thread. */
  spawn(
    kind: WorkerKind,
    index: number,
    options: Pick<SimulationOptions, 'assets' | 'createWorker'>,
    events: WorkerEvents,
  ): WorkerHandle;
}
