// The hook under StrictMode, the three.js objects, a page that is hidden, a worker that is killed.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { goldenCases } from '../tools/golden.mjs';
import { CHROMIUM, chromium } from './drive.mjs';
import { serve } from './server.mjs';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const tribes = goldenCases().find(({ name }) => name === 'tribes-small');
const golden = (at) => tribes.golden.find(([tick]) => tick === at)[1];
const skip = !CHROMIUM && 'Chromium is not installed';

const REACT = `
import { createElement, StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { useSimulation, useMetrics } from 'flockwork/react';
const scenario = ${JSON.stringify({ ...tribes.scenario, entities: 200 })};
function App({ seed, done }) {
  const { simulation, status, error } = useSimulation({ scenario: { ...scenario, seed }, workers: 2 });
  const metrics = useMetrics(simulation, 50);
  useEffect(() => {
    if (status === 'error') done(error.message);
    if (simulation && metrics) void simulation.step(1).then(({ tick }) => done(tick), (problem) => done(problem.code));
  }, [simulation, status, metrics !== null]);
  return createElement('p', null, status);
}
const mount = (root, seed) => new Promise((done) => root.render(createElement(StrictMode, null, createElement(App, { seed, done }))));
window.cycles = async (count) => {
  const seen = [];
  for (let index = 0; index < count; index++) {
    const root = createRoot(document.body.appendChild(document.createElement('div')));
    seen.push(await mount(root, index + 1));
    root.unmount();
  }
  return seen;
};
window.ready = true;
`;

const THREE = `
import { Camera, Mesh, PlaneGeometry, Scene, Texture } from 'three';
import { SimulationInstances, SimulationPoints } from 'flockwork/three';
import { createSimulation } from 'flockwork';
window.objects = async () => {
  const simulation = await createSimulation({ scenario: ${JSON.stringify(tribes.scenario)}, workers: 2 });
  const points = new SimulationPoints(simulation, { size: 2 });
  const instances = new SimulationInstances(simulation, new PlaneGeometry(1, 1));
  new Scene().add(points, instances);
  const first = points.geometry.getAttribute('position').array.slice(0, 3);
  await simulation.step(10);
  const updated = points.update();
  const again = points.update();
  const array = points.geometry.getAttribute('position').array;
  const entity = await simulation.entity(simulation.acquireFrame().id[0]);
  const result = {
    updated, again, shared: array.buffer instanceof SharedArrayBuffer, moved: array[0] !== first[0],
    same: array[0] === entity.columns.x, range: points.geometry.drawRange.count, population: simulation.metrics().population,
    instances: instances.geometry.instanceCount,
  };
  points.dispose();
  instances.dispose();
  await simulation.dispose();
  return result;
};
window.ready = true;
`;

let browser;
let folder;

before(async () => {
  if (!CHROMIUM) return;
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'flockwork-react-')));
  const modules = join(PACKAGE, 'node_modules');
  writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}');
  symlinkSync(modules, join(folder, 'node_modules'));
  browser = await chromium();
});
after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true });
});

/** A page with this script, bundled by Vite; `flockwork` is this package. */
async function app(name, script) {
  const { build } = await import('vite');
  const { flockwork } = await import('../../dist/vite.js');
  writeFileSync(join(folder, `${name}.js`), script);
  writeFileSync(join(folder, 'index.html'), `<!doctype html><title>${name}</title><body><script type="module" src="./${name}.js"></script>`);
  const outDir = join(folder, `out-${name}`);
  const alias = [
    { find: /^flockwork\/(\w+)$/, replacement: `${PACKAGE}dist/$1.js` },
    { find: /^flockwork$/, replacement: `${PACKAGE}dist/index.js` },
  ];
  await build({ root: folder, logLevel: 'error', configFile: false, mode: 'development', plugins: [flockwork()], resolve: { alias }, build: { outDir, minify: false }, define: { 'process.env.NODE_ENV': '"development"' } });
  return serve({ root: outDir, page: readFileSync(join(outDir, 'index.html'), 'utf8') });
}

const countWorkers = () => {
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

test('React: mounts under StrictMode make each simulation once, and end it', { skip }, async () => {
  const server = await app('react', REACT);
  try {
    const page = await browser.page(server.url, countWorkers);
    await page.waitForFunction('window.ready');
    const ROUNDS = 200;
    assert.deepEqual(await page.evaluate((count) => window.cycles(count), ROUNDS), new Array(ROUNDS).fill(1));
    await page.waitForFunction('made.every((worker) => worker.ended)', undefined, { timeout: 5000 });
    assert.equal(await page.evaluate('made.length'), 2 * ROUNDS);
    await page.close();
  } finally {
    await server.close();
  }
});

test('three.js: points and instances show the frame without a copy', { skip }, async () => {
  const server = await app('three', THREE);
  try {
    const page = await browser.page(server.url);
    await page.waitForFunction('window.ready');
    const seen = await page.evaluate(() => window.objects());
    const { population, ...rest } = seen;
    assert.ok(population > 1000);
    assert.deepEqual(rest, { updated: true, again: false, shared: true, moved: true, same: true, range: population, instances: 1500 });
    await page.close();
  } finally {
    await server.close();
  }
});

test('a killed worker: the run resumes with the same fingerprint', { skip }, async () => {
  const server = await serve();
  try {
    const page = await browser.page(server.url, countWorkers);
    const seen = await page.evaluate(async (scenario) => {
      const { createSimulation } = await import('/dist/index.js');
      const simulation = await createSimulation({ scenario, workers: 2, checkpointEvery: 5, watchdogMs: 800, rate: 20 });
      const errors = [];
      simulation.on('workererror', ({ error, resumedFrom }) => errors.push([error.code, resumedFrom]));
      await simulation.step(12);
      globalThis.made[1].terminate();
      // Chromium lets a worker that computes or waits go on for up to two seconds.
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await simulation.step(38);
      const { fingerprint } = await simulation.observe();
      await simulation.dispose();
      return { fingerprint, errors };
    }, tribes.scenario);
    assert.equal(seen.fingerprint, golden(50));
    assert.deepEqual(seen.errors, [['WORKER_SILENT', 10]]);
    await page.close();
  } finally {
    await server.close();
  }
});

test('a page in the background goes on, and shows the newest frame when it is back', { skip }, async () => {
  const server = await serve();
  try {
    const page = await browser.page(server.url);
    await page.evaluate(async (scenario) => {
      const { createSimulation } = await import('/dist/index.js');
      window.simulation = await createSimulation({ scenario, workers: 2, rate: 50, watchdogMs: 1000 });
      window.faults = [];
      window.simulation.on('workererror', ({ error }) => window.faults.push(error.code));
      window.simulation.start();
    }, tribes.scenario);
    const other = await browser.page(server.url);
    await other.bringToFront();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await page.bringToFront();
    const seen = await page.evaluate(async () => {
      window.simulation.acquireFrame();
      await new Promise((resolve) => setTimeout(resolve, 500));
      const frame = window.simulation.acquireFrame();
      const { state } = window.simulation;
      const { tick } = window.simulation.metrics();
      const result = { state, faults: window.faults, behind: tick - frame.tick, tick: frame.tick };
      await window.simulation.dispose();
      return result;
    });
    assert.equal(seen.state, 'running');
    assert.deepEqual(seen.faults, []);
    assert.ok(seen.tick > 20, `only ${seen.tick} ticks`);
    await page.close();
    await other.close();
  } finally {
    await server.close();
  }
});
