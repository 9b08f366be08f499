// Workers that die or hang, memory that is too small, files that are not there.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { create } from '../dist/create.js';
import { node } from '../dist/node-platform.js';
import { createSimulation } from '../dist/node.js';
import { TRIBES, fingerprintAt, golden, rejection, until, using } from './tools/using.mjs';

const { scenario } = TRIBES;
const GOLDEN_50 = golden(50);

/** A platform whose workers can be killed: a killed one says nothing. */
function mortal() {
  const handles = [];
  const platform = {
    ...node,
    spawn: (...args) => {
      const handle = node.spawn(...args);
      handles.push(handle);
      return handle;
    },
  };
  return { platform, handles };
}

const events = (simulation, type) => {
  const seen = [];
  simulation.on(type, (event) => seen.push(event));
  return seen;
};

for (const tier of ['wasm-shared', 'wasm-transfer']) {
  for (const victim of [0, 1]) {
    test(`${tier}: worker ${victim} is killed, and the run resumes with the same fingerprint`, async (t) => {
      const { platform, handles } = mortal();
      // On a busy machine one that lives may get no time for a second, too.
      const options = { scenario, tier, workers: 2, rate: 50, checkpointEvery: 5, watchdogMs: 2000 };
      const simulation = await create(platform, options);
      try {
        const errors = events(simulation, 'workererror');
        const states = events(simulation, 'statechange');
        await simulation.step(12);
        simulation.start();
        await until(() => simulation.metrics().tick > 12);
        const begin = performance.now();
        handles[victim].terminate();
        await until(() => errors.length > 0 && simulation.state === 'running');
        await simulation.pause();
        const { tick, fingerprint } = await simulation.observe();
        t.diagnostic(`paused at tick ${tick}, ${(performance.now() - begin).toFixed()} ms after the death`);
        assert.equal(fingerprint, await fingerprintAt(tick));
        const [{ error, resumedFrom }] = errors;
        assert.deepEqual([error.name, error.code, error.worker], ['WorkerCrashError', 'WORKER_SILENT', victim]);
        assert.ok(resumedFrom >= 10 && resumedFrom % 5 === 0, `resumed from tick ${resumedFrom}`);
        assert.deepEqual(states.slice(2, 5).map(({ to }) => to), ['running', 'recovering', 'running']);
      } finally {
        await simulation.dispose();
      }
    });
  }

  test(`${tier}: without a checkpoint the run has failed, and says so`, async () => {
    const { platform, handles } = mortal();
    const simulation = await create(platform, { scenario, tier, workers: 2, watchdogMs: 300 });
    const stepping = rejection(simulation.step(1_000_000));
    handles[1].terminate();
    const error = await stepping;
    assert.equal(error.name, 'WorkerCrashError');
    assert.equal(simulation.state, 'faulted');
    assert.equal(await rejection(simulation.observe()), error);
    await simulation.dispose();
  });

  test(`${tier}: a trap is told, and the run resumes with the same fingerprint`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flockwork-'));
    const worker = new URL('./tools/trapping-worker.mjs', import.meta.url);
    process.env.FLOCKWORK_TEST_MARK = join(folder, 'mark');
    const simulation = await createSimulation({ scenario, tier, workers: 2, checkpointEvery: 5, watchdogMs: 60_000, assets: { worker: { wasm: worker } } });
    try {
      const errors = events(simulation, 'workererror');
      await simulation.step(50);
      assert.equal((await simulation.observe()).fingerprint, GOLDEN_50);
      assert.equal(errors.length, 1);
      assert.equal(errors[0].error.code, 'WASM_TRAP');
      assert.match(errors[0].error.message, /unreachable/);
    } finally {
      await simulation.dispose();
      rmSync(folder, { recursive: true });
    }
  });
}

for (const tier of ['wasm-shared', 'wasm-transfer']) {
  test(`${tier}: an error says worker, tick, phase and region, and there is no state after it`, () => {
    const worker = { wasm: new URL('./tools/trapping-phase-worker.mjs', import.meta.url) };
    return using({ scenario, tier, workers: 2, assets: { worker } }, async (simulation) => {
      const errors = events(simulation, 'workererror');
      const error = await rejection(simulation.step(50));
      assert.equal(error.name, 'WorkerCrashError');
      assert.match(error.message, /^worker [01] failed in phase `[a-z]+` of region \d+ in tick 9: .*the clock has stopped/);
      assert.equal(error.place.tick, 9);
      assert.equal(error.place.worker, error.worker);
      assert.match(error.place.phase, /^(sort|neighbours|post|apply|born|update|route|receive)$/);
      assert.ok(error.place.region >= 0);
      assert.deepEqual(errors.map((one) => [one.worker, one.error]), [[error.worker, error]]);
      for (const asked of [simulation.snapshot(), simulation.observe(), simulation.entity(3), simulation.params(), simulation.step()]) {
        assert.equal(await rejection(asked), error, 'every getter says so');
      }
      assert.throws(() => simulation.start(), error);
      assert.equal(simulation.state, 'faulted');
      const frame = simulation.acquireFrame();
      assert.ok(frame.tick < 10 && frame.count > 1000, 'the last good frame stays');
    });
  });
}

