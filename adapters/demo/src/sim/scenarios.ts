/**
 * The repository's scenario files, and other worlds made from them as `flockwork run FILE
 * --entities N` makes them, with or without `--scale`: so they have the same fingerprints.
 */

import type { Scenario } from 'flockwork';
import { parse } from 'smol-toml';
import { written } from './log.js';
import type { Settings } from './query.js';
import { SHAPES, listOf, shapesOfTables } from './shapes.js';

export interface ScenarioFile {
  /** The file's name without `.toml`. */
  readonly name: string;
  /** The comment at its top. */
  readonly about: string;
  readonly scenario: FullScenario;
}

/** A scenario that says how many entities there are. */
export type FullScenario = Scenario & { readonly entities: number };

const sources = import.meta.glob<string>('../../../../scenarios/*.toml', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export const scenarioFiles: readonly ScenarioFile[] = Object.entries(sources)
  .map(([path, text]) => read(path.replace(/^.*\/|\.toml$/g, ''), text))
  .sort((a, b) => a.scenario.model.localeCompare(b.scenario.model) || a.scenario.entities - b.scenario.entities);

export const DEFAULT_SCENARIO = 'boids-100k';

/** Ticks after which a world has found its order: those before are computed before it is shown. */
const AHEAD: Readonly<Record<string, number>> = { boids: 400 };

export function aheadOf(model: string): number {
  return AHEAD[model] ?? 0;
}

export function scenarioFile(name: string): ScenarioFile {
  const file = scenarioFiles.find((one) => one.name === name);
  if (file) return file;
  const known = scenarioFiles.map((one) => one.name).join(', ');
  throw new RangeError(`there is no scenario "${name}": it must be one of ${known}`);
}

/** The name of the same scenario in space, or of that in space in the plane; null if there is none. */
export function counterpart(name: string): string | null {
  const { model } = scenarioFile(name).scenario;
  const [plane, space] = [`${model}-`, `${model}-space-`];
  const other = name.startsWith(space) ? name.replace(space, plane) : name.replace(plane, space);
  return other !== name && scenarioFiles.some((one) => one.name === other) ? other : null;
}

/** The scenario with another seed and another number of entities, in a world that grows with it or not. */
export function scenarioOf({ scenario: name, entities, scale, seed }: Pick<Settings, 'scenario' | 'entities' | 'scale' | 'seed'>): FullScenario {
  const { scenario } = scenarioFile(name);
  const { width, height, depth, ...ends } = scenario.world;
  const times = entities / scenario.entities;
  const share = !scale ? 1 : depth === undefined ? Math.sqrt(times) : Math.cbrt(times);
  const side = (length: number) => Math.fround(Math.fround(length) * share);
  const world = { ...ends, width: side(width), height: side(height), ...(depth !== undefined && { depth: side(depth) }) };
  return { ...scenario, entities, seed, world };
}

/** The scenario that a log is of, by its first line: which file, and how it was changed. */
export function worldOf(head: Readonly<Record<string, unknown>>): Pick<Settings, 'scenario' | 'entities' | 'scale' | 'seed'> {
  const [entities, seed] = [Number(head.entities), BigInt(String(head.seed))];
  for (const { name, scenario } of scenarioFiles) {
    if (scenario.model !== head.model || Math.fround(scenario.dt) !== Math.fround(Number(head.dt))) continue;
    for (const scale of [false, true]) {
      const settings = { scenario: name, entities, scale, seed };
      if (written(axesOf(scenarioOf(settings))) === written(head.world)) return settings;
    }
  }
  throw new RangeError(`this page has no scenario of the model ${String(head.model)} with the world of the log: ${JSON.stringify(head.world)}`);
}

/** A world as logs have it. */
function axesOf({ world: { width, height, depth, edge = 'periodic' } }: FullScenario) {
  const lengths = depth === undefined ? [width, height] : [width, height, depth];
  return lengths.map((length, axis) => ({ length, edge: typeof edge === 'string' ? edge : edge[axis] }));
}

function read(name: string, text: string): ScenarioFile {
  // The files are checked by the command line's own tests.
  const { model, entities, dt, seed = 1, world, params = {}, field, shape } = parse(text) as unknown as FullScenario & { readonly shape?: readonly unknown[] };
  const all = shape ? { ...params, [SHAPES]: listOf(shapesOfTables(shape)) } : params;
  return { name, about: comment(text), scenario: { model, entities, dt, seed, world, params: all, ...(field && { field }) } };
}

/** The first paragraph of the comment that a file begins with. */
function comment(text: string): string {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (!line.startsWith('# ')) break;
    lines.push(line.slice(2));
  }
  return lines.join(' ');
}
