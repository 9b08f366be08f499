// What becomes of a simulation when a worker is killed, and when nobody looks at its page.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { goldenCases, goldenLog } from '../tools/golden.mjs';
import { countWorkers } from './app.mjs';
import { CHROMIUM, chromium } from './drive.mjs';
import { serve } from './server.mjs';

const tribes = goldenCases().find(({ name }) => name === 'tribes-small');
const golden = (at) => tribes.golden.find(([tick]) => tick === at)[1];
const skip = !CHROMIUM && 'Chromium is not installed';

let browser;
let server;

before(async () => {
  if (skip) return;
  browser = await chromium();
  server = await serve();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

test('a killed worker: the run resumes with the same fingerprint', { skip }, async () => {
  const page = await browser.page(server.url, countWorkers);
  const seen = await page.evaluate(async (scenario) => {
    const { createSimulation } = await import('/dist/index.js');
    const simulation = await createSimulation({ scenario, workers: 2, checkpointEvery: 5, watchdogMs: 2000, rate: 20 });
    const resumed = new Promise((resolve) => simulation.on('statechange', ({ from, to }) => from === 'recovering' && resolve(to)));
    const error = new Promise((resolve) => simulation.on('workererror', resolve));
    await simulation.step(12);
    simulation.start();
    globalThis.made[1].terminate();
    const { error: { code }, resumedFrom } = await error;
    const state = await resumed;
    await simulation.pause();
    const { tick, fingerprint } = await simulation.observe();
    await simulation.dispose();
    // Chromium lets a killed worker go on for some seconds, so the tick is not known before.
    const other = await createSimulation({ scenario, workers: 1 });
    await other.step(10);
    const tenth = (await other.observe()).fingerprint;
    await other.step(tick - 10);
    const wanted = (await other.observe()).fingerprint;
    await other.dispose();
    return { same: fingerprint === wanted, tenth, code, resumedFrom, state };
  }, tribes.scenario);
  const { resumedFrom, ...rest } = seen;
  assert.deepEqual(rest, { same: true, tenth: golden(10), code: 'WORKER_SILENT', state: 'running' });
  assert.ok(resumedFrom >= 10 && resumedFrom % 5 === 0, `resumed from tick ${resumedFrom}`);
  await page.close();
});

for (const options of [{ tier: 'wasm-shared', workers: 3 }, { tier: 'wasm-transfer', workers: 2 }, { tier: 'wasm-transfer', workers: 1 }]) {
  test(`${options.tier}, ${options.workers}: 200 inputs among deaths leave the golden log`, { skip }, async (t) => {
    const page = await browser.page(server.url, countWorkers);
    const { log, deaths, kills } = await page.evaluate(async (more) => {
      const { createSimulation } = await import('/dist/index.js');
      const { play, WORLDS } = await import('/test/tools/inputs.mjs');
      const { dying } = await import('/test/tools/deaths.mjs');
      const simulation = await createSimulation({ scenario: WORLDS.inputs.scenario, checkpointEvery: 7, watchdogMs: 700, ...more });
      const codes = [];
      simulation.on('workererror', ({ error }) => codes.push(error.code));
      const world = dying(simulation, (number) => globalThis.made.slice(-more.workers)[Math.floor(number * more.workers)].terminate(), 11);
      const text = await play(world, WORLDS.inputs);
      await simulation.dispose();
      return { log: text, deaths: codes, kills: world.seen.kills };
    }, options);
    t.diagnostic(`${kills} killed, ${deaths.length} deaths`);
    // Chromium lets a killed worker go on for some seconds.
    assert.ok(deaths.length >= 1, `${deaths}`);
    assert.equal(log, readFileSync(goldenLog('inputs'), 'utf8'));
    await page.close();
  });
}

test('a page in the background goes on, and shows the newest frame when it is back', { skip }, async () => {
  const page = await browser.page(server.url);
  await page.evaluate(async (scenario) => {
    const { createSimulation } = await import('/dist/index.js');
    window.simulation = await createSimulation({ scenario, workers: 2, rate: 50, watchdogMs: 3000 });
    window.faults = [];
    window.simulation.on('workererror', ({ error }) => window.faults.push(error.code));
    window.simulation.start();
  }, tribes.scenario);
  const other = await browser.page(server.url);
  await other.bringToFront();
  const tickOf = () => page.evaluate(() => window.simulation.metrics().tick);
  const before = await tickOf();
  while ((await tickOf()) < before + 50);
  await page.bringToFront();
  const tick = await tickOf();
  // Waits until the view has caught up.
  await page.waitForFunction((wanted) => window.simulation.acquireFrame().tick >= wanted, tick);
  const seen = await page.evaluate(async () => {
    const result = { state: window.simulation.state, faults: window.faults };
    await window.simulation.dispose();
    return result;
  });
  assert.deepEqual(seen, { state: 'running', faults: [] });
  await page.close();
  await other.close();
});
