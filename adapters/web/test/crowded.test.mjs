// Worlds that begin crowded in a corner: they begin from snapshots, and are cut anew while they run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulation } from '../dist/node.js';
import { goldenCases } from './tools/golden.mjs';
import { crowd } from './tools/snapshot.mjs';

const LAST = 50;

async function crowded({ scenario }) {
  const even = await createSimulation({ scenario, tier: 'wasm-transfer', workers: 1 });
  try {
    return crowd(await even.snapshot(), even.model);
  } finally {
    await even.dispose();
  }
}

for (const one of goldenCases().filter((each) => each.crowded)) {
  test(`${one.name} begins crowded`, async (t) => {
    const snapshot = await crowded(one);
    for (const [tier, workers] of [['wasm-shared', 2], ['wasm-shared', 3], ['wasm-transfer', 2]]) {
      const simulation = await createSimulation({ scenario: one.scenario, snapshot, tier, workers, regions: 6 });
      try {
        for (const [tick, fingerprint] of one.golden.filter(([at]) => at <= LAST)) {
          const seen = await simulation.observe();
          if (tick > seen.tick) await simulation.step(tick - seen.tick);
          const what = `${one.name} in ${tier} with ${workers} workers at tick ${tick}`;
          assert.equal((await simulation.observe()).fingerprint, fingerprint, what);
        }
        const { rebalances } = simulation.metrics().measures;
        t.diagnostic(`${tier}, ${workers} workers: cut anew ${rebalances} times`);
        if (one.scenario.entities > 10000) assert.ok(rebalances > 0, 'an uneven world is cut anew');
      } finally {
        await simulation.dispose();
      }
    }
  });
}
