/** A browser, on a page or in a worker of it: web workers, fetch. Nothing here runs before it is called. */

import { checkModule, folder, missing, wasmUrl, workerUrl } from './assets.js';
import { languageCapabilities } from './capabilities.js';
import { serveHere } from './inline.js';
import type { Platform, WorkerEvents, WorkerHandle } from './platform.js';
import type { FromWorker } from './protocol.js';
import { WorkerLoadError, type AssetUrls, type Capabilities, type ModuleKind, type WorkerKind } from './types.js';

/** Bundlers find files by these very expressions. */
function moduleUrl(kind: ModuleKind): URL {
  switch (kind) {
    case 'shared':
      return new URL('./wasm/flockwork.shared.wasm', import.meta.url);
    case 'simd':
      return new URL('./wasm/flockwork.wasm', import.meta.url);
    case 'scalar':
      return new URL('./wasm/flockwork.scalar.wasm', import.meta.url);
    case 'worldsShared':
      return new URL('./wasm/worlds.shared.wasm', import.meta.url);
    case 'worldsSimd':
      return new URL('./wasm/worlds.wasm', import.meta.url);
    case 'worldsScalar':
      return new URL('./wasm/worlds.scalar.wasm', import.meta.url);
  }
}

/** An address that the caller gave, as seen from the page, or from the script of this worker. */
function at(url: string | URL): URL {
  if (typeof document !== 'undefined') return new URL(url, document.baseURI);
  // Nothing is relative to a blob.
  return new URL(url, location.protocol === 'blob:' ? location.origin : location.href);
}

async function compile(kind: ModuleKind, assets: AssetUrls): Promise<WebAssembly.Module> {
  const module = assets.module?.[kind];
  if (module) return module;
  const url = (wasmUrl(kind, assets, at) ?? moduleUrl(kind)).href;
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin' });
  } catch (cause) {
    throw missing(url, undefined, cause);
  }
  if (!response.ok) throw missing(url, response.status);
  const bytes = new Uint8Array(await response.arrayBuffer());
  checkModule(bytes, url);
  return WebAssembly.compile(bytes);
}

const SCRIPTS: Readonly<Record<WorkerKind, string>> = { wasm: 'worker-wasm.js', js: 'worker-js.js', worldsJs: 'worker-worlds-js.js' };

/** A worker, and the address of its script where that is known. */
interface Made {
  readonly worker: Worker;
  readonly url?: URL;
}

function makeWorker(kind: WorkerKind, assets: AssetUrls): Made {
  const given = workerUrl(kind, SCRIPTS[kind], assets, at);
  if (given) return startAt(given);
  // A script of another origin cannot be a worker, but a worker may import it.
  const own = new URL(import.meta.url);
  if (own.protocol.startsWith('http') && own.origin !== location.origin) {
    return startAt(new URL(SCRIPTS[kind], folder(new URL('.', own))));
  }
  return { worker: ownWorker(kind) };
}

/** Bundlers find workers by these very expressions. */
function ownWorker(kind: WorkerKind): Worker {
  switch (kind) {
    case 'wasm':
      return new Worker(new URL('./worker-wasm.js', import.meta.url), { type: 'module' });
    case 'js':
      return new Worker(new URL('./worker-js.js', import.meta.url), { type: 'module' });
    case 'worldsJs':
      return new Worker(new URL('./worker-worlds-js.js', import.meta.url), { type: 'module' });
  }
}

function startAt(url: URL): Made {
  if (url.origin === location.origin || url.protocol === 'blob:' || url.protocol === 'data:') {
    return { worker: new Worker(url, { type: 'module' }), url };
  }
  const blob = new Blob([`import ${JSON.stringify(url.href)};`], { type: 'text/javascript' });
  const shim = URL.createObjectURL(blob);
  const worker = new Worker(shim, { type: 'module' });
  // The script has been fetched by the time it says hello.
  worker.addEventListener('message', () => URL.revokeObjectURL(shim), { once: true });
  return { worker, url };
}

const LOAD_HINT =
  'A worker script must be served as JavaScript; where the page is isolated it needs the header ' +
  'Cross-Origin-Embedder-Policy too; a content security policy must allow it in `worker-src`.';

/** Why a script did not load: the event says nothing of it, so the server is asked. */
async function whyNot(url: URL | undefined): Promise<string> {
  if (!url || !url.protocol.startsWith('http')) return `its script did not load. ${LOAD_HINT}`;
  try {
    const response = await fetch(url, { method: 'HEAD', credentials: 'same-origin' });
    if (!response.ok) return `${url.href} cannot be loaded: the server answers ${response.status}`;
    const type = response.headers.get('Content-Type') ?? 'nothing';
    if (!/javascript|ecmascript/i.test(type)) return `${url.href} is served as ${type}, not as JavaScript`;
  } catch {
    // What remains is the hint.
  }
  return `${url.href} did not load. ${LOAD_HINT}`;
}

export const browser: Platform = {
  name: 'web',

  capabilities(): Capabilities {
    return {
      ...languageCapabilities(),
      crossOriginIsolated: globalThis.crossOriginIsolated === true,
      moduleWorkers: typeof Worker === 'function',
      hardwareConcurrency: globalThis.navigator?.hardwareConcurrency ?? 1,
      secureContext: globalThis.isSecureContext === true,
    };
  },

  compile,

  spawn(kind, index, options, events: WorkerEvents): WorkerHandle {
    if (typeof Worker !== 'function') return serveHere(events);
    let made: Made;
    try {
      const own = options.createWorker?.(kind, index);
      made = own ? { worker: own } : makeWorker(kind, options.assets ?? {});
    } catch (cause) {
      throw new WorkerLoadError('WORKER_LOAD', `worker ${index} cannot be made: ${String(cause)}`, LOAD_HINT, { cause });
    }
    const { worker, url } = made;
    worker.addEventListener('message', (event: MessageEvent<FromWorker>) => events.message(event.data));
    worker.addEventListener('messageerror', () => events.error('a message could not be read'));
    worker.addEventListener('error', (event: ErrorEvent) => {
      event.preventDefault();
      if (event.message) events.error(event.message);
      else void whyNot(url).then(events.error);
    });
    return {
      post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
      terminate: () => worker.terminate(),
    };
  },
};
