// The worker of tiers without WebAssembly, for the models of the second module.
// @ts-expect-error: made by the build.
import kernels from './wasm/worlds.js';
import { serveWeb } from './worker/serve.js';

serveWeb(kernels);
