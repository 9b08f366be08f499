/** Play, pause, single steps, and how fast. */

import { useStore } from '../sim/store.js';
import type { Session } from '../sim/session.js';
import type { Rate } from '../sim/state.js';
import { Icon } from './icons.js';

const RATES: readonly Rate[] = [15, 30, 60, 120, 'max'];

export function Transport({ session }: { session: Session }) {
  const running = useStore(session.store, (state) => state.running);
  const rate = useStore(session.store, (state) => state.rate);
  const ready = useStore(session.store, (state) => state.status === 'ready');
  return (
    <div className="transport surface" role="toolbar" aria-label="Run">
      <button
        className="round primary"
        onClick={() => session.setRunning(!running)}
        aria-pressed={running}
        aria-label={running ? 'Pause' : 'Run'}
        title={running ? 'Pause (Space)' : 'Run (Space)'}
      >
        <Icon name={running ? 'pause' : 'play'} />
      </button>
      <button className="round" disabled={!ready} onClick={() => void session.step(1)} aria-label="One tick" title="One tick (.)">
        <Icon name="step" />
      </button>
      <button className="round" onClick={() => void session.open()} aria-label="Begin again" title="Begin again (R)">
        <Icon name="restart" />
      </button>
      <label className="rate">
        <span className="unseen">Ticks per second</span>
        <select
          value={String(rate)}
          onChange={({ target }) => session.setRate(target.value === 'max' ? 'max' : Number(target.value))}
        >
          {RATES.map((one) => (
            <option key={one} value={String(one)}>
              {one === 'max' ? 'as fast as it can' : `${one} ticks / s`}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
