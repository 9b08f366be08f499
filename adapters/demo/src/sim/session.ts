/**
 * The one simulation that the page shows: starts it, steers it, replaces it. Begun before React is
 * there, so that workers start while the page is still being made.
 *
 * No world is lost: it goes on from a snapshot where only the machine changes (another tier, other
 * workers, after a comparison or a search), and is kept to go back to where another one begins.
 *
 * What changes with every tick is read from `simulation` itself by those who draw it.
 */

import { createSimulation, type Entity, type Input, type InputAnswer, type ParamValue, type Simulation, type SimulationOptions } from 'flockwork';
import { colorings } from './colorings.js';
import { failureOf } from './failure.js';
import { History, type Stroke } from './history.js';
import type { Settings } from './query.js';
import { scenarioOf } from './scenarios.js';
import type { Held, Rate, SessionState } from './state.js';
import { Store } from './store.js';
import { columnsOf, fieldsOf } from '../view/look.js';

/** A run goes on from the last checkpoint if a worker dies. */
const CHECKPOINT_TICKS = 1200;
/** How often the chosen entity is looked at. */
const LOOK_MS = 200;
/** Ticks ahead are computed for at most so long, and so often it is told how far they are. */
const AHEAD_MS = 15_000;
const AHEAD_TELL_MS = 50;
/** Rules that are set within this time of one another, as by a slider that is drawn, are one stroke. */
const STROKE_MS = 1500;

export class Session {
  readonly store: Store<SessionState>;
  /** What was done to the world that is shown. */
  history = new History(null);
  /** Counts what was done: a world that stands may have changed. */
  changes = 0;
  private opening: AbortController | null = null;
  private last: Promise<void> = Promise.resolve();
  /** The world that goes on when there is a simulation again. */
  private held: Held | null = null;
  /** The settings of the simulation that is shown; those of the store may be wishes. */
  private shown: Settings | null = null;
  /** What runs is a trial, which nobody wants to have back. */
  private trying = false;
  /** Another world is computed ahead as its settings say. */
  private goesAhead = true;
  private pendingParams: Record<string, ParamValue> = {};
  private sendingParams = false;
  /** The parameters that the simulation has taken. */
  private taken: Readonly<Record<string, ParamValue>> = {};
  /** The stroke that rules are a part of, and since when. */
  private ruling: { readonly stroke: Stroke; at: number } | null = null;
  private lookTimer = 0;
  private ahead: { readonly stop: AbortController; readonly done: Promise<void> } | null = null;

  constructor(settings: Settings, running: boolean) {
    this.store = new Store<SessionState>({
      settings,
      status: 'starting',
      progress: null,
      simulation: null,
      failure: null,
      running,
      ahead: null,
      rate: 60,
      colorBy: '',
      field: null,
      fieldTop: 0,
      fieldRange: null,
      params: {},
      refused: null,
      selected: null,
      former: null,
      problems: [],
      answer: null,
      past: { undo: false, redo: false },
      again: null,
      pose: null,
    });
  }

  get simulation(): Simulation | null {
    return this.store.get().simulation;
  }

  /** Begins another world, or this one again, at tick 0 if it is not to go `ahead`; the one before is kept to go back to. */
  open(change: Partial<Settings> = {}, ahead = true): Promise<void> {
    return this.replace(change, async () => {
      const left = await this.leave();
      if (left && left.tick > 0) this.store.set({ former: left });
      this.held = null;
      this.goesAhead = ahead;
    });
  }

  /** Goes on with the same world on another tier or other workers; where none runs, with the one that was kept. */
  move(change: Partial<Pick<Settings, 'tier' | 'workers'>> = {}): Promise<void> {
    const { simulation } = this;
    if (!simulation || this.trying || this.store.get().status !== 'ready' || simulation.state === 'faulted') {
      return this.replace(change, async () => {
        this.held = await this.leave();
        if (this.held) this.store.set({ settings: this.here(this.held.settings) });
      });
    }
    const settings = { ...this.store.get().settings, ...change };
    this.store.set({ settings, failure: null });
    this.last = this.last.then(() => this.carry(simulation, settings));
    return this.last;
  }

  /** Has a world run elsewhere; where that does not work it runs on where it is. */
  private async carry(simulation: Simulation, { tier, workers }: Settings): Promise<void> {
    if (simulation !== this.simulation) return;
    await this.endAhead();
    try {
      await simulation.move({ tier, workers: tier === 'js-single' ? 1 : workers });
      if (simulation === this.simulation) this.shown = this.shown && { ...this.shown, tier, workers };
    } catch (error) {
      if (simulation === this.simulation) this.fail(error);
    }
    // What the world runs on is another, or the wish is none any more.
    const { settings } = this.store.get();
    if (simulation === this.simulation && this.shown) this.store.set({ settings: { ...settings, tier: this.shown.tier, workers: this.shown.workers } });
  }

