// Counts in shared memory are words of 32 bits: they begin anew, and nobody waits for ever.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROL_BYTES, Control, TICK_TIMES, Word, ahead, following } from '../dist/layout.js';
import { TRIBES, golden, until, using } from './tools/using.mjs';

const { scenario } = TRIBES;
const worker = { wasm: new URL('./tools/old-worker.mjs', import.meta.url) };

for (const workers of [1, 2, 3]) {
  test(`orders, commands and acknowledgements of ${workers} workers go past 2^31`, () =>
    using({ scenario, tier: 'wasm-shared', workers, assets: { worker } }, async (simulation) => {
      const { words } = simulation.team.control;
      assert.ok(Atomics.load(words, Word.orders) > 2 ** 31 - 40, 'the count is about to begin anew');
      // One command after the other, each with some orders.
      for (let tick = 1; tick <= 40; tick++) assert.equal((await simulation.step(1)).tick, tick);
      assert.ok(Atomics.load(words, Word.orders) < 0, 'orders have begun anew');
      assert.ok(Atomics.load(words, Word.posted) < 0, 'commands have begun anew');
      await simulation.step(10);
      assert.equal((await simulation.observe()).fingerprint, golden(50));
      simulation.start();
      await until(() => simulation.metrics().tick > 52);
      await simulation.pause();
      const snapshot = await simulation.snapshot();
      await simulation.restore(snapshot);
      assert.equal(simulation.metrics().tickMs.count > 2 ** 31 - 40, true, 'so many ticks were timed');
    }));
}

test('counts that have begun anew are still further on', () => {
  assert.equal(following(2 ** 31 - 1), -(2 ** 31));
  assert.equal(following(-1), 0);
  assert.equal(ahead(following(2 ** 31 - 1), 2 ** 31 - 1), 1);
  assert.equal(ahead(2 ** 31 - 1, -(2 ** 31)), -1);
});

test('times of ticks stay in their ring whatever their number', () => {
  const control = new Control(new ArrayBuffer(CONTROL_BYTES), 0);
  for (const count of [0, 2 ** 24 + 1, 2 ** 31 - 1, 2 ** 32 + 5]) {
    control.timed = count;
    const before = control.words.slice();
    control.time(3);
    assert.equal(control.timed, count + 1);
    const changed = [...control.words.keys()].filter((at) => control.words[at] !== before[at]);
    const inside = (at) => (at >= Word.times && at < Word.times + TICK_TIMES) || (at >= Word.timed && at < Word.timed + 2);
    assert.ok(changed.every(inside), `words ${changed}`);
    assert.equal(control.longest(), 3);
  }
});
