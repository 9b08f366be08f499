/** The page's sources as modules, for tests of parts that need no browser. */

import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

/** Gives `use` a function that loads a file of `src`. */
export async function withSources(use) {
  const server = await createServer({
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'error',
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  try {
    return await use((path) => server.ssrLoadModule(`/src/${path}`));
  } finally {
    await server.close();
  }
}