  /** Shows another world for a while; `move` goes on with the one before. */
  attempt(change: Partial<Settings>): Promise<void> {
    return this.replace(change, async () => {
      this.held = await this.leave();
      this.trying = true;
    });
  }

  /** Goes back to the world before, and keeps this one. */
  back(): Promise<void> {
    const { former } = this.store.get();
    if (!former) return Promise.resolve();
    return this.replace(this.here(former.settings), async () => {
      this.store.set({ former: await this.leave() });
      this.held = former;
    });
  }

  /** Frees the simulation until `move` goes on. */
  close(): Promise<void> {
    this.opening?.abort();
    this.last = this.last.then(async () => {
      this.held = await this.leave();
      this.store.set({ status: 'away' });
    });
    return this.last;
  }

  forget(): void {
    this.store.set({ former: null });
  }

  /** A world's settings on the machine that is wished for now. */
  private here(world: Settings): Settings {
    const { tier, workers } = this.store.get().settings;
    return { ...world, tier, workers };
  }

  private replace(change: Partial<Settings>, leave: () => Promise<void>): Promise<void> {
    const settings = { ...this.store.get().settings, ...change };
    this.opening?.abort();
    const opening = new AbortController();
    this.opening = opening;
    this.store.set({ settings, status: 'starting', progress: null, failure: null });
    this.last = this.last.then(async () => {
      if (opening.signal.aborted) return;
      await leave();
      await this.start(opening.signal);
    });
    return this.last;
  }

  /** Ends the simulation; gives the world that went on in it, or that was to go on. */
  private async leave(): Promise<Held | null> {
    await this.endAhead();
    const { simulation, settings, selected } = this.store.get();
    const held = simulation && !this.trying ? await holdOf(simulation, selected?.id ?? null, this.shown ?? settings, this.history) : this.held;
    this.trying = false;
    this.select(null);
    this.store.set({ simulation: null, status: 'starting' });
    await simulation?.dispose();
    return held;
  }

  private async start(signal: AbortSignal): Promise<void> {
    const { settings, rate } = this.store.get();
    const held = this.trying ? null : this.held;
    try {
      const simulation = await createSimulation({
        ...optionsFor(settings),
        columns: columnsOf,
        fields: fieldsOf,
        ...(held && { snapshot: held.snapshot, accept: ['params'] }),
        rate,
        checkpointEvery: CHECKPOINT_TICKS,
        signal,
        onProgress: (progress) => this.store.set({ progress }),
      });
      const params = await simulation.params();
      const history = held?.history ?? new History(await headOf(simulation));
      if (signal.aborted) return await simulation.dispose();
      // From now on the signal would dispose of what is shown.
      this.opening = null;
      this.shown = settings;
      this.history = history;
      this.adopt(simulation, params, held || this.trying || !this.goesAhead ? 0 : settings.ahead);
      this.goesAhead = true;
      if (this.trying) return;
      this.held = null;
      if (held && held.selected !== null) this.select(await simulation.entity(held.selected).catch(() => null));
    } catch (error) {
      if (!signal.aborted) this.store.set({ status: 'failed', failure: failureOf(error) });
    }
  }

  private adopt(simulation: Simulation, params: Readonly<Record<string, ParamValue>>, ahead: number): void {
    const known = colorings(simulation);
    const before = this.store.get().colorBy;
    const colorBy = known.includes(before) ? before : known[0]!;
    simulation.setColorBy(colorBy);
    this.watch(simulation);
    this.taken = params;
    this.pendingParams = {};
    this.ruling = null;
    const fields = fieldsOf(simulation.model);
    const { field } = this.store.get();
    // Another world shows its first one; the same world what it showed.
    const shown = field !== null && fields.includes(field) ? field : (fields[0] ?? null);
    // A range is meant for one field of one model.
    const { fieldRange } = field === shown ? this.store.get() : { fieldRange: null };
    this.store.set({ simulation, status: 'ready', params, refused: null, colorBy, field: shown, fieldTop: 0, fieldRange, answer: null });
    this.tellPast();
    if (ahead > 0) {
      const stop = new AbortController();
      this.ahead = { stop, done: this.goAhead(simulation, ahead, stop) };
    } else if (this.store.get().running) simulation.start();
  }

