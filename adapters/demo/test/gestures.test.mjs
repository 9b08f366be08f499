/** Mouse, wheel and fingers: what was under them stays under them. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, PHONE, STILL, frames, withPage } from './page.mjs';
import { serve } from './serve.mjs';

let server;
before(async () => (server = await serve()));
after(() => server?.close());

const card = (page) => page.getByRole('region', { name: 'Chosen entity' });
const name = (page) => card(page).getByRole('heading', { level: 2 }).textContent();

/** Chooses the entity in the middle, which then stands there, and lets it go. */
async function middle(page) {
  await page.locator('.world').focus();
  await page.keyboard.press('Enter');
  const chosen = await name(page);
  // The view moves there with the next frames.
  await frames(page, 3);
  const { width, height } = page.viewportSize();
  return { chosen, x: width / 2, y: height / 2 };
}

/** What is chosen by a tap at a place. */
async function tapped(page, x, y, tap) {
  await page.keyboard.press('Escape');
  await card(page).waitFor({ state: 'detached' });
  await tap(x, y);
  const chosen = await name(page);
  await frames(page, 3);
  return chosen;
}

test('a drag moves the world with the mouse, and the wheel zooms where the mouse is', async () => {
  await withPage(server.url, { ...DESK, ...STILL }, async (page) => {
    const { chosen, x, y } = await middle(page);
    const click = (atX, atY) => page.mouse.click(atX, atY);
    await page.mouse.move(x + 10, y + 10);
    await page.mouse.down();
    await page.mouse.move(x + 50, y + 30, { steps: 4 });
    await page.mouse.move(x + 90, y - 50, { steps: 4 });
    await page.mouse.up();
    await frames(page, 2);
    assert.equal(await tapped(page, x + 80, y - 60, click), chosen, 'dragged by 80, -60');

    // It is in the middle again, and not followed any more: a zoom beside it moves it away from there.
    await page.keyboard.press('Escape');
    await card(page).waitFor({ state: 'detached' });
    await page.mouse.move(x - 40, y);
    await page.mouse.wheel(0, -100 * Math.log(2) / 0.18);
    await frames(page, 2);
    assert.equal(await tapped(page, x + 40, y, click), chosen, 'twice as large around (-40, 0)');
  });
});

test('two fingers zoom around their middle, one finger moves, a tap chooses', async () => {
  await withPage(server.url, { ...PHONE, ...STILL }, async (page, context) => {
    const { chosen, x, y } = await middle(page);
    const touch = await context.newCDPSession(page);
    const fingers = (type, ...places) =>
      touch.send('Input.dispatchTouchEvent', { type, touchPoints: places.map(([atX, atY], id) => ({ x: atX, y: atY, id })) });
    const tap = async (atX, atY) => {
      await fingers('touchStart', [atX, atY]);
      await fingers('touchEnd');
    };
    await fingers('touchStart', [x, y]);
    for (let part = 1; part <= 4; part++) await fingers('touchMove', [x + 10 * part, y - 15 * part]);
    await fingers('touchEnd');
    await frames(page, 2);
    assert.equal(await tapped(page, x + 40, y - 60, tap), chosen, 'moved by 40, -60');

    // Around a place 30 pixels left of it, from 40 pixels apart to 80.
    const [middleX, middleY] = [x - 30, y];
    const pair = (apart) => [[middleX, middleY - apart / 2], [middleX, middleY + apart / 2]];
    await fingers('touchStart', ...pair(40));
    for (const apart of [50, 60, 70, 80]) await fingers('touchMove', ...pair(apart));
    await fingers('touchEnd');
    await frames(page, 2);
    assert.equal(await tapped(page, middleX + 60, middleY, tap), chosen, 'twice as large around (-30, 0)');
  });
});
