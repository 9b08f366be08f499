// Memory is reckoned from the scenario and grows with the crowd; where it cannot, the run ends with
// the remedy and the last good frame.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulation } from '../dist/node.js';
import { using, rejection } from './tools/using.mjs';

/** Food for everybody: the crowd becomes many times as large within few ticks. */
const PLENTY = {
  model: 'tribes',
  entities: 4000,
  seed: 2,
  dt: 0.1,
  world: { width: 300, height: 300, edge: 'periodic' },
  params: { grazing: 60, crowding: 1e6, maturity: 0, max_age: 1e4, bite: 0, cohesion: 0, vision: 0.5 },
};
const MIB = 1 << 20;

/** Steps until there are so many, or it cannot go on. */
async function growTo(simulation, population) {
  for (let ticks = 0; ticks < 400; ticks += 5) {
    if ((await simulation.step(5)).population >= population) return;
  }
  assert.fail('the crowd does not grow');
}

test('the first example of the README goes on past the crowd that it begins with', () => {
  const scenario = { model: 'tribes', entities: 100_000, seed: 1, dt: 0.05, world: { width: 282, height: 142, edge: 'periodic' } };
  return using({ scenario, workers: 1 }, async (simulation) => {
    const { population } = await simulation.step(160);
    assert.ok(population > 125_000, `${population} entities`);
    assert.equal(simulation.state, 'paused');
    assert.equal(simulation.acquireFrame().count, population);
  });
});

for (const tier of ['wasm-shared', 'wasm-transfer']) {
  test(`${tier}: memory grows with the crowd`, () =>
    using({ scenario: PLENTY, tier, workers: 1 }, async (simulation) => {
      const before = simulation.metrics().memoryBytes;
      await growTo(simulation, 40_000);
      const snapshot = await simulation.snapshot();
      const { fingerprint, population } = await simulation.observe();
      await simulation.restore(snapshot);
      assert.equal((await simulation.observe()).fingerprint, fingerprint);
      const { memoryBytes, memoryUsed } = simulation.metrics();
      assert.ok(memoryBytes > before, `${before} bytes at first, ${memoryBytes} with ${population} entities`);
      assert.ok(memoryUsed <= memoryBytes);
      assert.equal(simulation.acquireFrame().tick, (await simulation.step(1)).tick - 1);
    }));
}

for (const tier of ['wasm-shared', 'wasm-transfer', 'js-workers']) {
  test(`${tier}: where memory ends, the remedy is told and the last good frame stays`, () =>
    using({ scenario: { ...PLENTY, entities: 500 }, tier, workers: 1, memoryPerWorker: 2 * MIB }, async (simulation) => {
      const told = [];
      simulation.on('workererror', ({ error }) => told.push(error));
      const reader = simulation.reader();
      reader.acquire();
      const error = await rejection(growTo(simulation, 1_000_000));
      assert.equal(error.code, 'MEMORY_LIMIT', String(error));
      assert.match(error.hint, /memoryPerWorker/);
      assert.deepEqual(told, [error]);
      assert.equal(simulation.state, 'faulted');
      assert.equal(await rejection(simulation.snapshot()), error, 'there is no state after an error');
      for (const frame of [simulation.acquireFrame(), reader.acquire(), simulation.acquireFrame()]) {
        assert.ok(frame.tick > 0 && frame.count >= 500, `tick ${frame.tick}`);
        const alive = frame.alive.subarray(0, frame.count).reduce((sum, one) => sum + one, 0);
        assert.equal(alive, frame.count, 'the frame is whole');
        assert.equal(new Set(frame.id.subarray(0, frame.count)).size, frame.count);
      }
      simulation.metrics();
    }));
}

test('a world that does not fit at all is refused with the remedy', async () => {
  const scenario = { ...PLENTY, entities: 200_000 };
  const error = await rejection(createSimulation({ scenario, tier: 'wasm-shared', workers: 1, memoryPerWorker: 4 * MIB }));
  assert.equal(error.code, 'MEMORY_LIMIT');
  assert.match(error.hint, /memoryPerWorker/);
});
