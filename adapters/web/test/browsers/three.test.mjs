// The objects of three.js in Chromium, in the version that they are developed with.
import { after, before, test } from 'node:test';
import { goldenCases } from '../tools/golden.mjs';
import { appFolder, bundled } from './app.mjs';
import { objectsShareFrames, sizesAreOfTheWorld } from './checks.mjs';
import { CHROMIUM, chromium } from './drive.mjs';

const skip = !CHROMIUM && 'Chromium is not installed';
const tribes = goldenCases().find(({ name }) => name === 'tribes-small');

let app;
let server;
let browser;

before(async () => {
  if (skip) return;
  app = appFolder();
  server = await bundled(app.folder, 'three');
  browser = await chromium({ gpu: true });
});
after(async () => {
  await browser?.close();
  await server?.close();
  app?.remove();
});

async function onPage(check) {
  const page = await browser.page(server.url);
  await page.waitForFunction('window.ready');
  await check(page);
  await page.close();
}

test('points and instances of one simulation show each frame, without a copy', { skip }, () =>
  onPage((page) => objectsShareFrames(page, tribes.scenario)));

test("sizes are the world's and colours are as painted, under both kinds of camera", { skip }, () => onPage(sizesAreOfTheWorld));
