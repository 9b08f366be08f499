/**
 * What a hand can do to a world: the tools of each model, and the inputs that they come to. A tool
 * knows where it is held, and whom the last frame shows there; what its inputs do is the model's to say.
 */

import type { FrameView, Input, ModelInfo, ParamValue } from 'flockwork';
import { kindOf, lookOf, motionOf } from '../view/look.js';
import type { Extent, Place } from '../view/camera.js';
import { Nearby, way, wrapped } from '../view/near.js';
import { SHAPES } from './shapes.js';

export const TOOLS = ['look', 'add', 'remove', 'frighten', 'attract', 'feed', 'select', 'draw', 'paint'] as const;
export type ToolName = (typeof TOOLS)[number];

/** How a tool is held. */
export interface Grip {
  readonly tool: ToolName;
  readonly place: Place;
  readonly radius: number;
  /** The tribe or kind of those who are added; null where there are none. */
  readonly tribe: number | null;
  /** What is painted, and how much; null where there is no field. */
  readonly paint: { readonly name: string; readonly add: number } | null;
}

/** The world as a hand sees it. */
export interface Seen {
  readonly model: ModelInfo;
  readonly world: Extent;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly frame: FrameView;
  /** Entities for each unit of the world. */
  readonly density: number;
}

/** At most so many are added, removed or turned by one touch. */
const MOST_ADDED = 100;
export const MOST_TOUCHED = 2000;
/** Of those that would have room in the brush at the world's density, so many are added. */
const ADDED_SHARE = 0.5;
/** At the brim of the brush the velocity grows by so many times the highest. */
const PUSH = 1.5;
/** The share of the most energy that one touch gives. */
const MEAL = 0.1;
/** Turns by this angle spread points evenly over a circle. */
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

const near = new Nearby();

/** The tools that do something in worlds of this model. */
export function toolsOf(model: ModelInfo): readonly ToolName[] {
  const turned = model.pokes.includes('push') || motionOf(model).length > 0;
  const space = isSpace(model);
  const works: Readonly<Partial<Record<ToolName, boolean>>> = {
    frighten: turned,
    attract: turned,
    feed: model.pokes.includes('bite'),
    // Shapes and fields are drawn in the plane alone: see `missingOf`.
    paint: !space && model.fields.length > 0,
    draw: !space && hasShapes(model),
  };
  return TOOLS.filter((tool) => works[tool] ?? true);
}

/** What this page does not show of a world, in plain words; null if it shows all. */
export function missingOf(model: ModelInfo): string | null {
  if (!isSpace(model)) return null;
  const things = [hasShapes(model) ? 'What stands in it (walls, doors, goals)' : '', ...model.fields.map(({ name }) => `The field ${name.replaceAll('_', ' ')}`)].filter(Boolean);
  return things.length === 0 ? null : `${things.join(', and ')}: this world in space has that, but this page draws it in the plane alone, so there is no tool for it here.`;
}

function isSpace({ columns }: ModelInfo): boolean {
  return columns.some(({ name }) => name === 'z');
}

function hasShapes({ params }: ModelInfo): boolean {
  return params.some(({ name }) => name === SHAPES);
}

/** What a touch comes to; nothing where nobody is near, or there is no room. */
export function inputsOf(grip: Grip, seen: Seen): Input[] {
  switch (grip.tool) {
    case 'look':
    case 'select':
    case 'draw':
      return [];
    case 'add':
      return added(grip, seen);
    case 'remove':
      return reached(grip, seen).map((row) => ({ remove: seen.frame.id[row]! }));
    case 'frighten':
      return moved(grip, seen, 1);
    case 'attract':
      return moved(grip, seen, -1);
    case 'paint':
      return grip.paint ? [painted(grip, seen, grip.paint)] : [];
    case 'feed':
      return [poke(grip, seen, { bite: -MEAL * number(seen.params.max_energy, 1) })];
  }
}

function poke({ place, radius }: Grip, { world }: Seen, numbers: Readonly<Record<string, number>>): Input {
  return { poke: { at: axesOf(world).map((axis) => place[axis]!), radius, ...numbers } };
}

function painted({ place, radius }: Grip, { world }: Seen, { name, add }: NonNullable<Grip['paint']>): Input {
  return { field: { name, at: axesOf(world).map((axis) => place[axis]!), radius, add } };
}