  /** Computes ticks as fast as it can, for a while, and tells how far it is. */
  private async goAhead(simulation: Simulation, of: number, stop: AbortController): Promise<void> {
    const begin = performance.now();
    const tell = () => {
      const { tick } = simulation.metrics();
      const share = Math.max(tick / of, (performance.now() - begin) / AHEAD_MS);
      if (share < 1) this.store.set({ ahead: { tick, of, share } });
      else stop.abort();
    };
    tell();
    const telling = window.setInterval(tell, AHEAD_TELL_MS);
    try {
      await simulation.step(of, { signal: stop.signal });
    } catch (error) {
      if (!stop.signal.aborted && simulation === this.simulation) this.fail(error);
    }
    clearInterval(telling);
    this.ahead = null;
    this.store.set({ ahead: null });
    if (simulation === this.simulation && simulation.state !== 'faulted' && this.store.get().running) simulation.start();
  }

  /** Shows the world as far as it is. */
  async endAhead(): Promise<void> {
    this.ahead?.stop.abort();
    await this.ahead?.done;
  }

  private watch(simulation: Simulation): void {
    simulation.on('workererror', ({ error, resumedFrom }) => {
      if (resumedFrom === null) return this.fail(error);
      if (simulation === this.simulation) this.history.cut(resumedFrom);
      this.tellPast();
      const message = `${error.message}. The run goes on from tick ${resumedFrom}, and comes to the same fingerprints.`;
      this.store.set({ failure: { ...failureOf(error), message } });
    });
    simulation.on('statechange', ({ to }) => {
      if (simulation === this.simulation && to === 'faulted') this.store.set({ running: false });
    });
  }

  fail(error: unknown): void {
    this.store.set({ failure: failureOf(error) });
  }

  dismiss(): void {
    this.store.set({ failure: null });
  }

  setRunning(running: boolean): void {
    this.store.set({ running });
    if (!running) void this.endAhead().then(() => this.try((simulation) => simulation.pause()));
    // What is computed ahead goes on by itself.
    else if (!this.ahead) this.simulation?.start();
  }

  async step(ticks: number): Promise<void> {
    this.store.set({ running: false });
    await this.endAhead();
    await this.try(async (simulation) => {
      await simulation.pause();
      await simulation.step(ticks);
    });
    await this.look();
  }

  setRate(rate: Rate): void {
    this.store.set({ rate });
    this.simulation?.setRate(rate);
  }

  setColorBy(colorBy: string): void {
    this.store.set({ colorBy });
    this.simulation?.setColorBy(colorBy);
  }

  /** Sets parameters; while one change is under way, those that follow are gathered. */
  async setParams(change: Readonly<Record<string, ParamValue>>): Promise<void> {
    this.store.set({ params: { ...this.store.get().params, ...change }, refused: null });
    Object.assign(this.pendingParams, change);
    if (this.sendingParams) return;
    this.sendingParams = true;
    while (Object.keys(this.pendingParams).length > 0) {
      const next = this.pendingParams;
      this.pendingParams = {};
      await this.sendParams(next);
    }
    this.sendingParams = false;
  }

  /** What is refused is as it was before. */
  private async sendParams(next: Readonly<Record<string, ParamValue>>): Promise<void> {
    const { simulation } = this;
    if (!simulation) return;
    const name = `rules ${Object.keys(next).join(' ')}`;
    const goesOn = this.ruling && this.ruling.stroke === this.history.last && this.ruling.stroke.name === name && performance.now() - this.ruling.at < STROKE_MS;
    const { history } = this;
    const stroke = goesOn ? this.ruling!.stroke : await history.begin(simulation, name);
    this.ruling = { stroke, at: performance.now() };
    try {
      history.add(stroke, await simulation.setParams(next), [{ params: next }]);
      if (simulation === this.simulation) this.taken = { ...this.taken, ...next };
    } catch (error) {
      if (simulation !== this.simulation) return;
      const message = failureOf(error).message;
      const params = { ...this.taken, ...this.pendingParams };
      this.store.set({ params, refused: { name: Object.keys(next)[0]!, message } });
    } finally {
      history.end(stroke);
      this.tellPast();
    }
  }

