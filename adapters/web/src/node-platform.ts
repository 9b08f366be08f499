/** Node: worker threads, files. */

import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { checkModule, missing } from './assets.js';
import { folder } from './browser.js';
import { languageCapabilities } from './capabilities.js';
import type { ModuleKind, Platform, WorkerEvents, WorkerHandle } from './platform.js';
import type { FromWorker } from './protocol.js';
import type { AssetUrls } from './types.js';

const FILES: Record<ModuleKind, string> = {
  shared: 'flockwork.shared.wasm',
  simd: 'flockwork.wasm',
  scalar: 'flockwork.scalar.wasm',
};

async function read(url: URL): Promise<Uint8Array> {
  try {
    if (url.protocol === 'file:') return new Uint8Array(await readFile(fileURLToPath(url)));
    const response = await fetch(url);
    if (!response.ok) throw missing(url.href, response.status);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AssetError') throw cause;
    throw missing(url.href, undefined, cause);
  }
}

function script(kind: 'wasm' | 'js', assets: AssetUrls): URL {
  if (assets.worker) return new URL(assets.worker, import.meta.url);
  const base = assets.base ? folder(assets.base, import.meta.url) : new URL('./', import.meta.url);
  return new URL(kind === 'wasm' ? 'node-worker-wasm.js' : 'node-worker-js.js', base);
}

export const node: Platform = {
  name: 'node',

  capabilities() {
    return {
      ...languageCapabilities(),
      // Node shares memory between its threads without further ado.
      crossOriginIsolated: true,
      moduleWorkers: true,
      hardwareConcurrency: availableParallelism(),
      secureContext: true,
    };
  },

  async compile(kind, assets) {
    if (assets.module) return assets.module;
    const base = assets.base ? folder(assets.base, import.meta.url) : new URL('./', import.meta.url);
    const url = assets.wasm ? new URL(assets.wasm, import.meta.url) : new URL(`wasm/${FILES[kind]}`, base);
    const bytes = await read(url);
    checkModule(bytes, url.href);
    return WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
  },

  spawn(kind, _index, options, events: WorkerEvents): WorkerHandle {
    // The flag of a script given as text would make Node refuse the worker's file.
    const execArgv = process.execArgv.filter((flag) => !flag.startsWith('--input-type'));
    const worker = new Worker(script(kind, options.assets ?? {}), { execArgv });
    let over = false;
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'exited') over = true;
      events.message(message);
    });
    worker.on('error', (error: Error) => events.error(error.message));
    worker.on('exit', (code) => {
      if (!over) events.error(`its thread ended with ${code}`);
    });
    return {
      post: (message, transfer = []) => worker.postMessage(message, transfer as never),
      terminate: () => {
        over = true;
        void worker.terminate();
      },
    };
  },
};
