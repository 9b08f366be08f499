/** What a person sees and a screen reader says, on large and small screens. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { DESK, LOW, PHONE, STILL, fingerprintAt, withPage } from './page.mjs';
import { serve } from './serve.mjs';

const AXE = await readFile(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
const TABS = ['World', 'Rules', 'Share', 'Machine'];

let server;
let plain;
before(async () => ([server, plain] = await Promise.all([serve(), serve({ isolation: false })])));
after(() => Promise.all([server?.close(), plain?.close()]));

/** Asks axe; gives what it finds, with the elements. */
async function violations(page) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

for (const [name, options, tabs] of [['a desk', DESK, TABS], ['a low screen', LOW, TABS], ['a phone', PHONE, ['Story', ...TABS]]]) {
  test(`axe finds nothing on ${name}: every tab, the card, the list of keys, an error`, async () => {
    await withPage(plain.url, { ...options, ...STILL }, async (page) => {
      for (const tab of tabs) {
        await page.getByRole('tab', { name: tab }).click();
        await page.getByRole('tabpanel', { name: tab }).waitFor();
        assert.deepEqual(await violations(page), [], tab);
      }
      if (options.isMobile) await page.getByRole('button', { name: 'Close the settings' }).click();
      await page.locator('.world').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('region', { name: 'Chosen entity' }).waitFor();
      assert.deepEqual(await violations(page), [], 'the card');
      await page.keyboard.press('Escape');
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      assert.deepEqual(await violations(page), [], 'the list of keys');
      await page.keyboard.press('Escape');
    });
    // This one is not isolated, so the tier asked for does not work, and one word is bad.
    await withPage(plain.url, { ...options, ...STILL }, async (page) => {
      await page.getByRole('alert').first().waitFor();
      assert.deepEqual(await violations(page), [], 'messages');
    }, '?scenario=tribes-10k&entities=3000&workers=2&sede=4');
  });
}

for (const [name, options] of [['a desk', DESK], ['a phone', PHONE]]) {
  test(`axe finds nothing on ${name}: shapes, a selection, the brush of a field`, async () => {
    const tool = (page, title) => page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name: title });
    await withPage(plain.url, { ...options, ...STILL }, async (page) => {
      await tool(page, 'Shapes').click();
      assert.deepEqual(await violations(page), [], 'change');
      await page.getByRole('group', { name: 'What to do with shapes' }).getByRole('button', { name: 'Box' }).click();
      assert.deepEqual(await violations(page), [], 'draw');
    }, '?scenario=crowd-evacuation&workers=2');
    await withPage(plain.url, { ...options, ...STILL }, async (page) => {
      await tool(page, 'Select').click();
      await page.locator('.world').focus();
      await page.keyboard.press('Enter');
      await page.getByRole('region', { name: 'Selected entities' }).waitFor();
      assert.deepEqual(await violations(page), [], 'a selection');
      await tool(page, 'Paint').click();
      assert.deepEqual(await violations(page), [], 'the brush');
      await page.getByRole('tab', { name: 'World' }).click();
      await page.getByLabel('The ground shows').waitFor();
      assert.deepEqual(await violations(page), [], 'the legend');
    }, '?scenario=meadow-10k&entities=2000&scale=1&workers=2');
  });
}

test('no text has a backtick, and names of code are shown as such', async () => {
  for (const scenario of ['tribes-10k', 'boids-10k', 'vicsek-10k', 'discs-10k', 'lennard_jones-10k', 'meadow-10k']) {
    await withPage(plain.url, { ...DESK, ...STILL }, async (page) => {
      for (const tab of TABS) {
        await page.getByRole('tab', { name: tab }).click();
        await page.getByRole('tabpanel', { name: tab }).waitFor();
        assert.doesNotMatch(await page.locator('body').innerText(), /`/, `${scenario}, ${tab}`);
      }
      await page.getByRole('tab', { name: 'Machine' }).click();
      await page.getByRole('radio', { name: /Shared memory/ }).click();
      const alert = page.getByRole('alert');
      await alert.locator('code', { hasText: 'Cross-Origin-Opener-Policy' }).waitFor();
      assert.doesNotMatch(await page.locator('body').innerText(), /`/);
    }, `?scenario=${scenario}&entities=1000&scale=1&workers=1`);
  }
});

test('all numbers are within the screen at 1280 x 600, the fingerprint first', async () => {
  await withPage(server.url, { ...LOW, ...STILL }, async (page) => {
    await fingerprintAt(page, 0);
    const hidden = await page.evaluate(() => {
      const box = document.querySelector('.hud-box').getBoundingClientRect();
      return [...document.querySelectorAll('.hud-box [data-hud], .hud-box dt, .hud-box h2')]
        .filter((element) => {
          const { top, bottom, right } = element.getBoundingClientRect();
          return top < box.top || bottom > Math.min(box.bottom, innerHeight) || right > box.right;
        })
        .map((element) => element.dataset.hud ?? element.textContent);
    });
    assert.deepEqual(hidden, []);
  });
});

test('one bad word in the address leaves the good ones, and all bad ones are named', async () => {
  await withPage(server.url, { ...DESK, ...STILL }, async (page) => {
    const alert = page.getByRole('alert');
    await alert.getByText(/Workers is "17".*from 1 to 16/).waitFor();
    await alert.getByText(/no word "sede".*seed/).waitFor();
    await page.waitForFunction(() => document.querySelector('[data-hud="population"]').textContent === '2,000');
    assert.equal(await page.getByLabel('Seed').inputValue(), '5');
    await alert.getByRole('button', { name: 'Close' }).click();
    assert.equal(await alert.count(), 0);
  }, '?scenario=vicsek-10k&entities=2000&seed=5&workers=17&sede=6');
});
