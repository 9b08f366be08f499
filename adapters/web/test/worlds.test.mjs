// Worlds in the plane and in space, with ends of every kind: one fingerprint in every tier.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulation } from '../dist/node.js';
import { rejection, using } from './tools/using.mjs';

const TIERS = [['wasm-shared', 3], ['wasm-transfer', 2], ['js-workers', 2], ['js-single', 1]];
const boids = (world) => ({ model: 'boids', entities: 300, seed: 3, dt: 0.05, world });
const deep = boids({ width: 9, height: 7, depth: 6, edge: ['periodic', 'wall', 'open'] });

/** The fingerprint after some ticks. */
const fingerprint = (options, ticks = 12) =>
  using(options, async (simulation) => {
    await simulation.step(ticks);
    return (await simulation.observe()).fingerprint;
  });

test('every tier has one fingerprint for ends of any kind, in the plane and in space', async () => {
  const seen = new Set();
  for (const world of [deep.world, { ...deep.world, edge: 'wall' }, { width: 9, height: 7, edge: ['open', 'periodic'] }]) {
    const found = [];
    for (const [tier, workers] of TIERS) {
      found.push(await fingerprint({ scenario: boids(world), tier, workers: tier === 'js-single' ? undefined : workers }));
    }
    assert.equal(new Set(found).size, 1, found.join(' '));
    seen.add(found[0]);
  }
  assert.equal(seen.size, 3);
});

test('space is cut into layers too', async () => {
  const options = { scenario: deep, tier: 'wasm-shared', workers: 2 };
  const cut = await fingerprint({ ...options, regions: { rows: 1, cols: 2, layers: 3 } });
  assert.equal(cut, await fingerprint(options));
  await assert.rejects(createSimulation({ ...options, regions: { rows: 1, cols: 1, layers: 1 } }), /at least one for each/);
});

test('a model that the module has in the plane alone is refused in space by name', async () => {
  const error = await rejection(createSimulation({ scenario: { ...deep, model: 'tribes' }, tier: 'wasm-transfer', workers: 1 }));
  assert.equal(error.name, 'InvalidInputError', String(error));
  assert.equal(error.code, 'BAD_SCENARIO');
  assert.match(error.message, /tribes runs in the plane alone: leave scenario\.world\.depth out/);
});

test('frames, entities and picks have a third coordinate in space alone', () =>
  using({ scenario: deep, tier: 'wasm-shared', workers: 2, columns: ['vz'], colorBy: 'speed' }, async (simulation) => {
    await simulation.step(5);
    const { position, columns, id, count } = simulation.acquireFrame();
    assert.equal(count, 300);
    assert.ok(columns.vz.subarray(0, count).some((value) => value !== 0));
    const { columns: one } = await simulation.entity(id[0]);
    assert.deepEqual([...position.subarray(0, 3)], [one.x, one.y, one.z].map(Math.fround));
    assert.equal((await simulation.pick(one.x, one.y, 0.001, one.z)).id, id[0]);
    // Across the ends of x, which meet.
    assert.equal((await simulation.pick(one.x + 9, one.y, 0.001, one.z)).id, id[0]);
    assert.equal(await simulation.pick(one.x, one.y + 7, 0.001, one.z), null);
    await using({ scenario: boids({ width: 9, height: 7 }), tier: 'wasm-transfer', workers: 1 }, async (flat) => {
      await flat.step(1);
      const frame = flat.acquireFrame();
      assert.ok(frame.position.subarray(0, 900).every((value, index) => index % 3 < 2 || value === 0));
      assert.ok(flat.model.columns.every(({ name }) => name !== 'z'));
    });
  }));

test('a snapshot in space goes on in the same world alone', async () => {
  const options = { scenario: deep, tier: 'wasm-transfer', workers: 2 };
  const [snapshot, wanted] = await using(options, async (simulation) => {
    await simulation.step(4);
    const middle = await simulation.snapshot();
    await simulation.step(4);
    return [middle, (await simulation.observe()).fingerprint];
  });
  await using({ ...options, snapshot }, async (simulation) => {
    await simulation.step(4);
    assert.equal((await simulation.observe()).fingerprint, wanted);
  });
  const refused = async (world, text) => {
    const error = await rejection(createSimulation({ ...options, scenario: boids(world), snapshot }));
    assert.equal(error.name, 'InvalidInputError', String(error));
    assert.match(error.message, text);
  };
  await refused({ ...deep.world, depth: 5 }, /`world\.depth` is 6 in the snapshot, but 5 here/);
  await refused({ ...deep.world, edge: 'open' }, /`world\.edge` is periodic x wall x open in the snapshot, but open here/);
});

test('axes that do not go together are refused with what is allowed', async () => {
  const refused = async (world, text) => {
    const error = await rejection(createSimulation({ scenario: boids(world), tier: 'wasm-transfer', workers: 1 }));
    assert.equal(error.name, 'InvalidInputError', String(error));
    assert.match(error.message, text);
  };
  const { depth, ...flat } = { ...deep.world, edge: undefined };
  assert.equal(depth, 6);
  await refused({ ...flat, edge: 'torus' }, /scenario\.world\.edge.*"periodic", "wall" or "open", or a list of 2 of them/);
  await refused({ ...flat, edge: ['wall', 'wall', 'open'] }, /a list of 2 of them, one for each axis/);
  await refused({ ...deep.world, edge: ['wall', 'wall'] }, /a list of 3 of them, one for each axis/);
  await refused({ ...flat, edge: ['wall', 3] }, /scenario\.world\.edge/);
  await refused({ ...flat, depth: 0 }, /scenario\.world\.depth.*above 0/);
  await refused({ ...flat, depth: Number.NaN }, /scenario\.world\.depth/);
  await refused({ ...flat, depth: -2 }, /world\.depth is -2/);
  await refused({ ...flat, deep: 2 }, /deep/);
});

test('a wall on somebody is refused by inputs and by parameters, with the same words on any number of workers', async () => {
  const scenario = { model: 'crowd', entities: 60, seed: 3, dt: 0.02, world: { width: 12, height: 12 } };
  const shapes = [0, 0, 0, 0, 0, 4, 5.5, 6, 6.5, 6];
  const words = 'does not fit entity 5: it is 0 from shape 0, a wall: it must be at least 0.00078125 from all walls';
  const seen = new Set();
  for (const [tier, workers] of [['wasm-shared', 1], ['wasm-shared', 3], ['wasm-transfer', 2]]) {
    await using({ scenario, tier, workers }, async (simulation) => {
      await simulation.step(3);
      const wall = { params: { shapes } };
      const refused = await rejection(simulation.send([{ set: { id: 5, x: 6, y: 6 } }, wall, { params: { speed: 1 } }]));
      assert.equal(refused.code, 'BAD_INPUT');
      assert.match(refused.message, new RegExp(`input 1 at tick 3: \`params\` ${words}`));
      await simulation.send([{ set: { id: 5, x: 6, y: 6 } }]);
      const unfit = await rejection(simulation.setParams({ shapes }));
      assert.equal(unfit.code, 'BAD_PARAM', String(unfit));
      assert.match(unfit.message, /entity 5: it is 0 from shape 0, a wall/);
      await simulation.setParams({ shapes: [0, 0, 0, 0, 0, 4, 5.5, 6.25, 6.5, 6.25] });
      await simulation.step(2);
      seen.add((await simulation.observe()).fingerprint);
    });
  }
  assert.equal(seen.size, 1);
});
