// A listener that throws breaks nothing: its error is reported as one that nobody caught.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulation } from '../dist/node.js';
import { TRIBES, golden, until } from './tools/using.mjs';

const { scenario } = TRIBES;

/** Runs, and gives what was reported meanwhile. */
async function reported(run) {
  const seen = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => seen.push(error.message));
  try {
    await run(seen);
    return seen;
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
  }
}

test('a listener that throws at every change of state stops nothing', async () => {
  const exited = [];
  const seen = await reported(async (errors) => {
    const simulation = await createSimulation({
      scenario,
      tier: 'wasm-shared',
      workers: 2,
      rate: 'max',
      watchdogMs: 60_000,
      onProgress: ({ phase }) => {
        throw new Error(`progress ${phase}`);
      },
    });
    assert.equal(simulation.backend.tier, 'wasm-shared', 'what onProgress throws is no failure of the tier');
    simulation.on('statechange', ({ to }) => {
      throw new Error(`to ${to}`);
    });
    simulation.on('dispose', () => {
      throw new Error('disposed of');
    });
    const states = [];
    simulation.on('statechange', ({ to }) => states.push(to));
    simulation.on('dispose', () => exited.push('told'));
    simulation.subscribe(() => {
      throw new Error('subscriber');
    });
    simulation.start();
    await until(() => simulation.metrics().tick > 3);
    await simulation.pause();
    assert.equal(simulation.state, 'paused');
    await simulation.step(2);
    await until(() => errors.includes('subscriber'));
    await simulation.dispose();
    assert.equal(simulation.state, 'disposed');
    assert.deepEqual(states, ['running', 'paused', 'running', 'paused', 'disposed'], 'those that follow are called');
  });
  assert.deepEqual(exited, ['told']);
  for (const text of ['to running', 'to paused', 'to disposed', 'disposed of', 'subscriber', 'progress spawn']) {
    assert.ok(seen.includes(text), `${text} is reported: ${seen.join(', ')}`);
  }
});

test('a listener may remove itself and others while it is called', async () => {
  const simulation = await createSimulation({ scenario, tier: 'wasm-shared', workers: 1, watchdogMs: 60_000 });
  const called = [];
  const off = [];
  off.push(simulation.on('statechange', () => (called.push('first'), off.forEach((one) => one()))));
  off.push(simulation.on('statechange', () => called.push('second')));
  await simulation.step(1);
  assert.deepEqual(called, ['first', 'second']);
  assert.equal((await simulation.step(9)).tick, 10);
  assert.equal((await simulation.observe()).fingerprint, golden(10));
  assert.deepEqual(called, ['first', 'second']);
  await simulation.dispose();
});
