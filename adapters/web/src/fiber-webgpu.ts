/** A component for react-three-fiber (from version 9 on) whose canvas has a `WebGPURenderer`. */

import type { NodeMaterial } from 'three/webgpu';
import { componentOf, type EntitiesProps as Props } from './fiber/component.js';
import { SimulationInstances, SimulationPoints } from './three-webgpu.js';

export type { EntityEvent } from './fiber/component.js';
export type EntitiesProps = Props<NodeMaterial>;

/** The entities of a simulation: as points, or as instances of a shape. */
export const Entities = /* @__PURE__ */ componentOf<NodeMaterial, SimulationPoints, SimulationInstances>({
  points: (simulation, options) => new SimulationPoints(simulation, options),
  instances: (simulation, shape, options) => new SimulationInstances(simulation, shape, options),
});
