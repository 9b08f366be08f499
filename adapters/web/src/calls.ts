/** What was asked of workers and is not answered yet. */

import type { PastCommand } from './protocol.js';

export interface Call {
  resolve(value: unknown): void;
  reject(error: unknown): void;
  /** What was done once it is answered. */
  readonly past: PastCommand | null;
}

/** What depends on whether somebody waits. */
export interface Waiting {
  /** Somebody waits again: nobody had to give signs of life before. */
  begun(): void;
  /** Whether the process must live until answers have come. */
  held(held: boolean): void;
  /** It is time to look for signs of life. */
  look(): void;
}

export class Calls {
  private readonly all = new Map<number, Call>();
  private looking: ReturnType<typeof setInterval> | null = null;

  /** While somebody waits, signs of life are looked for some times within `limit` milliseconds. */
  constructor(
    private readonly limit: number,
    private readonly on: Waiting,
  ) {}

  /** Whether somebody waits. */
  get waiting(): boolean {
    return this.all.size > 0;
  }

  /** Somebody waits for the answer of this number. */
  expect(id: number, call: Call): void {
    this.all.set(id, call);
    this.on.held(true);
    if (this.looking) return;
    this.on.begun();
    this.looking = setInterval(() => this.on.look(), Math.max(20, this.limit / 4));
  }

  /** An answer has come; gives who waited for it. */
  answer(id: number): Call | undefined {
    const call = this.all.get(id);
    this.all.delete(id);
    if (!this.waiting) {
      this.on.held(false);
      this.end();
    }
    return call;
  }

  /** There will be no answers but one. */
  rejectAll(error: unknown, except: number | null = null): void {
    for (const [id, call] of this.all) {
      if (id === except) continue;
      this.all.delete(id);
      call.reject(error);
    }
    if (!this.waiting) this.end();
  }

  /** Signs of life are looked for no more, until somebody waits again. */
  end(): void {
    if (this.looking) clearInterval(this.looking);
    this.looking = null;
  }
}
