/** Who is in a loop over the view of space, and what many are like: numbers alone, without a browser. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Vector4 } from 'three';
import { withSources } from './sources.mjs';

const VIEW = [1280, 720];
const { OrbitCamera, inLoop, Group, fieldsOf, columnsOf, toolsOf, missingOf } = await withSources(async (load) => ({
  ...(await load('view/orbit.ts')),
  ...(await load('view/in-loop.ts')),
  ...(await load('view/look.ts')),
  ...(await load('sim/facts.ts')),
  ...(await load('sim/tools.ts')),
}));

/** Numbers that only seem random. */
function* numbers() {
  for (let state = 3; ; ) yield (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
}

test('those whose pictures are in a lasso are in it, across seams, and nobody behind the eye', () => {
  const random = numbers();
  const next = (most) => random.next().value * most;
  for (const wraps of [[true, true, true], [false, true, false]]) {
    const world = { sides: [30, 20, 10], wraps };
    const count = 3000;
    const position = Float32Array.from({ length: 3 * count }, (_, index) => next(world.sides[index % 3]));
    // Rows are in no order of ids.
    const id = Uint32Array.from({ length: count }, (_, row) => (row * 7919) % 10007);
    const camera = new OrbitCamera(false);
    camera.resize(...VIEW);
    camera.setWorld(world, Infinity);
    for (const [turnX, turnY, zoom] of [[0, 0, 1], [300, 90, 4], [-500, -200, 9]]) {
      camera.drag(turnX, turnY);
      camera.zoomAt(zoom, 600, 300);
      camera.ease(1, true);
      const lens = camera.look();
      const corners = [[300, 100], [1000, 150], [700, 380], [1100, 650], [350, 600]];
      const away = (row) => world.sides.map((side, axis) => {
        const way = position[3 * row + axis] - lens.center.toArray()[axis];
        return wraps[axis] ? way - side * Math.round(way / side) : way;
      });
      const wanted = [];
      for (let row = 0; row < count; row++) {
        const { x, y, w } = new Vector4(...away(row), 1).applyMatrix4(lens.project);
        const light = lens.fog > 0 ? Math.exp(-lens.fog * (w - 1)) : 1;
        if (w < 0.04 || light < 0.08) continue;
        const at = [(0.5 + x / w / 2) * VIEW[0], (0.5 - y / w / 2) * VIEW[1]];
        if (windings(corners, at) !== 0) wanted.push(id[row]);
      }
      assert.ok(wanted.length > 20 && wanted.length < count, `${wanted.length}`);
      assert.deepEqual([...inLoop({ position, id, count }, world, lens, corners, VIEW)], wanted.sort((a, b) => a - b));
    }
  }
});

/** How often corners go around a point, by the angles under which it sees them. */
function windings(corners, [x, y]) {
  const angles = corners.map(([toX, toY]) => Math.atan2(toY - y, toX - x));
  const sum = angles.reduce((all, angle, index) => {
    const turn = angle - angles.at(index - 1);
    return all + turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI));
  }, 0);
  return Math.round(sum / (2 * Math.PI));
}

const column = (name, more = {}) => ({ name, about: '', scalar: 'f32', components: 1, reach: 'owned', min: 0, max: 1, ...more });
const MODEL = {
  name: 'of my own',
  columns: [column('x'), column('y'), column('id', { scalar: 'u32' }), column('vx'), column('vy'), column('energy'), column('kind', { scalar: 'u8' }), column('alive', { scalar: 'bool' }), column('force', { reach: 'scratch' }), column('genes', { components: 3 })],
  params: [],
  fields: [{ name: 'heat', about: 'how warm it is', unit: 'kelvin' }, { name: 'scent', about: '', unit: '' }],
  pokes: ['push'],
};
const IN_SPACE = { ...MODEL, columns: [...MODEL.columns, column('z'), column('vz')], params: [{ name: 'shapes' }] };

test('facts are of all who are selected and in the frame, thousands of them', () => {
  const count = 5000;
  const random = numbers();
  const id = Uint32Array.from({ length: count }, (_, row) => (row * 7919) % 10007);
  const columns = Object.fromEntries(['vx', 'vy', 'energy'].map((name) => [name, Float32Array.from({ length: count }, () => random.next().value - 0.3)]));
  columns.kind = Uint8Array.from({ length: count }, (_, row) => row % 3);
  const ids = id.filter((_, row) => row % 4 !== 0).sort();
  const gone = 10_050;
  const group = new Group(Uint32Array.of(...ids, gone));
  const rows = Array.from({ length: count }, (_, row) => row).filter((row) => row % 4 !== 0);
  assert.equal(rows.length, 3750);
  const { facts, count: found } = group.facts(MODEL, { id, count, columns });
  assert.equal(found, rows.length);
  assert.deepEqual(facts.map(({ name }) => name), ['speed', 'energy', 'kind']);
  const values = { speed: (row) => Math.hypot(columns.vx[row], columns.vy[row]), energy: (row) => columns.energy[row], kind: (row) => columns.kind[row] };
  for (const { name, mean, least, most } of facts) {
    const all = rows.map(values[name]);
    const near = (value, wanted) => assert.ok(Math.abs(value - wanted) < 1e-9, `${name}: ${value} instead of ${wanted}`);
    near(mean, all.reduce((sum, one) => sum + one, 0) / all.length);
    near(least, Math.min(...all));
    near(most, Math.max(...all));
  }
});

test('a model of one\'s own shows its fields and columns; of what space has that is not drawn it is said', () => {
  assert.deepEqual(fieldsOf(MODEL), ['heat', 'scent']);
  assert.deepEqual(columnsOf(MODEL), ['vx', 'vy', 'energy', 'kind']);
  assert.equal(missingOf(MODEL), null);
  assert.ok(['frighten', 'select', 'paint'].every((name) => toolsOf(MODEL).includes(name)));
  assert.deepEqual(fieldsOf(IN_SPACE), []);
  const tools = toolsOf(IN_SPACE);
  assert.ok(tools.includes('select') && !tools.includes('paint') && !tools.includes('draw'), `${tools}`);
  assert.match(missingOf(IN_SPACE), /What stands in it.*The field heat.*in the plane alone, so there is no tool/);
});
