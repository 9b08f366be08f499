/** Stories: what happens over time, worlds to begin with, and what one takes away: a link, a picture, a clip. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { DESK, PHONE, STILL, fingerprintAt, frames, hud, step, tickOf, withPage } from './page.mjs';
import { serve } from './serve.mjs';
import { withSources } from './sources.mjs';

let server;
before(async () => (server = await serve()));
after(() => server?.close());

const onPage = (options, use, query) => withPage(server.url, options, use, query);
const share = (page) => page.getByRole('tab', { name: 'Share' }).click();
const said = (page) => page.getByRole('status', { name: 'What was done' });

/** How many points of a chart are drawn in a colour of so much red, green and blue. */
const drawn = (page, name, [red, green, blue]) =>
  page.evaluate(
    ([chart, ...wanted]) => {
      const canvas = document.querySelector(`canvas[data-hud="${chart}"]`);
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let points = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 128 && wanted.every((one, part) => Math.abs(one - data[at + part]) < 24)) points++;
      return points;
    },
    [name, red, green, blue],
  );

test('the population of each tribe is shown over time, and goes back with the world', async () => {
  const colors = await withSources(async () => (await import('flockwork')).palette.classes);
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await fingerprintAt(page, 0);
    await step(page, 1);
    await fingerprintAt(page, 1);
    for (const color of colors.slice(0, 4)) assert.ok((await drawn(page, 'population-chart', color)) > 20, `a line in ${color}`);
    const counts = await Promise.all([0, 1, 2, 3].map(async (tribe) => Number(await hud(page, `count-${tribe}`))));
    const all = Number((await hud(page, 'population')).replaceAll(',', ''));
    assert.equal(counts.reduce((sum, one) => sum + one), all);
    await page.getByLabel('Statistic', { exact: true }).selectOption('mean_age');
    assert.match(await hud(page, 'statistic'), /\d/);
    await page.getByLabel('Statistic', { exact: true }).selectOption('gene_fear');
    await page.getByText('Mean of this gene').waitFor();
  });
});

test('a story says what to try, and its scenario is begun as its file is', async () => {
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await page.getByRole('button', { name: 'Order from noise' }).click();
    await page.getByText('order climbs to 1').waitFor();
    await page.locator('.head', { hasText: 'Vicsek' }).locator('.badge').waitFor();
    await fingerprintAt(page, 0);
    assert.equal(await page.getByLabel('Statistic', { exact: true }).inputValue(), 'order');
    assert.equal(new URL(page.url()).search, '?scenario=vicsek-10k&workers=2');
    assert.equal(await page.getByLabel('Scenario').inputValue(), 'vicsek-10k');
  });
});

test('a link holds the world, what was done, colours and view: whoever opens it sees the same bits', async () => {
  let address;
  let told;
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await step(page, 2);
    await page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name: 'Feed' }).click();
    await page.mouse.click(600, 400);
    await said(page).getByText('Fed').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: 'Rules' }).click();
    await page.getByLabel('grazing, any value').fill('0.25');
    await step(page, 3);
    await page.getByRole('tab', { name: 'World' }).click();
    await page.getByLabel('Colours show').selectOption('energy');
    for (let press = 0; press < 4; press++) await page.keyboard.press('+');
    await page.locator('.world').focus();
    await page.keyboard.press('ArrowRight');
    await frames(page, 4);
    told = await fingerprintAt(page, 5);
    await share(page);
    await page.getByRole('button', { name: 'Make a link' }).click();
    address = await page.getByLabel('Link', { exact: true }).inputValue();
  });
  const { search, hash } = new URL(address);
  assert.ok(hash.length < 400, `${hash.length} letters for two inputs`);
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await said(page).getByText(/Done up to tick 5: its fingerprint is the same, bit for bit/).waitFor();
    assert.equal(await tickOf(page), 5);
    assert.equal(await fingerprintAt(page, 5), told);
    assert.equal(await page.getByLabel('Colours show').inputValue(), 'energy');
    await page.getByRole('tab', { name: 'Rules' }).click();
    assert.equal(await page.getByLabel('grazing, any value').inputValue(), '0.25');
    // The same link again: the camera is where it was.
    await share(page);
    await page.getByRole('button', { name: 'Make a link' }).click();
    assert.equal(await page.getByLabel('Link', { exact: true }).inputValue(), address);
    await page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name: 'Undo' }).click();
    await said(page).getByText('Taken back').waitFor();
  }, search + hash);
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await page.getByRole('alert').getByText(/link is damaged/).waitFor();
  }, `${search}${hash.slice(0, -9)}`);
});

test('a link of too much is not made, and the log is named instead', async () => {
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name: 'Frighten' }).click();
    for (let press = 0; press < 12; press++) await page.keyboard.press(']');
    await page.mouse.move(500, 300);
    await page.mouse.down();
    for (let part = 0; part < 7; part++) {
      await page.mouse.move(500 + 40 * part, 300);
      await frames(page, 8);
    }
    await page.mouse.up();
    await share(page);
    await page.getByRole('button', { name: 'Make a link' }).click();
    await page.getByRole('alert').getByText(/Download all that was done instead/).waitFor();
  });
});

test('a picture and a clip of the world are saved', async () => {
  await onPage({ ...PHONE, acceptDownloads: true }, async (page) => {
    await frames(page, 10);
    await page.getByRole('tab', { name: 'Share' }).tap();
    const [picture] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save a picture' }).tap()]);
    const bytes = await readFile(await picture.path());
    assert.match(picture.suggestedFilename(), /^tribes-10k-tick-\d+\.png$/);
    assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
    assert.ok(bytes.length > 20_000, `${bytes.length} bytes: a picture of nothing`);
    await page.getByRole('button', { name: 'Record a clip' }).tap();
    await frames(page, 40);
    const [clip] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Stop and save' }).tap()]);
    const film = await readFile(await clip.path());
    assert.match(clip.suggestedFilename(), /\.webm$/);
    // The first bytes of a Matroska file.
    assert.equal(film.subarray(0, 4).toString('hex'), '1a45dfa3');
    assert.ok(film.length > 10_000, `${film.length} bytes: a clip of nothing`);
  });
});
