/** What the address says: `?scenario=NAME&entities=N&scale=1&seed=S&workers=W&tier=T&ahead=T`, and for tests `&ticks=T&auto=1`. */

import type { Tier } from 'flockwork';
import { DEFAULT_SCENARIO, aheadOf, scenarioFile } from './scenarios.js';

export const TIERS: readonly Tier[] = ['wasm-shared', 'wasm-transfer', 'js-workers', 'js-single'];

/** What to simulate, and with what. */
export interface Settings {
  /** The name of a scenario file. */
  readonly scenario: string;
  /** Entities at tick 0. */
  readonly entities: number;
  /** Whether the world's sides grow with the number of entities, so that the density stays. */
  readonly scale: boolean;
  readonly seed: bigint;
  readonly workers: number | 'auto';
  readonly tier: Tier | 'auto';
  /** Ticks that are computed as fast as possible before the world is shown. */
  readonly ahead: number;
}

export interface Query extends Settings {
  readonly ticks: number;
  /** Run the ticks and show nothing. */
  readonly auto: boolean;
}

export interface Reading {
  readonly query: Query;
  /** What is wrong in the address: for each such word the query has what it would have without. */
  readonly problems: readonly string[];
}

export const MAX_ENTITIES = 4_000_000;
export const MAX_WORKERS = 16;
export const MAX_AHEAD = 100_000;

const WORDS = ['scenario', 'entities', 'scale', 'seed', 'workers', 'tier', 'ahead', 'ticks', 'auto'];

export function readQuery(search: string): Reading {
  const given = new URLSearchParams(search);
  const problems: string[] = [];
  /** Reads one word; a bad one is told and counts as missing. */
  const word = <Value>(name: string, missing: Value, read: (text: string) => Value): Value => {
    const text = given.get(name);
    if (text === null) return missing;
    try {
      return read(text);
    } catch (error) {
      problems.push((error as Error).message);
      return missing;
    }
  };
  for (const name of new Set(given.keys())) {
    if (!WORDS.includes(name)) problems.push(`the address has no word "${name}": it may have ${WORDS.join(', ')}`);
  }
  const file = word('scenario', scenarioFile(DEFAULT_SCENARIO), scenarioFile);
  const query: Query = {
    scenario: file.name,
    entities: word('entities', file.scenario.entities, (text) => whole('entities', text, 1, MAX_ENTITIES)),
    scale: word('scale', false, (text) => flag('scale', text)),
    seed: word('seed', BigInt(file.scenario.seed ?? 1), readSeed),
    workers: word('workers', 'auto' as number | 'auto', (text) => (text === 'auto' ? text : whole('workers', text, 1, MAX_WORKERS))),
    tier: word('tier', 'auto' as Tier | 'auto', readTier),
    ahead: word('ahead', aheadOf(file.scenario.model), (text) => whole('ahead', text, 0, MAX_AHEAD)),
    ticks: word('ticks', 100, (text) => whole('ticks', text, 0, 1e9)),
    auto: word('auto', false, (text) => flag('auto', text)),
  };
  return { query, problems };
}

/** The address that shows this again. */
export function writeQuery({ scenario, entities, scale, seed, workers, tier, ahead }: Settings): string {
  const file = scenarioFile(scenario);
  const query = new URLSearchParams({ scenario });
  if (entities !== file.scenario.entities) {
    query.set('entities', String(entities));
    if (scale) query.set('scale', '1');
  }
  if (seed !== BigInt(file.scenario.seed ?? 1)) query.set('seed', String(seed));
  if (workers !== 'auto') query.set('workers', String(workers));
  if (tier !== 'auto') query.set('tier', tier);
  if (ahead !== aheadOf(file.scenario.model)) query.set('ahead', String(ahead));
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

function whole(name: string, text: string, low: number, high: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= low && value <= high) return value;
  throw new RangeError(`${name} is "${text}": it must be a whole number from ${low} to ${high}`);
}

function flag(name: string, text: string): boolean {
  if (text === '1' || text === '0') return text === '1';
  throw new RangeError(`${name} is "${text}": it must be 0 or 1`);
}
