/** Who is told of what happens to a simulation, and of changes as such. */

import { callbackOf, eventOf } from './input.js';
import { guarded } from './listener.js';
import type { SimulationEventMap } from './types.js';

/** How often subscribers are called at most, ms. */
const SUBSCRIBER_MS = 250;

type Type = keyof SimulationEventMap;
type Callback<K extends Type> = (event: SimulationEventMap[K]) => void;

export class Listeners {
  private readonly all = new Map<string, Set<(event: never) => void>>();
  private readonly subscribers = new Set<() => void>();
  private notified: ReturnType<typeof setTimeout> | null = null;

  /** Adds one, until what is given back is called or the signal says so. */
  on<K extends Type>(type: K, callback: Callback<K>, signal?: AbortSignal): () => void {
    const known = this.all.get(eventOf(type)) ?? new Set();
    this.all.set(type, known);
    known.add(callbackOf(callback));
    const off = () => void known.delete(callback);
    signal?.addEventListener('abort', off, { once: true });
    return off;
  }

  /** Tells one listener of what was before it came, if it is still there then. */
  retell<K extends Type>(type: K, callback: Callback<K>, event: SimulationEventMap[K]): void {
    const known = this.all.get(type);
    queueMicrotask(() => known?.has(callback) && callback(event));
  }

  emit<K extends Type>(type: K, event: SimulationEventMap[K]): void {
    for (const callback of [...(this.all.get(type) ?? [])]) guarded(callback as Callback<K>, event);
  }

  subscribe(callback: () => void): () => void {
    this.subscribers.add(callbackOf(callback));
    return () => this.subscribers.delete(callback);
  }

  /** Something is another: calls subscribers, not too often. */
  changed(): void {
    if (this.notified || this.subscribers.size === 0) return;
    this.notified = setTimeout(() => {
      this.notified = null;
      for (const callback of [...this.subscribers]) guarded(callback, undefined);
    }, SUBSCRIBER_MS);
  }

  /** Nobody is told of anything any more. */
  clear(): void {
    if (this.notified) clearTimeout(this.notified);
    this.all.clear();
    this.subscribers.clear();
  }
}
