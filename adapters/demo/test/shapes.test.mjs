/** What stands in the world: seen, drawn, moved, removed; doors opened and closed; and what is refused. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { native } from './native.mjs';
import { DESK, PHONE, STILL, fingerprintAt, frames, picture, step, tickOf, withPage } from './page.mjs';
import { serve } from './serve.mjs';
import { withSources } from './sources.mjs';

let server;
before(async () => (server = await serve()));
after(() => server?.close());

const HALL = '?scenario=crowd-evacuation&workers=2';
const onPage = (options, use, query = HALL) => withPage(server.url, options, use, query);
const tool = (page, name) => page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name });
const said = (page) => page.getByRole('status', { name: 'What was done' });
const pen = (page, name) => page.getByRole('group', { name: 'What to do with shapes' }).getByRole('button', { name });
const NORTH = [11, 14];
const PILLAR = [15, 8];

/** Where a place of a hall of 24 x 16 is on the page, as it is seen at first. */
async function at(page, [x, y], [width, height] = [24, 16]) {
  const box = await page.locator('.world').boundingBox();
  const zoom = 0.96 * Math.min(box.width / width, box.height / height);
  return [box.width / 2 + (x - width / 2) * zoom, box.height / 2 - (y - height / 2) * zoom];
}

async function drag(page, from, to) {
  const [begin, end] = [await at(page, from), await at(page, to)];
  await page.mouse.move(...begin);
  await page.mouse.down();
  await page.mouse.move(...end, { steps: 5 });
  await frames(page, 3);
  await page.mouse.up();
}

/** Takes the tool, with nothing over the hall: not the note on motion, nor numbers, nor settings. */
async function shapes(page) {
  await page.locator('.world').focus();
  await page.keyboard.press('h');
  await page.keyboard.press('p');
  await page.addStyleTag({ content: '.note { display: none }' });
  await tool(page, 'Shapes').click();
}

const count = async (page) => (await page.getByLabel('Shape', { exact: true }).locator('option').count()) - 1;

/** Which part of a line is bright. */
async function lit(page, from, to) {
  const [[x, y], [toX, toY]] = [await at(page, from), await at(page, to)];
  await frames(page, 3);
  const pixels = await picture(page);
  let bright = 0;
  for (let part = 0; part < 60; part++) {
    const share = (part + 0.5) / 60;
    if (pixels.at(Math.round(x + share * (toX - x)), Math.round(y + share * (toY - y))) > 120) bright += 1;
  }
  return bright / 60;
}

test('a list of shapes is read and written, and chains are one', async () => {
  await withSources(async (load) => {
    const { shapesOf, listOf, groupsOf, isOpen, inside, distance } = await load('sim/shapes.ts');
    const { scenarioFile } = await load('sim/scenarios.ts');
    const list = scenarioFile('crowd-evacuation').scenario.params.shapes;
    const all = shapesOf(list);
    assert.deepEqual(listOf(all), list);
    assert.deepEqual(groupsOf(all).map(({ length }) => length), [4, 2, 1, 1, 1, 1, 1, 1]);
    const door = all.find(({ role }) => role === 'door');
    assert.deepEqual([999, 1000, 99_999, 100_000].map((tick) => isOpen(door, tick)), [false, true, true, false]);
    const again = { ...door, open: { from: 10, until: 15, every: 20 } };
    assert.deepEqual([9, 10, 14, 15, 30, 34, 35].map((tick) => isOpen(again, tick)), [false, true, true, false, true, true, false]);
    const pillar = all.find(({ outline }) => outline.kind === 'ball').outline;
    assert.ok(inside(pillar, [15.5, 8]) && !inside(pillar, [16, 8]));
    assert.ok(Math.abs(distance(pillar, [16, 8]) - 0.2) < 1e-9);
    const table = all.find(({ outline, role }) => outline.kind === 'polygon' && role === 'wall').outline;
    assert.ok(inside(table, [7, 6]) && !inside(table, [5, 5]));
  });
});

