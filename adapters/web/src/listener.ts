/** Calls into the user's code, which cannot break what calls it. */

/** Calls a listener; what it throws is reported as if nobody had caught it. */
export function guarded<Event>(listener: (event: Event) => void, event: Event): void {
  try {
    listener(event);
  } catch (error) {
    report(error);
  }
}

/**
 * To `reportError`, which a page gets as an `error` event. Where there is none, as in Node, the error
 * is thrown once nothing else runs, as Node does for listeners of its own: `uncaughtException`.
 */
function report(error: unknown): void {
  if (typeof globalThis.reportError === 'function') {
    globalThis.reportError(error);
    return;
  }
  queueMicrotask(() => {
    throw error;
  });
}
