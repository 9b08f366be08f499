/** Small charts on a canvas. They are drawn a few times a second, never by React. */

import type { Histogram, WorkerMetrics } from 'flockwork';
import type { Times } from '../view/meter.js';

/** The parts of a worker's time, in their order and colours. */
export const PARTS = [
  { key: 'compute', color: '#56b4e9' },
  { key: 'communicate', color: '#f08030' },
  { key: 'commit', color: '#00be8c' },
  { key: 'wait', color: '#2b313d' },
] as const satisfies readonly { key: keyof WorkerMetrics; color: string }[];

const BAR = '#56b4e9';
const LATE = '#f08030';
export const LINE = 'rgb(255 255 255 / 0.16)';
export const LABEL = '#8b94a5';
export const FONT = '10px "Inter Variable", system-ui, sans-serif';

export interface Chart {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
}

/** A canvas of so many CSS pixels, sharp on this screen. */
export function chart(canvas: HTMLCanvasElement, width: number, height: number): Chart | null {
  const ratio = devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  if (!context) return null;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** Room for the labels below the bars. */
const FOOT = 14;
const FRAME_MS = 1000 / 60;
const FRAME_BINS = 40;
const bins = new Uint32Array(FRAME_BINS);

/** Times between frames, a bar for each millisecond, with a line where 60 frames a second are. */
export function drawFrames({ context, width, height }: Chart, times: Times): void {
  bins.fill(0);
  let most = 1;
  for (let index = 0; index < times.kept; index++) {
    const bin = Math.min(FRAME_BINS - 1, Math.floor(times.values[index]!));
    most = Math.max(most, ++bins[bin]!);
  }
  const step = width / FRAME_BINS;
  for (let bin = 0; bin < FRAME_BINS; bin++) {
    // A frame of 17 ms is still one of 60 a second: clocks are coarse.
    context.fillStyle = bin > 17 ? LATE : BAR;
    bar(context, bin * step, step, bins[bin]! / most, height);
  }
  axis(context, width, height);
  tickAt(context, FRAME_MS * step, height, '16.7 ms', width);
  tickAt(context, 2 * FRAME_MS * step, height, '33', width);
}

/** The buckets that are shown: from 16 microseconds to 0.5 seconds. */
const FIRST = 4;
const LAST = 18;

/** Times of ticks, a bar for each power of two. */
export function drawTicks({ context, width, height }: Chart, { buckets }: Histogram): void {
  let most = 1;
  for (const count of buckets) most = Math.max(most, count);
  const step = width / (LAST - FIRST + 1);
  context.fillStyle = BAR;
  for (let bucket = FIRST; bucket <= LAST; bucket++) {
    bar(context, (bucket - FIRST) * step, step, sumAt(buckets, bucket) / most, height);
  }
  axis(context, width, height);
  // 2^10 microseconds are about a millisecond.
  for (const [bucket, label] of [[7, '0.1'], [10, '1 ms'], [14, '16'], [17, '131']] as const) {
    tickAt(context, (bucket - FIRST) * step, height, label, width);
  }
}

/** A bucket's count; the first and last shown hold all beyond. */
function sumAt(buckets: Uint32Array, bucket: number): number {
  if (bucket === FIRST) return buckets.subarray(0, FIRST + 1).reduce((sum, count) => sum + count, 0);
  if (bucket === LAST) return buckets.subarray(LAST).reduce((sum, count) => sum + count, 0);
  return buckets[bucket] ?? 0;
}

/** Heights of a worker's bar and of the room for it. */
export const WORKER_ROW = 12;
const WORKER_BAR = 6;

/** A bar for each worker: what it spent its time on. */
export function drawWorkers({ context, width }: Chart, workers: readonly WorkerMetrics[]): void {
  workers.forEach((worker, index) => {
    const top = index * WORKER_ROW + (WORKER_ROW - WORKER_BAR) / 2;
    let left = 0;
    for (const { key, color } of PARTS) {
      const right = Math.min(width, left + worker[key] * width);
      context.fillStyle = color;
      context.fillRect(left, top, Math.max(0, right - left - 1), WORKER_BAR);
      left = right;
    }
  });
}

function bar(context: CanvasRenderingContext2D, x: number, step: number, share: number, height: number): void {
  if (share <= 0) return;
  const tall = Math.max(1.5, Math.sqrt(share) * (height - FOOT - 2));
  context.fillRect(x + 0.5, height - FOOT - tall, Math.max(1, step - 1.5), tall);
}

function axis(context: CanvasRenderingContext2D, width: number, height: number): void {
  context.fillStyle = LINE;
  context.fillRect(0, height - FOOT, width, 1);
}

function tickAt(context: CanvasRenderingContext2D, x: number, height: number, label: string, width: number): void {
  context.fillStyle = LINE;
  context.fillRect(Math.round(x), height - FOOT, 1, 4);
  context.fillStyle = LABEL;
  context.font = FONT;
  context.textAlign = x > width - 20 ? 'right' : 'center';
  context.fillText(label, x, height - 1);
}
