/** A browser: web workers, fetch. Nothing here runs before it is called. */

import { checkModule, missing } from './assets.js';
import { languageCapabilities } from './capabilities.js';
import type { ModuleKind, Platform, WorkerEvents, WorkerHandle } from './platform.js';
import type { FromWorker } from './protocol.js';
import { WorkerLoadError, type AssetUrls, type Capabilities } from './types.js';

const FILES: Record<ModuleKind, string> = {
  shared: 'flockwork.shared.wasm',
  simd: 'flockwork.wasm',
  scalar: 'flockwork.scalar.wasm',
};

/** Bundlers find files by these very expressions. */
function moduleUrl(kind: ModuleKind): URL {
  switch (kind) {
    case 'shared':
      return new URL('./wasm/flockwork.shared.wasm', import.meta.url);
    case 'simd':
      return new URL('./wasm/flockwork.wasm', import.meta.url);
    case 'scalar':
      return new URL('./wasm/flockwork.scalar.wasm', import.meta.url);
  }
}

/** A folder's URL, with a slash at its end. */
export function folder(base: string | URL, relativeTo: string | undefined): URL {
  const url = new URL(base, relativeTo);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

async function compile(kind: ModuleKind, assets: AssetUrls): Promise<WebAssembly.Module> {
  if (assets.module) return assets.module;
  const given = assets.wasm ?? (assets.base ? new URL(`wasm/${FILES[kind]}`, folder(assets.base, document.baseURI)) : null);
  const url = new URL(given ?? moduleUrl(kind), document.baseURI).href;
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

function makeWorker(kind: 'wasm' | 'js', assets: AssetUrls): Worker {
  const base = assets.base ? folder(assets.base, document.baseURI) : null;
  const given = assets.worker ?? (base ? new URL(kind === 'wasm' ? 'worker-wasm.js' : 'worker-js.js', base) : null);
  if (given) return startAt(new URL(given, document.baseURI));
  // A script of another origin cannot be a worker, but a worker may import it.
  const own = new URL(import.meta.url);
  if (own.protocol.startsWith('http') && own.origin !== location.origin) {
    return startAt(new URL(kind === 'wasm' ? 'worker-wasm.js' : 'worker-js.js', folder(new URL('.', own), undefined)));
  }
  return kind === 'wasm'
    ? new Worker(new URL('./worker-wasm.js', import.meta.url), { type: 'module' })
    : new Worker(new URL('./worker-js.js', import.meta.url), { type: 'module' });
}

function startAt(url: URL): Worker {
  if (url.origin === location.origin || url.protocol === 'blob:' || url.protocol === 'data:') {
    return new Worker(url, { type: 'module' });
  }
  const blob = new Blob([`import ${JSON.stringify(url.href)};`], { type: 'text/javascript' });
  const shim = URL.createObjectURL(blob);
  const worker = new Worker(shim, { type: 'module' });
  // The script has been fetched by the time it says hello.
  worker.addEventListener('message', () => URL.revokeObjectURL(shim), { once: true });
  return worker;
}

const LOAD_HINT =
  'A worker script must be served as JavaScript; where the page is isolated it needs the header ' +
  'Cross-Origin-Embedder-Policy too; a content security policy must allow it in `worker-src`.';

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
    let worker: Worker;
    try {
      worker = options.createWorker?.(kind, index) ?? makeWorker(kind, options.assets ?? {});
    } catch (cause) {
      throw new WorkerLoadError('WORKER_LOAD', `worker ${index} cannot be made: ${String(cause)}`, LOAD_HINT, { cause });
    }
    worker.addEventListener('message', (event: MessageEvent<FromWorker>) => events.message(event.data));
    worker.addEventListener('messageerror', () => events.error('a message could not be read'));
    worker.addEventListener('error', (event: ErrorEvent) => {
      event.preventDefault();
      events.error(event.message ?? `its script did not load. ${LOAD_HINT}`);
    });
    return {
      post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
      terminate: () => worker.terminate(),
    };
  },
};
