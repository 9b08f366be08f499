/**
 * Selects all in a box or in a lasso, in the plane: how many they are, what they are like, and what is done to all of
 * them at once.
 */

import type { Entity, Input, Simulation } from 'flockwork';
import type { Extent } from '../view/camera.js';
import { way } from '../view/near.js';
import type { Draft } from '../view/standing.js';
import type { Ground, Hold } from './hold.js';
import { HIDDEN } from './colorings.js';
import type { Session } from './session.js';
import type { Spot } from './shapes.js';
import { Store } from './store.js';

export const LOOPS = ['box', 'lasso'] as const;
export type LoopName = (typeof LOOPS)[number];

/** The mean, the least and the most of a column. */
export interface ColumnFacts {
  readonly name: string;
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

export interface Selected {
  /** In ascending order. */
  readonly ids: Uint32Array;
  readonly facts: readonly ColumnFacts[];
  /** How many of them the facts are of. */
  readonly asked: number;
}

export interface SelectionState {
  readonly loop: LoopName;
  readonly found: Selected | null;
  readonly busy: boolean;
}

const TINT = [0.34, 0.71, 0.91] as const;
/** A loop that is smaller, in CSS pixels, was a click. */
const CLICK_PX = 4;
/** Corners of a lasso are so far apart, in CSS pixels, and at most so many. */
const STEP_PX = 4;
const MOST_CORNERS = 2000;
/** Of more than these a part is looked at. */
const ASKED = 200;
/** Inputs that are given together. */
const BATCH = 20_000;

export class Selection {
  readonly store = new Store<SelectionState>({ loop: 'box', found: null, busy: false });
  draft: Draft | null = null;
  private path: Spot[] = [];
  /** The tick and changes at which they were looked at. */
  private seen = '';
  /** Whose the ids are. */
  private simulation: Simulation | null = null;

  constructor(
    private readonly session: Session,
    private readonly ground: () => Ground | null,
  ) {}

  /** Those of the world that is shown. */
  get ids(): Uint32Array | null {
    return this.simulation === this.session.simulation ? (this.store.get().found?.ids ?? null) : null;
  }

  choose(loop: LoopName): void {
    this.draft = null;
    this.path = [];
    this.store.set({ loop });
  }

  clear(): void {
    if (this.store.get().found) this.store.set({ found: null });
  }

  down({ place: [x, y] }: Hold): void {
    this.path = [[x, y]];
  }

  move({ place: [x, y], pixel }: Hold): void {
    const { path } = this;
    const world = this.ground()?.world;
    if (path.length === 0 || !world) return;
    const [lastX, lastY] = path.at(-1)!;
    // A drag over a seam goes on beyond it.
    const to: Spot = [lastX + way(lastX, x, world.sides[0], world.wraps[0]), lastY + way(lastY, y, world.sides[1], world.wraps[1])];
    if (this.store.get().loop === 'box') this.path = [path[0]!, to];
    else if (Math.hypot(to[0] - lastX, to[1] - lastY) >= STEP_PX * pixel && path.length < MOST_CORNERS) this.path = [...path, to];
    else return;
    this.draft = this.sketch(pixel);
  }

  release(): void {
    const { draft, path } = this;
    this.draft = null;
    this.path = [];
    if (path.length === 0) return;
    const loop = this.store.get().loop;
    if (!draft) {
      this.clear();
      return this.session.tell(loop === 'box' ? 'Drag from one corner to the other' : 'Drag around those you want');
    }
    void this.find(loop, path);
  }

  /** A box in the middle, as large as the brush. */
  middle({ place: [x, y], radius }: Hold): void {
    void this.find('box', [[x - radius, y - radius], [x + radius, y + radius]]);
  }

  private sketch(pixel: number): Draft | null {
    const [low, high] = boxOf(this.path);
    if (Math.max(high[0] - low[0], high[1] - low[1]) < CLICK_PX * pixel) return null;
    if (this.store.get().loop === 'box') return { outlines: [{ kind: 'box', low, high }], tint: TINT };
    return { outlines: [], path: [...this.path, this.path[0]!], tint: TINT };
  }

  private async find(loop: LoopName, path: readonly Spot[]): Promise<void> {
    const world = this.ground()?.world;
    if (!world) return;
    const found = await this.session.try((simulation) => {
      if (loop === 'lasso' && path.length > 2) return simulation.inLasso(path);
      const [low, high] = boxOf(path);
      const range = (axis: 0 | 1) => within(low[axis], high[axis], world, axis);
      return simulation.inBox({ x: range(0), y: range(1) });
    });
    if (!found) return;
    this.session.select(null);
    this.simulation = this.session.simulation;
    await this.show(found.ids);
    this.session.tell(found.ids.length === 0 ? 'Nobody is here' : `Selected ${found.ids.length.toLocaleString('en')}`);
  }

