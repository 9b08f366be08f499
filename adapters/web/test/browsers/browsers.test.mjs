// Real browsers: every tier reached by its real cause, with the native fingerprints; faults.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { goldenCases, goldenLog } from '../tools/golden.mjs';
import { WORLDS } from '../tools/inputs.mjs';
import { CHROMIUM, FIREFOX, chromium, firefox } from './drive.mjs';
import { recorded } from './recorded.mjs';
import { serve } from './server.mjs';

const small = goldenCases().filter((one) => !one.crowded && one.scenario.entities <= 2000);
const MODELS = ['boids', 'tribes', 'vicsek', 'discs', 'lennard_jones'].map((model) =>
  small.find((one) => one.scenario.model === model),
);
const tribes = small.find((one) => one.scenario.model === 'tribes');
const JS_TICKS = 10;

/** Runs in the page: one world to its golden ticks. */
async function play({ scenario, ticks, options }) {
  const { createSimulation } = await import('/dist/index.js');
  try {
    const simulation = await createSimulation({ scenario, ...options });
    const fingerprints = [];
    for (const tick of ticks) {
      const { tick: now } = await simulation.observe();
      if (tick > now) await simulation.step(tick - now);
      fingerprints.push([tick, (await simulation.observe()).fingerprint]);
    }
    const frame = simulation.acquireFrame();
    const { tier, engine, memory, attempts } = simulation.backend;
    const shown = { tick: frame.tick, count: frame.count };
    await simulation.dispose();
    return { tier, engine, memory, shown, fingerprints, attempts: attempts.map(({ tier, ok, code, hint }) => ({ tier, ok, code, hint })) };
  } catch (error) {
    return { error: { name: error.name, code: error.code, message: error.message, hint: error.hint, attempts: error.attempts?.map(({ tier, code }) => [tier, code]) } };
  }
}

/** A world with food for everybody, whose crowd soon needs more memory than it begins with. */
const PLENTY = {
  model: 'tribes',
  entities: 4000,
  seed: 2,
  dt: 0.1,
  world: { width: 300, height: 300, edge: 'periodic' },
  params: { grazing: 60, crowding: 1e6, maturity: 0, max_age: 1e4, bite: 0, cohesion: 0, vision: 0.5 },
};

/** Runs in the page: a crowd until it is so large, seen by two readers. */
async function grow({ scenario, options, population }) {
  const { createSimulation } = await import('/dist/index.js');
  const simulation = await createSimulation({ scenario, ...options });
  const readers = [simulation.reader(), simulation.reader()];
  const before = simulation.metrics().memoryBytes;
  const snapshot = await simulation.snapshot();
  let seen = { population: 0 };
  while (seen.population < population) {
    seen = await simulation.step(5);
    readers[0].acquire();
  }
  const { fingerprint } = await simulation.observe();
  const after = simulation.metrics().memoryBytes;
  const frames = readers.map((reader) => reader.acquire().fresh);
  await simulation.restore(snapshot);
  await simulation.step(seen.tick);
  const again = (await simulation.observe()).fingerprint;
  const { tier } = simulation.backend;
  await simulation.dispose();
  return { tier, before, after, frames, same: fingerprint === again, tick: seen.tick };
}

const noWebAssembly = () => {
  delete globalThis.WebAssembly;
};

const browsers = [
  ['Chromium', CHROMIUM, chromium],
  ['Firefox', FIREFOX, firefox],
];

