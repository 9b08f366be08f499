// Who is in a ball, a box or a lasso: every tier says the same as a look at each place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRIBES, rejection, until, using } from './tools/using.mjs';

const { scenario } = TRIBES;
const { width, height } = scenario.world;

/** The ids of those for whom it holds, in ascending order. */
function who(frame, holds) {
  const rows = Array.from({ length: frame.count }, (_, row) => row);
  const inside = rows.filter((row) => holds(frame.position[3 * row], frame.position[3 * row + 1]));
  return Uint32Array.from(inside, (row) => frame.id[row]).sort();
}

const around = (away, length) => Math.min(Math.abs(away), length - Math.abs(away));

test('every tier finds who is there, over seams too', async () => {
  const all = [];
  for (const more of [{ tier: 'wasm-shared', workers: 3 }, { tier: 'wasm-transfer', workers: 2 }, { tier: 'js-single' }]) {
    await using({ scenario, ...more, renderCapacity: 100_000 }, async (simulation) => {
      simulation.acquireFrame();
      await simulation.step(10);
      // Parts of a frame come from several workers.
      await until(() => simulation.acquireFrame().tick === 10);
      const frame = simulation.acquireFrame();
      const ball = await simulation.within({ x: 0, y: height, radius: 3 });
      assert.equal(ball.tick, 10);
      assert.deepEqual(ball.ids, who(frame, (x, y) => around(x, width) ** 2 + around(y - height, height) ** 2 <= 9));
      const box = await simulation.inBox({ x: [width - 2, width + 3], y: [1, 6] });
      assert.deepEqual(box.ids, who(frame, (x, y) => (x >= width - 2 || x <= 3) && y >= 1 && y <= 6));
      // A diamond around the corner of the world.
      const lasso = await simulation.inLasso([[-4, 0], [0, -4], [4, 0], [0, 4]]);
      assert.deepEqual(lasso.ids, who(frame, (x, y) => around(x, width) + around(y, height) < 4));
      const flat = await simulation.inLasso(Float32Array.of(-4, 0, 0, -4, 4, 0, 0, 4));
      assert.deepEqual(flat, lasso);
      for (const { ids } of [ball, box, lasso]) assert.ok(ids.length > 0 && ids.length < frame.count / 2, `${ids.length} of ${frame.count}`);
      all.push([ball, box, lasso]);
    });
  }
  for (const one of all) assert.deepEqual(one, all[0]);
});

test('a world that runs is asked while it runs', async () => {
  await using({ scenario, tier: 'wasm-shared', workers: 2, rate: 'max' }, async (simulation) => {
    simulation.start();
    const ticks = [];
    for (let look = 0; look < 20; look++) ticks.push((await simulation.within({ x: 1, y: 1, radius: 2 })).tick);
    assert.ok(ticks.every((tick, index) => index === 0 || tick >= ticks[index - 1]));
    assert.ok(ticks.at(-1) > ticks[0]);
  });
});

test('what is no area is refused', async () => {
  await using({ scenario, tier: 'wasm-transfer', workers: 2 }, async (simulation) => {
    const said = async (promise) => (await rejection(promise)).message;
    const caught = (call) => said(Promise.resolve().then(call));
    assert.match(await caught(() => simulation.within({ x: 1, y: 1, radius: -1 })), /the radius is -1: it must be at least 0/);
    assert.match(await caught(() => simulation.within({ x: Number.NaN, y: 1, radius: 1 })), /x is NaN/);
    assert.match(await caught(() => simulation.within({ x: 9 * width, y: 1, radius: 1 })), /x is \d+: in a world that closes there/);
    assert.match(await caught(() => simulation.within({ x: 1, y: 1, r: 1 })), /"r" is not known/);
    assert.match(await caught(() => simulation.inBox({ x: [2, 1], y: [0, 1] })), /the box goes from 2 to 1 along x/);
    assert.match(await caught(() => simulation.inBox({ x: [2, 1] })), /y is undefined/);
    assert.match(await caught(() => simulation.inLasso([[0, 0], [1, 1]])), /the line has 2 corners: it must have from 3 to 4096/);
    assert.match(await caught(() => simulation.inLasso([0, 1, 2])), /an x and a y for each corner/);
    const error = await rejection(simulation.within({ x: 1, y: 1, radius: -1 }));
    assert.deepEqual([error.name, error.code], ['InvalidInputError', 'BAD_AREA']);
    await simulation.step(1);
  });
});
