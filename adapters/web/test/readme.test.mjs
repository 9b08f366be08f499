// The README: its code is right and runs, and it names what there is.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { block, blocks, text, writeBlocks } from './tools/readme.mjs';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const CODE = ['js', 'ts', 'tsx'];
const NEEDS = ['react', 'react-dom', 'three', 'vite', '@react-three', '@types'];

let folder;

before(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'flockwork-readme-')));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(PACKAGE, join(folder, 'node_modules/flockwork'));
  for (const name of NEEDS) symlinkSync(join(PACKAGE, 'node_modules', name), join(folder, 'node_modules', name));
  writeFileSync(join(folder, 'package.json'), '{"type":"module","private":true}');
  writeBlocks(folder, blocks.filter(({ title }) => title).map(({ title }) => title));
});
after(() => folder && rmSync(folder, { recursive: true }));

test('every block of code has a title, and so is tried', () => {
  assert.ok(blocks.length > 15, `only ${blocks.length} blocks are found`);
  const fences = text.match(/^```/gm).length;
  assert.equal(fences, 2 * blocks.length, 'a block that is not read');
  assert.deepEqual(blocks.filter(({ language, title }) => CODE.includes(language) && !title), []);
});

/** Checks files with TypeScript; gives what it says. */
function checked(files, settings) {
  const config = join(folder, `tsconfig.${settings.strict ? 'strict' : 'plain'}.json`);
  const compilerOptions = { noEmit: true, target: 'es2022', module: 'esnext', moduleResolution: 'bundler', jsx: 'react-jsx', lib: ['es2023', 'dom', 'esnext.disposable'], types: [], skipLibCheck: true, ...settings };
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
  try {
    execFileSync(process.execPath, [tsc, '-p', config], { cwd: folder, encoding: 'utf8' });
    return '';
  } catch (error) {
    return error.stdout;
  }
}

test('TypeScript takes all of it', () => {
  const titles = (...languages) => blocks.filter(({ language }) => languages.includes(language)).map(({ title }) => title);
  assert.equal(checked(titles('ts', 'tsx'), { strict: true }), '');
  assert.equal(checked(titles('js'), { strict: false, allowJs: true, checkJs: true }), '');
});

const run = (title) => execFileSync(process.execPath, [title], { cwd: folder, encoding: 'utf8', timeout: 180_000 });

test('the program for Node runs in the best tier, and ends', () => {
  assert.match(run('node.mjs'), /^wasm-shared 100 10000 [0-9a-f]{16}\n$/);
});

test('the program with snapshots comes to one fingerprint', () => {
  assert.equal(run('snapshot.mjs'), 'true\n50\n');
});

test('the program with entities of its own runs, and says what does not fit', () => {
  assert.equal(run('initial.mjs'), '500\nthe initial table: row 1 (entity 0): `x` is 50: it must be inside the world, from 0 to 40\n');
});

test('the program with a field shows its cells', () => {
  assert.match(run('fields.mjs'), /^80 x 60 cells, \d+ in the first\n$/);
});

test('every recipe for a host sends both headers', async () => {
  const wanted = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };
  const pairs = (list) => Object.fromEntries(list.map(({ key, value }) => [key, value]));
  const lines = (title, pattern) => Object.fromEntries([...block(title).matchAll(pattern)].map(([, key, value]) => [key, value]));
  assert.deepEqual(pairs(JSON.parse(block('vercel.json')).headers[0].headers), wanted);
  assert.deepEqual(lines('nginx.conf', /^add_header (\S+) (\S+) always;$/gm), wanted);
  assert.deepEqual(lines('_headers', /^ {2}(\S+): (\S+)$/gm), wanted);
  const next = await import(pathToFileURL(join(folder, 'next.config.mjs')));
  assert.deepEqual(pairs((await next.default.headers())[0].headers), wanted);
  const vite = await import(pathToFileURL(join(folder, 'vite.config.mjs')));
  const { server, preview } = vite.default.plugins[0].config({ root: folder });
  assert.deepEqual([server.headers, preview.headers], [wanted, wanted]);
});

/** The names of what an interface has. */
function members(name) {
  const types = readFileSync(join(PACKAGE, 'src/types.ts'), 'utf8');
  const body = types.match(new RegExp(`^export interface ${name}\\b[^{]*\\{\\n([^]*?)^\\}`, 'm'))[1];
  return [...new Set([...body.matchAll(/^ {2}(?:readonly )?(\w+)\??[:(<]/gm)].map(([, member]) => member))];
}

test('every option, every part of a frame and every method is named', () => {
  for (const [name, least] of [['SimulationOptions', 15], ['FrameView', 8], ['Simulation', 15]]) {
    const all = members(name);
    assert.ok(all.length >= least, `${name}: only ${all}`);
    assert.deepEqual(all.filter((member) => !new RegExp(`\`[^\`]*\\b${member}\\b[^\`]*\``).test(text)), [], name);
  }
});
