/**
 * Draws, moves and removes what stands in the world, and opens and closes doors. What comes of it is another list of
 * shapes, or a door that is open or closed: an input like all others. What the model refuses changes nothing.
 */

import type { FrameView, Input } from 'flockwork';
import type { Draft } from '../view/standing.js';
import { ROLE_TINTS } from '../view/standing.js';
import { way } from '../view/near.js';
import type { Ground, Hold } from './hold.js';
import type { Session } from './session.js';
import { SHAPES, borderOf, distance, groupsOf, inside, isOpen, listOf, moved, shapeOf, shapesOf, sizeOf, type Group, type Outline, type Role, type Shape, type Spot } from './shapes.js';
import { Store } from './store.js';

export const PENS = ['edit', 'line', 'box', 'circle'] as const;
export type PenName = (typeof PENS)[number];

export interface PenState {
  readonly pen: PenName;
  /** Of what is drawn. */
  readonly role: Role;
  /** The shape that is chosen, by its numbers in the list, and how many the list had then. */
  readonly chosen: Group;
  readonly of: number;
}

/** What is drawn or moved by less, in CSS pixels, was a click. */
const CLICK_PX = 6;
/** How near one must be to a line, and to a corner to begin or end there. */
const NEAR_PX = 14;
/** Where there is no parameter that says how near to a wall one gets. */
const CLEARANCE = 0.05;
/** A wall of a person is no wall if it is nearer than this part of it: the model's own. */
const LEAST = 1 / 64;
const NONE: Group = [];

export class Pen {
  readonly store = new Store<PenState>({ pen: 'edit', role: 'wall', chosen: [], of: 0 });
  /** What is being drawn. */
  draft: Draft | null = null;
  private from: Spot | null = null;
  private to: Spot | null = null;
  private grabbed = false;

  constructor(
    private readonly session: Session,
    private readonly ground: () => Ground | null,
  ) {}

  /** What stands in the world now; the same list while nothing changes. */
  get shapes(): readonly Shape[] {
    const value = this.session.store.get().params[SHAPES];
    if (value !== this.read.value) this.read = { value, shapes: shapesOf(value) };
    return this.read.shapes;
  }

  private read: { value: unknown; shapes: readonly Shape[] } = { value: undefined, shapes: [] };

  /** The shape that is chosen; none if the list is another by now. */
  get group(): Group {
    const { chosen, of } = this.store.get();
    return of === this.shapes.length ? chosen : NONE;
  }

  pick(group: Group): void {
    this.store.set({ chosen: group, of: this.shapes.length });
  }

  get tick(): number {
    return this.session.simulation?.metrics().tick ?? 0;
  }

  choose(pen: PenName): void {
    this.draft = this.from = null;
    const { role } = this.store.get();
    // A line has no inside.
    const lines = role === 'wall' || role === 'door';
    this.store.set({ pen, chosen: NONE, role: pen === 'line' && !lines ? 'wall' : role });
  }

  down({ place: [x, y], pixel }: Hold): void {
    const { pen } = this.store.get();
    this.to = this.from = pen === 'line' ? this.snapped([x, y], pixel) : [x, y];
    if (pen !== 'edit') return;
    const found = this.at([x, y], NEAR_PX * pixel);
    this.grabbed = found.length > 0;
    this.pick(found);
  }

  move({ place: [x, y], pixel }: Hold): void {
    if (!this.from) return;
    // A drag over a seam goes on beyond it.
    const near = ([fromX, fromY]: Spot): Spot => [fromX + this.way(fromX, x, 0), fromY + this.way(fromY, y, 1)];
    const to = near(this.to!);
    this.to = this.store.get().pen === 'line' ? this.snapped(to, pixel) : to;
    const drags = Math.hypot(this.to[0] - this.from[0], this.to[1] - this.from[1]) >= CLICK_PX * pixel;
    this.draft = drags ? this.sketch() : null;
    // What was drawn and is so no more was no click.
    if (!drags) this.to = to;
  }

  release(): void {
    const { draft, from } = this;
    const { pen, role } = this.store.get();
    const chosen = this.group;
    this.draft = this.from = this.to = null;
    if (!from) return;
    if (pen !== 'edit') {
      if (!draft) return this.session.tell('Drag from one end to the other');
      return void this.draw(draft.outlines[0]!, role);
    }
    if (!this.grabbed) return this.session.tell('Nothing stands here');
    if (draft) return void this.replace('move', chosen, draft.outlines);
    if (this.shapes[chosen[0]!]?.role === 'door') void this.swing(chosen);
  }

  /** What a click in the middle does: a shape as large as the brush comes there, or a door opens. */
  middle(hold: Hold): void {
    const { pen, role } = this.store.get();
    const { place: [x, y], radius } = hold;
    if (pen === 'edit') {
      this.down({ ...hold, pixel: Infinity });
      this.release();
    } else if (pen === 'line') void this.draw({ kind: 'segment', ends: [[x - radius, y], [x + radius, y]] }, role);
    else if (pen === 'box') void this.draw({ kind: 'box', low: [x - radius, y - radius], high: [x + radius, y + radius] }, role);
    else void this.draw({ kind: 'ball', centre: [x, y], radius }, role);
  }

  /** A door that is open closes, and the other way round. */
  async swing(group: Group): Promise<void> {
    const open = !isOpen(this.shapes[group[0]!]!, this.tick);
    const given = await this.give(open ? 'open the door' : 'close the door', [{ door: { shape: [...group], open } }]);
    if (given !== null) this.session.tell(`The door is ${open ? 'open' : 'closed'} after tick ${given.toLocaleString('en')}`);
  }

  async remove(group: Group): Promise<void> {
    if (group.length === 0) return;
    this.pick(NONE);
    await this.set('remove a shape', this.shapes.filter((_, number) => !group.includes(number)), 'Removed');
  }

