// The worker thread of tiers without WebAssembly.
// @ts-expect-error: made by the build.
import kernels from './wasm/flockwork.js';
import { serveNode } from './node-worker.js';

serveNode(kernels);
