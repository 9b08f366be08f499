// In the page: the component for react-three-fiber. `kit` has it, and what a canvas needs for its renderer.
import { createElement as h, createRef, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Canvas } from '@react-three/fiber';
import { BoxGeometry } from 'three';
import { createSimulation } from 'flockwork';

const world = { width: 40, height: 20 };
const scenario = { model: 'boids', dt: 0.05, world, initial: { x: [10, 30, 35], y: [5, 10, 15], vx: [1, 0, -1], vy: [0, 1, 0] } };
/** Pixels for each unit. */
const ZOOM = 20;

export function fibers({ Entities, gl }) {
  /** Mounts the component over a box of 800 x 400 pixels at the page's corner, the world's y axis up. */
  function mounted() {
    const box = document.body.appendChild(document.createElement('div'));
    box.style.cssText = 'position: absolute; left: 0; top: 0; width: 800px; height: 400px';
    const root = createRoot(box);
    const camera = { position: [world.width / 2, world.height / 2, 10], rotation: [0, 0, 0], zoom: ZOOM };
    return {
      render: (props, frameloop = 'always') => root.render(h(StrictMode, null, h(Canvas, { orthographic: true, camera, gl, frameloop }, h(Entities, props)))),
      end: () => {
        root.unmount();
        box.remove();
      },
    };
  }

  const frames = async (count) => {
    for (let frame = 0; frame < count; frame++) await new Promise(requestAnimationFrame);
  };
  const until = async (holds) => {
    const end = performance.now() + 60_000;
    while (!holds()) {
      if (performance.now() > end) throw new Error(`it does not come to pass: ${holds}`);
      await frames(1);
    }
  };

  let now = null;

  /** Begins a simulation and shows it; `window.events` has what the pointer does. */
  window.begin = async () => {
    const simulation = await createSimulation({ scenario, workers: 1, columns: ['vx', 'vy'] });
    const open = new Set();
    const reader = simulation.reader.bind(simulation);
    // Who reads, and who has stopped.
    simulation.reader = (options) => {
      const made = reader(options);
      open.add(made);
      const close = made.close.bind(made);
      made.close = () => (open.delete(made), close());
      return made;
    };
    const view = mounted();
    const ref = createRef();
    window.events = [];
    const told = (name) => (event) => window.events.push([name, event.entity, event.row, Math.round(event.point.x)]);
    const events = { onClick: told('click'), onPointerOver: told('over'), onPointerOut: told('out') };
    now = { simulation, view, ref, open, props: { ...events, simulation, ref, size: 2 } };
    view.render({ ...now.props, simulation: null });
    await frames(3);
    const nothing = ref.current === null;
    view.render(now.props);
    await until(() => ref.current);
    await frames(3);
    return { nothing, readers: open.size, workers: globalThis.made.length };
  };

  /** Other props: whether the object is the same one, and what became of it. */
  window.change = async (more) => {
    const { ref, view } = now;
    const before = ref.current;
    const props = { ...now.props, ...more };
    if (more.shape) props.shape = now.shape ??= new BoxGeometry(1, 1, 1);
    now.props = props;
    view.render(props);
    await frames(6);
    await until(() => ref.current);
    const { color } = now.simulation.acquireFrame();
    return { same: ref.current === before, type: ref.current.constructor.name, readers: now.open.size, scale: ref.current.scale.x, color: [...color.subarray(0, 3)], workers: globalThis.made.length };
  };

  window.stepped = async (ticks) => {
    await now.simulation.step(ticks);
    await frames(3);
    const { position } = now.simulation.acquireFrame();
    return [position[0], position[1]];
  };

  /** On demand nothing is drawn while nothing happens. */
  window.onDemand = async () => {
    const { ref, view, simulation, props } = now;
    view.render(props, 'demand');
    await frames(10);
    let drawn = 0;
    const { current } = ref;
    const update = current.update.bind(current);
    current.update = () => ((drawn += 1), update());
    await frames(10);
    const still = drawn;
    await simulation.step(3);
    await until(() => drawn > still);
    delete current.update;
    view.render(props);
    return { still, then: drawn > still };
  };

  window.end = async () => {
    const { view, simulation, open } = now;
    view.end();
    await frames(3);
    const state = simulation.state;
    await simulation.dispose();
    return { state, readers: open.size };
  };

  window.ready = true;
}
