/** A world in space as people see it: opened, turned, an entity chosen, from every tier. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createSimulation } from 'flockwork';
import { runAuto } from './auto.mjs';
import { DESK, PHONE, STILL, card, closest, fingerprintAt, frames, picture, row, step, withPage } from './page.mjs';
import { serve } from './serve.mjs';

const BOIDS = '?scenario=boids-space-10k&entities=1000&scale=1&workers=1';
const SIDE = Math.fround(Math.fround(12.8) * Math.cbrt(0.1));
const SCENARIO = {
  model: 'boids',
  entities: 1000,
  seed: 1,
  dt: 0.05,
  world: { width: SIDE, height: SIDE, depth: SIDE },
  params: { separation_radius: 0.4, neighbor_radius: 1, min_speed: 0.5, max_speed: 2 },
};
const MIDDLE = [DESK.viewport.width / 2, DESK.viewport.height / 2];

let server;
before(async () => (server = await serve()));
after(() => server?.close());

const name = (page) => card(page).getByRole('heading', { level: 2 }).textContent();
const placeOf = async (page) => (await row(page, 'Place')).split(', ').map(Number);

/** Shares of dark and of white points, in what nothing else covers. */
async function shares(page, { width, height }, [left, top]) {
  const { at } = await picture(page);
  let [all, dark, white] = [0, 0, 0];
  for (let y = top; y < height - 140; y += 2) {
    for (let x = left; x < width - left; x += 2, all++) {
      dark += Number(at(x, y) < 40);
      white += Number(at(x, y) > 253);
    }
  }
  return { dark: dark / all, white: white / all };
}

for (const [where, options, edges] of [['a desk', DESK, [400, 140]], ['a phone', PHONE, [20, 330]]]) {
  test(`100,000 boids in space fill the view of ${where}, and leave room to look between them`, async () => {
    await withPage(server.url, { ...options, ...STILL }, async (page) => {
      await page.waitForFunction(() => performance.getEntriesByName('flockwork:first-frame').length > 0);
      await page.getByRole('progressbar').waitFor({ state: 'detached' });
      await frames(page, 3);
      const { dark, white } = await shares(page, options.viewport, edges);
      assert.ok(dark > 0.03 && dark < 0.8, `${dark} of the view is dark`);
      assert.ok(white < 0.2, `${white} of the view is white`);
    }, '?scenario=boids-space-100k&ahead=20');
  });
}

test('one goes from the plane to space and back by a button, and the address keeps it', async () => {
  await withPage(server.url, { ...DESK, ...STILL }, async (page) => {
    const ways = page.getByRole('group', { name: 'Plane or space' });
    await ways.getByRole('button', { name: 'Space' }).click();
    await page.locator('.head', { hasText: 'Boids in space' }).waitFor();
    await page.waitForFunction(() => location.search.includes('scenario=boids-space-10k&entities=1000&scale=1'));
    await fingerprintAt(page, 400);
    assert.equal(await ways.getByRole('button', { name: 'Space' }).getAttribute('aria-pressed'), 'true');
    await ways.getByRole('button', { name: 'Plane' }).click();
    await page.waitForFunction(() => location.search.includes('scenario=boids-10k&entities=1000&scale=1'));
    await page.getByLabel('Scenario').selectOption('tribes-10k');
    await ways.waitFor({ state: 'detached' });
  }, '?scenario=boids-10k&entities=1000&scale=1&workers=1');
});

