/** Options and scenarios: what is not acceptable is said before anything starts. */

import { edgeCodes } from './edge.js';
import { fieldsOf, sownOf } from './field.js';
import { copied, rowsOf, type Named } from './initial.js';
import { MAX_RANKS, MAX_STREAMS } from './layout.js';
import { MEMORY_LEAST, MEMORY_MOST } from './memory.js';
import { Accept, Shows, Stream, type ColorSpec, type InitialCells, type MakeSpec, type PlainScenario, type Setting } from './protocol.js';
import { finite, invalid, isObject, noColumn, onlyKeys, texts, typed, unknown, whole } from './refusal.js';
import { bytesOfScalar } from './scalar.js';
import type { Capabilities, ModelInfo, ParamValue, Scenario, SimulationEventMap, SimulationOptions, SnapshotBytes, SnapshotDifference, Tier } from './types.js';

export const TIERS: readonly Tier[] = ['wasm-shared', 'wasm-transfer', 'js-workers', 'js-single'];

/** Streams of every frame: position, colour, alive, id; and the bytes of one entity in each. */
const FIXED_STREAMS = [Stream.position, Stream.color, Stream.alive, Stream.id];
const FIXED_STRIDES = [12, 4, 1, 4];
/** The most entities of a frame. */
const MOST_RENDERED = 0x0fff_ffff;

const COLORS: ReadonlyMap<string, number> = new Map(Object.entries(Shows));

/** The keys of what users give; all others are refused. */
const OPTIONS: readonly (keyof SimulationOptions)[] = [
  'scenario', 'tier', 'allowFallback', 'workers', 'regions', 'rebalance', 'renderCapacity', 'columns', 'fields', 'colorBy',
  'memoryPerWorker', 'checkpointEvery', 'snapshot', 'accept', 'rate', 'assets', 'createWorker', 'initTimeoutMs',
  'watchdogMs', 'signal', 'onProgress', 'onFallback',
];
const SCENARIO: readonly (keyof Scenario)[] = ['model', 'entities', 'initial', 'seed', 'dt', 'world', 'params', 'field'];
const WORLD: readonly (keyof Scenario['world'])[] = ['width', 'height', 'depth', 'edge', 'precision', 'origin'];
/** The module numbers them in this order. */
const PRECISIONS: readonly (Scenario['world']['precision'] & string)[] = ['enough', 'any'];
const AXES = ['x', 'y', 'z'];
const EVENTS: readonly (keyof SimulationEventMap)[] = ['statechange', 'fallback', 'overrun', 'workererror', 'tick', 'move', 'dispose'];

/** A scenario as settings of the module, which checks their ranges. */
function plainScenario(scenario: Scenario, entities: number): PlainScenario {
  const { model, world, params } = scenario;
  if (typeof model !== 'string') throw invalid('scenario.model', model, 'the name of a model');
  if (!isObject(world)) throw invalid('scenario.world', world, 'an object with width and height');
  onlyKeys('the key of scenario.world', world, WORLD);
  const space = world.depth !== undefined;
  const edges = edgeCodes('scenario.world.edge', world, space ? 3 : 2);
  const seed = scenario.seed === undefined ? 1n : wholeSeed(scenario.seed);
  const settings: Setting[] = [
    ['entities', entities],
    ['seed_low', Number(seed & 0xffff_ffffn)],
    ['seed_high', Number(seed >> 32n)],
    ['dt', finite('scenario.dt', scenario.dt)],
    ['width', finite('scenario.world.width', world.width)],
    ['height', finite('scenario.world.height', world.height)],
    ...edges.map((edge, axis): Setting => [`edge_${AXES[axis]}`, edge]),
    ...finePlaces(world, edges.length),
  ];
  // The module takes 0 for no depth.
  if (space) settings.push(['depth', depthOf(world.depth)]);
  for (const [name, value] of params === undefined ? [] : plainParams(params, 'scenario.params')) {
    settings.push([`params.${name}`, value]);
  }
  return { model, settings };
}

