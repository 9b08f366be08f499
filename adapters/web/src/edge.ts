/** How a world can end at its border. */

/** The names of scenarios; the module numbers them in this order. */
export const EDGES = ['torus', 'walls', 'open'] as const;

/** How the world ends at its border. */
export type Edge = (typeof EDGES)[number];

/** How a world ends that does not say so. */
const USUAL: Edge = 'torus';

/** How a world ends. */
export function edgeOf(world: { readonly edge?: Edge }): Edge {
  return world.edge ?? USUAL;
}

/** The module's number of that; -1 if it is no edge. */
export function edgeCode(world: { readonly edge?: Edge }): number {
  return EDGES.indexOf(world.edge === undefined ? USUAL : world.edge);
}

/** Names as a person lists them, such as `"torus", "walls" or "open"`. */
export const EDGE_NAMES = EDGES.map((name) => `"${name}"`).join(', ').replace(/, ([^,]*)$/, ' or $1');
