/**
 * Worlds are made again from what was done to them: to take a stroke back, to do it again, to do what a log
 * says. The world goes back to a state before, and the inputs are given at their ticks, as fast as it can.
 */

import type { Simulation } from 'flockwork';
import { failureOf } from './failure.js';
import type { Stroke } from './history.js';
import { difference, readLog, type Batch, type Log } from './log.js';
import { readLink, writeLink } from './link.js';
import { writeQuery } from './query.js';
import { worldOf } from './scenarios.js';
import { colorings } from './colorings.js';
import type { Session } from './session.js';

/** How often it is told how far it is. */
const TELL_MS = 100;

/** What is to be done, and until which tick; the way on from the last entry may be cut short. */
interface Plan {
  readonly what: string;
  readonly entries: Log['entries'];
  readonly until: number;
  /** All of it may be cut short; else only what comes after the last entry. */
  readonly short: boolean;
}

/** What came of it. */
interface Outcome {
  readonly tick: number;
  /** Fingerprints that were compared, and the first tick at which one differs. */
  readonly compared: number;
  readonly differs: number | null;
  /** How many entries were done. */
  readonly done: number;
}

/** Ends the ticks after the last input, if some are being computed. */
let stop: AbortController | null = null;

export function stopAgain(): void {
  stop?.abort();
}

/** Takes the last stroke back: the world stands where it was, as if it had not been. */
export function undo(session: Session): Promise<void> {
  return rewind(session, 'undo');
}

/** Does the stroke again that was taken back last. */
export function redo(session: Session): Promise<void> {
  return rewind(session, 'redo');
}

async function rewind(session: Session, way: 'undo' | 'redo'): Promise<void> {
  const { simulation, history, store } = session;
  if (!simulation || store.get().again || store.get().status !== 'ready') return;
  if (!(way === 'undo' ? history.canUndo : history.canRedo)) return;
  const title = way === 'undo' ? 'Taken back' : 'Done again';
  const { running } = store.get();
  store.set({ again: { what: title, tick: 0, of: 1, share: 0 } });
  try {
    await session.endAhead();
    await simulation.pause();
    const { tick } = await simulation.observe();
    const stroke: Stroke = history[way]()!;
    const kept = history.before(stroke);
    if (!kept) throw new RangeError('the state before it was not kept');
    await simulation.restore(kept.bytes, { accept: ['params'] });
    const outcome = await run(session, simulation, { what: title, entries: history.batches.slice(kept.batches), until: tick, short: false });
    session.tell(`${title}: ${strokeTitle(stroke)}. The world is at tick ${outcome.tick} again`);
  } catch (error) {
    session.fail(error);
  }
  store.set({ again: null });
  if (simulation !== session.simulation) return;
  await session.refresh();
  if (running && simulation.state === 'paused') simulation.start();
}

/** What a stroke did, in a few words. */
function strokeTitle({ name, batches }: Stroke): string {
  if (name.startsWith('rules ')) return `the rule ${name.slice(6).replaceAll('_', ' ')}`;
  const inputs = batches.reduce((sum, batch) => sum + batch.inputs.length, 0);
  return `${name}, ${inputs === 1 ? '1 input' : `${inputs} inputs`}`;
}

/** The address of the world as it is now, and its tick; null if it has none, which is told. */
export async function linkOf(session: Session, pose: readonly number[]): Promise<{ readonly address: string; readonly tick: number } | null> {
  return still(session, async (tick, fingerprint) => {
    if (session.history.head === null) {
      session.tell(NO_LOG, true);
      return null;
    }
    const { settings, colorBy } = session.store.get();
    const hash = await writeLink({ tick, fingerprint, batches: session.history.batches, colorBy, pose });
    return { address: new URL(`${location.pathname}${writeQuery(settings)}${hash}`, location.href).href, tick };
  });
}

/** Makes the world of a link in one that has just begun. */
export async function enter(session: Session, hash: string): Promise<void> {
  const past = await readLink(hash).catch((error: unknown) => failureOf(error));
  if ('message' in past) {
    // The part of the address before it still holds.
    await session.open();
    return session.store.set({ failure: past });
  }
  try {
    session.store.set({ pose: past.pose, running: false });
    await session.open({}, false);
    const { simulation } = session;
    if (!simulation) return;
    if (colorings(simulation).includes(past.colorBy)) session.setColorBy(past.colorBy);
    const entries = [...past.batches, { tick: past.tick, fingerprint: past.fingerprint }];
    const outcome = await follow(session, { what: 'The world of the link', entries, until: past.tick, short: true });
    if (outcome) session.tell(said(outcome), outcome.differs !== null);
  } catch (error) {
    session.fail(error);
  }
}