function depthOf(depth: unknown): number {
  const number = finite('scenario.world.depth', depth);
  if (number === 0) throw invalid('scenario.world.depth', depth, 'above 0; leave it out for a world in the plane');
  return number;
}

/** How finely places must be resolved, and where tables have 0 along each of so many axes. */
function finePlaces({ precision = 'enough', origin }: Scenario['world'], axes: number): Setting[] {
  if (!PRECISIONS.includes(precision)) throw invalid('scenario.world.precision', precision, '"enough" or "any"');
  const settings: Setting[] = [['precision', PRECISIONS.indexOf(precision)]];
  if (origin === undefined) return settings;
  if (!Array.isArray(origin) || origin.length !== axes) {
    throw invalid('scenario.world.origin', origin, `a list of ${axes} numbers, one for each axis`);
  }
  const numbers: readonly unknown[] = origin;
  return [...settings, ...numbers.map((at, axis): Setting => [`origin_${AXES[axis]}`, finite(`scenario.world.origin[${axis}]`, at)])];
}

/** How many entities the world begins with: as many as their columns have, if nothing else is said. */
function entitiesOf({ entities, initial }: Scenario, columns: readonly Named[]): number {
  const count = entities === undefined && initial !== undefined ? rowsOf(columns) : entities;
  return whole('scenario.entities', count, 0, 0xffff_ffff);
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
  /** Entities that the world begins with. */
  readonly entities: number;
  /** Columns that they begin with. */
  readonly initial: readonly Named[];
  /** What is in cells of fields at first. */
  readonly amounts: readonly InitialCells[];
  /** Cells of fields, as far as the scenario says how many there are. */
  readonly cells: number;
  /** Bytes; null for as many as it takes. */
  readonly memoryPerWorker: number | null;
  readonly checkpointEvery: number;
  readonly initTimeoutMs: number;
  readonly watchdogMs: number;
}

export function plan(options: SimulationOptions, capabilities: Capabilities): Plan {
  checkOptions(options);
  const { tier = 'auto', workers = 'auto', memoryPerWorker } = options;
  if (tier !== 'auto' && !TIERS.includes(tier)) throw invalid('tier', tier, `"auto" or one of ${TIERS.join(', ')}`);
  const given = options.scenario;
  if (!isObject(given)) throw invalid('scenario', given, 'an object');
  onlyKeys('the key of scenario', given, SCENARIO);
  const shared = capabilities.crossOriginIsolated && capabilities.sharedArrayBuffer;
  const initial = copied(given.initial, shared);
  const entities = entitiesOf(given, initial);
  const scenario = plainScenario(given, entities);
  const sown = sownOf(given.field, given.world.depth === undefined ? 2 : 3, shared);
  if (workers !== 'auto') whole('workers', workers, 1, MAX_RANKS);
  const auto = Math.min(8, Math.max(1, capabilities.hardwareConcurrency - 1));
  const count = tier === 'js-single' ? 1 : workers === 'auto' ? auto : workers;
  if (tier === 'js-single' && workers !== 'auto' && workers !== 1) throw invalid('workers', workers, '1 in tier js-single');
  if (memoryPerWorker !== undefined) whole('memoryPerWorker', memoryPerWorker, MEMORY_LEAST, MEMORY_MOST);
  const regions = regionSettings(options, count);
  if (options.rebalance === false) regions.push(['rebalance', 0]);
  const { renderCapacity = Math.min(MOST_RENDERED, Math.max(1, 2 * entities)) } = options;
  const { checkpointEvery = 0, initTimeoutMs = 15000, watchdogMs = 5000 } = options;
  return {
    scenario: { model: scenario.model, settings: [...scenario.settings, ...sown.settings, ...regions] },
    tier,
    workers: count,
    capacity: whole('renderCapacity', renderCapacity, 1, MOST_RENDERED),
    entities,
    initial,
    amounts: sown.amounts,
    cells: sown.cells,
    memoryPerWorker: memoryPerWorker ?? null,
    checkpointEvery: whole('checkpointEvery', checkpointEvery, 0, Number.MAX_SAFE_INTEGER),
    initTimeoutMs: positive('initTimeoutMs', initTimeoutMs),
    watchdogMs: positive('watchdogMs', watchdogMs),
  };
}

