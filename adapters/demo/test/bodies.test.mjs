/** What is seen of entities: a start in order, bodies that point where they go, what one of them sees. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createSimulation } from 'flockwork';
import { runAuto } from './auto.mjs';
import { DESK, STILL, brightness, card, closest, fingerprintAt, frames, hud, row, step, tickBeyond, tickOf, withPage } from './page.mjs';
import { serve } from './serve.mjs';

const BOIDS = '?scenario=boids-10k&entities=1000&scale=1&workers=1';
/** The scenario of that address, in the world that `scale` makes of it. */
const SIDES = { width: Math.fround(50 * Math.sqrt(0.1)), height: Math.fround(Math.fround(31.416) * Math.sqrt(0.1)) };
const SCENARIO = { model: 'boids', entities: 1000, seed: 1, dt: 0.05, world: SIDES, params: { separation_radius: 0.4, neighbor_radius: 1, min_speed: 0.5, max_speed: 2 } };

let server;
before(async () => (server = await serve()));
after(() => server?.close());

test('ticks ahead are computed before the world is shown, and are those of the test address', async () => {
  await withPage(server.url, { ...DESK, ...STILL }, async (page, context) => {
    const shown = await fingerprintAt(page, 25);
    assert.equal(await page.getByRole('progressbar').count(), 0);
    const { result } = await runAuto(context, server.url, { scenario: 'boids-10k', entities: '1000', scale: '1', ticks: '25' });
    assert.equal(shown, result.fingerprint);
    assert.match(new URL(page.url()).search, /ahead=25/);
    await page.locator('.world').focus();
    await page.keyboard.press('r');
    await fingerprintAt(page, 25);
  }, `${BOIDS}&ahead=25`);
});

test('the page opens with boids that are computed ahead, which one need not wait for', async () => {
  await withPage(server.url, DESK, async (page) => {
    // Within the page: it may be over by itself before a click from outside comes.
    const address = await page.waitForFunction(() => {
      const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Show it now');
      const bar = document.querySelector('[role="progressbar"][aria-label="Ticks computed ahead"]');
      return bar && button && (button.click(), location.search);
    });
    assert.equal(await address.jsonValue(), '?scenario=boids-100k&workers=1&ahead=100000');
    await page.getByRole('progressbar').waitFor({ state: 'detached' });
    const tick = await tickOf(page);
    assert.ok(tick < 100_000);
    await tickBeyond(page, tick);
    assert.equal(await hud(page, 'population'), '100,000');
  }, '?ahead=100000&workers=1');
});

test('a body points where it goes', async () => {
  await withPage(server.url, { ...DESK, ...STILL }, async (page) => {
    await page.locator('.world').focus();
    await page.keyboard.press('Enter');
    const place = async () => (await row(page, 'Place')).split(', ').map(Number);
    const before = await place();
    await step(page, 8);
    await page.waitForFunction((was) => !document.querySelector('.card').textContent.includes(was), before.map((at) => at.toFixed(2)).join(', '));
    const now = await place();
    await closest(page);
    const way = Math.hypot(now[0] - before[0], now[1] - before[1]);
    const [right, up] = [(now[0] - before[0]) / way, (now[1] - before[1]) / way];
    // 0.72 of the distance between neighbours, at 400 pixels for a length.
    const body = 0.72 * Math.sqrt((SIDES.width * SIDES.height) / 1000) * 400;
    const at = (part) => [DESK.viewport.width / 2 + part * body * right, DESK.viewport.height / 2 - part * body * up];
    const [nose, tail] = await brightness(page, [at(0.3), at(-0.36)]);
    assert.ok(nose > 2 * tail, `the nose has a brightness of ${nose}, what is behind the body one of ${tail}`);
  }, `${BOIDS}&ahead=150`);
});

test('the chosen entity shows its neighbours, as many as there are; the one under the mouse too', async () => {
  const simulation = await createSimulation({ scenario: SCENARIO, workers: 1 });
  await simulation.step(150);
  const { id, position, count } = simulation.acquireFrame();
  await withPage(server.url, { ...DESK, ...STILL }, async (page) => {
    assert.equal(await fingerprintAt(page, 150), (await simulation.observe()).fingerprint, 'the same world');
    await closest(page);
    await page.keyboard.press('Enter');
    await card(page).waitFor();
    await card(page).getByText('Neighbours').waitFor();
    const chosen = Number((await card(page).getByRole('heading', { level: 2 }).textContent()).match(/#(\d+)/)[1]);
    const own = id.indexOf(chosen);
    const within = (radius) => {
      const way = (axis, side, other) => (position[3 * other + axis] - position[3 * own + axis]) - side * Math.round((position[3 * other + axis] - position[3 * own + axis]) / side);
      const near = (other) => Math.hypot(way(0, SIDES.width, other), way(1, SIDES.height, other)) < radius;
      return Array.from({ length: count }, (_, other) => other).filter((other) => other !== own && near(other)).length;
    };
    const [all, close] = [within(1), within(0.4)];
    assert.ok(all > 0);
    assert.equal(await row(page, 'Neighbours'), close > 0 ? `${all}, ${close} too close` : `${all}`);
    await page.keyboard.press('Escape');
    await card(page).waitFor({ state: 'detached' });
    await page.mouse.move(DESK.viewport.width / 2 + 3, DESK.viewport.height / 2 + 3);
    await page.locator('.tip span', { hasText: `#${chosen} ` }).waitFor();
    assert.match(await page.locator('.tip span').textContent(), new RegExp(`· ${all} neighbours? · ${close} too close$`));
    await page.mouse.move(10, 300);
  }, `${BOIDS}&ahead=150`);
  await simulation.dispose();
});
