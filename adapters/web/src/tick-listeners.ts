/** Who listens for ticks, and how often. */

import type { TickEvent, TickOptions } from './happening.js';
import { guarded } from './listener.js';
import type { Command, Seen } from './protocol.js';
import { finite, invalid, onlyKeys, whole } from './refusal.js';

/** Times a second, unless something else is asked for. */
const HERTZ = 4;

interface Listener {
  readonly callback: (event: TickEvent) => void;
  readonly every: number;
  readonly milliseconds: number;
}

export class TickListeners {
  private readonly all = new Map<number, Listener>();
  private next = 1;

  /** Adds one; `off` takes it away. */
  add(callback: (event: TickEvent) => void, options: TickOptions): { readonly command: Command; readonly number: number } {
    const { every, hertz } = options;
    if (every !== undefined && hertz !== undefined) throw invalid('hertz', hertz, 'left out where `every` is given');
    if (hertz !== undefined && !(finite('hertz', hertz) > 0)) throw invalid('hertz', hertz, 'above 0');
    if (every !== undefined) whole('every', every, 1, Number.MAX_SAFE_INTEGER);
    const number = this.next++;
    this.all.set(number, { callback, every: every ?? 0, milliseconds: every ? 0 : 1000 / (hertz ?? HERTZ) });
    return { command: this.command(number), number };
  }

  remove(number: number): Command | null {
    return this.all.delete(number) ? { type: 'unwatch', number } : null;
  }

  /** What tells other workers of all of them. */
  commands(): Command[] {
    return [...this.all.keys()].map((number) => this.command(number));
  }

  seen({ numbers, event }: Seen): void {
    for (const number of numbers) {
      const listener = this.all.get(number);
      if (listener) guarded(listener.callback, event);
    }
  }

  clear(): void {
    this.all.clear();
  }

  private command(number: number): Command {
    const { every, milliseconds } = this.all.get(number)!;
    return { type: 'watch', number, every, milliseconds };
  }
}

/** What is asked of `on` beside a signal. */
export function tickOptions(options: object): TickOptions {
  onlyKeys('the option', options, ['signal', 'every', 'hertz']);
  return options as TickOptions;
}
