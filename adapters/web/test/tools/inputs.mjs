// Worlds with 200 random inputs each, the same wherever they are given: in Node.js, and in a page that imports this.

/** How many ticks have inputs, and how many each. */
export const TICKS = 50;
export const EACH = 4;

const FLAT = { width: 16, height: 12 };

/** A wall or door of straight parts, as numbers of the parameter `shapes`. */
function chain(role, [from, until, every], ...corners) {
  return corners.slice(1).flatMap((corner, index) => [0, role, from, until, every, 4, ...corners[index], ...corner]);
}

const WALL = 0;
const DOOR = 1;
const GOAL = 2;
const NEVER = [0, 0, 0];

/** Two walls across, each with a gap that a door of its own schedule closes; a box and a ball are goals. */
const SHAPES = [
  ...chain(WALL, NEVER, [5, 0], [5, 4]),
  ...chain(DOOR, [10, 20, 25], [5, 4], [5.2, 6], [5, 8]),
  ...chain(WALL, NEVER, [5, 8], [5, 12]),
  ...chain(WALL, NEVER, [11, 0], [11, 4]),
  ...chain(DOOR, [0, 30, 0], [11, 4], [11, 8]),
  ...chain(WALL, NEVER, [11, 8], [11, 12]),
  ...[2, GOAL, ...NEVER, 4, 14, 5, 15.5, 7],
  ...[1, GOAL, ...NEVER, 3, 2, 10, 1],
];
const WEST = [1, 2];
const EAST = 5;

/** The kinds of inputs of a model that has neither fields nor doors; `place` gives a place, `params` new values. */
const kinds = (place, params) => [
  ({ number }) => ({ spawn: place(number) }),
  ({ leaves }) => ({ remove: leaves() }),
  ({ any, number }) => ({ set: { id: any(), vx: number(2) - 1, vy: number(2) - 1 } }),
  ({ any, number }) => ({ set: { id: any(), ...place(number) } }),
  ({ number }) => ({ params: params(number) }),
  ({ number }) => {
    const { x, y } = place(number);
    return { poke: { at: [x, y], radius: number(3), push: number(4) - 2 } };
  },
];

const anywhere = (number) => ({ x: number(16), y: number(12) });

/** Away from the walls. */
const inside = (number) => {
  const rooms = [[0.5, 4], [5.7, 4.8], [11.5, 4]];
  const [x, width] = rooms[Math.floor(number(3))];
  return { x: x + number(width), y: 0.5 + number(11) };
};

/** Where there is no liquid yet. */
const dry = (number) => ({ x: 0.5 + number(0.34), y: 0.1 + number(0.5) });

/** The worlds of `scheduler/golden/NAME.toml`, by the names of their logs. */
export const WORLDS = {
  inputs: {
    scenario: { model: 'boids', entities: 600, seed: 5, dt: 0.0625, world: { ...FLAT, edge: ['periodic', 'wall'] }, params: { alignment: 1.5 } },
    kinds: kinds(anywhere, (number) => ({ cohesion: number(1), alignment: number(2) })),
  },
  'inputs-meadow': {
    scenario: {
      model: 'meadow',
      entities: 500,
      seed: 7,
      dt: 0.05,
      world: { ...FLAT, edge: ['periodic', 'wall'] },
      // Nobody starves or is eaten, so that whom an input is for is there.
      params: { wolves: 0.05, sight: 3, hunger: 0, bite: 0 },
      field: { grass: { cells: [20, 15], start: [0, 9000] } },
    },
    kinds: [
      ...kinds(anywhere, (number) => ({ grass_growth: number(2), sheep_speed: 0.5 + number(1.5) })),
      ({ number }) => ({ field: { name: 'grass', at: [number(16), number(12)], radius: number(4), add: number(6000) - 3000 } }),
      ({ number }) => {
        const [x, y] = [number(16), number(12)];
        return { field: { name: 'grass', low: [x, y], high: [x + number(16 - x), y + number(12 - y)], set: number(10_000) } };
      },
    ],
  },
  'inputs-crowd': {
    scenario: {
      model: 'crowd',
      entities: 150,
      seed: 7,
      dt: 0.02,
      world: { ...FLAT, edge: 'wall' },
      params: { friction: 0, radius_min: 0.18, radius_max: 0.22, shapes: SHAPES },
    },
    kinds: [
      ...kinds(inside, (number) => ({ strength: 5 + number(25) })),
      ({ below }) => ({ door: { shape: [WEST, EAST, [EAST, WEST[1]]][below(3)], open: below(2) === 0 } }),
    ],
  },
  'inputs-sph': {
    scenario: { model: 'sph', entities: 618, seed: 1, dt: 0.0003, world: { width: 0.92, height: 0.66, edge: 'wall' }, params: { column: 0.375 } },
    kinds: kinds(dry, (number) => ({ gravity: number(20), viscosity: number(0.5) })),
  },
};

/** Gives all inputs of a world between the ticks of a simulation of it, and looks at every tick; gives the log. */
export async function play(simulation, { scenario, kinds }) {
  let state = 12345;
  const below = (count) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % count;
  };
  const number = (most) => (below(1 << 16) / (1 << 16)) * most;
  const alive = Array.from({ length: scenario.entities }, (_, id) => id);
  const random = { below, number, any: () => alive[below(alive.length)], leaves: () => alive.splice(below(alive.length), 1)[0] };
  const one = () => kinds[below(kinds.length)](random);
  for (let tick = 0; tick < TICKS; tick++) {
    await simulation.observe();
    const { ids } = await simulation.send(Array.from({ length: EACH }, one));
    alive.push(...ids);
    await simulation.step(1);
  }
  await simulation.observe();
  return simulation.log();
}
