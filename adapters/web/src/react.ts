/** Hooks for React 18 and 19. On a server they give `idle` and start nothing. */

import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { createSimulation, newMetrics } from './index.js';
import type { FlockworkError, Metrics, Simulation, SimulationOptions, SimulationState, StartProgress } from './types.js';

export interface UseSimulation {
  readonly simulation: Simulation | null;
  readonly status: 'idle' | 'loading' | 'ready' | 'error';
  readonly progress: StartProgress | null;
  readonly error: FlockworkError | Error | null;
}

const IDLE: UseSimulation = { simulation: null, status: 'idle', progress: null, error: null };

/** Options as a text, so that equal ones do not start a simulation anew. */
function keyOf(options: SimulationOptions | null): string {
  return JSON.stringify(options, (_, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof ArrayBuffer) return { bytes: identity(value) };
    return value instanceof URL ? value.href : value;
  });
}

const identities = new WeakMap<object, number>();
let next = 1;

/** A number for each object. */
function identity(object: object): number {
  const known = identities.get(object) ?? next++;
  identities.set(object, known);
  return known;
}

/**
 * A simulation for as long as the component is there. It is made anew when the options become
 * others; functions among them are not compared. Under StrictMode the first, thrown-away mount
 * starts no worker.
 */
export function useSimulation(options: SimulationOptions | null): UseSimulation {
  const [result, setResult] = useState(IDLE);
  const latest = useRef(options);
  const key = keyOf(options);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    const wanted = latest.current;
    if (!wanted) {
      setResult(IDLE);
      return;
    }
    const controller = new AbortController();
    const { signal } = controller;
    setResult({ ...IDLE, status: 'loading' });
    const onProgress = (progress: StartProgress) => {
      wanted.onProgress?.(progress);
      if (!signal.aborted) setResult({ ...IDLE, status: 'loading', progress });
    };
    const begin = async () => {
      // A mount that is thrown away at once ends before this goes on.
      await Promise.resolve();
      if (signal.aborted) return;
      try {
        const simulation = await createSimulation({ ...wanted, onProgress, signal });
        if (signal.aborted) await simulation.dispose();
        else setResult({ simulation, status: 'ready', progress: null, error: null });
      } catch (error) {
        if (!signal.aborted) setResult({ ...IDLE, status: 'error', error: error as Error });
      }
    };
    void begin();
    // The signal disposes of a simulation that was made with it.
    return () => controller.abort(new Error('the component was unmounted'));
  }, [key]);
  return result;
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

/** Metrics, so many times a second; null before there are any. */
export function useMetrics(simulation: Simulation | null, hertz = 4): Metrics | null {
  const [metrics, setMetrics] = useState<Metrics | null>(null);
  useEffect(() => {
    if (!simulation) {
      setMetrics(null);
      return;
    }
    const kept = newMetrics();
    const timer = setInterval(() => {
      if (simulation.state === 'disposed') return;
      setMetrics({ ...simulation.metrics(kept) });
    }, 1000 / hertz);
    return () => clearInterval(timer);
  }, [simulation, hertz]);
  return metrics;
}
