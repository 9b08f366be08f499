// In the page: the objects of `flockwork/three`.
import * as THREE from 'three';
import { createSimulation } from 'flockwork';
import { SimulationInstances, SimulationPoints } from 'flockwork/three';
import { drawing } from './drawing.js';

/** Points and instances of one simulation: both show the newest frame, and nothing is copied. */
window.objects = async (scenario) => {
  const simulation = await createSimulation({ scenario, workers: 2 });
  const points = new SimulationPoints(simulation, { size: 2 });
  const instances = new SimulationInstances(simulation, new THREE.PlaneGeometry(1, 1));
  new THREE.Scene().add(points, instances);
  const array = (object, name) => object.geometry.getAttribute(name).array;
  const first = array(points, 'entityPosition').slice(0, 3);
  await simulation.step(10);
  const updated = [points.update(), instances.update()];
  const again = [points.update(), instances.update()];
  const [x] = array(points, 'entityPosition');
  const entity = await simulation.entity(simulation.acquireFrame().id[0]);
  const result = {
    updated,
    again,
    shared: array(points, 'entityPosition').buffer instanceof SharedArrayBuffer,
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

drawing({
  three: THREE,
  SimulationInstances,
  SimulationPoints,
  lit: () => new THREE.MeshLambertMaterial(),
  renderer: async () => new THREE.WebGLRenderer({ antialias: false }),
});
