/** Hands: tools, what they do to the world, the way back, and the log of it. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { native } from './native.mjs';
import { DESK, PHONE, STILL, card, fingerprintAt, frames, hud, step, tickBeyond, tickOf, withPage } from './page.mjs';
import { serve } from './serve.mjs';

let server;
before(async () => (server = await serve()));
after(() => server?.close());

const BOIDS = '?scenario=boids-10k&entities=500&scale=1&workers=2&ahead=0';
const onPage = (options, use, query) => withPage(server.url, options, use, query);
const tool = (page, name) => page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name });
const said = (page) => page.getByRole('status', { name: 'What was done' });
const population = async (page) => Number((await hud(page, 'population')).replaceAll(',', ''));

/** Waits until the HUD shows so many entities. */
async function shows(page, entities) {
  await page.waitForFunction((text) => document.querySelector('[data-hud="population"]').textContent === text, entities.toLocaleString('en'));
}

/** Waits until the fingerprint of the tick is another one than this. */
async function another(page, fingerprint) {
  await page.waitForFunction((before) => document.querySelector('[data-hud="fingerprint"]').textContent.replace(/\s/g, '') !== before, fingerprint);
  return (await hud(page, 'fingerprint')).replace(/\s/g, '');
}

/** The fingerprint that stays when all that a drag did is done, another one than this. */
async function settled(page, fingerprint) {
  for (let last = await another(page, fingerprint); ; ) {
    await page.waitForTimeout(1000);
    const now = (await hud(page, 'fingerprint')).replace(/\s/g, '');
    if (now === last) return now;
    last = now;
  }
}

/** Waits until the HUD shows this fingerprint. */
async function same(page, fingerprint) {
  await page.waitForFunction((wanted) => document.querySelector('[data-hud="fingerprint"]').textContent.replace(/\s/g, '') === wanted, fingerprint);
}

/** Drags over the world. */
async function drag(page, [x, y], [toX, toY]) {
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(toX, toY, { steps: 6 });
  await frames(page, 12);
  await page.mouse.up();
}

test('newcomers come where one clicks, and go where one drags; each is taken back and done again as a whole', async () => {
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await step(page, 3);
    const first = await fingerprintAt(page, 3);
    const begun = await population(page);
    await tool(page, 'Add').click();
    await page.mouse.click(640, 400);
    await said(page).getByText(/^Added \d+: it holds after tick 3$/).waitFor();
    const added = Number((await said(page).textContent()).match(/Added (\d+)/)[1]);
    assert.ok(added > 1, `${added} were added`);
    await shows(page, begun + added);
    const second = await another(page, first);

    await step(page, 2);
    const whole = await fingerprintAt(page, 5);
    const many = await population(page);
    await tool(page, 'Remove').click();
    await drag(page, [500, 300], [700, 420]);
    await said(page).getByText(/^Removed \d+/).waitFor();
    await page.waitForFunction((most) => Number(document.querySelector('[data-hud="population"]').textContent.replaceAll(',', '')) < most, many);
    const third = await settled(page, whole);

    await tool(page, 'Undo').click();
    await said(page).getByText(/^Taken back: remove/).waitFor();
    await shows(page, many);
    await tool(page, 'Undo').click();
    await said(page).getByText(/^Taken back: add/).waitFor();
    await page.waitForFunction((most) => Number(document.querySelector('[data-hud="population"]').textContent.replaceAll(',', '')) < most, many);
    const without = await fingerprintAt(page, 5);
    assert.equal(await tickOf(page), 5, 'the world stands where it stood');
    assert.ok(await tool(page, 'Undo').isDisabled());

    await page.keyboard.press('y');
    await said(page).getByText(/^Done again: add/).waitFor();
    await page.keyboard.press('Control+Shift+z');
    await said(page).getByText(/^Done again: remove/).waitFor();
    await same(page, third);
    assert.ok(await tool(page, 'Redo').isDisabled());

    // The same as in a world in which nothing was ever done.
    await page.keyboard.press('Escape');
    await page.locator('.world').focus();
    await page.keyboard.press('r');
    await fingerprintAt(page, 0);
    await step(page, 3);
    assert.equal(await fingerprintAt(page, 3), first);
    assert.notEqual(second, first);
    await step(page, 2);
    assert.equal(await fingerprintAt(page, 5), without);
  });
});

test('animals are fed and frightened with the keys alone, and rules are taken back like all else', async () => {
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await page.locator('.world').focus();
    await page.keyboard.press('Enter');
    await card(page).waitFor();
    const energy = async () => Number(await card(page).getByRole('meter', { name: 'Energy' }).getAttribute('aria-valuenow'));
    const before = await energy();
    await frames(page, 3);
    await page.keyboard.press('6');
    await page.keyboard.press('Enter');
    await said(page).getByText('Fed all in the circle').waitFor();
    await page.waitForFunction((least) => Number(document.querySelector('.card [role="meter"]').getAttribute('aria-valuenow')) > least, before);

    const calm = await fingerprintAt(page, 0);
    await page.keyboard.press('4');
    await page.keyboard.press('Enter');
    await said(page).getByText('Frightened').waitFor();
    await another(page, calm);

    await page.getByRole('tab', { name: 'Rules' }).click();
    await page.getByLabel('grazing, any value').fill('0.25');
    await page.locator('.world').focus();
    await tool(page, 'Undo').click();
    await said(page).getByText('Taken back: the rule grazing').waitFor();
    assert.equal(await page.getByLabel('grazing, any value').inputValue(), '1.5');
  });
});

