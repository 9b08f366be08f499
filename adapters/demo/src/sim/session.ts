/**
 * The one simulation that the page shows: starts it, steers it, replaces it. Begun before React is
 * there, so that workers start while the page is still being made.
 *
 * What changes with every tick is read from `simulation` itself by those who draw it.
 */

import { createSimulation, type Entity, type Simulation, type SimulationOptions, type StartProgress } from 'flockwork';
import { failureOf, type Failure } from './failure.js';
import { memoryPerWorker, workerCount } from './memory.js';
import type { Settings } from './query.js';
import { scaled, scenarioFile } from './scenarios.js';
import { Store } from './store.js';

export type Rate = number | 'max';

export interface SessionState {
  readonly settings: Settings;
  readonly status: 'starting' | 'ready' | 'failed' | 'away';
  readonly progress: StartProgress | null;
  readonly simulation: Simulation | null;
  readonly failure: Failure | null;
  readonly running: boolean;
  readonly rate: Rate;
  readonly colorBy: string;
  /** Parameters as they are now. */
  readonly params: Readonly<Record<string, number>>;
  /** The parameter that was refused, and why. */
  readonly refused: { readonly name: string; readonly message: string } | null;
  readonly selected: Selected | null;
}

export interface Selected {
  readonly id: number;
  /** As it was last seen. */
  readonly entity: Entity;
  readonly alive: boolean;
}

/** A run goes on from the last checkpoint if a worker dies. */
const CHECKPOINT_TICKS = 1200;
/** How often the chosen entity is looked at. */
const LOOK_MS = 200;

export class Session {
  readonly store: Store<SessionState>;
  private opening: AbortController | null = null;
  private last: Promise<void> = Promise.resolve();
  private pendingParams: Record<string, number> = {};
  private sendingParams = false;
  /** The parameters that the simulation has taken. */
  private taken: Readonly<Record<string, number>> = {};
  private lookTimer = 0;

  constructor(settings: Settings, running: boolean) {
    this.store = new Store<SessionState>({
      settings,
      status: 'starting',
      progress: null,
      simulation: null,
      failure: null,
      running,
      rate: 60,
      colorBy: '',
      params: {},
      refused: null,
      selected: null,
    });
  }

  get simulation(): Simulation | null {
    return this.store.get().simulation;
  }

  /** Replaces the simulation by one with these settings. */
  open(change: Partial<Settings> = {}): Promise<void> {
    const settings = { ...this.store.get().settings, ...change };
    this.opening?.abort();
    const opening = new AbortController();
    this.opening = opening;
    this.store.set({ settings, status: 'starting', progress: null, failure: null });
    this.last = this.last.then(() => this.replace(settings, opening.signal));
    return this.last;
  }

  /** Frees the simulation, until `open`. */
  close(): Promise<void> {
    this.opening?.abort();
    this.last = this.last.then(() => this.drop('away'));
    return this.last;
  }

  private async replace(settings: Settings, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await this.drop('starting');
    try {
      const simulation = await createSimulation({
        ...optionsFor(settings),
        rate: this.store.get().rate,
        checkpointEvery: CHECKPOINT_TICKS,
        signal,
        onProgress: (progress) => this.store.set({ progress }),
      });
      if (signal.aborted) return await simulation.dispose();
      // From now on the signal would dispose of what is shown.
      this.opening = null;
      this.adopt(simulation);
    } catch (error) {
      if (!signal.aborted) this.store.set({ status: 'failed', failure: failureOf(error) });
    }
  }

  private async drop(status: 'starting' | 'away'): Promise<void> {
    const old = this.simulation;
    this.select(null);
    this.store.set({ simulation: null, status });
    await old?.dispose();
  }

  private adopt(simulation: Simulation): void {
    const params: Record<string, number> = {};
    for (const { name, default: usual } of simulation.model.params) {
      params[name] = simulation.scenario.params?.[name] ?? usual;
    }
    const known = colorings(simulation);
    const before = this.store.get().colorBy;
    const colorBy = known.includes(before) ? before : known[0]!;
    simulation.setColorBy(colorBy);
    this.watch(simulation);
    this.taken = params;
    this.pendingParams = {};
    this.store.set({ simulation, status: 'ready', params, refused: null, colorBy });
    if (this.store.get().running) simulation.start();
  }

  private watch(simulation: Simulation): void {
    simulation.on('workererror', ({ error, resumedFrom }) => {
      if (resumedFrom === null) return this.fail(error);
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
    if (running) this.simulation?.start();
    else void this.try((simulation) => simulation.pause());
  }

  async step(ticks: number): Promise<void> {
    this.store.set({ running: false });
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
  async setParams(change: Readonly<Record<string, number>>): Promise<void> {
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
  private async sendParams(next: Readonly<Record<string, number>>): Promise<void> {
    const { simulation } = this;
    try {
      await simulation?.setParams(next);
      if (simulation === this.simulation) this.taken = { ...this.taken, ...next };
    } catch (error) {
      if (simulation !== this.simulation) return;
      const message = failureOf(error).message;
      const params = { ...this.taken, ...this.pendingParams };
      this.store.set({ params, refused: { name: Object.keys(next)[0]!, message } });
    }
  }

  /** The state as bytes. */
  async snapshot(): Promise<ArrayBuffer | null> {
    return this.try((simulation) => simulation.snapshot());
  }

  async restore(bytes: ArrayBuffer): Promise<void> {
    const { running } = this.store.get();
    await this.try(async (simulation) => {
      await simulation.pause();
      await simulation.restore(bytes);
      if (running) simulation.start();
    });
  }

  /** The nearest entity within `radius` becomes the chosen one. */
  async pick(x: number, y: number, radius: number): Promise<void> {
    const entity = await this.try((simulation) => simulation.pick(x, y, radius));
    this.select(entity);
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

  /** Does something with the simulation; errors are shown. */
  private async try<Result>(action: (simulation: Simulation) => Promise<Result>): Promise<Result | null> {
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

/** The package's options for these settings. */
export function optionsFor(settings: Settings): SimulationOptions {
  const workers = settings.tier === 'js-single' ? 1 : settings.workers;
  const bytes = memoryPerWorker(settings.entities, workerCount(workers));
  return {
    scenario: scaled(scenarioFile(settings.scenario), settings.entities, settings.seed),
    workers,
    tier: settings.tier,
    ...(bytes === undefined ? {} : { memoryPerWorker: bytes }),
  };
}

/** What the colours can show, the most telling first: columns, values of columns, speed, heading, nothing. */
export function colorings({ model }: Simulation): string[] {
  const shown = model.columns.filter(({ name, reach }) => reach !== 'scratch' && !HIDDEN.has(name));
  const names = shown.flatMap(({ name, components }) =>
    components === 1 ? [name] : Array.from({ length: components }, (_, index) => `${name}.${index}`),
  );
  const moves = model.columns.some(({ name }) => name === 'vx' || name === 'ux');
  const classes = names.filter((name) => name === 'tribe');
  const others = names.filter((name) => name !== 'tribe');
  // Without tribes, headings make flocks stand out.
  return [...classes, ...(moves ? ['heading', 'speed'] : []), ...others, 'none'];
}

/** Columns that a colour would say nothing about. */
const HIDDEN = new Set(['x', 'y', 'z', 'vx', 'vy', 'ux', 'uy', 'half_x', 'half_y', 'alive']);
