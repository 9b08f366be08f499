// A worker whose module traps at its 30th call of `fw_poll`, unless the mark file is there.
import { existsSync, writeFileSync } from 'node:fs';
import { serveNode } from '../../dist/node-worker.js';

const mark = process.env.FLOCKWORK_TEST_MARK;
const CALLS = 30;

// (func (export "trap") unreachable)
const TRAP = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 116, 114, 97, 112, 0, 0, 10, 5, 1, 3, 0, 0, 11]);
const Instance = WebAssembly.Instance;
const { trap } = new Instance(new WebAssembly.Module(TRAP)).exports;

WebAssembly.Instance = function (module, imports) {
  const exports = { ...new Instance(module, imports).exports };
  const poll = exports.fw_poll;
  let calls = 0;
  exports.fw_poll = (sim) => {
    calls += 1;
    if (calls === CALLS && !existsSync(mark)) {
      writeFileSync(mark, 'trapped');
      trap();
    }
    return poll(sim);
  };
  return { exports };
};
serveNode(null);
