/** What the machine does: times, workers, mail, memory, fingerprint. `HudDriver` fills it. */

import { useEffect, useRef, type ReactNode } from 'react';
import type { Session } from '../sim/session.js';
import type { WorldView } from '../view/world-view.js';
import { PARTS } from './chart.js';
import { HudDriver } from './driver.js';

export function Hud({ session, view }: { session: Session; view: WorldView | null }) {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!view || !root.current) return;
    const driver = new HudDriver(root.current, session, view.meter);
    view.onFrame = (now) => driver.update(now);
    return () => {
      view.onFrame = null;
      driver.dispose();
    };
  }, [session, view]);

  return (
    <div className="hud" ref={root}>
      <dl className="hud-numbers">
        <Big label="frames / s" name="fps" />
        <Big label="ticks / s" name="tps" />
        <Big label="entities" name="population" />
      </dl>
      <section className="fingerprint">
        <h2>
          Fingerprint
          <small>
            of tick <b data-hud="fingerprint-tick" />; now <b data-hud="tick" />
          </small>
        </h2>
        <code data-hud="fingerprint" title="The same on every tier, worker count and machine" />
      </section>
      <section>
        <h2>
          Frames
          <small>
            median <b data-hud="frame-p50" /> · p95 <b data-hud="frame-p95" /> ms
          </small>
        </h2>
        <Canvas name="frames" label="Histogram of the times between frames" />
      </section>
      <section>
        <h2>
          Ticks
          <small>
            median <b data-hud="tick-p50" /> · p95 <b data-hud="tick-p95" /> ms
          </small>
        </h2>
        <Canvas name="ticks" label="Histogram of the times of ticks" />
      </section>
      <section>
        <h2>
          Workers
          <small>
            imbalance <b data-hud="imbalance" />
          </small>
        </h2>
        <Canvas name="workers" label="What each worker spends its time on" />
        <ul className="legend">
          {PARTS.map(({ key, color }) => (
            <li key={key}>
              <i style={{ background: color }} />
              {key}
            </li>
          ))}
        </ul>
      </section>
      <dl className="rows">
        <Row label="Script per frame, p95">
          <b data-hud="script-p95" /> ms
        </Row>
        <Row label="Mail per tick">
          <b data-hud="mail" /> in <b data-hud="messages" />
        </Row>
        <Row label="Migrations per tick, ghosts">
          <b data-hud="migrations" />, <b data-hud="ghosts" />
        </Row>
        <Row label="Births, deaths">
          <b data-hud="births" />, <b data-hud="deaths" />
        </Row>
        <Row label="Rebalanced">
          <b data-hud="rebalances" /> ×
        </Row>
        <Row label="Place to place, may be">
          <b data-hud="spacing" />, <b data-hud="spacing-most" />
        </Row>
        <Row label="Memory">
          <b data-hud="memory" />
        </Row>
      </dl>
      <div className="memory-bar">
        <div data-memory />
      </div>
    </div>
  );
}

function Big({ label, name }: { label: string; name: string }) {
  return (
    <div>
      <dd data-hud={name} />
      <dt>{label}</dt>
    </div>
  );
}

function Canvas({ name, label }: { name: string; label: string }) {
  return (
    <div className={`chart chart-${name}`}>
      <canvas data-hud={name} role="img" aria-label={label} />
    </div>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
