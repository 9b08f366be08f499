// The kernels of `createSimCore` beside plain typed arrays that do the same, in one run of Node, in
// turns and in processor time, so that a busy machine disturbs little. See README.md.
//
//     node benches/web/core.mjs [--entities N] [--rounds N]
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { createSimCore } from '../../adapters/web/dist/node.js';

const { values } = parseArgs({
  options: { entities: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '20' } },
});
const count = Number(values.entities);
// 20 neighbours within a radius of 1 on average.
const side = Math.fround(Math.sqrt((count * Math.PI) / 20));
const DT = 0.05;

/** A good web developer's own: typed arrays, a counting sort, positions beside the cells, no allocation. */
class Plain {
  constructor({ x, y, vx, vy, ax, ay }) {
    [this.x, this.y, this.vx, this.vy, this.ax, this.ay] = [x, y, vx, vy, ax, ay].map((column) => column.slice());
    this.cols = Math.ceil(side);
    this.starts = new Uint32Array(this.cols * this.cols + 2);
    this.cells = new Uint32Array(count);
    [this.xs, this.ys, this.ids] = [new Float32Array(count), new Float32Array(count), new Uint32Array(count)];
    this.keys = new Float64Array(1024);
    this.offsets = new Uint32Array(count + 1);
    this.found = new Uint32Array(count * 64);
  }

  movement(dt) {
    const { x, y, vx, vy } = this;
    let met = 0;
    for (let i = 0; i < count; i++) {
      let px = x[i] + vx[i] * dt;
      let py = y[i] + vy[i] * dt;
      if (px < 0 || px >= side || py < 0 || py >= side) {
        met++;
        px -= Math.floor(px / side) * side;
        py -= Math.floor(py / side) * side;
      }
      x[i] = px;
      y[i] = py;
    }
    return met;
  }

  physics(dt) {
    const { x, y, vx, vy, ax, ay } = this;
    let met = 0;
    for (let i = 0; i < count; i++) {
      const ux = vx[i] + ax[i] * dt;
      const uy = vy[i] + ay[i] * dt;
      let px = x[i] + ux * dt;
      let py = y[i] + uy * dt;
      if (px < 0 || px >= side || py < 0 || py >= side) {
        met++;
        px -= Math.floor(px / side) * side;
        py -= Math.floor(py / side) * side;
      }
      vx[i] = ux;
      vy[i] = uy;
      x[i] = px;
      y[i] = py;
    }
    return met;
  }

  rebuild() {
    const { x, y, cols, starts, cells, xs, ys, ids } = this;
    const scale = cols / side;
    starts.fill(0);
    for (let i = 0; i < count; i++) {
      const cell = Math.min(cols - 1, (y[i] * scale) | 0) * cols + Math.min(cols - 1, (x[i] * scale) | 0);
      cells[i] = cell;
      starts[cell + 2]++;
    }
    for (let cell = 1; cell < starts.length; cell++) starts[cell] += starts[cell - 1];
    for (let i = 0; i < count; i++) {
      const at = starts[cells[i] + 1]++;
      xs[at] = x[i];
      ys[at] = y[i];
      ids[at] = i;
    }
  }

  /** Writes the ids near a point to `found` from `at` on, the nearest first; gives where they end. */
  query(px, py, radius, most, but, at) {
    const { cols, starts, xs, ys, ids, keys, found } = this;
    const scale = cols / side;
    const line = (value) => Math.max(0, Math.min(cols - 1, Math.floor(value * scale)));
    const [left, right, bottom, top] = [line(px - radius), line(px + radius), line(py - radius), line(py + radius)];
    const reach = radius * radius;
    let near = 0;
    for (let row = bottom; row <= top; row++) {
      const end = starts[row * cols + right + 1];
      for (let k = starts[row * cols + left]; k < end; k++) {
        const dx = xs[k] - px;
        const dy = ys[k] - py;
        const d2 = dx * dx + dy * dy;
        if (d2 >= reach || ids[k] === but) continue;
        // Sorted as it comes: for some twenty that is the fastest.
        let place = near++;
        while (place > 0 && keys[place - 1] > d2) {
          keys[place] = keys[place - 1];
          found[at + place] = found[at + place - 1];
          place--;
        }
        keys[place] = d2;
        found[at + place] = ids[k];
      }
    }
    return at + Math.min(near, most);
  }

