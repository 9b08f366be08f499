/**
 * Start-up and frame budget of the page, 100,000 entities, in the plane and in space:
 *
 *     node test/speed.mjs [seconds] [workers] [scenario ...]
 *
 * Prints the time to the first frame with a warm cache, and the main thread's script time per frame: as the
 * page opens, and from near with the mouse over the world, where it shows what the one under it sees.
 * On a machine without a graphics card the frames are few, but the script's part of each is the same.
 * Ends with 1 if there is an error, a long task, or more script than a frame may have; where more
 * runs on this machine than it has processors, the time to the first frame is printed and no more.
 */

import { cpus, loadavg } from 'node:os';
import { launch, openPage } from './browser.mjs';
import { serve } from './serve.mjs';
import { quantile, traceFrames } from './trace.mjs';

const SCENARIOS = ['boids-100k', 'boids-space-100k'];
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

/** From so near that bodies are seen, with the mouse over them. */
export async function comeNear(page) {
  await page.locator('.world').focus();
  for (let press = 0; press < 7; press++) await page.keyboard.press('+');
  await page.mouse.move(430, 150);
}

/** What one scenario takes on the page at `url`. */
export async function measure(context, url, scenario, workers, seconds) {
  // What is computed ahead would be drawn late; it changes no frame.
  const address = `${url}/?scenario=${scenario}&workers=${workers}&ahead=0`;
  const cold = await firstFrame(context, address);
  await cold.page.close();
  const times = [];
  let last;
  for (let run = 0; run < 3; run++) {
    await last?.page.close();
    last = await firstFrame(context, address);
    times.push(last.ms);
  }
  const opened = await frameBudget(last.page, 1000 * seconds);
  await comeNear(last.page);
  const near = await frameBudget(last.page, 1000 * seconds);
  await last.page.close();
  return { scenario, firstFrameColdMs: cold.ms, firstFrameWarmMs: times, opened, near, problems: last.problems };
}

async function main([seconds = '8', workers = '4', ...scenarios]) {
  const server = await serve();
  // A small view: where the processor draws there are more frames, and the script's part is the same.
  const browser = await launch({ viewport: { width: 900, height: 300 } });
  try {
    let bad = false;
    for (const scenario of scenarios.length > 0 ? scenarios : SCENARIOS) {
      const report = { processors: cpus().length, load: loadavg()[0], ...(await measure(browser.context, server.url, scenario, workers, Number(seconds))) };
      console.log(JSON.stringify(report, null, 2));
      const late = Math.min(...report.firstFrameWarmMs) > FIRST_FRAME_MS_MOST && report.load <= report.processors;
      const dear = [report.opened, report.near].some(({ longTasks, cpu }) => longTasks.length > 0 || cpu.p95 > SCRIPT_MS_MOST);
      bad ||= report.problems.length > 0 || dear || late;
    }
    return bad ? 1 : 0;
  } finally {
    await browser.close();
    await server.close();
  }
}

if (process.argv[1]?.endsWith('/speed.mjs')) process.exitCode = await main(process.argv.slice(2));
