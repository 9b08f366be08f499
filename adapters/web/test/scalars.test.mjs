// Every kind of column that a model may have: rows, streams of frames, colours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { colorOf, streamsOf } from '../dist/input.js';
import { unpack } from '../dist/model.js';
import { rowBytes } from '../dist/worker/leader.js';

const column = (name, scalar, components = 1, reach = 'owned') => ({ name, about: '', scalar, components, reach, min: 0, max: 1 });
const model = {
  fields: [],
  name: 'all',
  about: '',
  columns: [column('id', 'u32'), column('x', 'f32'), column('y', 'f32'), column('two', 'i32', 2), column('long', 'u64'), column('yes', 'bool'), column('small', 'u16'), column('least', 'u8'), column('none', 'f32', 1, 'scratch')],
  params: [],
  stats: [],
};

test('a row of every kind of column is read', () => {
  const bytes = 4 + 4 + 4 + 2 * 4 + 8 + 1 + 2 + 1;
  assert.equal(rowBytes(model), bytes);
  const view = new DataView(new ArrayBuffer(bytes));
  view.setUint32(0, 7, true);
  view.setFloat32(4, 1.5, true);
  view.setFloat32(8, -2.5, true);
  view.setInt32(12, -3, true);
  view.setInt32(16, 2 ** 31 - 1, true);
  view.setBigUint64(20, 2n ** 40n + 1n, true);
  view.setUint8(28, 1);
  view.setUint16(29, 65535, true);
  view.setUint8(31, 255);
  const { columns } = unpack(model, 7, view.buffer);
  assert.deepEqual(columns, { id: 7, x: 1.5, y: -2.5, two: [-3, 2 ** 31 - 1], long: 2 ** 40 + 1, yes: 1, small: 65535, least: 255 });
});

test('every kind of column is as wide in a frame as it is in a row', () => {
  const names = model.columns.map(({ name }) => name);
  assert.deepEqual(streamsOf(model, { columns: names }).strides.slice(4), [4, 4, 4, 8, 8, 1, 2, 1, 4]);
});

test('colours show numbers of at most 32 bits', () => {
  for (const name of ['x', 'two.1', 'yes', 'small', 'least']) assert.equal(colorOf(model, name).range, null);
  assert.throws(() => colorOf(model, 'long'), /colorBy is "long": it must be a column of numbers of at most 32 bits/);
});
