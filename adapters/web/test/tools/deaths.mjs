// A simulation whose workers are killed at random, behind the same calls: in Node.js, and in a page that imports this.

/** Whether a call was refused since a worker had died: it may be made again. */
const refused = ({ name, code }) => name === 'WorkerCrashError' || code === 'RECOVERING' || code === 'BUSY';

/**
 * Makes the calls of a simulation, and again where they are refused. Before some of them, or while they are under way,
 * `kill(number)` is called, with a number below 1. `seed` says when; there are always some calls between two deaths.
 */
export function dying(simulation, kill, seed) {
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) / (1 << 24);
  };
  const settled = async () => {
    while (simulation.state === 'recovering') await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const seen = { kills: 0, refusals: 0 };
  let spare = 5;
  const call = (name) => async (...args) => {
    spare -= 1;
    if (spare < 0 && random() < 0.25) {
      spare = 8;
      seen.kills += 1;
      const victim = random();
      if (random() < 0.4) kill(victim);
      else setTimeout(() => kill(victim), 3 * random());
    }
    for (;;) {
      await settled();
      try {
        return await simulation[name](...args);
      } catch (error) {
        if (!refused(error) || simulation.state === 'faulted') throw error;
        seen.refusals += 1;
      }
    }
  };
  return { seen, observe: call('observe'), send: call('send'), step: call('step'), setParams: call('setParams'), log: () => simulation.log() };
}
