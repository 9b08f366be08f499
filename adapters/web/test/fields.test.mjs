// Fields in a page: how they begin, what frames show of them, and what inputs do to them; the same on every tier.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rejection, using } from './tools/using.mjs';

const CELLS = [8, 6];
const scenario = {
  model: 'meadow',
  entities: 300,
  seed: 3,
  dt: 0.05,
  world: { width: 12, height: 9, edge: 'periodic' },
  params: { wolves: 0.02 },
  field: { grass: { cells: CELLS, start: Float32Array.from({ length: 48 }, (_, cell) => 10 * cell + 0.75) } },
};
const TIERS = ['wasm-shared', 'wasm-transfer', 'js-workers', 'js-single'];

/** The amounts of the newest frame at a tick, as a list. */
async function grass(simulation, reader, tick) {
  for (;;) {
    const frame = reader.acquire();
    if (frame.tick === tick) return [...frame.fields.grass.amounts];
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.ok(simulation.tick >= frame.tick);
  }
}

test('a model tells its fields', () =>
  using({ scenario, workers: 1 }, (simulation) => {
    assert.deepEqual(simulation.model.fields.map(({ name }) => name), ['grass']);
    const { about, unit } = simulation.model.fields[0];
    assert.ok(about.length > 5 && unit.length > 0);
    assert.deepEqual(simulation.model.pokes, ['push']);
  }));

test('columns and fields may be chosen once the model is known', async () => {
  const fields = (model) => model.fields.map(({ name }) => name);
  const columns = (model) => model.columns.filter(({ name }) => name.startsWith('v')).map(({ name }) => name);
  for (const tier of ['wasm-shared', 'wasm-transfer']) {
    await using({ scenario, tier, workers: 2, fields, columns }, async (simulation) => {
      const frame = simulation.acquireFrame();
      assert.deepEqual([Object.keys(frame.fields), Object.keys(frame.columns)], [['grass'], ['vx', 'vy']]);
      // Other workers have the same.
      await simulation.move({ workers: 1 });
      await simulation.step(1);
      assert.deepEqual(Object.keys(simulation.acquireFrame().columns), ['vx', 'vy']);
    });
  }
  for (const given of [() => undefined, () => 'grass', () => [1]]) {
    const error = await rejection(using({ scenario, workers: 1, fields: given }, () => {}));
    assert.equal(error.code, 'INVALID_OPTION');
    assert.match(error.message, /what fields gives is .*: it must be a list of names/);
  }
});

test('a frame has the amounts that the scenario gives, and those of its tick, on every tier and number of workers', async (t) => {
  let known = null;
  for (const tier of TIERS) {
    for (const workers of tier === 'js-single' ? [1] : [1, 3]) {
      await using({ scenario, tier, workers, regions: 6, fields: ['grass'] }, async (simulation) => {
        const reader = simulation.reader();
        const { fields } = reader.acquire();
        assert.deepEqual([...fields.grass.cells], CELLS);
        const first = await grass(simulation, reader, 0);
        assert.deepEqual(first, Array.from({ length: 48 }, (_, cell) => 10 * cell));
        await simulation.step(12);
        const amounts = await grass(simulation, reader, 12);
        assert.notDeepEqual(amounts, first);
        assert.ok(amounts.every((amount) => Number.isInteger(amount) && amount >= 0));
        const { fingerprint } = await simulation.observe();
        known ??= { amounts, fingerprint };
        assert.deepEqual({ amounts, fingerprint }, known, `${tier}, ${workers} workers`);
      });
    }
  }
  t.diagnostic(`fingerprint ${known.fingerprint}`);
});

