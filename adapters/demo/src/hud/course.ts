/** The course of statistics over ticks, as lines on a small canvas. */

import { palette, type Observation } from 'flockwork';
import { FONT, LABEL, LINE, type Chart } from './chart.js';
import { compact } from './format.js';

/** Room for the numbers at the left, and below for the ticks. */
const LEFT = 36;
const FOOT = 14;
const TOP = 5;
const ONE = '#56b4e9';
/** Those of the kinds of a model that have no tribes: these are the colours of the first classes. */
const COLORS = palette.classes.map((color) => `rgb(${color.join(' ')})`);

/** The statistics that count a part of all: tribes, or kinds. */
export function countsOf(stats: readonly string[]): readonly string[] {
  const tribes = stats.filter((name) => name.endsWith('_population'));
  const kinds = ['sheep', 'wolves'].filter((name) => stats.includes(name));
  return tribes.length > 0 ? tribes : kinds;
}

export function colorOf(index: number, of: number): string {
  return of > 1 ? COLORS[index % COLORS.length]! : ONE;
}

/** A line for each name; null is the population. */
export function drawCourse({ context, width, height }: Chart, samples: readonly Observation[], names: readonly (string | null)[]): void {
  const valueOf = (sample: Observation, name: string | null) => (name === null ? sample.population : sample.stats[name]);
  let [low, high] = [Infinity, -Infinity];
  for (const sample of samples) {
    for (const name of names) {
      const value = valueOf(sample, name);
      if (typeof value !== 'number') continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  context.font = FONT;
  context.fillStyle = LINE;
  context.fillRect(LEFT, height - FOOT, width - LEFT, 1);
  if (low > high) return;
  // Numbers of entities are seen from 0; a line that does not move lies in the middle.
  if (low >= 0 && (names[0] === null || names.length > 1)) low = 0;
  const apart = high - low || Math.abs(high) || 1;
  if (high === low) [low, high] = [low - apart / 2, high + apart / 2];
  const [first, last] = [samples[0]!.tick, samples.at(-1)!.tick];
  const x = (tick: number) => LEFT + 2 + ((width - LEFT - 4) * (tick - first)) / Math.max(1, last - first);
  const y = (value: number) => TOP + (height - FOOT - TOP - 3) * (1 - (value - low) / (high - low));
  names.forEach((name, index) => {
    context.strokeStyle = colorOf(index, names.length);
    context.lineWidth = 1.4;
    context.lineJoin = 'round';
    context.beginPath();
    let drawn = false;
    for (const sample of samples) {
      const value = valueOf(sample, name);
      if (typeof value !== 'number') drawn = false;
      else if (drawn) context.lineTo(x(sample.tick), y(value));
      else {
        context.moveTo(x(sample.tick), y(value));
        // A point alone is seen too.
        context.lineTo(x(sample.tick) + 1, y(value));
        drawn = true;
      }
    }
    context.stroke();
  });
  context.fillStyle = LABEL;
  context.textAlign = 'right';
  context.fillText(compact(high), LEFT - 4, TOP + 8);
  context.fillText(compact(low), LEFT - 4, height - FOOT - 1);
  context.fillText(`tick ${compact(last)}`, width, height - 2);
  context.textAlign = 'left';
  context.fillText(compact(first), LEFT, height - 2);
}