test('files that are not there, or are something else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flockwork-'));
  try {
    const page = join(folder, 'index.html');
    writeFileSync(page, '<!doctype html><title>start</title>');
    const refused = async (assets) =>
      rejection(createSimulation({ scenario, tier: 'wasm-transfer', workers: 1, assets, initTimeoutMs: 60_000 }));
    const html = await refused({ wasm: { simd: pathToFileURL(page) } });
    assert.equal(html.code, 'ASSET_MISSING');
    assert.match(html.message, /is not a WebAssembly module but a page/);
    assert.match(html.hint, /start page/);
    const missing = await refused({ wasm: { simd: pathToFileURL(join(folder, 'no.wasm')) } });
    assert.equal(missing.code, 'ASSET_MISSING');
    assert.match(missing.message, /no\.wasm cannot be loaded/);
    const script = await refused({ worker: { wasm: pathToFileURL(join(folder, 'no.js')) } });
    assert.equal(script.code, 'WORKER_LOAD');
    assert.equal(script.attempts.at(-1).tier, 'wasm-transfer');
    assert.equal(script.attempts.at(-1).ok, false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const nowhere = new URL('./no-such.wasm', import.meta.url);
const noWasm = { wasm: { shared: nowhere, simd: nowhere } };

/** What is written to the console as a warning meanwhile. */
async function warnings(run) {
  const { warn } = console;
  const seen = [];
  console.warn = (text) => seen.push(text);
  try {
    await run();
  } finally {
    console.warn = warn;
  }
  return seen;
}

test('a tier that does not work is left for the next one, and everybody hears why', async () => {
  const expected = [
    ['wasm-shared', false, 'ASSET_MISSING'],
    ['wasm-transfer', false, 'ASSET_MISSING'],
    ['js-workers', true, undefined],
  ];
  const seen = await warnings(async () => {
    for (let turn = 0; turn < 2; turn++) {
      const simulation = await createSimulation({ scenario, workers: 2, assets: noWasm });
      assert.equal(simulation.backend.tier, 'js-workers');
      assert.deepEqual(simulation.backend.attempts.map(({ tier, ok, code }) => [tier, ok, code]), expected);
      // Who begins to listen when all is over is told too, each listener once.
      for (let late = 0; late < 2; late++) {
        const told = [];
        simulation.on('fallback', ({ tier, code }) => told.push([tier, code]));
        await simulation.observe();
        assert.deepEqual(told, [['wasm-shared', 'ASSET_MISSING'], ['wasm-transfer', 'ASSET_MISSING']]);
      }
      await simulation.dispose();
    }
  });
  assert.equal(seen.length, 1, 'the console is told once');
  assert.match(seen[0], /flockwork runs on tier js-workers.*wasm-shared: .*no-such\.wasm cannot be loaded/);
});

test('with onFallback the program hears of each tier as it falls, and the console does not', async () => {
  const told = [];
  const seen = await warnings(async () => {
    const onFallback = ({ tier, reason }) => {
      told.push([tier, /no-such\.wasm/.test(reason)]);
    };
    const simulation = await createSimulation({ scenario, workers: 1, assets: noWasm, onFallback });
    await simulation.dispose();
  });
  assert.deepEqual(told, [['wasm-shared', true], ['wasm-transfer', true]]);
  assert.deepEqual(seen, []);
});

test('each tier takes the file that is named for it', async () => {
  const assets = { wasm: { shared: nowhere } };
  const simulation = await createSimulation({ scenario, workers: 2, assets, onFallback: () => {} });
  assert.equal(simulation.backend.tier, 'wasm-transfer');
  await simulation.dispose();
});

test('addresses of files are refused unless they say which file they are', async () => {
  for (const [assets, text] of [
    [{ wasm: 'a.wasm' }, /assets\.wasm is a\.wasm: it must be an object with shared, simd, scalar/],
    [{ worker: new URL('file:///a.js') }, /assets\.worker is file:\/\/\/a\.js: it must be an object with wasm, js/],
    [{ wasm: { threads: 'a.wasm' } }, /assets\.wasm has no key "threads": its keys are shared, simd, scalar/],
    [{ bsae: '/x' }, /assets has no key "bsae": its keys are base, wasm, module, worker/],
  ]) {
    const error = await rejection(createSimulation({ scenario, assets }));
    assert.equal(error.name, 'InvalidInputError');
    assert.match(error.message, text);
  }
});

test('200 simulations, one after another, leave nothing behind', async () => {
  const { platform, handles } = mortal();
  const open = () => process.getActiveResourcesInfo().filter((kind) => /worker|port/i.test(kind)).length;
  const before = open();
  for (let round = 0; round < 200; round++) {
    const simulation = await create(platform, { scenario: { ...scenario, entities: 100 }, tier: 'wasm-shared', workers: 2, memoryPerWorker: 8 << 20 });
    await simulation.step(1);
    await simulation.dispose();
  }
  assert.equal(handles.length, 400);
  await until(() => open() <= before, `${before} workers and ports open, as before`);
});
