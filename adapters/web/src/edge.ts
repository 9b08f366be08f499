/** The axes of a world: their lengths, and what happens at their ends. */

import { invalid } from './refusal.js';

/** The names of scenarios; the module numbers them in this order. */
export const EDGES = ['periodic', 'wall', 'open'] as const;

/** What happens at both ends of an axis: one meets the other, entities are reflected, or there is none. */
export type Edge = (typeof EDGES)[number];

/** Where entities are: from 0 to its length along each axis. */
export interface World {
  readonly width: number;
  readonly height: number;
  /** A world with a depth is in space. */
  readonly depth?: number;
  /** What happens at the ends of all axes, or of each one; `periodic` if it is not given. */
  readonly edge?: Edge | readonly Edge[];
  /**
   * Places have 32 bits. Where they are further apart than 1/1024 of the radius or 1/64 of the step of
   * the slowest mover, the world is refused, or ends as soon as somebody is there; `any` takes places as
   * they are (default `enough`).
   */
  readonly precision?: 'enough' | 'any';
  /** What `initial` has where the world has 0, in 64 bits: taken from its x, y and, in space, z (default 0). */
  readonly origin?: readonly number[];
}

/** How an axis ends of which nothing is said. */
const USUAL: Edge = 'periodic';

/** Names as a person lists them, such as `"periodic", "wall" or "open"`. */
const NAMES = EDGES.map((name) => `"${name}"`).join(', ').replace(/, ([^,]*)$/, ' or $1');

/** How each of so many axes ends, in a world whose edges are known to be good. */
export function edgesOf({ edge = USUAL }: Pick<World, 'edge'>, count: number): readonly Edge[] {
  return typeof edge === 'string' ? new Array<Edge>(count).fill(edge) : edge;
}

/** The module's numbers of that; `what` names the edge where it is none. */
export function edgeCodes(what: string, world: Pick<World, 'edge'>, count: number): number[] {
  const { edge = USUAL } = world;
  const given: readonly unknown[] = Array.isArray(edge) ? edge : new Array<unknown>(count).fill(edge);
  const codes = given.map((one) => (EDGES as readonly unknown[]).indexOf(one));
  if (codes.length !== count || codes.some((code) => code < 0)) {
    throw invalid(what, edge, `${NAMES}, or a list of ${count} of them, one for each axis`);
  }
  return codes;
}
