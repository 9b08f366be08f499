/** What happens in the world: how many there are of whom, and one statistic of the model over time. `HudDriver` fills it. */

import { useRef, useState } from 'react';
import type { Session } from '../sim/session.js';
import { useStore } from '../sim/store.js';
import type { WorldView } from '../view/world-view.js';
import { statTitle, unit } from '../ui/labels.js';
import { colorOf, countsOf } from './course.js';
import { Big, Canvas, useHud } from './hud.js';

/** The statistic that tells most of a model. */
const TELLING: Readonly<Record<string, string>> = {
  boids: 'polarization',
  tribes: 'mean_age',
  vicsek: 'order',
  discs: 'kurtosis',
  lennard_jones: 'temperature',
  crowd: 'mean_speed',
  meadow: 'mean_energy',
  sph: 'front',
};
/** For a scenario whose text names another one. */
const NAMED: Readonly<Record<string, string>> = { 'crowd-corridor': 'lane_order', 'crowd-bottleneck': 'flow' };

export function Story({ session, view }: { session: Session; view: WorldView | null }) {
  const root = useRef<HTMLDivElement>(null);
  const simulation = useStore(session.store, (state) => state.simulation);
  const scenario = useStore(session.store, (state) => state.settings.scenario);
  const [wanted, setWanted] = useState('');
  const stats = simulation?.model.stats ?? [];
  const known = (name: string | undefined) => stats.find((one) => one.name === name);
  const chosen = known(wanted) ?? known(NAMED[scenario]) ?? known(TELLING[simulation?.model.name ?? '']) ?? stats[0];
  const latest = useRef('');
  latest.current = chosen?.name ?? '';
  const counts = countsOf(stats.map(({ name }) => name));
  useHud(root, session, view, counts.length, () => latest.current);

  return (
    <div className="hud story" ref={root}>
      <dl className="hud-numbers">
        <Big label="entities" name="population" />
        <Big label="tick" name="tick" />
        <Big label="time" name="time" />
      </dl>
      <section>
        <h2>{counts.length > 0 ? (counts[0]!.endsWith('_population') ? 'Population by tribe' : 'Population by kind') : 'Population'}</h2>
        <Canvas name="population-chart" label="Population over time" />
        {counts.length > 0 && (
          <ul className="legend" key={counts.length}>
            {counts.map((name, index) => (
              <li key={name}>
                <i style={{ background: colorOf(index, counts.length) }} />
                {statTitle(name)} <b data-hud={`count-${index}`} />
              </li>
            ))}
          </ul>
        )}
      </section>
      <section className={stats.length > 0 ? undefined : 'none'}>
        <h2>
          <select aria-label="Statistic" value={chosen?.name ?? ''} onChange={({ target }) => setWanted(target.value)}>
            {stats.map(({ name }) => (
              <option key={name} value={name}>
                {statTitle(name)}
              </option>
            ))}
          </select>
          <small>
            <b data-hud="statistic" /> {unit(chosen?.unit ?? '')}
          </small>
        </h2>
        <Canvas name="statistic-chart" label="The statistic over time" />
        <p className="hint">{chosen?.about}</p>
      </section>
      <section className="fingerprint">
        <h2>
          Fingerprint
          <small>
            of tick <b data-hud="fingerprint-tick" />
          </small>
        </h2>
        <code data-hud="fingerprint" title="The same on every tier, worker count and machine" />
      </section>
    </div>
  );
}
