/** Metrics, read out of the control block into objects that are made once. */

import { RankWord, TICK_TIMES, Word, type Control } from './layout.js';
import type { Measure } from './protocol.js';
import type { Histogram, Metrics, WorkerMetrics } from './types.js';

const BUCKETS = 32;

export function newMetrics(): Metrics {
  return {
    tick: 0,
    population: 0,
    ticksPerSecond: 0,
    tickMs: { count: 0, p50: 0, p95: 0, p99: 0, max: 0, buckets: new Uint32Array(BUCKETS) },
    workers: [],
    measures: {},
    memoryBytes: 0,
    memoryUsed: 0,
  };
}

/** When workers began, and where they were. */
export interface Begin {
  readonly time: number;
  readonly tick: number;
}

/**
 * What one who looks has seen at the last look, so that rates can be told; at the first look they
 * are those since the workers began.
 */
export class MetricsReader {
  private readonly sorted = new Float32Array(TICK_TIMES);
  private readonly before: Float64Array;
  private time: number;
  private tick: number;

  constructor(
    private readonly control: Control,
    private readonly ranks: number,
    /** Whether all ranks have one memory. */
    private readonly shared: boolean,
    /** What ranks measure, in order. */
    private readonly measures: readonly Measure[],
    begin: Begin,
  ) {
    this.before = new Float64Array(ranks * 3);
    this.time = begin.time;
    this.tick = begin.tick;
  }

  /** Fills `out`. */
  read(out: Metrics): void {
    const { control, ranks } = this;
    const now = performance.now();
    const wall = now - this.time;
    out.tick = control.tick;
    out.population = control.population;
    if (wall > 0) out.ticksPerSecond = Math.max(0, (1000 * (out.tick - this.tick)) / wall);
    this.histogram(out.tickMs);
    this.measures.forEach(({ name, told }, place) => {
      out.measures[name] = told === 'world' ? this.value(0, place) : this.sum(place);
    });
    const [used, heap] = [this.measures.length, this.measures.length + 1];
    out.memoryBytes = this.shared ? this.value(0, heap) : this.sum(heap);
    out.memoryUsed = this.shared ? this.value(0, used) : this.sum(used);
    out.workers.length = Math.min(out.workers.length, ranks);
    while (out.workers.length < ranks) {
      out.workers.push({ compute: 0, communicate: 0, commit: 0, wait: 1, entities: 0 });
    }
    for (let rank = 0; rank < ranks; rank++) this.worker(rank, wall, out.workers[rank]!);
    this.time = now;
    this.tick = out.tick;
  }

  private value(rank: number, place: number): number {
    return this.control.doubles[(this.control.rank(rank) + RankWord.measures) / 2 + place]!;
  }

  /** What a rank has of a measure. */
  private named(rank: number, name: string): number {
    const place = this.measures.findIndex((one) => one.name === name);
    return place < 0 ? 0 : this.value(rank, place);
  }

  private sum(place: number): number {
    let sum = 0;
    for (let rank = 0; rank < this.ranks; rank++) sum += this.value(rank, place);
    return sum;
  }

  private worker(rank: number, wall: number, out: WorkerMetrics): void {
    const share = (place: number, milliseconds: number): number => {
      const at = 3 * rank + place;
      const spent = milliseconds - this.before[at]!;
      this.before[at] = milliseconds;
      return wall > 0 ? Math.min(1, Math.max(0, spent / wall)) : 0;
    };
    out.compute = share(0, this.named(rank, 'sort') + this.named(rank, 'neighbours'));
    out.communicate = share(1, this.named(rank, 'route') + this.named(rank, 'receive'));
    out.commit = share(2, this.named(rank, 'commit'));
    // Metrics are written ten times a second, so parts of one look may belong to the next.
    const busy = out.compute + out.communicate + out.commit;
    if (busy > 1) {
      out.compute /= busy;
      out.communicate /= busy;
      out.commit /= busy;
    }
    out.wait = Math.max(0, 1 - busy);
    out.entities = this.named(rank, 'owned_now');
  }

  private histogram(out: Histogram): void {
    const { floats, timed } = this.control;
    const kept = Math.min(timed, TICK_TIMES);
    out.count = timed;
    out.buckets.fill(0);
    this.sorted.fill(Infinity);
    for (let index = 0; index < kept; index++) {
      const time = floats[Word.times + index]!;
      this.sorted[index] = time;
      const bucket = Math.floor(Math.log2(Math.max(1, 1000 * time)));
      out.buckets[Math.min(BUCKETS - 1, bucket)]! += 1;
    }
    this.sorted.sort();
    out.p50 = this.quantile(kept, 0.5);
    out.p95 = this.quantile(kept, 0.95);
    out.p99 = this.quantile(kept, 0.99);
    out.max = this.quantile(kept, 1);
  }

  private quantile(kept: number, share: number): number {
    return kept === 0 ? 0 : this.sorted[Math.max(0, Math.ceil(share * kept) - 1)]!;
  }
}
