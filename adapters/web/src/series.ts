/** A series: the statistics of a run at chosen ticks, in columns, with means and their errors. */

import { BlockAverage } from './blocks.js';
import { invalid, onlyKeys, texts, typed, unknown, whole } from './refusal.js';
import type { Observation, Series, SeriesOptions, Simulation } from './types.js';

const OPTIONS: readonly (keyof SeriesOptions)[] = ['ticks', 'every', 'from', 'names', 'until', 'signal'];

/** Steps a simulation, and takes the statistics of tick `from` and every `every`-th from there on. */
export async function collect(simulation: Simulation, options: SeriesOptions): Promise<Series> {
  onlyKeys('the option', options, OPTIONS);
  const ticks = whole('ticks', options.ticks, 0, Number.MAX_SAFE_INTEGER);
  const every = whole('every', options.every ?? 10, 1, Number.MAX_SAFE_INTEGER);
  const from = whole('from', options.from ?? 0, 0, Number.MAX_SAFE_INTEGER);
  const { names, until, signal } = options;
  texts('names', names);
  typed('until', until, 'function', 'a function of an observation');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw invalid('signal', signal, 'an AbortSignal');
  let seen = await simulation.observe();
  const known = Object.keys(seen.stats);
  for (const name of names ?? []) if (!known.includes(name)) throw unknown('the statistic', name, known);
  const rows = new Rows(names ?? known, simulation.scenario.dt);
  const end = seen.tick + ticks;
  for (;;) {
    const { tick } = seen;
    if (tick >= from && (tick - from) % every === 0) {
      rows.add(seen);
      if (until?.(seen)) return rows.series();
    }
    if (tick >= end) return rows.series();
    const next = tick < from ? from : tick + every - ((tick - from) % every);
    await simulation.step(Math.min(next, end) - tick, signal ? { signal } : {});
    seen = await simulation.observe();
  }
}

/** Columns in the making. */
class Rows {
  private readonly tick: number[] = [];
  private readonly population: number[] = [];
  private readonly stats: Map<string, number[]>;

  constructor(
    names: readonly string[],
    private readonly dt: number,
  ) {
    this.stats = new Map(names.map((name) => [name, []]));
  }

  add(seen: Observation): void {
    this.tick.push(seen.tick);
    this.population.push(seen.population);
    for (const [name, values] of this.stats) values.push(seen.stats[name] ?? Number.NaN);
  }

  series(): Series {
    const columns: [string, number[]][] = [['population', this.population], ...this.stats];
    const means = columns.map(([name, values]) => {
      const average = new BlockAverage();
      for (const value of values) average.add(value);
      return [name, average.mean()] as const;
    });
    return {
      tick: Float64Array.from(this.tick),
      time: Float64Array.from(this.tick, (tick) => tick * this.dt),
      population: Float64Array.from(this.population),
      stats: Object.fromEntries([...this.stats].map(([name, values]) => [name, Float64Array.from(values)])),
      means: Object.fromEntries(means),
    };
  }
}
