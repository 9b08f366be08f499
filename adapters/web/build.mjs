// Builds the package into `dist`: the modules of WebAssembly, the same as JavaScript, TypeScript.
//
//     node build.mjs [--no-wasm]
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildCrate } from './bin/flockwork-wasm.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const wasm = join(dist, 'wasm');

const skip = process.argv.includes('--no-wasm');
if (skip && !['flockwork.js', 'worlds.js'].every((name) => existsSync(join(wasm, name)))) {
  console.error(`${wasm} has no modules yet: build once without --no-wasm`);
  process.exit(1);
}
if (!skip) {
  await buildCrate(join(here, 'wasm'), wasm);
  await buildCrate(join(here, 'worlds'), wasm, { stem: 'worlds' });
}

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const types = spawnSync(process.execPath, [tsc, '-p', here], { stdio: 'inherit' });
if (types.status !== 0) process.exit(types.status ?? 1);

// Each worker is one file, so that it starts after one request; the kernels stay beside it.
const workers = ['worker-wasm', 'worker-js', 'worker-worlds-js', 'node-worker-wasm', 'node-worker-js', 'node-worker-worlds-js'];
await build({
  entryPoints: {
    ...Object.fromEntries(workers.map((name) => [name, join(here, 'src', `${name}.ts`)])),
    // The package for a page without a bundler, which Rust pages load.
    page: join(here, 'src/index.ts'),
  },
  outdir: dist,
  bundle: true,
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  external: ['node:*', './wasm/flockwork.js', './wasm/worlds.js'],
  legalComments: 'none',
});
