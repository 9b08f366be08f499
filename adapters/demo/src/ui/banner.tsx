/** Errors with their hint, and the tiers that were looked at. */

import { useStore } from '../sim/store.js';
import type { Session } from '../sim/session.js';
import { Attempts } from './attempts.js';
import { Icon } from './icons.js';
import { Text } from './text.js';

export function Banner({ session }: { session: Session }) {
  const failure = useStore(session.store, (state) => state.failure);
  const status = useStore(session.store, (state) => state.status);
  if (!failure) return null;
  return (
    <div className="banner surface" role="alert">
      <header>
        <span className="badge red">{failure.code}</span>
        <button className="round small" onClick={() => session.dismiss()} aria-label="Close">
          <Icon name="close" />
        </button>
      </header>
      <p>
        <Text text={failure.message} />
      </p>
      {failure.hint && (
        <p className="dim">
          <Text text={failure.hint} />
        </p>
      )}
      {failure.attempts.length > 0 && <Attempts attempts={failure.attempts} />}
      {status === 'failed' && (
        <button className="wide" onClick={() => void session.open({ tier: 'auto', workers: 'auto' })}>
          Run with the best tier that works
        </button>
      )}
    </div>
  );
}
