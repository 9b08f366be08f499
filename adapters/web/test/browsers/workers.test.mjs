// The package inside workers: dedicated ones, a worker's worker, shared ones, one that draws.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { goldenCases } from '../tools/golden.mjs';
import { CHROMIUM, FIREFOX, chromium, firefox } from './drive.mjs';
import { serve } from './server.mjs';

const tribes = goldenCases().find(({ name }) => name === 'tribes-small');
const GOLDEN_10 = tribes.golden.find(([tick]) => tick === 10)[1];

/** A worker's script, run where it is told: it answers what it finds on a port. */
const WORK = `
  const scenario = ${JSON.stringify(tribes.scenario)};
  const warnings = [];
  console.warn = (text) => warnings.push(text);
  async function simulate(options) {
    const { createSimulation } = await import('/dist/index.js');
    const simulation = await createSimulation({ scenario, workers: 2, ...options });
    await simulation.step(10);
    const { fingerprint } = await simulation.observe();
    const { tier, engine, workers, place } = simulation.backend;
    const count = simulation.acquireFrame().count;
    await simulation.dispose();
    return { tier, engine, workers, place, fingerprint, count, warnings, nested: typeof Worker === 'function' };
  }
  async function core() {
    const { createSimCore } = await import('/dist/index.js');
    const core = await createSimCore({ capacity: 100, world: { width: 10, height: 10 } });
    core.columns.x.fill(3);
    core.columns.vx.fill(1);
    core.process_movement(0, 100, 0.5);
    return [core.columns.x[0], core.columns.x[99]];
  }
  async function draw({ canvas }) {
    const { createSimulation } = await import('/dist/index.js');
    const simulation = await createSimulation({ scenario, workers: 2 });
    await simulation.step(3);
    const frame = simulation.acquireFrame();
    const context = canvas.getContext('2d');
    context.fillStyle = '#ffffff';
    const [across, up] = [canvas.width / scenario.world.width, canvas.height / scenario.world.height];
    for (let row = 0; row < frame.count; row++) context.fillRect(frame.position[3 * row] * across, frame.position[3 * row + 1] * up, 1, 1);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    await simulation.dispose();
    return { tier: simulation.backend.tier, lit: data.filter((value, at) => at % 4 === 0 && value > 0).length };
  }
  const jobs = { simulate, core, draw };
  const answer = (port) => async ({ data: { job, options } }) => {
    try {
      port.postMessage({ result: await jobs[job](options) });
    } catch (error) {
      port.postMessage({ error: error.name + ': ' + error.message });
    }
  };
  self.onmessage = answer(self);
  self.onconnect = ({ ports: [port] }) => (port.onmessage = answer(port));
`;

/** A worker that makes the worker above, and passes everything on. */
const OUTER = `
  const inner = new Worker('/work.js', { type: 'module' });
  inner.onmessage = ({ data }) => self.postMessage(data);
  self.onmessage = ({ data }) => inner.postMessage(data);
`;

const FILES = { '/work.js': WORK, '/outer.js': OUTER };

/** Runs in the page: has a worker do something. */
function ask({ make, job, options }) {
  return new Promise((resolve) => {
    const blob = () => URL.createObjectURL(new Blob([`import '${location.origin}/work.js';`], { type: 'text/javascript' }));
    const makers = {
      module: () => new Worker('/work.js', { type: 'module' }),
      classic: () => new Worker('/work.js'),
      blob: () => new Worker(blob(), { type: 'module' }),
      nested: () => new Worker('/outer.js', { type: 'module' }),
      shared: () => new SharedWorker('/work.js', { type: 'module' }).port,
    };
    // Kept, since nobody else has it.
    const worker = (globalThis.asked = makers[make]());
    worker.onerror = (event) => resolve({ error: `the worker says ${event.message}` });
    worker.onmessage = ({ data }) => resolve(data);
    let transfer = [];
    if (job === 'draw') {
      options = { canvas: document.body.appendChild(document.createElement('canvas')).transferControlToOffscreen() };
      transfer = [options.canvas];
    }
    worker.postMessage({ job, options }, transfer);
  });
}

for (const [name, found, open] of [['Chromium', CHROMIUM, chromium], ['Firefox', FIREFOX, firefox]]) {
  describe(name, { skip: !found && 'it is not installed' }, () => {
    let browser;
    let server;
    before(async () => {
      browser = await open();
      server = await serve({ files: FILES });
    });
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    async function inside(make, job, options, url = server.url) {
      const page = await browser.page(url);
      const { result, error } = await page.evaluate(ask, { make, job, options });
      await page.close();
      assert.equal(error, undefined);
      return result;
    }

    for (const make of ['module', 'classic', 'blob', 'nested']) {
      test(`${make} worker: full speed, the golden fingerprint, and kernels`, async () => {
        const { fingerprint, tier, workers, place, warnings, count } = await inside(make, 'simulate', {});
        assert.deepEqual({ fingerprint, tier, workers, place, warnings }, { fingerprint: GOLDEN_10, tier: 'wasm-shared', workers: 2, place: 'workers', warnings: [] });
        assert.ok(count > 0);
        assert.deepEqual(await inside(make, 'core', {}), [3.5, 3.5]);
      });
    }

    test('a worker without isolation: wasm-transfer, and it says why', async () => {
      const open = await serve({ isolated: false, files: FILES });
      try {
        const { fingerprint, tier, warnings } = await inside('module', 'simulate', {}, open.url);
        assert.deepEqual([fingerprint, tier, warnings.length], [GOLDEN_10, 'wasm-transfer', 1]);
        assert.match(warnings[0], /not cross-origin isolated.*Cross-Origin-Opener-Policy/);
      } finally {
        await open.close();
      }
    });

    test('a relative base counts from the script of the worker', async () => {
      const { fingerprint, tier } = await inside('module', 'simulate', { assets: { base: 'dist' } });
      assert.deepEqual([fingerprint, tier], [GOLDEN_10, 'wasm-shared']);
    });

    test('a worker draws the frames on an OffscreenCanvas', async () => {
      const { tier, lit } = await inside('module', 'draw', {});
      assert.equal(tier, 'wasm-shared');
      assert.ok(lit > 500, `${lit} points are lit`);
    });

    test('a shared worker: what it can, at the full speed of that; and it says what it cannot', async (t) => {
      const { fingerprint, tier, engine, workers, place, warnings, nested } = await inside('shared', 'simulate', {});
      t.diagnostic(`${tier}, ${engine}, ${workers} in ${place}: ${warnings.join(' ')}`);
      assert.equal(fingerprint, GOLDEN_10);
      assert.equal(engine, 'wasm-simd');
      // Chromium gives a shared worker no Worker: one share of the world is computed in it.
      assert.deepEqual([workers, place], nested ? [2, 'workers'] : [1, 'here']);
      if (tier !== 'wasm-shared') assert.equal(warnings.length, 1);
      if (!nested) assert.match(warnings[0], /this thread cannot make workers.*1 worker in this thread in place of 2/);
      assert.deepEqual(await inside('shared', 'core', {}), [3.5, 3.5]);
    });
  });
}
