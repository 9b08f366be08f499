/** Every tier that was looked at: why it was not taken, and the remedy. */

import type { TierAttempt } from 'flockwork';
import * as format from '../hud/format.js';
import { Text } from './text.js';

export function Attempts({ attempts }: { attempts: readonly TierAttempt[] }) {
  return (
    <ol className="attempts">
      {attempts.map(({ tier, ok, code, reason, hint, ms }, index) => (
        <li key={index}>
          <p>
            <span className={ok ? 'badge green' : 'badge amber'}>{ok ? 'taken' : (code ?? 'no')}</span> <code>{tier}</code>
            <small>{format.ms(ms)} ms</small>
          </p>
          {reason && (
            <p className="dim">
              <Text text={reason} />
            </p>
          )}
          {hint && (
            <p className="remedy">
              <Text text={hint} />
            </p>
          )}
        </li>
      ))}
    </ol>
  );
}
