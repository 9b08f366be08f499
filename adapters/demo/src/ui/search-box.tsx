/** The button that looks for the largest world that holds 60 frames a second. */

import { useRef, useState } from 'react';
import * as format from '../hud/format.js';
import { search, type Trial } from '../sim/search.js';
import type { Session } from '../sim/session.js';
import type { FrameMeter } from '../view/meter.js';

export function SearchBox({ session, meter }: { session: Session; meter: FrameMeter }) {
  const [trials, setTrials] = useState<readonly Trial[]>([]);
  const [found, setFound] = useState<number | null>(null);
  const [busy, setBusy] = useState(false);
  const stop = useRef<AbortController | null>(null);

  const begin = async () => {
    stop.current = new AbortController();
    setBusy(true);
    setTrials([]);
    setFound(null);
    const { signal } = stop.current;
    const result = await search(session, meter, signal, setTrials);
    if (!signal.aborted) setFound(result.entities);
    setBusy(false);
  };

  return (
    <div className="field">
      <span>How large a world this machine can show</span>
      <p className="hint">Looks for the largest that holds 60 frames a second: tries other sizes for some seconds each; then yours goes on.</p>
      <button className="wide" onClick={() => (busy ? stop.current?.abort() : void begin())}>
        {busy ? 'Stop' : 'Find the limit'}
      </button>
      <div aria-live="polite">
        {trials.length > 0 && (
          <table className="trials">
            <thead>
              <tr>
                <th>entities</th>
                <th>frames / s</th>
                <th>ticks / s</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {trials.map(({ entities, framesPerSecond, ticksPerSecond, holds }, index) => (
                <tr key={index}>
                  <td>{format.count(entities)}</td>
                  <td>{framesPerSecond.toFixed(1)}</td>
                  <td>{ticksPerSecond.toFixed(1)}</td>
                  <td className={holds ? 'good' : 'bad'}>{holds ? 'holds' : 'no'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {found !== null && (
          <p className="result">
            {found > 0 ? (
              <>
                <b>{format.count(found)}</b> entities hold 60 frames a second here.{' '}
                <button onClick={() => void session.open({ entities: found, scale: true })}>Show them</button>
              </>
            ) : (
              'Not even 1,000 entities hold 60 frames a second here.'
            )}
          </p>
        )}
      </div>
    </div>
  );
}
