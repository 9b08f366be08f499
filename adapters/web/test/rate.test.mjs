// The leader keeps its rate: held against a clock that is part of the test.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROL_BYTES, Control } from '../dist/layout.js';
import { Order } from '../dist/protocol.js';
import { Leader } from '../dist/worker/leader.js';

/** Runs a leader for so many milliseconds of its own clock; a tick takes `cost` of them. */
async function lead({ rate, cost, until, change }) {
  const real = { now: performance.now, setTimeout: globalThis.setTimeout };
  let [clock, tick, leader] = [0, 0, null];
  const pass = (milliseconds) => {
    clock += milliseconds;
    if (clock >= until) leader.stop();
  };
  const at = [];
  const rank = { engine: { beat() {}, x: { fw_tick: () => tick, fw_population: () => 1 } } };
  const crew = {
    order(code) {
      if (code !== Order.tick) return;
      tick += 1;
      at.push(clock);
      pass(cost);
    },
    settled() {},
    isSettled: () => true,
  };
  const posted = [];
  const spec = { color: { column: 1002, component: 0, range: [0, 1] }, capacity: 1, strides: [], checkpointEvery: 0 };
  const control = new Control(new ArrayBuffer(CONTROL_BYTES), 0);
  leader = new Leader(rank, crew, control, false, spec, { columns: [], stats: [] }, (message) => posted.push(message));
  performance.now = () => clock;
  globalThis.setTimeout = (wake, milliseconds) => {
    pass(Math.max(milliseconds, 0.01));
    queueMicrotask(wake);
  };
  try {
    await leader.begin();
    leader.take({ type: 'run', id: 1, until: null, rate });
    if (change) leader.take({ type: 'rate', rate: change });
    await leader.lead();
  } finally {
    performance.now = real.now;
    globalThis.setTimeout = real.setTimeout;
  }
  return { tick, at, overruns: posted.filter(({ type }) => type === 'overrun') };
}

test('a rate that can be kept is kept, tick by tick', async () => {
  const { tick, at, overruns } = await lead({ rate: 100, cost: 3, until: 10_000 });
  assert.ok(Math.abs(tick - 1000) <= 2, `${tick} ticks in ten seconds at 100 per second`);
  assert.equal(overruns.length, 0);
  const steps = at.slice(1).map((time, index) => time - at[index]);
  assert.ok(Math.max(...steps) < 15 && Math.min(...steps) > 5, `from ${Math.min(...steps)} to ${Math.max(...steps)} ms from tick to tick`);
});

test('a rate that is changed holds from then on', async () => {
  const { tick } = await lead({ rate: 100, cost: 1, until: 10_000, change: 25 });
  assert.ok(Math.abs(tick - 250) <= 2, `${tick} ticks in ten seconds at 25 per second`);
});

test('a rate that cannot be kept gives what there is, and says how far it is behind', async () => {
  const { tick, overruns } = await lead({ rate: 100, cost: 40, until: 10_000 });
  assert.ok(Math.abs(tick - 250) <= 2, `${tick} ticks in ten seconds of 40 ms each`);
  assert.ok(overruns.length > 5);
  assert.ok(overruns.every(({ behindTicks }) => behindTicks > 8));
});

test('as fast as it can is as fast as ticks are', async () => {
  const { tick } = await lead({ rate: 0, cost: 4, until: 10_000 });
  assert.equal(tick, 2500);
});
