/** Flockwork for Node, over worker threads. */

import { SimCore, type SimCoreOptions, type SimCoreShare } from './core.js';
import { create } from './create.js';
import { node } from './node-platform.js';
import type { Capabilities, Simulation, SimulationOptions } from './types.js';

export * from './types.js';
export { SimCore, type Neighbors, type SimCoreColumns, type SimCoreOptions, type SimCoreShare } from './core.js';
export { newMetrics } from './metrics.js';
export { palette, type Rgb } from './palette.js';
export { placesBetween } from './past.js';

/** Starts a simulation in the best tier that works here, or in the one asked for. */
export function createSimulation(options: SimulationOptions): Promise<Simulation> {
  return create(node, options);
}

/** What this machine can do. */
export async function detectCapabilities(): Promise<Capabilities> {
  return node.capabilities();
}

/** Kernels without a scheduler, on this thread. */
export function createSimCore(options: SimCoreOptions): Promise<SimCore> {
  return SimCore.createOn(node, options);
}

/** Works on the `SimCore` of another thread, from what its `handOut` gave. */
export function joinSimCore(share: SimCoreShare): SimCore {
  return SimCore.join(share);
}
