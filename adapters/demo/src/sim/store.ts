/** A value that components can watch. Changes here are rare: what changes every frame is not in it. */

import { useSyncExternalStore } from 'react';

export class Store<State extends object> {
  private readonly watchers = new Set<() => void>();

  constructor(private state: State) {}

  get = (): State => this.state;

  set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    for (const watcher of this.watchers) watcher();
  }

  subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
}

/** The part of a store's value that `select` gives, which must be the same object while nothing changes. */
export function useStore<State extends object, Part>(store: Store<State>, select: (state: State) => Part): Part {
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
