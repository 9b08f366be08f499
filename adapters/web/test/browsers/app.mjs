// A folder with the scripts of `pages`, as a project of somebody else has them, bundled by Vite.
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from './server.mjs';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = fileURLToPath(new URL('pages', import.meta.url));

/** This package by its name, where it is not installed. */
const ALIAS = [
  { find: /^flockwork\/([\w-]+)$/, replacement: `${PACKAGE}dist/$1.js` },
  { find: /^flockwork$/, replacement: `${PACKAGE}dist/index.js` },
];

/** A folder whose packages are those that this one is developed with. */
export function appFolder() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'flockwork-app-')));
  writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}');
  symlinkSync(join(PACKAGE, 'node_modules'), join(folder, 'node_modules'));
  cpSync(PAGES, folder, { recursive: true });
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}

/** Writes the start page of a script, with this before it. */
export function startPage(folder, name, body = '') {
  const file = /\.\w+$/.test(name) ? name : `${name}.js`;
  writeFileSync(join(folder, 'index.html'), `<!doctype html><title>${name}</title><body>${body}<script type="module" src="./${file}"></script>`);
}

/** Bundles a script for development and serves it. */
export async function bundled(folder, name) {
  const { build } = await import('vite');
  const { flockwork } = await import('../../dist/vite.js');
  startPage(folder, name);
  const outDir = join(folder, `out-${name}`);
  await build({ root: folder, logLevel: 'error', configFile: false, mode: 'development', plugins: [flockwork()], resolve: { alias: ALIAS }, build: { outDir, minify: false }, define: { 'process.env.NODE_ENV': '"development"' } });
  return serve({ root: outDir, page: readFileSync(join(outDir, 'index.html'), 'utf8') });
}

/** Runs in a page before its scripts: lists its workers in `made`. */
export const countWorkers = () => {
  const Real = globalThis.Worker;
  globalThis.made = [];
  globalThis.Worker = class extends Real {
    constructor(...args) {
      super(...args);
      globalThis.made.push(this);
    }
    terminate() {
      this.ended = true;
      super.terminate();
    }
  };
};
