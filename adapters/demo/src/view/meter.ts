/** Times of frames: how far apart they are, and how long the page's own script takes for one. */

/** Times that are kept: some four seconds. */
const KEPT = 240;
/** Frames further apart than this were not late: the page was hidden. */
const HIDDEN_MS = 1000;

export class Times {
  readonly values = new Float32Array(KEPT);
  count = 0;
  private readonly sorted = new Float32Array(KEPT);

  add(ms: number): void {
    this.values[this.count++ % KEPT] = ms;
  }

  get kept(): number {
    return Math.min(this.count, KEPT);
  }

  clear(): void {
    this.count = 0;
  }

  /** The value that the part `share` of all is not above. */
  quantile(share: number): number {
    const kept = this.kept;
    if (kept === 0) return 0;
    this.sorted.set(this.values);
    const part = this.sorted.subarray(0, kept).sort();
    return part[Math.min(kept - 1, Math.floor(share * kept))]!;
  }

  mean(): number {
    let sum = 0;
    for (let index = 0; index < this.kept; index++) sum += this.values[index]!;
    return sum / Math.max(1, this.kept);
  }
}

export class FrameMeter {
  /** Milliseconds between frames. */
  readonly frames = new Times();
  /** Milliseconds of script in each. */
  readonly script = new Times();
  private last = 0;

  begin(now: number): void {
    const ms = now - this.last;
    this.last = now;
    if (ms < HIDDEN_MS) this.frames.add(ms);
  }

  get framesPerSecond(): number {
    const mean = this.frames.mean();
    return mean > 0 ? 1000 / mean : 0;
  }
}
