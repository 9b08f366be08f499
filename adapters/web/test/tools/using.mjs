// What tests of simulations share.
import assert from 'node:assert/strict';
import { createSimulation } from '../../dist/node.js';
import { goldenCases } from './golden.mjs';

/** Runs with a simulation, which ends whatever happens. On a busy machine nobody is dead for being slow. */
export async function using(options, run) {
  const simulation = await createSimulation({ watchdogMs: 60_000, ...options });
  try {
    return await run(simulation);
  } finally {
    await simulation.dispose();
  }
}

/** What a promise is rejected with. */
export const rejection = (promise) => promise.then(() => assert.fail('it must be refused'), (error) => error);

/** A small world of the golden file, and its fingerprint at a tick. */
export const TRIBES = goldenCases().find((one) => one.name === 'tribes-small');

export function golden(tick) {
  const found = TRIBES.golden.find(([at]) => at === tick);
  assert.ok(found, `the golden file has no tick ${tick} of ${TRIBES.name}`);
  return found[1];
}

/** The fingerprint of that world at whatever tick a run of it came to. */
export function fingerprintAt(tick) {
  return using({ scenario: TRIBES.scenario, tier: 'wasm-transfer', workers: 1 }, async (simulation) => {
    await simulation.step(tick);
    return (await simulation.observe()).fingerprint;
  });
}

/** Resolves once `holds` gives true; looks again whenever other things have run. */
export async function until(holds, what = String(holds)) {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) assert.fail(`it does not come to pass: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
