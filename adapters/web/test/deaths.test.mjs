// Workers that die between checkpoints: what was answered stays true, and nothing is done or told twice.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { create } from '../dist/create.js';
import { node } from '../dist/node-platform.js';
import { dying } from './tools/deaths.mjs';
import { goldenLog } from './tools/golden.mjs';
import { play, WORLDS } from './tools/inputs.mjs';
import { TRIBES, fingerprintAt, rejection, until } from './tools/using.mjs';


const TIERS = [
  { tier: 'wasm-shared', workers: 3 },
  { tier: 'wasm-shared', workers: 1 },
  { tier: 'wasm-transfer', workers: 2 },
  { tier: 'wasm-transfer', workers: 1 },
  { tier: 'js-workers', workers: 2 },
  { tier: 'js-single', workers: 1 },
];

/** Logs of these tiers besides `inputs`: with a field, with doors, of several passes. Workers of JavaScript take long to begin. */
const MORE = [['inputs-meadow'], ['inputs-crowd'], ['inputs-sph'], ['inputs-crowd'], [], []];

/** Runs with a simulation and with what kills one of its workers, who then says nothing. */
async function mortal(options, run) {
  const handles = [];
  const spawn = (...args) => {
    const handle = node.spawn(...args);
    handles.push(handle);
    return handle;
  };
  const simulation = await create({ ...node, spawn }, { watchdogMs: 400, ...options });
  const kill = (number) => void handles.slice(-options.workers)[Math.floor(number * options.workers)].terminate();
  try {
    return await run(simulation, kill);
  } finally {
    await simulation.dispose();
  }
}

for (const [number, options] of TIERS.entries()) {
  const name = `${options.tier}, ${options.workers}`;

  for (const log of ['inputs', ...MORE[number]]) {
    test(`${name}, ${log}: 200 inputs among deaths leave the golden log, with every fingerprint`, async (t) => {
      const world = WORLDS[log];
      for (const checkpointEvery of [7, 1_000_000].slice(0, options.tier.startsWith('js') ? 1 : 2)) {
        await mortal({ scenario: world.scenario, ...options, checkpointEvery }, async (simulation, kill) => {
          const errors = [];
          simulation.on('workererror', ({ error, resumedFrom }) => errors.push([error.code, resumedFrom]));
          // From one checkpoint on a run survives three deaths.
          let kills = 0;
          const hurt = dying(simulation, (victim) => (checkpointEvery < 50 || ++kills <= 3) && kill(victim), 5 + number);
          assert.equal(await play(hurt, world), readFileSync(goldenLog(log), 'utf8'));
          t.diagnostic(`checkpoints every ${checkpointEvery} ticks: ${errors.length} deaths, ${hurt.seen.refusals} calls refused`);
          assert.ok(errors.length >= 3, `${errors.length} deaths`);
        });
      }
    });
  }

  test(`${name}: a world that stood still when a worker died is where it was`, async () => {
    await mortal({ scenario: TRIBES.scenario, ...options, checkpointEvery: 5 }, async (simulation, kill) => {
      const { tick } = await simulation.step(12);
      await simulation.setParams({ grazing: 3 });
      const { ids } = await simulation.send([{ spawn: { x: 1, y: 1 } }, { remove: 7 }]);
      const before = await simulation.observe();
      kill(0.99);
      const error = await rejection(simulation.observe());
      assert.equal(error.code, 'WORKER_SILENT');
      await until(() => simulation.state !== 'recovering');
      assert.deepEqual(await simulation.observe(), before);
      assert.equal((await simulation.params()).grazing, 3);
      assert.equal((await simulation.entity(ids[0])).columns.x, 1);
      assert.equal(await simulation.entity(7), null);
      assert.deepEqual([before.tick, (await simulation.step(1)).tick, simulation.state], [tick, tick + 1, 'paused']);
    });
  });
}

