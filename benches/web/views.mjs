// What views cost in Node: who is in an area, and where everybody is between two frames, beside plain loops over the same
// frames that do the same; in turns and in processor time, so that a busy machine disturbs little. See README.md.
//
//     node benches/web/views.mjs [--entities N] [--rounds N] [--workers N]
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { createSimulation, placesBetween } from '../../adapters/web/dist/node.js';

const { values } = parseArgs({
  options: { entities: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '25' }, workers: { type: 'string', default: '2' } },
});
const entities = Number(values.entities);
// As dense as the scenario `boids`.
const side = Math.sqrt((entities * Math.PI) / 20);
const world = { width: side, height: side };
const simulation = await createSimulation({ scenario: { model: 'boids', entities, dt: 0.05, world }, workers: Number(values.workers) });

/** How far it is from one coordinate to another, around a seam. */
const away = (from, to) => {
  const straight = Math.abs(from - to);
  return Math.min(straight, side - straight);
};

function plainWithin({ position, id, count }, { x, y, radius }) {
  const found = [];
  for (let row = 0; row < count; row++) {
    const [dx, dy] = [away(position[3 * row], x), away(position[3 * row + 1], y)];
    if (dx * dx + dy * dy <= radius * radius) found.push(id[row]);
  }
  return Uint32Array.from(found).sort();
}

function plainLasso({ position, id, count }, corners) {
  const found = [];
  for (let row = 0; row < count; row++) {
    const [x, y] = [position[3 * row], position[3 * row + 1]];
    let inside = false;
    for (let one = 0, before = corners.length - 1; one < corners.length; before = one++) {
      const [[ax, ay], [bx, by]] = [corners[one], corners[before]];
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    }
    if (inside) found.push(id[row]);
  }
  return Uint32Array.from(found).sort();
}

const middle = side / 2;
const disc = (share) => ({ x: middle, y: middle, radius: side * Math.sqrt(share / Math.PI) });
/** A polygon of twenty corners, inside of the world. */
const lasso = Array.from({ length: 20 }, (_, corner) => {
  const [angle, reach] = [(corner / 10) * Math.PI, side * (corner % 2 ? 0.4 : 0.2)];
  return [middle + reach * Math.cos(angle), middle + reach * Math.sin(angle)];
});

/** Places between two frames by a map from ids to rows: what comes to mind first. */
class PlainPast {
  rows = new Map();
  before = new Float32Array(3 * entities);

  next({ position, id, count }) {
    const previous = position.slice(0, 3 * count);
    for (let row = 0; row < count; row++) {
      const old = this.rows.get(id[row]);
      if (old === undefined) continue;
      for (let axis = 0; axis < 2; axis++) {
        const [from, to] = [this.before[3 * old + axis], position[3 * row + axis]];
        previous[3 * row + axis] = to - from > middle ? from + side : from - to > middle ? from - side : from;
      }
    }
    this.rows.clear();
    for (let row = 0; row < count; row++) this.rows.set(id[row], row);
    this.before = position.slice(0, 3 * count);
    return previous;
  }
}

await simulation.step(1);
const reader = simulation.reader({ interpolate: true });
const out = new Float32Array(3 * 2 * entities);
const past = new PlainPast();
let shown = reader.acquire();
past.next(shown);

/** Another frame: what the reader does with it, and the plain program with the same. */
async function frames(time) {
  await simulation.step(1);
  const tick = simulation.metrics().tick;
  await time('reading', 'between', () => {
    shown = reader.acquire();
  });
  if (!shown.fresh || shown.tick !== tick) throw new Error(`frame ${shown.tick} instead of ${tick}`);
  let plain;
  await time('plain', 'between', () => (plain = past.next(shown)));
  for (let at = 0; at < plain.length; at++) if (plain[at] !== shown.previous[at]) throw new Error(`place ${at} differs`);
  await time('places', 'between', () => placesBetween(shown, world, out));
}

/** The same people, whoever looks. A disc may differ by the rounding of its rim. */
function check(found, plain, what) {
  const others = plain.length - found.length;
  if (Math.abs(others) > 2 || found.length === 0) throw new Error(`${what}: ${found.length} found, ${plain.length} plainly`);
}

const AREAS = [
  ['within, 1 % of the world', () => simulation.within(disc(0.01)), (frame) => plainWithin(frame, disc(0.01))],
  ['within, 25 % of the world', () => simulation.within(disc(0.25)), (frame) => plainWithin(frame, disc(0.25))],
  ['lasso of 20 corners', () => simulation.inLasso(lasso), (frame) => plainLasso(frame, lasso)],
];

const least = new Map();
async function time(who, what, act) {
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await act();
  const wall = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  const key = `${what}: ${who}`;
  const [cpuMs, wallMs] = least.get(key) ?? [Infinity, Infinity];
  least.set(key, [Math.min(cpuMs, (user + system) / 1000), Math.min(wallMs, wall)]);
}

for (let round = 0; round < Number(values.rounds); round++) {
  await frames(time);
  for (const [what, asked, plain] of AREAS) {
    let [found, plainly] = [null, null];
    await time('asked', what, async () => (found = await asked()));
    await time('plain', what, () => (plainly = plain(shown)));
    check(found.ids, plainly, what);
  }
}
await simulation.dispose();

console.log(`${entities} boids, ${values.workers} workers, Node ${process.version}; ${cpus().length} processors (${cpus()[0].model}), load ${loadavg()[0].toFixed(1)}`);
console.log(`least of ${values.rounds} rounds, ms of processor time (of all workers), and as time passes:`);
for (const [what, [cpu, wall]] of least) console.log(`  ${what.padEnd(36)} ${cpu.toFixed(2).padStart(7)} ${wall.toFixed(2).padStart(7)}`);
