// The heap of a module near the end of its addresses: what does not fit is refused, and nothing overlaps.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const PAGE = 65536;
const MIB = 1 << 20;
const LAST = 3072 * MIB;

/** A module whose heap is the last 64 MiB of its memory of 3 GiB, of which a system gives what is touched. */
function high() {
  const memory = new WebAssembly.Memory({ initial: LAST / PAGE, maximum: 65535 });
  let grown = 0;
  const grow = (pages) => {
    grown += pages;
    return -1;
  };
  const env = { memory, grow, now: () => 0, wait() {}, notify() {} };
  const file = new URL('../dist/wasm/flockwork.wasm', import.meta.url);
  const x = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), { env }).exports;
  x.__stack_pointer.value = LAST / 2;
  x.fw_heap(LAST - 64 * MIB, LAST);
  return { grown: () => grown, alloc: (bytes) => x.fw_alloc(bytes) >>> 0, free: (at, bytes) => x.fw_free(at, bytes) };
}

test('what would reach beyond all addresses is refused, and what is given lies in the heap', () => {
  const { grown, alloc, free } = high();
  for (const bytes of [2047 * MIB, 1536 * MIB, 1024 * MIB, 1000 * MIB, 64 * MIB]) assert.equal(alloc(bytes), 0, `${bytes} bytes`);
  const pieces = [];
  for (const bytes of [20 * MIB, 1 * MIB]) {
    for (let at; (at = alloc(bytes)) !== 0; ) {
      assert.ok(at >= LAST - 64 * MIB && at + bytes <= LAST, `${bytes} bytes at ${at}`);
      pieces.push([at, bytes]);
    }
  }
  assert.ok(pieces.length >= 3 + 2, `${pieces.length} pieces`);
  pieces.sort(([one], [other]) => one - other);
  pieces.slice(1).forEach(([at], before) => assert.ok(at >= pieces[before][0] + pieces[before][1]));
  assert.equal(grown(), 0);
  const [at, bytes] = pieces.pop();
  free(at, bytes);
  assert.equal(alloc(2047 * MIB), 0);
  assert.equal(alloc(bytes), at);
});
