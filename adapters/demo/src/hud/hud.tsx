/** What the machine does: times, workers, mail, memory. `HudDriver` fills it. */

import { useEffect, useRef, type ReactNode, type RefObject } from 'react';
import type { Session } from '../sim/session.js';
import type { WorldView } from '../view/world-view.js';
import { PARTS } from './chart.js';
import { HudDriver } from './driver.js';

/** Fills the elements in `root` that name what they show, as long as they are there. */
export function useHud(root: RefObject<HTMLElement | null>, session: Session, view: WorldView | null, key: unknown, choice: () => string): void {
  useEffect(() => {
    if (!view || !root.current) return;
    const driver = new HudDriver(root.current, session, view.meter, view.watch, choice);
    const beat = (now: number) => driver.update(now);
    view.beats.add(beat);
    return () => {
      view.beats.delete(beat);
      driver.dispose();
    };
    // Other elements are other ones to fill.
  }, [session, view, key]);
}

export function MachineFigures({ session, view }: { session: Session; view: WorldView | null }) {
  const root = useRef<HTMLDivElement>(null);
  useHud(root, session, view, null, () => '');
  return (
    <div className="hud" ref={root}>
      <dl className="hud-numbers">
        <Big label="frames / s" name="fps" />
        <Big label="ticks / s" name="tps" />
        <Big label="tick" name="machine-tick" />
      </dl>
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

export function Big({ label, name }: { label: string; name: string }) {
  return (
    <div>
      <dd data-hud={name} />
      <dt>{label}</dt>
    </div>
  );
}

export function Canvas({ name, label }: { name: string; label: string }) {
  return (
    <div className={`chart chart-${name}`}>
      <canvas data-hud={name} role="img" aria-label={label} />
    </div>
  );
}

export function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
