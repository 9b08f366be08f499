/** Choosing a tier, and starting it. */

import { checkAssets, inWorlds } from './assets.js';
import { acceptOf, bytesOf, plan, TIERS, type Plan } from './input.js';
import { guarded } from './listener.js';
import type { Platform } from './platform.js';
import { Accept } from './protocol.js';
import { Runner, type Launch, type Launched } from './simulation.js';
import { Team, type TeamEvents, type TeamSpec } from './team.js';
import {
  AssetError,
  FlockworkError,
  InvalidInputError,
  UnsupportedError,
  type BackendReport,
  type Capabilities,
  type Engine,
  type FallbackCode,
  type ModuleKind,
  type Simulation,
  type SimulationOptions,
  type StartProgress,
  type Tier,
  type TierAttempt,
  type WorkerKind,
} from './types.js';

/** Why a tier cannot work here. */
interface Obstacle {
  readonly code: FallbackCode;
  readonly reason: string;
  readonly hint?: string;
}

const ISOLATION_HINT =
  'Serve the page and the worker scripts with the headers `Cross-Origin-Opener-Policy: same-origin` and ' +
  '`Cross-Origin-Embedder-Policy: require-corp`.';

const WORKERS_HINT = 'In a SharedWorker of Chromium there are none: there, use a worker of the page.';

function obstacle(tier: Tier, has: Capabilities): Obstacle | null {
  // Without workers one share of the world can still be computed in this thread.
  if (!has.moduleWorkers && tier !== 'wasm-transfer') {
    return { code: 'NO_WORKERS', reason: 'this thread cannot make workers', hint: WORKERS_HINT };
  }
  if (tier === 'js-workers' || tier === 'js-single') return null;
  if (!has.wasm) return { code: 'NO_WASM', reason: 'there is no WebAssembly here' };
  if (tier === 'wasm-transfer') return null;
  if (!has.crossOriginIsolated) {
    return { code: 'NO_COI', reason: 'it is not cross-origin isolated here, so workers cannot share memory', hint: ISOLATION_HINT };
  }
  if (!has.sharedArrayBuffer || !has.wasmThreads) return { code: 'NO_SAB', reason: 'workers cannot share memory here' };
  if (!has.wasmSimd) return { code: 'NO_SIMD', reason: 'WebAssembly has no SIMD here' };
  return null;
}

/** What a thrown error says about a tier. */
function failed(error: unknown): Obstacle {
  const reason = error instanceof Error ? error.message : String(error);
  const hint = error instanceof FlockworkError ? error.hint : undefined;
  const as = (code: FallbackCode, more = hint): Obstacle => ({ code, reason, ...(more === undefined ? {} : { hint: more }) });
  if (error instanceof AssetError) return as('ASSET_MISSING');
  if (error instanceof FlockworkError) {
    if (error.code === 'MEMORY_LIMIT') return as('MEMORY_LIMIT');
    return as(error.code === 'WORKER_TIMEOUT' ? 'WORKER_TIMEOUT' : 'WORKER_LOAD');
  }
  if (/content security policy|unsafe-eval|\bCSP\b|disallowed by embedder/i.test(reason)) {
    return as('CSP_BLOCKED', "Allow it with `script-src 'wasm-unsafe-eval'` in the content security policy.");
  }
  return as('WASM_COMPILE');
}

/** What a tier runs with. */
interface Makeup {
  readonly engine: Engine;
  readonly module: ModuleKind | null;
  readonly worker: WorkerKind;
  readonly shared: boolean;
}

/** What a tier runs a model with that is in the second module, or in the first. */
function makeup(tier: Tier, has: Capabilities, worlds: boolean): Makeup {
  const module = (first: ModuleKind, second: ModuleKind) => ({ module: worlds ? second : first, worker: 'wasm' as const });
  const script = { module: null, worker: worlds ? ('worldsJs' as const) : ('js' as const) };
  switch (tier) {
    case 'wasm-shared':
      return { engine: 'wasm-simd', ...module('shared', 'worldsShared'), shared: true };
    case 'wasm-transfer':
      return has.wasmSimd
        ? { engine: 'wasm-simd', ...module('simd', 'worldsSimd'), shared: false }
        : { engine: 'wasm', ...module('scalar', 'worldsScalar'), shared: false };
    case 'js-workers':
      return { engine: 'js', ...script, shared: has.crossOriginIsolated && has.sharedArrayBuffer };
    case 'js-single':
      return { engine: 'js', ...script, shared: false };
  }
}

/** Reasons that have been written to the console. */
const warned = new Set<string>();

/** A downgrade that nobody asked to be told of. */
function warn(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  console.warn(text);
}

class Start {
  private readonly attempts: TierAttempt[] = [];

  constructor(
    private readonly platform: Platform,
    private readonly options: SimulationOptions,
    private readonly has: Capabilities,
    private readonly plan: Plan,
    private readonly snapshot: TeamSpec['snapshot'],
    private readonly accept: number,
    private readonly events: TeamEvents,
  ) {}

