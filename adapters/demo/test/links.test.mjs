/** Links of worlds in which things stand: drawn, changed, and the same for whoever opens them. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DESK, STILL, fingerprintAt, frames, step, tickOf, withPage } from './page.mjs';
import { serve } from './serve.mjs';
import { withSources } from './sources.mjs';

let server;
before(async () => (server = await serve()));
after(() => server?.close());

const onPage = (use, query = '?scenario=crowd-evacuation&workers=2') => withPage(server.url, { ...DESK, ...STILL }, use, query);
const tool = (page, name) => page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name });
const pen = (page, name) => page.getByRole('group', { name: 'What to do with shapes' }).getByRole('button', { name });
const said = (page) => page.getByRole('status', { name: 'What was done' });

/** How many shapes there are, of each role. */
async function roles(page) {
  await tool(page, 'Shapes').click();
  await pen(page, 'Change').click();
  const titles = await page.getByLabel('Shape', { exact: true }).locator('option').allTextContents();
  await page.keyboard.press('Escape');
  return titles.slice(1);
}

async function link(page) {
  await page.getByRole('tab', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Make a link' }).click();
  return page.getByLabel('Link', { exact: true }).inputValue();
}

test('a link holds shapes that were drawn, doors, rules, colours and view: another page has the same bits at the same tick', async () => {
  let address;
  let told;
  let stood;
  await onPage(async (page) => {
    await tool(page, 'Shapes').click();
    await pen(page, 'Circle').click();
    await page.getByLabel('What it is drawn as').selectOption('sink');
    await page.locator('.world').focus();
    // In the middle of the view, as large as the brush.
    await page.keyboard.press('Enter');
    await said(page).getByText('Drawn: it holds after tick 0').waitFor();
    await pen(page, 'Change').click();
    await page.getByLabel('Shape', { exact: true }).selectOption({ label: 'Door, line (7)' });
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await said(page).getByText('The door is open after tick 0').waitFor();
    await page.keyboard.press('Escape');
    await step(page, 3);
    await page.getByRole('tab', { name: 'Rules' }).click();
    await page.getByLabel('strength, any value').fill('12');
    await step(page, 3);
    await page.getByRole('tab', { name: 'World' }).click();
    await page.getByLabel('Colours show').selectOption('speed');
    await page.locator('.world').focus();
    for (let press = 0; press < 3; press++) await page.keyboard.press('+');
    await page.keyboard.press('ArrowLeft');
    await frames(page, 4);
    told = await fingerprintAt(page, 6);
    stood = await roles(page);
    address = await link(page);
  });
  const { search, hash } = new URL(address);
  assert.ok(hash.length < 900, `${hash.length} letters`);
  assert.equal(stood.filter((title) => title.startsWith('Sink, circle')).length, 1);
  await onPage(async (page) => {
    await said(page).getByText(/Done up to tick 6: its fingerprint is the same, bit for bit/).waitFor();
    assert.equal(await tickOf(page), 6);
    assert.equal(await fingerprintAt(page, 6), told);
    assert.equal(await page.getByLabel('Colours show').inputValue(), 'speed');
    assert.deepEqual(await roles(page), stood);
    await page.getByRole('tab', { name: 'Rules' }).click();
    assert.equal(await page.getByLabel('strength, any value').inputValue(), '12');
    // The same link again: camera and door are what they were.
    assert.equal(await link(page), address);
    // What the link has done is taken back by ticks: the rule, then the door with the sink.
    for (let left = 1; left >= 0; left--) {
      await tool(page, 'Undo').click();
      // A button that is busy waits for the world.
      await frames(page, 3);
      if (left === 0) await page.waitForFunction(() => document.querySelector('[aria-label="Redo"]:not(:disabled)') && document.querySelector('[aria-label="Undo"]').disabled);
    }
    assert.equal((await roles(page)).length, stood.length - 1);
  }, search + hash);
});

test('a link has room for 100 shapes drawn one after the other, and is read as it was written', async () => {
  await withSources(async (load) => {
    const { LONGEST, readLink, writeLink } = await load('sim/link.ts');
    const { listOf, shapeOf, shapesOf } = await load('sim/shapes.ts');
    const { scenarioFile } = await load('sim/scenarios.ts');
    let state = 7;
    const random = (most) => ((state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32) * most;
    let shapes = shapesOf(scenarioFile('crowd-evacuation').scenario.params.shapes);
    const begun = shapes.length;
    const batches = [];
    for (let tick = 1; tick <= 100; tick++) {
      const [x, y] = [random(23), random(15)];
      const outline = { kind: 'box', low: [x, y], high: [x + random(1), y + random(1)] };
      // The model gives back what it has, in 32 bits.
      shapes = shapesOf(listOf([...shapes, shapeOf('goal', outline)]).map(Math.fround));
      batches.push({ tick, inputs: [{ params: { shapes: listOf(shapes) } }] });
    }
    const past = { tick: 100, fingerprint: '0123456789abcdef', batches, colorBy: 'speed', pose: [12, 8, 24] };
    const hash = await writeLink(past);
    assert.ok(hash.length <= LONGEST - 200, `${hash.length} letters`);
    const { batches: read, ...more } = await readLink(hash);
    assert.deepEqual([read, more], [batches, { tick: 100, fingerprint: past.fingerprint, colorBy: 'speed', pose: past.pose }]);
    const last = shapesOf(read.at(-1).inputs[0].params.shapes);
    assert.equal(last.length, begun + 100);
    assert.deepEqual(listOf(last).map(Math.fround), listOf(shapes).map(Math.fround), 'the same bits as the model has');
  });
});