test('a drag turns space around the chosen one, Shift moves it, two clicks are the view at first', async () => {
  await withPage(server.url, { ...DESK, ...STILL }, async (page) => {
    const inTheMiddle = async () => {
      await page.locator('.world').focus();
      await page.keyboard.press('Enter');
      await card(page).waitFor();
      return name(page);
    };
    const first = await inTheMiddle();
    for (let press = 0; press < 5; press++) await page.keyboard.press('+');
    await page.keyboard.press('Escape');
    await card(page).waitFor({ state: 'detached' });
    const chosen = await inTheMiddle();
    await frames(page, 3);
    const drag = async (dx, dy) => {
      await page.mouse.move(...MIDDLE);
      await page.mouse.down();
      await page.mouse.move(MIDDLE[0] + dx / 2, MIDDLE[1] + dy / 2, { steps: 3 });
      await page.mouse.move(MIDDLE[0] + dx, MIDDLE[1] + dy, { steps: 3 });
      await page.mouse.up();
      await frames(page, 3);
    };
    const tapped = async (x, y) => {
      await page.keyboard.press('Escape');
      await card(page).waitFor({ state: 'detached' });
      await page.mouse.click(x, y);
      await card(page).waitFor();
      return name(page);
    };
    const before = await page.locator('.world').screenshot();
    await drag(220, -90);
    assert.notDeepEqual(await page.locator('.world').screenshot(), before);
    assert.equal(await name(page), chosen, 'a drag chooses nobody');
    assert.equal(await tapped(...MIDDLE), chosen, 'turned around it');
    await page.keyboard.down('Shift');
    await drag(100, 60);
    await page.keyboard.up('Shift');
    await page.keyboard.press('Escape');
    assert.equal(await tapped(MIDDLE[0] + 100, MIDDLE[1] + 60), chosen, 'moved by 100, 60');
    await page.keyboard.press('ArrowLeft');
    await page.mouse.dblclick(MIDDLE[0] + 200, MIDDLE[1] - 100);
    await frames(page, 3);
    await page.keyboard.press('Escape');
    await card(page).waitFor({ state: 'detached' });
    assert.equal(await inTheMiddle(), first, 'the view at first');
  }, `${BOIDS}&ahead=150`);
});

test('in space a box and a lasso over the view select all who are seen there, and they are removed', async () => {
  await withPage(server.url, { ...DESK, ...STILL }, async (page) => {
    const said = page.getByRole('status', { name: 'What was done' });
    const selected = async () => {
      const text = await said.getByText(/^Selected [\d,]+$/).textContent();
      return Number(text.replace(/\D/g, ''));
    };
    const drag = async ([first, ...others]) => {
      await page.mouse.move(...first);
      await page.mouse.down();
      for (const place of others) await page.mouse.move(...place, { steps: 8 });
      await frames(page, 3);
    };
    await page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name: 'Select' }).click();
    const [left, right, top, bottom] = [520, 920, 250, 650];
    const before = await picture(page);
    await drag([[left, top], [right, bottom]]);
    const drawn = await picture(page);
    // The border of the box, where it was not before.
    const border = (pixels) => Array.from({ length: 80 }, (_, part) => Math.max(...[-1, 0, 1].map((off) => pixels.at(left + 5 * part, top + off))));
    const brighter = border(drawn).filter((value, part) => value > border(before)[part] + 20).length;
    assert.ok(brighter > 50, `${brighter} of 80 places on its border are brighter`);
    await page.mouse.up();
    const boxed = await selected();
    assert.ok(boxed > 20 && boxed < 1000, `${boxed} in the box`);
    await page.getByRole('group', { name: 'Select by' }).getByRole('button', { name: 'Lasso' }).click();
    await drag([[left, top], [right, top], [right, bottom], [left, bottom], [left, top + 5]]);
    await page.mouse.up();
    await frames(page, 3);
    assert.ok(Math.abs((await selected()) - boxed) <= 0.05 * boxed, `${await selected()} in the lasso, ${boxed} in the box`);
    const group = page.getByRole('region', { name: 'Selected entities' });
    await group.getByRole('columnheader', { name: 'of all' }).waitFor();
    await group.getByRole('button', { name: 'Remove all' }).click();
    await said.getByText(/^Removed/).waitFor();
    await drag([[left + 10, top + 10], [right - 10, bottom - 10]]);
    await page.mouse.up();
    await said.getByText('Nobody is here').waitFor();
  }, `${BOIDS}&ahead=50`);
});

