/** The test address: every tier comes to one fingerprint, by its real causes too. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runAuto } from './auto.mjs';
import { launch } from './browser.mjs';
import { native } from './native.mjs';
import { serve } from './serve.mjs';

const TIERS = ['wasm-shared', 'wasm-transfer', 'js-workers', 'js-single'];
const WORLD = { scenario: 'tribes-10k', entities: '1234', scale: '1', seed: '18446744073709551615', ticks: '12' };

let server;
let plain;
let browser;

before(async () => {
  [server, plain, browser] = await Promise.all([serve(), serve({ isolation: false }), launch()]);
});

after(async () => {
  await browser?.close();
  await Promise.all([server?.close(), plain?.close()]);
});

async function good(query, { url = server.url, context = browser.context } = {}) {
  const { result, problems } = await runAuto(context, url, query);
  assert.deepEqual(problems, []);
  assert.equal(result.error, null);
  return result;
}

test('all tiers come to the same fingerprint, and to the native one', async () => {
  const results = [];
  for (const tier of TIERS) results.push(await good({ ...WORLD, tier, workers: '3' }));
  assert.deepEqual(results.map(({ tier }) => tier), TIERS);
  assert.deepEqual(results.map(({ workers }) => workers), [3, 3, 3, 1]);
  for (const { tick, fingerprint, msPerTick } of results) {
    assert.equal(tick, 12);
    assert.ok(msPerTick > 0);
    assert.match(fingerprint, /^[0-9a-f]{16}$/);
    assert.equal(fingerprint, results[0].fingerprint);
  }
  assert.equal(results[0].fingerprint, commanded(['--scale']));
});

test('a world in space grows with its entities as with the command', async () => {
  const world = { ...WORLD, scenario: 'boids-space-10k' };
  assert.equal((await good(world)).fingerprint, commanded(['--scale'], world.scenario));
});

test('without scale the world keeps its size, as with the command', async () => {
  const { scale: _, ...world } = WORLD;
  assert.equal((await good(world)).fingerprint, commanded([]));
});

test('meadows, liquids and crowds among shapes are those of the command', async () => {
  for (const scenario of ['meadow-10k', 'sph-dam', 'crowd-evacuation', 'crowd-bottleneck', 'crowd-corridor']) {
    const { fingerprint } = await good({ scenario, ticks: '12', workers: '2' });
    assert.equal(fingerprint, native('run', `scenarios/${scenario}.toml`, '--ticks', '12', '--quiet'), scenario);
  }
});

test('another seed and another size are other worlds', async () => {
  const one = await good(WORLD);
  assert.notEqual((await good({ ...WORLD, seed: '1' })).fingerprint, one.fingerprint);
  assert.notEqual((await good({ ...WORLD, entities: '1235' })).fingerprint, one.fingerprint);
});

test('without the isolation headers packets are moved, and the reason is told', async () => {
  const result = await good(WORLD, { url: plain.url });
  assert.equal(result.tier, 'wasm-transfer');
  assert.equal(result.attempts[0].tier, 'wasm-shared');
  assert.equal(result.attempts[0].code, 'NO_COI');
  assert.match(result.attempts[0].hint, /Cross-Origin-Opener-Policy/);
});

test('without WebAssembly the kernels run as JavaScript', async () => {
  const old = await launch();
  try {
    await old.context.addInitScript(() => delete globalThis.WebAssembly);
    const result = await good({ ...WORLD, workers: '2' }, { context: old.context });
    assert.equal(result.tier, 'js-workers');
    assert.equal(result.attempts.find(({ tier }) => tier === 'wasm-shared').code, 'NO_WASM');
    assert.equal(result.fingerprint, (await good(WORLD)).fingerprint);
  } finally {
    await old.close();
  }
});

test('a tier that does not work here is an error with its reason and remedy', async () => {
  const { result } = await runAuto(browser.context, plain.url, { ...WORLD, tier: 'wasm-shared' });
  assert.equal(result.done, true);
  assert.equal(result.fingerprint, null);
  assert.ok(result.error.message);
  assert.equal(result.attempts[0].code, 'NO_COI');
});

test('what the address asks for wrongly is named', async () => {
  const wrong = [
    [{ scenario: 'none' }, /scenario "none".*tribes-100k/],
    [{ entities: '0' }, /entities is "0".*from 1/],
    [{ seed: '18446744073709551616' }, /seed.*2\^64 - 1/],
    [{ tier: 'best' }, /tier is "best".*wasm-shared/],
    [{ workers: '17' }, /workers is "17".*from 1 to 16/],
    [{ ticks: '-1' }, /ticks is "-1"/],
    [{ scale: 'yes' }, /scale is "yes".*0 or 1/],
    [{ entites: '5' }, /no word "entites".*entities/],
    [{ workers: '17', seed: 'x' }, /seed is "x".*workers is "17"/],
  ];
  for (const [query, message] of wrong) {
    const { result } = await runAuto(browser.context, server.url, query);
    assert.equal(result.error?.code, 'INVALID_OPTION');
    assert.match(result.error.message, message);
  }
});

/** What the command line comes to. */
function commanded(scale, scenario = WORLD.scenario) {
  return native('run', `scenarios/${scenario}.toml`, '--entities', WORLD.entities, ...scale, '--seed', WORLD.seed, '--ticks', WORLD.ticks, '--quiet');
}
