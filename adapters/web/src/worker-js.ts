// The worker of tiers without WebAssembly.
// @ts-expect-error: made by the build.
import kernels from './wasm/flockwork.js';
import { serveWeb } from './worker/serve.js';

serveWeb(kernels);
