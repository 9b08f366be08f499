/** The page as people use it, in Chromium: on a desk, on a phone, without WebGL, with less motion. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { runAuto } from './auto.mjs';
import { DESK, PHONE, STILL, WORLD, fingerprintAt, frames, hud, pause, step, tickBeyond, tickOf, withPage } from './page.mjs';
import { serve } from './serve.mjs';

let server;
before(async () => (server = await serve()));
after(() => server?.close());

const onPage = (options, use, query = WORLD, url = server.url) => withPage(url, options, use, query);

test('draws a moving world, pauses, steps, chooses an entity', async () => {
  await onPage(DESK, async (page) => {
    await page.waitForFunction(() => performance.getEntriesByName('flockwork:first-frame').length > 0);
    await page.waitForFunction(() => document.querySelector('[data-hud="tick"]').textContent !== '0');
    const one = await page.locator('.world').screenshot();
    await tickBeyond(page, (await tickOf(page)) + 5);
    const two = await page.locator('.world').screenshot();
    assert.ok(one.length > 20_000, 'the picture has hardly anything in it');
    assert.notDeepEqual(one, two);

    const { tick } = await pause(page);
    await step(page, 2);
    assert.equal(await tickOf(page), tick + 2, 'a paused world stands still');

    await page.keyboard.press('Enter');
    const card = page.getByRole('region', { name: 'Chosen entity' });
    await card.getByRole('meter', { name: 'Energy' }).waitFor();
    assert.equal(await card.getByRole('meter').count(), 10);
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
  });
});

test('steps come to the fingerprint of the test address; a snapshot goes on to the same one', async () => {
  await onPage({ ...DESK, ...STILL, acceptDownloads: true }, async (page, context) => {
    await page.getByText('asks for less motion').waitFor();
    assert.equal(await tickOf(page), 0);
    await page.getByRole('tab', { name: 'Share' }).click();
    await step(page, 3);
    await fingerprintAt(page, 3);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download', exact: true }).click()]);
    const buffer = await readFile(await download.path());
    assert.match(download.suggestedFilename(), /^tribes-10k-tick-3\./);
    await step(page, 4);
    const seventh = await fingerprintAt(page, 7);
    const { result } = await runAuto(context, server.url, { scenario: 'tribes-10k', entities: '3000', scale: '1', ticks: '7' });
    assert.equal(seventh, result.fingerprint);

    await page.getByLabel('A snapshot to go on from').setInputFiles({ name: 'a.snapshot', mimeType: 'application/octet-stream', buffer });
    await fingerprintAt(page, 3);
    await step(page, 4);
    assert.equal(await fingerprintAt(page, 7), seventh);

    const bad = { name: 'b.snapshot', mimeType: 'application/octet-stream', buffer: Buffer.from('no snapshot') };
    await page.getByLabel('A snapshot to go on from').setInputFiles(bad);
    await page.getByRole('alert').waitFor();
  });
});

test('parameters act live, are refused with a reason, and can be reset', async () => {
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await page.getByRole('tab', { name: 'Rules' }).click();
    const grazing = page.getByLabel('grazing, any value');
    assert.equal(await grazing.inputValue(), '1.5');
    await grazing.fill('0.25');
    await step(page, 3);
    const changed = await fingerprintAt(page, 3);
    // Beyond vision: the field goes back to what holds.
    await page.getByLabel('reach, any value').fill('3');
    await page.locator('.param .problem', { hasText: 'reach' }).waitFor();
    assert.equal(await page.getByLabel('reach, any value').inputValue(), '0.4');
    await page.getByRole('button', { name: 'Reset grazing to 1.5' }).click();
    await page.locator('.param .problem').waitFor({ state: 'detached' });
    assert.equal(await grazing.inputValue(), '1.5');
    await page.locator('.world').focus();
    await page.keyboard.press('r');
    await fingerprintAt(page, 0);
    await step(page, 3);
    assert.notEqual(await fingerprintAt(page, 3), changed);
  });
});

test('tiers can be switched; one that does not work here says why, and the way back works', async () => {
  const plain = await serve({ isolation: false });
  try {
    await onPage(
      DESK,
      async (page) => {
        await page.getByRole('tab', { name: 'Machine' }).click();
        await page.getByText('NO_COI').waitFor();
        await page.getByRole('radio', { name: /JavaScript, one worker/ }).check();
        await page.locator('.head .badge', { hasText: 'one worker' }).waitFor();
        await page.getByRole('radio', { name: /Shared memory/ }).click();
        const alert = page.getByRole('alert');
        await alert.getByText('Cross-Origin-Opener-Policy').first().waitFor();
        // The world runs on where it was.
        await page.locator('.head .badge', { hasText: 'one worker' }).waitFor();
        await tickBeyond(page, await tickOf(page));
        await page.getByRole('radio', { name: /Best that works/ }).click();
        await page.locator('.head .badge', { hasText: 'Moved packets' }).waitFor();
        assert.equal(await alert.count(), 0);
      },
      WORLD,
      plain.url,
    );
  } finally {
    await plain.close();
  }
});

test('however quickly one begins again, one simulation is left', async () => {
  await onPage(DESK, async (page) => {
    await page.locator('.world').focus();
    for (let press = 0; press < 15; press++) {
      await page.keyboard.press('r');
      await frames(page, press % 3 === 0 ? 8 : 0);
    }
    await tickBeyond(page, 20);
    // A worker that was ended takes a while to go.
    const deadline = performance.now() + 60_000;
    while (page.workers().length > 2 && performance.now() < deadline) await frames(page, 5);
    assert.equal(page.workers().length, 2);
  });
});

test('the comparison finds the same bits in all tiers', async () => {
  await onPage(DESK, async (page) => {
    await page.getByRole('tab', { name: 'Machine' }).click();
    await page.getByRole('combobox', { name: 'Entities', exact: true }).selectOption('1000');
    await page.getByRole('combobox', { name: 'Ticks', exact: true }).selectOption('20');
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('The same bits in 4 tiers.').waitFor();
    const prints = await page.locator('.compare code').allTextContents();
    assert.equal(new Set(prints).size, 1);
    // The world is there again.
    await page.waitForFunction(() => document.querySelector('[data-hud="population"]').textContent.length > 1);
    await page.locator('.head .badge').waitFor();
  });
});

test('without WebGL the world runs and a message says so', async () => {
  await onPage({ ...DESK, args: ['--disable-gpu', '--disable-software-rasterizer'] }, async (page) => {
    await page.getByText('shows no WebGL 2').waitFor();
    await tickBeyond(page, 3);
  });
});

test('on a phone nothing is wider than the screen, and the sheet opens and closes', async () => {
  await onPage(PHONE, async (page) => {
    await page.getByRole('button', { name: 'Pause' }).tap();
    for (const tab of ['Story', 'World', 'Rules', 'Share', 'Machine']) {
      await page.getByRole('tab', { name: tab }).tap();
      await page.getByRole('tabpanel', { name: tab }).waitFor();
      const wide = await page.evaluate(() => {
        const boxes = [document.documentElement, ...document.querySelectorAll('.panel-body, .head, .transport')];
        return boxes.filter((box) => box.scrollWidth > box.clientWidth + 1 || box.getBoundingClientRect().right > innerWidth).map((box) => box.className);
      });
      assert.deepEqual(wide, [], tab);
    }
    await page.getByRole('button', { name: 'Close the settings' }).tap();
    await page.getByRole('tabpanel').waitFor({ state: 'detached' });
    const button = await page.getByRole('button', { name: 'Run', exact: true }).boundingBox();
    assert.ok(button.width >= 44 && button.height >= 44);
  });
});

test('all that can be reached by keyboard has a name, and shows that it has the focus', async () => {
  await onPage({ ...DESK, ...STILL }, async (page) => {
    const seen = [];
    for (let press = 0; press < 40; press++) {
      await page.keyboard.press('Tab');
      const focus = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        const label = element.getAttribute('aria-label') || element.labels?.[0]?.textContent || element.textContent;
        return { name: label?.trim(), outline: getComputedStyle(element).outlineStyle, tag: element.outerHTML.slice(0, 90) };
      });
      if (!focus) break;
      seen.push(focus);
    }
    assert.ok(seen.length > 12, `only ${seen.length} elements can be reached`);
    assert.deepEqual(seen.filter(({ name, outline }) => !name || outline === 'none'), []);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });
});
