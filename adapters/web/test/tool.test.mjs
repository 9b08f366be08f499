// What `flockwork-wasm` makes is whole, or it says so.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { asModule, checkThreads, whole } from '../bin/flockwork-wasm.mjs';

const SCRIPT = readFileSync(new URL('../dist/wasm/flockwork.js', import.meta.url), 'utf8');

test('what is no output of wasm2js is refused', () => {
  for (const text of ['', 'function asmFunc(imports) {', 'var memasmFunc = new ArrayBuffer(0);\nfunction asmFunc(imports) {}']) {
    assert.throws(() => asModule(text), new RegExp(`wasm2js wrote ${text.length} characters of something else`));
  }
  const module = asModule('import * as env from "env";\nfunction asmFunc(imports) { return {}; }\nvar memasmFunc = 1;\n');
  assert.match(module, /^[^]*function asmFunc\(imports\) \{ return \{\}; \}\nexport default asmFunc;\n$/);
});

test('a module that is empty, or was cut off, is refused with its length and what it lacks', () => {
  assert.equal(whole(SCRIPT), SCRIPT);
  assert.throws(() => whole(''), /has 0 characters and lacks fw_abi, fw_new, fw_poll, a default export: build it again/);
  assert.throws(() => whole(SCRIPT.slice(0, SCRIPT.length / 2)), /characters and lacks .*a default export/);
  assert.throws(() => whole('export default function () {}'), /lacks fw_abi, fw_new, fw_poll: build it again/);
});

test('a module with a standard library of its own is refused where threads share a memory', () => {
  // (module (func (export "fw_std")))
  const std = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 10, 1, 6, ...Buffer.from('fw_std'), 0, 0, 10, 4, 1, 2, 0, 11];
  assert.throws(() => checkThreads(Uint8Array.from(std), 'flockwork.shared.wasm'), /flockwork\.shared\.wasm cannot be made .* build with --only simd,scalar/);
  checkThreads(readFileSync(new URL('../dist/wasm/flockwork.shared.wasm', import.meta.url)), 'flockwork.shared.wasm');
});