  private async draw(outline: Outline, role: Role): Promise<void> {
    const shape = shapeOf(role, outline);
    await this.build(`draw a ${role}`, [...this.shapes, shape], [shape], 'Drawn');
  }

  private async replace(name: string, group: Group, outlines: readonly Outline[]): Promise<void> {
    const next = this.shapes.map((shape, number) => (group.includes(number) ? { ...shape, outline: outlines[group.indexOf(number)]! } : shape));
    await this.build(name, next, group.map((number) => next[number]!), 'Moved');
  }

  /** Has these shapes stand there, of which some are new, unless somebody is in their way; nobody moves meanwhile. */
  private async build(name: string, shapes: readonly Shape[], fresh: readonly Shape[], done: string): Promise<void> {
    await this.session.still(async (simulation) => {
      const reader = simulation.reader();
      const people = this.blocked(fresh, reader.acquire());
      reader.close();
      if (people === 0) return this.set(name, shapes, done);
      this.session.tell(people === 1 ? 'Somebody stands in the way: nothing was changed' : `${people} stand in the way: nothing was changed`, true);
    });
  }

  private async set(name: string, shapes: readonly Shape[], done: string): Promise<void> {
    const given = await this.give(name, [{ params: { [SHAPES]: listOf(shapes) } }]);
    if (given !== null) this.session.tell(`${done}: it holds after tick ${given.toLocaleString('en')}`);
  }

  /** Gives inputs; the tick after which they hold, or null if they were refused, which is told. */
  private async give(name: string, inputs: readonly Input[]): Promise<number | null> {
    if (this.session.store.get().again) return null;
    const given = await this.session.give(name, inputs);
    // The rules that the page shows are what they were, or these.
    await this.session.refresh();
    return given?.answer.tick ?? null;
  }

  /** How many stand where walls would be: they could never leave. */
  private blocked(shapes: readonly Shape[], { position, count }: FrameView): number {
    const walls = shapes.filter(({ role }) => role === 'wall');
    if (walls.length === 0) return 0;
    const { clearance } = this.session.store.get().params;
    const least = (typeof clearance === 'number' ? clearance : CLEARANCE) * LEAST;
    let people = 0;
    for (let row = 0; row < count; row++) {
      const at: Spot = [position[3 * row]!, position[3 * row + 1]!];
      if (walls.some(({ outline }) => inside(outline, at) || distance(outline, at) <= least)) people += 1;
    }
    return people;
  }

  private sketch(): Draft {
    const { pen, role } = this.store.get();
    const chosen = this.group;
    const [from, to] = [this.from!, this.to!];
    if (pen === 'edit') {
      const outlines = chosen.map((number) => moved(this.shapes[number]!, to[0] - from[0], to[1] - from[1]).outline);
      return { outlines, tint: ROLE_TINTS[this.shapes[chosen[0]!]?.role ?? 'wall'] };
    }
    return { outlines: [drawn(pen, from, to)], tint: ROLE_TINTS[role] };
  }

  /** The shape at a place: one whose line is near, else one that it is inside of. */
  private at(place: Spot, near: number): Group {
    const { shapes } = this;
    let best: { readonly group: Group; readonly away: number } | null = null;
    const away = (outline: Outline) => Math.min(...this.images(place).map((at) => distance(outline, at)));
    for (const group of groupsOf(shapes)) {
      // A door is what one wants of all that is near.
      const first = shapes[group[0]!]!.role === 'door' ? 0.5 : 1;
      const least = first * Math.min(...group.map((number) => away(shapes[number]!.outline)));
      if (least <= near && (!best || least < best.away)) best = { group, away: least };
    }
    const holds = (group: Group) => this.images(place).some((at) => inside(shapes[group[0]!]!.outline, at));
    // The smallest of those that lie over one another.
    const around = groupsOf(shapes).filter(holds).sort(([a], [b]) => sizeOf(shapes[a!]!.outline) - sizeOf(shapes[b!]!.outline));
    return best?.group ?? around[0] ?? NONE;
  }

  /** A place, and what it is on the other side of seams. */
  private images([x, y]: Spot): Spot[] {
    const world = this.ground()?.world;
    const times = (axis: 0 | 1) => (world?.wraps[axis] ? [0, -world.sides[axis], world.sides[axis]] : [0]);
    return times(0).flatMap((dx) => times(1).map((dy): Spot => [x + dx, y + dy]));
  }

  /** A corner of a shape that is near, and else the place itself. */
  private snapped(place: Spot, pixel: number): Spot {
    const corners = this.shapes.filter(({ role, outline }) => (role === 'wall' || role === 'door') && outline.kind !== 'ball').flatMap(({ outline }) => borderOf(outline));
    const away = ([x, y]: Spot) => Math.hypot(x - place[0], y - place[1]);
    const best = corners.reduce<Spot | null>((near, one) => (!near || away(one) < away(near) ? one : near), null);
    return best && away(best) < NEAR_PX * pixel ? best : place;
  }

  private way(from: number, to: number, axis: 0 | 1): number {
    const world = this.ground()?.world;
    return world ? way(from, to, world.sides[axis], world.wraps[axis]) : to - from;
  }
}

function drawn(pen: Exclude<PenName, 'edit'>, from: Spot, to: Spot): Outline {
  if (pen === 'line') return { kind: 'segment', ends: [from, to] };
  if (pen === 'circle') return { kind: 'ball', centre: from, radius: Math.hypot(to[0] - from[0], to[1] - from[1]) };
  return { kind: 'box', low: [Math.min(from[0], to[0]), Math.min(from[1], to[1])], high: [Math.max(from[0], to[0]), Math.max(from[1], to[1])] };
}
