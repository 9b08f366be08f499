/**
 * What stands in a world: walls, doors, goals, sources, sinks. A model that has shapes takes them as its parameter
 * `shapes`, a list of numbers: `geometry` of the scheduler says which. Scenario files have them as tables `[[shape]]`.
 */

import type { ParamValue } from 'flockwork';

export const ROLES = ['wall', 'door', 'goal', 'source', 'sink'] as const;
export type Role = (typeof ROLES)[number];

export type Spot = readonly [x: number, y: number];

export type Outline =
  | { readonly kind: 'segment'; readonly ends: readonly [Spot, Spot] }
  | { readonly kind: 'ball'; readonly centre: Spot; readonly radius: number }
  | { readonly kind: 'box'; readonly low: Spot; readonly high: Spot }
  | { readonly kind: 'polygon'; readonly corners: readonly Spot[] };

export interface Shape {
  readonly role: Role;
  /** A door is open from a tick up to another, and again after so many, if that is not 0. */
  readonly open: { readonly from: number; readonly until: number; readonly every: number };
  readonly outline: Outline;
}

/** Shapes that are one to whoever looks: a chain of segments, or one shape alone. Numbers in the list. */
export type Group = readonly number[];

export const SHAPES = 'shapes';
const KINDS = ['segment', 'ball', 'box', 'polygon'] as const;
const NEVER = { from: 0, until: 0, every: 0 };

/** What the parameter says; nothing for a model without. */
export function shapesOf(value: ParamValue | undefined): readonly Shape[] {
  if (!Array.isArray(value)) return [];
  const list = value as readonly number[];
  const shapes: Shape[] = [];
  for (let at = 0; at + 6 <= list.length; ) {
    const [kind, role, from, until, every, count] = list.slice(at, at + 6) as [number, number, number, number, number, number];
    const numbers = list.slice(at + 6, at + 6 + count);
    shapes.push({ role: ROLES[role]!, open: { from, until, every }, outline: outlineOf(KINDS[kind]!, numbers) });
    at += 6 + count;
  }
  return shapes;
}

function outlineOf(kind: (typeof KINDS)[number], numbers: readonly number[]): Outline {
  const corners = Array.from({ length: Math.floor(numbers.length / 2) }, (_, index): Spot => [numbers[2 * index]!, numbers[2 * index + 1]!]);
  switch (kind) {
    case 'segment':
      return { kind, ends: [corners[0]!, corners[1]!] };
    case 'ball':
      return { kind, centre: corners[0]!, radius: numbers[2]! };
    case 'box':
      return { kind, low: corners[0]!, high: corners[1]! };
    case 'polygon':
      return { kind, corners };
  }
}

/** The number with the fewest digits that is the same one in 32 bits, as models have them: logs and links hold every list. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return value;
}

/** The list that the model takes. */
export function listOf(shapes: readonly Shape[]): number[] {
  return shapes.flatMap(({ role, open: { from, until, every }, outline }) => {
    const numbers = (outline.kind === 'ball' ? [...outline.centre, outline.radius] : cornersOf(outline).flat()).map(shortest);
    return [KINDS.indexOf(outline.kind), ROLES.indexOf(role), from, until, every, numbers.length, ...numbers];
  });
}

/** The places that say where it is. */
function cornersOf(outline: Exclude<Outline, { kind: 'ball' }>): readonly Spot[] {
  switch (outline.kind) {
    case 'segment':
      return outline.ends;
    case 'box':
      return [outline.low, outline.high];
    case 'polygon':
      return outline.corners;
  }
}

/** A table of a scenario file; the command line's tests have checked it. */
interface Table {
  readonly kind: 'chain' | 'ball' | 'box' | 'polygon';
  readonly role?: Role;
  readonly corners?: readonly Spot[];
  readonly centre?: Spot;
  readonly radius?: number;
  readonly low?: Spot;
  readonly high?: Spot;
  readonly open?: readonly [number, number];
  readonly every?: number;
}

/** The shapes of the tables of a scenario file: one for each side of a chain. */
export function shapesOfTables(tables: readonly unknown[]): Shape[] {
  return (tables as readonly Table[]).flatMap(({ kind, role = 'wall', corners = [], centre, radius, low, high, open, every = 0 }) => {
    const shape = (outline: Outline): Shape => ({ role, open: open ? { from: open[0], until: open[1], every } : NEVER, outline });
    if (kind === 'chain') return corners.slice(1).map((end, index) => shape({ kind: 'segment', ends: [corners[index]!, end] }));
    if (kind === 'ball') return [shape({ kind, centre: centre!, radius: radius! })];
    if (kind === 'box') return [shape({ kind, low: low!, high: high! })];
    return [shape({ kind, corners })];
  });
}

/** A shape of this role, which is closed if it is a door. */
export function shapeOf(role: Role, outline: Outline): Shape {
  return { role, open: NEVER, outline };
}

