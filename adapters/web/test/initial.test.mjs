// Entities at tick 0 as columns: the fingerprints that the command line comes to with the same table,
// in every tier, and what is said of columns that do not fit.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulation } from '../dist/node.js';
import { tableCases } from './tools/golden.mjs';
import { rejection, using } from './tools/using.mjs';

const cases = tableCases();
/** JavaScript is slow: it stops at this tick. */
const JS_TICKS = 10;

async function compare({ name, scenario, golden }, options, lastTick) {
  await using({ scenario, ...options }, async (simulation) => {
    assert.equal(simulation.backend.tier, options.tier);
    for (const [tick, fingerprint] of golden.filter(([tick]) => tick <= lastTick)) {
      const seen = await simulation.observe();
      if (tick > seen.tick) await simulation.step(tick - seen.tick);
      assert.equal((await simulation.observe()).fingerprint, fingerprint, `${name} in ${options.tier} at tick ${tick}`);
    }
  });
}

for (const [tier, workers, lastTick] of [['wasm-shared', 1, 50], ['wasm-shared', 3, 50], ['wasm-transfer', 1, 50], ['wasm-transfer', 2, 50], ['js-workers', 2, JS_TICKS], ['js-single', 1, JS_TICKS]]) {
  test(`${tier}, ${workers} workers: worlds from columns have the native fingerprints`, async () => {
    for (const one of cases) await compare(one, { tier, workers }, lastTick);
  });
}

const [tribes, boids] = cases;
const options = { tier: 'wasm-transfer', workers: 1 };

test('without a number of entities there are as many as in the columns, of any kind of numbers', async () => {
  const { entities, ...scenario } = tribes.scenario;
  const initial = Object.fromEntries(Object.entries(scenario.initial).map(([name, values]) => [name, Float64Array.from(values)]));
  initial.id = BigUint64Array.from(tribes.scenario.initial.id, BigInt);
  initial.tribe = Uint8Array.from(initial.tribe);
  // One number of each entity after another, as a frame has them.
  const genes = Array.from({ length: 9 }, (_, gene) => initial[`genes_${gene}`]);
  for (let gene = 0; gene < 9; gene++) delete initial[`genes_${gene}`];
  initial.genes = Float64Array.from({ length: 9 * entities }, (_, at) => genes[at % 9][Math.floor(at / 9)]);
  await compare({ ...tribes, scenario: { ...scenario, initial } }, { tier: 'wasm-shared', workers: 2 }, 50);
});

test('columns are copied: what the caller writes later changes nothing', async () => {
  const x = Float64Array.from(boids.scenario.initial.x);
  const making = createSimulation({ scenario: { ...boids.scenario, initial: { ...boids.scenario.initial, x } }, ...options });
  x.fill(1);
  const simulation = await making;
  try {
    assert.equal((await simulation.observe()).fingerprint, boids.golden[0][1]);
  } finally {
    await simulation.dispose();
  }
});

/** All columns of a tribe but the id. */
const COLUMNS = ['x', 'y', 'vx', 'vy', 'energy', 'genes', 'tribe', 'age', 'alive'];

test('columns of a frame make a world that begins where that one was', () =>
  using({ scenario: tribes.scenario, columns: COLUMNS, ...options }, async (first) => {
    await first.step(20);
    assert.deepEqual(first.model.columns.filter(({ reach }) => reach !== 'scratch').map(({ name }) => name), ['id', ...COLUMNS]);
    const { id, columns, count } = first.acquireFrame();
    const initial = { id: id.slice(0, count) };
    for (const [name, values] of Object.entries(columns)) initial[name] = values.slice(0, (values.length / id.length) * count);
    const { entities: _, ...scenario } = tribes.scenario;
    await using({ scenario: { ...scenario, initial }, ...options }, async (second) => {
      const [before, now] = [await first.observe(), await second.observe()];
      assert.deepEqual([now.tick, now.population, now.fingerprint], [0, before.population, before.fingerprint]);
    });
  }));

