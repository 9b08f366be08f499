/** No world is lost: it goes on where only the machine changes, and is kept where another begins. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runAuto } from './auto.mjs';
import { DESK, STILL, WORLD, fingerprintAt, pause, step, tickOf, withPage } from './page.mjs';
import { serve } from './serve.mjs';

const HERE = { scenario: 'tribes-10k', entities: '3000', scale: '1' };

let server;
let plain;
before(async () => ([server, plain] = await Promise.all([serve(), serve({ isolation: false })])));
after(() => Promise.all([server?.close(), plain?.close()]));

const onPage = (use, { query = WORLD, url = server.url } = {}) => withPage(url, { ...DESK, ...STILL }, use, query);

/** The fingerprint of a tick, as the test address has it. */
async function fingerprintOf(context, ticks) {
  const { result } = await runAuto(context, server.url, { ...HERE, ticks: String(ticks) });
  assert.equal(result.error, null);
  return result.fingerprint;
}

test('another tier and other workers go on with the world, its rules and the chosen entity', async () => {
  await onPage(async (page, context) => {
    await step(page, 3);
    await page.keyboard.press('Enter');
    const card = page.getByRole('region', { name: 'Chosen entity' });
    const chosen = await card.getByRole('heading', { level: 2 }).textContent();
    await page.getByRole('tab', { name: 'Machine' }).click();
    await page.getByRole('radio', { name: /Moved packets/ }).check();
    await page.locator('.head .badge', { hasText: 'Moved packets × 2' }).waitFor();
    await fingerprintAt(page, 3);
    assert.equal(await card.getByRole('heading', { level: 2 }).textContent(), chosen);
    await page.getByLabel(/^Workers/).fill('3');
    await page.getByLabel(/^Workers/).blur();
    await page.locator('.head .badge', { hasText: '× 3' }).waitFor();
    await step(page, 4);
    assert.equal(await fingerprintAt(page, 7), await fingerprintOf(context, 7));
    await page.getByRole('tab', { name: 'Rules' }).click();
    await page.getByLabel('grazing, any value').fill('0.25');
    await step(page, 1);
    await page.getByRole('tab', { name: 'Machine' }).click();
    await page.getByRole('radio', { name: /Best that works/ }).check();
    await page.locator('.head .badge', { hasText: 'Shared memory' }).waitFor();
    await fingerprintAt(page, 8);
    await page.getByRole('tab', { name: 'Rules' }).click();
    assert.equal(await page.getByLabel('grazing, any value').inputValue(), '0.25');
    assert.equal(await page.getByRole('button', { name: 'Back to it' }).count(), 0);
  });
});

test('a tier that does not work says so once, and the world goes on in the best one', async () => {
  await onPage(
    async (page) => {
      await step(page, 3);
      const third = await fingerprintAt(page, 3);
      await page.getByRole('tab', { name: 'Machine' }).click();
      await page.getByRole('radio', { name: /Shared memory/ }).click();
      const alert = page.getByRole('alert');
      await alert.getByText('“Shared memory” does not work here').waitFor();
      const text = await alert.innerText();
      assert.doesNotMatch(text, /no tier works/i);
      assert.equal(text.match(/not cross-origin isolated/g).length, 1);
      assert.equal(text.match(/Cross-Origin-Opener-Policy/g).length, 1);
      // It never left where it was.
      await page.locator('.head .badge', { hasText: 'Moved packets' }).waitFor();
      assert.ok(await page.getByRole('radio', { name: /Best that works/ }).isChecked());
      await alert.getByRole('button', { name: 'Close' }).click();
      assert.equal(await alert.count(), 0);
      assert.equal(await fingerprintAt(page, 3), third);
      await step(page, 1);
    },
    { url: plain.url },
  );
});

test('after a comparison and a search the world goes on', async () => {
  await onPage(async (page) => {
    await step(page, 3);
    const third = await fingerprintAt(page, 3);
    await page.getByRole('tab', { name: 'Machine' }).click();
    await page.getByRole('combobox', { name: 'Entities', exact: true }).selectOption('1000');
    await page.getByRole('combobox', { name: 'Ticks', exact: true }).selectOption('20');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('The same bits in 4 tiers.').waitFor();
    assert.equal(await fingerprintAt(page, 3), third);
    await page.getByRole('button', { name: 'Find the limit' }).click();
    // One world was tried.
    await page.locator('.trials tbody tr').first().waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Find the limit' }).waitFor();
    const { tick } = await pause(page);
    assert.ok(tick >= 3, `it went on from tick ${tick}`);
    assert.match(new URL(page.url()).search, /entities=3000/);
  });
});

