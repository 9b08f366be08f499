// Every tier, every model, several numbers of workers: the fingerprints of the native scheduler.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '../dist/create.js';
import { node } from '../dist/node-platform.js';
import { createSimulation } from '../dist/node.js';
import { goldenCases, stepTo } from './tools/golden.mjs';

/** JavaScript is slow: it stops at this tick, and only small worlds run in it. */
const JS_TICKS = 10;
const JS_ENTITIES = 2000;
const LARGE_TICKS = 50;

const cases = goldenCases().filter((one) => !one.crowded);
const small = cases.filter((one) => one.scenario.entities <= JS_ENTITIES);
const large = cases.filter((one) => one.scenario.entities > JS_ENTITIES);

async function check(one, options, lastTick) {
  const simulation = await createSimulation({ scenario: one.scenario, ...options });
  try {
    return await compare(simulation, one, options, lastTick);
  } finally {
    await simulation.dispose();
  }
}

async function compare(simulation, one, options, lastTick) {
  const { name, golden } = one;
  assert.equal(simulation.backend.tier, options.tier);
  let compared = 0;
  for (const [tick, fingerprint] of golden.filter(([tick]) => tick <= lastTick)) {
    await stepTo(simulation, one, tick);
    const { workers, regions } = simulation.backend;
    const what = `${name} in ${options.tier} with ${workers} workers and ${regions} regions at tick ${tick}`;
    assert.equal((await simulation.observe()).fingerprint, fingerprint, what);
    compared += 1;
  }
  assert.ok(compared >= 2, `${name} compares too little`);
  const last = golden.filter(([tick]) => tick <= lastTick).at(-1);
  return `${name}: ${compared} fingerprints, ${last[1]} at tick ${last[0]}`;
}

test('there is every model among the cases', () => {
  const models = new Set(cases.map((one) => one.scenario.model));
  assert.deepEqual([...models].sort(), ['boids', 'crowd', 'discs', 'lennard_jones', 'meadow', 'sph', 'tribes', 'vicsek']);
});

for (const tier of ['wasm-shared', 'wasm-transfer']) {
  for (const workers of [1, 2, 3, 4, 8]) {
    test(`${tier}, ${workers} workers, small worlds`, async (t) => {
      for (const one of small) t.diagnostic(await check(one, { tier, workers }, Infinity));
    });
  }
  test(`${tier}, 2 workers, large worlds`, async (t) => {
    for (const one of large) t.diagnostic(await check(one, { tier, workers: 2 }, LARGE_TICKS));
  });
  test(`${tier}, odd cuts`, async (t) => {
    const [one] = small.filter(({ scenario }) => scenario.model === 'tribes');
    t.diagnostic(await check(one, { tier, workers: 3, regions: { rows: 1, cols: 5 } }, Infinity));
    t.diagnostic(await check(one, { tier, workers: 2, regions: 7, rebalance: false }, Infinity));
  });
}

test('without SIMD: WebAssembly in scalar code, small worlds', async (t) => {
  const platform = { ...node, capabilities: () => ({ ...node.capabilities(), wasmSimd: false }) };
  for (const one of small) {
    const simulation = await create(platform, { scenario: one.scenario, workers: 2 });
    try {
      const { engine, attempts } = simulation.backend;
      assert.equal(engine, 'wasm');
      assert.deepEqual(attempts.map(({ tier, code }) => [tier, code]), [['wasm-shared', 'NO_SIMD'], ['wasm-transfer', undefined]]);
      t.diagnostic(await compare(simulation, one, { tier: 'wasm-transfer' }, 50));
    } finally {
      await simulation.dispose();
    }
  }
});

for (const workers of [1, 2, 3]) {
  test(`js-workers, ${workers} workers, small worlds`, async (t) => {
    for (const one of small) t.diagnostic(await check(one, { tier: 'js-workers', workers }, JS_TICKS));
  });
}

test('js-single, small worlds', async (t) => {
  for (const one of small) t.diagnostic(await check(one, { tier: 'js-single' }, JS_TICKS));
});
