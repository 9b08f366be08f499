/** Worlds to begin with, and for each what to look for and what to do. */

import { aheadOf, scenarioFile } from './scenarios.js';
import type { Settings } from './query.js';

export interface Preset {
  readonly title: string;
  readonly scenario: string;
  /** What to look for, and what to try. */
  readonly text: string;
}

export const PRESETS: readonly Preset[] = [
  {
    title: 'Flocks',
    scenario: 'boids-100k',
    text: 'Nobody leads, and yet all around fly one way. Frighten a flock in its middle and watch it close again.',
  },
  {
    title: 'Four tribes',
    scenario: 'tribes-10k',
    text: 'They graze, hunt, breed and change. Feed one tribe and remove another: the chart tells whether it lasts.',
  },
  {
    title: 'Order from noise',
    scenario: 'vicsek-10k',
    text: 'Everybody goes where the neighbours go, with some error. Turn the noise down under Rules: order climbs to 1.',
  },
  {
    title: 'Hot and cold',
    scenario: 'discs-10k',
    text: 'All discs begin with one speed; collisions make some slow and some fast, and kurtosis goes from 1 to 2. Frighten a spot and colour by speed.',
  },
  {
    title: 'A melting crystal',
    scenario: 'lennard_jones-10k',
    text: 'Molecules begin in rows, and melt. Zoom in, remove a few, and see the hole close.',
  },
  {
    title: 'Wolves and sheep',
    scenario: 'meadow-10k',
    text: 'Sheep graze and flee, wolves see four times as far. Add wolves, or paint the grass away, and watch their numbers rise and fall.',
  },
  {
    title: 'A breaking dam',
    scenario: 'sph-dam',
    text: 'A column of liquid falls and runs to the other wall; front tells how far it is. Turn gravity down under Rules, or frighten the wave.',
  },
  {
    title: 'Both ways',
    scenario: 'crowd-corridor',
    text: 'Half of the people walk each way. Lanes form by themselves: lane order climbs. Draw a wall into the way, and see them find lanes again.',
  },
  {
    title: 'A bottleneck',
    scenario: 'crowd-bottleneck',
    text: 'All want through one gap; flow is how many get through each second. Move a box under Shapes to make the gap wider or narrower.',
  },
  {
    title: 'Out of the hall',
    scenario: 'crowd-evacuation',
    text: 'One way out is open; the north door opens at tick 1000. Click the door under Shapes to open it at once, or close it.',
  },
  {
    title: 'Flocks in space',
    scenario: 'boids-space-10k',
    text: 'The same rules with one direction more. Drag to turn; attract a flock and it becomes a knot.',
  },
];

/** The settings of a scenario's file as it is. */
export function begin(scenario: string): Pick<Settings, 'scenario' | 'entities' | 'scale' | 'seed' | 'ahead'> {
  const { scenario: file } = scenarioFile(scenario);
  return { scenario, entities: file.entities, scale: false, seed: BigInt(file.seed ?? 1), ahead: aheadOf(file.model) };
}
