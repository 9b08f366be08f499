// The page in Rust, in Chromium: what `cargo xtask web-rust` builds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CHROMIUM, chromium } from '../../web/test/browsers/drive.mjs';
import { serve } from '../../web/test/browsers/server.mjs';
import { goldenCases } from '../../web/test/tools/golden.mjs';

const ROOT = fileURLToPath(new URL('../example/dist', import.meta.url));
/** The world `vicsek` of the page. */
const vicsek = goldenCases().find(({ name }) => name === 'vicsek-20k');
const NATIVE = vicsek.golden.find(([tick]) => tick === 100)[1];
/** What `tests/native.rs` holds against the native scheduler. */
const EPIDEMIC = readFileSync(new URL('epidemic.txt', import.meta.url), 'utf8').trim();
const skip = !CHROMIUM && 'Chromium is not installed';
const page = readFileSync(`${ROOT}/index.html`, 'utf8');

/** Notes what memory is given to WebGL. */
const WATCH = () => {
  globalThis.given = [];
  const { bufferData } = WebGLRenderingContext.prototype;
  WebGLRenderingContext.prototype.bufferData = function (target, data, usage) {
    globalThis.given.push([data.constructor.name, data.buffer.constructor.name]);
    return bufferData.call(this, target, data, usage);
  };
};

let browser;
before(async () => {
  if (!skip) browser = await chromium({ gpu: true });
});
after(() => browser?.close());

const text = (shown, name) => shown.textContent(`#${name}`);

/** Opens the page, and gives it to `look` when it shows a fingerprint or an error. */
async function open(address, look, options = {}) {
  const server = await serve({ root: ROOT, page, ...options });
  const shown = await browser.page(`${server.url}${address}`, WATCH);
  try {
    await shown.waitForFunction(() => ['fingerprint', 'error'].some((name) => document.getElementById(name).textContent));
    await look(shown);
  } finally {
    await shown.close();
    await server.close();
  }
}

/** How many colours a part of the picture has: a crowd of all headings has many. */
async function colours(shown) {
  const png = (await shown.locator('#crowd').screenshot()).toString('base64');
  return shown.evaluate(async (data) => {
    const image = new Image();
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return new Set(new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer)).size;
  }, png);
}

test('an isolated page runs two workers over one shared memory, with the native fingerprint', { skip }, async (t) => {
  await open('?model=vicsek&workers=2&ticks=100', async (shown) => {
    assert.equal(await text(shown, 'error'), '');
    assert.equal(await text(shown, 'fingerprint'), `${NATIVE} at tick 100`);
    assert.equal(await text(shown, 'backend'), 'wasm-shared, wasm-simd, 2 workers');
    assert.equal(await text(shown, 'reason'), 'wasm-shared is the best tier, and works here.');
    assert.equal(shown.workers().length, 2);
    await shown.waitForFunction(() => document.getElementById('tick').textContent === '100');
    assert.equal(await text(shown, 'population'), '20000');
    // Frames go from the workers' memory to WebGL: nothing is copied on the way.
    assert.deepEqual(await shown.evaluate('given.slice(-2)'), [['Float32Array', 'SharedArrayBuffer'], ['Uint8Array', 'SharedArrayBuffer']]);
    const many = await colours(shown);
    t.diagnostic(`${many} colours`);
    assert.ok(many > 50, `the picture has ${many} colours`);
  });
});

test('a page that is not isolated transfers, says why, and has the same fingerprint', { skip }, async () => {
  await open('?model=vicsek&workers=4&ticks=100', async (shown) => {
    assert.equal(await text(shown, 'error'), '');
    assert.equal(await text(shown, 'fingerprint'), `${NATIVE} at tick 100`);
    assert.equal(await text(shown, 'backend'), 'wasm-transfer, wasm-simd, 4 workers');
    assert.match(await text(shown, 'reason'), /wasm-shared: it is not cross-origin isolated here.*Cross-Origin-Opener-Policy/);
  }, { isolated: false });
});

test('models of the page, in a crate with a standard library, have the native fingerprint', { skip }, async () => {
  await open('?model=epidemic&workers=2&ticks=30', async (shown) => {
    assert.equal(await text(shown, 'error'), '');
    assert.equal(await text(shown, 'fingerprint'), `${EPIDEMIC} at tick 30`);
    assert.equal(await text(shown, 'backend'), 'wasm-transfer, wasm-simd, 2 workers');
    assert.match(await text(shown, 'reason'), /wasm-shared: .*flockwork\.shared\.wasm cannot be loaded/);
  });
});

test('a crowd runs, is halted, and ends with its workers when another takes its place', { skip }, async () => {
  await open('?workers=2&ticks=1', async (shown) => {
    await shown.click('#run');
    await shown.waitForFunction(() => Number(document.getElementById('tick').textContent) > 5);
    assert.equal(await text(shown, 'run'), 'Pause');
    await shown.click('#run');
    await shown.waitForFunction(() => document.getElementById('run').textContent === 'Run');
    const [, tick] = /^[0-9a-f]{16} at tick (\d+)$/.exec(await text(shown, 'fingerprint'));
    assert.ok(Number(tick) > 5);
    await shown.selectOption('#workers', '1');
    await shown.waitForFunction(() => document.getElementById('backend').textContent.includes('1 worker'));
    for (let looks = 0; shown.workers().length !== 1 && looks < 100; looks++) await shown.waitForTimeout(50);
    assert.equal(shown.workers().length, 1);
    assert.equal(await text(shown, 'error'), '');
  });
});

test('files that are not there are an error that says what to serve', { skip }, async () => {
  await open('', async (shown) => {
    assert.match(await text(shown, 'error'), /page\.js.*Serve the folder `dist` of the npm package flockwork.*as flockwork\//);
    assert.equal(await text(shown, 'backend'), '');
  }, { faults: { 'page.js': 404 } });
});

test('what is not acceptable is refused with what is', { skip }, async () => {
  await open('?workers=2&ticks=1', async (shown) => {
    await shown.evaluate(() => (document.querySelector('#workers option').value = '17'));
    await shown.selectOption('#workers', '17');
    await shown.waitForFunction(() => document.getElementById('error').textContent);
    assert.match(await text(shown, 'error'), /workers.*17.*16/);
  });
});

test('the module of the page has the page alone: no function, import or memory of the workers', () => {
  const module = new WebAssembly.Module(readFileSync(`${ROOT}/flockwork_web_example_bg.wasm`));
  const names = [...WebAssembly.Module.exports(module), ...WebAssembly.Module.imports(module)].map(({ module: from = '', name }) => `${from} ${name}`);
  assert.ok(names.length > 10);
  assert.deepEqual(names.filter((name) => /fw_|^env/.test(name)), []);
});
