// What the files of the package are made of, and what npm would publish.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const wasm = (name) => join(PACKAGE, 'dist/wasm', name);
/** The modules, with the most bytes that one may have by brotli and, for the few servers that know no brotli, by gzip. */
const MODULES = {
  flockwork: { brotli: 350_000, gzip: 475_000 },
  worlds: { brotli: 370_000, gzip: 475_000 },
};
/** For what draws entities, without three.js. */
const DRAWING_BUDGET = 8_000;

/** The module as text. */
function text(name) {
  const tools = join(dirname(createRequire(import.meta.url).resolve('binaryen/package.json')), 'bin');
  return execFileSync(process.execPath, [join(tools, 'wasm-dis'), wasm(name), '--all-features'], { maxBuffer: 1 << 30, encoding: 'utf8' });
}

for (const [stem, budget] of Object.entries(MODULES)) {
  test(`${stem}: a module is at most ${budget.brotli / 1000} KB as browsers get it`, (t) => {
    for (const name of [`${stem}.shared.wasm`, `${stem}.wasm`, `${stem}.scalar.wasm`]) {
      const bytes = readFileSync(wasm(name));
      const zipped = gzipSync(bytes, { level: 9 }).length;
      const brotli = brotliCompressSync(bytes).length;
      t.diagnostic(`${name}: ${bytes.length} bytes, gzip ${zipped}, brotli ${brotli}`);
      assert.ok(brotli <= budget.brotli, `${name} has ${brotli} bytes compressed`);
      if (name === `${stem}.shared.wasm`) assert.ok(zipped <= budget.gzip, `${zipped} bytes by gzip`);
    }
  });
}

test('a module imports memory and four functions, and the same functions are in all', () => {
  const functions = (name) => {
    const module = new WebAssembly.Module(readFileSync(wasm(name)));
    const imports = WebAssembly.Module.imports(module).map((one) => `${one.module}.${one.name}`).sort();
    assert.deepEqual(imports, ['env.grow', 'env.memory', 'env.notify', 'env.now', 'env.wait'], name);
    return WebAssembly.Module.exports(module).map((one) => one.name).filter((one) => one.startsWith('fw_')).sort();
  };
  const all = functions('flockwork.shared.wasm');
  assert.ok(all.length > 50);
  for (const stem of Object.keys(MODULES)) {
    for (const end of ['.shared.wasm', '.wasm', '.scalar.wasm']) assert.deepEqual(functions(`${stem}${end}`), all);
    const script = readFileSync(wasm(`${stem}.js`), 'utf8');
    for (const name of all) assert.ok(script.includes(name), `${stem}.js has no ${name}`);
  }
});

test('threads are in the shared module alone, SIMD in two, relaxed operations in none', () => {
  const relaxed = /relaxed/;
  const shared = text('flockwork.shared.wasm');
  assert.match(shared, /\(memory \$\S+ \d+ \d+ shared\)/);
  assert.match(shared, /i32\.atomic\.rmw/);
  assert.match(shared, /f32x4\.mul/);
  assert.doesNotMatch(shared, relaxed);
  const simd = text('flockwork.wasm');
  assert.match(simd, /f32x4\.mul/);
  assert.doesNotMatch(simd, /i32\.atomic\.rmw/);
  assert.doesNotMatch(simd, relaxed);
  const scalar = text('flockwork.scalar.wasm');
  assert.doesNotMatch(scalar, /v128|i32\.atomic\.rmw/);
  assert.doesNotMatch(scalar, relaxed);
});

for (const stem of Object.keys(MODULES)) test(`${stem}: no function of the JavaScript tier is too long for V8 to optimise`, (t) => {
  // `max_optimized_bytecode_size` of V8.
  const LIMIT = 60 * 1024;
  const folder = mkdtempSync(join(tmpdir(), 'flockwork-bytecode-'));
  try {
    const log = join(folder, 'v8.log');
    // The size of each function's bytecode. Printing the bytecode says it too, and a hundred megabytes more.
    execFileSync(process.execPath, ['--no-lazy', '--log-code', '--no-logfile-per-isolate', `--logfile=${log}`, wasm(`${stem}.js`)]);
    const sizes = readFileSync(log, 'utf8').matchAll(new RegExp(`^code-creation,\\w+,\\d+,\\d+,0x[0-9a-f]+,(\\d+),.*${stem}\\.js:.*,~$`, 'gm'));
    const lengths = [...sizes].map(([, length]) => Number(length));
    const longest = lengths.sort((a, b) => b - a).slice(0, 5);
    t.diagnostic(`${lengths.length} functions, the longest ${longest.join(', ')} bytes of bytecode`);
    assert.ok(lengths.length > 500, 'V8 has told of the functions of the file');
    assert.ok(longest[0] <= LIMIT, `a function has ${longest[0]} bytes of bytecode`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the licences are those of the repository', () => {
  for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) {
    assert.equal(readFileSync(join(PACKAGE, name), 'utf8'), readFileSync(join(PACKAGE, '../..', name), 'utf8'), name);
  }
});

test('importing the package starts nothing and needs no browser', () => {
  for (const entry of ['index', 'node', 'vite']) {
    const code = `await import(${JSON.stringify(join(PACKAGE, 'dist', `${entry}.js`))}); process.stdout.write(String(process.getActiveResourcesInfo().filter((one) => /worker/i.test(one)).length))`;
    assert.equal(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }), '0');
  }
});