test('in space a body points where it goes', async () => {
  await withPage(server.url, { ...DESK, ...STILL }, async (page) => {
    await page.locator('.world').focus();
    await page.keyboard.press('Enter');
    const before = await placeOf(page);
    await step(page, 8);
    await page.waitForFunction((was) => !document.querySelector('.card').textContent.includes(was), before.map((at) => at.toFixed(2)).join(', '));
    const now = await placeOf(page);
    await closest(page);
    const way = now.map((at, axis) => at - before[axis] - SIDE * Math.round((at - before[axis]) / SIDE));
    // What is right and up in the view at first.
    const [yaw, pitch] = [0.62, 0.36];
    const right = way[0] * Math.cos(yaw) - way[2] * Math.sin(yaw);
    const up = way[1] * Math.cos(pitch) - Math.sin(pitch) * (way[0] * Math.sin(yaw) + way[2] * Math.cos(yaw));
    const length = Math.hypot(right, up);
    // Bodies are 0.72 * 0.4 of the distance between neighbours, at 400 pixels for a length.
    const body = 0.72 * 0.4 * (SIDE / 10) * 400;
    const { at } = await picture(page);
    const bright = (part) => at(Math.round(MIDDLE[0] + (part * body * right) / length), Math.round(MIDDLE[1] - (part * body * up) / length));
    const [nose, tail] = [bright(0.28), bright(-0.38)];
    assert.ok(nose > 1.5 * tail, `the nose has a brightness of ${nose}, what is behind the body one of ${tail}`);
  }, `${BOIDS}&ahead=150`);
});

test('in space the chosen entity shows its neighbours, as many as there are, across seams too', async () => {
  const simulation = await createSimulation({ scenario: SCENARIO, workers: 1 });
  await simulation.step(150);
  const { id, position, count } = simulation.acquireFrame();
  await withPage(server.url, { ...DESK, ...STILL }, async (page) => {
    assert.equal(await fingerprintAt(page, 150), (await simulation.observe()).fingerprint, 'the same world');
    await closest(page);
    await page.keyboard.press('Enter');
    await card(page).getByText('Neighbours').waitFor();
    const own = id.indexOf(Number((await name(page)).match(/#(\d+)/)[1]));
    const within = (radius) => {
      const way = (axis, other) => {
        const straight = position[3 * other + axis] - position[3 * own + axis];
        return straight - SIDE * Math.round(straight / SIDE);
      };
      return Array.from({ length: count }, (_, other) => other).filter((other) => other !== own && Math.hypot(way(0, other), way(1, other), way(2, other)) < radius).length;
    };
    const [all, close] = [within(1), within(0.4)];
    assert.ok(all > 0);
    assert.equal(await row(page, 'Neighbours'), close > 0 ? `${all}, ${close} too close` : `${all}`);
    assert.equal((await placeOf(page)).length, 3);
  }, `${BOIDS}&ahead=150`);
  await simulation.dispose();
});

test('space has the same bits in every tier of the page', async () => {
  await withPage(server.url, { ...DESK, ...STILL }, async (page, context) => {
    await page.getByRole('tab', { name: 'Machine' }).click();
    await page.getByRole('combobox', { name: 'Entities', exact: true }).selectOption('1000');
    await page.getByRole('combobox', { name: 'Ticks', exact: true }).selectOption('20');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('The same bits in 4 tiers.').waitFor();
    const [print] = await page.locator('.compare code').allTextContents();
    const { result } = await runAuto(context, server.url, { scenario: 'boids-space-10k', entities: '1000', scale: '1', ticks: '20', tier: 'js-single' });
    assert.equal(result.error, null);
    assert.ok(result.fingerprint.startsWith(print.replace(/\W/g, '')), `${result.fingerprint} and ${print}`);
  }, `${BOIDS}&ahead=0`);
});
