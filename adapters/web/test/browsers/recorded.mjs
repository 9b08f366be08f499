/** Runs in a page: gives the inputs of a world of `inputs.mjs`, and gives their log. */
export async function recorded({ name, options }) {
  const { createSimulation } = await import('/dist/index.js');
  const { play, WORLDS } = await import('/test/tools/inputs.mjs');
  const simulation = await createSimulation({ scenario: WORLDS[name].scenario, watchdogMs: 60_000, ...options });
  const log = await play(simulation, WORLDS[name]);
  await simulation.dispose();
  return log;
}
