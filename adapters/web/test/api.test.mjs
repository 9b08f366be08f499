// What the simulation object promises, in every tier where it could differ.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '../dist/create.js';
import { node } from '../dist/node-platform.js';
import { createSimulation, detectCapabilities, newMetrics } from '../dist/node.js';
import { TRIBES, fingerprintAt, golden, rejection, until, using as usingAny } from './tools/using.mjs';

const { scenario } = TRIBES;
const [GOLDEN_10, GOLDEN_50] = [golden(10), golden(50)];

const using = (options, run) => usingAny({ scenario, ...options }, run);

for (const tier of ['wasm-shared', 'wasm-transfer', 'js-workers']) {
  // On a busy machine nobody is dead for being slow.
  const options = { tier, workers: 2, watchdogMs: 60_000 };

  test(`${tier}: starts, pauses, and steps to the golden state`, () =>
    using({ ...options, rate: 200 }, async (simulation) => {
      assert.equal(simulation.state, 'ready');
      const states = [];
      simulation.on('statechange', ({ to }) => states.push(to));
      simulation.start();
      simulation.start();
      assert.match((await rejection(simulation.step())).code, /BUSY/);
      await until(() => simulation.metrics().tick >= 3);
      await simulation.pause();
      const { tick } = await simulation.observe();
      for (let look = 0; look < 20; look++) assert.equal((await simulation.observe()).tick, tick, 'a paused simulation stands still');
      assert.ok(tick >= 3, `paused at tick ${tick}`);
      // Where it was paused depends on how busy the machine is.
      const end = Math.max(50, tick + 1);
      await simulation.step(end - tick);
      assert.equal((await simulation.observe()).fingerprint, await fingerprintAt(end));
      assert.deepEqual(states, ['running', 'paused', 'running', 'paused']);
    }));

  test(`${tier}: a frame shows what there is`, () =>
    using({ ...options, columns: ['energy', 'genes', 'tribe'], colorBy: 'energy' }, async (simulation) => {
      const first = simulation.acquireFrame();
      assert.equal(first.tick, 0);
      assert.equal(first.count, 1500);
      await simulation.step(10);
      let frame = simulation.acquireFrame();
      await until(() => frame.tick === 10 || ((frame = simulation.acquireFrame()), false));
      assert.equal(frame.tick, 10);
      assert.equal(frame.fresh, true);
      assert.equal(simulation.acquireFrame().fresh, false);
      const { population } = await simulation.observe();
      assert.equal(frame.count, population);
      const ids = new Set(frame.id.subarray(0, frame.count));
      assert.equal(ids.size, frame.count, 'every entity is shown once');
      const alive = frame.alive.reduce((sum, one) => sum + one, 0);
      assert.equal(alive, frame.count);
      for (const row of [0, 7, frame.count - 1]) {
        const { columns } = await simulation.entity(frame.id[row]);
        assert.equal(frame.position[3 * row], columns.x);
        assert.equal(frame.position[3 * row + 1], columns.y);
        assert.equal(frame.columns.energy[row], columns.energy);
        assert.deepEqual([...frame.columns.genes.subarray(9 * row, 9 * row + 9)], columns.genes);
        assert.equal(frame.columns.tribe[row], columns.tribe);
        const picked = await simulation.pick(columns.x, columns.y, 0.5);
        assert.equal(picked.columns.x, columns.x);
      }
      assert.equal(await simulation.entity(0xffff_fffe), null);
      assert.ok(new Set(new Uint32Array(frame.color.slice(0, 4 * frame.count).buffer)).size > 20, 'colours differ');
    }));

  test(`${tier}: a snapshot goes on elsewhere, and comes back`, async () => {
    const snapshot = await using(options, async (simulation) => {
      await simulation.step(10);
      const bytes = await simulation.snapshot();
      await simulation.step(40);
      assert.equal((await simulation.observe()).fingerprint, GOLDEN_50);
      for (let round = 0; round < 2; round++) {
        await simulation.restore(bytes);
        assert.equal((await simulation.observe()).fingerprint, GOLDEN_10);
        await simulation.step(40);
        assert.equal((await simulation.observe()).fingerprint, GOLDEN_50);
      }
      const bad = bytes.slice(0);
      new Uint8Array(bad)[200] ^= 1;
      const error = await rejection(simulation.restore(bad));
      assert.equal(error.code, 'BAD_SNAPSHOT');
      assert.equal((await simulation.observe()).fingerprint, GOLDEN_50, 'nothing was changed');
      await simulation.step(1);
      return bytes;
    });
    await using({ tier: 'wasm-shared', workers: 3, snapshot }, async (simulation) => {
      assert.equal((await simulation.observe()).fingerprint, GOLDEN_10);
      await simulation.step(40);
      assert.equal((await simulation.observe()).fingerprint, GOLDEN_50);
    });
  });

  test(`${tier}: parameters are set between two ticks`, () =>
    using(options, async (simulation) => {
      await simulation.step(5);
      assert.equal(await simulation.setParams({ bite_rate: 5 }), 5);
      const error = await rejection(simulation.setParams({ bite_rate: 2, no_such: 1 }));
      assert.equal(error.code, 'BAD_PARAM');
      assert.match(error.message, /no_such/);
      await simulation.setParams({});
      await simulation.step(5);
      assert.equal((await simulation.observe()).fingerprint, GOLDEN_10, 'a refused change changes nothing');
      await simulation.setParams({ bite_rate: 0 });
      await simulation.step(40);
      assert.notEqual((await simulation.observe()).fingerprint, GOLDEN_50);
    }));

  test(`${tier}: metrics add up`, () =>
    using(options, async (simulation) => {
      await simulation.step(20);
      const metrics = newMetrics();
      assert.equal(simulation.metrics(metrics), metrics);
      const { population } = await simulation.observe();
      await until(() => simulation.metrics(metrics).workers.reduce((sum, { entities }) => sum + entities, 0) === population);
      assert.equal(metrics.tick, 20);
      assert.equal(metrics.workers.length, 2);
      const owned = metrics.workers.reduce((sum, worker) => sum + worker.entities, 0);
      assert.equal(owned, (await simulation.observe()).population);
      for (const { compute, communicate, commit, wait } of metrics.workers) {
        assert.ok(Math.abs(compute + communicate + commit + wait - 1) < 1e-9);
      }
      assert.equal(metrics.tickMs.count, 20);
      assert.ok(metrics.tickMs.p50 > 0 && metrics.tickMs.p50 <= metrics.tickMs.max);
      const { bytes, migrations, births } = metrics.measures;
      assert.ok(bytes > 0 && migrations > 0 && births > 0);
      assert.ok(metrics.memoryUsed > 0 && metrics.memoryUsed < metrics.memoryBytes);
    }));

  test(`${tier}: a step can be aborted, and a simulation while it runs disposed of`, async () => {
    const simulation = await createSimulation({ scenario, ...options });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const error = await rejection(simulation.step(1_000_000, { signal: controller.signal }));
    assert.equal(error.name, 'AbortError');
    assert.equal(simulation.state, 'paused');
    await simulation.step(1);
    const stepping = rejection(simulation.step(1_000_000));
    await simulation.dispose();
    await simulation.dispose();
    assert.equal((await stepping).code, 'DISPOSED');
    assert.equal(simulation.state, 'disposed');
    assert.throws(() => simulation.start(), { code: 'DISPOSED' });
    assert.throws(() => simulation.acquireFrame(), { code: 'DISPOSED' });
  });
}