test('another world keeps the one before, and one can go back and forth', async () => {
  await onPage(async (page, context) => {
    await step(page, 3);
    const third = await fingerprintAt(page, 3);
    await page.getByLabel('Seed').fill('7');
    assert.equal(await tickOf(page), 3, 'typing alone changes nothing');
    await page.getByLabel('Seed').press('Enter');
    await page.getByText('Kept: Tribes at tick 3').waitFor();
    await fingerprintAt(page, 0);
    await step(page, 5);
    const fifth = await fingerprintAt(page, 5);
    await page.getByRole('button', { name: 'Back to it' }).click();
    await page.getByText('Kept: Tribes at tick 5').waitFor();
    assert.equal(await fingerprintAt(page, 3), third);
    assert.doesNotMatch(new URL(page.url()).search, /seed/);
    await step(page, 4);
    assert.equal(await fingerprintAt(page, 7), await fingerprintOf(context, 7));
    await page.getByRole('button', { name: 'Back to it' }).click();
    assert.equal(await fingerprintAt(page, 5), fifth);
    assert.match(new URL(page.url()).search, /seed=7/);
    await page.getByRole('button', { name: 'Forget the former world' }).click();
    assert.equal(await page.getByRole('button', { name: 'Back to it' }).count(), 0);
  });
});

test('a snapshot of another world is refused with what differs, and this one goes on', async () => {
  const other = await new Promise((resolve, reject) => {
    withPage(server.url, { ...DESK, ...STILL }, async (page) => {
      await step(page, 2);
      await page.getByRole('tab', { name: 'Share' }).click();
      const bytes = await page.evaluate(async () => {
        const made = URL.createObjectURL;
        return new Promise((done) => {
          URL.createObjectURL = (blob) => (void blob.arrayBuffer().then((buffer) => done([...new Uint8Array(buffer)])), made(blob));
          [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'Download').click();
        });
      });
      resolve(Buffer.from(bytes));
    }, '?scenario=tribes-10k&entities=500&scale=1&seed=9&workers=1').catch(reject);
  });
  await onPage(async (page) => {
    await step(page, 3);
    const third = await fingerprintAt(page, 3);
    await page.getByRole('tab', { name: 'Share' }).click();
    await page.getByLabel('A snapshot to go on from').setInputFiles({ name: 'a.snapshot', mimeType: 'application/octet-stream', buffer: other });
    const alert = page.getByRole('alert');
    await alert.getByText(/seed/).waitFor();
    const text = await alert.innerText();
    assert.match(text, /9/);
    assert.match(text, /width|world/);
    assert.equal(await fingerprintAt(page, 3), third);
    await step(page, 1);
  });
});

test('a snapshot with other rules brings them, and the sliders show them', async () => {
  await onPage(async (page) => {
    const grazing = page.getByLabel('grazing, any value');
    await page.getByRole('tab', { name: 'Rules' }).click();
    await grazing.fill('0.25');
    await step(page, 2);
    await page.getByRole('tab', { name: 'Share' }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download', exact: true }).click()]);
    const file = await download.path();
    await page.locator('.world').focus();
    await page.keyboard.press('r');
    await fingerprintAt(page, 0);
    await page.getByRole('tab', { name: 'Rules' }).click();
    assert.equal(await grazing.inputValue(), '1.5');
    await page.getByRole('tab', { name: 'Share' }).click();
    await page.getByLabel('A snapshot to go on from').setInputFiles(file);
    await fingerprintAt(page, 2);
    await page.getByRole('tab', { name: 'Rules' }).click();
    await page.waitForFunction(() => document.querySelector('[aria-label="grazing, any value"]').value === '0.25');
    assert.equal(await page.locator('#param-grazing').inputValue(), '0.25');
    assert.equal(await page.getByRole('alert').count(), 0);
  });
});
