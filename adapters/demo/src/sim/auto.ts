/**
 * `?auto=1`: runs exactly so many ticks as fast as it can and leaves the result in
 * `window.__flockwork`. For tests; nothing is drawn.
 */

import { createSimulation, type Simulation, type TierAttempt } from 'flockwork';
import { failureOf, type Failure } from './failure.js';
import { readQuery, type Query } from './query.js';
import { scenarioOf } from './scenarios.js';

export interface AutoResult {
  done: boolean;
  tier: string | null;
  workers: number;
  tick: number;
  fingerprint: string | null;
  msPerTick: number;
  attempts: readonly TierAttempt[];
  error: Failure | null;
}

declare global {
  interface Window {
    __flockwork?: AutoResult;
  }
}

export async function runAuto(search: string, report: (result: AutoResult) => void): Promise<void> {
  const result: AutoResult = {
    done: false,
    tier: null,
    workers: 0,
    tick: 0,
    fingerprint: null,
    msPerTick: 0,
    attempts: [],
    error: null,
  };
  window.__flockwork = result;
  report(result);
  try {
    const { query, problems } = readQuery(search);
    if (problems.length > 0) throw new RangeError(problems.join('; '));
    await run(query, result);
  } catch (error) {
    result.error = failureOf(error);
    if (result.error.attempts.length > 0) result.attempts = result.error.attempts;
  }
  result.done = true;
  report(result);
}

async function run(query: Query, result: AutoResult): Promise<void> {
  const simulation = await createSimulation({
    scenario: scenarioOf(query),
    tier: query.tier,
    workers: query.tier === 'js-single' ? 1 : query.workers,
  });
  try {
    result.tier = simulation.backend.tier;
    result.workers = simulation.backend.workers;
    result.attempts = simulation.backend.attempts;
    await measure(simulation, query.ticks, result);
  } finally {
    await simulation.dispose();
  }
}

async function measure(simulation: Simulation, ticks: number, result: AutoResult): Promise<void> {
  const begin = performance.now();
  if (ticks > 0) await simulation.step(ticks);
  result.msPerTick = ticks > 0 ? (performance.now() - begin) / ticks : 0;
  const { tick, fingerprint } = await simulation.observe();
  result.tick = tick;
  result.fingerprint = fingerprint;
}