const NO_LOG = 'Nobody knows what was done before the uploaded state: begin the world anew to share it';

/** Does something with a world that stands meanwhile. */
async function still<Result>(session: Session, act: (tick: number, fingerprint: string) => Promise<Result>): Promise<Result | null> {
  return session.try(async (simulation) => {
    await session.endAhead();
    await simulation.pause();
    const { tick, fingerprint } = await simulation.observe();
    const result = await act(tick, fingerprint);
    if (session.store.get().running) simulation.start();
    return result;
  });
}

/** The log of the world that is shown, with the fingerprint that it has now; null if there is none, which is told. */
export async function logOf(session: Session): Promise<{ readonly text: string; readonly tick: number } | null> {
  return still(session, async (tick, fingerprint) => {
    const text = session.history.text({ tick, fingerprint });
    if (text === null) session.tell(NO_LOG, true);
    return text === null ? null : { text, tick };
  });
}

/** Begins the world of a log, and does what the log says. */
export async function replay(session: Session, text: string): Promise<void> {
  try {
    const log = readLog(text);
    const settings = worldOf(log.head);
    session.store.set({ running: false });
    await session.open(settings, false);
    const { head } = session.history;
    const problem = head && difference(log.head, head);
    if (problem) throw new RangeError(problem);
    const outcome = await follow(session, { what: 'The log', entries: log.entries, until: log.entries.at(-1)?.tick ?? 0, short: true });
    if (outcome) session.tell(said(outcome), outcome.differs !== null);
  } catch (error) {
    session.fail(error);
  }
}

function said({ tick, compared, differs }: Outcome): string {
  if (differs !== null) return `Done up to tick ${tick}, but the fingerprint of tick ${differs} is another`;
  const same = compared === 0 ? 'no fingerprint was compared' : `${compared === 1 ? 'its fingerprint is' : `all ${compared} fingerprints are`} the same, bit for bit`;
  return `Done up to tick ${tick}: ${same}`;
}

/** Does what is planned in a world that has just begun; null if another one was begun in between. */
export async function follow(session: Session, plan: Plan): Promise<Outcome | null> {
  const { simulation, history, store } = session;
  if (!simulation) return null;
  store.set({ again: { what: plan.what, tick: 0, of: plan.until, share: 0 } });
  try {
    await history.keep(simulation);
    const outcome = await run(session, simulation, plan);
    const batches = plan.entries.slice(0, outcome.done).filter((entry): entry is Batch => 'inputs' in entry);
    history.take(batches.map((batch) => ({ name: 'input', batches: [batch] })));
    return outcome;
  } finally {
    store.set({ again: null });
    if (simulation === session.simulation) await session.refresh();
  }
}

/** Gives inputs at their ticks and compares fingerprints, up to the first that differs. */
async function run({ store }: Session, simulation: Simulation, { what, entries, until, short }: Plan): Promise<Outcome> {
  const own = (stop = new AbortController());
  let { tick } = await simulation.observe();
  const begun = tick;
  const tell = () => {
    const now = Math.max(tick, Math.min(until, simulation.metrics().tick));
    store.set({ again: { what, tick: now, of: until, share: until > begun ? (now - begun) / (until - begun) : 1 } });
  };
  const telling = window.setInterval(tell, TELL_MS);
  /** Goes to a tick; false if it was stopped before. */
  const go = async (to: number, signal?: AbortSignal) => {
    if (to > tick) await simulation.step(to - tick, signal && { signal }).catch((error: unknown) => unless(own, error));
    ({ tick } = await simulation.observe());
    return tick === to;
  };
  let [compared, done] = [0, 0];
  try {
    for (const entry of entries) {
      if (!(await go(entry.tick, short ? own.signal : undefined))) return { tick, compared, differs: null, done };
      if ('inputs' in entry) await give(simulation, entry);
      else {
        const { fingerprint } = await simulation.observe();
        if (fingerprint !== entry.fingerprint) return { tick, compared, differs: tick, done };
        compared += 1;
      }
      done += 1;
    }
    await go(until, own.signal);
    return { tick, compared, differs: null, done };
  } finally {
    clearInterval(telling);
    if (stop === own) stop = null;
  }
}

async function give(simulation: Simulation, { tick, inputs }: Batch): Promise<void> {
  try {
    await simulation.send(inputs);
  } catch (error) {
    throw new RangeError(`what was done at tick ${tick} cannot be done again: ${failureOf(error).message}`);
  }
}

/** What was ended is no error. */
function unless({ signal }: AbortController, error: unknown): void {
  if (!signal.aborted) throw error;
}
