// Both ends of every range of peers: types, and pages of their development server in Chromium.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { countWorkers, startPage } from '../browsers/app.mjs';
import { bothSeeRates, changesAreSet, mountsMakeOne, objectsShareFrames, signalsEnd } from '../browsers/checks.mjs';
import { CHROMIUM, chromium } from '../browsers/drive.mjs';
import { LOOKS } from '../browsers/looks.mjs';
import { goldenCases } from '../tools/golden.mjs';
import { project, registryAnswers } from '../tools/project.mjs';
import { writeBlocks } from '../tools/readme.mjs';

const { peerDependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url)));
const PAGES = fileURLToPath(new URL('../browsers/pages', import.meta.url));
const tribes = goldenCases().find(({ name }) => name === 'tribes-small');
const skip = (!CHROMIUM && 'Chromium is not installed') || (!registryAnswers() && 'packages cannot be had');

/** The lowest version that a range like `>=18` takes. */
function lowest(range) {
  const found = /^>=(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(range);
  assert.ok(found, `${range} does not begin with its lowest version`);
  return found.slice(1).map((part) => part ?? '0').join('.');
}

/** Types are of the same version; `react-three-fiber` is of the release for that React. */
const ENDS = {
  lowest: {
    react: lowest(peerDependencies.react),
    'react-dom': lowest(peerDependencies.react),
    '@types/react': '18.0.x',
    '@types/react-dom': '18.0.x',
    three: lowest(peerDependencies.three),
    '@types/three': `~${lowest(peerDependencies.three)}`,
    vite: lowest(peerDependencies.vite),
    '@react-three/fiber': '^8.0.0',
  },
  newest: Object.fromEntries(
    ['react', 'react-dom', '@types/react', '@types/react-dom', 'three', '@types/three', 'vite', '@react-three/fiber'].map((name) => [name, 'latest']),
  ),
};

const RECIPES = ['first.js', 'three.ts', 'react.tsx', 'fiber.tsx'];
/** Versions before r178 turn the normals of lit shapes wrongly here. */
const WEBGPU = ['webgpu.ts', 'fiber-webgpu.tsx'];

/** Mounts the component of a recipe, which is all that there is of three.js in the page. */
const MAIN = (recipe, component) => `
import { createElement, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ${component} } from './${recipe}';
const box = document.body.appendChild(document.createElement('div'));
box.style.cssText = 'width: 800px; height: 400px';
createRoot(box).render(createElement(StrictMode, null, createElement(${component})));
window.ready = true;
`;

/** A page whose warnings and errors are kept. */
async function open(browser, url) {
  const page = await browser.page('about:blank', countWorkers);
  const said = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  await page.goto(url);
  return { page, said };
}

/** Waits until a canvas shows something that differs from frame to frame. */
async function moves(page) {
  const canvas = page.locator('canvas');
  const first = await canvas.screenshot();
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    if (!(await canvas.screenshot()).equals(first)) return;
  }
  assert.fail('the picture stands still');
}

