// The objects of three.js in Chromium, in the version that they are developed with: with `WebGLRenderer`, and with
// `WebGPURenderer` on WebGPU and on WebGL.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { goldenCases } from '../tools/golden.mjs';
import { appFolder, bundled } from './app.mjs';
import { objectsShareFrames } from './checks.mjs';
import { CHROMIUM, chromium } from './drive.mjs';
import { LOOKS } from './looks.mjs';

const skip = !CHROMIUM && 'Chromium is not installed';
const tribes = goldenCases().find(({ name }) => name === 'tribes-small');

let app;
let browser;

before(async () => {
  if (skip) return;
  app = appFolder();
  browser = await chromium({ gpu: true });
});
after(async () => {
  await browser?.close();
  app?.remove();
});

for (const [title, script, address, backend] of [
  ['WebGLRenderer', 'three', '', 'WebGLRenderer'],
  ['WebGPURenderer on WebGPU', 'webgpu', '', 'WebGPUBackend'],
  ['WebGPURenderer on WebGL', 'webgpu', '?webgl', 'WebGLBackend'],
]) {
  describe(title, { skip }, () => {
    let server;
    let page;
    let said;

    before(async () => {
      server = await bundled(app.folder, script);
      said = [];
      page = await browser.page('about:blank');
      page.on('console', (message) => ['error', 'warning'].includes(message.type()) && said.push(message.text()));
      page.on('pageerror', (error) => said.push(error.message));
      await page.goto(`${server.url}${address}`);
      await page.waitForFunction('window.ready');
    });
    after(async () => {
      await page?.close();
      await server?.close();
    });

    test('the backend is what it shall be', async () => {
      assert.equal((await page.evaluate(() => window.drawn({}))).backend, backend);
    });

    for (const [what, check] of Object.entries(LOOKS)) test(what, () => check(page));

    if (script === 'three') test('points and instances of one simulation show each frame, without a copy', () => objectsShareFrames(page, tribes.scenario));

    test('three.js has nothing to complain of', () => {
      assert.deepEqual(said.filter((text) => /three|shader|gpu|webgl|error/i.test(text) && !/GPU stall|software/i.test(text)), []);
    });
  });
}