  /** Does inputs as a part of a stroke, or of a new one of this name; null if they were refused, which is told. */
  async give(stroke: Stroke | string, inputs: readonly Input[]): Promise<{ readonly stroke: Stroke; readonly answer: InputAnswer } | null> {
    const { simulation, history } = this;
    if (!simulation || simulation.state === 'faulted') return null;
    await this.endAhead();
    const part = typeof stroke === 'string' ? await history.begin(simulation, stroke) : stroke;
    try {
      const answer = await simulation.send(inputs);
      history.add(part, answer.tick, inputs);
      return { stroke: part, answer };
    } catch (error) {
      if (simulation === this.simulation) this.tell(plain(failureOf(error).message), true);
      return null;
    } finally {
      history.end(part);
      if (history === this.history) this.tellPast();
    }
  }

  /** Says what became of something. */
  tell(text: string, bad = false): void {
    this.store.set({ answer: { text, bad } });
  }

  /** The world was made anew from its history: its rules are what they were. */
  async refresh(): Promise<void> {
    const params = await this.try((simulation) => simulation.params());
    if (params) {
      this.taken = params;
      this.store.set({ params, refused: null });
    }
    this.tellPast();
    await this.look();
  }

  private tellPast(): void {
    this.changes += 1;
    const { canUndo: undo, canRedo: redo } = this.history;
    const { past } = this.store.get();
    if (past.undo !== undo || past.redo !== redo) this.store.set({ past: { undo, redo } });
  }

  /** The state as bytes. */
  async snapshot(): Promise<ArrayBuffer | null> {
    return this.try((simulation) => simulation.snapshot());
  }

  /** Goes on from a snapshot of this world; one with other parameters brings them. */
  async restore(bytes: ArrayBuffer): Promise<void> {
    const { running } = this.store.get();
    await this.endAhead();
    await this.try(async (simulation) => {
      await simulation.pause();
      try {
        await simulation.restore(bytes, { accept: ['params'] });
        this.dismiss();
        // Nobody knows what was done before.
        this.history = new History(null);
        await this.refresh();
      } finally {
        if (running && simulation.state !== 'faulted') simulation.start();
      }
    });
    await this.look();
  }

  /** The entity with this id becomes the chosen one; none, if there is none. */
  async choose(id: number | null): Promise<void> {
    this.select(id === null ? null : await this.try((simulation) => simulation.entity(id)));
  }

  select(entity: Entity | null): void {
    clearInterval(this.lookTimer);
    this.store.set({ selected: entity && { id: entity.id, entity, alive: true } });
    if (entity) this.lookTimer = window.setInterval(() => void this.look(), LOOK_MS);
  }

  private async look(): Promise<void> {
    const { selected, simulation } = this.store.get();
    if (!selected?.alive || !simulation) return;
    const entity = await simulation.entity(selected.id).catch(() => undefined);
    if (entity === undefined || this.store.get().selected?.id !== selected.id) return;
    this.store.set({ selected: entity ? { ...selected, entity } : { ...selected, alive: false } });
  }

  /** Does something with the simulation while nothing moves; errors are shown. */
  async still<Result>(action: (simulation: Simulation) => Promise<Result>): Promise<Result | null> {
    return this.try(async (simulation) => {
      await this.endAhead();
      await simulation.pause();
      try {
        return await action(simulation);
      } finally {
        if (this.store.get().running && simulation.state === 'paused') simulation.start();
      }
    });
  }

  /** Does something with the simulation; errors are shown. */
  async try<Result>(action: (simulation: Simulation) => Promise<Result>): Promise<Result | null> {
    const simulation = this.simulation;
    if (!simulation) return null;
    try {
      return await action(simulation);
    } catch (error) {
      // What was replaced in between need not answer.
      if (simulation === this.simulation) this.fail(error);
      return null;
    }
  }
}

/** A world as it stands; null where its simulation has failed. */
async function holdOf(simulation: Simulation, selected: number | null, settings: Settings, history: History): Promise<Held | null> {
  try {
    await simulation.pause();
    const snapshot = await simulation.snapshot();
    return { settings, tick: simulation.metrics().tick, snapshot, history, selected };
  } catch {
    return null;
  }
}

/** The first line of the log of a world that begins. */
async function headOf(simulation: Simulation): Promise<string> {
  return (await simulation.log()).split('\n', 1)[0]!;
}

/** What the module says of a batch of inputs, for somebody who knows of none. */
function plain(message: string): string {
  return message.replace(/^inputs?( \d+)? at tick \d+: /, '');
}

/** The package's options for these settings. */
export function optionsFor(settings: Settings): SimulationOptions {
  return {
    scenario: scenarioOf(settings),
    workers: settings.tier === 'js-single' ? 1 : settings.workers,
    tier: settings.tier,
  };
}
