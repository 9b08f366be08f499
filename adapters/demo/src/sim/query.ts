/** What the address says: `?scenario=NAME&entities=N&seed=S&workers=W&tier=T`, and for tests `&ticks=T&auto=1`. */

import type { Tier } from 'flockwork';
import { DEFAULT_SCENARIO, scenarioFile } from './scenarios.js';

export const TIERS: readonly Tier[] = ['wasm-shared', 'wasm-transfer', 'js-workers', 'js-single'];

/** What to simulate, and with what. */
export interface Settings {
  /** The name of a scenario file. */
  readonly scenario: string;
  readonly entities: number;
  readonly seed: bigint;
  readonly workers: number | 'auto';
  readonly tier: Tier | 'auto';
}

export interface Query extends Settings {
  readonly ticks: number;
  /** Run the ticks and show nothing. */
  readonly auto: boolean;
}

export const MAX_ENTITIES = 4_000_000;
export const MAX_WORKERS = 16;

export function readQuery(search: string): Query {
  const given = new URLSearchParams(search);
  const scenario = given.get('scenario') ?? DEFAULT_SCENARIO;
  const file = scenarioFile(scenario);
  const workers = given.get('workers') ?? 'auto';
  return {
    scenario,
    entities: whole(given, 'entities', file.scenario.entities, 1, MAX_ENTITIES),
    seed: readSeed(given.get('seed') ?? String(file.scenario.seed)),
    workers: workers === 'auto' ? 'auto' : whole(given, 'workers', 1, 1, MAX_WORKERS),
    tier: readTier(given.get('tier') ?? 'auto'),
    ticks: whole(given, 'ticks', 100, 0, 1e9),
    auto: given.get('auto') === '1',
  };
}

/** The address that shows this again. */
export function writeQuery({ scenario, entities, seed, workers, tier }: Settings): string {
  const file = scenarioFile(scenario);
  const query = new URLSearchParams({ scenario });
  if (entities !== file.scenario.entities) query.set('entities', String(entities));
  if (seed !== BigInt(file.scenario.seed ?? 1)) query.set('seed', String(seed));
  if (workers !== 'auto') query.set('workers', String(workers));
  if (tier !== 'auto') query.set('tier', tier);
  return `?${query}`;
}

export function readSeed(text: string): bigint {
  const seed = /^\d{1,20}$/.test(text.trim()) ? BigInt(text.trim()) : -1n;
  if (seed < 0n || seed >= 1n << 64n) throw new RangeError(`seed is "${text}": it must be a whole number from 0 to 2^64 - 1`);
  return seed;
}

function readTier(text: string): Tier | 'auto' {
  const tier = TIERS.find((one) => one === text);
  if (tier) return tier;
  if (text === 'auto') return 'auto';
  throw new RangeError(`tier is "${text}": it must be "auto" or one of ${TIERS.join(', ')}`);
}

function whole(given: URLSearchParams, name: string, missing: number, low: number, high: number): number {
  const text = given.get(name);
  if (text === null) return missing;
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= low && value <= high) return value;
  throw new RangeError(`${name} is "${text}": it must be a whole number from ${low} to ${high}`);
}
