/** What the entities of a model look like, and how far they see: lengths of its own parameters. */

import type { ParamValue, Scenario, Simulation } from 'flockwork';

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

/** The columns that a picture of this scenario needs beside places and colours. */
export function columnsOf({ model, world: { depth } }: Scenario): string[] {
  return (lookOf(model).motion ?? []).slice(0, depth === undefined ? 2 : 3);
}

/** The fields that are shown under the entities, of models that have some; the first one by itself. */
export function fieldsOf({ model, world: { depth } }: Scenario): readonly string[] {
  return depth === undefined ? (FIELDS[model] ?? []) : [];
}

const FIELDS: Readonly<Record<string, readonly string[]>> = { meadow: ['grass'] };

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