/** Everybody in the brush goes away from its middle, or to it. */
function moved(grip: Grip, seen: Seen, sign: 1 | -1): Input[] {
  const { model, params } = seen;
  // A poke's push is for each length of the way from its middle.
  if (model.pokes.includes('push')) return [poke(grip, seen, { push: (sign * PUSH * speedOf(params)) / grip.radius })];
  const motion = motionOf(model);
  const speed = motion[0] === 'ux' ? 1 : speedOf(params);
  const { frame, world } = seen;
  return reached(grip, seen).flatMap((row) => {
    const ways = motion.map((_, axis) => way(grip.place[axis]!, frame.position[3 * row + axis]!, world.sides[axis]!, world.wraps[axis]!));
    const length = Math.hypot(...ways);
    if (length === 0) return [];
    const set = Object.fromEntries(motion.map((name, axis) => [name, (sign * speed * ways[axis]!) / length]));
    return [{ set: { id: frame.id[row]!, ...set } }];
  });
}

/** How fast one is at most, as the rules say, or at first. */
function speedOf(params: Seen['params']): number {
  return number(params.max_speed ?? params.sheep_speed ?? params.speed ?? params.preferred_speed, 1);
}

function number(value: ParamValue | undefined, missing: number): number {
  return typeof value === 'number' ? value : missing;
}

/** Rows of the frame in the brush, the first of them where there are too many for one touch. */
function reached({ place, radius }: Grip, { frame, world }: Seen): number[] {
  near.find(frame.position, frame.count, world, place, radius);
  return Array.from(near.rows.subarray(0, Math.min(near.count, MOST_TOUCHED)));
}

/** Newcomers, evenly over the brush; where bodies have a size, only where there is room for one. */
function added(grip: Grip, seen: Seen): Input[] {
  const { world, density, model, params } = seen;
  const axes = axesOf(world);
  const look = lookOf(model.name);
  const body = look.shape === 'ball' ? look.body(params) : 0;
  const room = axes.length === 3 ? (4 / 3) * Math.PI * grip.radius ** 3 : Math.PI * grip.radius ** 2;
  const count = Math.min(MOST_ADDED, Math.max(1, Math.round(ADDED_SHARE * density * room)));
  const taken: number[] = [];
  const inputs: Input[] = [];
  for (const away of spread(count, axes.length, grip.radius)) {
    const place = axes.map((axis) => within(grip.place[axis]! + away[axis]!, world.sides[axis]!, world.wraps[axis]!));
    if (place.some((at) => Number.isNaN(at))) continue;
    const at = [place[0]!, place[1]!, place[2] ?? 0] as const;
    if (body > 0 && !free(at, body, taken, seen)) continue;
    taken.push(...at);
    const spawn = Object.fromEntries(axes.map((axis) => ['xyz'[axis]!, place[axis]!]));
    const kind = kindOf(model.columns);
    if (kind && grip.tribe !== null) spawn[kind] = grip.tribe;
    inputs.push({ spawn });
  }
  return inputs;
}

/** Ways from the middle of a circle, or of a ball, to so many points in it. */
function spread(count: number, axes: number, radius: number): [number, number, number][] {
  return Array.from({ length: count }, (_, index) => {
    const part = (index + 0.5) / count;
    const turn = index * GOLDEN;
    if (axes === 2) {
      const far = count === 1 ? 0 : radius * Math.sqrt(part);
      return [far * Math.cos(turn), far * Math.sin(turn), 0];
    }
    const far = count === 1 ? 0 : radius * Math.cbrt(((index * 7) % count) / count + 0.5 / count);
    const up = 1 - 2 * part;
    const flat = Math.sqrt(1 - up * up);
    return [far * flat * Math.cos(turn), far * flat * Math.sin(turn), far * up];
  });
}

function free(at: Place, body: number, taken: readonly number[], { frame, world }: Seen): boolean {
  near.find(frame.position, frame.count, world, at, body);
  if (near.count > 0) return false;
  near.find(Float32Array.from(taken), taken.length / 3, world, at, body);
  return near.count === 0;
}

function axesOf({ sides }: Extent): readonly (0 | 1 | 2)[] {
  return sides[2] > 0 ? [0, 1, 2] : [0, 1];
}

/** A coordinate as the world takes it, in 32 bits; NaN if it is outside. */
function within(at: number, side: number, wraps: boolean): number {
  const inside = Math.fround(wrapped(at, side, wraps));
  if (wraps) return inside < Math.fround(side) ? inside : 0;
  return inside >= 0 && inside < Math.fround(side) ? inside : NaN;
}
