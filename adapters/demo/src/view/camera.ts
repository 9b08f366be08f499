/** What every camera can do, and what it must know of the world. Mouse, fingers and keys steer it by this alone. */

import type { Simulation } from 'flockwork';
import type { Lens } from './lens.js';

export type Place = readonly [x: number, y: number, z: number];

export interface Extent {
  /** Lengths of the axes; the third is 0 in a plane. */
  readonly sides: Place;
  /** Whether one comes back at the other end. */
  readonly wraps: readonly [boolean, boolean, boolean];
}

export interface Camera {
  /** Whether one finger turns it, around what is looked at, rather than moves it. */
  readonly turns: boolean;
  /** Nothing is on its way. */
  readonly settled: boolean;
  /** Another world; `shown` is the length of it that is seen at first. */
  setWorld(world: Extent, shown: number): void;
  resize(width: number, height: number): void;
  /** What is seen at first. */
  fill(): void;
  /** The whole world, or, if that is seen already, the view filled. */
  toggleWhole(): void;
  /** What one finger does by CSS pixels: turns, or moves. */
  drag(dx: number, dy: number): void;
  /** Moves by CSS pixels, as two fingers do. */
  pan(dx: number, dy: number): void;
  /** What arrows do by parts of the view: as a drag does, or, if it `moves`, always as two fingers do. */
  slide(right: number, up: number, moves: boolean): void;
  /** Zooms so that what is under (x, y), in CSS pixels of the view, stays there; the middle if they are not given. */
  zoomAt(factor: number, x?: number, y?: number): void;
  /** Looks at a place in the world, by the shorter way around. */
  follow(place: Place): void;
  /** The place in the world under a point of the view, in CSS pixels; in space the one as far away as what is looked at. */
  place(x: number, y: number): Place;
  /** What it sees, in numbers that mean the same in a view of another size. */
  pose(): readonly number[];
  /** Sees what `pose` told, if it is a pose of such a camera. */
  take(pose: readonly number[]): void;
  /** Goes on by so many seconds, in which the world stood still or not; true if anything moved. */
  ease(seconds: number, lives: boolean): boolean;
  /** For the shaders; the same object each time. */
  look(): Lens;
}

/** Share of the way that is left after a second of easing. */
const EASING = 1e-5;

export function left(seconds: number): number {
  return EASING ** seconds;
}

export function approach(from: number, to: number, rest: number, close: number): number {
  const next = to + (from - to) * rest;
  return Math.abs(next - to) < close ? to : next;
}

export function extentOf({ scenario: { world } }: Simulation): Extent {
  const { width, height, depth = 0, edge = 'periodic' } = world;
  const wraps = (axis: number) => (typeof edge === 'string' ? edge : edge[axis]) === 'periodic';
  return { sides: [width, height, depth], wraps: [wraps(0), wraps(1), depth > 0 && wraps(2)] };
}