/** What a page gets that takes one entry: our bytes by gzip, and the files of others. */
async function bundleOf(entry) {
  const { build } = await import('esbuild');
  const { metafile, outputFiles } = await build({ entryPoints: [join(PACKAGE, 'dist', `${entry}.js`)], bundle: true, minify: true, format: 'esm', write: false, metafile: true, external: ['three', 'three/*', 'react', '@react-three/*'] });
  const [{ imports }] = Object.values(metafile.outputs);
  return { gzip: gzipSync(outputFiles[0].contents, { level: 9 }).length, imports: [...new Set(imports.map(({ path }) => path))].sort() };
}

test('who draws by WebGL loads nothing of WebGPU, and the other way around', async (t) => {
  const wanted = {
    three: ['three'],
    'three-webgpu': ['three/tsl', 'three/webgpu'],
    fiber: ['@react-three/fiber', 'react', 'three'],
    'fiber-webgpu': ['@react-three/fiber', 'react', 'three/tsl', 'three/webgpu'],
  };
  for (const [entry, others] of Object.entries(wanted)) {
    const { gzip, imports } = await bundleOf(entry);
    t.diagnostic(`${entry}: ${gzip} bytes by gzip`);
    assert.deepEqual(imports, others, entry);
    assert.ok(gzip <= DRAWING_BUDGET, `${entry} has ${gzip} bytes by gzip`);
  }
});

test('a strict TypeScript program with the plainest settings takes the types', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flockwork-types-'));
  try {
    writeFileSync(join(folder, 'main.ts'), `
      import { createSimulation, SimCore, FlockworkError, type FrameView, type Simulation } from ${JSON.stringify(join(PACKAGE, 'dist/index.js'))};
      import { flockwork } from ${JSON.stringify(join(PACKAGE, 'dist/vite.js'))};
      export async function run(): Promise<string> {
        const simulation: Simulation = await createSimulation({ scenario: { model: 'boids', entities: 10, dt: 0.05, world: { width: 9, height: 9 } } });
        const frame: FrameView = simulation.acquireFrame();
        const x: number | undefined = frame.position[0];
        simulation.on('fallback', (attempt) => console.log(attempt.hint, x));
        await createSimulation({ scenario: simulation.scenario, assets: { base: '/x', wasm: { shared: '/y.wasm' } }, onFallback: ({ code }) => console.log(code) });
        // @ts-expect-error: each tier has a file of its own
        await createSimulation({ scenario: simulation.scenario, assets: { wasm: '/y.wasm' } });
        // @ts-expect-error: there is no such tier
        await createSimulation({ scenario: simulation.scenario, tier: 'gpu' });
        return simulation.backend.tier;
      }
      export const plugins = [flockwork()];
      export type { SimCore, FlockworkError };
    `);
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
    const flags = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom', '--module', 'nodenext', '--moduleResolution', 'nodenext'];
    execFileSync(process.execPath, [tsc, ...flags, join(folder, 'main.ts')], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'inherit', 'inherit'] });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('publint and attw have nothing to say of what npm packs, and it runs where it is installed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flockwork-pack-'));
  try {
    const packed = JSON.parse(execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: PACKAGE, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    const [{ filename, files }] = Array.isArray(packed) ? packed : Object.values(packed);
    const tarball = join(folder, filename);
    const names = files.map((file) => file.path);
    for (const needed of ['dist/index.js', 'dist/index.d.ts', 'dist/wasm/flockwork.shared.wasm', 'dist/worker-js.js', 'bin/flockwork-wasm.mjs', 'README.md', 'LICENSE-MIT', 'LICENSE-APACHE']) {
      assert.ok(names.includes(needed), `the package lacks ${needed}`);
    }
    assert.ok(!names.some((name) => name.startsWith('src/') || name.startsWith('test/')));
    const { publint } = await import('publint');
    const { messages } = await publint({ pkgDir: PACKAGE, strict: true });
    assert.deepEqual(messages.filter(({ type }) => type !== 'suggestion'), []);
    const attw = join(dirname(createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json')), 'dist/index.js');
    execFileSync(process.execPath, [attw, tarball, '--profile', 'esm-only', '--exclude-entrypoints', './worker-wasm', './worker-js', './wasm/*'], { stdio: ['ignore', 'pipe', 'pipe'] });
    execFileSync('npm', ['init', '-y'], { cwd: folder, stdio: 'ignore' });
    execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', '--legacy-peer-deps', tarball], { cwd: folder, stdio: 'ignore' });
    const code = `
      import { createSimulation } from 'flockwork';
      const scenario = { model: 'boids', entities: 100, dt: 0.05, world: { width: 10, height: 10 } };
      const simulation = await createSimulation({ scenario, workers: 2 });
      await simulation.step(3);
      process.stdout.write((await simulation.observe()).tick + ' ' + simulation.backend.tier);
      await simulation.dispose();`;
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: folder, encoding: 'utf8' });
    assert.equal(out, '3 wasm-shared');
    // npm makes a link of it.
    const command = (...args) => spawnSync('npx', ['--no', '--', 'flockwork-wasm', ...args], { cwd: folder, encoding: 'utf8' });
    const help = command('--help');
    assert.equal(help.status, 0);
    assert.match(help.stdout, /Usage: flockwork-wasm CRATE_FOLDER --out FOLDER/);
    const nothing = command();
    assert.equal(nothing.status, 2);
    assert.match(nothing.stderr, /Usage/);
    const nowhere = command('no-such-crate', '--out', 'out');
    assert.equal(nowhere.status, 1);
    assert.match(nowhere.stderr, /flockwork-wasm: .*no-such-crate/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
