/** What the entities of a model look like, and how far they see: lengths of its own parameters. */

import type { ModelInfo, ParamValue, Simulation } from 'flockwork';

type Params = Readonly<Record<string, ParamValue>>;

export interface Look {
  /** Round, or pointing where it goes. */
  readonly shape: 'ball' | 'dart';
  /** Length of the body; a part of the mean distance between neighbours if it is 0. */
  readonly body: (params: Params) => number;
  /** Columns of the velocity, or of the direction; the third is there in space alone. */
  readonly motion: readonly [string, string, string] | null;
  /** The parameters that say how far one sees, and how near is too near. */
  readonly sight: string | null;
  readonly close: string | null;
}

const number = (value: ParamValue | undefined) => (typeof value === 'number' ? value : 0);
const unsaid = () => 0;

const LOOKS: Readonly<Record<string, Look>> = {
  boids: { shape: 'dart', body: unsaid, motion: ['vx', 'vy', 'vz'], sight: 'neighbor_radius', close: 'separation_radius' },
  tribes: { shape: 'dart', body: unsaid, motion: ['vx', 'vy', 'vz'], sight: 'vision', close: 'separation_radius' },
  vicsek: { shape: 'dart', body: unsaid, motion: ['ux', 'uy', 'uz'], sight: 'radius', close: null },
  meadow: { shape: 'dart', body: unsaid, motion: ['vx', 'vy', 'vz'], sight: 'neighbor_radius', close: 'separation_radius' },
  crowd: { shape: 'ball', body: ({ radius_min: least, radius_max: most }) => number(least) + number(most), motion: ['vx', 'vy', 'vz'], sight: 'sight', close: null },
  sph: { shape: 'ball', body: ({ spacing }) => number(spacing), motion: ['vx', 'vy', 'vz'], sight: null, close: null },
  discs: { shape: 'ball', body: ({ radius }) => 2 * number(radius), motion: null, sight: null, close: null },
  lennard_jones: { shape: 'ball', body: () => 1, motion: null, sight: 'cutoff', close: null },
};

const PLAIN: Look = { shape: 'ball', body: unsaid, motion: null, sight: null, close: null };

export function lookOf(model: string): Look {
  return LOOKS[model] ?? PLAIN;
}

/** Columns of one number that say something of an entity. */
export function measuredOf({ columns }: ModelInfo): string[] {
  return columns.filter(({ name, reach, scalar, components }) => reach !== 'scratch' && scalar !== 'u64' && components === 1 && name !== 'id' && !HIDDEN.has(name)).map(({ name }) => name);
}

/** Columns that alone say nothing: parts of places and of motion, and what is the same for all that are there. */
export const HIDDEN = new Set(['x', 'y', 'z', 'vx', 'vy', 'vz', 'ux', 'uy', 'uz', 'half_x', 'half_y', 'half_z', 'alive']);

/** The columns of the velocity, or of the direction, as many as the world has axes; none where nothing is said of that. */
export function motionOf({ columns }: ModelInfo): readonly string[] {
  const has = (names: readonly string[]) => names.filter((name) => columns.some((column) => column.name === name));
  const motions = [has(['vx', 'vy', 'vz']), has(['ux', 'uy', 'uz'])];
  return motions.find((motion) => motion.length > 1) ?? [];
}

/** Frames have so many columns and fields together. */
const MOST_SHOWN = 12;

/** The columns of frames: what a picture needs beside places and colours, and what the statistics of those who are selected are of. */
export function columnsOf(model: ModelInfo): string[] {
  return [...motionOf(model), ...measuredOf(model)].slice(0, MOST_SHOWN - fieldsOf(model).length);
}

/** The fields that are shown under the entities, the first one by itself; in space there is no ground. */
export function fieldsOf({ columns, fields }: ModelInfo): string[] {
  const space = columns.some(({ name }) => name === 'z');
  return space ? [] : fields.slice(0, MOST_FIELDS).map(({ name }) => name);
}

const MOST_FIELDS = 4;

/** The column that says of which kind one is: of a tribe, or of the kinds of a model. */
export function kindOf(columns: readonly { readonly name: string }[]): 'tribe' | 'kind' | null {
  return (['tribe', 'kind'] as const).find((kind) => columns.some(({ name }) => name === kind)) ?? null;
}

/** How far an entity sees, and how near others are too near, as the rules are now; 0 if it is not said. */
export function radiiOf({ model }: Simulation, params: Params): { readonly sight: number; readonly close: number } {
  const { sight, close } = lookOf(model.name);
  return { sight: number(sight ? params[sight] : undefined), close: number(close ? params[close] : undefined) };
}

/** The length of the world that is seen at first: whole, but for tribes, whose land is best seen from nearby. */
export function shownOf({ model, scenario }: Simulation): number {
  return model.name === 'tribes' ? TERRITORIES * (number(scenario.params?.territory) || 8) : Infinity;
}

const TERRITORIES = 8;