for (const [end, packages] of Object.entries(ENDS)) {
  describe(`${end} versions`, { skip }, () => {
    let made;
    let server;
    let browser;
    let url;

    before(async () => {
      made = project(packages);
      const { folder } = made;
      cpSync(PAGES, folder, { recursive: true });
      const recipes = end === 'newest' ? [...RECIPES, ...WEBGPU] : RECIPES;
      writeBlocks(folder, recipes);
      writeFileSync(join(folder, 'react-main.js'), MAIN('react.tsx', 'Tribes'));
      writeFileSync(join(folder, 'fiber-main.js'), MAIN('fiber.tsx', 'World'));
      const compilerOptions = { noEmit: true, strict: true, target: 'es2022', module: 'esnext', moduleResolution: 'bundler', jsx: 'react-jsx', lib: ['es2023', 'dom', 'esnext.disposable'], types: [], skipLibCheck: true };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: recipes.filter((title) => /\.tsx?$/.test(title)) }));
      const { createServer } = await import(pathToFileURL(join(folder, 'node_modules/vite/dist/node/index.js')));
      const { flockwork } = await import(pathToFileURL(join(folder, 'node_modules/flockwork/dist/vite.js')));
      server = await createServer({ root: folder, logLevel: 'error', configFile: false, plugins: [flockwork()], server: { port: 0, host: '127.0.0.1', hmr: false } });
      await server.listen();
      url = `http://127.0.0.1:${server.httpServer.address().port}/`;
      browser = await chromium({ gpu: true });
    });
    after(async () => {
      await browser?.close();
      await server?.close();
      made?.remove();
    });

    /** Opens a script on a page of its own, twice: what the server finds on the way makes it begin anew. */
    async function script(name, body = '') {
      startPage(made.folder, name, body);
      const { page } = await open(browser, url);
      await page.waitForLoadState('networkidle');
      await page.close();
      return open(browser, url);
    }

    test('types', (t) => {
      const version = (name) => JSON.parse(readFileSync(join(made.folder, 'node_modules', name, 'package.json'))).version;
      t.diagnostic(Object.keys(packages).map((name) => `${name} ${version(name)}`).join(', '));
      const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
      execFileSync(process.execPath, [tsc, '-p', made.folder], { stdio: ['ignore', 'inherit', 'inherit'] });
    });

    test('React: mounts, changes, signals, metrics', async () => {
      const { page } = await script('hook');
      await page.waitForFunction('window.ready');
      await mountsMakeOne(page, 10);
      await changesAreSet(page);
      await signalsEnd(page);
      await bothSeeRates(page);
      await page.close();
    });

    test('three.js: frames, and all that can be drawn of them', async () => {
      const { page, said } = await script('three');
      await page.waitForFunction('window.ready');
      await objectsShareFrames(page, tribes.scenario);
      for (const check of Object.values(LOOKS)) await check(page);
      assert.deepEqual(said.filter((text) => /three/i.test(text)), []);
      await page.close();
    });

    test('three.js with WebGPU: all that can be drawn', { skip: end === 'lowest' && 'it has none' }, async () => {
      const { page, said } = await script('webgpu');
      await page.waitForFunction('window.ready');
      for (const check of Object.values(LOOKS)) await check(page);
      assert.deepEqual(said.filter((text) => /three/i.test(text)), []);
      await page.close();
    });

    test('the first example and the recipe for three.js draw what moves', async () => {
      for (const [name, body] of [['first.js', '<canvas width="1128" height="568"></canvas>'], ['three.ts', '']]) {
        const { page, said } = await script(name, body);
        await page.waitForSelector('canvas');
        await moves(page);
        assert.deepEqual(said.filter((text) => /three|Error|memory/i.test(text)), [], name);
        await page.close();
      }
    });

    test('the recipe for React counts ticks, and its slider changes the world that runs', async () => {
      const { page, said } = await script('react-main');
      const text = page.getByText(/animals at tick [1-9]/);
      await text.waitFor();
      const made = await page.evaluate('window.made.length');
      await page.locator('input').fill('3');
      const tick = async () => Number((await text.textContent()).match(/tick (\d+)/)[1]);
      const before = await tick();
      while ((await tick()) <= before);
      assert.equal(await page.evaluate('window.made.length'), made, 'no other workers');
      assert.deepEqual(said, []);
      await page.close();
    });

    test('the recipe for react-three-fiber loads three.js once, and draws what moves', async () => {
      const { page, said } = await script('fiber-main');
      await page.waitForSelector('canvas');
      await moves(page);
      assert.deepEqual(said.filter((text) => /multiple instances|error/i.test(text)), []);
      const copies = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /three\.module|deps\/three\.js/.test(name)));
      assert.ok(copies.length <= 1, `three.js comes from ${copies}`);
      await page.close();
    });
  });
}
