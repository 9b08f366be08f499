// A worker whose module fails in the midst of its tenth tick: reading the clock throws there.
import { serveNode } from '../../dist/node-worker.js';

const TICK = 10;
const Instance = WebAssembly.Instance;

WebAssembly.Instance = function (module, imports) {
  const { now } = imports.env;
  let ticks = 0;
  let polling = false;
  const env = {
    ...imports.env,
    now: () => {
      if (polling && ticks === TICK) throw new Error('the clock has stopped');
      return now();
    },
  };
  const exports = { ...new Instance(module, { env }).exports };
  const { fw_begin: begin, fw_poll: poll } = exports;
  exports.fw_begin = (sim) => {
    ticks += 1;
    begin(sim);
  };
  exports.fw_poll = (sim) => {
    polling = true;
    const state = poll(sim);
    polling = false;
    return state;
  };
  return { exports };
};
serveNode(null);
