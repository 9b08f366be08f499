// Colours that nobody has chosen are told from a dark ground, in every model, at first and later.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulation } from '../dist/node.js';

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
