/** A worker where none can be made: the same code in this thread, behind a channel of messages. */

import type { WorkerEvents, WorkerHandle } from './platform.js';
import type { FromWorker, ToWorker } from './protocol.js';
import { serve } from './worker/serve.js';

/** Serves a simulation of one rank here; it looks at its messages every few milliseconds. */
export function serveHere(events: WorkerEvents): WorkerHandle {
  const { port1: outside, port2: inside } = new MessageChannel();
  outside.onmessage = (event: MessageEvent<FromWorker>) => events.message(event.data);
  serve(
    {
      listen: (take) => (inside.onmessage = (event: MessageEvent<ToWorker>) => take(event.data)),
      post: (message, transfer = []) => inside.postMessage(message, transfer),
      close: () => inside.close(),
    },
    null,
  );
  return {
    post: (message, transfer = []) => outside.postMessage(message, [...transfer]),
    // It cannot be stopped from outside, so it is told to end; what it answers is not heard.
    terminate: () => {
      outside.onmessage = null;
      outside.postMessage({ type: 'exit' } satisfies ToWorker);
    },
  };
}