/** What has no part in the plan is of the right type all the same. */
function checkOptions(options: SimulationOptions): void {
  if (!isObject(options)) throw invalid('options', options, 'an object');
  onlyKeys('the option', options, OPTIONS);
  typed('allowFallback', options.allowFallback, 'boolean', 'true or false');
  typed('rebalance', options.rebalance, 'boolean', 'true or false');
  typed('colorBy', options.colorBy, 'string', 'the name of a column, speed, heading or none');
  typed('createWorker', options.createWorker, 'function', 'a function that gives a Worker');
  typed('onProgress', options.onProgress, 'function', 'a function');
  typed('onFallback', options.onFallback, 'function', 'a function');
  for (const key of ['columns', 'fields'] as const) if (typeof options[key] !== 'function') texts(key, options[key]);
  acceptOf(options.accept);
  if (options.rate !== undefined) rateOf(options.rate);
  if (options.snapshot !== undefined) bytesOf('snapshot', options.snapshot);
  const { assets, signal } = options;
  if (assets !== undefined && !isObject(assets)) throw invalid('assets', assets, 'an object');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalid('signal', signal, 'an AbortSignal');
}

/** A copy of bytes that somebody gave. */
export function bytesOf(what: string, given: SnapshotBytes): ArrayBuffer {
  if (given instanceof ArrayBuffer) return given.slice(0);
  if (!ArrayBuffer.isView(given)) throw invalid(what, given, 'an ArrayBuffer or a view of one');
  return Uint8Array.from(new Uint8Array(given.buffer, given.byteOffset, given.byteLength)).buffer;
}

/** What a snapshot may differ in, as bits. */
export function acceptOf(accept: readonly SnapshotDifference[] = []): number {
  texts('accept', accept);
  const known = Object.keys(Accept) as SnapshotDifference[];
  return accept.reduce((bits, one) => {
    if (!known.includes(one)) throw unknown('the entry of accept', one, known);
    return bits | Accept[one];
  }, 0);
}

/** The name of an event that there is. */
export function eventOf(type: string): string {
  if (!(EVENTS as readonly string[]).includes(type)) throw unknown('the event', type, EVENTS);
  return type;
}

/** A function of the user's. */
export function callbackOf<Callback>(callback: Callback): Callback {
  if (typeof callback !== 'function') throw invalid('callback', callback, 'a function');
  return callback;
}

function positive(what: string, value: number): number {
  if (!(finite(what, value) > 0)) throw invalid(what, value, 'above 0');
  return value;
}

function regionSettings({ regions }: SimulationOptions, workers: number): [string, number][] {
  if (regions === undefined) return [];
  if (isObject(regions)) onlyKeys('the key of regions', regions, ['rows', 'cols', 'layers']);
  else if (typeof regions !== 'number') throw invalid('regions', regions, 'a number, or an object with rows and cols');
  if (typeof regions === 'number') return [['regions', whole('regions', regions, workers, 4096)]];
  const rows = whole('regions.rows', regions.rows, 1, 4096);
  const cols = whole('regions.cols', regions.cols, 1, 4096);
  const layers = regions.layers === undefined ? 1 : whole('regions.layers', regions.layers, 1, 4096);
  if (rows * cols * layers < workers) throw invalid('regions', regions, `at least one for each of the ${workers} workers`);
  return [['regions_rows', rows], ['regions_cols', cols], ['regions_layers', layers]];
}

/** A point and how far from it. */
export function pointOf(x: number, y: number, z: number, radius: number): void {
  finite('x', x);
  finite('y', y);
  finite('z', z);
  if (!(finite('radius', radius) >= 0)) throw invalid('radius', radius, 'at least 0');
}

/** Ticks per second; 0 stands for as many as can be. */
export function rateOf(rate: number | 'max'): number {
  if (rate === 'max') return 0;
  if (!(finite('rate', rate) > 0)) throw invalid('rate', rate, 'above 0, or "max"');
  return rate;
}

