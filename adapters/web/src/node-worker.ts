/** A worker thread of Node. */

import { parentPort } from 'node:worker_threads';
import type { ToWorker } from './protocol.js';
import { serve, type Kernels } from './worker/serve.js';

/** Serves a simulation in a worker thread. */
export function serveNode(kernels: Kernels | null): void {
  const port = parentPort;
  if (!port) throw new Error('this script is for a worker thread');
  serve(
    {
      listen: (take) => port.on('message', (message: ToWorker) => take(message)),
      post: (message, transfer = []) => port.postMessage(message, transfer),
      close: () => port.close(),
    },
    kernels,
  );
}
