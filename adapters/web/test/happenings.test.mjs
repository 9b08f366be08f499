// What happens is told in the same order in every tier, with any number of workers; ticks as often as asked for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TRIBES, golden, rejection, using } from './tools/using.mjs';

const { scenario } = TRIBES;
/** Everything that is told of a run: numbers of a batch as a list. */
const rows = (batch) =>
  Array.from({ length: batch.count }, (_, row) => [
    batch.tick[row],
    batch.kind[row],
    batch.id[row],
    batch.other[row],
    ...batch.position.subarray(3 * row, 3 * row + 3),
    ...batch.values.subarray(row, row + 1),
    ...Object.values(batch.columns).map((column) => column[row]),
  ]);

/** Thirty ticks with inputs after ten of them, read in the middle and at the end. */
function told(more, options) {
  return using({ scenario, ...more }, async (simulation) => {
    const stream = simulation.happenings(options);
    await simulation.step(10);
    const first = rows(await stream.read());
    const { ids } = await simulation.send([{ spawn: { x: 1, y: 1 } }, { remove: 0 }, { spawn: {} }]);
    await simulation.step(20);
    const batch = await stream.read();
    const { fingerprint } = await simulation.observe();
    return { kinds: stream.kinds, first, then: rows(batch), dropped: batch.dropped, ids, fingerprint };
  });
}

const TIERS = [
  { tier: 'wasm-shared', workers: 3 },
  { tier: 'wasm-shared', workers: 1 },
  { tier: 'wasm-transfer', workers: 2, regions: 5 },
  { tier: 'js-workers', workers: 2 },
];

test('every tier tells the same, in the same order, and no bit changes', async () => {
  const options = { columns: ['energy', 'genes.3', 'tribe'], limit: 100_000 };
  const all = [];
  for (const one of TIERS) all.push(await told(one, options));
  const [{ kinds, first, then, ids }] = all;
  assert.deepEqual(kinds, ['birth', 'bite', 'death']);
  for (const kind of [0, 1, 2]) assert.ok(then.some((row) => row[1] === kind), `no ${kinds[kind]} at all`);
  assert.ok(first.every(([tick]) => tick >= 1 && tick <= 10));
  const given = then.filter(([tick, kind, id]) => tick === 10 && (kind === 0 ? ids.includes(id) : id === 0));
  assert.deepEqual(given.map(([, kind, id]) => [kind, id]), [[0, ids[0]], [0, ids[1]], [2, 0]]);
  assert.deepEqual(given[0].slice(4, 7), [1, 1, 0]);
  assert.ok(then.every(([, kind, , , , , , bite]) => (kind === 1) === (bite > 0)), 'only bites take energy');
  for (const one of all) assert.deepEqual(one, all[0]);
});

test('who listens changes nothing', async () => {
  await using({ scenario, tier: 'wasm-shared', workers: 2 }, async (simulation) => {
    const stream = simulation.happenings();
    const ticks = [];
    simulation.on('tick', (event) => ticks.push(event), { every: 5 });
    await simulation.step(10);
    assert.equal((await simulation.observe()).fingerprint, golden(10));
    assert.ok((await stream.read()).count > 0);
    assert.deepEqual(ticks.map(({ tick }) => tick), [5, 10]);
  });
});

test('a stream tells of those asked for, the newest of them, and how many were lost', async () => {
  const options = { columns: ['tribe'], limit: 100_000 };
  const { then } = await told({ tier: 'wasm-transfer', workers: 1 }, options);
  const wanted = then.filter((row) => row[1] === 1 && row.at(-1) === 1);
  assert.ok(wanted.length > 8);
  for (const one of TIERS.slice(0, 3)) {
    const some = await told(one, { ...options, kinds: ['bite'], where: { tribe: 1 }, limit: 7 });
    assert.deepEqual(some.then, wanted.slice(-7));
    assert.equal(some.dropped, wanted.length - 7);
  }
  const few = await told({ tier: 'wasm-transfer', workers: 1 }, { ...options, where: { x: [0, 3], y: [2, 9] } });
  const inside = ([, , , , x, y]) => x <= 3 && y >= 2 && y <= 9;
  assert.deepEqual(few.then, then.filter(inside));
});

