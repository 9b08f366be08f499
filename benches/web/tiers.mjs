// The tiers of the package beside each other in Node, with one worker each: how much slower the
// kernels are as JavaScript than as WebAssembly, in processor time, so that a busy machine disturbs
// little. V8 optimises in the background: the first rounds are slow. See README.md.
//
//     node benches/web/tiers.mjs [--entities N] [--rounds N] [--ticks N] [--base FOLDER]
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { createSimulation } from '../../adapters/web/dist/node.js';

const { values } = parseArgs({
  options: {
    entities: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '25' },
    ticks: { type: 'string', default: '4' },
    base: { type: 'string' },
  },
});
const entities = Number(values.entities);
const TICKS = Number(values.ticks);
const assets = values.base ? { base: values.base } : {};

/** Worlds of some 20 neighbours for each entity, or as dense as the model's own scenario. */
const WORLDS = { boids: [Math.PI / 20, 0.05], tribes: [0.5, 0.05], vicsek: [0.25, 1], discs: [2, 0.01], lennard_jones: [1.6, 0.002] };

const make = (model, tier) => {
  const [room, dt] = WORLDS[model];
  const side = Math.sqrt(entities * room);
  return createSimulation({ scenario: { model, entities, dt, world: { width: side, height: side } }, tier, workers: 1, assets });
};

console.log(`${entities} entities, one worker, Node ${process.version}; ${cpus().length} processors (${cpus()[0].model}), load ${loadavg()[0].toFixed(1)}`);
console.log(`least of ${values.rounds} rounds of ${TICKS} ticks, ms of processor time per tick:`);
for (const model of Object.keys(WORLDS)) {
  const tiers = ['wasm-shared', 'js-workers'];
  const simulations = await Promise.all(tiers.map((tier) => make(model, tier)));
  // What is compiled while it runs is compiled before it is timed.
  for (const one of simulations) await one.step(2 * TICKS);
  const prints = await Promise.all(simulations.map(async (one) => (await one.observe()).fingerprint));
  if (prints[0] !== prints[1]) throw new Error(`${model}: the tiers differ after ${2 * TICKS} ticks`);
  const least = tiers.map(() => Infinity);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [index, one] of simulations.entries()) {
      const begin = process.cpuUsage();
      await one.step(TICKS);
      const { user, system } = process.cpuUsage(begin);
      least[index] = Math.min(least[index], (user + system) / 1000 / TICKS);
    }
  }
  await Promise.all(simulations.map((one) => one.dispose()));
  const [wasm, js] = least;
  console.log(`  ${model.padEnd(14)} wasm-shared ${wasm.toFixed(2).padStart(7)}   js-workers ${js.toFixed(2).padStart(8)}   ${(js / wasm).toFixed(1)} times`);
}
