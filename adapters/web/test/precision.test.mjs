// How finely places are told, and worlds that lie far from 0: `precision` and `origin` of scenario.world.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulation } from '../dist/node.js';
import { rejection, using } from './tools/using.mjs';

const TIERS = ['wasm-shared', 'wasm-transfer', 'js-workers'];
const world = { width: 20, height: 16 };
const boids = { model: 'boids', entities: 60, dt: 0.05, world };

/** The same with more said of its world. */
const inWorld = (more, scenario = boids) => ({ ...scenario, world: { ...scenario.world, ...more } });

for (const tier of TIERS) {
  const options = { tier, workers: 2, regions: 2 };

  test(`${tier}: a world that tells places too coarsely is refused unless it says that it knows`, async () => {
    const wide = inWorld({ width: 1_048_576 });
    const error = await rejection(createSimulation({ scenario: wide, ...options }));
    assert.equal(error.name, 'InvalidInputError', String(error));
    assert.match(error.message, /reaches to 1048576 along x: places there are 0\.0625 apart and may be at most 0\.000390625/);
    await using({ scenario: inWorld({ precision: 'any' }, wide), ...options }, async (simulation) => {
      await simulation.step(1);
      const { place_spacing: spacing, place_spacing_most: most } = simulation.metrics().measures;
      assert.deepEqual([spacing, Math.fround(most)], [0.0625, Math.fround(0.000390625)]);
    });
  });

  test(`${tier}: who goes too far in an open world ends the run, with the entity, the tick and both numbers`, async () => {
    const apart = inWorld({ edge: 'open' }, { ...boids, params: { min_speed: 100_000, max_speed: 100_000 } });
    await using({ scenario: apart, ...options }, async (simulation) => {
      const error = await rejection(simulation.step(10));
      assert.match(error.message, /of entity \d+ is .* after tick 3: places there are .* apart and may be at most 0\.0009765625, 1\/1024/);
    });
    await using({ scenario: inWorld({ precision: 'any' }, apart), ...options }, (simulation) => simulation.step(10));
  });

  test(`${tier}: parameters that need more than there is where somebody is are refused, or end the run of several`, async () => {
    const apart = inWorld({ edge: 'open' }, { ...boids, params: { min_speed: 100_000, max_speed: 100_000 } });
    // After two ticks all are some 10,000 away; a quarter of the radius reaches to 4096.
    const finer = { neighbor_radius: 0.25, separation_radius: 0.25 };
    const said = /of entity \d+ is .*: places there are .* apart and may be at most 0\.00024414063/;
    await using({ scenario: apart, tier, workers: 1 }, async (simulation) => {
      await simulation.step(2);
      const error = await rejection(simulation.setParams(finer));
      assert.match(error.message, said);
      assert.equal((await simulation.step(1)).tick, 3);
    });
    await using({ scenario: apart, ...options }, async (simulation) => {
      await simulation.step(2);
      const error = await rejection(simulation.setParams(finer).then(() => simulation.step(1)));
      assert.match(error.message, said);
    });
  });

  test(`${tier}: an origin shifts initial columns in double precision`, async () => {
    const count = 40;
    const at = (scale, side) => Float64Array.from({ length: count }, (_, row) => ((row * scale) % (64 * side)) / 64);
    const [x, y, zero] = [at(97, 20), at(31, 16), new Float64Array(count)];
    const from = ([to_x, to_y]) => ({ x: x.map((one) => one + to_x), y: y.map((one) => one + to_y), vx: zero.fill(1), vy: zero });
    const run = (scenario) => using({ scenario, ...options }, async (simulation) => {
      await simulation.step(5);
      return [(await simulation.observe()).fingerprint, await simulation.snapshot()];
    });
    const origin = [448_000.25, 5_412_000.5];
    const { entities, ...rest } = boids;
    const far = inWorld({ origin }, { ...rest, initial: from(origin) });
    const [near] = await run({ ...rest, initial: from([0, 0]) });
    const [fingerprint, snapshot] = await run(far);
    assert.equal(fingerprint, near);
    // A snapshot has the origin too, and is of a run of that one alone.
    await using({ scenario: far, snapshot, ...options }, (simulation) => simulation.step(1));
    const other = inWorld({ origin: [448_000.25, 0] }, { ...rest, initial: from([448_000.25, 0]) });
    const error = await rejection(createSimulation({ scenario: other, snapshot, ...options }));
    assert.match(error.message, /`world\.origin` is \[448000\.25, 5412000\.5\] in the snapshot, but \[448000\.25, 0\] here/);
    // Places outside are told as the table has them.
    const outside = await rejection(createSimulation({ scenario: { ...far, initial: { ...from(origin), x: zero } }, ...options }));
    assert.match(outside.message, /`x` is 1: it must be inside the world, from 448000\.25 to 448020\.25/);
  });
}

test('what is no precision or origin is refused by name', async () => {
  const refused = async (more, text) => {
    const error = await rejection(createSimulation({ scenario: inWorld(more) }));
    assert.equal(error.name, 'InvalidInputError', String(error));
    assert.match(error.message, text);
  };
  await refused({ precision: 'all' }, /scenario\.world\.precision is "all": it must be "enough" or "any"/);
  await refused({ origin: [1] }, /scenario\.world\.origin is \[1\]: it must be a list of 2 numbers/);
  await refused({ origin: 7 }, /scenario\.world\.origin is 7: it must be a list of 2 numbers/);
  await refused({ origin: [1, 'x'] }, /scenario\.world\.origin\[1\] is "x"/);
  await refused({ origin: [1, 1e13] }, /world\.origin has 1e13: it must have numbers from -1e12 to 1e12/);
  await refused({ presicion: 'any' }, /"presicion" is not known, did you mean "precision"\?/);
});
