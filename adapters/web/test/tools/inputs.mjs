// 200 inputs of every kind, the same wherever they are given: in Node.js, and in a page that imports this.

/** The world of `scheduler/golden/inputs.toml`. */
export const SCENARIO = {
  model: 'boids',
  entities: 600,
  seed: 5,
  dt: 0.0625,
  world: { width: 16, height: 12, edge: ['periodic', 'wall'] },
  params: { alignment: 1.5 },
};

/** How many ticks have inputs, and how many each. */
export const TICKS = 50;
export const EACH = 4;

/** Gives all of them between the ticks of a simulation, and looks at every tick; gives the log. */
export async function play(simulation) {
  let state = 12345;
  const below = (count) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % count;
  };
  const number = (most) => (below(1 << 16) / (1 << 16)) * most;
  const alive = Array.from({ length: SCENARIO.entities }, (_, id) => id);
  const any = () => alive[below(alive.length)];
  const one = () => {
    switch (below(6)) {
      case 0:
        return { spawn: { x: number(16), y: number(12) } };
      case 1:
        return { remove: alive.splice(below(alive.length), 1)[0] };
      case 2:
        return { set: { id: any(), vx: number(2) - 1, vy: number(2) - 1 } };
      case 3:
        return { set: { id: any(), x: number(16), y: number(12) } };
      case 4:
        return { params: { cohesion: number(1), alignment: number(2) } };
      default:
        return { poke: { at: [number(16), number(12)], radius: number(3), push: number(4) - 2 } };
    }
  };
  for (let tick = 0; tick < TICKS; tick++) {
    await simulation.observe();
    const { ids } = await simulation.send(Array.from({ length: EACH }, one));
    alive.push(...ids);
    await simulation.step(1);
  }
  await simulation.observe();
  return simulation.log();
}
