/** One scenario in every tier, one after the other, and each one's time and fingerprint. */

import { createSimulation } from 'flockwork';
import { failureOf, type Failure } from './failure.js';
import { TIERS, type Settings } from './query.js';
import { optionsFor } from './session.js';
import type { Tier } from 'flockwork';

export interface CompareRow {
  readonly tier: Tier;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly workers: number;
  readonly msPerTick: number;
  readonly fingerprint: string;
  readonly failure: Failure | null;
}

export interface CompareSettings {
  readonly settings: Settings;
  readonly ticks: number;
}

/** Tells of every change of the rows; ends early if `signal` aborts. */
export async function compare(
  { settings, ticks }: CompareSettings,
  signal: AbortSignal,
  changed: (rows: readonly CompareRow[]) => void,
): Promise<void> {
  const rows: CompareRow[] = TIERS.map((tier) => ({
    tier,
    state: 'waiting',
    workers: 0,
    msPerTick: 0,
    fingerprint: '',
    failure: null,
  }));
  const set = (index: number, change: Partial<CompareRow>) => {
    rows[index] = { ...rows[index]!, ...change };
    changed([...rows]);
  };
  changed([...rows]);
  for (const [index, tier] of TIERS.entries()) {
    if (signal.aborted) return;
    set(index, { state: 'running' });
    try {
      set(index, { state: 'done', ...(await runOne({ ...settings, tier }, ticks, signal)) });
    } catch (error) {
      if (!signal.aborted) set(index, { state: 'failed', failure: failureOf(error) });
    }
  }
}

async function runOne(settings: Settings, ticks: number, signal: AbortSignal) {
  const simulation = await createSimulation({ ...optionsFor(settings), signal });
  try {
    const begin = performance.now();
    await simulation.step(ticks, { signal });
    const msPerTick = (performance.now() - begin) / ticks;
    const { fingerprint } = await simulation.observe();
    return { workers: simulation.backend.workers, msPerTick, fingerprint };
  } finally {
    await simulation.dispose();
  }
}
