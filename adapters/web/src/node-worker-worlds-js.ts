// The worker thread of tiers without WebAssembly, for the models of the second module.
// @ts-expect-error: made by the build.
import kernels from './wasm/worlds.js';
import { serveNode } from './node-worker.js';

serveNode(kernels);
