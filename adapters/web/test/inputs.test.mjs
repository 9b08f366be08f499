// Inputs in every tier: one log, which the native command replays, and what is refused.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { goldenLog } from './tools/golden.mjs';
import { play, WORLDS } from './tools/inputs.mjs';
import { rejection, using } from './tools/using.mjs';

const SCENARIO = WORLDS.inputs.scenario;

const TIERS = [
  { tier: 'wasm-shared', workers: 3 },
  { tier: 'wasm-transfer', workers: 2 },
  { tier: 'js-workers', workers: 2 },
  { tier: 'js-single' },
];

for (const options of TIERS) {
  for (const [name, world] of Object.entries(WORLDS)) {
    // To record it anew: `npm run record`.
    test(`${options.tier}, ${name}: 200 inputs leave the golden log`, () =>
      using({ scenario: world.scenario, ...options }, async (simulation) => {
        assert.equal(await play(simulation, world), readFileSync(goldenLog(name), 'utf8'));
      }));
  }

  test(`${options.tier}: what cannot be done is told, and nothing of it is`, () =>
    using({ scenario: SCENARIO, ...options }, async (simulation) => {
      const before = await simulation.observe();
      for (const [input, code, told] of [
        [{ remove: 4000 }, 'BAD_INPUT', /input 1 at tick 0: `remove` is for entity 4000, which is not there/],
        [{ set: { id: 3, weight: 1 } }, 'BAD_INPUT', /no column `weight`; it has x, y, vx, vy/],
        [{ spawn: { x: 17, y: 1 } }, 'BAD_INPUT', /`x` is 17: it must be inside the world, from 0 to 16/],
        [{ params: { cohesion: -1 } }, 'BAD_INPUT', /cohesion/],
        [{ poke: { at: [1, 1], radius: 1, bite: 1 } }, 'BAD_INPUT', /a poke has no `bite`; it has push/],
        [{ hug: 1 }, 'INVALID_OPTION', /inputs\[1\] is .* one of spawn, remove, set, params, poke, field, door/],
        [{ set: { x: 1 } }, 'INVALID_OPTION', /inputs\[1\]\.set\.id/],
        [{ door: { shape: 0, open: true } }, 'BAD_INPUT', /the model `boids` has no shapes, so no doors/],
        [{ door: { shape: -1, open: true } }, 'INVALID_OPTION', /inputs\[1\]\.door\.shape is -1/],
        [{ door: { shape: 0, open: 1 } }, 'INVALID_OPTION', /inputs\[1\]\.door\.open is 1/],
        [{ spawn: { x: Number.NaN } }, 'INVALID_OPTION', /inputs\[1\]\.spawn\.x is NaN/],
      ]) {
        const error = await rejection(simulation.send([{ remove: 7 }, input]));
        assert.equal(error.code, code, error.message);
        assert.match(error.message, told);
        assert.deepEqual(await simulation.observe(), before);
      }
      assert.deepEqual(await simulation.send([{ remove: 7 }, { spawn: {} }]), { tick: 0, ids: [SCENARIO.entities] });
      await simulation.step(2);
    }));
}

test('a run that was restored has no log', () =>
  using({ scenario: SCENARIO, tier: 'wasm-transfer', workers: 1 }, async (simulation) => {
    await simulation.restore(await simulation.snapshot());
    assert.equal((await rejection(simulation.log())).code, 'RESTORED');
  }));

for (const [name, { scenario }] of Object.entries(WORLDS)) {
  test(`${name}: a push is as fast as the way from its point is long, and moves nothing that stands`, () =>
    using({ scenario, tier: 'wasm-transfer', workers: 2 }, async (simulation) => {
      const { width, height, edge } = scenario.world;
      const all = () => Promise.all(Array.from({ length: scenario.entities }, async (_, id) => (await simulation.entity(id)).columns));
      const before = await all();
      const at = [before.at(-1).x, before.at(-1).y];
      const [radius, push] = [0.6 * Math.min(width, height), 1.5];
      await simulation.send([{ poke: { at, radius, push } }]);
      const after = await all();
      const around = (way, side, axis) => ((Array.isArray(edge) ? edge[axis] : edge) === 'periodic' ? way - side * Math.round(way / side) : way);
      let [hit, stood] = [0, 0];
      before.forEach((one, id) => {
        const way = [around(one.x - at[0], width, 0), around(one.y - at[1], height, 1)];
        const far = Math.hypot(...way);
        if (Math.abs(far - radius) < 1e-5) return;
        const within = far < radius;
        hit += Number(within);
        stood += Number(within && one.wall === 1);
        const speed = within && one.wall !== 1 ? push : 0;
        ['vx', 'vy'].forEach((column, axis) => {
          const change = after[id][column] - one[column];
          assert.ok(Math.abs(change - speed * way[axis]) < 1e-5, `${column} of ${id} changed by ${change}`);
        });
      });
      assert.ok(hit > 10 && hit < before.length, `${hit} were hit`);
      assert.equal(stood > 0, scenario.model === 'sph');
    }));
}
