/** Files of the package: what is wrong with them when they cannot be used. */

import { AssetError } from './types.js';

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
  return new AssetError('ASSET_MISSING', `${url} ${what}`, `Serve the package's \`dist\` folder, or say where it is with \`assets.base\`. ${VITE_HINT}`, url, status, { cause });
}