/** The streams of a frame, and bytes of one entity in each; the fields of the frame follow them. */
export function streamsOf(model: ModelInfo, options: SimulationOptions): Pick<MakeSpec, 'streams' | 'strides' | 'fields'> {
  const [columns, fields] = [namesOf('columns', model, options), namesOf('fields', model, options)];
  const most = MAX_STREAMS - FIXED_STREAMS.length;
  if (columns.length > most) throw invalid('columns', columns, `at most ${most} names`);
  if (columns.length + fields.length > most) {
    throw invalid('fields', fields, `at most ${most - columns.length} names beside ${columns.length} columns`);
  }
  const indices = columns.map((name) => columnIndex(model, 'columns', name));
  return {
    fields: fieldsOf(model, fields),
    streams: [...FIXED_STREAMS, ...indices.map((index) => Stream.column + index)],
    strides: [...FIXED_STRIDES, ...indices.map((index) => strideOf(model.columns[index]!))],
  };
}

/** The columns or fields of every frame. */
export function namesOf(what: 'columns' | 'fields', model: ModelInfo, { [what]: given = [] }: SimulationOptions): readonly string[] {
  if (typeof given !== 'function') return given;
  const names = given(model);
  texts(`what ${what} gives`, names ?? null);
  return names;
}

function strideOf({ scalar, components }: ModelInfo['columns'][number]): number {
  return bytesOfScalar(scalar) * components;
}

function columnIndex(model: ModelInfo, what: string, name: string): number {
  const index = model.columns.findIndex((column) => column.name === name);
  if (index < 0) throw noColumn(what, name, model, model.columns.map((column) => column.name));
  return index;
}

/** Parameters as pairs; their names and ranges are the module's to check. */
export function plainParams(params: Readonly<Record<string, ParamValue>>, what = 'params'): Setting[] {
  if (!isObject(params)) throw invalid(what, params, 'an object of values by name');
  return Object.entries(params).map(([name, value]) => [name, plainParam(`${what}.${name}`, value)]);
}

function plainParam(what: string, value: unknown): ParamValue {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map((one, index) => finite(`${what}[${index}]`, one));
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw invalid(what, value, 'a finite number, a list of them, or a text');
}

/**
 * What colours show where nothing is said: tribes, or where everybody goes. A flock soon has one
 * speed, and then speed is one colour for all.
 */
export function defaultColor({ columns }: ModelInfo): string {
  return columns.some(({ name }) => name === 'tribe') ? 'tribe' : 'heading';
}

/** What colours show by its name: a column, `genes.3` for one value of many, or speed, heading, none. */
export function colorOf(model: ModelInfo, name: string | undefined, range: readonly [number, number] | null = null): ColorSpec {
  typed('colorBy', name, 'string', 'the name of a column, speed, heading or none');
  if (range !== null) checkRange(range);
  const has = (column: string) => model.columns.some((one) => one.name === column);
  const chosen = name ?? defaultColor(model);
  const special = COLORS.get(chosen);
  if (special !== undefined && !has(chosen)) return { column: special, component: 0, range };
  const [column, component] = numberOf(model, 'colorBy', chosen);
  if (bytesOfScalar(model.columns[column]!.scalar) > 4) throw invalid('colorBy', chosen, 'a column of numbers of at most 32 bits');
  return { column, component, range };
}

/** One number of an entity by the name of its column, or `genes.3`: the column and the component. */
export function numberOf(model: ModelInfo, what: string, name: string): [number, number] {
  const plain = model.columns.some((one) => one.name === name);
  const [column = '', component = '0', ...more] = plain ? [name] : name.split('.');
  const index = columnIndex(model, what, more.length > 0 ? name : column);
  const place = component.trim() === '' ? Number.NaN : Number(component);
  return [index, whole(`${what} "${name}": its component`, place, 0, model.columns[index]!.components - 1)];
}

function checkRange(range: unknown): void {
  const good = Array.isArray(range) && range.length === 2 && range.every((one) => typeof one === 'number' && Number.isFinite(one));
  if (!good) throw invalid('the range of colours', range, 'two finite numbers, or null');
}
