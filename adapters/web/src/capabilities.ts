/** What the machine that runs this can do. */

import type { Capabilities } from './types.js';

// A function that returns a v128, and one that loads atomically from a shared memory.
const SIMD = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
const THREADS = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1, 10, 11, 1, 9, 0, 65, 0, 254, 16, 2, 0, 26, 11];

/** True if there is WebAssembly and it takes these bytes. */
export function validates(bytes: readonly number[]): boolean {
  try {
    return typeof WebAssembly === 'object' && WebAssembly.validate(Uint8Array.from(bytes));
  } catch {
    return false;
  }
}

/** The part that needs no look at the host. */
export function languageCapabilities(): Pick<Capabilities, 'wasm' | 'wasmSimd' | 'wasmThreads' | 'sharedArrayBuffer'> {
  const sharedArrayBuffer = canShare();
  return {
    sharedArrayBuffer,
    wasm: validates([0, 97, 115, 109, 1, 0, 0, 0]),
    wasmSimd: validates(SIMD),
    wasmThreads: sharedArrayBuffer && validates(THREADS),
  };
}

/** True if shared memory can be made and posted; without isolation only the first may work. */
function canShare(): boolean {
  if (typeof SharedArrayBuffer === 'undefined' || typeof MessageChannel === 'undefined') return false;
  const { port1, port2 } = new MessageChannel();
  try {
    port1.postMessage(new SharedArrayBuffer(4));
    return true;
  } catch {
    return false;
  } finally {
    port1.close();
    port2.close();
  }
}
