// The worker thread of tiers with WebAssembly.
import { serveNode } from './node-worker.js';

serveNode(null);
