/** Those who are selected: how many, what they are like, and what is done to all of them. */

import { useEffect, useState } from 'react';
import * as format from '../hud/format.js';
import type { Selection } from '../sim/selection.js';
import type { Session } from '../sim/session.js';
import { useStore } from '../sim/store.js';
import { Icon } from './icons.js';
import { columnTitle } from './labels.js';

/** How often they are looked at. */
const LOOK_MS = 1000;

export function GroupCard({ session, selection }: { session: Session; selection: Selection }) {
  const found = useStore(selection.store, (state) => state.found);
  const busy = useStore(selection.store, (state) => state.busy);
  const simulation = useStore(session.store, (state) => state.simulation);
  const one = useStore(session.store, (state) => state.selected !== null);
  useEffect(() => {
    // Ids of another world are nobody's.
    selection.clear();
    const looking = setInterval(() => void selection.refresh(), LOOK_MS);
    return () => clearInterval(looking);
  }, [selection, simulation]);
  useEffect(() => {
    if (one) selection.clear();
  }, [selection, one]);
  if (!found || !simulation || one) return null;
  return (
    <section className="card surface" aria-label="Selected entities">
      <header>
        <h2>
          {format.count(found.ids.length)} <small>selected</small>
        </h2>
        <button className="round small" onClick={() => selection.clear()} aria-label="Deselect" title="Deselect (Esc)">
          <Icon name="close" />
        </button>
      </header>
      <table className="facts">
        <thead>
          <tr>
            <th scope="col">{found.count < found.ids.length ? `of ${format.count(found.count)} of them` : 'of all'}</th>
            <th scope="col">mean</th>
            <th scope="col">least</th>
            <th scope="col">most</th>
          </tr>
        </thead>
        <tbody>
          {found.facts.map(({ name, mean, least, most }) => (
            <tr key={name}>
              <th scope="row">{columnTitle(name)}</th>
              {[mean, least, most].map((value, index) => (
                <td key={index}>{format.brief(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <SetColumn names={selection.settable(simulation)} busy={busy} set={(name, value) => void selection.set(name, value)} />
      <button className="wide" disabled={busy} onClick={() => void selection.remove()} title="Remove all of them (Del)">
        Remove all
      </button>
    </section>
  );
}

function SetColumn({ names, busy, set }: { names: readonly string[]; busy: boolean; set: (name: string, value: number) => void }) {
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const column = names.includes(name) ? name : names[0];
  if (column === undefined) return null;
  const number = value.trim() === '' ? NaN : Number(value);
  return (
    <form
      className="set-column"
      onSubmit={(event) => {
        event.preventDefault();
        if (Number.isFinite(number)) set(column, number);
      }}
    >
      <select aria-label="Column to set" value={column} onChange={({ target }) => setName(target.value)}>
        {names.map((one) => (
          <option key={one} value={one}>
            {columnTitle(one)}
          </option>
        ))}
      </select>
      <input type="text" inputMode="decimal" aria-label="Its value for all of them" placeholder="value" value={value} onChange={({ target }) => setValue(target.value)} />
      <button disabled={busy || !Number.isFinite(number)}>Set</button>
    </form>
  );
}
