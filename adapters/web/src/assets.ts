/** Files of the package: where they are, and what is wrong with them when they cannot be used. */

import { AssetError, InvalidInputError, type AssetUrls, type ModelName, type ModuleKind, type WorkerKind } from './types.js';

/** The wasm files, in the folder `wasm` of a base. */
export const FILES: Readonly<Record<ModuleKind, string>> = {
  shared: 'flockwork.shared.wasm',
  simd: 'flockwork.wasm',
  scalar: 'flockwork.scalar.wasm',
  worldsShared: 'worlds.shared.wasm',
  worldsSimd: 'worlds.wasm',
  worldsScalar: 'worlds.scalar.wasm',
};

/** The models of the second module; all others are in the first one. */
export const WORLDS: readonly ModelName[] = ['meadow', 'sph', 'crowd'];

/** Whether a model is in the second module. */
export function inWorlds(model: ModelName, { worlds = WORLDS.includes(model) }: AssetUrls): boolean {
  return worlds;
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  wasm: Object.keys(FILES),
  module: Object.keys(FILES),
  worker: ['wasm', 'js', 'worldsJs'],
};

/** Throws unless the addresses are given as `AssetUrls` says. */
export function checkAssets(assets: AssetUrls): void {
  const object = (what: string, value: unknown, keys: readonly string[]) => {
    if (typeof value !== 'object' || value === null || value instanceof URL) {
      throw new InvalidInputError('INVALID_OPTION', `${what} is ${String(value)}: it must be an object with ${keys.join(', ')}`);
    }
    const unknown = Object.keys(value).find((key) => !keys.includes(key));
    if (unknown !== undefined) {
      throw new InvalidInputError('INVALID_OPTION', `${what} has no key "${unknown}": its keys are ${keys.join(', ')}`);
    }
  };
  object('assets', assets, ['base', ...Object.keys(KINDS), 'worlds']);
  const worlds: unknown = assets.worlds;
  if (worlds !== undefined && typeof worlds !== 'boolean') {
    throw new InvalidInputError('INVALID_OPTION', `assets.worlds is ${String(worlds)}: it must be true or false`);
  }
  for (const [name, keys] of Object.entries(KINDS)) {
    const value = (assets as Record<string, unknown>)[name];
    if (value !== undefined) object(`assets.${name}`, value, keys);
  }
}

/** A folder's URL, with a slash at its end. */
export function folder(url: URL): URL {
  const out = new URL(url);
  if (!out.pathname.endsWith('/')) out.pathname += '/';
  return out;
}

/** Where the caller has this wasm file; null if it is where the package has it. */
export function wasmUrl(kind: ModuleKind, assets: AssetUrls, at: (url: string | URL) => URL): URL | null {
  const named = assets.wasm?.[kind];
  if (named !== undefined) return at(named);
  return assets.base === undefined ? null : new URL(`wasm/${FILES[kind]}`, folder(at(assets.base)));
}

/** Where the caller has this worker script, which is called `name` in a base; null as before. */
export function workerUrl(kind: WorkerKind, name: string, assets: AssetUrls, at: (url: string | URL) => URL): URL | null {
  const named = assets.worker?.[kind];
  if (named !== undefined) return at(named);
  return assets.base === undefined ? null : new URL(name, folder(at(assets.base)));
}

const VITE_HINT =
  "If Vite's dev server has pre-bundled this package, add flockwork() from `flockwork/vite` to its plugins, " +
  "or `optimizeDeps: { exclude: ['flockwork'] }`.";

/** Throws unless the bytes begin as a module does. */
export function checkModule(bytes: Uint8Array, url: string): void {
  const [a, b, c, d] = bytes;
  if (a === 0x00 && b === 0x61 && c === 0x73 && d === 0x6d) return;
  const html = a === 0x3c;
  throw new AssetError(
    'ASSET_MISSING',
    html ? `${url} is not a WebAssembly module but a page` : `${url} is not a WebAssembly module`,
    html ? `The server answers unknown paths with its start page. ${VITE_HINT}` : 'Is the file complete, and of this release?',
    url,
  );
}

/** The file is not there. */
export function missing(url: string, status: number | undefined, cause?: unknown): AssetError {
  const what = status === undefined ? 'cannot be loaded' : `cannot be loaded: the server answers ${status}`;
  const policy = status === undefined ? ' A content security policy must allow it in `connect-src`.' : '';
  const hint = `Serve the package's \`dist\` folder, or say where it is with \`assets.base\`.${policy} ${VITE_HINT}`;
  return new AssetError('ASSET_MISSING', `${url} ${what}`, hint, url, status, { cause });
}