  queryOf(radius, most) {
    const { x, y, offsets } = this;
    let at = 0;
    for (let i = 0; i < count; i++) {
      at = this.query(x[i], y[i], radius, most, i, at);
      offsets[i + 1] = at;
    }
    return at;
  }
}

const core = await createSimCore({ capacity: count, world: { width: side, height: side } });
let state = 1;
const random = () => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;
for (let row = 0; row < count; row++) {
  core.columns.x[row] = random() * side;
  core.columns.y[row] = random() * side;
  for (const name of ['vx', 'vy', 'ax', 'ay']) core.columns[name][row] = random() - 0.5;
}
const plain = new Plain(core.columns);

const POINTS = 10_000;
const points = Float32Array.from({ length: 2 * POINTS }, () => random() * side);
const [xs, ys] = [0, 1].map((axis) => points.filter((_, index) => index % 2 === axis));
const some = (query) => {
  let sum = 0;
  for (let k = 0; k < 2 * POINTS; k += 2) sum += query(points[k], points[k + 1]);
  return sum;
};

/** What is timed: by the core, by plain arrays; both give what must be equal. And how many times. */
const WORK = {
  'moving by velocity': [() => core.process_movement(0, count, DT), () => plain.movement(DT), 10],
  'acceleration, then moving': [() => core.integrate_physics(0, count, DT), () => plain.physics(DT), 10],
  'rebuilding the hash': [() => core.rebuild_spatial_hash(0, count, 1), () => plain.rebuild(), 4],
  '10,000 points, one by one': [
    () => some((x, y) => core.query_neighbors(x, y, 1, 64).length),
    () => some((x, y) => plain.query(x, y, 1, 64, -1, 0)),
    1,
  ],
  '10,000 points at once': [
    () => core.query_neighbors_at(xs, ys, 1, 64).ids.length,
    () => some((x, y) => plain.query(x, y, 1, 64, -1, 0)),
    1,
  ],
  'a query of every entity': [() => core.query_neighbors_of(0, count, 1, 64).ids.length, () => plain.queryOf(1, 64), 1],
};

console.log(`${count} entities, 20 neighbours on average, Node ${process.version}; ${cpus().length} processors (${cpus()[0].model}), load ${loadavg()[0].toFixed(1)}`);
console.log(`least of ${values.rounds} rounds, in turns, of processor time:`);
const least = Object.fromEntries(Object.keys(WORK).map((name) => [name, [Infinity, Infinity]]));
let apart = 0;
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, [own, other, times]] of Object.entries(WORK)) {
    const results = [own, other].map((work, index) => {
      let result;
      for (let time = 0; time < times; time++) {
        const begin = process.cpuUsage();
        result = work();
        const { user, system } = process.cpuUsage(begin);
        least[name][index] = Math.min(least[name][index], (user + system) / 1000);
      }
      return result;
    });
    // Plain numbers are rounded later than columns, so now and then one entity more is met.
    if (typeof results[0] === 'number') apart = Math.max(apart, Math.abs(results[0] - results[1]) / Math.max(1, results[0]));
  }
}
if (!(apart < 0.01)) throw new Error(`results are ${apart} apart`);
for (const [name, [own, other]] of Object.entries(least)) {
  console.log(`  ${name.padEnd(26)} core ${own.toFixed(3).padStart(8)} ms   plain ${other.toFixed(3).padStart(8)} ms   ${(other / own).toFixed(1)} times`);
}
core.dispose();
