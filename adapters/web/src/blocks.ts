/**
 * The mean of a series whose samples hang together, with its error: the blocks of H. Flyvbjerg and H. G. Petersen, as
 * `BlockAverage` of flockwork-observables adds them up, to the same bits.
 */

import type { SeriesMean } from './types.js';

interface Level {
  blocks: number;
  mean: number;
  /** The sum of the squares of the distances from the mean. */
  squares: number;
  /** The value of a block that waits for its neighbour. */
  waiting: number | null;
}

/** Adds up a series for its mean and the error of that. */
export class BlockAverage {
  /** Blocks of 1, 2, 4 and so on samples. */
  private readonly levels: Level[] = [];

  /** Adds the next number; one that is not finite is passed over. */
  add(value: number): void {
    if (!Number.isFinite(value)) return;
    for (let at = 0; ; at++) {
      const level = (this.levels[at] ??= { blocks: 0, mean: 0, squares: 0, waiting: null });
      level.blocks += 1;
      const before = value - level.mean;
      level.mean += before / level.blocks;
      level.squares += before * (value - level.mean);
      if (level.waiting === null) {
        level.waiting = value;
        return;
      }
      const neighbour: number = level.waiting;
      level.waiting = null;
      value = neighbour + (value - neighbour) / 2;
    }
  }

  mean(): SeriesMean {
    const single = this.levels[0];
    if (!single) return { mean: null, error: null, samples: 0, correlation: null };
    const { mean, blocks: samples } = single;
    const alone = variance(single);
    if (alone === 0) return { mean, error: 0, samples, correlation: 1 };
    for (const [doublings, level] of this.levels.entries()) {
      const length = 2 ** doublings;
      const worse = variance(level) / alone;
      // Long enough after R. M. Lee et al., Phys. Rev. E 83, 066706 (2011); NaN is not.
      if (length * length * length > 2 * samples * worse * worse) {
        return { mean, error: Math.sqrt(variance(level)), samples, correlation: worse };
      }
    }
    return { mean, error: null, samples, correlation: null };
  }
}

/** The variance of the mean, as if blocks were independent; NaN for one block. */
function variance({ blocks, squares }: Level): number {
  return squares / (blocks * (blocks - 1));
}
