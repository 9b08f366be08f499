/** The main thread's script time per frame, from a trace of the browser: the page's own clock is not asked. */

/** What runs script. Those inside others are part of these. */
const SCRIPT = new Set(['FireAnimationFrame', 'FunctionCall', 'EvaluateScript', 'TimerFire', 'EventDispatch', 'RunMicrotasks', 'v8.callFunction']);
const LONG_MS = 50;

/** Traces for so long; gives the script time of each frame, and the long tasks. */
export async function traceFrames(page, ms) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await session.send('Tracing.start', { transferMode: 'ReportEvents', categories: '-*,devtools.timeline,toplevel,__metadata' });
  await page.waitForTimeout(ms);
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  return measure(events);
}

/** `cpu` is the time that the thread computed, `wall` includes what it waited for others. */
export function measure(events) {
  const main = mainThread(events);
  const own = events.filter(({ pid, tid, ph }) => ph === 'X' && pid === main.pid && tid === main.tid).sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const frames = [];
  let end = -Infinity;
  for (const { name, ts, dur = 0, tdur = dur } of own) {
    if (name === 'FireAnimationFrame') frames.push({ wall: 0, cpu: 0 });
    if (!SCRIPT.has(name) || ts < end) continue;
    end = ts + dur;
    const frame = frames.at(-1);
    if (!frame) continue;
    frame.wall += dur / 1000;
    frame.cpu += tdur / 1000;
  }
  const longTasks = own.filter(({ name, tdur = 0 }) => /RunTask$/.test(name) && tdur / 1000 > LONG_MS).map(({ tdur }) => tdur / 1000);
  // The first and the last are not whole.
  return { frames: frames.slice(1, -1), longTasks };
}

/** The renderer's main thread with most animation frames. */
function mainThread(events) {
  const counts = new Map();
  for (const { name, pid, tid } of events) {
    if (name !== 'FireAnimationFrame') continue;
    const key = `${pid} ${tid}`;
    counts.set(key, { pid, tid, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const [most] = [...counts.values()].sort((a, b) => b.count - a.count);
  if (!most) throw new Error('the trace has no animation frame: is the page hidden?');
  return most;
}

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}
