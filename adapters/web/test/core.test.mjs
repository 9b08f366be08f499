// Kernels without a scheduler.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createSimCore } from '../dist/node.js';

const world = { width: 10, height: 8, edge: 'periodic' };
const DIST = new URL('../dist/node.js', import.meta.url).href;

/** A world with entities here and there, from a generator with a fixed seed. */
async function filled(capacity, edge = 'periodic', options = {}) {
  const core = await createSimCore({ capacity, world: { ...world, edge }, ...options });
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
  const near = (a, b, side) => Math.min(Math.abs(a - b), side - Math.abs(a - b)) < 1e-5;
  let outside = 0;
  for (let row = 0; row < 100; row++) {
    const moves = row >= 10 && row < 60;
    const to = (at, by) => (moves ? Math.fround(at + Math.fround(by * 4)) : at);
    const [x, y] = [to(before.x[row], before.vx[row]), to(before.y[row], before.vy[row])];
    const inside = x >= 0 && x < world.width && y >= 0 && y < world.height;
    if (inside) assert.deepEqual([core.columns.x[row], core.columns.y[row]], [x, y]);
    else outside += 1;
    const wrapped = (value, side) => ((value % side) + side) % side;
    assert.ok(core.columns.x[row] >= 0 && core.columns.x[row] < world.width);
    assert.ok(near(core.columns.x[row], wrapped(x, world.width), world.width));
    assert.ok(near(core.columns.y[row], wrapped(y, world.height), world.height));
    assert.equal(core.columns.vx[row], before.vx[row]);
  }
  assert.ok(outside > 0);
  assert.equal(met, outside);
  core.dispose();
});

test('physics adds acceleration first, and walls turn entities back', async () => {
  const core = await filled(50, 'wall');
  const [x, vx, ax] = [core.columns.x.slice(), core.columns.vx.slice(), core.columns.ax.slice()];
  let turned = 0;
  const met = core.integrate_physics(0, 50, 4);
  for (let row = 0; row < 50; row++) {
    const speed = Math.fround(vx[row] + Math.fround(ax[row] * 4));
    const at = Math.fround(x[row] + Math.fround(speed * 4));
    const past = at < 0 || at > world.width;
    turned += past;
    assert.equal(Math.abs(core.columns.vx[row]), Math.abs(speed));
    if (past) assert.equal(Math.sign(core.columns.vx[row]), at < 0 ? 1 : -1);
    else assert.equal(core.columns.x[row], at);
  }
  assert.ok(turned > 3 && met >= turned && met <= 50);
  core.dispose();
});

/** Ids of a range closer to a point, the nearest first. */
function look(core, [start, end], x, y, radius, but = -1) {
  const all = [];
  for (let row = start; row < end; row++) {
    const [dx, dy] = [Math.fround(core.columns.x[row] - x), Math.fround(core.columns.y[row] - y)];
    const square = Math.fround(Math.fround(dx * dx) + Math.fround(dy * dy));
    if (row !== but && square < Math.fround(radius * radius)) all.push([square, row]);
  }
  return all.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, row]) => row);
}

test('queries find what a look at every entity finds', async () => {
  const core = await filled(500);
  core.rebuild_spatial_hash(0, 400, 1);
  for (const [x, y, radius] of [[5, 4, 1.5], [1, 1, 0.75], [9.5, 7.5, 2], [20, 4, 11]]) {
    const ids = look(core, [0, 400], x, y, radius);
    assert.ok(ids.length > 3);
    assert.deepEqual([...core.query_neighbors(x, y, radius, 500)], ids);
    assert.deepEqual([...core.query_neighbors(x, y, radius, 3)], ids.slice(0, 3));
  }
  core.dispose();
});

test('what a query found stays as it is, whatever is asked later and done with its buffer', async () => {
  const core = await filled(500);
  core.rebuild_spatial_hash(0, 500, 1);
  const kept = [];
  for (let round = 0; round < 400; round++) {
    const at = [core.columns.x[round], core.columns.y[round], 1.25];
    kept.push({ ids: core.query_neighbors(...at, 500), wanted: look(core, [0, 500], ...at) });
  }
  for (const { ids, wanted } of kept) assert.deepEqual([...ids], wanted);
  structuredClone(kept.at(-1).ids, { transfer: [kept.at(-1).ids.buffer] });
  assert.equal(kept.at(-1).ids.length, 0);
  for (const [x, radius, least] of [[5, 1, 20], [5, 20, 500]]) {
    const ids = core.query_neighbors(x, 4, radius, 500);
    assert.ok(ids.length >= least, `${ids.length} ids`);
    assert.deepEqual([...ids], look(core, [0, 500], x, 4, radius));
  }
  assert.equal(core.query_neighbors(-50, 4, 1, 500).length, 0);
  core.dispose();
});

test('a query of a range is a query of each of its entities, without itself; of points, of each point', async () => {
  const core = await filled(500);
  core.rebuild_spatial_hash(0, 500, 1);
  const { offsets, ids } = core.query_neighbors_of(100, 300, 1.25, 6);
  assert.equal(offsets.length, 201);
  for (let row = 100; row < 300; row++) {
    const own = ids.subarray(offsets[row - 100], offsets[row - 99]);
    assert.deepEqual([...own], look(core, [0, 500], core.columns.x[row], core.columns.y[row], 1.25, row).slice(0, 6));
  }
  const [xs, ys] = [[5, 1, 9.5, -3], [4, 1, 7.5, 2]];
  const at = core.query_neighbors_at(xs, ys, 1.25, 40);
  xs.forEach((x, index) => {
    const own = at.ids.subarray(at.offsets[index], at.offsets[index + 1]);
    assert.deepEqual([...own], look(core, [0, 500], x, ys[index], 1.25).slice(0, 40));
  });
  assert.throws(() => core.query_neighbors_at([1, 2], [1], 1, 1), /2 x and 1 y/);
  assert.throws(() => core.query_neighbors_at([1, 2], [1, Number.NaN], 1, 1), /y of point 1 is not a finite number/);
  core.dispose();
});

