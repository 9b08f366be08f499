// Names and types of everything that users give: own names only, the nearest for a misspelt one, and
// nothing is taken for something else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulation } from '../dist/node.js';
import { TRIBES, golden, rejection, using } from './tools/using.mjs';

const { scenario } = TRIBES;
const options = { tier: 'wasm-shared', workers: 2 };
/** Names that every object has. */
const INHERITED = Object.getOwnPropertyNames(Object.prototype);

test('a misspelt key is refused with the nearest name', async () => {
  const refused = async (change, text) => {
    const error = await rejection(createSimulation({ scenario, ...options, ...change }));
    assert.equal(error.name, 'InvalidInputError', String(error));
    assert.equal(error.code, 'UNKNOWN_KEY');
    assert.match(error.message, text);
  };
  await refused({ wrkers: 2 }, /the option "wrkers" is not known, did you mean "workers"\? There are scenario, tier/);
  await refused({ scenario: { ...scenario, sead: 2 } }, /the key of scenario "sead" is not known, did you mean "seed"\?/);
  await refused({ scenario: { ...scenario, world: { ...scenario.world, heigth: 2 } } }, /"heigth".*"height"/);
  await refused({ regions: { rows: 2, cls: 3 } }, /"cls".*"cols"/);
  await refused({ accept: ['parms'] }, /"parms".*"params"/);
  await refused({ qqqqqqqq: 1 }, /the option "qqqqqqqq" is not known\. There are/);
});

test('types are checked, and null is not "not given"', async () => {
  const refused = async (change, text) => {
    const error = await rejection(createSimulation({ scenario, ...options, ...change }));
    assert.equal(error.name, 'InvalidInputError', String(error));
    assert.match(error.message, text);
  };
  for (const seed of [null, '3', -1, 1.5, 2n ** 64n, true]) await refused({ scenario: { ...scenario, seed } }, /scenario\.seed is/);
  for (const edge of [null, 'round', 0]) await refused({ scenario: { ...scenario, world: { ...scenario.world, edge } } }, /world\.edge is/);
  await refused({ scenario: { ...scenario, params: null } }, /scenario\.params is null/);
  await refused({ scenario: { ...scenario, params: { bite_rate: '5' } } }, /params\.bite_rate is "5": it must be a number/);
  await refused({ scenario: { ...scenario, params: { bite_rate: true } } }, /scenario\.params\.bite_rate is true/);
  await refused({ scenario: { ...scenario, entities: '1500' } }, /scenario\.entities is "1500"/);
  await refused({ workers: null }, /workers is null/);
  await refused({ memoryPerWorker: null }, /memoryPerWorker is null/);
  await refused({ checkpointEvery: '5' }, /checkpointEvery is "5"/);
  await refused({ columns: 'energy' }, /columns is "energy"/);
  await refused({ colorBy: 3 }, /colorBy is 3/);
  await refused({ rebalance: 0 }, /rebalance is 0/);
  await refused({ rate: null }, /rate is null/);
  await refused({ regions: null }, /regions is null/);
  await refused({ onProgress: 'yes' }, /onProgress is "yes"/);
  await refused({ signal: {} }, /signal is/);
  await refused({ snapshot: 'bytes' }, /snapshot is "bytes"/);
});

test('what every object has by name is no column, parameter, event or model', () =>
  using({ scenario, ...options, rate: 'max' }, async (simulation) => {
    for (const name of INHERITED) {
      assert.throws(() => simulation.setColorBy(name), { code: 'UNKNOWN_COLUMN' }, name);
      assert.throws(() => simulation.on(name, () => {}), { code: 'UNKNOWN_KEY' }, name);
      const params = Object.fromEntries([[name, 1]]);
      assert.equal((await rejection(simulation.setParams(params))).code, 'BAD_PARAM', name);
    }
    for (const name of ['constructor', '__proto__', 'toString']) {
      const make = (change) => createSimulation({ scenario, ...options, ...change });
      assert.equal((await rejection(make({ colorBy: name }))).code, 'UNKNOWN_COLUMN');
      assert.equal((await rejection(make({ columns: [name] }))).code, 'UNKNOWN_COLUMN');
      assert.equal((await rejection(make({ scenario: { ...scenario, model: name } }))).code, 'UNKNOWN_MODEL');
      assert.equal((await rejection(make({ tier: name }))).code, 'INVALID_OPTION');
      const world = { ...scenario.world, edge: name };
      assert.equal((await rejection(make({ scenario: { ...scenario, world } }))).code, 'INVALID_OPTION');
    }
    // Nothing of it has reached the leader, who answers and rests.
    await simulation.step(10);
    assert.equal((await simulation.observe()).fingerprint, golden(10));
    assert.equal(simulation.acquireFrame().columns.constructor, Object, 'no column was asked for');
  }));

test('what cannot be posted is not counted, so the leader does not wait for it', () =>
  using({ scenario, ...options }, async (simulation) => {
    // A getter on the way makes posting fail after everything was checked.
    const { team } = simulation;
    assert.throws(() => team.send({ type: 'color', color: () => {} }), { name: 'DataCloneError' });
    const { words } = team.control;
    const { Word } = await import('../dist/layout.js');
    const counted = Atomics.load(words, Word.posted);
    await simulation.observe();
    assert.equal(Atomics.load(words, Word.posted), counted + 1, 'one question, one count');
    assert.equal((await simulation.step(10)).tick, 10);
    assert.equal((await simulation.observe()).fingerprint, golden(10));
  }));

test('a parameter that acts at tick 0 alone cannot be set later', () =>
  using({ scenario, ...options }, async (simulation) => {
    const start = simulation.model.params.filter(({ live }) => !live).map(({ name }) => name);
    assert.deepEqual(start, ['tribes', 'territory']);
    await simulation.step(5);
    const error = await rejection(simulation.setParams({ bite_rate: 1, territory: 4 }));
    assert.equal(error.code, 'BAD_PARAM');
    assert.match(error.message, /params\.territory acts at tick 0 alone/);
    assert.equal((await simulation.params()).bite_rate, 5, 'nothing was set');
    await simulation.step(5);
    assert.equal((await simulation.observe()).fingerprint, golden(10));
  }));
