/** A plugin for Vite 5 to 8: isolation headers for its servers, and no pre-bundling of this package. */

const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export interface FlockworkPluginOptions {
  /** Whether the servers send the headers that shared memory needs (default true). */
  readonly isolation?: boolean;
}

/** What the plugin is, without the types of one version of Vite. */
export interface FlockworkPlugin {
  readonly name: string;
  config(): {
    optimizeDeps: { exclude: string[] };
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
    config: () => ({
      // Pre-bundling moves the script away from its workers and modules.
      optimizeDeps: { exclude: ['flockwork'] },
      server: { headers },
      preview: { headers },
      worker: { format: 'es' },
    }),
  };
}

export default flockwork;
