/**
 * The hand that is held over the world: which tool, how large, and what it does while it is pressed. A press
 * is one stroke. One touch is on its way at a time; those between come together when its answer is there.
 */

import type { InputAnswer } from 'flockwork';
import type { Extent, Place } from '../view/camera.js';
import type { Draft } from '../view/standing.js';
import { kindOf } from '../view/look.js';
import { way } from '../view/near.js';
import type { Stroke } from './history.js';
import type { Ground, Hold, Seeing } from './hold.js';
import { Pen } from './pen.js';
import { Selection } from './selection.js';
import type { Session } from './session.js';
import { Store } from './store.js';
import { inputsOf, MOST_TOUCHED, toolsOf, type Grip, type ToolName } from './tools.js';

export interface HandState {
  readonly tool: ToolName;
  /** The radius of the brush in CSS pixels. */
  readonly brush: number;
  /** Of those who are added, where there are tribes or kinds. */
  readonly tribe: number;
  /** Whether the brush takes from the field. */
  readonly takes: boolean;
}

export const BRUSH = { least: 8, most: 240 } as const;

/** A press that is held does it again after so long. */
const AGAIN_MS = 120;
/** Newcomers come where the brush has gone on by this part of its radius. */
const ADD_WAY = 1;
/** One touch of a field changes cells by this part of the most that was seen in one. */
const PAINTED_SHARE = 0.25;

interface Press {
  readonly grip: Omit<Grip, 'place' | 'radius'>;
  stroke: Stroke | null;
  /** How many were touched. */
  done: number;
}

export class Hand {
  readonly store = new Store<HandState>({ tool: 'look', brush: 44, tribe: 0, takes: false });
  private press: Press | null = null;
  private hold: Hold | null = null;
  /** A touch that is still to be made, of the press that is held or of one that was. */
  private due: { readonly press: Press; readonly hold: Hold } | null = null;
  private busy = false;
  private last = { at: -Infinity, place: null as Place | null };

  readonly pen: Pen;
  readonly selection: Selection;
  /** That of the two which is pressed. */
  private drawing: Pen | Selection | null = null;

  constructor(
    private readonly session: Session,
    seeing: () => Seeing | null,
  ) {
    this.pen = new Pen(session, seeing);
    this.selection = new Selection(session, seeing);
  }

  /** What is being drawn or selected. */
  get draft(): Draft | null {
    return this.drawing?.draft ?? null;
  }

  /** Whether it does something; else it only looks. */
  get acts(): boolean {
    return this.tool !== 'look';
  }

  /** The tool, where the world knows it. */
  get tool(): ToolName {
    const { tool } = this.store.get();
    // Asked with every frame.
    if (tool === 'look') return tool;
    const { simulation } = this.session;
    return simulation && toolsOf(simulation.model).includes(tool) ? tool : 'look';
  }

  get pressed(): boolean {
    return this.press !== null;
  }

  /** There is nothing for it to do. */
  get idle(): boolean {
    return !this.press && !this.due;
  }

  choose(tool: ToolName): void {
    this.release();
    if (tool !== 'draw') this.pen.pick([]);
    this.store.set({ tool });
  }

  /** The brush becomes so many times as large. */
  grow(factor: number): void {
    this.size(this.store.get().brush * factor);
  }

  size(brush: number): void {
    this.store.set({ brush: Math.round(Math.min(BRUSH.most, Math.max(BRUSH.least, brush))) });
  }

  /** Presses at a place. */
  down(hold: Hold): void {
    const { tool } = this;
    if (tool === 'look') return;
    this.drawing = this.drawer(tool);
    if (this.drawing) return this.drawing.down(hold);
    const kinds = kindOf(this.session.simulation?.model.columns ?? []) !== null;
    const { tribe, takes } = this.store.get();
    this.press = { grip: { tool, tribe: kinds ? tribe : null, paint: this.paint(takes) }, stroke: null, done: 0 };
    this.hold = hold;
    this.due = { press: this.press, hold };
  }

  /** Presses in the middle, for a moment. */
  middle(hold: Hold): void {
    const drawer = this.drawer(this.tool);
    if (drawer) return drawer.middle(hold);
    this.down(hold);
    this.release();
  }

  private drawer(tool: ToolName): Pen | Selection | null {
    return tool === 'draw' ? this.pen : tool === 'select' ? this.selection : null;
  }

  /** Whether it touches all in a circle. */
  get brushes(): boolean {
    return this.acts && !this.drawer(this.tool);
  }

  /** A part of the most that was seen in a cell: amounts are whole. */
  private paint(takes: boolean): Grip['paint'] {
    const { field, fieldTop } = this.session.store.get();
    return field === null ? null : { name: field, add: (takes ? -1 : 1) * Math.max(1, Math.round(PAINTED_SHARE * fieldTop)) };
  }

  move(hold: Hold): void {
    this.drawing?.move(hold);
    if (this.press) this.hold = hold;
  }

  /** What was begun is still done. */
  release(): void {
    this.press = this.hold = null;
    const { drawing } = this;
    this.drawing = null;
    drawing?.release();
  }

  /** Once for each frame: does what is to be done by now. */
  beat(now: number, ground: Ground): void {
    const { press, hold } = this;
    if (!this.due && press && hold && now - this.last.at >= AGAIN_MS && this.goesOn(press, hold, ground.world)) this.due = { press, hold };
    if (this.busy || !this.due) return;
    const due = this.due;
    this.due = null;
    this.last = { at: now, place: due.hold.place };
    void this.touch(due.press, due.hold, ground);
  }

  private goesOn({ grip }: Press, { place, radius }: Hold, { sides, wraps }: Extent): boolean {
    const before = this.last.place;
    if (grip.tool !== 'add' || !before) return true;
    return Math.hypot(...place.map((at, axis) => way(before[axis]!, at, sides[axis]!, wraps[axis]!))) >= ADD_WAY * radius;
  }

  private async touch(press: Press, { place, radius }: Hold, { world, frame }: Ground): Promise<void> {
    const { session } = this;
    const { simulation } = session;
    const { params, again } = session.store.get();
    if (!simulation || again) return;
    const [width, height, depth] = world.sides;
    const density = simulation.scenario.entities / (width * height * (depth || 1));
    const grip = { ...press.grip, place, radius };
    const inputs = inputsOf(grip, { model: simulation.model, world, params, frame, density });
    if (inputs.length === 0) {
      if (press.done === 0) session.tell(grip.tool === 'add' ? 'There is no room for anybody here' : 'Nobody is here');
      return;
    }
    this.busy = true;
    const given = await session.give(press.stroke ?? grip.tool, inputs);
    this.busy = false;
    if (!given) return;
    press.stroke = given.stroke;
    press.done += inputs.length;
    session.tell(said(grip.tool, press.done, inputs.length === MOST_TOUCHED, given.answer));
  }
}

const DONE: Readonly<Record<ToolName, string>> = {
  look: '',
  add: 'Added',
  remove: 'Removed',
  frighten: 'Frightened',
  attract: 'Called',
  feed: 'Fed',
  select: '',
  draw: '',
  paint: 'Painted',
};

function said(tool: ToolName, count: number, most: boolean, { tick }: InputAnswer): string {
  if (tool === 'paint') return `Painted: it holds after tick ${tick.toLocaleString('en')}`;
  const whom = tool === 'add' || tool === 'remove' ? ` ${count.toLocaleString('en')}` : ' all in the circle';
  return `${DONE[tool]}${most ? ` ${MOST_TOUCHED.toLocaleString('en')}, the most at a time` : whom}: it holds after tick ${tick.toLocaleString('en')}`;
}
