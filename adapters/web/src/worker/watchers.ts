/** Who listens for ticks: by number, of every so many ticks or every so many milliseconds. */

interface Watcher {
  readonly every: number;
  readonly milliseconds: number;
  /** When, and of which tick, it was told last. */
  time: number;
  tick: number;
}

export class Watchers {
  private readonly all = new Map<number, Watcher>();

  get any(): boolean {
    return this.all.size > 0;
  }

  /** One that begins to listen at a tick, which it knows. */
  add({ number, every, milliseconds }: { number: number; every: number; milliseconds: number }, tick: number): void {
    this.all.set(number, { every, milliseconds, time: Number.NEGATIVE_INFINITY, tick });
  }

  remove(number: number): void {
    this.all.delete(number);
  }

  /** Who is to be told of a tick; that is noted. */
  due(tick: number, now: number, ended: boolean): number[] {
    const due: number[] = [];
    for (const [number, watcher] of this.all) {
      const { every, milliseconds, time } = watcher;
      const wanted = every > 0 ? tick % every === 0 : ended || now - time >= milliseconds;
      if (!wanted || watcher.tick === tick) continue;
      watcher.time = now;
      watcher.tick = tick;
      due.push(number);
    }
    return due;
  }
}
