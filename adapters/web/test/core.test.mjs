// Kernels without a scheduler.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimCore } from '../dist/node.js';

const world = { width: 10, height: 8, edge: 'torus' };

/** A world with entities here and there, from a generator with a fixed seed. */
async function filled(capacity, edge = 'torus') {
  const core = await createSimCore({ capacity, world: { ...world, edge } });
  let state = 1;
  const random = () => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;
  for (let row = 0; row < capacity; row++) {
    core.columns.x[row] = random() * world.width;
    core.columns.y[row] = random() * world.height;
    core.columns.vx[row] = random() - 0.5;
    core.columns.vy[row] = random() - 0.5;
    core.columns.ax[row] = random() - 0.5;
    core.columns.ay[row] = random() - 0.5;
  }
  return core;
}

test('movement is velocity times dt, around a torus, in a range alone', async () => {
  const core = await filled(100);
  const before = Object.fromEntries(Object.entries(core.columns).map(([name, column]) => [name, column.slice()]));
  const met = core.process_movement(10, 60, 4);
  let outside = 0;
  for (let row = 0; row < 100; row++) {
    const moves = row >= 10 && row < 60;
    const to = (at, by) => (moves ? Math.fround(at + Math.fround(by * 4)) : at);
    const [x, y] = [to(before.x[row], before.vx[row]), to(before.y[row], before.vy[row])];
    const inside = x >= 0 && x < world.width && y >= 0 && y < world.height;
    if (inside) assert.deepEqual([core.columns.x[row], core.columns.y[row]], [x, y]);
    else outside += 1;
    assert.ok(core.columns.x[row] >= 0 && core.columns.x[row] < world.width);
    assert.equal(core.columns.vx[row], before.vx[row]);
  }
  assert.ok(outside > 0);
  assert.equal(met, outside);
  core.dispose();
});

test('physics adds acceleration first, and walls turn entities back', async () => {
  const core = await filled(50, 'walls');
  const [vx, ax] = [core.columns.vx.slice(), core.columns.ax.slice()];
  const met = core.integrate_physics(0, 50, 0.25);
  for (let row = 0; row < 50; row++) {
    const expected = Math.fround(vx[row] + Math.fround(ax[row] * 0.25));
    assert.equal(Math.abs(core.columns.vx[row]), Math.abs(expected));
  }
  assert.ok(met >= 0 && met < 50);
  core.dispose();
});

test('queries find what a look at every entity finds', async () => {
  const core = await filled(500);
  core.rebuild_spatial_hash(0, 400, 1);
  for (const [x, y, radius] of [[5, 4, 1.5], [1, 1, 0.7], [9.5, 7.5, 2]]) {
    const all = [];
    for (let row = 0; row < 400; row++) {
      const [dx, dy] = [core.columns.x[row] - x, core.columns.y[row] - y];
      const square = dx * dx + dy * dy;
      if (square < radius * radius) all.push([square, row]);
    }
    all.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const ids = all.map(([, row]) => row);
    assert.ok(ids.length > 3);
    assert.deepEqual([...core.query_neighbors(x, y, radius, 500)], ids);
    assert.deepEqual([...core.query_neighbors(x, y, radius, 3)], ids.slice(0, 3));
  }
  core.dispose();
});

test('what is not acceptable is refused with what is', async () => {
  const core = await filled(10);
  const refused = (call, text) => assert.throws(call, (error) => error.name === 'InvalidInputError' && text.test(error.message));
  refused(() => core.process_movement(0, 11, 0.1), /0\.\.11.*there are 10 entities/);
  refused(() => core.process_movement(5, 2, 0.1), /5\.\.2/);
  refused(() => core.integrate_physics(0, 10, Number.NaN), /NaN/);
  refused(() => core.query_neighbors(1, 1, 1, 5), /empty: rebuild it first/);
  refused(() => core.rebuild_spatial_hash(0, 10, 0), /side of a cell is 0/);
  refused(() => core.process_movement('0', 1, 1), /argument 1 is 0: it must be a number/);
  core.dispose();
  assert.throws(() => core.process_movement(0, 1, 0.1), { code: 'DISPOSED' });
  await assert.rejects(createSimCore({ capacity: 0, world }), /capacity is 0/);
  await assert.rejects(createSimCore({ capacity: 10, world: { width: -1, height: 1 } }), /width/);
});
