// What Node does around a simulation: flags of the process, threads, paths, and coming to an end.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { goldenCases } from './tools/golden.mjs';

const DIST = new URL('../dist/', import.meta.url);
const ENTRY = JSON.stringify(new URL('node.js', DIST).href);
const one = goldenCases().find(({ name }) => name === 'tribes-small');
const GOLDEN_10 = one.golden.find(([tick]) => tick === 10)[1];

const folder = mkdtempSync(join(tmpdir(), 'flockwork-node-'));
after(() => rmSync(folder, { recursive: true }));

/** Ten ticks as text: the tier and the fingerprint, without an end of its own. */
const script = (options, more = '') => `
  import { createSimulation } from ${ENTRY};
  const options = ${options};
  const simulation = await createSimulation({ scenario: ${JSON.stringify(one.scenario)}, workers: 2, ...options });
  await simulation.step(10);
  console.log(simulation.backend.tier, (await simulation.observe()).fingerprint);
  ${more}`;

/** Runs Node; gives what it wrote and how it ended. One that hangs is ended, and has no code. */
function run(args, { env = {}, cwd } = {}) {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd, env: { ...process.env, ...env }, timeout: 180_000 }, (error, out, err) =>
      resolve({ code: error ? error.code : 0, out: out.trim(), err }),
    );
    child.stdin.end();
  });
}

function file(name, text) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const whole = file('whole.mjs', script('{}', 'await simulation.dispose();'));
const shared = `wasm-shared ${GOLDEN_10}`;

for (const flag of ['--max-old-space-size=512', '--expose-gc', '--stack-size=2000', '--prof', '--title=flock', '--no-warnings']) {
  test(`${flag}: the best tier, for a file and for a text`, async () => {
    for (const args of [[flag, whole], [flag, '--input-type=module', '-e', script('{}', 'await simulation.dispose();')]]) {
      const { code, out, err } = await run(args, { cwd: folder });
      assert.deepEqual({ code, out }, { code: 0, out: shared }, err);
    }
  });
}

test('flags of NODE_OPTIONS: the best tier', async () => {
  const { code, out, err } = await run([whole], { env: { NODE_OPTIONS: '--max-old-space-size=512 --stack-trace-limit=20' } });
  assert.deepEqual({ code, out }, { code: 0, out: shared }, err);
});

test('in a worker thread: the best tier', async () => {
  const worker = new Worker(new URL(`file://${whole}`), { stdout: true });
  let out = '';
  worker.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  const code = await new Promise((resolve) => worker.on('exit', resolve));
  assert.deepEqual({ code, out: out.trim() }, { code: 0, out: shared });
});

for (const tier of ['wasm-shared', 'wasm-transfer', 'js-workers']) {
  test(`${tier}: a script ends by itself, though nobody disposes of its simulation`, async () => {
    const { code, out, err } = await run([file('open.mjs', script(`{ tier: '${tier}' }`))]);
    assert.deepEqual({ code, out }, { code: 0, out: `${tier} ${GOLDEN_10}` }, err);
  });

  test(`${tier}: a run in progress keeps the process alive until it is paused`, async () => {
    const more = `
      simulation.setRate(200);
      simulation.start();
      simulation.on('statechange', ({ to }) => console.log(to));
      const look = setInterval(() => {
        if (simulation.metrics().tick < 13) return;
        clearInterval(look);
        void simulation.pause();
      }, 5);
      look.unref();`;
    const { code, out, err } = await run([file('runs.mjs', script(`{ tier: '${tier}' }`, more))]);
    assert.deepEqual({ code, out }, { code: 0, out: `${tier} ${GOLDEN_10}\npaused` }, err);
  });
}

test('relative addresses count from the folder that the process runs in', async () => {
  cpSync(fileURLToPath(DIST), join(folder, 'files/dist'), { recursive: true });
  writeFileSync(join(folder, 'files/package.json'), '{"type":"module"}');
  for (const assets of [
    { base: 'files/dist' },
    { base: './files/dist/' },
    { base: join(folder, 'files/dist') },
    { wasm: { shared: 'files/dist/wasm/flockwork.shared.wasm' }, worker: { wasm: './files/dist/node-worker-wasm.js' } },
  ]) {
    const path = file('paths.mjs', script(JSON.stringify({ assets, tier: 'wasm-shared' }), 'await simulation.dispose();'));
    const { code, out, err } = await run([path], { cwd: folder });
    assert.deepEqual({ code, out }, { code: 0, out: shared }, err);
  }
  const path = file('none.mjs', script(`{ tier: 'wasm-shared', assets: { base: 'nothing' } }`));
  const { code, err } = await run([path], { cwd: folder });
  assert.equal(code, 1);
  assert.ok(err.includes(join(folder, 'nothing/wasm/flockwork.shared.wasm')), err);
});
