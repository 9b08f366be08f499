// `Crowd` with all that it can do, called from Rust in Chromium: see `check`.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CHROMIUM, chromium } from '../../web/test/browsers/drive.mjs';
import { serve } from '../../web/test/browsers/server.mjs';
import { goldenCases } from '../../web/test/tools/golden.mjs';

const BUILT = fileURLToPath(new URL('..', import.meta.url));
const { golden } = goldenCases().find(({ name }) => name === 'boids-walls');
const NATIVE = [10, 50].map((tick) => golden.find(([one]) => one === tick)[1]);
const FOLDER = '/example/dist/flockwork';
const PAGE = `<!doctype html><title>check</title><script type="module">
import init, * as check from '/built/check/flockwork_web_check.js';
await init();
window.check = check;
</script>`;
const skip = !CHROMIUM && 'Chromium is not installed';

/** Keeps the workers that the page makes. */
const KEEP = () => {
  globalThis.made = [];
  globalThis.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      globalThis.made.push(this);
    }
  };
};

let browser;
let server;
let page;
before(async () => {
  if (skip) return;
  browser = await chromium();
  server = await serve({ root: BUILT, page: PAGE });
  page = await browser.page(server.url, KEEP);
  await page.waitForFunction('window.check');
});
after(async () => {
  await browser?.close();
  await server?.close();
});

for (const tier of ['wasm-shared', 'wasm-transfer', 'js-workers', 'js-single']) {
  test(`${tier}: steps, frames, snapshots, parameters and states, with the native fingerprints`, { skip }, async () => {
    const drive = ([folder, one]) => window.check.drive(folder, one);
    assert.deepEqual(await page.evaluate(drive, [FOLDER, tier]), NATIVE);
  });
}

test('what is not acceptable is refused with what is', { skip }, async () => {
  await page.evaluate((folder) => window.check.refuse(folder), FOLDER);
});

test('a worker that dies is told of, the run goes on, and all workers end when the crowd is dropped', { skip }, async () => {
  const outlive = (folder) => {
    const wait = () => new Promise((resolve) => setTimeout(resolve, 20));
    return window.check.outlive(folder, () => window.made.at(-1).terminate(), wait);
  };
  assert.match(await page.evaluate(outlive, FOLDER), /^WORKER_/);
  for (let looks = 0; page.workers().length > 0 && looks < 200; looks++) await page.waitForTimeout(50);
  assert.equal(page.workers().length, 0);
});
