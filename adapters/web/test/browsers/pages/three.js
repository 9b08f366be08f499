// In the page: the objects of `flockwork/three`, drawn under both kinds of camera.
import * as THREE from 'three';
import { createSimulation } from 'flockwork';
import { SimulationInstances, SimulationPoints } from 'flockwork/three';

/** Points and instances of one simulation: both show the newest frame, and nothing is copied. */
window.objects = async (scenario) => {
  const simulation = await createSimulation({ scenario, workers: 2 });
  const points = new SimulationPoints(simulation, { size: 2 });
  const instances = new SimulationInstances(simulation, new THREE.PlaneGeometry(1, 1));
  new THREE.Scene().add(points, instances);
  const array = (object, name) => object.geometry.getAttribute(name).array;
  const first = array(points, 'position').slice(0, 3);
  await simulation.step(10);
  const updated = [points.update(), instances.update()];
  const again = [points.update(), instances.update()];
  const [x] = array(points, 'position');
  const entity = await simulation.entity(simulation.acquireFrame().id[0]);
  const result = {
    updated,
    again,
    shared: array(points, 'position').buffer instanceof SharedArrayBuffer,
    moved: x !== first[0],
    same: x === entity.columns.x && array(instances, 'entityPosition')[0] === x,
    range: points.geometry.drawRange.count,
    population: simulation.metrics().population,
    instances: instances.geometry.instanceCount,
  };
  points.dispose();
  instances.dispose();
  await simulation.dispose();
  return result;
};

const SIDE = 200;
/** The world is 10 x 10 with one entity, seen from above over 20 x 20 units: a unit is ten pixels. */
const SEEN = 20;
const COLOR = [240, 128, 48];

/** A simulation with one entity in the middle, for what only draws frames. */
function still() {
  const frame = {
    tick: 0,
    count: 1,
    fresh: true,
    position: Float32Array.of(5, 5, 0),
    color: Uint8Array.of(...COLOR, 255),
    alive: Uint8Array.of(1),
    id: Uint32Array.of(0),
    columns: {},
  };
  return { acquireFrame: () => frame, reader: () => ({ acquire: () => frame, close() {} }) };
}

function cameraOf(kind) {
  const half = SEEN / 2;
  const camera =
    kind === 'orthographic'
      ? new THREE.OrthographicCamera(-half, half, half, -half, 0.1, 100)
      : new THREE.PerspectiveCamera((360 / Math.PI) * Math.atan(half / 30), 1, 0.1, 100);
  camera.position.set(5, 5, 30);
  camera.lookAt(5, 5, 0);
  return camera;
}

/** Draws one object; gives how many pixels it covers, and the colour of one of them. */
window.drawn = (kind, camera, { size = 4, ratio = 1, scale = 1 } = {}) => {
  const renderer = new THREE.WebGLRenderer({ antialias: false, preserveDrawingBuffer: true });
  renderer.setPixelRatio(ratio);
  renderer.setSize(SIDE, SIDE);
  const scene = new THREE.Scene();
  const object =
    kind === 'points'
      ? new SimulationPoints(still(), { size })
      : new SimulationInstances(still(), new THREE.PlaneGeometry(size, size));
  object.update();
  // The world's middle stays in the middle of the view.
  object.scale.setScalar(scale);
  object.position.set(5 - 5 * scale, 5 - 5 * scale, 0);
  scene.add(object);
  renderer.render(scene, cameraOf(camera));
  const gl = renderer.getContext();
  const [width, height] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
  const pixels = new Uint8Array(4 * width * height);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  let covered = 0;
  let color = null;
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels[at] + pixels[at + 1] + pixels[at + 2] === 0) continue;
    covered += 1;
    color ??= [...pixels.subarray(at, at + 3)];
  }
  object.dispose();
  renderer.dispose();
  return { side: Math.sqrt(covered) / ratio, color };
};

window.revision = THREE.REVISION;
window.ready = true;
