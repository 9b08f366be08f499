// The class `SimCore` as packages: for a page without a bundler, and for webpack.
import assert from 'node:assert/strict';
import { readFileSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CHROMIUM, chromium } from '../../web/test/browsers/drive.mjs';
import { serve } from '../../web/test/browsers/server.mjs';

const BUILT = fileURLToPath(new URL('../built', import.meta.url));
const skip = !CHROMIUM && 'Chromium is not installed';
const tools = createRequire(new URL('../../web/package.json', import.meta.url));

/** What a page does with the class: gives all that is to be compared. */
const USE = `
function use(SimCore) {
  const core = new SimCore(3, 10, 8, undefined, 'wall');
  const { x, vx, ay } = core;
  x.set([1, 2, 9.5]);
  vx.fill(1);
  ay[1] = 2;
  const { moved, met_edge } = core.process_movement(0, 3, 1);
  core.integrate_physics(1, 2, 0.5);
  core.rebuild_spatial_hash(0, 3);
  const near = [...core.query_neighbors(2, 0, 2, 8)];
  const { offsets, ids } = core.query_neighbors_of(0, 2, 2, 8);
  const refused = (call) => {
    try {
      call();
    } catch (error) {
      return [error instanceof Error, error.message];
    }
  };
  const errors = [refused(() => core.process_movement(0, 4, 1)), refused(() => new SimCore(0, 1, 1))];
  return { x: [...x], y: [...core.y], moved, met_edge, near, offsets: [...offsets], ids: [...ids], errors, capacity: core.capacity };
}
`;
const EXPECTED = {
  x: [2, 3.5, 0.5],
  y: [0, 0.5, 0],
  moved: 3,
  met_edge: 1,
  near: [0, 2, 1],
  offsets: [0, 2, 3],
  ids: [2, 1, 0],
  errors: [
    [true, 'the range 0..4 is not acceptable: there are 3 entities'],
    [true, 'capacity is 0: it must be from 1 to 16777216'],
  ],
  capacity: 3,
};

let browser;
before(async () => {
  if (!skip) browser = await chromium();
});
after(() => browser?.close());

async function used(server) {
  const page = await browser.page(server.url);
  try {
    await page.waitForFunction('window.result');
    return await page.evaluate('window.result');
  } finally {
    await page.close();
    await server.close();
  }
}

test('a page without a bundler imports the package of `--target web`', { skip }, async () => {
  const script = `
    import init, { SimCore } from '/flockwork_sim_core.js';
    ${USE}
    await init();
    window.result = use(SimCore);`;
  const page = `<!doctype html><title>class</title><script type="module">${script}</script>`;
  assert.deepEqual(await used(await serve({ root: join(BUILT, 'class-web'), page, isolated: false })), EXPECTED);
});

test('webpack takes the package of `--target bundler`', { skip }, async () => {
  const app = realpathSync(mkdtempSync(join(tmpdir(), 'flockwork-class-')));
  try {
    symlinkSync(join(BUILT, 'class-bundler'), join(app, 'package'));
    writeFileSync(join(app, 'main.js'), `import { SimCore } from './package/flockwork_sim_core.js';\n${USE}\nwindow.result = use(SimCore);`);
    const webpack = tools('webpack');
    const options = { mode: 'development', devtool: false, context: app, entry: './main.js', output: { path: join(app, 'out'), publicPath: '/' }, experiments: { asyncWebAssembly: true }, resolve: { symlinks: false } };
    const stats = await new Promise((resolve, reject) => webpack(options, (error, result) => (error ? reject(error) : resolve(result))));
    assert.equal(stats.hasErrors(), false, stats.toString('errors-only'));
    assert.deepEqual(await used(await serve({ root: join(app, 'out'), page: '<!doctype html><script src="/main.js"></script>', isolated: false })), EXPECTED);
  } finally {
    rmSync(app, { recursive: true });
  }
});

test('the module has the class alone: no function and no import of the workers', () => {
  const module = new WebAssembly.Module(readFileSync(join(BUILT, 'class-web/flockwork_sim_core_bg.wasm')));
  const exports = WebAssembly.Module.exports(module).map(({ name }) => name);
  assert.ok(exports.includes('simcore_process_movement'));
  assert.deepEqual(exports.filter((name) => name.startsWith('fw_')), []);
  const imports = WebAssembly.Module.imports(module);
  assert.deepEqual(imports.filter(({ module: from }) => from === 'env'), []);
});