test('walls and doors are seen; a click opens a door, which is taken back; the command replays what was done', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'flockwork-door-'));
  try {
    await onPage({ ...DESK, ...STILL, acceptDownloads: true }, async (page) => {
      await shapes(page);
      assert.ok((await lit(page, [10.1, 14], [11.9, 14])) > 0.95, 'a closed door');
      assert.ok((await lit(page, [4, 14], [9.5, 14])) > 0.95, 'a wall');
      assert.ok((await lit(page, [20, 7.1], [20, 8.4])) < 0.1, 'the way out');
      await page.mouse.click(...(await at(page, NORTH)));
      await said(page).getByText('The door is open after tick 0').waitFor();
      assert.ok((await lit(page, [10.1, 14], [11.9, 14])) < 0.8, 'an open door is dashed');
      await tool(page, 'Undo').click();
      await said(page).getByText('Taken back: open the door').waitFor();
      assert.ok((await lit(page, [10.1, 14], [11.9, 14])) > 0.95, 'closed again');
      await tool(page, 'Redo').click();
      await said(page).getByText('Done again: open the door').waitFor();
      await page.keyboard.press('.');
      await pen(page, 'Line').click();
      await drag(page, [20, 7], [20, 8.5]);
      await said(page).getByText('Drawn: it holds after tick 1').waitFor();
      assert.ok((await lit(page, [20, 7.1], [20, 8.4])) > 0.95, 'the way out is closed');
      await page.locator('.world').focus();
      await page.keyboard.press('h');
      await page.keyboard.press('p');
      await fingerprintAt(page, 1);
      await step(page, 5);
      const shown = await fingerprintAt(page, 6);
      await page.getByRole('tab', { name: 'Share' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download all that was done' }).click()]);
      const text = await readFile(await download.path(), 'utf8');
      assert.match(text, /"door":\{"shape":\[6\],"open":true\}/);
      const log = join(folder, 'doors.jsonl');
      await writeFile(log, text);
      assert.equal(native('replay', 'scenarios/crowd-evacuation.toml', log, '--quiet'), shown);
      await page.getByLabel('A log of what was done').setInputFiles(log);
      await said(page).getByText(/its fingerprint is the same, bit for bit/).waitFor();
      assert.equal(await tickOf(page), 6);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('shapes are moved and removed; what the model or people forbid is said, and changes nothing', async () => {
  await onPage({ ...DESK, ...STILL }, async (page) => {
    await shapes(page);
    const begun = await count(page);
    assert.equal(begun, 8);
    await pen(page, 'Box').click();
    await drag(page, [3, 3], [5, 5]);
    await said(page).getByText(/stand in the way: nothing was changed/).waitFor();
    await pen(page, 'Circle').click();
    await drag(page, [22.5, 4], [22.5, 6.5]);
    await said(page).locator('.problem').getByText(/outside|beyond|world/).waitFor();
    await pen(page, 'Change').click();
    assert.equal(await count(page), begun);
    assert.ok(await tool(page, 'Undo').isDisabled());

    await pen(page, 'Box').click();
    await page.getByLabel('What it is drawn as').selectOption('goal');
    await drag(page, [22, 3], [23, 4]);
    await said(page).getByText('Drawn').waitFor();
    await pen(page, 'Change').click();
    assert.equal(await count(page), begun + 1);
    // The new one, at the end of the list, lies in another one.
    await page.mouse.click(...(await at(page, [22.5, 3.5])));
    await page.waitForFunction(() => document.querySelector('[aria-label="Shape"]').selectedOptions[0].textContent.startsWith('Goal, box'));
    await page.keyboard.press('Delete');
    await said(page).getByText('Removed').waitFor();
    assert.equal(await count(page), begun);
    await tool(page, 'Undo').click();
    await said(page).getByText('Taken back: remove a shape').waitFor();
    assert.equal(await count(page), begun + 1);

    // The pillar has people all around it: it goes out of the hall.
    await drag(page, PILLAR, [22, 12]);
    await said(page).getByText('Moved').waitFor();
    assert.ok((await lit(page, [22, 12.85], [22, 12.75])) > 0.3, 'its upper end is there');
    await page.getByLabel('Shape', { exact: true }).selectOption({ label: 'Door, line (7)' });
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await said(page).getByText('The door is open').waitFor();
    await page.getByRole('button', { name: 'Close', exact: true }).waitFor();
  });
});

test('on a phone a finger draws, and it is taken back', async () => {
  await onPage({ ...PHONE, ...STILL }, async (page, context) => {
    const touch = await context.newCDPSession(page);
    const fingers = (type, ...places) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: places.map(([x, y], id) => ({ x, y, id })) });
    await tool(page, 'Shapes').tap();
    await pen(page, 'Box').tap();
    const [from, to] = [await at(page, [22.2, 6]), await at(page, [23.2, 9])];
    await page.getByLabel('What it is drawn as').selectOption('sink');
    await fingers('touchStart', from);
    await page.waitForTimeout(250);
    await fingers('touchMove', [from[0] + 8, from[1] - 20]);
    await fingers('touchMove', to);
    await frames(page, 2);
    await fingers('touchEnd');
    await said(page).getByText('Drawn').waitFor();
    await tool(page, 'Undo').tap();
    await said(page).getByText('Taken back: draw a sink').waitFor();
  });
});

test('in a corridor without ends a door is drawn, seen on the other side of the seam, and opened with keys alone', async () => {
  await onPage({ ...DESK, ...STILL }, async (page) => {
    const SIDES = [40, 6];
    await shapes(page);
    await pen(page, 'Line').click();
    await page.getByLabel('What it is drawn as').selectOption('door');
    const [from, to] = [await at(page, [2, 1], SIDES), await at(page, [2, 5], SIDES)];
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps: 5 });
    await frames(page, 3);
    await page.mouse.up();
    await said(page).getByText('Drawn').waitFor();
    /** Which part of a line across the corridor is bright, there. */
    const across = async (x) => {
      await frames(page, 3);
      const pixels = await picture(page);
      let bright = 0;
      for (let y = Math.ceil(to[1]) + 3; y < from[1] - 3; y++) bright += Number(pixels.at(Math.round(x), y) > 120);
      return bright / (from[1] - to[1] - 6);
    };
    assert.ok((await across(from[0])) > 0.9, 'where it was drawn');
    await page.locator('.world').focus();
    for (let press = 0; press < 4; press++) await page.keyboard.press('ArrowRight');
    // Each of these moves the view by 0.15 of its lower side; the door is a whole world further on.
    const { width, height } = await page.locator('.world').boundingBox();
    const zoom = (0.96 * width) / 40;
    const there = from[0] + 40 * zoom - 4 * 0.15 * height;
    assert.ok((await across(there)) > 0.9, 'past the seam');
    await pen(page, 'Change').click();
    await page.locator('.world').focus();
    await page.keyboard.press('Enter');
    await said(page).getByText('The door is open after tick 0').waitFor();
    assert.ok((await across(there)) < 0.8, 'dashed');
  }, '?scenario=crowd-corridor&workers=2');
});
