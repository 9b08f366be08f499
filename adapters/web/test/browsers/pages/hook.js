// In the page: `useSimulation` and `useMetrics` as components use them.
import { createElement as h, StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { createSimulation } from 'flockwork';
import { useMetrics, useSimulation, useSimulationState } from 'flockwork/react';

const scenario = { model: 'tribes', entities: 200, seed: 1, dt: 0.05, world: { width: 25, height: 24.5 } };

function newRoot() {
  return createRoot(document.body.appendChild(document.createElement('div')));
}

function Stepping({ seed, done }) {
  const { simulation, status, error } = useSimulation({ scenario: { ...scenario, seed }, workers: 2 });
  const metrics = useMetrics(simulation, 50);
  useEffect(() => {
    if (status === 'error') done(error.message);
    if (simulation && metrics) void simulation.step(1).then(({ tick }) => done(tick), (problem) => done(problem.code));
  }, [simulation, status, metrics !== null]);
  return h('p', null, status);
}

/** Mounts and unmounts so many times; gives the tick that each came to. */
window.cycles = async (count) => {
  const seen = [];
  for (let index = 0; index < count; index++) {
    const root = newRoot();
    seen.push(await new Promise((done) => root.render(h(StrictMode, null, h(Stepping, { seed: index + 1, done })))));
    root.unmount();
  }
  return seen;
};

/** A component whose options can be set anew; `until` waits for a result of the hook. */
function watched() {
  const root = newRoot();
  const waiting = new Set();
  let latest = null;
  function One({ options }) {
    latest = useSimulation(options);
    useEffect(() => {
      for (const look of waiting) look();
    });
    return null;
  }
  return {
    get result() {
      return latest;
    },
    render: (options) => root.render(h(StrictMode, null, h(One, { options }))),
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => latest && holds(latest) && (waiting.delete(look), resolve(latest));
        waiting.add(look);
        look();
      }),
    unmount: () => root.unmount(),
  };
}

const ready = ({ status, simulation, error }) => status === 'ready' && simulation && error === null;

/** The fingerprint after ten ticks, of which the last seven are with other parameters. */
async function reference(before, after) {
  const simulation = await createSimulation({ scenario: { ...scenario, params: before }, workers: 2 });
  await simulation.step(3);
  await simulation.setParams(after);
  await simulation.step(7);
  const { fingerprint } = await simulation.observe();
  await simulation.dispose();
  return fingerprint;
}

/** Lists what is set on a simulation; `until` waits for a number of answers. */
function listSets(simulation) {
  const sets = [];
  let look = () => {};
  const set = simulation.setParams.bind(simulation);
  simulation.setParams = async (params) => {
    await set(params);
    sets.push(params);
    look();
  };
  return {
    sets,
    until: (count) => new Promise((resolve) => (look = () => sets.length >= count && resolve())),
  };
}

/** Changes one option after the other; tells what became of the simulation each time. */
window.changes = async () => {
  const one = watched();
  const options = (params, more = {}) => ({ scenario: { ...scenario, world: { ...scenario.world }, params }, workers: 2, ...more });
  one.render(options({ bite_rate: 2 }));
  const { simulation: first } = await one.until(ready);
  const { sets, until } = listSets(first);
  await first.step(3);
  const seen = {};

  // Equal values in another order, and functions that are others each time.
  one.render({ workers: 2, onProgress: () => {}, ...options({ bite_rate: 2 }) });
  // Parameters, a rate and colours that are others.
  const settings = { rate: 10, colorBy: 'energy' };
  const colors = first.acquireFrame().color.slice(0, 40).join();
  const answered = until(1);
  one.render(options({ grazing: 0.5, bite_rate: 5 }, settings));
  await answered;
  await first.step(7);
  seen.same = one.result.simulation === first;
  seen.sets = sets.slice();
  seen.fingerprint = (await first.observe()).fingerprint === (await reference({ bite_rate: 2 }, { bite_rate: 5, grazing: 0.5 }));
  seen.colors = first.acquireFrame().color.slice(0, 40).join() !== colors;

  one.render(options({ bite_rate: -1, grazing: 0.5 }, settings));
  const { status, error, simulation } = await one.until((result) => result.error !== null);
  seen.refused = [status, error.code, /bite_rate/.test(error.message), simulation === first];
  one.render(options({ bite_rate: 5, grazing: 0.5 }, settings));
  await one.until(ready);
  // What is not given any more is as it was at first.
  const unset = until(2);
  one.render(options({ bite_rate: 5 }, settings));
  await unset;
  seen.unset = sets.at(-1);

  // This one acts at tick 0 alone.
  one.render(options({ bite_rate: 5, tribes: 2 }, settings));
  const { simulation: second } = await one.until((result) => ready(result) && result.simulation !== first);
  seen.begunAnew = [first.state, second.scenario.params.tribes, second.metrics().tick];
  one.unmount();
  return seen;
};

/** The caller's signal ends what it began, and another one begins anew. */
window.signals = async () => {
  const one = watched();
  const controller = new AbortController();
  one.render({ scenario, workers: 2, signal: controller.signal });
  const { simulation } = await one.until(ready);
  controller.abort(new Error('enough'));
  const ended = await one.until(({ status }) => status === 'error');
  const seen = { state: simulation.state, error: ended.error.message, simulation: ended.simulation };
  one.render({ scenario, workers: 2, signal: new AbortController().signal });
  const again = await one.until(ready);
  seen.again = again.simulation.state;
  one.unmount();
  const stopped = watched();
  stopped.render({ scenario, workers: 2, signal: AbortSignal.abort(new Error('before')) });
  seen.before = (await stopped.until(({ status }) => status === 'error')).error.message;
  stopped.unmount();
  return seen;
};

/**
 * Two components with metrics of one simulation, until both have seen it tick and compute some
 * times, or for a minute: their rates, and shares of waiting.
 */
window.twoMetrics = async () => {
  const root = newRoot();
  const simulation = await createSimulation({ scenario, workers: 1, rate: 50 });
  const end = performance.now() + 60_000;
  simulation.start();
  const rates = await new Promise((done) => {
    const seen = [[], []];
    const Rate = ({ index, hertz }) => {
      const metrics = useMetrics(simulation, hertz);
      const state = useSimulationState(simulation);
      useEffect(() => {
        if (metrics && state === 'running') seen[index].push([metrics.ticksPerSecond, metrics.workers[0].wait]);
        const enough = (one) => one.filter(([rate, wait]) => rate > 0 && wait < 1).length >= 6;
        if (seen.every(enough) || performance.now() > end) done(seen);
      }, [metrics]);
      return null;
    };
    root.render([h(Rate, { key: 0, index: 0, hertz: 8 }), h(Rate, { key: 1, index: 1, hertz: 8 })]);
  });
  root.unmount();
  await simulation.dispose();
  return rates;
};

window.ready = true;