test('a field that begins with one amount, or with noise, or as the model says', async () => {
  const starts = [
    [{ cells: CELLS, start: 7.9 }, (amounts) => amounts.every((amount) => amount === 7)],
    [{ cells: CELLS, start: [3, 5] }, (amounts) => [3, 4, 5].every((one) => amounts.includes(one)) && amounts.every((one) => one >= 3 && one <= 5)],
    [{ cells: CELLS }, (amounts) => amounts[0] > 0 && amounts.every((amount) => amount === amounts[0])],
  ];
  for (const [field, good] of starts) {
    await using({ scenario: { ...scenario, field: { grass: field } }, workers: 2, fields: ['grass'] }, async (simulation) => {
      const amounts = await grass(simulation, simulation.reader(), 0);
      assert.ok(good(amounts), `${JSON.stringify(field)}: ${amounts}`);
    });
  }
  const { field: _, ...plain } = scenario;
  await using({ scenario: plain, workers: 1, fields: ['grass'] }, (simulation) => {
    const { cells, amounts } = simulation.acquireFrame().fields.grass;
    assert.equal(amounts.length, cells[0] * cells[1]);
  });
  await using({ scenario, workers: 1 }, (simulation) => assert.deepEqual(simulation.acquireFrame().fields, {}));
});

test('an input writes cells, a snapshot and a move keep them', () =>
  using({ scenario, tier: 'wasm-shared', workers: 2, fields: ['grass'] }, async (simulation) => {
    const reader = simulation.reader();
    await simulation.step(3);
    const before = await grass(simulation, reader, 3);
    const bytes = await simulation.snapshot();
    const { fingerprint } = await simulation.observe();
    await simulation.send([{ field: { name: 'grass', low: [0, 0], high: [3, 3], set: 77 } }]);
    const painted = (amounts) => [0, 1, 8, 9].every((cell) => amounts[cell] === 77) && amounts[2] === before[2];
    while (!painted(await grass(simulation, reader, 3))) await new Promise((resolve) => setTimeout(resolve, 5));
    await simulation.move({ tier: 'wasm-transfer', workers: 3 });
    assert.ok(painted(await grass(simulation, reader, 3)));
    await simulation.restore(bytes);
    assert.equal((await simulation.observe()).fingerprint, fingerprint);
    while (painted(await grass(simulation, reader, 3))) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(await grass(simulation, reader, 3), before);
  }));

test('what is no field, and what cannot be in one, is named with what is allowed', async () => {
  const wrong = [
    [{ scenario: { ...scenario, field: [] } }, /scenario\.field is \[\]: it must be an object/],
    [{ scenario: { ...scenario, field: { grass: 5 } } }, /scenario\.field\.grass is 5/],
    [{ scenario: { ...scenario, field: { grass: { cell: [1, 1] } } } }, /"cell" is not known, did you mean "cells"\?/],
    [{ scenario: { ...scenario, field: { grass: { cells: [4] } } } }, /scenario\.field\.grass\.cells is \[4\]: it must be a list of 2 whole numbers/],
    [{ scenario: { ...scenario, field: { grass: { cells: [4, 0] } } } }, /a list of 2 whole numbers of at least 1/],
    [{ scenario: { ...scenario, field: { grass: { start: 'much' } } } }, /scenario\.field\.grass\.start is "much"/],
    [{ scenario: { ...scenario, field: { grass: { start: [1, Number.NaN] } } } }, /scenario\.field\.grass\.start\[1\]/],
    [{ scenario: { ...scenario, field: { grass: { cells: CELLS, start: new Float32Array(5) } } } }, /5 values for 48 cells/],
    [{ scenario: { ...scenario, field: { grass: { start: -1 } } } }, /its start is -1: it must be a number from 0/],
    [{ scenario: { ...scenario, field: { hay: { start: 1 } } } }, /field `hay`: the model has no such field; it has grass/],
    [{ scenario, fields: ['hay'] }, /"hay" is not known\. There is grass/],
    [{ scenario: { ...scenario, model: 'boids', params: {}, field: {} }, fields: ['grass'] }, /model boids has no fields/],
    [{ scenario: { ...scenario, model: 'boids', params: {} } }, /the model `boids` has no fields/],
  ];
  for (const [options, message] of wrong) {
    const error = await rejection(using({ workers: 1, ...options }, () => {}));
    assert.match(error.message, message);
  }
});
