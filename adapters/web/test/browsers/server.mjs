// A static server of the package or of another folder, with or without isolation headers.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.html': 'text/html' };
const PAGE = '<!doctype html><meta charset="utf-8"><title>flockwork test</title>';

/**
 * Serves on a free port; `faults` maps a path to what is answered instead: a status, or `page`;
 * `files` are scripts by their path. Gives `{url, close}`.
 */
export async function serve({ isolated = true, csp = '', faults = {}, files = {}, cors = false, root = PACKAGE, page = PAGE } = {}) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://x').pathname;
    const headers = {};
    if (isolated) {
      headers['Cross-Origin-Opener-Policy'] = 'same-origin';
      headers['Cross-Origin-Embedder-Policy'] = 'require-corp';
    }
    if (csp) headers['Content-Security-Policy'] = csp;
    if (cors) {
      headers['Access-Control-Allow-Origin'] = '*';
      headers['Cross-Origin-Resource-Policy'] = 'cross-origin';
    }
    const fault = Object.entries(faults).find(([end]) => path.endsWith(end))?.[1];
    if (typeof fault === 'number') return response.writeHead(fault, headers).end();
    if (path === '/' || fault === 'page') return response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end(page);
    if (files[path]) return response.writeHead(200, { ...headers, 'Content-Type': 'text/javascript' }).end(files[path]);
    const file = join(root, normalize(path));
    try {
      const body = await readFile(file);
      response.writeHead(200, { ...headers, 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
      response.end(body);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    }),
  };
}
