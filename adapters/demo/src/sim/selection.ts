/**
 * Selects all in a box or in a lasso: how many they are, what they are like, and what is done to all of them at once.
 * In the plane that is a part of the world; in space a part of the view, and all who are seen there are meant.
 */

import type { Box, Input, Simulation } from 'flockwork';
import { extentOf, type Extent } from '../view/camera.js';
import { inLoop } from '../view/in-loop.js';
import { measuredOf } from '../view/look.js';
import { way } from '../view/near.js';
import type { Draft } from '../view/standing.js';
import { Group, type Facts } from './facts.js';
import type { Hold, Seeing } from './hold.js';
import type { Session } from './session.js';
import type { Spot } from './shapes.js';
import { Store } from './store.js';

export const LOOPS = ['box', 'lasso'] as const;
export type LoopName = (typeof LOOPS)[number];

export interface Selected extends Facts {
  /** In ascending order. */
  readonly ids: Uint32Array;
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
/** Inputs that are given together. */
const BATCH = 20_000;

export class Selection {
  readonly store = new Store<SelectionState>({ loop: 'box', found: null, busy: false });
  draft: Draft | null = null;
  /** Places of the world, or CSS pixels of the view. */
  private path: Spot[] = [];
  private group = new Group(new Uint32Array(0));
  /** The tick and changes at which they were looked at. */
  private seen = '';
  /** Whose the ids are. */
  private simulation: Simulation | null = null;

  constructor(
    private readonly session: Session,
    private readonly seeing: () => Seeing | null,
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

  down({ place: [x, y], at }: Hold): void {
    this.path = [this.inSpace ? at : [x, y]];
  }

  private get inSpace(): boolean {
    return (this.seeing()?.world.sides[2] ?? 0) > 0;
  }

  move(hold: Hold): void {
    const { path } = this;
    const world = this.seeing()?.world;
    if (path.length === 0 || !world) return;
    const [lastX, lastY] = path.at(-1)!;
    const to = this.inSpace ? hold.at : beyond([lastX, lastY], hold, world);
    const pixel = this.inSpace ? 1 : hold.pixel;
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
  middle({ place, at, radius, reach }: Hold): void {
    const [[x, y], half] = this.inSpace ? [at, reach] : [place, radius];
    void this.find('box', [[x - half, y - half], [x + half, y + half]]);
  }

  private sketch(pixel: number): Draft | null {
    const [low, high] = boxOf(this.path);
    if (Math.max(high[0] - low[0], high[1] - low[1]) < CLICK_PX * pixel) return null;
    const seeing = this.seeing();
    const flat = this.inSpace;
    const shown = (spot: Spot): Spot => (flat && seeing ? [(2 * spot[0]) / seeing.view[0] - 1, 1 - (2 * spot[1]) / seeing.view[1]] : spot);
    if (this.store.get().loop === 'box') return { outlines: [{ kind: 'box', low: shown(low), high: shown(high) }], tint: TINT, flat };
    return { outlines: [], path: [...this.path, this.path[0]!].map(shown), tint: TINT, flat };
  }

  private async find(loop: LoopName, path: readonly Spot[]): Promise<void> {
    const seeing = this.seeing();
    if (!seeing) return;
    const box = loop === 'box' || path.length < 3;
    const ids = this.inSpace ? inView(seeing, box ? cornersOf(path) : path) : await this.session.try((simulation) => inPlane(simulation, seeing.world, box, path));
    if (!ids) return;
    this.session.select(null);
    this.simulation = this.session.simulation;
    this.show(ids);
    this.session.tell(ids.length === 0 ? 'Nobody is here' : `Selected ${ids.length.toLocaleString('en')}`);
  }

  /** Looks again at those who are still there. */
  async refresh(): Promise<void> {
    const { ids, session } = this;
    if (!ids || this.store.get().busy) return;
    const now = `${session.simulation?.metrics().tick} ${session.changes}`;
    if (now === this.seen) return;
    this.seen = now;
    const there = await this.session.try((simulation) => everybody(simulation));
    if (there && ids === this.ids) this.show(common(ids, there));
  }

  /** They are selected, and are as the newest frame has them. */
  private show(ids: Uint32Array): void {
    const { simulation } = this.session;
    if (ids.length === 0 || !simulation) return this.store.set({ found: null });
    // Mostly they are those who were selected before.
    const same = ids.length === this.group.ids.length && ids.every((id, index) => id === this.group.ids[index]);
    if (!same) this.group = new Group(ids);
    const reader = simulation.reader();
    const facts = this.group.facts(simulation.model, reader.acquire());
    reader.close();
    this.store.set({ found: { ids: this.group.ids, ...facts } });
  }

  async remove(): Promise<void> {
    await this.all('remove the selected', 'Removed', (id) => ({ remove: id }));
  }

  /** The columns that can be set to one number for all of them. */
  settable(simulation: Simulation): readonly string[] {
    return measuredOf(simulation.model);
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
  const { sides, wraps } = extentOf(simulation);
  // Where an axis has no seam it may be open, and some may be far outside.
  const range = (axis: 0 | 1 | 2): [number, number] => (wraps[axis] ? [0, sides[axis]] : [-FARTHEST, FARTHEST]);
  const box: Box = { x: range(0), y: range(1), ...(sides[2] > 0 && { z: range(2) }) };
  return (await simulation.inBox(box)).ids;
}

/** No place is farther away: the largest number of 32 bits. */
const FARTHEST = 3.4e38;

/** Those who are in a part of the plane. */
async function inPlane(simulation: Simulation, world: Extent, box: boolean, path: readonly Spot[]): Promise<Uint32Array> {
  if (!box) return (await simulation.inLasso(path)).ids;
  const [low, high] = boxOf(path);
  const range = (axis: 0 | 1) => within(low[axis], high[axis], world, axis);
  return (await simulation.inBox({ x: range(0), y: range(1) })).ids;
}

/** Those who are seen in a part of the view. */
function inView({ frame, world, lens, view }: Seeing, corners: readonly Spot[]): Uint32Array {
  return inLoop(frame, world, lens, corners, view);
}

/** A drag over a seam goes on beyond it. */
function beyond([x, y]: Spot, { place: [toX, toY] }: Hold, { sides, wraps }: Extent): Spot {
  return [x + way(x, toX, sides[0], wraps[0]), y + way(y, toY, sides[1], wraps[1])];
}

function cornersOf(path: readonly Spot[]): readonly Spot[] {
  const [[left, low], [right, high]] = boxOf(path);
  return [[left, low], [right, low], [right, high], [left, high]];
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
