/**
 * What was done to a world, in strokes: all that one drag of a hand, or of a slider, did. The state before
 * a stroke is kept every so often, so that one can go back before the last stroke and do the others again.
 */

import type { Input, Simulation } from 'flockwork';
import { textOf, type Batch, type Mark } from './log.js';

export interface Stroke {
  /** What was done, such as `add`. */
  readonly name: string;
  readonly batches: Batch[];
}

/** A state from which the world can go on. */
export interface Kept {
  readonly tick: number;
  /** Batches that were done before it. */
  readonly batches: number;
  readonly bytes: ArrayBuffer;
}

/** A state is kept before a stroke if the last one lies so many ticks back. */
const KEEP_TICKS = 120;
/** Bytes of all states together; beyond them every second one goes. */
const KEEP_BYTES = 192 * 1024 * 1024;

export class History {
  private readonly strokes: Stroke[] = [];
  private readonly undone: Stroke[] = [];
  private kept: Kept[] = [];

  /** `head` is the first line of the world's log; null if nobody knows what came before. */
  constructor(readonly head: string | null) {}

  get canUndo(): boolean {
    return this.strokes.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  get last(): Stroke | null {
    return this.strokes.at(-1) ?? null;
  }

  get batches(): Batch[] {
    return this.strokes.flatMap(({ batches }) => batches);
  }

  /** Begins a stroke; what was undone cannot be done again after it. */
  async begin(simulation: Simulation, name: string): Promise<Stroke> {
    const { tick } = simulation.metrics();
    const last = this.kept.at(-1);
    if (!last || tick - last.tick >= KEEP_TICKS) await this.keep(simulation);
    const stroke = { name, batches: [] };
    this.strokes.push(stroke);
    this.undone.length = 0;
    return stroke;
  }

  /** A part of a stroke was done at a tick. */
  add(stroke: Stroke, tick: number, inputs: readonly Input[]): void {
    stroke.batches.push({ tick, inputs: structuredClone(inputs) });
  }

  /** A stroke that did nothing is none. */
  end(stroke: Stroke): void {
    const at = this.strokes.indexOf(stroke);
    if (at >= 0 && stroke.batches.length === 0) this.strokes.splice(at, 1);
  }

  /** Strokes of a log that is being done again. */
  take(strokes: readonly Stroke[]): void {
    this.strokes.push(...strokes);
  }

  /** Takes the last stroke away, or gives back the one that was taken away last. */
  undo(): Stroke | null {
    return pass(this.strokes, this.undone);
  }

  redo(): Stroke | null {
    return pass(this.undone, this.strokes);
  }

  /** The last state that was kept before a stroke and all that follow it; those after it are forgotten. */
  before(stroke: Stroke): Kept | null {
    const at = this.strokes.indexOf(stroke);
    const done = this.strokes.slice(0, at < 0 ? undefined : at).reduce((sum, { batches }) => sum + batches.length, 0);
    this.kept = this.kept.filter(({ batches }) => batches <= done);
    return this.kept.at(-1) ?? null;
  }

  /** The world went on from a state of this tick: what was done then and later never was. */
  cut(tick: number): void {
    for (const { batches } of this.strokes) batches.splice(0, Infinity, ...batches.filter((batch) => batch.tick < tick));
    this.strokes.splice(0, Infinity, ...this.strokes.filter(({ batches }) => batches.length > 0));
    this.undone.length = 0;
    this.kept = this.kept.filter((kept) => kept.tick < tick);
  }

  /** The log of the world, for `flockwork replay`; null if nobody knows how it began. */
  text(mark: Mark): string | null {
    return this.head && textOf(this.head, this.batches, mark);
  }

  /** Keeps the state as it is now. */
  async keep(simulation: Simulation): Promise<void> {
    const bytes = await simulation.snapshot();
    // A world that runs was at this tick or a little before it.
    this.kept.push({ tick: simulation.metrics().tick, batches: this.batches.length, bytes });
    const sum = () => this.kept.reduce((all, one) => all + one.bytes.byteLength, 0);
    while (this.kept.length > 2 && sum() > KEEP_BYTES) this.kept = this.kept.filter((_, index) => index % 2 === 0);
  }
}

function pass(from: Stroke[], to: Stroke[]): Stroke | null {
  const stroke = from.pop();
  if (stroke) to.push(stroke);
  return stroke ?? null;
}
