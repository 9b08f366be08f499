/** Names for people, of what the package names for programs. */

import { palette, type ModelInfo, type ParamValue, type Rgb, type Scenario, type Tier } from 'flockwork';
import type { PenName } from '../sim/pen.js';
import type { LoopName } from '../sim/selection.js';
import { SHAPES, shapesOf } from '../sim/shapes.js';
import type { ToolName } from '../sim/tools.js';
import { GROUND_COLORS } from '../view/ground-shaders.js';
import { kindOf } from '../view/look.js';

export const TIER_TITLES: Record<Tier | 'auto', string> = {
  auto: 'Best that works',
  'wasm-shared': 'Shared memory',
  'wasm-transfer': 'Moved packets',
  'js-workers': 'JavaScript',
  'js-single': 'JavaScript, one worker',
};

export const TIER_NOTES: Record<Tier | 'auto', string> = {
  auto: 'Takes the first of these that this browser allows',
  'wasm-shared': 'WebAssembly with SIMD and threads over one memory',
  'wasm-transfer': 'WebAssembly, a memory for each worker, mail moved between them',
  'js-workers': 'The same kernels as JavaScript, for browsers without WebAssembly',
  'js-single': 'The last resort: everything in one worker',
};

/** What a hand does, and with which words it says so. */
export const TOOL_TITLES: Record<ToolName, { readonly title: string; readonly about: string }> = {
  look: { title: 'Look', about: 'Drag to move, tap an entity to choose it' },
  add: { title: 'Add', about: 'Click or drag: newcomers come into the circle' },
  remove: { title: 'Remove', about: 'Click or drag: whoever is in the circle goes' },
  frighten: { title: 'Frighten', about: 'Hold or drag: all in the circle flee from its middle' },
  attract: { title: 'Attract', about: 'Hold or drag: all in the circle come to its middle' },
  feed: { title: 'Feed', about: 'Hold or drag: all in the circle are fed' },
  select: { title: 'Select', about: 'Drag over those you want: a box, or a lasso around them' },
  paint: { title: 'Paint', about: 'Hold or drag: more of the field in the circle, or less' },
  draw: { title: 'Shapes', about: 'Click a door to open or close it, drag a shape to move it, or draw a new one' },
};

export const PEN_TITLES: Record<PenName, { readonly title: string; readonly about: string }> = {
  edit: { title: 'Change', about: 'Click a door to open or close it, drag a shape to move it' },
  line: { title: 'Line', about: 'Drag from one end to the other; ends that are near join' },
  box: { title: 'Box', about: 'Drag from one corner to the other' },
  circle: { title: 'Circle', about: 'Drag from the middle outwards' },
};

export const LOOP_TITLES: Record<LoopName, { readonly title: string; readonly about: string }> = {
  box: { title: 'Box', about: 'Drag from one corner to the other' },
  lasso: { title: 'Lasso', about: 'Drag around those you want' },
};

/** The kinds of a model that has some; those of others are numbered. */
const KINDS: Readonly<Record<string, readonly string[]>> = { meadow: ['Sheep', 'Wolves'], 'crowd-corridor': ['To the right', 'To the left'] };

/** What the kinds of a world are called: tribes by their numbers, or as its scenario or model calls them. */
export function kindTitles(scenario: string, model: ModelInfo, params: Readonly<Record<string, ParamValue>>): readonly string[] {
  const kind = kindOf(model.columns);
  const known = KINDS[scenario] ?? KINDS[model.name];
  if (kind === 'kind' && known) return known;
  const goals = shapesOf(params[SHAPES]).filter(({ role }) => role === 'goal').length;
  const count = kind === 'tribe' ? Number(params.tribes ?? CLASS_COLORS.length) : Math.max(1, goals);
  return kind ? CLASS_COLORS.slice(0, count).map((_, index) => `${kind === 'tribe' ? 'Tribe' : 'Goal'} ${index + 1}`) : [];
}

const GENES = ['speed', 'vision', 'aggression', 'fear', 'cohesion', 'separation', 'thrift', 'fertility', 'wander'];

const MODELS: Record<string, string> = {
  boids: 'Boids',
  tribes: 'Tribes',
  vicsek: 'Vicsek',
  discs: 'Hard discs',
  lennard_jones: 'Lennard-Jones liquid',
  meadow: 'Meadow',
  sph: 'Liquid',
  crowd: 'Crowd',
};

export function modelTitle(model: string): string {
  return MODELS[model] ?? capital(words(model));
}

/** What is simulated, and in what kind of world. */
export function scenarioTitle({ model, world: { depth, edge } }: Scenario): string {
  if (depth !== undefined) return `${modelTitle(model)} in space`;
  return typeof edge === 'object' ? `${modelTitle(model)} in a corridor` : modelTitle(model);
}

/** A column, or one value of it: `genes.2` is the gene aggression. */
export function columnTitle(name: string): string {
  const [column = '', component] = name.split('.');
  if (component === undefined) return column === 'none' ? 'Nothing' : capital(words(column));
  return column === 'genes' ? `Gene: ${geneName(Number(component))}` : `${capital(words(column))} ${component}`;
}

export function geneName(index: number): string {
  return GENES[index] ?? String(index);
}

/** A statistic: `tribe0_population` is that of the tribe which the page calls the first. */
export function statTitle(name: string): string {
  const [, tribe, what] = name.match(/^tribe(\d+)_(\w+)$/) ?? [];
  if (tribe === undefined || what === undefined) return capital(words(name));
  return what === 'population' ? `Tribe ${Number(tribe) + 1}` : `Tribe ${Number(tribe) + 1}: ${words(what)}`;
}

export function words(name: string): string {
  return name.replaceAll('_', ' ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const css = (color: Rgb) => `rgb(${color.join(' ')})`;

/** Colours of classes, as the package paints them. */
export const CLASS_COLORS = palette.classes.map(css);

/** Directions along the third axis, and against it. */
export const POLES = palette.poles.map(css);

/** What is low is dark, as the package paints it. */
export const SCALE = `linear-gradient(90deg, ${palette.scale.map(css).join(', ')})`;

/** Of a field by its place among those of its model. */
export const groundScale = (field: number) => `linear-gradient(90deg, ${GROUND_COLORS[field % GROUND_COLORS.length]!.map(css).join(', ')})`;

/** A unit with real superscripts: `length / time^2`. */
export function unit(text: string): string {
  return text.replaceAll('^2', '²').replaceAll('^3', '³');
}