/** A thread that moves its part of a core and looks around, when it is told. */
const PARTNER = `
  import { parentPort } from 'node:worker_threads';
  import { joinSimCore } from ${JSON.stringify(DIST)};
  parentPort.on('message', ({ share, start, end }) => {
    const core = joinSimCore(share);
    const met = core.integrate_physics(start, end, 0.5);
    const found = core.query_neighbors_of(start, end, 1, 100).ids.length;
    core.dispose();
    parentPort.postMessage({ met, found });
  });
`;

test('over shared memory, threads work on ranges of one core', async () => {
  const [alone, core] = [await filled(3000), await filled(3000, 'periodic', { threads: 3 })];
  const expected = { met: alone.integrate_physics(0, 3000, 0.5) };
  const url = new URL(`data:text/javascript,${encodeURIComponent(PARTNER)}`);
  const partners = [new Worker(url), new Worker(url)];
  core.rebuild_spatial_hash(0, 3000, 1);
  const parts = partners.map((partner, index) => {
    const done = new Promise((resolve, reject) => partner.once('message', resolve).once('error', reject));
    partner.postMessage({ share: core.handOut(), start: 1000 * index, end: 1000 * index + 1000 });
    return done;
  });
  const own = core.integrate_physics(2000, 3000, 0.5);
  const found = core.query_neighbors_of(2000, 3000, 1, 100).ids.length;
  const answers = [{ met: own, found }, ...(await Promise.all(parts))];
  assert.equal(answers.reduce((sum, one) => sum + one.met, 0), expected.met);
  assert.ok(answers.every((one) => one.found > 10_000), JSON.stringify(answers));
  for (const name of ['x', 'y', 'vx', 'vy']) assert.deepEqual(core.columns[name], alone.columns[name].slice(), name);
  assert.ok(core.columns.x.buffer instanceof SharedArrayBuffer);
  assert.throws(() => core.handOut(), /for 3 threads, and all have it/);
  await Promise.all(partners.map((partner) => partner.terminate()));
  core.dispose();
  assert.throws(() => core.process_movement(0, 1, 0.1), { code: 'DISPOSED' });
  alone.dispose();
});

test('who made a core frees it last', async () => {
  const core = await filled(10, 'periodic', { threads: 2 });
  const { joinSimCore } = await import('../dist/node.js');
  const other = joinSimCore(core.handOut());
  assert.throws(() => core.dispose(), { code: 'IN_USE' });
  assert.equal(core.process_movement(0, 10, 0), 0);
  other.dispose();
  core.dispose();
});

test('what is not acceptable is refused with what is', async () => {
  const core = await filled(10);
  const refused = (call, text) => assert.throws(call, (error) => error.name === 'InvalidInputError' && text.test(error.message));
  refused(() => core.process_movement(0, 11, 0.1), /0\.\.11.*there are 10 entities/);
  refused(() => core.process_movement(5, 2, 0.1), /5\.\.2/);
  refused(() => core.integrate_physics(0, 1, 1e-60), /dt is 1e-60, which becomes 0 as a number of 32 bits/);
  refused(() => core.integrate_physics(0, 10, Number.NaN), /NaN/);
  refused(() => core.query_neighbors(1, 1, 1, 5), /empty: rebuild it first/);
  refused(() => core.rebuild_spatial_hash(0, 10, 0), /side of a cell is 0/);
  refused(() => core.process_movement('0', 1, 1), /an argument is 0: it must be a number/);
  core.columns.vy[3] = Number.NaN;
  refused(() => core.process_movement(0, 10, 1), /vy of entity 3 is NaN/);
  refused(() => core.handOut(), /for 1 threads/);
  core.dispose();
  assert.throws(() => core.process_movement(0, 1, 0.1), { code: 'DISPOSED' });
  await assert.rejects(createSimCore({ capacity: 0, world }), /capacity is 0/);
  await assert.rejects(createSimCore({ capacity: 10, threads: 0, world }), /threads is 0/);
  await assert.rejects(createSimCore({ capacity: 10, world: { width: -1, height: 1 } }), /width/);
  await assert.rejects(createSimCore({ capacity: 10, world: { width: 1, height: 1, edge: 'walls' } }), /edge is "walls"/);
});

test('memory of a core ends where its heap does', async () => {
  const [least, most] = [64 * 1024, 3 * 2 ** 30];
  for (const memory of [least - 1, most + 1, 2 ** 32]) {
    await assert.rejects(createSimCore({ capacity: 10, world, memory }), { code: 'INVALID_OPTION', message: new RegExp(`memory is ${memory}: it must be a whole number from ${least} to ${most}`) });
  }
  await assert.rejects(createSimCore({ capacity: 1 << 24, world }), { code: 'INVALID_OPTION', message: /capacity is 16777216 with threads 1: that needs \d+ bytes of memory, and there can be at most 3221225472/ });
});

test('a core whose results do not fit says that it needs more memory', async () => {
  const core = await createSimCore({ capacity: 4000, world, memory: 3 << 20 });
  core.rebuild_spatial_hash(0, 4000, 1);
  assert.throws(() => core.query_neighbors_of(0, 4000, 1, 4000), /not enough memory.*`memory`/);
  assert.equal(core.query_neighbors(0, 0, 1, 4000).length, 4000);
  core.dispose();
});
