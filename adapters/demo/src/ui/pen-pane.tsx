/** What is drawn, as what, and what is done with the shape that is chosen. */

import { useEffect, useState } from 'react';
import { PENS, type Pen } from '../sim/pen.js';
import type { Session } from '../sim/session.js';
import { ROLES, SHAPES, groupTitle, groupsOf, isOpen, type Role } from '../sim/shapes.js';
import { useStore } from '../sim/store.js';
import { Choices } from './choices.js';
import { PEN_TITLES } from './labels.js';

export function PenPane({ session, pen }: { session: Session; pen: Pen }) {
  const chosen = useStore(pen.store, (state) => state.pen);
  const role = useStore(pen.store, (state) => state.role);
  return (
    <div className="brush surface">
      <div className="brush-row">
        <Choices label="What to do with shapes" names={PENS} chosen={chosen} title={(name) => PEN_TITLES[name].title} choose={(name) => pen.choose(name)} />
        {chosen !== 'edit' && (
          <select aria-label="What it is drawn as" value={role} onChange={({ target }) => pen.store.set({ role: target.value as Role })}>
            {ROLES.filter((one) => chosen !== 'line' || one === 'wall' || one === 'door').map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
      </div>
      {chosen === 'edit' ? <Chosen session={session} pen={pen} /> : <p className="hint">{PEN_TITLES[chosen].about}</p>}
    </div>
  );
}

function Chosen({ session, pen }: { session: Session; pen: Pen }) {
  useStore(pen.store, (state) => state.chosen);
  // The list is another one after each change.
  useStore(session.store, (state) => state.params[SHAPES]);
  useClock();
  const { shapes, group } = pen;
  const groups = groupsOf(shapes);
  const first = shapes[group[0] ?? -1];
  return (
    <>
      <div className="brush-row">
        <select aria-label="Shape" value={group[0] ?? ''} onChange={({ target }) => pen.pick(groups.find(([number]) => String(number) === target.value) ?? [])}>
          <option value="">None is chosen</option>
          {groups.map((one) => (
            <option key={one[0]} value={one[0]}>
              {groupTitle(shapes, one)} ({one[0]! + 1})
            </option>
          ))}
        </select>
        {first?.role === 'door' && <button onClick={() => void pen.swing(group)}>{isOpen(first, pen.tick) ? 'Close' : 'Open'}</button>}
        <button disabled={!first} onClick={() => void pen.remove(group)} title="Remove the shape (Del)">
          Remove
        </button>
      </div>
      <p className="hint">{PEN_TITLES.edit.about}</p>
    </>
  );
}

/** Doors open by themselves too: what is said of them is said anew so often. */
function useClock(): void {
  const [, setBeat] = useState(0);
  useEffect(() => {
    const beating = setInterval(() => setBeat((beat) => beat + 1), CLOCK_MS);
    return () => clearInterval(beating);
  }, []);
}

const CLOCK_MS = 500;
