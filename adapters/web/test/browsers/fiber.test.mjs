// The component for react-three-fiber in Chromium, with both renderers.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { appFolder, bundled, countWorkers } from './app.mjs';
import { CHROMIUM, chromium } from './drive.mjs';

const skip = !CHROMIUM && 'Chromium is not installed';

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

/** Where a place of the world is on the page: 20 pixels for a unit, y up. */
const onPage = (x, y) => [20 * x, 400 - 20 * y];

for (const [title, script, address] of [
  ['WebGLRenderer', 'fiber', ''],
  ['WebGPURenderer on WebGPU', 'fiber-webgpu', ''],
  ['WebGPURenderer on WebGL', 'fiber-webgpu', '?webgl'],
]) {
  describe(title, { skip }, () => {
    let server;
    let page;
    const said = [];

    before(async () => {
      server = await bundled(app.folder, script);
      page = await browser.page('about:blank', countWorkers);
      page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
      page.on('pageerror', (error) => said.push(error.message));
      await page.goto(`${server.url}${address}`);
      await page.waitForFunction('window.ready');
    });
    after(async () => {
      await page?.close();
      await server?.close();
    });

    const change = (more) => page.evaluate((props) => window.change(props), more);
    const events = () => page.evaluate(() => window.events.splice(0));

    /** What a canvas shows at a place of the world: whether it is dark there. */
    async function darkAt(x, y) {
      const [left, top] = onPage(x, y);
      const shot = await page.screenshot({ clip: { x: left - 4, y: top - 4, width: 8, height: 8 } });
      return page.evaluate(async (bytes) => {
        const picture = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
        const context = new OffscreenCanvas(8, 8).getContext('2d');
        context.drawImage(picture, 0, 0);
        const { data } = context.getImageData(4, 4, 1, 1);
        // The page is white, and canvases are clear.
        return data[0] + data[1] + data[2] > 700;
      }, [...shot]);
    }

    test('without a simulation nothing is there, and under StrictMode one object is', async () => {
      assert.deepEqual(await page.evaluate(() => window.begin()), { nothing: true, readers: 1, workers: 1 });
    });

    test('the pointer finds entities', async () => {
      await page.mouse.move(...onPage(20, 18));
      await events();
      await page.mouse.move(...onPage(10.4, 5.4));
      await page.mouse.click(...onPage(10.4, 5.4));
      await page.mouse.move(...onPage(30, 10));
      await page.mouse.move(...onPage(20, 18));
      await page.mouse.click(...onPage(20, 18));
      assert.deepEqual(await events(), [['over', 0, 0, 10], ['click', 0, 0, 10], ['out', 0, 0, 10], ['over', 1, 1, 30], ['out', 1, 1, 30]]);
    });

    // What a canvas of WebGPU shows cannot be read without a screen.
    test('entities are where they are', { skip: title === 'WebGPURenderer on WebGPU' }, async () => {
      assert.deepEqual([await darkAt(10, 5), await darkAt(30, 10), await darkAt(20, 18)], [false, false, true]);
      const [x, y] = await page.evaluate(() => window.stepped(60));
      assert.ok(Math.hypot(x - 10, y - 5) > 2.5, `it went to ${x}, ${y}`);
      assert.equal(await darkAt(x, y), false);
    });

    test('other props change the object in place, and no simulation', async () => {
      const is = { type: (await change({})).type, readers: 1, workers: 1, scale: 1 };
      const { color, ...grown } = await change({ size: 6 });
      assert.deepEqual(grown, { ...is, same: true });
      const [x, y] = await page.evaluate(() => window.stepped(0));
      await page.mouse.move(0, 0);
      await events();
      await page.mouse.click(...onPage(x + 2, y));
      assert.ok((await events()).some(([name, entity]) => name === 'click' && entity === 0));
      const other = await change({ images: 'seam', interpolate: true, units: 'pixels', colorBy: 'none' });
      assert.deepEqual([other.same, other.readers, other.workers], [true, 1, 1]);
      assert.notDeepEqual(other.color, color);
      assert.equal((await change({ scale: 2 })).scale, 2);
      assert.equal((await change({ scale: 1, images: 'none', interpolate: false, units: 'world' })).same, true);
    });

    test('another shape is another object, and the one before is gone', async () => {
      const { same, readers, workers } = await change({ shape: true, heading: true, size: { column: 'vx', from: [-1, 1], to: [1, 2] } });
      assert.deepEqual({ same, readers, workers }, { same: false, readers: 1, workers: 1 });
    });

    test('a canvas on demand is drawn when the world ticks', async () => {
      assert.deepEqual(await page.evaluate(() => window.onDemand()), { still: 0, then: true });
    });

    test('what is unmounted gives back its reader, and the simulation stays', async () => {
      assert.deepEqual(await page.evaluate(() => window.end()), { state: 'paused', readers: 0 });
      assert.deepEqual(said.filter((text) => !/404/.test(text)), []);
    });
  });
}
