/** A component for react-three-fiber (from version 8 on) with `WebGLRenderer`, which a canvas has if nothing else is said. */

import type { Material } from 'three';
import { componentOf, type EntitiesProps as Props } from './fiber/component.js';
import { SimulationInstances, SimulationPoints } from './three.js';

export type { EntityEvent } from './fiber/component.js';
export type EntitiesProps = Props<Material>;

/** The entities of a simulation: as points, or as instances of a shape. */
export const Entities = /* @__PURE__ */ componentOf<Material, SimulationPoints, SimulationInstances>({
  points: (simulation, options) => new SimulationPoints(simulation, options),
  instances: (simulation, shape, options) => new SimulationInstances(simulation, shape, options),
});