test('flocks flee and come while the world runs; what the page logs, the command replays, and so does the page', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flockwork-log-'));
  try {
    await onPage({ ...DESK, acceptDownloads: true }, async (page) => {
      // So slowly that the command, as it is built for tests, can follow.
      await page.getByLabel('Ticks per second').selectOption('15');
      await tickBeyond(page, 3);
      for (const [name, words] of [['Frighten', 'Frightened'], ['Attract', 'Called'], ['Add', 'Added']]) {
        await tool(page, name).click();
        await drag(page, [560, 300], [760, 460]);
        await said(page).getByText(new RegExp(`^${words}`)).waitFor();
      }
      await tool(page, 'Undo').click();
      await said(page).getByText(/^Taken back: add/).waitFor();
      await tool(page, 'Remove').click();
      await page.mouse.click(700, 380);
      await said(page).getByText(/^Removed|^Nobody/).waitFor();
      await tickBeyond(page, (await tickOf(page)) + 3);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('tab', { name: 'Share' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download all that was done' }).click()]);
      const text = await readFile(await download.path(), 'utf8');
      const { tick, fingerprint } = JSON.parse(text.trim().split('\n').at(-1));
      const inputs = text.split('\n').filter((line) => /"poke"/.test(line));
      assert.ok(inputs.length > 2, 'a drag is more than one poke');
      await same(page, fingerprint);

      const log = join(folder, 'page.jsonl');
      await writeFile(log, text);
      const found = native('replay', 'scenarios/boids-10k.toml', log, '--entities', '500', '--scale', '--quiet');
      assert.equal(found, fingerprint);

      await page.getByLabel('A log of what was done').setInputFiles(log);
      await said(page).getByText(/its fingerprint is the same, bit for bit/).waitFor();
      assert.equal(await tickOf(page), tick);
      await same(page, fingerprint);

      const other = join(folder, 'other.jsonl');
      await writeFile(other, text.replace(fingerprint, '0123456789abcdef'));
      await page.getByLabel('A log of what was done').setInputFiles(other);
      await said(page).getByText(`the fingerprint of tick ${tick} is another`).waitFor();

      const bad = join(folder, 'bad.jsonl');
      await writeFile(bad, `${text.split('\n')[0]}\n{"tick":2,"number":0,"remove":7000}\n`);
      await page.getByLabel('A log of what was done').setInputFiles(bad);
      await page.getByRole('alert').getByText(/tick 2 cannot be done again.*entity 7000/).waitFor();
    }, BOIDS);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('on a phone a tap is the tool, two fingers still zoom, and all tools are within reach', async () => {
  await onPage({ ...PHONE, ...STILL }, async (page, context) => {
    const touch = await context.newCDPSession(page);
    const fingers = (type, ...places) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: places.map(([x, y], id) => ({ x, y, id })) });
    await tool(page, 'Add').tap();
    for (const button of await page.getByRole('toolbar', { name: 'Tools' }).getByRole('button').all()) {
      const { x, y, width, height } = await button.boundingBox();
      assert.ok(x >= 0 && x + width <= 390 && y + height <= 844 && width >= 40 && height >= 40, `${await button.getAttribute('aria-label')} is at ${x}, ${y}`);
    }
    await fingers('touchStart', [190, 330]);
    await fingers('touchEnd');
    await said(page).getByText(/^Added/).waitFor();
    const [once] = (await said(page).textContent()).match(/\d+/);
    // Two fingers add nobody.
    await fingers('touchStart', [150, 300], [230, 360]);
    for (let part = 1; part <= 4; part++) await fingers('touchMove', [150 - 10 * part, 300 - 10 * part], [230 + 10 * part, 360 + 10 * part]);
    await fingers('touchEnd');
    await frames(page, 3);
    assert.equal((await said(page).textContent()).match(/\d+/)[0], once);
    await tool(page, 'Undo').tap();
    await said(page).getByText(/^Taken back: add/).waitFor();
  });
});

test('in space a hand reaches a ball, and where bodies have a size nobody is put onto another', async () => {
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await tool(page, 'Add').click();
    await page.mouse.click(640, 400);
    await said(page).getByText(/^Added \d+/).waitFor();
    await tool(page, 'Attract').click();
    await page.mouse.click(640, 400);
    await said(page).getByText('Called all in the circle').waitFor();
  }, '?scenario=boids-space-10k&entities=2000&scale=1&workers=2&ahead=0');
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await tool(page, 'Add').click();
    await page.mouse.click(640, 400);
    await said(page).getByText(/^Added \d+|no room/).waitFor();
    await step(page, 3);
    assert.ok(await population(page) >= 2000);
  }, '?scenario=discs-10k&entities=2000&scale=1&workers=2');
});
