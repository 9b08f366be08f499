/** The page as a test has it: opened, read, and steered. */

import assert from 'node:assert/strict';
import { launch, openPage } from './browser.mjs';

export const WORLD = '?scenario=tribes-10k&entities=3000&scale=1&workers=2';
export const DESK = { viewport: { width: 1440, height: 900 } };
export const LOW = { viewport: { width: 1280, height: 600 } };
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
/** How long anything may take: a busy machine is no fault of the page. */
const PATIENCE = Number(process.env.PATIENCE_MS ?? 120_000);
/** Nothing moves before somebody says so. */
export const STILL = { reducedMotion: 'reduce' };

/** Opens the page and gives it to `use`, which must leave nothing in the console. */
export async function withPage(url, options, use, query = WORLD) {
  const browser = await launch(options);
  try {
    const { page, problems } = await openPage(browser.context);
    page.setDefaultTimeout(PATIENCE);
    await page.goto(`${url}/${query}`);
    await page.locator('.head .badge').waitFor();
    await use(page, browser.context);
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
  }
}

export const hud = (page, name) => page.locator(`[data-hud="${name}"]`).textContent();

/** The tick that the HUD shows, once it shows one. */
export async function tickOf(page) {
  await page.waitForFunction(() => /\d/.test(document.querySelector('[data-hud="tick"]').textContent));
  return Number((await hud(page, 'tick')).replaceAll(',', ''));
}

/** Waits until the HUD shows a tick beyond this one. */
export async function tickBeyond(page, tick) {
  await page.waitForFunction((seen) => Number(document.querySelector('[data-hud="tick"]').textContent.replaceAll(',', '')) > seen, tick);
}

/** Waits until the HUD shows a tick's fingerprint. */
export async function fingerprintAt(page, tick) {
  const shown = tick.toLocaleString('en');
  await page.waitForFunction((text) => document.querySelector('[data-hud="fingerprint-tick"]').textContent === text, shown);
  return (await hud(page, 'fingerprint')).replace(/\s/g, '');
}

/** Single steps, each awaited. */
export async function step(page, times) {
  await page.locator('.world').focus();
  for (let count = 0; count < times; count++) {
    const before = await tickOf(page);
    await page.keyboard.press('.');
    await tickBeyond(page, before);
  }
}

/** Pauses a world that runs; gives the tick and fingerprint that it stands at. */
export async function pause(page) {
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
  // A world that stands shows the fingerprint of the very tick.
  await page.waitForFunction(() => {
    const [tick, of] = ['tick', 'fingerprint-tick'].map((name) => document.querySelector(`[data-hud="${name}"]`).textContent);
    return /\d/.test(tick) && tick === of;
  });
  const tick = await tickOf(page);
  return { tick, fingerprint: await fingerprintAt(page, tick) };
}

/** Waits for the screen's next frames. */
export const frames = (page, count) =>
  page.evaluate(async (most) => {
    for (let one = 0; one < most; one++) await new Promise(requestAnimationFrame);
  }, count);

export const card = (page) => page.getByRole('region', { name: 'Chosen entity' });

/** What the card says of the chosen entity. */
export const row = async (page, name) => (await card(page).locator('div', { has: page.locator('dt', { hasText: name }) }).locator('dd').textContent()).trim();

/** Zooms in as far as it goes. */
export async function closest(page) {
  await page.locator('.world').focus();
  for (let press = 0; press < 18; press++) await page.keyboard.press('+');
  await frames(page, 3);
}

/** How bright the picture is at places of the page. */
export async function brightness(page, places) {
  const pixels = await picture(page);
  return places.map(([x, y]) => pixels.at(Math.round(x), Math.round(y)));
}

/** The brightness of each point of the page, from 0 to 255. */
export async function picture(page) {
  const shot = (await page.screenshot()).toString('base64');
  const { width, values } = await page.evaluate(async (data) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const bytes = context.getImageData(0, 0, image.width, image.height).data;
    let text = '';
    for (let at = 0; at < bytes.length; at += 4) text += String.fromCharCode(Math.max(bytes[at], bytes[at + 1], bytes[at + 2]));
    return { width: image.width, values: btoa(text) };
  }, shot);
  const bytes = Buffer.from(values, 'base64');
  return { at: (x, y) => bytes[y * width + x] };
}
