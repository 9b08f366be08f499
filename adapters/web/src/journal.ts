/** What was done with a world since its last checkpoint, so that other workers can do it once more. */

import type { Command, PastCommand } from './protocol.js';

type Again = Extract<Command, { type: 'again' }>;
type Listen = Extract<Command, { type: 'listen' }>;

/** Only what was answered is in it: what was not has been refused, or will be. */
export class Journal {
  private past: { readonly tick: number; readonly command: PastCommand }[] = [];
  /** The feeds that there are, and those that there were at the checkpoint. */
  private readonly feeds = new Map<number, Listen>();
  private before: readonly Listen[] = [];
  private begun = 0;
  /** The latest tick that anybody was told of. */
  private latest = 0;

  /** Nothing is kept of what cannot be done again. */
  constructor(private readonly kept: boolean) {}

  /** A checkpoint holds all that was before. */
  begin(tick: number): void {
    this.past = [];
    this.before = [...this.feeds.values()];
    this.begun = tick;
    this.latest = tick;
  }

  /** Others have the world, who have no feeds. */
  move(tick: number): void {
    this.feeds.clear();
    this.begin(tick);
  }

  /** Something was done after so many ticks. */
  done(tick: number, command: PastCommand): void {
    if (!this.kept) return;
    this.past.push({ tick, command });
    this.told(tick);
    if (command.type === 'listen') this.feeds.set(command.number, command);
    if (command.type === 'unlisten') this.feeds.delete(command.number);
  }

  /** Somebody was told of a tick, to which the world must come again. */
  told(tick: number): void {
    this.latest = Math.max(this.latest, tick);
  }

  /** The numbers of the feeds for which workers keep records. */
  listening(): ReadonlySet<number> {
    return new Set(this.feeds.keys());
  }

  /** What workers that have the checkpoint do, to come to where others were. */
  again(): Omit<Again, 'id'> {
    const feeds = this.before.map((command) => ({ tick: this.begun, command }));
    return { type: 'again', past: [...feeds, ...this.past], until: this.latest };
  }
}