test('a snapshot has all entities, so columns are not asked for again', () =>
  using({ scenario: boids.scenario, ...options }, async (first) => {
    await first.step(10);
    const snapshot = await first.snapshot();
    await using({ scenario: boids.scenario, snapshot, ...options }, async (second) => {
      assert.equal((await second.observe()).fingerprint, boids.golden[1][1]);
    });
  }));

test('columns that do not fit are refused with the column and the row', async () => {
  const xs = [1, 2, 3];
  const world = { width: 20, height: 16 };
  const refused = async (initial, text, more = {}) => {
    const scenario = { model: 'boids', dt: 0.05, world, initial, ...more };
    for (const tier of ['wasm-transfer', 'wasm-shared']) {
      const error = await rejection(createSimulation({ scenario, tier, workers: 2, regions: 2 }));
      assert.equal(error.name, 'InvalidInputError', String(error));
      assert.match(error.message, text);
    }
  };
  await refused({ x: xs }, /a column `x` but no `y`/);
  await refused({ x: xs, y: xs, vx: xs }, /a column `vx` but no `vy`/);
  await refused({ x: xs, y: xs }, /column `x` has 3 values: it must have 4, one for each row/, { entities: 4 });
  await refused({ x: xs, y: [1, 2] }, /column `x` has 3 values: it must have 2, one for each row/);
  await refused({ x: xs, y: [1, 2] }, /column `y` has 2 values: it must have 3, one for each row/, { entities: 3 });
  await refused({ x: [1, Number.NaN, 3], y: xs }, /row 2 \(entity 1\): `x` is NaN: it must be/);
  await refused({ x: [1, 2, Infinity], y: xs }, /row 3 \(entity 2\): `x` is inf: it must be/);
  await refused({ x: [1, 2, 1e39], y: xs }, /row 3 \(entity 2\): `x` is 1e39/);
  await refused({ x: xs, y: [1, 16.5, 3] }, /row 2 \(entity 1\): `y` is 16\.5: it must be inside the world, from 0 to 16/);
  await refused({ id: [7, 700, 8], x: [1, -1, 1], y: xs }, /row 2 \(id 700\): `x` is -1: it must be inside the world, from 0 to 20/);
  await refused({ id: [1, 2.5, 3] }, /`id` is 2\.5: it must be a whole number/);
  await refused({ id: [5, 1, 5] }, /row 1 and row 3 both have the id 5: ids must be unique/);
  await refused({ x: xs, y: xs, ax: xs }, /scenario\.initial names "ax".*: model boids has the columns id, x, y/);
  await refused({ x: xs, y: xs, velocty: xs, vx: xs, vy: xs }, /scenario\.initial names "velocty"/);
  const few = { model: 'tribes', entities: 3 };
  await refused({ genes: new Float32Array(26) }, /column `genes` has 26 values: it must have 9 for each entity/, few);
  await refused({ genes: new Float32Array(27), genes_3: xs }, /it has two columns `genes`/, few);
  await refused({ genes_2: [0, 0.5, 1] }, /a column `genes_2` but no `genes_0`/, few);
  await refused({ tribe: [0, 256, 1] }, /row 2 \(entity 1\): `tribe` is 256: it must be/, few);
});

test('what is no column of numbers is refused before anything starts', async () => {
  const refused = async (initial, text) => {
    const error = await rejection(createSimulation({ scenario: { ...boids.scenario, initial }, ...options }));
    assert.equal(error.code, 'INVALID_OPTION', String(error));
    assert.match(error.message, text);
  };
  await refused({}, /scenario\.initial has no columns/);
  await refused([1, 2], /scenario\.initial is \[1,2\]: it must be an object of columns by name/);
  await refused(null, /scenario\.initial is null/);
  await refused({ x: 'abc' }, /scenario\.initial\.x is "abc": it must be a typed array or a list of numbers/);
  await refused({ x: new DataView(new ArrayBuffer(8)) }, /scenario\.initial\.x is .*: it must be a typed array/);
  await refused({ id: BigUint64Array.of(1n, 2n ** 60n) }, /scenario\.initial\.id\[1\] is 1152921504606846976: it must be above -2\^53 and below 2\^53/);
  await refused({ x: [1, '2', 3] }, /scenario\.initial\.x\[1\] is "2": it must be a number/);
});
