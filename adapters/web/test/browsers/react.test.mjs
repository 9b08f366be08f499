// The hooks in Chromium, in the version of React that they are developed with.
import { after, before, test } from 'node:test';
import { appFolder, bundled, countWorkers } from './app.mjs';
import { bothSeeRates, changesAreSet, mountsMakeOne, signalsEnd } from './checks.mjs';
import { CHROMIUM, chromium } from './drive.mjs';

const skip = !CHROMIUM && 'Chromium is not installed';
const ROUNDS = 200;

let app;
let server;
let browser;

before(async () => {
  if (skip) return;
  app = appFolder();
  server = await bundled(app.folder, 'hook');
  browser = await chromium();
});
after(async () => {
  await browser?.close();
  await server?.close();
  app?.remove();
});

async function onPage(check) {
  const page = await browser.page(server.url, countWorkers);
  await page.waitForFunction('window.ready');
  await check(page);
  await page.close();
}

test('mounts under StrictMode make each simulation once, and end it', { skip }, () => onPage((page) => mountsMakeOne(page, ROUNDS)));

test('options are compared by value, and what can change is set on the simulation that runs', { skip }, () => onPage(changesAreSet));

test("the caller's signal ends the simulation, and another one begins it anew", { skip }, () => onPage(signalsEnd));

test('metrics of one simulation in two components are those of one', { skip }, () => onPage(bothSeeRates));
