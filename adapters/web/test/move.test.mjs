// A world that moves to another tier or number of workers while it runs loses nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRIBES, fingerprintAt, golden, rejection, until, using } from './tools/using.mjs';

const { scenario } = TRIBES;
const WAYS = [
  { tier: 'wasm-transfer' },
  { workers: 3 },
  { tier: 'js-single' },
  { tier: 'wasm-shared', workers: 2 },
];

test('between steps: every tick is that of a world that never moved', async () => {
  await using({ scenario, tier: 'wasm-shared', workers: 2 }, async (simulation) => {
    const moves = [];
    simulation.on('move', ({ from, to }) => moves.push([from.tier, to.tier]));
    const stream = simulation.happenings({ kinds: ['death'], limit: 100_000 });
    let deaths = 0;
    for (const to of WAYS) {
      await simulation.step(5);
      const report = await simulation.move(to);
      assert.equal(simulation.backend, report);
      if (to.tier) assert.equal(report.tier, to.tier);
      if (to.workers) assert.equal(report.workers, to.workers);
      deaths += (await stream.read()).count;
    }
    assert.deepEqual(moves, [['wasm-shared', 'wasm-transfer'], ['wasm-transfer', 'wasm-transfer'], ['wasm-transfer', 'js-single'], ['js-single', 'wasm-shared']]);
    await simulation.step(30);
    assert.equal((await simulation.observe()).fingerprint, golden(50));
    assert.ok(deaths > 0);
  });
});

test('while it runs: no tick, input, listener or record is lost', async () => {
  await using({ scenario, tier: 'wasm-shared', workers: 2, rate: 200 }, async (simulation) => {
    const ticks = [];
    simulation.on('tick', ({ tick }) => ticks.push(tick), { every: 1 });
    const stream = simulation.happenings({ limit: 1 << 20 });
    const told = [];
    const states = [];
    simulation.on('statechange', ({ to }) => states.push(to));
    const reader = simulation.reader();
    simulation.start();
    const given = [];
    let moving = true;
    const hands = (async () => {
      while (moving) {
        given.push(await simulation.send([{ spawn: { x: 1, y: 1 } }]));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    for (const to of WAYS) {
      await until(() => simulation.metrics().tick > (ticks.length > 0 ? 5 : 0));
      await simulation.move(to);
      assert.equal(simulation.state, 'running');
      const batch = await stream.read();
      for (let row = 0; row < batch.count; row++) told.push(`${batch.tick[row]} ${batch.kind[row]} ${batch.id[row]} ${batch.other[row]}`);
      assert.equal(batch.dropped, 0);
    }
    moving = false;
    await hands;
    await simulation.pause();
    await until(async () => {
      const batch = await stream.read();
      for (let row = 0; row < batch.count; row++) told.push(`${batch.tick[row]} ${batch.kind[row]} ${batch.id[row]} ${batch.other[row]}`);
      return batch.count === 0;
    });
    const { tick, fingerprint } = await simulation.observe();
    assert.deepEqual(ticks, Array.from({ length: tick }, (_, index) => index + 1));
    assert.deepEqual(states, ['running', 'paused']);
    assert.equal(reader.acquire().tick, tick);
    assert.ok(given.length > WAYS.length);
    const log = (await simulation.log()).trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(log.filter((line) => 'spawn' in line).length, given.length);
    // The same inputs at the same ticks, by a world that stays where it is.
    await using({ scenario, tier: 'wasm-transfer', workers: 1 }, async (other) => {
      const same = other.happenings({ limit: 1 << 20 });
      let at = 0;
      for (const answer of given) {
        await other.step(answer.tick - at);
        at = answer.tick;
        assert.deepEqual(await other.send([{ spawn: { x: 1, y: 1 } }]), answer);
      }
      await other.step(tick - at);
      assert.equal((await other.observe()).fingerprint, fingerprint);
      const batch = await same.read();
      const all = Array.from({ length: batch.count }, (_, row) => `${batch.tick[row]} ${batch.kind[row]} ${batch.id[row]} ${batch.other[row]}`);
      assert.deepEqual(told, all);
    });
  });
});

test('a step that is under way ends at its tick, elsewhere', async () => {
  await using({ scenario, tier: 'wasm-transfer', workers: 1 }, async (simulation) => {
    const stepping = simulation.step(400);
    await until(() => simulation.metrics().tick >= 0);
    const moved = simulation.move({ tier: 'wasm-shared', workers: 2 });
    const observed = moved.then(() => simulation.observe());
    assert.equal((await stepping).tick, 400);
    await moved;
    assert.ok((await observed).tick <= 400);
    assert.equal((await simulation.observe()).fingerprint, await fingerprintAt(400));
  });
});

test('a move that does not work changes nothing', async () => {
  await using({ scenario, tier: 'wasm-shared', workers: 2, rate: 'max' }, async (simulation) => {
    const params = { ...(await simulation.params()) };
    simulation.start();
    assert.equal((await rejection(simulation.move({ tier: 'js-single', workers: 4 }))).name, 'InvalidInputError');
    assert.match((await rejection(simulation.move({ tiers: 'js-single' }))).message, /did you mean "tier"/);
    const [first, second] = [simulation.move({ workers: 3 }), rejection(simulation.move({ workers: 1 }))];
    assert.equal((await second).code, 'BUSY');
    await first;
    assert.equal(simulation.backend.workers, 3);
    assert.equal(simulation.state, 'running');
    await simulation.pause();
    const { tick, fingerprint } = await simulation.observe();
    assert.equal(fingerprint, await fingerprintAt(tick));
    assert.deepEqual(await simulation.params(), params);
  });
});

test('a world whose new place cannot be had goes on where it was', async () => {
  const assets = { base: new URL('../dist/', import.meta.url), wasm: { simd: '/nowhere/flockwork.wasm' } };
  await using({ scenario, tier: 'wasm-shared', workers: 2, assets, rate: 100 }, async (simulation) => {
    simulation.start();
    const error = await rejection(simulation.move({ tier: 'wasm-transfer' }));
    assert.equal(error.name, 'UnsupportedError');
    assert.equal(simulation.backend.tier, 'wasm-shared');
    await until(() => simulation.metrics().tick > 3);
    await simulation.pause();
    const { tick, fingerprint } = await simulation.observe();
    assert.equal(fingerprint, await fingerprintAt(tick));
  });
});

test('parameters that were set go along, and so do colours', async () => {
  await using({ scenario, tier: 'wasm-shared', workers: 1 }, async (simulation) => {
    await simulation.setParams({ max_speed: 1.25 });
    simulation.setColorBy('energy', [0, 1]);
    await simulation.step(2);
    const before = Uint8Array.from(simulation.acquireFrame().color);
    await simulation.move({ tier: 'wasm-transfer', workers: 2 });
    assert.equal((await simulation.params()).max_speed, 1.25);
    const frame = simulation.acquireFrame();
    assert.equal(frame.tick, 2);
    assert.equal(frame.color.subarray(0, 4 * frame.count).length, before.subarray(0, 4 * frame.count).length);
    assert.ok((await simulation.log()).includes('max_speed'));
  });
});

test('a world that is disposed of on its way is gone', async () => {
  await using({ scenario, tier: 'wasm-shared', workers: 1, rate: 'max' }, async (simulation) => {
    simulation.start();
    const moved = rejection(simulation.move({ tier: 'wasm-transfer', workers: 2 }));
    await simulation.dispose();
    assert.equal((await moved).code, 'DISPOSED');
  });
});