  /** Looks again at those who are still there. */
  async refresh(): Promise<void> {
    const { ids, session } = this;
    if (!ids || this.store.get().busy) return;
    const now = `${session.simulation?.metrics().tick} ${session.changes}`;
    if (now === this.seen) return;
    this.seen = now;
    const there = await this.session.try((simulation) => everybody(simulation));
    if (there && ids === this.ids) await this.show(common(ids, there));
  }

  private async show(ids: Uint32Array): Promise<void> {
    if (ids.length === 0) return this.store.set({ found: null });
    const entities = await this.session.try((simulation) => Promise.all(sample(ids, ASKED).map((id) => simulation.entity(id))));
    const there = (entities ?? []).filter((entity) => entity !== null);
    this.store.set({ found: { ids, facts: factsOf(there), asked: there.length } });
  }

  async remove(): Promise<void> {
    await this.all('remove the selected', 'Removed', (id) => ({ remove: id }));
  }

  /** The columns that can be set to one number for all of them. */
  settable(simulation: Simulation): readonly string[] {
    return simulation.model.columns.filter(({ name, reach, components }) => reach !== 'scratch' && components === 1 && name !== 'id' && !HIDDEN.has(name)).map(({ name }) => name);
  }

  async set(column: string, value: number): Promise<void> {
    await this.all(`set ${column.replaceAll('_', ' ')}`, 'Set', (id) => ({ set: { id, [column]: value } }));
  }

  /** Does something to all who are there, in one stroke, while nothing moves. */
  private async all(name: string, done: string, input: (id: number) => Input): Promise<void> {
    const { ids, session } = this;
    if (!ids || session.store.get().again || this.store.get().busy) return;
    this.store.set({ busy: true });
    const told = await session.still(async (simulation) => {
      const alive = common(ids, await everybody(simulation));
      let stroke: Parameters<Session['give']>[0] = name;
      let tick = 0;
      for (let at = 0; at < alive.length; at += BATCH) {
        const given = await session.give(stroke, Array.from(alive.subarray(at, at + BATCH), input));
        if (!given) return null;
        ({ stroke } = given);
        ({ tick } = given.answer);
      }
      return `${done} ${alive.length.toLocaleString('en')}: it holds after tick ${tick.toLocaleString('en')}`;
    });
    this.store.set({ busy: false });
    if (told) session.tell(told);
    await this.refresh();
  }
}

/** The ids of all, in ascending order. */
async function everybody(simulation: Simulation): Promise<Uint32Array> {
  const { width, height } = simulation.scenario.world;
  return (await simulation.inBox({ x: [0, width], y: [0, height] })).ids;
}

function boxOf(path: readonly Spot[]): [Spot, Spot] {
  const along = (axis: 0 | 1) => path.map((at) => at[axis]);
  return [[Math.min(...along(0)), Math.min(...along(1))], [Math.max(...along(0)), Math.max(...along(1))]];
}

/** A range that begins in the world where the axis has a seam, and is no longer than that. */
function within(low: number, high: number, { sides, wraps }: Extent, axis: 0 | 1): [number, number] {
  if (!wraps[axis]) return [low, high];
  const side = sides[axis];
  const begin = low - side * Math.floor(low / side);
  return [begin, begin + Math.min(high - low, side)];
}

/** Those of a sorted list who are in another one. */
function common(ids: Uint32Array, there: Uint32Array): Uint32Array {
  let at = 0;
  return ids.filter((id) => {
    while (at < there.length && there[at]! < id) at++;
    return there[at] === id;
  });
}

/** So many of them, evenly over the list. */
function sample(ids: Uint32Array, most: number): number[] {
  const count = Math.min(ids.length, most);
  return Array.from({ length: count }, (_, index) => ids[Math.floor((index * ids.length) / count)]!);
}

function factsOf(entities: readonly Entity[]): ColumnFacts[] {
  const values = new Map<string, number[]>();
  const put = (name: string, value: number) => values.set(name, [...(values.get(name) ?? []), value]);
  for (const { columns } of entities) {
    const parts = ['vx', 'vy'].map((name) => columns[name]).filter((part) => typeof part === 'number');
    if (parts.length > 0) put('speed', Math.hypot(...parts));
    for (const [name, value] of Object.entries(columns)) if (typeof value === 'number' && !HIDDEN.has(name) && name !== 'id') put(name, value);
  }
  return [...values].map(([name, all]) => ({ name, mean: all.reduce((sum, one) => sum + one, 0) / all.length, least: Math.min(...all), most: Math.max(...all) }));
}