for (const [name, found, open] of browsers) {
  describe(name, { skip: !found && 'it is not installed' }, () => {
    let browser;
    before(async () => {
      browser = await open();
    });
    after(() => browser?.close());

    /** Plays a world on a page of a server. */
    async function on(serverOptions, one, options, lastTick, before) {
      const server = await serve(serverOptions);
      try {
        const page = await browser.page(server.url, before);
        const ticks = one.golden.map(([tick]) => tick).filter((tick) => tick <= lastTick);
        const result = await page.evaluate(play, { scenario: one.scenario, ticks, options });
        await page.close();
        return result;
      } finally {
        await server.close();
      }
    }

    function same(result, one) {
      assert.equal(result.error, undefined, JSON.stringify(result.error));
      for (const [tick, fingerprint] of result.fingerprints) {
        assert.equal(fingerprint, one.golden.find(([at]) => at === tick)[1], `${one.name} at tick ${tick} in ${result.tier}`);
      }
      const [last] = result.fingerprints.at(-1);
      return `${one.name}, ${result.tier} (${result.engine}, ${result.memory}): ${result.fingerprints.at(-1)[1]} at tick ${last}`;
    }

    for (const tier of ['wasm-shared', 'wasm-transfer']) {
      test(`${tier}: memory grows with the crowd while workers run`, async () => {
        const server = await serve({});
        try {
          const page = await browser.page(server.url);
          const options = { tier, workers: 2, watchdogMs: 60_000 };
          const result = await page.evaluate(grow, { scenario: PLENTY, options, population: 30_000 });
          await page.close();
          assert.equal(result.tier, tier);
          assert.ok(result.after > result.before, `${result.before} bytes at first, ${result.after} later`);
          assert.ok(result.frames[1], 'the second reader has its frame');
          assert.ok(result.same, 'the same state again');
        } finally {
          await server.close();
        }
      });
    }

    test('inputs leave the golden logs, which the native command replays', async () => {
      const server = await serve({});
      try {
        for (const log of Object.keys(WORLDS)) {
          const golden = await readFile(goldenLog(log), 'utf8');
          for (const options of [{ tier: 'wasm-shared', workers: 3 }, { tier: 'wasm-transfer', workers: 2 }]) {
            const page = await browser.page(server.url);
            assert.equal(await page.evaluate(recorded, { name: log, options }), golden, `${log}, ${options.tier}`);
            await page.close();
          }
        }
      } finally {
        await server.close();
      }
    });

    test('isolated: wasm-shared, every model, 1 to 8 workers', async (t) => {
      for (const one of MODELS) {
        const result = await on({}, one, { workers: 2 }, 50);
        assert.equal(result.tier, 'wasm-shared');
        t.diagnostic(same(result, one));
      }
      for (const workers of [1, 3, 4, 8]) t.diagnostic(same(await on({}, tribes, { workers }, 50), tribes));
    });

    test('no isolation headers: wasm-transfer, every model', async (t) => {
      for (const one of MODELS) {
        const result = await on({ isolated: false }, one, { workers: 2 }, 50);
        assert.equal(result.tier, 'wasm-transfer');
        assert.deepEqual(result.attempts.map(({ code }) => code), ['NO_COI', undefined]);
        assert.match(result.attempts[0].hint, /Cross-Origin-Opener-Policy/);
        t.diagnostic(same(result, one));
      }
    });

    test('no WebAssembly: js-workers over shared memory, and by messages; js-single', async (t) => {
      const shared = await on({}, tribes, { workers: 2 }, JS_TICKS, noWebAssembly);
      assert.equal(shared.tier, 'js-workers');
      assert.equal(shared.memory, 'shared');
      assert.deepEqual(shared.attempts.map(({ code }) => code), ['NO_WASM', 'NO_WASM', undefined]);
      t.diagnostic(same(shared, tribes));
      const transfer = await on({ isolated: false }, tribes, { workers: 2 }, JS_TICKS, noWebAssembly);
      assert.equal(transfer.memory, 'transfer');
      t.diagnostic(same(transfer, tribes));
      const single = await on({ isolated: false }, tribes, { tier: 'js-single' }, JS_TICKS, noWebAssembly);
      assert.equal(single.tier, 'js-single');
      t.diagnostic(same(single, tribes));
    });

    test('faults have codes and hints', async () => {
      const forced = { tier: 'wasm-shared', workers: 2, initTimeoutMs: 8000 };
      const missing = await on({ faults: { 'flockwork.shared.wasm': 404 } }, tribes, forced, 0);
      assert.equal(missing.error.code, 'ASSET_MISSING');
      assert.match(missing.error.message, /404/);
      const page = await on({ faults: { 'flockwork.shared.wasm': 'page' } }, tribes, forced, 0);
      assert.equal(page.error.code, 'ASSET_MISSING');
      assert.match(page.error.hint, /optimizeDeps/);
      const script = await on({ faults: { 'worker-wasm.js': 404 } }, tribes, forced, 0);
      assert.equal(script.error.code, 'WORKER_LOAD');
      const named = { ...forced, assets: { base: '/dist/' } };
      const gone = await on({ faults: { 'worker-wasm.js': 404 } }, tribes, named, 0);
      assert.match(gone.error.message, /worker-wasm\.js cannot be loaded: the server answers 404/);
      const start = await on({ faults: { 'worker-wasm.js': 'page' } }, tribes, named, 0);
      assert.match(start.error.message, /worker-wasm\.js is served as text\/html, not as JavaScript/);
      const csp = await on({ csp: "script-src 'self' 'unsafe-inline'" }, tribes, forced, 0);
      assert.equal(csp.error.code, 'CSP_BLOCKED', JSON.stringify(csp.error));
      assert.match(csp.error.hint, /wasm-unsafe-eval/);
      const forcedTier = await on({ isolated: false }, tribes, forced, 0);
      assert.equal(forcedTier.error.code, 'NO_COI');
    });

    test('a package on another origin', async (t) => {
      const cdn = await serve({ cors: true });
      const server = await serve();
      try {
        const page = await browser.page(server.url);
        const fingerprint = await page.evaluate(async ({ url, scenario }) => {
          const { createSimulation } = await import(`${url}dist/index.js`);
          const simulation = await createSimulation({ scenario, workers: 2, tier: 'wasm-shared' });
          await simulation.step(10);
          const seen = await simulation.observe();
          await simulation.dispose();
          return seen.fingerprint;
        }, { url: cdn.url, scenario: tribes.scenario });
        assert.equal(fingerprint, tribes.golden.find(([tick]) => tick === 10)[1]);
        t.diagnostic(fingerprint);
        await page.close();
      } finally {
        await server.close();
        await cdn.close();
      }
    });

    test('200 simulations in one page, one after another', async () => {
      const server = await serve();
      try {
        const page = await browser.page(server.url);
        const count = await page.evaluate(async (scenario) => {
          const { createSimulation } = await import('/dist/index.js');
          let done = 0;
          for (; done < 200; done++) {
            const simulation = await createSimulation({ scenario, tier: 'wasm-shared', workers: 2 });
            await simulation.step(1);
            await simulation.dispose();
          }
          return done;
        }, { ...tribes.scenario, entities: 100 });
        assert.equal(count, 200);
        await page.close();
      } finally {
        await server.close();
      }
    });
  });
}

test('Chromium that compiles nothing: the JavaScript tier, by itself, with the golden fingerprints', { skip: !CHROMIUM && 'it is not installed' }, async (t) => {
  const [server, browser] = await Promise.all([serve(), chromium({ jitless: true })]);
  try {
    const page = await browser.page(server.url);
    const result = await page.evaluate(play, { scenario: tribes.scenario, ticks: [0, 1], options: { workers: 2, watchdogMs: 60_000, initTimeoutMs: 60_000 } });
    assert.equal(result.error, undefined, JSON.stringify(result.error));
    assert.equal(result.tier, 'js-workers');
    assert.deepEqual(result.attempts.map(({ code }) => code), ['NO_WASM', 'NO_WASM', undefined]);
    for (const [tick, fingerprint] of result.fingerprints) assert.equal(fingerprint, tribes.golden.find(([at]) => at === tick)[1]);
    t.diagnostic(JSON.stringify(result.fingerprints));
  } finally {
    await browser.close();
    await server.close();
  }
});