/** A worker that gets no time for a second is ended: of so many runs, one in which all end by themselves. */
const RUNS = 5;

for (const workers of [1, 2]) {
  /** How many workers of a run say that they end. */
  async function exits() {
    const exited = [];
    const platform = {
      ...node,
      spawn: (kind, index, options, events) =>
        node.spawn(kind, index, options, { ...events, message: (message) => (message.type === 'exited' && exited.push(index), events.message(message)) }),
    };
    const simulation = await create(platform, { scenario, tier: 'wasm-shared', workers, rate: 'max' });
    simulation.start();
    await until(() => simulation.metrics().tick > 3);
    await simulation.dispose();
    return exited.length;
  }

  test(`a run of ${workers} workers over shared memory ends when it is asked to`, async () => {
    let most = 0;
    for (let run = 0; run < RUNS && most < workers; run++) most = Math.max(most, await exits());
    assert.equal(most, workers, 'every worker says that it ends');
  });
}

test('input that is not acceptable is refused by name', async () => {
  const refused = async (options, code, text) => {
    const error = await rejection(createSimulation({ scenario, tier: 'wasm-transfer', workers: 1, ...options }));
    assert.equal(error.name, 'InvalidInputError', String(error));
    assert.equal(error.code, code);
    assert.match(error.message, text);
  };
  await refused({ workers: 17 }, 'INVALID_OPTION', /workers is 17: it must be a whole number from 1 to 16/);
  await refused({ tier: 'gpu' }, 'INVALID_OPTION', /tier is "gpu"/);
  await refused({ scenario: { ...scenario, model: 'bats' } }, 'UNKNOWN_MODEL', /"bats".*boids/);
  await refused({ scenario: { ...scenario, dt: -1 } }, 'BAD_SCENARIO', /dt/);
  await refused({ scenario: { ...scenario, dt: Number.NaN } }, 'INVALID_OPTION', /scenario\.dt is NaN/);
  await refused({ scenario: { ...scenario, dt: 1e-60 } }, 'BAD_SCENARIO', /dt is 1e-60, which becomes 0 as a number of 32 bits/);
  await refused({ scenario: { ...scenario, params: { max_speed: 1e-60 } } }, 'BAD_PARAM', /max_speed is 1e-60, which becomes 0/);
  await refused({ scenario: { ...scenario, world: { ...scenario.world, height: 1e-60 } } }, 'BAD_SCENARIO', /height is 1e-60, which becomes 0/);
  await refused({ scenario: { ...scenario, seed: 1.5 } }, 'INVALID_OPTION', /seed is 1\.5/);
  await refused({ scenario: { ...scenario, params: { wings: 2 } } }, 'BAD_PARAM', /wings/);
  await refused({ scenario: { ...scenario, world: { ...scenario.world, width: 0 } } }, 'BAD_SCENARIO', /width/);
  await refused({ columns: ['wings'] }, 'UNKNOWN_COLUMN', /"wings".*energy/);
  await refused({ colorBy: 'genes.9' }, 'INVALID_OPTION', /component is 9: it must be a whole number from 0 to 8/);
  await refused({ snapshot: new ArrayBuffer(10) }, 'BAD_SNAPSHOT', /snapshot/);
  await refused({ memoryPerWorker: 3 << 20, scenario: { ...scenario, entities: 200_000, world: { width: 250, height: 250 } } }, 'MEMORY_LIMIT', /memory/);
  await refused({ workers: 2, regions: 1 }, 'INVALID_OPTION', /regions is 1/);
});

test('the best tier is taken, and the others are told', async () => {
  await using({}, async ({ backend }) => {
    assert.equal(backend.tier, 'wasm-shared');
    assert.deepEqual(backend.attempts.map(({ tier, ok }) => [tier, ok]), [['wasm-shared', true]]);
  });
  await using({ tier: 'js-single' }, async ({ backend }) => {
    assert.equal(backend.engine, 'js');
    assert.deepEqual(backend.attempts.map(({ code }) => code), ['USER_OPTION', 'USER_OPTION', 'USER_OPTION', undefined]);
  });
  const capabilities = await detectCapabilities();
  assert.equal(capabilities.wasmThreads, true);
});

test('an aborted start starts nothing', async () => {
  const controller = new AbortController();
  const starting = rejection(createSimulation({ scenario, signal: controller.signal }));
  controller.abort(new Error('no more'));
  assert.equal((await starting).message, 'no more');
});
