/**
 * A plugin for Vite 5 to 8: isolation headers for its servers, no pre-bundling of this package, and
 * one copy of the libraries that it shares with the page.
 */

import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** What this package imports, if the page uses it: packages, and their entries. */
const SHARED = ['react', 'three', '@react-three/fiber'];
const ENTRIES = [...SHARED, 'three/webgpu', 'three/tsl'];

export interface FlockworkPluginOptions {
  /** Whether the servers send the headers that shared memory needs (default true). */
  readonly isolation?: boolean;
}

/** What the plugin is, without the types of one version of Vite. */
export interface FlockworkPlugin {
  readonly name: string;
  config(user: { readonly root?: string }): {
    optimizeDeps: { exclude: string[]; include: string[] };
    resolve: { dedupe: string[] };
    server: { headers: Record<string, string> };
    preview: { headers: Record<string, string> };
    worker: { format: 'es' };
  };
}

/** The plugin: `plugins: [flockwork()]`. */
export function flockwork({ isolation = true }: FlockworkPluginOptions = {}): FlockworkPlugin {
  const headers: Record<string, string> = isolation ? { ...HEADERS } : {};
  return {
    name: 'flockwork',
    config: ({ root = '.' }) => ({
      optimizeDeps: {
        // Pre-bundling moves the script away from its workers and modules.
        exclude: ['flockwork'],
        // What is not bundled itself would import these as they lie on the disk, beside the
        // pre-bundled ones of everybody else, unless they are named here; by this package's own
        // import of them, since a page may have a file `three.js`.
        include: ENTRIES.filter((name) => isInstalled(name, root)).map((name) => `flockwork > ${name}`),
      },
      resolve: { dedupe: SHARED },
      server: { headers },
      preview: { headers },
      worker: { format: 'es' },
    }),
  };
}

function isInstalled(name: string, root: string): boolean {
  try {
    createRequire(join(resolve(root), 'package.json')).resolve(name);
    return true;
  } catch {
    return false;
  }
}

export default flockwork;
