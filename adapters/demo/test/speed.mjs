/**
 * Start-up and frame budget of the page, 100,000 entities:
 *
 *     node test/speed.mjs [seconds] [workers]
 *
 * Prints the time to the first frame with a warm cache, and the main thread's script time per frame.
 * On a machine without a graphics card the frames are few, but the script's part of each is the same.
 * Ends with 1 if there is an error, a long task, or more script than a frame may have; where more
 * runs on this machine than it has processors, the time to the first frame is printed and no more.
 */

import { cpus, loadavg } from 'node:os';
import { launch, openPage } from './browser.mjs';
import { serve } from './serve.mjs';
import { quantile, traceFrames } from './trace.mjs';

const SETTLE_MS = 3000;
const SCRIPT_MS_MOST = 2;
const FIRST_FRAME_MS_MOST = 1500;

export async function firstFrame(context, url) {
  const { page, problems } = await openPage(context);
  await page.goto(url);
  await page.waitForFunction(() => performance.getEntriesByName('flockwork:first-frame').length > 0, null, { timeout: 60_000 });
  const ms = await page.evaluate(() => performance.getEntriesByName('flockwork:first-frame')[0].startTime);
  return { page, problems, ms };
}

export async function frameBudget(page, ms) {
  await page.waitForTimeout(SETTLE_MS);
  const { frames, longTasks } = await traceFrames(page, ms);
  const of = (kind) => ({ p50: quantile(frames.map((frame) => frame[kind]), 0.5), p95: quantile(frames.map((frame) => frame[kind]), 0.95) });
  return { frames: frames.length, cpu: of('cpu'), wall: of('wall'), longTasks };
}

async function main([seconds = '8', workers = '4']) {
  const server = await serve();
  const browser = await launch();
  try {
    const url = `${server.url}/?scenario=tribes-100k&workers=${workers}`;
    const cold = await firstFrame(browser.context, url);
    await cold.page.close();
    const times = [];
    let last;
    for (let run = 0; run < 3; run++) {
      await last?.page.close();
      last = await firstFrame(browser.context, url);
      times.push(last.ms);
    }
    const budget = await frameBudget(last.page, 1000 * Number(seconds));
    const report = { processors: cpus().length, load: loadavg()[0], firstFrameColdMs: cold.ms, firstFrameWarmMs: times, ...budget, problems: last.problems };
    console.log(JSON.stringify(report, null, 2));
    const late = Math.min(...times) > FIRST_FRAME_MS_MOST && report.load <= report.processors;
    const bad = report.problems.length > 0 || report.longTasks.length > 0 || report.cpu.p95 > SCRIPT_MS_MOST || late;
    return bad ? 1 : 0;
  } finally {
    await browser.close();
    await server.close();
  }
}

if (process.argv[1]?.endsWith('/speed.mjs')) process.exitCode = await main(process.argv.slice(2));