  async run(): Promise<Launched> {
    const { tier } = this.plan;
    const first = tier === 'auto' ? 0 : TIERS.indexOf(tier);
    const tiers = tier === 'auto' || this.options.allowFallback ? TIERS.slice(first) : [tier];
    for (const skipped of TIERS.slice(0, first)) {
      const reason = `tier ${tier} was asked for`;
      this.attempts.push({ tier: skipped, ok: false, code: 'USER_OPTION', reason, ms: 0 });
    }
    for (const one of tiers) {
      const launched = await this.attempt(one);
      if (launched) return launched;
    }
    const tried = this.attempts.filter((attempt) => attempt.code !== 'USER_OPTION');
    const last = tried.at(-1)!;
    const text = tried.map((attempt) => `${attempt.tier}: ${attempt.reason}`).join('; ');
    throw new UnsupportedError(last.code ?? 'UNSUPPORTED', `no tier works here. ${text}`, last.hint, this.attempts, { cause: last.cause });
  }

  private told(attempt: TierAttempt): void {
    if (this.options.onFallback) guarded(this.options.onFallback, attempt);
  }

  private progress(phase: StartProgress['phase'], fraction: number): void {
    if (this.options.onProgress) guarded(this.options.onProgress, { phase, fraction });
  }

  /** Says in the console which tier runs in place of better ones, unless the caller hears of it otherwise. */
  private admit({ tier, workers, place }: BackendReport): void {
    if (this.options.onFallback) return;
    const failed = this.attempts.filter(({ ok, code }) => !ok && code !== 'USER_OPTION');
    const reasons = failed.map((one) => `${one.tier}: ${one.reason}.${one.hint ? ` ${one.hint}` : ''}`);
    const lost = place === 'here' && this.plan.workers > 1;
    if (lost) reasons.push(`${workers} worker in this thread in place of ${this.plan.workers}.`);
    if (reasons.length > 0) warn(`flockwork runs on tier ${tier}. ${reasons.join(' ')}`);
  }

  /** Starts a tier; null if it does not work, with the reason in `attempts`. */
  private async attempt(tier: Tier): Promise<Launched | null> {
    const begin = performance.now();
    const give = (why: Obstacle, cause?: unknown): null => {
      const attempt: TierAttempt = { tier, ok: false, ...why, ms: performance.now() - begin, cause };
      this.attempts.push(attempt);
      this.told(attempt);
      return null;
    };
    const why = obstacle(tier, this.has);
    if (why) return give(why);
    try {
      return await this.start(tier, begin);
    } catch (error) {
      this.options.signal?.throwIfAborted();
      // What is wrong with the input is wrong in every tier.
      if (error instanceof InvalidInputError) throw error;
      return give(failed(error), error);
    }
  }

  private async start(tier: Tier, begin: number): Promise<Launched> {
    const { platform, options, plan, has } = this;
    const worlds = inWorlds(plan.scenario.model, options.assets ?? {});
    const { engine, module: kind, worker, shared } = makeup(tier, has, worlds);
    const place = has.moduleWorkers ? 'workers' : 'here';
    const workers = tier === 'js-single' || place === 'here' ? 1 : plan.workers;
    let module: WebAssembly.Module | null = null;
    if (kind) {
      this.progress('fetch', 0.1);
      module = await platform.compile(kind, options.assets ?? {});
      this.progress('compile', 0.4);
    }
    const { snapshot, accept } = this;
    const spec: TeamSpec = { plan, workers, kind: worker, shared, module, snapshot, accept };
    const progress = (phase: 'spawn' | 'init') => this.progress(phase, phase === 'spawn' ? 0.5 : 0.8);
    const team = await Team.start(platform, options, spec, this.events, progress, options.signal);
    this.attempts.push({ tier, ok: true, ms: performance.now() - begin });
    const report: BackendReport = {
      tier,
      engine,
      memory: shared ? 'shared' : 'transfer',
      workers,
      place,
      regions: team.made.regions,
      attempts: this.attempts,
      capabilities: has,
    };
    this.admit(report);
    this.progress('ready', 1);
    return { team, report };
  }
}

/** Makes a simulation on a platform. */
export async function create(platform: Platform, options: SimulationOptions): Promise<Simulation> {
  checkAssets(options.assets ?? {});
  const has = platform.capabilities();
  const made = plan(options, has);
  options.signal?.throwIfAborted();
  if (options.onProgress) guarded(options.onProgress, { phase: 'detect', fraction: 0.05 });
  const accept = acceptOf(options.accept);
  const snapshot = options.snapshot ? bytesOf('snapshot', options.snapshot) : null;
  const launch: Launch = async ({ tier, workers }, taken, events) => {
    // A world that is moved has its entities already.
    const { initial: _, ...scenario } = { ...options.scenario, entities: made.entities };
    const other = { ...options, scenario, tier, workers };
    return new Start(platform, other, has, plan(other, has), taken, Accept.params | Accept.arithmetic, events).run();
  };
  const again = (spec: TeamSpec, events: TeamEvents) => Team.start(platform, options, spec, events, () => {}, options.signal);
  const runner = new Runner(options, made.entities, again, launch);
  const { team, report } = await new Start(platform, options, has, made, snapshot, accept, runner.events).run();
  runner.adopt(team, report);
  options.signal?.addEventListener('abort', () => void runner.dispose(), { once: true });
  return runner;
}
