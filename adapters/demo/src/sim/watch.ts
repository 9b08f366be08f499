/**
 * Looks at the world as a whole, once a second and whenever one that stands has changed: its fingerprint, and the
 * course of its statistics. An observation costs a pass over all entities, so all who show some share it.
 */

import type { Observation, Simulation } from 'flockwork';
import type { Session } from './session.js';

const EVERY_MS = 1000;
/** With more samples than these every second one goes. */
const MOST = 600;

export class Watch {
  /** In the order of their ticks. */
  samples: Observation[] = [];
  newest: Observation | null = null;
  /** Grows with each observation. */
  version = 0;
  private simulation: Simulation | null = null;
  private changes = -1;
  private last = -Infinity;
  private observing = false;

  constructor(private readonly session: Session) {}

  /** Once for each frame. */
  beat(now: number): void {
    const { simulation } = this.session;
    if (simulation !== this.simulation) this.begin(simulation);
    if (!simulation || this.observing || simulation.state === 'faulted') return;
    const stands = simulation.state !== 'running';
    const changed = this.session.changes !== this.changes || !this.newest || (stands && simulation.metrics(this.metrics).tick !== this.newest.tick);
    if (stands ? changed : now - this.last >= EVERY_MS) void this.look(simulation, now);
  }

  private metrics: ReturnType<Simulation['metrics']> | undefined;

  private begin(simulation: Simulation | null): void {
    this.simulation = simulation;
    this.metrics = simulation?.metrics();
    this.newest = null;
    this.last = -Infinity;
    this.version += 1;
    if (simulation) this.samples = [];
  }

  private async look(simulation: Simulation, now: number): Promise<void> {
    const { changes } = this.session;
    this.observing = true;
    this.last = now;
    try {
      const seen = await simulation.observe();
      if (simulation === this.simulation) this.take(seen, changes);
    } catch {
      // It is replaced, or has faulted, which is shown elsewhere.
    } finally {
      this.observing = false;
    }
  }

  /** The world may have gone back: what was seen of later ticks never was. */
  private take(seen: Observation, changes: number): void {
    this.newest = seen;
    this.changes = changes;
    this.version += 1;
    const { samples } = this;
    while (samples.length > 0 && samples.at(-1)!.tick >= seen.tick) samples.pop();
    samples.push(seen);
    if (samples.length > MOST) this.samples = samples.filter((_, index) => index % 2 === 0);
  }
}
