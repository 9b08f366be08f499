/** What colours can show. */

import type { Simulation } from 'flockwork';
import { HIDDEN, kindOf } from '../view/look.js';

/** What the colours can show, the most telling first: columns, values of columns, speed, heading, nothing. */
export function colorings({ model }: Simulation): string[] {
  const shown = model.columns.filter(({ name, reach }) => reach !== 'scratch' && !HIDDEN.has(name));
  const names = shown.flatMap(({ name, components }) =>
    components === 1 ? [name] : Array.from({ length: components }, (_, index) => `${name}.${index}`),
  );
  const moves = model.columns.some(({ name }) => name === 'vx' || name === 'ux');
  const kind = kindOf(model.columns);
  const classes = names.filter((name) => name === kind);
  const others = names.filter((name) => name !== kind);
  // Without tribes, headings make flocks stand out; of a liquid its speed.
  const motions = model.name === 'sph' ? ['speed', 'heading'] : ['heading', 'speed'];
  return [...classes, ...(moves ? motions : []), ...others, 'none'];
}
