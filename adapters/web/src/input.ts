/** Options and scenarios: what is not acceptable is said before anything starts. */

import { MAX_RANKS, MAX_STREAMS } from './layout.js';
import type { ColorSpec, PlainScenario } from './protocol.js';
import { InvalidInputError, type Capabilities, type ModelInfo, type Scenario, type SimulationOptions, type Tier } from './types.js';

export const TIERS: readonly Tier[] = ['wasm-shared', 'wasm-transfer', 'js-workers', 'js-single'];

/** Bytes of memory of each worker where nothing is said. */
const MEMORY_PER_WORKER = 64 * 1024 * 1024;
const MEMORY_LEAST = 2 * 1024 * 1024;
/** A 32-bit memory ends here. */
const MEMORY_MOST = 65536 * 65536;

/** Streams of every frame: position, colour, alive, id; and the bytes of one entity in each. */
const FIXED_STREAMS = [0, 1, 2, 3];
const FIXED_STRIDES = [12, 4, 1, 4];
const SCALAR_BYTES = { f32: 4, u32: 4, u16: 2, u8: 1 };
const FIRST_COLUMN = 16;

const COLORS: Readonly<Record<string, number>> = { speed: 1000, heading: 1001, none: 1002 };

export function invalid(what: string, given: unknown, allowed: string): InvalidInputError {
  return new InvalidInputError('INVALID_OPTION', `${what} is ${show(given)}: it must be ${allowed}`);
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function isWhole(value: unknown, low: number, high: number): value is number {
  return Number.isInteger(value) && (value as number) >= low && (value as number) <= high;
}

function whole(what: string, value: unknown, low: number, high: number): number {
  if (!isWhole(value, low, high)) throw invalid(what, value, `a whole number from ${low} to ${high}`);
  return value;
}

function finite(what: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(what, value, 'a finite number');
  return value;
}

/** A scenario as settings of the module, which checks their ranges. */
export function plainScenario(scenario: Scenario): PlainScenario {
  if (typeof scenario !== 'object' || scenario === null) throw invalid('scenario', scenario, 'an object');
  const { model, world, params = {} } = scenario;
  if (typeof model !== 'string') throw invalid('scenario.model', model, 'the name of a model');
  if (typeof world !== 'object' || world === null) throw invalid('scenario.world', world, 'an object with width and height');
  const edge = ['torus', 'walls', 'open'].indexOf(world.edge ?? 'torus');
  if (edge < 0) throw invalid('scenario.world.edge', world.edge, '"torus", "walls" or "open"');
  const seed = wholeSeed(scenario.seed ?? 1);
  const settings: [string, number][] = [
    ['entities', whole('scenario.entities', scenario.entities, 0, 0xffff_ffff)],
    ['seed_low', Number(seed & 0xffff_ffffn)],
    ['seed_high', Number(seed >> 32n)],
    ['dt', finite('scenario.dt', scenario.dt)],
    ['width', finite('scenario.world.width', world.width)],
    ['height', finite('scenario.world.height', world.height)],
    ['edge', edge],
  ];
  for (const [name, value] of Object.entries(params)) {
    settings.push([`params.${name}`, finite(`scenario.params.${name}`, value)]);
  }
  return { model, settings };
}

function wholeSeed(seed: number | bigint): bigint {
  const allowed = 'a whole number from 0 to 2^64 - 1 (a bigint where it is above 2^53)';
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) throw invalid('scenario.seed', seed, allowed);
  if (typeof seed !== 'number' && typeof seed !== 'bigint') throw invalid('scenario.seed', seed, allowed);
  const big = BigInt(seed);
  if (big < 0n || big >= 1n << 64n) throw invalid('scenario.seed', seed, allowed);
  return big;
}

/** Options with everything filled in. */
export interface Plan {
  readonly scenario: PlainScenario;
  readonly tier: 'auto' | Tier;
  readonly workers: number;
  readonly capacity: number;
  readonly memoryPerWorker: number;
  readonly checkpointEvery: number;
  readonly initTimeoutMs: number;
  readonly watchdogMs: number;
}