/** Whether a door is open in a tick. */
export function isOpen({ open: { from, until, every } }: Shape, tick: number): boolean {
  if (tick < from) return false;
  const since = every > 0 ? (tick - from) % every : tick - from;
  return since < until - from;
}

/** Segments that go on from one another, with the same role and schedule, are one chain. */
export function groupsOf(shapes: readonly Shape[]): readonly Group[] {
  const groups: number[][] = [];
  shapes.forEach((shape, number) => {
    const last = groups.at(-1);
    if (last && goesOn(shapes[number - 1]!, shape)) last.push(number);
    else groups.push([number]);
  });
  return groups;
}

function goesOn(a: Shape, b: Shape): boolean {
  if (a.outline.kind !== 'segment' || b.outline.kind !== 'segment' || a.role !== b.role) return false;
  const [from, to] = [a.outline.ends[1], b.outline.ends[0]];
  const same = (key: keyof Shape['open']) => a.open[key] === b.open[key];
  return from[0] === to[0] && from[1] === to[1] && same('from') && same('until') && same('every');
}

/** The same elsewhere. */
export function moved(shape: Shape, dx: number, dy: number): Shape {
  const at = ([x, y]: Spot): Spot => [x + dx, y + dy];
  const { outline } = shape;
  switch (outline.kind) {
    case 'segment':
      return { ...shape, outline: { ...outline, ends: [at(outline.ends[0]), at(outline.ends[1])] } };
    case 'ball':
      return { ...shape, outline: { ...outline, centre: at(outline.centre) } };
    case 'box':
      return { ...shape, outline: { ...outline, low: at(outline.low), high: at(outline.high) } };
    case 'polygon':
      return { ...shape, outline: { ...outline, corners: outline.corners.map(at) } };
  }
}

/** Sides of the polygon that a ball is drawn as. */
const ROUND = 64;

/** The line around it, corner by corner; that of a segment has two. */
export function borderOf(outline: Outline): readonly Spot[] {
  switch (outline.kind) {
    case 'segment':
      return outline.ends;
    case 'ball':
      return Array.from({ length: ROUND }, (_, index): Spot => {
        const turn = (2 * Math.PI * index) / ROUND;
        return [outline.centre[0] + outline.radius * Math.cos(turn), outline.centre[1] + outline.radius * Math.sin(turn)];
      });
    case 'box': {
      const { low, high } = outline;
      return [low, [high[0], low[1]], high, [low[0], high[1]]];
    }
    case 'polygon':
      return outline.corners;
  }
}

/** The area of the box around it. */
export function sizeOf(outline: Outline): number {
  const border = borderOf(outline);
  const along = (axis: 0 | 1) => border.map((at) => at[axis]);
  const wide = (axis: 0 | 1) => Math.max(...along(axis)) - Math.min(...along(axis));
  return wide(0) * wide(1);
}

/** How far a place is from its border. */
export function distance(outline: Outline, [x, y]: Spot): number {
  if (outline.kind === 'ball') return Math.abs(Math.hypot(x - outline.centre[0], y - outline.centre[1]) - outline.radius);
  const border = borderOf(outline);
  let least = Infinity;
  for (let index = 0; index < (outline.kind === 'segment' ? 1 : border.length); index++) {
    const [from, to] = [border[index]!, border[(index + 1) % border.length]!];
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    const length = dx * dx + dy * dy;
    const part = length > 0 ? Math.min(1, Math.max(0, ((x - from[0]) * dx + (y - from[1]) * dy) / length)) : 0;
    least = Math.min(least, Math.hypot(x - from[0] - part * dx, y - from[1] - part * dy));
  }
  return least;
}

/** Whether a place is inside; a segment has no inside. */
export function inside(outline: Outline, [x, y]: Spot): boolean {
  if (outline.kind === 'segment') return false;
  if (outline.kind === 'ball') return Math.hypot(x - outline.centre[0], y - outline.centre[1]) < outline.radius;
  const border = borderOf(outline);
  let odd = false;
  border.forEach(([toX, toY], index) => {
    const [fromX, fromY] = border.at(index - 1)!;
    if (fromY > y !== toY > y && x < fromX + ((y - fromY) / (toY - fromY)) * (toX - fromX)) odd = !odd;
  });
  return odd;
}

const NAMES: Readonly<Record<Outline['kind'], string>> = { segment: 'line', ball: 'circle', box: 'box', polygon: 'polygon' };

/** What a group is called. */
export function groupTitle(shapes: readonly Shape[], group: Group): string {
  const { role, outline } = shapes[group[0]!]!;
  const what = group.length > 1 ? `${group.length} sides` : NAMES[outline.kind];
  return `${role.charAt(0).toUpperCase()}${role.slice(1)}, ${what}`;
}
