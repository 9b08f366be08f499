// The worlds of `scheduler/golden/conformance.txt`, with the fingerprints every scheduler gives.
import { readFileSync } from 'node:fs';

const TABLES = new URL('../../../../scheduler/golden/tables.txt', import.meta.url);
const FILE = new URL('../../../../scheduler/golden/conformance.txt', import.meta.url);

/** The models that the modules of the package have in space: the others are behind a feature of a crate. */
const IN_SPACE = ['boids'];

/** The log of a world of `inputs.mjs`, which the command replays on threads and over MPI. */
export const goldenLog = (name) => new URL(`../../../../scheduler/golden/${name}.jsonl`, import.meta.url);

/** All cases that the package has: `{name, crowded, scenario, inputs: [[tick, input]], golden: [[tick, fingerprint]]}`. */
export function goldenCases() {
  const runs = ({ world, model }) => world.depth === undefined || IN_SPACE.includes(model);
  return casesOf(FILE, 10).filter(({ scenario }) => runs(scenario));
}

/** The worlds of `scheduler/golden/tables.txt`, whose scenarios have columns of entities at tick 0. */
export function tableCases() {
  return casesOf(TABLES, 3);
}

/** Steps to a tick, from an earlier one, and gives on the way what comes in. */
export async function stepTo(simulation, { inputs }, tick) {
  let { tick: now } = await simulation.observe();
  for (const at of new Set(inputs.map(([at]) => at))) {
    if (at < now || at >= tick) continue;
    if (at > now) await simulation.step(at - now);
    await simulation.send(inputs.filter(([when]) => when === at).map(([, input]) => input));
    now = at;
  }
  if (tick > now) await simulation.step(tick - now);
}

/** A parameter's value as it stands in a case. */
function valueOf(words) {
  if (words.length > 1) return words.map(Number);
  return Number.isNaN(Number(words[0])) ? words[0] : Number(words[0]);
}

/** The world of axes, each a length and an edge. */
function worldOf(words) {
  const lengths = words.filter((_, index) => index % 2 === 0).map(Number);
  const edge = words.filter((_, index) => index % 2 === 1);
  const [width, height, depth] = lengths;
  return { width, height, edge, ...(depth === undefined ? {} : { depth }) };
}

function casesOf(file, least) {
  const cases = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [key, ...words] = line.replace(/#.*/, '').trim().split(/\s+/);
    const last = cases.at(-1);
    const numbers = words.map(Number);
    switch (key) {
      case 'case':
        cases.push({ name: words[0], crowded: false, inputs: [], golden: [], scenario: { params: {} } });
        break;
      case 'model':
        last.scenario.model = words[0];
        break;
      case 'entities':
      case 'seed':
      case 'dt':
        last.scenario[key] = numbers[0];
        break;
      case 'world':
        last.scenario.world = worldOf(words);
        break;
      case 'set':
        last.scenario.params[words[0]] = valueOf(words.slice(1));
        break;
      case 'column': {
        const [, step, count, unit] = numbers;
        last.scenario.initial ??= {};
        last.scenario.initial[words[0]] = Array.from({ length: last.scenario.entities }, (_, row) => ((row * step) % count) / unit);
        break;
      }
      case 'crowded':
        last.crowded = true;
        break;
      case 'open':
      case 'close':
        last.inputs.push([numbers[0], { door: { shape: numbers.slice(1), open: key === 'open' } }]);
        break;
      case 'change':
        last.inputs.push([numbers[0], { params: { [words[1]]: valueOf(words.slice(2)) } }]);
        break;
      case 'at':
        last.golden.push([numbers[0], words[1]]);
        break;
      case '':
        break;
      default:
        throw new Error(`${file.pathname} has a line that this test does not know: ${line}`);
    }
  }
  if (cases.length < least) throw new Error(`${file.pathname} has only ${cases.length} cases`);
  return cases;
}