const rows = (batch) =>
  Array.from({ length: batch.count }, (_, row) => [batch.tick[row], batch.kind[row], batch.id[row], batch.other[row], batch.position[3 * row], batch.columns.energy[row], batch.values[row]]);

/** What two streams tell of forty ticks with inputs, one read now and then and one at the end. */
async function told(world, simulation) {
  const options = { columns: ['energy'], limit: 100_000 };
  const often = simulation.happenings(options);
  let late = null;
  const all = [];
  const read = async (stream) => {
    for (;;) {
      try {
        return await stream.read();
      } catch (error) {
        if (error.name !== 'WorkerCrashError' && error.code !== 'RECOVERING') throw error;
        await until(() => simulation.state !== 'recovering');
      }
    }
  };
  for (let tick = 0; tick < 40; tick++) {
    await world.step(1);
    if (tick % 7 === 3) await world.send([{ spawn: { x: 2, y: 2 } }, { remove: tick }]);
    if (tick % 5 === 4) all.push(...rows(await read(often)));
    if (tick === 12) late = simulation.happenings({ ...options, kinds: ['bite'], limit: 50 });
  }
  all.push(...rows(await read(often)));
  const last = await read(late);
  const { fingerprint } = await world.observe();
  return { all, last: rows(last), dropped: last.dropped, fingerprint };
}

test('what happened is told once, whoever died', async (t) => {
  const plain = await mortal({ scenario: TRIBES.scenario, tier: 'wasm-shared', workers: 2, watchdogMs: 60_000 }, (simulation) => told(simulation, simulation));
  assert.ok(plain.all.length > 200 && plain.last.length === 50 && plain.dropped > 0, `${plain.all.length} records, ${plain.dropped} dropped`);
  for (const options of TIERS.slice(0, 4)) {
    for (const checkpointEvery of [3, 11]) {
      await mortal({ scenario: TRIBES.scenario, ...options, checkpointEvery }, async (simulation, kill) => {
        const world = dying(simulation, kill, checkpointEvery);
        assert.deepEqual(await told(world, simulation), plain);
        t.diagnostic(`${options.tier}, ${options.workers}, checkpoints every ${checkpointEvery}: ${world.seen.kills} killed`);
        assert.ok(world.seen.kills >= 2);
      });
    }
  }
});

test('who listens for ticks hears of each once, and a run goes on', async () => {
  for (const options of TIERS.slice(0, 4)) {
    await mortal({ scenario: TRIBES.scenario, ...options, checkpointEvery: 4 }, async (simulation, kill) => {
      const ticks = [];
      simulation.on('tick', ({ tick }) => ticks.push(tick), { every: 1 });
      const deaths = [];
      simulation.on('workererror', ({ error }) => deaths.push(error.code));
      simulation.setRate(100);
      simulation.start();
      for (const death of [0.2, 0.9]) {
        const [tick, before] = [simulation.metrics().tick, deaths.length];
        await until(() => simulation.metrics().tick > tick + 6);
        kill(death);
        await until(() => deaths.length > before && simulation.state === 'running');
      }
      await simulation.pause();
      const { tick, fingerprint } = await simulation.observe();
      assert.deepEqual(ticks, Array.from({ length: tick }, (_, index) => index + 1));
      assert.equal(fingerprint, await fingerprintAt(tick));
    });
  }
});

test('inputs make no checkpoint each', async () => {
  await mortal({ scenario: TRIBES.scenario, tier: 'wasm-shared', workers: 2, checkpointEvery: 5 }, async (simulation, kill) => {
    await simulation.step(6);
    const seen = [];
    simulation.on('workererror', ({ resumedFrom }) => seen.push(resumedFrom));
    await simulation.send([{ remove: 3 }]);
    await simulation.setParams({ grazing: 2 });
    kill(0);
    await rejection(simulation.observe());
    await until(() => simulation.state === 'paused');
    assert.deepEqual(seen, [5], 'the checkpoint that it began from');
  });
});
