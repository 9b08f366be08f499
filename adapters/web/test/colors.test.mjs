// Colours that nobody has chosen are told from a dark ground, in every model, at first and later.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulation, palette } from '../dist/node.js';
import { until } from './tools/using.mjs';

/** Contrast to black as WCAG has it; 3 is what graphics need. */
function contrast([red, green, blue]) {
  const linear = (value) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  return (0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue) + 0.05) / 0.05;
}

const WORLDS = { boids: 0.05, tribes: 0.05, vicsek: 1, discs: 0.005, lennard_jones: 0.005 };

for (const [model, dt] of Object.entries(WORLDS)) {
  for (const colorBy of [undefined, 'speed']) {
    if (colorBy && model === 'vicsek') continue;
    test(`${model}, ${colorBy ?? 'by default'}: nothing is nearly black`, async () => {
      const scenario = { model, entities: 400, dt, world: { width: 40, height: 40 } };
      const simulation = await createSimulation({ scenario, workers: 1, ...(colorBy && { colorBy }) });
      try {
        for (const ticks of [0, 300]) {
          await simulation.step(ticks);
          const { tick, color, count } = simulation.acquireFrame();
          assert.equal(tick, ticks);
          const lowest = Math.min(...Array.from({ length: count }, (_, row) => contrast(color.subarray(4 * row, 4 * row + 3))));
          assert.ok(lowest >= 2.9, `at tick ${tick} a colour has a contrast of ${lowest.toFixed(2)}`);
        }
      } finally {
        await simulation.dispose();
      }
    });
  }
}

for (const tier of ['wasm-shared', 'wasm-transfer', 'js-single']) {
  test(`${tier}: a class has one colour, a value its place on the scale, a direction its place on the wheel`, async () => {
    const scenario = { model: 'tribes', entities: 300, seed: 3, dt: 0.05, world: { width: 20, height: 20 }, params: { tribes: 4 } };
    const columns = ['tribe', 'energy', 'vx', 'vy', 'genes'];
    const simulation = await createSimulation({ scenario, tier, workers: tier === 'js-single' ? 1 : 2, columns });
    try {
      /** What colours there are by a key of each row, after some ticks. */
      const painted = async (key) => {
        const { tick } = await simulation.step(2);
        await until(() => simulation.acquireFrame().tick === tick);
        const frame = simulation.acquireFrame();
        assert.ok(frame.position.every((value, at) => at % 3 < 2 || value === 0), 'the third coordinate is zero');
        const seen = new Map();
        for (let row = 0; row < frame.count; row++) {
          const color = [...frame.color.subarray(4 * row, 4 * row + 4)];
          assert.equal(color[3], 255);
          const found = key(frame.columns, row);
          if (found === undefined) continue;
          if (seen.has(found)) assert.deepEqual(seen.get(found), color, `two colours of ${found}`);
          seen.set(found, color);
        }
        return seen;
      };
      const tribes = await painted(({ tribe }, row) => tribe[row]);
      assert.equal(tribes.size, 4);
      assert.equal(new Set([...tribes.values()].map(String)).size, 4, 'each tribe has its own');
      const [least, most] = [0.2, 0.6];
      const ends = (value) => (value <= least ? 'dark' : value >= most ? 'bright' : undefined);
      const [dark, bright] = [[96, 78, 172, 255], [255, 250, 225, 255]];
      simulation.setColorBy('energy', [least, most]);
      assert.deepEqual((await painted(({ energy }, row) => ends(energy[row]))).get('bright'), bright);
      simulation.setColorBy('genes.3', [0.5, 0.5001]);
      const genes = await painted(({ genes }, row) => (genes[9 * row + 3] < 0.5 ? 'dark' : genes[9 * row + 3] > 0.5001 ? 'bright' : undefined));
      assert.deepEqual([genes.get('dark'), genes.get('bright')], [dark, bright]);
      simulation.setColorBy('speed', [0.001, 1e6]);
      assert.equal((await painted(({ vx, vy }, row) => (Math.hypot(vx[row], vy[row]) < 900 ? 'slow' : 'fast'))).size, 1);
      simulation.setColorBy('heading');
      const strongest = ({ vx, vy }, row) => {
        // The channels are cosines, a third of a turn apart.
        const angle = Math.atan2(vy[row], vx[row]);
        return [0, 120, -120].findIndex((degrees) => Math.cos(angle - (degrees * Math.PI) / 180) > 0.9);
      };
      await painted((all, row) => {
        const channel = strongest(all, row);
        if (channel < 0) return undefined;
        const color = simulation.acquireFrame().color.subarray(4 * row, 4 * row + 3);
        assert.equal(Math.max(...color), color[channel], `${color} in place of channel ${channel}`);
        return undefined;
      });
      simulation.setColorBy('none');
      assert.equal((await painted(() => 'all')).size, 1);
    } finally {
      await simulation.dispose();
    }
  });
}

for (const tier of ['wasm-shared', 'js-single']) {
  test(`${tier}: in space a heading has the colour of the wheel, and along z that of the pole`, async () => {
    // One for each way: along and against every axis, and one that stands.
    const ways = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1], [3, 4, 0.001], [0, 0, 0]];
    const column = (axis) => ways.map((way) => way[axis]);
    const spread = (axis) => ways.map((_, row) => 2 + 4 * ((row >> axis) & 1));
    const initial = { x: spread(0), y: spread(1), z: spread(2), vx: column(0), vy: column(1), vz: column(2) };
    const scenario = { model: 'boids', dt: 0.05, world: { width: 8, height: 8, depth: 8 }, params: { neighbor_radius: 1, separation_radius: 0.4, min_speed: 0 }, initial };
    const simulation = await createSimulation({ scenario, tier, workers: 1, colorBy: 'heading' });
    try {
      const { id, color, count } = simulation.acquireFrame();
      const of = new Map(Array.from({ length: count }, (_, row) => [id[row], [...color.subarray(4 * row, 4 * row + 3)]]));
      const painted = [...of.entries()].sort(([a], [b]) => a - b).map(([, one]) => one);
      const near = (one, other) => one.forEach((channel, index) => assert.ok(Math.abs(channel - other[index]) <= 2, `${one} is not ${other}`));
      near(painted[0], [255, 97, 97]);
      near(painted[1], [45, 202, 202]);
      near(painted[4], palette.poles[0]);
      near(painted[5], palette.poles[1]);
      // The wheel as in the plane, a third of a turn between the channels.
      const angle = Math.atan2(4, 3);
      near(painted[6], [0, 120, 240].map((degrees) => 150 + 105 * Math.cos(angle - (degrees * Math.PI) / 180)));
      assert.equal(new Set(painted.map(String)).size, ways.length, 'each has its own');
    } finally {
      await simulation.dispose();
    }
  });
}
