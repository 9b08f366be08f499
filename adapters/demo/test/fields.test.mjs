/** Fields: seen under the entities, painted, and taken back. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, PHONE, STILL, fingerprintAt, frames, hud, picture, step, withPage } from './page.mjs';
import { serve } from './serve.mjs';

let server;
before(async () => (server = await serve()));
after(() => server?.close());

const MEADOW = '?scenario=meadow-10k&entities=1000&workers=2';
const onPage = (options, use, query = MEADOW) => withPage(server.url, options, use, query);
const tool = (page, name) => page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name });
const said = (page) => page.getByRole('status', { name: 'What was done' });
const grass = async (page) => Number((await hud(page, 'statistic')).replaceAll(',', ''));

/** The mean brightness around a point of the page. */
async function bright(page, [x, y]) {
  await frames(page, 3);
  const pixels = await picture(page);
  let sum = 0;
  for (let dx = -12; dx < 12; dx++) for (let dy = -12; dy < 12; dy++) sum += pixels.at(x + dx, y + dy);
  return sum / 576;
}

async function another(page, fingerprint) {
  await page.waitForFunction((before) => document.querySelector('[data-hud="fingerprint"]').textContent.replace(/\s/g, '') !== before, fingerprint);
  return (await hud(page, 'fingerprint')).replace(/\s/g, '');
}

for (const [name, options, spot] of [['a desk', DESK, [640, 420]], ['a phone', PHONE, [200, 380]]]) {
  test(`grass is the ground on ${name}, has a legend, and is painted and taken back`, async () => {
    await onPage({ ...options, ...STILL }, async (page) => {
      const phone = options.isMobile === true;
      const press = () => (phone ? page.touchscreen.tap(...spot) : page.mouse.click(...spot));
      if (phone) await page.getByRole('tab', { name: 'World' }).tap();
      await page.getByRole('img', { name: /Dark is nothing, bright is [1-9]/ }).waitFor();
      if (phone) await page.getByRole('button', { name: 'Close the settings' }).click();
      await tool(page, 'Paint').click();
      await page.getByRole('group', { name: 'What the brush does' }).getByRole('button', { name: 'Less' }).click();
      const full = await bright(page, spot);
      for (let touch = 0; touch < 6; touch++) {
        await press();
        await said(page).getByText(/^Painted/).waitFor();
        await frames(page, 10);
      }
      await page.waitForFunction(() => !document.querySelector('[aria-label="Undo"]').disabled);
      const bare = await bright(page, spot);
      assert.ok(bare < 0.7 * full, `${full} before, ${bare} when it was eaten bare`);
      await page.getByRole('button', { name: 'Undo' }).click();
      await said(page).getByText('Taken back: paint').waitFor();
    });
  });
}

test('colours of a field stand for what was seen, or for a range that is kept', async () => {
  await onPage({ ...DESK, ...STILL }, async (page) => {
    const spot = [640, 420];
    const seen = page.getByRole('img', { name: /Dark is nothing, bright is [1-9]/ });
    await seen.waitFor();
    const plain = await bright(page, spot);
    await page.getByLabel('Colours keep a fixed range').check();
    const most = Number(await page.getByLabel('Bright is', { exact: true }).inputValue());
    assert.ok(most > 0);
    assert.ok(Math.abs((await bright(page, spot)) - plain) < 2, 'the same range at first');
    await page.getByLabel('Bright is', { exact: true }).fill(String(10 * most));
    await page.getByRole('img', { name: `bright is ${Math.round(10 * most).toLocaleString('en')}` }).waitFor();
    const dark = await bright(page, spot);
    assert.ok(dark < 0.6 * plain, `${plain} at first, ${dark} on a scale ten times as long`);
    // All that is above the least is as bright as can be.
    await page.getByLabel('Bright is', { exact: true }).fill('0.001');
    assert.ok((await bright(page, spot)) >= plain - 1);
    // What is no range changes nothing.
    await page.getByLabel('Dark is', { exact: true }).fill('7');
    assert.equal(await page.getByLabel('Dark is', { exact: true }).getAttribute('aria-invalid'), 'true');
    await page.getByLabel('Colours keep a fixed range').uncheck();
    await seen.waitFor();
    assert.ok(Math.abs((await bright(page, spot)) - plain) < 2);
  });
});

test('what is painted is in the statistics and the fingerprint, and none of it is when it is taken back', async () => {
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await step(page, 2);
    const calm = await fingerprintAt(page, 2);
    await page.getByLabel('Statistic', { exact: true }).selectOption('grass');
    // Until then the statistic is another one, of about 1.
    await page.waitForFunction(() => Number(document.querySelector('[data-hud="statistic"]').textContent.replaceAll(',', '')) > 50);
    const before = await grass(page);
    await page.keyboard.press('Escape');
    await tool(page, 'Paint').click();
    await page.getByRole('group', { name: 'What the brush does' }).getByRole('button', { name: 'Less' }).click();
    await page.mouse.move(560, 300);
    await page.mouse.down();
    for (const x of [600, 660, 720]) {
      await page.mouse.move(x, 320, { steps: 3 });
      await frames(page, 10);
    }
    await page.mouse.up();
    await said(page).getByText(/^Painted/).waitFor();
    await another(page, calm);
    await page.waitForFunction((most) => Number(document.querySelector('[data-hud="statistic"]').textContent.replaceAll(',', '')) < most, before);
    await tool(page, 'Undo').click();
    await said(page).getByText('Taken back: paint').waitFor();
    await page.waitForFunction((wanted) => document.querySelector('[data-hud="fingerprint"]').textContent.replace(/\s/g, '') === wanted, calm);
    assert.equal(await grass(page), before);
    await page.getByLabel('The ground shows').selectOption('');
    assert.equal(await page.getByRole('img', { name: /Dark is nothing/ }).count(), 0);
  });
});
