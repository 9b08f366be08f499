// Boids in one page of Chromium: tier wasm-shared with one and two workers, and plain JavaScript;
// beside them the native program, in turns. See README.md.
//
//     node benches/web/run.mjs [--entities N] [--rounds N] [--native PATH]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '../../adapters/web/test/browsers/drive.mjs';
import { serve } from '../../adapters/web/test/browsers/server.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: {
    entities: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '7' },
    native: { type: 'string', default: join(root, 'target/release/flockwork') },
  },
});
const entities = Number(values.entities);
/** Ticks timed at a time: short, so that a busy machine disturbs all alike. */
const TICKS = 10;

// 20 neighbours within a radius of 1 on average.
const side = Math.fround(Math.sqrt((entities * Math.PI) / 20));
const params = {
  separation_radius: 0.4, neighbor_radius: 1, separation: 8, alignment: 1, cohesion: 0.5, min_speed: 0.5, max_speed: 2,
};
const scenario = { model: 'boids', entities, seed: 1, dt: 0.05, world: { width: side, height: side, edge: 'periodic' }, params };

/** Milliseconds of the fastest native tick. */
function native(folder) {
  const report = join(folder, 'report.json');
  const toml = [
    'model = "boids"', `entities = ${entities}`, 'seed = 1', 'dt = 0.05',
    '[world]', `width = ${side}`, `height = ${side}`, 'edge = "periodic"',
    '[params]', ...Object.entries(params).map(([name, value]) => `${name} = ${value}`),
  ];
  const file = join(folder, 'boids.toml');
  writeFileSync(file, toml.join('\n'));
  const options = ['--ticks', String(2 * TICKS), '--workers', '1', '--quiet', '--report', report];
  const run = spawnSync(values.native, ['run', file, ...options], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`${values.native}: ${run.stderr}`);
  return JSON.parse(readFileSync(report, 'utf8'));
}

/** Runs in the page: makes all three, checks that they agree, and keeps them for timing. */
async function prepare({ scenario, source }) {
  const { createSimulation } = await import('/dist/index.js');
  const { PlainBoids } = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
  const make = (workers) => createSimulation({ scenario, workers, tier: 'wasm-shared', columns: ['vx', 'vy'] });
  const [one, two] = [await make(1), await make(2)];
  // By id, since a frame has the order of its regions.
  const state = (frame) => {
    const columns = { x: [], y: [], vx: [], vy: [] };
    for (let k = 0; k < frame.count; k++) {
      const id = frame.id[k];
      columns.x[id] = frame.position[3 * k];
      columns.y[id] = frame.position[3 * k + 1];
      columns.vx[id] = frame.columns.vx[k];
      columns.vy[id] = frame.columns.vy[k];
    }
    return columns;
  };
  const plain = new PlainBoids({ ...scenario.world, dt: scenario.dt, params: scenario.params }, state(one.acquireFrame()));
  await one.step(1);
  await two.step(1);
  plain.step();
  const after = state(one.acquireFrame());
  let worst = 0;
  const apart = (a, b, side) => Math.min(Math.abs(a - b), side - Math.abs(a - b));
  for (let i = 0; i < plain.count; i++) {
    const id = plain.id[i];
    worst = Math.max(worst, apart(after.x[id], plain.x[i], scenario.world.width), apart(after.y[id], plain.y[i], scenario.world.height));
  }
  if (!(worst < 1e-3)) throw new Error(`after one tick an entity is ${worst} away from where plain JavaScript has it`);
  const [a, b] = [await one.observe(), await two.observe()];
  if (a.fingerprint !== b.fingerprint) throw new Error('one worker and two differ');
  globalThis.bench = { one, two, plain };
  return { tier: one.backend.tier, worst };
}

/** Runs in the page: milliseconds per tick of each, in turns. */
async function round(ticks) {
  const { one, two, plain } = globalThis.bench;
  const time = async (work) => {
    const begin = performance.now();
    await work();
    return (performance.now() - begin) / ticks;
  };
  const times = {
    one: await time(() => one.step(ticks)),
    plain: await time(() => { for (let i = 0; i < ticks; i++) plain.step(); }),
  };
  // Parts of the time since the last look.
  two.metrics();
  times.two = await time(() => two.step(ticks));
  const parts = two.metrics().workers.map(({ compute, communicate, commit, wait }) => ({ compute, communicate, commit, wait }));
  return { times, parts };
}

const folder = mkdtempSync(join(tmpdir(), 'flockwork-bench-'));
const server = await serve();
const browser = await chromium();
try {
  const withNative = existsSync(values.native);
  if (!withNative) console.log(`without the native program: ${values.native} is not there (cargo build --release)`);
  const page = await browser.page(server.url);
  const source = readFileSync(new URL('plain.mjs', import.meta.url), 'utf8');
  const { tier, worst } = await page.evaluate(prepare, { scenario, source });
  console.log(`${entities} boids, 20 neighbours on average, torus; ${cpus().length} processors (${cpus()[0].model}), load ${loadavg()[0].toFixed(1)}`);
  console.log(`tier ${tier}; after one tick plain JavaScript is within ${worst.toExponential(1)} of it`);
  const least = { one: Infinity, two: Infinity, plain: Infinity, native: Infinity };
  let [built, shares] = ['', []];
  for (let turn = 0; turn < Number(values.rounds); turn++) {
    const { times, parts } = await page.evaluate(round, TICKS);
    shares = parts;
    if (withNative) {
      const report = native(folder);
      times.native = report.ms_per_tick.p50;
      built = report.simd.built;
    }
    for (const name of Object.keys(least)) least[name] = Math.min(least[name], times[name] ?? Infinity);
  }
  const ms = (value) => `${value.toFixed(2)} ms`.padStart(10);
  console.log(`least of ${values.rounds} rounds of ${TICKS} ticks, per tick${withNative ? ` (native: median of ${2 * TICKS}, built for ${built})` : ''}:`);
  if (withNative) console.log(`  native, one thread        ${ms(least.native)}`);
  console.log(`  wasm-shared, one worker   ${ms(least.one)}${withNative ? `   ${(least.one / least.native).toFixed(2)} times native` : ''}`);
  console.log(`  wasm-shared, two workers  ${ms(least.two)}   ${(least.one / least.two).toFixed(2)} times as fast as one`);
  console.log(`  plain JavaScript          ${ms(least.plain)}   ${(least.plain / least.one).toFixed(1)} times as slow as one worker`);
  for (const [worker, parts] of shares.entries()) {
    const text = Object.entries(parts).map(([name, part]) => `${name} ${(100 * part).toFixed(1)} %`);
    console.log(`  worker ${worker} of two: ${text.join(', ')}`);
  }
} finally {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