export function plan(options: SimulationOptions, capabilities: Capabilities): Plan {
  if (typeof options !== 'object' || options === null) throw invalid('options', options, 'an object');
  const { tier = 'auto', workers = 'auto', memoryPerWorker = MEMORY_PER_WORKER } = options;
  if (tier !== 'auto' && !TIERS.includes(tier)) throw invalid('tier', tier, `"auto" or one of ${TIERS.join(', ')}`);
  const scenario = plainScenario(options.scenario);
  if (workers !== 'auto') whole('workers', workers, 1, MAX_RANKS);
  const auto = Math.min(8, Math.max(1, capabilities.hardwareConcurrency - 1));
  const count = tier === 'js-single' ? 1 : workers === 'auto' ? auto : workers;
  if (tier === 'js-single' && workers !== 'auto' && workers !== 1) throw invalid('workers', workers, '1 in tier js-single');
  whole('memoryPerWorker', memoryPerWorker, MEMORY_LEAST, MEMORY_MOST);
  const regions = regionSettings(options, count);
  if (options.rebalance === false) regions.push(['rebalance', 0]);
  return {
    scenario: { model: scenario.model, settings: [...scenario.settings, ...regions] },
    tier,
    workers: count,
    capacity: whole('renderCapacity', options.renderCapacity ?? Math.max(1, 2 * options.scenario.entities), 1, 0x0fff_ffff),
    memoryPerWorker: Math.ceil(memoryPerWorker / 65536) * 65536,
    checkpointEvery: whole('checkpointEvery', options.checkpointEvery ?? 0, 0, Number.MAX_SAFE_INTEGER),
    initTimeoutMs: positive('initTimeoutMs', options.initTimeoutMs ?? 15000),
    watchdogMs: positive('watchdogMs', options.watchdogMs ?? 5000),
  };
}

function positive(what: string, value: number): number {
  if (!(finite(what, value) > 0)) throw invalid(what, value, 'above 0');
  return value;
}

function regionSettings({ regions }: SimulationOptions, workers: number): [string, number][] {
  if (regions === undefined) return [];
  if (typeof regions === 'number') return [['regions', whole('regions', regions, workers, 4096)]];
  const rows = whole('regions.rows', regions.rows, 1, 4096);
  const cols = whole('regions.cols', regions.cols, 1, 4096);
  if (rows * cols < workers) throw invalid('regions', regions, `at least one for each of the ${workers} workers`);
  return [['regions_rows', rows], ['regions_cols', cols]];
}

/** Ticks per second; 0 stands for as many as can be. */
export function rateOf(rate: number | 'max'): number {
  if (rate === 'max') return 0;
  if (!(finite('rate', rate) > 0)) throw invalid('rate', rate, 'above 0, or "max"');
  return rate;
}

/** The streams of a frame, and bytes of one entity in each. */
export function streamsOf(model: ModelInfo, names: readonly string[]): { streams: number[]; strides: number[] } {
  if (names.length > MAX_STREAMS - FIXED_STREAMS.length) {
    throw invalid('columns', names, `at most ${MAX_STREAMS - FIXED_STREAMS.length} names`);
  }
  const indices = names.map((name) => columnIndex(model, 'columns', name));
  return {
    streams: [...FIXED_STREAMS, ...indices.map((index) => FIRST_COLUMN + index)],
    strides: [...FIXED_STRIDES, ...indices.map((index) => strideOf(model.columns[index]!))],
  };
}

function strideOf({ scalar, components }: ModelInfo['columns'][number]): number {
  return SCALAR_BYTES[scalar] * components;
}

function columnIndex(model: ModelInfo, what: string, name: string): number {
  const index = model.columns.findIndex((column) => column.name === name);
  if (index < 0) {
    const known = model.columns.map((column) => column.name).join(', ');
    throw new InvalidInputError('UNKNOWN_COLUMN', `${what} names "${name}": model ${model.name} has the columns ${known}`);
  }
  return index;
}

/** Parameters as pairs; their names and ranges are the module's to check. */
export function finiteParams(params: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(params).map(([name, value]) => [name, finite(`params.${name}`, value)]);
}

/** What colours show by its name: a column, `genes.3` for one value of many, or speed, heading, none. */
export function colorOf(model: ModelInfo, name: string | undefined, range: readonly [number, number] | null = null): ColorSpec {
  const has = (column: string) => model.columns.some((one) => one.name === column);
  const chosen = name ?? (has('tribe') ? 'tribe' : has('vx') ? 'speed' : 'heading');
  const special = COLORS[chosen];
  if (special !== undefined && !has(chosen)) return { column: special, component: 0, range };
  const [column = '', component = '0'] = has(chosen) ? [chosen] : chosen.split('.');
  const index = columnIndex(model, 'colorBy', column);
  const most = model.columns[index]!.components - 1;
  return { column: index, component: whole(`colorBy "${chosen}": its component`, Number(component), 0, most), range };
}
