// Several who look at one simulation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newMetrics } from '../dist/node.js';
import { TRIBES, until, using } from './tools/using.mjs';

const { scenario } = TRIBES;

for (const tier of ['wasm-shared', 'wasm-transfer']) {
  const options = { scenario, tier, workers: 2 };

  /** Steps, and waits until the frame of that tick can be seen. */
  const stepAndSee = async (simulation) => {
    const { tick } = await simulation.step(1);
    const probe = simulation.reader();
    await until(() => probe.acquire().tick === tick);
    probe.close();
    return tick;
  };

  test(`${tier}: every reader gets every frame`, () =>
    using(options, async (simulation) => {
      const readers = Array.from({ length: 4 }, () => simulation.reader());
      for (let round = 0; round < 12; round++) {
        const tick = await stepAndSee(simulation);
        for (const reader of readers) {
          const frame = reader.acquire();
          assert.equal(frame.tick, tick);
          assert.equal(frame.fresh, true, 'what one reader has seen is new to the other');
          assert.equal(reader.acquire().fresh, false);
        }
        assert.equal(simulation.acquireFrame().tick, tick);
      }
    }));

  test(`${tier}: what a reader holds is not written over`, () =>
    using(options, async (simulation) => {
      const [slow, fast] = [simulation.reader(), simulation.reader()];
      const held = slow.acquire();
      const copy = { tick: held.tick, count: held.count, position: held.position.slice(), id: held.id.slice() };
      for (let round = 0; round < 10; round++) {
        const tick = await stepAndSee(simulation);
        assert.equal(fast.acquire().tick, tick, 'another reader goes on');
      }
      assert.deepEqual({ tick: held.tick, count: held.count }, { tick: 0, count: copy.count });
      assert.deepEqual(held.position, copy.position);
      assert.deepEqual(held.id, copy.id);
      assert.equal(slow.acquire().tick, 10);
      slow.close();
      assert.throws(() => slow.acquire(), { code: 'CLOSED' });
      assert.equal(fast.acquire().tick, 10);
    }));

  test(`${tier}: a row is picked in the newest frame, whoever else reads`, () =>
    using(options, async (simulation) => {
      simulation.acquireFrame();
      await stepAndSee(simulation);
      const entity = await simulation.entity(7);
      const picked = await simulation.pick(entity.columns.x, entity.columns.y, 0.01);
      assert.equal(picked.columns.x, entity.columns.x);
    }));

  test(`${tier}: two who look at metrics both see rates`, () =>
    using({ ...options, rate: 'max' }, async (simulation) => {
      const [one, other] = [newMetrics(), newMetrics()];
      simulation.start();
      let before = 0;
      for (let round = 0; round < 3; round++) {
        // Of many looks, one that sees a tick go by and somebody compute.
        await until(() => {
          const { tick, ticksPerSecond, workers } = simulation.metrics(one);
          return tick > before + 20 && ticksPerSecond > 0 && workers.some(({ compute }) => compute > 0);
        });
        simulation.metrics(other);
        before = other.tick;
        for (const metrics of [one, other]) {
          assert.ok(metrics.ticksPerSecond > 0, `${metrics.ticksPerSecond} ticks per second`);
          assert.ok(metrics.workers.some(({ compute }) => compute > 0), 'somebody computes');
        }
      }
      // Without an object of one's own there is a memory of its own, too.
      assert.ok(simulation.metrics().ticksPerSecond > 0);
    }));
}
