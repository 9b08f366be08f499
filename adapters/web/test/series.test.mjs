// The statistics of a run in columns: which ticks, what is refused, and means with the errors that Rust gives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockAverage } from '../dist/blocks.js';
import { createSimulation } from '../dist/node.js';

/** What `a_series_has_the_same_bits_in_every_language` of flockwork-observables has too. */
const WANTED = { mean: 6.7763750000000025, error: 0.16296061655514224, samples: 1000, correlation: 1.80094013888752 };

const scenario = { model: 'vicsek', entities: 400, seed: 3, dt: 0.1, world: { width: 10, height: 10 } };

test('a series has every statistic of every K-th tick, the same on any tier', async () => {
  const all = [];
  for (const [tier, workers] of [['wasm-shared', 1], ['wasm-shared', 2], ['js-single', 1]]) {
    const simulation = await createSimulation({ scenario, tier, workers });
    const series = await simulation.series({ ticks: 55, every: 10 });
    assert.deepEqual([...series.tick], [0, 10, 20, 30, 40, 50]);
    assert.deepEqual([...series.time], [0, 1, 2, 3, 4, 5]);
    assert.deepEqual([...series.population], Array(6).fill(400));
    const seen = await simulation.observe();
    assert.equal(seen.tick, 55);
    assert.deepEqual(Object.keys(series.stats), Object.keys(seen.stats));
    // It goes on where it is.
    const more = await simulation.series({ ticks: 30, every: 7, from: 70, names: ['order'] });
    assert.deepEqual([...more.tick], [70, 77, 84]);
    assert.deepEqual(Object.keys(more.stats), ['order']);
    assert.equal((await simulation.observe()).tick, 85);
    all.push({ series, more });
    await simulation.dispose();
  }
  for (const one of all) assert.deepEqual(one, all[0]);
});

test('a series ends where it is told to', async () => {
  const simulation = await createSimulation({ scenario, workers: 1 });
  const series = await simulation.series({ ticks: 1000, every: 5, until: ({ tick, stats }) => tick >= 20 && stats.order > 0 });
  assert.deepEqual([...series.tick], [0, 5, 10, 15, 20]);
  assert.equal((await simulation.observe()).tick, 20);
  await simulation.dispose();
});

test('what means nothing is refused, and no tick is computed', async () => {
  const simulation = await createSimulation({ scenario, workers: 1 });
  for (const [options, wanted] of [
    [{}, /ticks is undefined: it must be a whole number/],
    [{ ticks: 10, every: 0 }, /every is 0/],
    [{ ticks: 10, names: ['ordr'] }, /the statistic "ordr" is not known, did you mean "order"/],
    [{ ticks: 10, evry: 1 }, /the option "evry" is not known, did you mean "every"/],
    [{ ticks: 10, until: 'order' }, /until is "order": it must be a function/],
  ]) {
    await assert.rejects(simulation.series(options), wanted);
  }
  assert.equal((await simulation.observe()).tick, 0);
  await simulation.dispose();
});

test('the mean of samples that hang together has the error of its blocks', () => {
  const average = new BlockAverage();
  // The same series, and the same bits, as in the tests of flockwork-observables.
  for (let at = 0; at < 1000; at++) average.add(((at * at) % 101) / 8 + (at % 64 < 32 ? 1 : 0));
  assert.deepEqual(average.mean(), WANTED);
  const line = new BlockAverage();
  for (let at = 0; at < 1000; at++) line.add(at);
  assert.deepEqual(line.mean(), { mean: 499.5, error: null, samples: 1000, correlation: null });
  assert.deepEqual(new BlockAverage().mean(), { mean: null, error: null, samples: 0, correlation: null });
});
