/** Errors with their remedy, what was wrong in the address, and the world that was before this one. */

import * as format from '../hud/format.js';
import { scenarioFile } from '../sim/scenarios.js';
import { useStore } from '../sim/store.js';
import type { Session } from '../sim/session.js';
import { Attempts } from './attempts.js';
import { Icon } from './icons.js';
import { TIER_TITLES, scenarioTitle } from './labels.js';
import { Text } from './text.js';

export function Banner({ session }: { session: Session }) {
  const failure = useStore(session.store, (state) => state.failure);
  const status = useStore(session.store, (state) => state.status);
  if (!failure) return null;
  const { code, message, hint, attempts } = failure;
  return (
    <div className="banner surface" role="alert">
      <header>
        {attempts.length > 0 ? (
          <p>
            <b>{attempts.length > 1 ? 'No tier works here' : `“${TIER_TITLES[attempts[0]!.tier]}” does not work here`}</b>
          </p>
        ) : (
          <span className="badge red">{code}</span>
        )}
        <Close label="Close" act={() => session.dismiss()} />
      </header>
      {attempts.length > 0 ? (
        // These have the message and the hint of each tier.
        <Attempts attempts={attempts} />
      ) : (
        <>
          <p>
            <Text text={message} />
          </p>
          {hint && (
            <p className="dim">
              <Text text={hint} />
            </p>
          )}
        </>
      )}
      {status === 'failed' && (
        <button className="wide" onClick={() => void session.move({ tier: 'auto', workers: 'auto' })}>
          Run with the best tier that works
        </button>
      )}
    </div>
  );
}

/** The good words of the address hold: the others are named. */
export function Problems({ session }: { session: Session }) {
  const problems = useStore(session.store, (state) => state.problems);
  if (problems.length === 0) return null;
  return (
    <div className="banner surface" role="alert">
      <header>
        <p>
          <b>Not all of the address can be used</b>
        </p>
        <Close label="Close" act={() => session.store.set({ problems: [] })} />
      </header>
      {problems.map((problem) => (
        <p key={problem}>
          <Text text={problem} />
        </p>
      ))}
    </div>
  );
}

export function Former({ session }: { session: Session }) {
  const former = useStore(session.store, (state) => state.former);
  const busy = useStore(session.store, (state) => state.status === 'starting' || state.status === 'away');
  if (!former) return null;
  const { scenario } = scenarioFile(former.settings.scenario);
  return (
    <div className="former surface" role="status">
      <p>
        Kept: {scenarioTitle(scenario)} at tick {format.count(former.tick)}
      </p>
      <button disabled={busy} onClick={() => void session.back()}>
        Back to it
      </button>
      <Close label="Forget the former world" act={() => session.forget()} />
    </div>
  );
}

function Close({ label, act }: { label: string; act: () => void }) {
  return (
    <button className="round small" onClick={act} aria-label={label}>
      <Icon name="close" />
    </button>
  );
}
