/** An error as the page shows it. */

import { FlockworkError, UnsupportedError, type TierAttempt } from 'flockwork';

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** Tiers that were tried in vain; then these say all. */
  readonly attempts: readonly TierAttempt[];
}

export function failureOf(error: unknown): Failure {
  const attempts = error instanceof UnsupportedError ? error.attempts.filter(({ code }) => code !== 'USER_OPTION') : [];
  if (error instanceof FlockworkError) {
    return { code: error.code, message: error.message, hint: error.hint ?? null, attempts };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof RangeError ? 'INVALID_OPTION' : 'ERROR', message, hint: null, attempts };
}
