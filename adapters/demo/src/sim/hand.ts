/**
 * The hand that is held over the world: which tool, how large, and what it does while it is pressed. A press
 * is one stroke. One touch is on its way at a time; those between come together when its answer is there.
 */

import type { FrameView, InputAnswer } from 'flockwork';
import type { Extent, Place } from '../view/camera.js';
import { way } from '../view/near.js';
import type { Stroke } from './history.js';
import type { Session } from './session.js';
import { Store } from './store.js';
import { inputsOf, MOST_TOUCHED, toolsOf, type Grip, type ToolName } from './tools.js';

export interface HandState {
  readonly tool: ToolName;
  /** The radius of the brush in CSS pixels. */
  readonly brush: number;
  /** Of those who are added, where there are tribes. */
  readonly tribe: number;
}

export const BRUSH = { least: 8, most: 240 } as const;

/** Where the hand is in the world, and how far it reaches. */
export interface Hold {
  readonly place: Place;
  readonly radius: number;
}

/** What a hand is held over. */
export interface Ground {
  readonly world: Extent;
  readonly frame: FrameView;
}

/** A press that is held does it again after so long. */
const AGAIN_MS = 120;
/** Newcomers come where the brush has gone on by this part of its radius. */
const ADD_WAY = 1;

interface Press {
  readonly grip: Omit<Grip, 'place' | 'radius'>;
  stroke: Stroke | null;
  /** How many were touched. */
  done: number;
}

export class Hand {
  readonly store = new Store<HandState>({ tool: 'look', brush: 44, tribe: 0 });
  private press: Press | null = null;
  private hold: Hold | null = null;
  /** A touch that is still to be made, of the press that is held or of one that was. */
  private due: { readonly press: Press; readonly hold: Hold } | null = null;
  private busy = false;
  private last = { at: -Infinity, place: null as Place | null };

  constructor(private readonly session: Session) {}

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
    const tribes = this.session.simulation?.model.columns.some(({ name }) => name === 'tribe');
    this.press = { grip: { tool, tribe: tribes ? this.store.get().tribe : null }, stroke: null, done: 0 };
    this.hold = hold;
    this.due = { press: this.press, hold };
  }

  move(hold: Hold): void {
    if (this.press) this.hold = hold;
  }

  /** What was begun is still done. */
  release(): void {
    this.press = this.hold = null;
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
};

function said(tool: ToolName, count: number, most: boolean, { tick }: InputAnswer): string {
  const whom = tool === 'add' || tool === 'remove' ? ` ${count.toLocaleString('en')}` : ' all in the circle';
  return `${DONE[tool]}${most ? ` ${MOST_TOUCHED.toLocaleString('en')}, the most at a time` : whom}: it holds after tick ${tick.toLocaleString('en')}`;
}
