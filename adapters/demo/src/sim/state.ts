/** What is known of the world that is shown, for whoever shows it. */

import type { Entity, ParamValue, Simulation, StartProgress } from 'flockwork';
import type { Failure } from './failure.js';
import type { History } from './history.js';
import type { Settings } from './query.js';
import type { FieldRange } from '../view/ground.js';

export type Rate = number | 'max';

export interface SessionState {
  readonly settings: Settings;
  readonly status: 'starting' | 'ready' | 'failed' | 'away';
  readonly progress: StartProgress | null;
  readonly simulation: Simulation | null;
  readonly failure: Failure | null;
  readonly running: boolean;
  /** Ticks that are computed before the world is shown as it is; null if there are none to do. */
  readonly ahead: { readonly tick: number; readonly of: number; readonly share: number } | null;
  readonly rate: Rate;
  readonly colorBy: string;
  /** The field that is shown under the entities. */
  readonly field: string | null;
  /** The most that was seen in a cell. */
  readonly fieldTop: number;
  /** What its darkest and brightest colour stand for; null for nothing and the most that was seen. */
  readonly fieldRange: FieldRange | null;
  /** Parameters as they are now. */
  readonly params: Readonly<Record<string, ParamValue>>;
  /** The parameter that was refused, and why. */
  readonly refused: { readonly name: string; readonly message: string } | null;
  readonly selected: Selected | null;
  /** The world before this one, if it was another. */
  readonly former: Held | null;
  /** What was wrong in the address. */
  readonly problems: readonly string[];
  /** What became of the last thing that was done. */
  readonly answer: Answer | null;
  /** Whether there is a stroke to take back, or to do again. */
  readonly past: { readonly undo: boolean; readonly redo: boolean };
  /** What the camera is to see of a world that a link has brought. */
  readonly pose: readonly number[] | null;
  /** What is done again after the world went back; null if nothing is. */
  readonly again: { readonly what: string; readonly tick: number; readonly of: number; readonly share: number } | null;
}

export interface Answer {
  readonly text: string;
  readonly bad: boolean;
}

/** A world that can go on. */
export interface Held {
  readonly settings: Settings;
  readonly tick: number;
  readonly snapshot: ArrayBuffer;
  readonly history: History;
  /** The id of the chosen entity. */
  readonly selected: number | null;
}

export interface Selected {
  readonly id: number;
  /** As it was last seen. */
  readonly entity: Entity;
  readonly alive: boolean;
}
