// What the scripts of `pages` must find, in whatever versions of React and three.js.
import assert from 'node:assert/strict';

/** Mounts under StrictMode make each simulation once, and end it. */
export async function mountsMakeOne(page, rounds) {
  assert.deepEqual(await page.evaluate((count) => window.cycles(count), rounds), new Array(rounds).fill(1));
  await page.waitForFunction('made.every((worker) => worker.ended)');
  assert.equal(await page.evaluate('made.length'), 2 * rounds);
}

/** Options are compared by value; what can change while it runs is set on the same simulation. */
export async function changesAreSet(page) {
  const { colors, ...seen } = await page.evaluate(() => window.changes());
  assert.ok(colors, 'other colours');
  assert.deepEqual(seen, {
    same: true,
    sets: [{ grazing: 0.5, bite_rate: 5 }],
    fingerprint: true,
    refused: ['ready', 'BAD_PARAM', true, true],
    unset: { grazing: 1.5 },
    begunAnew: ['disposed', 2, 0],
  });
}

export async function signalsEnd(page) {
  const seen = await page.evaluate(() => window.signals());
  assert.deepEqual(seen, { state: 'disposed', error: 'enough', simulation: null, again: 'ready', before: 'before' });
}

/** Each of two readers sees what the other does, and neither sees nothing. */
export async function bothSeeRates(page) {
  const both = await page.evaluate(() => window.twoMetrics());
  const running = both.map((one) => one.filter(([rate, wait]) => rate > 0 && wait < 1).length);
  assert.ok(Math.min(...running) >= 6, `ticks per second and waiting: ${JSON.stringify(both)}`);
}

/** Both objects show the newest frame without a copy. */
export async function objectsShareFrames(page, scenario) {
  const { population, ...rest } = await page.evaluate((one) => window.objects(one), scenario);
  assert.ok(population > 1000);
  assert.deepEqual(rest, {
    updated: [true, true],
    again: [false, false],
    shared: true,
    moved: true,
    same: true,
    range: population,
    instances: population,
  });
}
