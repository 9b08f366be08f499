// Snapshots that are of another run, or of nothing: refused with what differs, and the simulation goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulation } from '../dist/node.js';
import { bodyOf, sign } from './tools/snapshot.mjs';
import { TRIBES, golden, rejection, until, using } from './tools/using.mjs';

const { scenario } = TRIBES;
const BOIDS = { model: 'boids', entities: 1500, seed: 6, dt: 0.05, world: scenario.world };

/** The snapshot of a run after some ticks. */
const snapshotOf = (one, ticks = 3) =>
  using({ scenario: one, tier: 'wasm-shared', workers: 1 }, async (simulation) => {
    await simulation.step(ticks);
    return simulation.snapshot();
  });

/** Runs that differ in one thing each, and how an error names it. */
const OTHERS = [
  [BOIDS, /`model` is boids in the snapshot, but tribes here/],
  [{ ...scenario, seed: 7 }, /`seed` is 7 in the snapshot, but 6 here/],
  [{ ...scenario, dt: 0.1 }, /`dt` is 0\.1 in the snapshot, but 0\.05 here/],
  [{ ...scenario, entities: 1400 }, /`entities` is 1400 in the snapshot, but 1500 here/],
  [{ ...scenario, world: { ...scenario.world, width: 30 } }, /`world\.width` is 30 in the snapshot, but 25 here/],
  [{ ...scenario, world: { ...scenario.world, height: 24 } }, /`world\.height` is 24 in the snapshot, but 24\.5 here/],
  [{ ...scenario, world: { ...scenario.world, edge: 'wall' } }, /`world\.edge` is wall in the snapshot, but periodic here/],
  [{ ...scenario, params: { bite_rate: 5, flee: 2 } }, /`params\.flee` is 2 in the snapshot, but 3 here/],
];

for (const tier of ['wasm-shared', 'wasm-transfer']) {
  const options = { scenario, tier, workers: 2 };

  test(`${tier}: a snapshot of another run is refused with what differs, and the simulation goes on`, () =>
    using(options, async (simulation) => {
      await simulation.step(5);
      for (const [other, text] of OTHERS) {
        const snapshot = await snapshotOf(other);
        for (const refused of [simulation.restore(snapshot), createSimulation({ ...options, snapshot })]) {
          const error = await rejection(refused);
          assert.equal(error.name, 'InvalidInputError', String(error));
          assert.equal(error.code, 'SNAPSHOT_MISMATCH');
          assert.match(error.message, text);
        }
      }
      assert.equal(simulation.state, 'paused');
      await simulation.step(5);
      assert.equal((await simulation.observe()).fingerprint, golden(10));
    }));

  test(`${tier}: parameters are taken from a snapshot where that is allowed`, () =>
    using(options, async (simulation) => {
      const snapshot = await snapshotOf({ ...scenario, params: { bite_rate: 2 } });
      await simulation.restore(snapshot, { accept: ['params'] });
      assert.equal((await simulation.params()).bite_rate, 2);
      const here = await simulation.observe();
      assert.equal(here.tick, 3);
      await using({ ...options, snapshot, accept: ['params'] }, async (other) => {
        assert.equal((await other.params()).bite_rate, 2);
        assert.equal((await other.observe()).fingerprint, here.fingerprint);
      });
      // From now on this is the run.
      await simulation.restore(await simulation.snapshot());
      // A run whose parameters were set since is another one, too.
      const before = await simulation.snapshot();
      await simulation.setParams({ bite_rate: 4 });
      assert.match((await rejection(simulation.restore(before))).message, /`params\.bite_rate` is 2 in the snapshot, but 4 here/);
      await simulation.setParams({ bite_rate: 2 });
      await simulation.restore(new Uint8Array(before));
      assert.equal((await simulation.observe()).fingerprint, here.fingerprint);
    }));

  test(`${tier}: colours stay what they were`, () =>
    using({ ...options, colorBy: 'energy' }, async (simulation) => {
      const colours = async () => {
        const { tick } = await simulation.step(1);
        await until(() => simulation.acquireFrame().tick === tick);
        const { id, color, count } = simulation.acquireFrame();
        const words = new Uint32Array(color.slice(0, 4 * count).buffer);
        return new Map([...id.subarray(0, count)].map((one, row) => [one, words[row]]));
      };
      simulation.setColorBy('genes.3', [0, 1]);
      const snapshot = await simulation.snapshot();
      const before = await colours();
      await simulation.restore(snapshot);
      assert.deepEqual(await colours(), before);
      assert.ok(new Set(before.values()).size > 8, 'the colours say something');
    }));

  test(`${tier}: a run that resumes from a checkpoint keeps the parameters that were set`, () =>
    using({ ...options, checkpointEvery: 5 }, async (simulation) => {
      await simulation.setParams({ bite_rate: 2 });
      await simulation.step(6);
      const told = [];
      simulation.on('workererror', ({ error }) => told.push(error.code));
      const stepping = simulation.step(6);
      simulation.team.crew.fail(simulation.team.crew.crash(1, 'for this test'));
      assert.equal((await stepping).tick, 12);
      assert.deepEqual(told, ['WORKER_CRASH']);
      assert.equal((await simulation.params()).bite_rate, 2);
    }));
}

