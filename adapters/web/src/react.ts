/** Hooks for React 18 and 19. On a server they give `idle` and start nothing. */

import { useEffect, useReducer, useRef, useState, useSyncExternalStore } from 'react';
import { createSimulation, newMetrics } from './index.js';
import { defaultColor } from './input.js';
import type { FlockworkError, Metrics, Simulation, SimulationOptions, SimulationState, StartProgress } from './types.js';
import { valueOf } from './value.js';

export interface UseSimulation {
  readonly simulation: Simulation | null;
  readonly status: 'idle' | 'loading' | 'ready' | 'error';
  readonly progress: StartProgress | null;
  /** Why there is no simulation; or, beside one, why its last change was refused. */
  readonly error: FlockworkError | Error | null;
}

const IDLE: UseSimulation = { simulation: null, status: 'idle', progress: null, error: null };

/** What can be changed while a simulation runs. */
type Settings = Pick<SimulationOptions, 'rate' | 'colorBy'> & Pick<SimulationOptions['scenario'], 'params'>;

/** Options in two parts, as values: what a simulation is made of, and what can change while it runs. */
function keysOf(options: SimulationOptions | null): [string | null, string] {
  if (!options) return [null, ''];
  const { rate, colorBy, signal: _, scenario, ...made } = options;
  const { params, ...world } = scenario;
  return [valueOf({ ...made, world }), valueOf(settingsOf(options))];
}

function settingsOf({ rate, colorBy, scenario: { params } }: SimulationOptions): Settings {
  return { rate, colorBy, params };
}

/**
 * A simulation for as long as the component is there. Options are compared by their values, so it
 * does not matter whether the object is another one; functions are not compared, and typed arrays and
 * bytes of a snapshot by which ones they are. Another rate, colouring or value of a parameter that acts in
 * every tick is set on the simulation that runs; any other change begins a new one, and so does a
 * parameter that acts only at tick 0. `signal` ends the simulation, whichever is given last. Under
 * StrictMode the first, thrown-away mount starts no worker.
 */
export function useSimulation(options: SimulationOptions | null): UseSimulation {
  const [result, setResult] = useState(IDLE);
  const [worlds, beginAnew] = useReducer((count: number) => count + 1, 0);
  const [, look] = useReducer((count: number) => count + 1, 0);
  const latest = useRef(options);
  const applied = useRef<Settings>({});
  const changes = useRef(Promise.resolve());
  const [made, settings] = keysOf(options);
  const signal = options?.signal;
  const stopped = signal?.aborted ?? false;

  useEffect(() => {
    latest.current = options;
  });

  useEffect(() => {
    signal?.addEventListener('abort', look);
    return () => signal?.removeEventListener('abort', look);
  }, [signal]);

  useEffect(() => {
    const wanted = latest.current;
    if (!wanted) return setResult(IDLE);
    if (wanted.signal?.aborted) return setResult({ ...IDLE, status: 'error', error: wanted.signal.reason as Error });
    const controller = new AbortController();
    void begin(wanted, controller.signal, (next) => {
      if (next.simulation) applied.current = settingsOf(wanted);
      setResult(next);
    });
    // The signal disposes of a simulation that was made with it.
    return () => controller.abort(new Error('the component was unmounted'));
  }, [made, worlds, stopped]);

  const { simulation } = result;
  useEffect(() => {
    if (!simulation) return;
    // One after the other: what is given meanwhile is set together.
    changes.current = changes.current.then(async () => {
      const wanted = latest.current;
      if (!wanted || simulation.state === 'disposed') return;
      let error: Error | null = null;
      try {
        if (!(await adapt(simulation, applied.current, settingsOf(wanted)))) return beginAnew();
        applied.current = settingsOf(wanted);
      } catch (thrown) {
        error = thrown as Error;
      }
      setResult((now) => (now.simulation !== simulation || now.error === error ? now : { ...now, error }));
    });
  }, [simulation, settings]);
  return result;
}

/** Starts a simulation and tells how far it is, until `signal` aborts. */
async function begin(wanted: SimulationOptions, signal: AbortSignal, tell: (result: UseSimulation) => void): Promise<void> {
  tell({ ...IDLE, status: 'loading' });
  // A mount that is thrown away at once ends before this goes on.
  await Promise.resolve();
  if (signal.aborted) return;
  const onProgress = (progress: StartProgress) => {
    wanted.onProgress?.(progress);
    if (!signal.aborted) tell({ ...IDLE, status: 'loading', progress });
  };
  try {
    const simulation = await createSimulation({ ...wanted, onProgress, signal });
    if (signal.aborted) await simulation.dispose();
    else tell({ simulation, status: 'ready', progress: null, error: null });
  } catch (error) {
    if (!signal.aborted) tell({ ...IDLE, status: 'error', error: error as Error });
  }
}

/** Sets what differs; false if that needs another simulation. */
async function adapt(simulation: Simulation, from: Settings, to: Settings): Promise<boolean> {
  const { model } = simulation;
  const value = ({ params = {} }: Settings, name: string) =>
    params[name] ?? model.params.find((param) => param.name === name)?.default;
  const names = new Set([...Object.keys(from.params ?? {}), ...Object.keys(to.params ?? {})]);
  const changed = [...names].filter((name) => valueOf(value(from, name)) !== valueOf(value(to, name)));
  if (changed.some((name) => model.params.some((param) => param.name === name && !param.live))) return false;
  if (changed.length > 0) await simulation.setParams(Object.fromEntries(changed.map((name) => [name, value(to, name)!])));
  if (from.rate !== to.rate) simulation.setRate(to.rate ?? 60);
  if (from.colorBy !== to.colorBy) simulation.setColorBy(to.colorBy ?? defaultColor(model));
  return true;
}

const nothing = () => () => {};

/** The state of a simulation; null without one. */
export function useSimulationState(simulation: Simulation | null): SimulationState | null {
  return useSyncExternalStore(
    simulation ? (changed) => simulation.on('statechange', changed) : nothing,
    () => simulation?.state ?? null,
    () => null,
  );
}

/** Metrics, so many times a second; null before there are any. Each component may have its own. */
export function useMetrics(simulation: Simulation | null, hertz = 4): Metrics | null {
  const [metrics, setMetrics] = useState<Metrics | null>(null);
  useEffect(() => {
    if (!simulation) return setMetrics(null);
    // Rates count from the last look into the same object.
    const kept = newMetrics();
    const timer = setInterval(() => {
      if (simulation.state !== 'disposed') setMetrics(copyOf(simulation.metrics(kept)));
    }, 1000 / hertz);
    return () => clearInterval(timer);
  }, [simulation, hertz]);
  return metrics;
}

/** What is kept is filled again: components get what stays as it is. */
function copyOf({ tickMs, workers, ...numbers }: Metrics): Metrics {
  return {
    ...numbers,
    tickMs: { ...tickMs, buckets: tickMs.buckets.slice() },
    workers: workers.map((worker) => ({ ...worker })),
  };
}
