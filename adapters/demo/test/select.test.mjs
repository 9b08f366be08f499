/** All in a box or a lasso: how many, what they are like, and what is done to all of them. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, PHONE, STILL, fingerprintAt, frames, hud, step, withPage } from './page.mjs';
import { serve } from './serve.mjs';

let server;
before(async () => (server = await serve()));
after(() => server?.close());

const onPage = (options, use, query) => withPage(server.url, options, use, query);
const tool = (page, name) => page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name });
const said = (page) => page.getByRole('status', { name: 'What was done' });
const group = (page) => page.getByRole('region', { name: 'Selected entities' });
const selected = async (page) => Number((await group(page).getByRole('heading', { level: 2 }).textContent()).replace(/\D/g, ''));
const population = async (page) => Number((await hud(page, 'population')).replaceAll(',', ''));

async function shows(page, entities) {
  await page.waitForFunction((text) => document.querySelector('[data-hud="population"]').textContent === text, entities.toLocaleString('en'));
}

/** Drags along places of the page. */
async function drag(page, [first, ...others]) {
  await page.mouse.move(...first);
  await page.mouse.down();
  for (const place of others) await page.mouse.move(...place, { steps: 8 });
  await frames(page, 3);
  await page.mouse.up();
}

/** The mean of a column of those who are selected. */
const mean = async (page, name) => Number((await group(page).locator('tr', { has: page.getByRole('rowheader', { name }) }).locator('td').first().textContent()).replaceAll(',', ''));

test('a box and a lasso select; all of them are set, removed, and taken back as a whole', async () => {
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await step(page, 2);
    const begun = await population(page);
    const calm = await fingerprintAt(page, 2);
    await tool(page, 'Select').click();
    await drag(page, [[640, 200], [1040, 600]]);
    await said(page).getByText(/^Selected \d+/).waitFor();
    const boxed = await selected(page);
    assert.ok(boxed > 200 && boxed < begun, `${boxed} of ${begun} are in the box`);
    await group(page).getByRole('columnheader', { name: 'of all' }).waitFor();

    await group(page).getByLabel('Column to set').selectOption('energy');
    await group(page).getByLabel('Its value for all of them').fill('0.5');
    await group(page).getByRole('button', { name: 'Set', exact: true }).click();
    await said(page).getByText(`Set ${boxed.toLocaleString('en')}: it holds after tick 2`).waitFor();
    await page.waitForFunction(() => [...document.querySelectorAll('.facts tr')].some((row) => /^Energy/.test(row.textContent) && row.querySelector('td').textContent.startsWith('0.5')));
    assert.equal(await mean(page, 'Energy'), 0.5);
    await page.waitForFunction((before) => document.querySelector('[data-hud="fingerprint"]').textContent.replace(/\s/g, '') !== before, calm);
    // What the model refuses is said, and nobody is changed.
    await group(page).getByLabel('Its value for all of them').fill('-3e9');
    await group(page).getByRole('button', { name: 'Set', exact: true }).click();
    await said(page).locator('.problem').waitFor();
    assert.equal(await mean(page, 'Energy'), 0.5);

    await page.getByRole('group', { name: 'Select by' }).getByRole('button', { name: 'Lasso' }).click();
    await drag(page, [[640, 200], [1040, 200], [1040, 600], [640, 600], [640, 210]]);
    await page.waitForTimeout(300);
    await said(page).getByText(/^Selected/).waitFor();
    const looped = await selected(page);
    assert.ok(Math.abs(looped - boxed) <= 0.1 * boxed, `${looped} in the lasso, ${boxed} in the box`);
    await group(page).getByRole('button', { name: 'Remove all' }).click();
    await said(page).getByText(`Removed ${looped.toLocaleString('en')}: it holds after tick 2`).waitFor();
    await shows(page, begun - looped);
    assert.equal(await group(page).count(), 0);
    await tool(page, 'Undo').click();
    await said(page).getByText('Taken back: remove the selected').waitFor();
    await shows(page, begun);
    await tool(page, 'Undo').click();
    await said(page).getByText('Taken back: set energy').waitFor();
    await page.waitForFunction((wanted) => document.querySelector('[data-hud="fingerprint"]').textContent.replace(/\s/g, '') === wanted, calm);
  });
});

test('with keys alone the middle is selected and removed, while the world runs', async () => {
  await onPage(DESK, async (page) => {
    await page.locator('.world').focus();
    await page.keyboard.press('7');
    await page.keyboard.press('Enter');
    await said(page).getByText(/^Selected \d+/).waitFor();
    await group(page).waitFor();
    await page.keyboard.press('Delete');
    await said(page).getByText(/^Removed \d+: it holds/).waitFor();
    await group(page).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Pause' }).waitFor();
  });
});

test('on a phone a finger draws the box, over the seam of the world too', async () => {
  await onPage({ ...PHONE, ...STILL }, async (page, context) => {
    const touch = await context.newCDPSession(page);
    const fingers = (type, ...places) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: places.map(([x, y], id) => ({ x, y, id })) });
    // The middle of the view becomes a corner of the world.
    await page.locator('.world').focus();
    for (let press = 0; press < 3; press++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('0');
    await tool(page, 'Select').tap();
    await fingers('touchStart', [80, 250]);
    await page.waitForTimeout(250);
    for (let part = 1; part <= 5; part++) await fingers('touchMove', [80 + 44 * part, 250 + 40 * part]);
    await frames(page, 2);
    await fingers('touchEnd');
    await said(page).getByText(/^Selected \d+/).waitFor();
    const { x, width, y } = await group(page).boundingBox();
    assert.ok(x >= 0 && x + width <= 390 && y >= 0);
  });
});
