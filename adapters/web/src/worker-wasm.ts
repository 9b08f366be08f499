// The worker of tiers with WebAssembly.
import { serveWeb } from './worker/serve.js';

serveWeb(null);