test('a stream that nobody reads keeps no more, and one that was closed nothing', async () => {
  await using({ scenario, tier: 'wasm-shared', workers: 2 }, async (simulation) => {
    const stream = simulation.happenings({ limit: 5 });
    const other = simulation.happenings({ kinds: ['death'], limit: 5 });
    await simulation.step(30);
    const batch = await stream.read();
    assert.equal(batch.count, 5);
    assert.ok(batch.dropped > 0);
    const next = await stream.read();
    assert.deepEqual([next.count, next.dropped], [0, 0]);
    const both = [stream.read(), stream.read()];
    assert.equal((await rejection(both[1])).code, 'BUSY');
    await both[0];
    stream.close();
    stream.close();
    assert.equal((await rejection(stream.read())).code, 'CLOSED');
    assert.ok((await other.read()).count > 0, 'another stream is its own');
  });
});

test('a world that is restored goes on telling', async () => {
  for (const tier of ['wasm-shared', 'wasm-transfer']) {
    await using({ scenario, tier, workers: 2 }, async (simulation) => {
      await simulation.step(5);
      const snapshot = await simulation.snapshot();
      const stream = simulation.happenings({ limit: 100_000 });
      await simulation.step(5);
      const once = rows(await stream.read());
      await simulation.restore(snapshot);
      await simulation.step(5);
      assert.deepEqual(rows(await stream.read()), once);
      assert.ok(once.length > 0);
    });
  }
});

test('what cannot be told is refused with what is allowed', async () => {
  await using({ scenario, tier: 'wasm-transfer', workers: 1 }, async (simulation) => {
    const refused = (options) => {
      try {
        simulation.happenings(options);
      } catch (error) {
        return error.message;
      }
      return 'it is taken';
    };
    assert.match(refused({ kinds: ['bites'] }), /did you mean "bite"\? There are birth, bite, death/);
    assert.match(refused({ where: { tribes: 1 } }), /where names "tribes", did you mean "tribe"/);
    assert.match(refused({ where: { tribe: [1] } }), /where\.tribe is \[1\]: it must be a number, or a list/);
    assert.match(refused({ columns: ['genes.99'] }), /component is 99/);
    assert.match(refused({ limit: 0 }), /limit is 0: it must be a whole number from 1 to 1048576/);
    assert.match(refused({ colums: [] }), /did you mean "columns"/);
    assert.throws(() => simulation.on('tick', () => {}, { every: 0 }), /every is 0/);
    assert.throws(() => simulation.on('tick', () => {}, { hertz: -1 }), /hertz is -1/);
    assert.throws(() => simulation.on('tick', () => {}, { every: 1, hertz: 1 }), /left out/);
  });
});

test('listeners for ticks hear of the ticks asked for, until they end', async () => {
  for (const more of [{ tier: 'wasm-shared', workers: 2 }, { tier: 'js-single' }]) {
    await using({ scenario, ...more }, async (simulation) => {
      const [every, third] = [[], []];
      const off = simulation.on('tick', ({ tick }) => every.push(tick), { every: 1 });
      const stop = new AbortController();
      simulation.on('tick', (event) => third.push(event), { every: 3, signal: stop.signal });
      await simulation.step(7);
      off();
      const { tick, population, stats } = third.at(-1);
      await simulation.step(2);
      stop.abort();
      const seen = await simulation.observe();
      await simulation.step(4);
      assert.deepEqual(every, [1, 2, 3, 4, 5, 6, 7]);
      assert.deepEqual(third.map((event) => event.tick), [3, 6, 9]);
      assert.equal(tick, 6);
      assert.ok(population > 0);
      assert.deepEqual(Object.keys(stats), simulation.model.stats.map(({ name }) => name));
      assert.deepEqual(third.at(-1), { tick: 9, population: seen.population, stats: seen.stats });
    });
  }
});

test('a listener by time hears at its rate, and of the last tick', async () => {
  await using({ scenario, tier: 'wasm-shared', workers: 1, rate: 'max' }, async (simulation) => {
    const ticks = [];
    simulation.on('tick', ({ tick }) => ticks.push(tick), { hertz: 0.001 });
    const { tick } = await simulation.step(30);
    // The first of a run is told at once.
    assert.deepEqual(ticks, [1, tick]);
  });
});
