/**
 * Looks for the largest world that holds 60 frames and 60 ticks a second here: doubles or halves
 * until the answer lies between two worlds, then halves the (geometric) distance.
 */

import type { Simulation } from 'flockwork';
import type { FrameMeter } from '../view/meter.js';
import { MAX_ENTITIES } from './query.js';
import type { Session } from './session.js';

export interface Trial {
  readonly entities: number;
  readonly framesPerSecond: number;
  readonly ticksPerSecond: number;
  readonly holds: boolean;
}

export interface SearchResult {
  /** 0 if not even the smallest world holds. */
  readonly entities: number;
  readonly trials: readonly Trial[];
}

const SMALLEST = 1000;
const WARM_MS = 1000;
const MEASURE_MS = 2000;
/** What counts as 60: clocks and timers are not exact. */
const ENOUGH = 57;
const NEAR = 40;
/** Good enough: the next larger world that was tried is less than this many times larger. */
const CLOSE = 1.15;

export async function search(
  session: Session,
  meter: FrameMeter,
  signal: AbortSignal,
  tried: (trials: readonly Trial[]) => void,
): Promise<SearchResult> {
  const trials: Trial[] = [];
  const { entities: original } = session.store.get().settings;
  session.setRate(60);
  session.setRunning(true);
  const fits = async (entities: number) => {
    const trial = await attempt(session, meter, signal, entities);
    trials.push(trial);
    tried([...trials]);
    return trial.holds;
  };
  let good = 0;
  let bad = MAX_ENTITIES + 1;
  let next = Math.max(SMALLEST, original);
  while (!signal.aborted && next > good && next < bad) {
    if (await fits(next)) good = next;
    else bad = next;
    if (good > 0 && bad / good < CLOSE) break;
    next = choose(good, bad);
  }
  // The person's own world goes on; the one that was found can be looked at.
  await session.move();
  return { entities: good, trials };
}

/** The next number to try. */
function choose(good: number, bad: number): number {
  if (bad > MAX_ENTITIES) return good >= MAX_ENTITIES ? good : Math.min(MAX_ENTITIES, good * 2);
  if (good === 0) return bad <= SMALLEST ? 0 : Math.max(SMALLEST, round(bad / 2));
  return round(Math.sqrt(good * bad));
}

/** Two significant digits. */
function round(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.round(value / unit) * unit;
}

async function attempt(session: Session, meter: FrameMeter, signal: AbortSignal, entities: number): Promise<Trial> {
  await session.attempt({ entities, scale: true });
  const { simulation } = session;
  if (!simulation) return { entities, framesPerSecond: 0, ticksPerSecond: 0, holds: false };
  await pause(WARM_MS, signal);
  const first = await measure(simulation, meter, signal);
  // A world that just fails gets a second chance: something else may have run on this machine.
  const { framesPerSecond, ticksPerSecond } = slower(first) < NEAR || holds(first) ? first : await measure(simulation, meter, signal);
  return { entities, framesPerSecond, ticksPerSecond, holds: holds({ framesPerSecond, ticksPerSecond }) };
}

type Speed = Pick<Trial, 'framesPerSecond' | 'ticksPerSecond'>;

function slower({ framesPerSecond, ticksPerSecond }: Speed): number {
  return Math.min(framesPerSecond, ticksPerSecond);
}

function holds(speed: Speed): boolean {
  return slower(speed) >= ENOUGH;
}

async function measure(simulation: Simulation, meter: FrameMeter, signal: AbortSignal): Promise<Speed> {
  const before = { tick: simulation.metrics().tick, frame: meter.frames.count, time: performance.now() };
  await pause(MEASURE_MS, signal);
  const seconds = (performance.now() - before.time) / 1000;
  return {
    framesPerSecond: (meter.frames.count - before.frame) / seconds,
    ticksPerSecond: (simulation.metrics().tick - before.tick) / seconds,
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