/** Random numbers that are the same in every run. */
function random(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Changes some bytes, at times only of the header, cuts or lengthens; the checksum is made good again. */
function mutate(whole, draw) {
  const header = bodyOf(whole);
  let bytes = new Uint8Array(whole.slice(0));
  const [low, high] = draw(3) > 0 ? [8, header] : [0, bytes.length];
  for (let count = 1 + draw(4); count > 0; count--) bytes[low + draw(high - low)] = draw(2) ? draw(256) : [0, 1, 127, 128, 255][draw(5)];
  if (draw(6) === 0) bytes = bytes.slice(0, draw(bytes.length));
  if (draw(8) === 0) bytes = Uint8Array.from([...bytes, ...bytes.subarray(0, draw(64))]);
  const changed = bytes.slice().buffer;
  if (changed.byteLength >= 24 && draw(8) > 0) {
    if (draw(4) > 0) new DataView(changed).setBigUint64(16, BigInt(changed.byteLength), true);
    sign(changed);
  }
  return changed;
}

test('300 mutated snapshots are refused, or are good ones; the simulation lives through all of them', async (t) => {
  const small = { ...scenario, entities: 60 };
  await using({ scenario: small, tier: 'wasm-shared', workers: 2 }, async (simulation) => {
    await simulation.step(4);
    const whole = await simulation.snapshot();
    const { fingerprint } = await simulation.observe();
    const draw = random(7);
    let [refused, taken] = [0, 0];
    for (let round = 0; round < 300; round++) {
      const changed = mutate(whole, draw);
      try {
        await simulation.restore(changed);
        taken += 1;
        // What was good enough to be taken can be read, and taken again.
        await simulation.restore(await simulation.snapshot());
        await simulation.restore(whole);
      } catch (error) {
        assert.equal(error.name, 'InvalidInputError', `${round}: ${error}`);
        assert.ok(['BAD_SNAPSHOT', 'SNAPSHOT_MISMATCH', 'OTHER_ARITHMETIC', 'BAD_SCENARIO', 'BAD_PARAM', 'MEMORY_LIMIT'].includes(error.code), String(error));
        refused += 1;
      }
      assert.notEqual(simulation.state, 'faulted', `after mutation ${round}`);
      assert.equal((await simulation.observe()).fingerprint, fingerprint, `after mutation ${round}`);
    }
    t.diagnostic(`${refused} refused, ${taken} taken`);
    assert.ok(refused > 200, `${refused} refused`);
    await simulation.step(5);
  });
});
