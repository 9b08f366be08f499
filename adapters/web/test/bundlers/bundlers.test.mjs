// What npm packs, bundled as its users do, in Chromium.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CHROMIUM, chromium } from '../browsers/drive.mjs';
import { serve } from '../browsers/server.mjs';
import { goldenCases } from '../tools/golden.mjs';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const one = goldenCases().find(({ name }) => name === 'tribes-small');
const GOLDEN = one.golden.find(([tick]) => tick === 10)[1];

const RUN = `
import { createSimulation } from 'flockwork';
const scenario = ${JSON.stringify(one.scenario)};
const run = async (tier) => {
  const simulation = await createSimulation({ scenario, tier, workers: tier === 'js-single' ? 1 : 2 });
  await simulation.step(10);
  const { fingerprint } = await simulation.observe();
  await simulation.dispose();
  return fingerprint;
};
`;
const MAIN = `${RUN}
window.run = run;
window.inside = (tier) => new Promise((resolve) => {
  const worker = window.asked = new Worker(new URL('./inside.js', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = (event) => resolve('the worker says ' + event.message);
  worker.postMessage(tier);
});
window.ready = true;
`;
const INSIDE = `${RUN}
self.onmessage = ({ data }) => run(data).then(self.postMessage.bind(self), (error) => self.postMessage(String(error)));
`;

let app;
let browser;

before(async () => {
  if (!CHROMIUM) return;
  app = realpathSync(mkdtempSync(join(tmpdir(), 'flockwork-app-')));
  execFileSync('npm', ['pack', '--pack-destination', app], { cwd: PACKAGE, stdio: 'ignore' });
  const installed = join(app, 'node_modules/flockwork');
  mkdirSync(installed, { recursive: true });
  execFileSync('sh', ['-c', `tar -xzf ${app}/flockwork-*.tgz --strip-components=1 -C ${installed}`]);
  writeFileSync(join(app, 'package.json'), '{"type":"module","private":true}');
  writeFileSync(join(app, 'main.js'), MAIN);
  writeFileSync(join(app, 'inside.js'), INSIDE);
  writeFileSync(join(app, 'index.html'), '<!doctype html><title>app</title><script type="module" src="./main.js"></script>');
  browser = await chromium();
});
after(async () => {
  await browser?.close();
  if (app) rmSync(app, { recursive: true });
});

const INSIDE_TIERS = ['wasm-shared', 'js-workers'];

async function everyTier(t, url, inside = INSIDE_TIERS) {
  const page = await browser.page(url);
  await page.waitForFunction('window.ready');
  for (const tier of ['wasm-shared', 'wasm-transfer', 'js-workers', 'js-single']) {
    assert.equal(await page.evaluate((each) => window.run(each), tier), GOLDEN, tier);
  }
  for (const tier of inside) {
    assert.equal(await page.evaluate((each) => window.inside(each), tier), GOLDEN, `${tier} in a worker`);
  }
  t.diagnostic(`four tiers, and in a worker ${inside.join(', ') || 'none'}: ${GOLDEN}`);
  await page.close();
}

const skip = !CHROMIUM && 'Chromium is not installed';

for (const [name, module] of [['Vite 8', 'vite'], ['Vite 7', 'vite7'], ['Vite 5', 'vite5']]) {
  test(`${name}: the development server`, { skip }, async (t) => {
    const { createServer } = await import(module);
    const { flockwork } = await import('../../dist/vite.js');
    const server = await createServer({ root: app, logLevel: 'error', configFile: false, plugins: [flockwork()], server: { port: 0, host: '127.0.0.1', hmr: false } });
    await server.listen();
    try {
      await everyTier(t, `http://127.0.0.1:${server.httpServer.address().port}/`);
    } finally {
      await server.close();
    }
  });

  test(`${name}: a build`, { skip }, async (t) => {
    const { build } = await import(module);
    const { flockwork } = await import('../../dist/vite.js');
    const outDir = join(app, `out-${module}`);
    await build({ root: app, logLevel: 'error', configFile: false, plugins: [flockwork()], build: { outDir } });
    const server = await serve({ root: outDir, page: null });
    try {
      await everyTier(t, `${server.url}index.html`);
    } finally {
      await server.close();
    }
  });
}

test('webpack, with esbuild in place of terser, which spends half a minute on the JavaScript tier', { skip }, async (t) => {
  const { default: webpack } = await import('webpack');
  const Minimizer = createRequire(createRequire(import.meta.url).resolve('webpack'))('minimizer-webpack-plugin');
  const optimization = { minimizer: [new Minimizer({ minify: Minimizer.esbuildMinify })] };
  const path = join(app, 'out-webpack');
  const stats = await new Promise((resolve, reject) => {
    webpack({ mode: 'production', context: app, entry: './main.js', output: { path, publicPath: '/' }, performance: false, optimization }, (error, result) => (error ? reject(error) : resolve(result)));
  });
  assert.equal(stats.hasErrors(), false, stats.toString('errors-only'));
  const server = await serve({ root: path, page: '<!doctype html><script src="/main.js"></script>' });
  try {
    await everyTier(t, server.url);
  } finally {
    await server.close();
  }
});

test('no bundler: an import map', { skip }, async (t) => {
  const map = JSON.stringify({ imports: { flockwork: '/node_modules/flockwork/dist/index.js' } });
  const page = `<!doctype html><script type="importmap">${map}</script><script type="module" src="/main.js"></script>`;
  const server = await serve({ root: app, page });
  try {
    // An import map does not count in workers.
    await everyTier(t, server.url, []);
  } finally {
    await server.close();
  }
});
