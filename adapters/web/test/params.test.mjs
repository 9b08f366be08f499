// Parameters that are no numbers: choices by name, here in every tier; and what is refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goldenCases } from './tools/golden.mjs';
import { rejection, using } from './tools/using.mjs';

const { scenario, golden } = goldenCases().find(({ name, scenario }) => scenario.model === 'vicsek' && scenario.params.along === 'new');
const [tick, fingerprint] = golden.find(([tick]) => tick > 0 && tick <= 50);

for (const tier of ['wasm-shared', 'wasm-transfer', 'js-workers']) {
  const options = { scenario, tier, workers: 2, watchdogMs: 60_000 };

  test(`${tier}: a choice is given by name, is read by name, and acts`, () =>
    using(options, async (simulation) => {
      const info = simulation.model.params.find(({ name }) => name === 'along');
      assert.deepEqual([info.kind, info.default, info.choices], ['choice', 'old', ['old', 'new']]);
      assert.equal((await simulation.params()).along, 'new');
      await simulation.step(tick);
      assert.equal((await simulation.observe()).fingerprint, fingerprint, 'the golden world moves along the new heading');
      const snapshot = await simulation.snapshot();
      await simulation.setParams({ along: 'old', speed: 0.5 });
      assert.deepEqual([(await simulation.params()).along, (await simulation.params()).speed], ['old', 0.5]);
      await simulation.setParams({ along: 'new' });
      const { speed } = scenario.params;
      await simulation.setParams({ speed });
      await simulation.restore(snapshot);
      assert.equal((await simulation.params()).along, 'new');
    }));

  test(`${tier}: a value of another kind is refused with what is allowed, and nothing was set`, () =>
    using(options, async (simulation) => {
      for (const [params, told] of [
        [{ speed: 1, along: 'newest' }, /params\.along is "newest": it must be "old" or "new"/],
        [{ along: 1 }, /params\.along is 1: it must be "old" or "new"/],
        [{ along: [1, 0.5] }, /params\.along is \[1, 0\.5\]: it must be "old" or "new"/],
        [{ along: [] }, /params\.along is \[\]: it must be "old" or "new"/],
        [{ speed: 'fast' }, /params\.speed is "fast": it must be a number from 0 to 1000000/],
        [{ speed: '' }, /params\.speed is "": it must be a number/],
        [{ burn_in: 1.5 }, /params\.burn_in is 1\.5: it must be a whole number/],
      ]) {
        const error = await rejection(simulation.setParams(params));
        assert.equal(error.code, 'BAD_PARAM');
        assert.match(error.message, told);
        assert.equal((await simulation.params()).along, 'new');
      }
      for (const along of [null, true, { old: 1 }, Number.NaN, [1, 'x'], 3n]) {
        const error = await rejection(simulation.setParams({ along }));
        assert.equal(error.code, 'INVALID_OPTION');
        assert.match(error.message, /params\.along/);
      }
      await simulation.step(tick);
      assert.equal((await simulation.observe()).fingerprint, fingerprint);
    }));
}

test('a scenario with a choice that there is not does not begin', async () => {
  const wrong = { ...scenario, params: { ...scenario.params, along: 'sideways' } };
  const error = await rejection(using({ scenario: wrong, tier: 'wasm-transfer', workers: 1 }, () => {}));
  assert.match(error.message, /params\.along is "sideways": it must be "old" or "new"/);
});
