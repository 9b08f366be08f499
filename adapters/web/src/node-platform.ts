/** Node: worker threads, files. */

import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { checkModule, FILES, missing, wasmUrl, workerUrl } from './assets.js';
import { languageCapabilities } from './capabilities.js';
import type { Platform, WorkerEvents, WorkerHandle } from './platform.js';
import type { FromWorker } from './protocol.js';
import { WorkerLoadError, type WorkerKind } from './types.js';

const SCRIPTS: Readonly<Record<WorkerKind, string>> = {
  wasm: 'node-worker-wasm.js',
  js: 'node-worker-js.js',
  worldsJs: 'node-worker-worlds-js.js',
};

/** An address that the caller gave: a path counts from the folder that the process runs in. */
function at(url: string | URL): URL {
  // One letter before the colon is a drive.
  if (typeof url !== 'string' || /^[a-z][a-z\d+.-]+:/i.test(url)) return new URL(url);
  const path = pathToFileURL(resolve(url));
  return url.endsWith('/') && !path.pathname.endsWith('/') ? new URL(`${path.href}/`) : path;
}

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

/**
 * A worker with the flags of this process. Node takes all of them as they are, but only what a
 * thread can have of its own where a list is given; and the flag of a script given as text, which
 * would make it refuse a file, can be left out by such a list alone.
 */
function start(script: URL): Worker {
  const flags = process.execArgv.filter((flag) => !flag.startsWith('--input-type'));
  if (flags.length === process.execArgv.length) return new Worker(script);
  try {
    return new Worker(script, { execArgv: flags });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
    return new Worker(script, { execArgv: [] });
  }
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
    const module = assets.module?.[kind];
    if (module) return module;
    const url = wasmUrl(kind, assets, at) ?? new URL(`./wasm/${FILES[kind]}`, import.meta.url);
    const bytes = await read(url);
    checkModule(bytes, url.href);
    return WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
  },

  spawn(kind, index, options, events: WorkerEvents): WorkerHandle {
    const name = SCRIPTS[kind];
    let worker: Worker;
    try {
      worker = start(workerUrl(kind, name, options.assets ?? {}, at) ?? new URL(name, import.meta.url));
    } catch (cause) {
      throw new WorkerLoadError('WORKER_LOAD', `worker ${index} cannot be made: ${String(cause)}`, undefined, { cause });
    }
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
      hold: (alive) => (alive ? worker.ref() : worker.unref()),
    };
  },
};
