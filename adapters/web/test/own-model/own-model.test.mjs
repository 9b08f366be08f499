// A model of a user's own crate, in every tier and natively: a copy of `examples/epidemic` at another place.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildBase } from '../../bin/flockwork-wasm.mjs';
import { createSimulation } from '../../dist/node.js';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const TICKS = 30;
const scenario = { model: 'epidemic', entities: 2000, seed: 5, dt: 0.1, world: { width: 30, height: 20, edge: 'periodic' }, params: { infection_rate: 0.1, first_cases: 0.05 } };
let folder;
let native;

before(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'flockwork-own-')));
  const report = join(folder, 'report.json');
  const sets = [
    ['seed', 5],
    ['world.width', 30],
    ['world.height', 20],
    ['params.infection_rate', 0.1],
    ['params.first_cases', 0.05],
  ].flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const run = ['run', 'examples/epidemic/epidemic.toml', '--entities', '2000', '--ticks', String(TICKS), '--report', report, '--quiet'];
  execFileSync('cargo', ['run', '--quiet', '--profile', 'quick', '--package', 'epidemic', '--', ...run, ...sets], { cwd: ROOT, stdio: 'ignore' });
  native = JSON.parse(readFileSync(report, 'utf8')).fingerprint;
  const copy = join(folder, 'epidemic');
  cpSync(join(ROOT, 'examples/epidemic'), copy, { recursive: true, filter: (path) => !/\/(target|node_modules)(\/|$)/.test(path.slice(ROOT.length)) });
  // What the repository's own builds have compiled is good here too, and nothing is asked of a registry.
  process.env.CARGO_TARGET_DIR = join(ROOT, 'target');
  process.env.CARGO_NET_OFFLINE = 'true';
  await buildBase(join(copy, 'web'), join(folder, 'base'), ['shared', 'simd', 'js'], join(ROOT, '.cargo/checkout.toml'));
});
after(() => rmSync(folder, { recursive: true }));

for (const tier of ['wasm-shared', 'wasm-transfer', 'js-workers', 'js-single']) {
  test(`${tier}: what flockwork-wasm wrote is a base, with the native fingerprint`, async (t) => {
    const workers = tier === 'js-single' ? 1 : 2;
    const simulation = await createSimulation({ scenario, tier, workers, assets: { base: join(folder, 'base') } });
    try {
      assert.equal(simulation.model.name, 'epidemic');
      await simulation.step(TICKS);
      const { fingerprint, stats } = await simulation.observe();
      assert.equal(fingerprint, native);
      t.diagnostic(`${fingerprint} ${JSON.stringify(stats)}`);
    } finally {
      await simulation.dispose();
    }
  });
}
