/** The life of a worker, whatever started it. */

import { CONTROL_BYTES, Control, RankWord, Word } from '../layout.js';
import { MEMORY_LEAST, wasmMemory } from '../memory.js';
import { modelOf } from '../model.js';
import type { Failure, FromWorker, Made, MakeSpec, MemorySource, ModuleInfo, ModuleModel, OpenMessage, ToWorker } from '../protocol.js';
import type { ErrorPlace } from '../types.js';
import { follow, PortCrew, PortFollower, SharedCrew } from './crew.js';
import { CodedError, Engine, type Kernels } from './engine.js';
import { Leader, rowBytes } from './leader.js';
import { Mail } from './mail.js';
import { Rank } from './rank.js';

export type { Kernels } from './engine.js';

/** What a worker has to speak to the main thread. */
export interface Scope {
  listen(take: (message: ToWorker) => void): void;
  post(message: FromWorker, transfer?: ArrayBuffer[]): void;
  close(): void;
}

/** Serves a simulation; `kernels` is the module as JavaScript, for tiers without WebAssembly. */
export function serve(scope: Scope, kernels: Kernels | null): void {
  const worker = new WorkerLife(scope, kernels);
  scope.listen((message) => void worker.take(message));
  scope.post({ type: 'hello' });
}

/** Serves a simulation in a web worker. */
export function serveWeb(kernels: Kernels | null): void {
  const self = globalThis as unknown as {
    onmessage: unknown;
    postMessage(message: FromWorker, transfer?: Transferable[]): void;
    close(): void;
    addEventListener(type: string, listen: (event: { reason?: unknown }) => void): void;
  };
  // A rejection that nobody handles is not told to whoever made the worker.
  self.addEventListener('unhandledrejection', (event) => {
    self.postMessage({ type: 'fault', rank: -1, failure: describe(event.reason) });
  });
  serve(
    {
      listen: (take) => (self.onmessage = (event: MessageEvent<ToWorker>) => take(event.data)),
      post: (message, transfer = []) => self.postMessage(message, transfer),
      close: () => self.close(),
    },
    kernels,
  );
}

class WorkerLife {
  private engine: Engine | null = null;
  private rank: Rank | null = null;
  private mail: Mail | null = null;
  private control: Control | null = null;
  private open: OpenMessage | null = null;
  private leader: Leader | null = null;
  private crew: PortCrew | null = null;
  private follower: PortFollower | null = null;
  private models: readonly ModuleModel[] = [];
  private over = false;

  constructor(
    private readonly scope: Scope,
    private readonly kernels: Kernels | null,
  ) {}

  async take(message: ToWorker): Promise<void> {
    try {
      switch (message.type) {
        case 'open':
          return this.start(message);
        case 'make':
          return await this.make(message.make);
        case 'ping':
          return this.scope.post({ type: 'pong' });
        case 'recycle':
          return this.rank?.recycle(message.buffer);
        case 'exit':
          return this.exit();
        default:
          return this.leader?.take(message);
      }
    } catch (thrown) {
      this.fault(thrown);
    }
  }

  private start(open: OpenMessage): void {
    this.open = open;
    const { first } = open.plan;
    const source = open.module ?? this.kernels;
    if (!source) throw new CodedError('NO_KERNELS', 'this worker has no module');
    const memory = open.memory ?? ownMemory(open);
    const engine = Engine.start(source, memory, {
      index: open.shared ? open.rank : 0,
      instances: open.shared ? open.ranks : 1,
      memoryBytes: first,
      shared: open.shared,
    });
    this.engine = engine;
    const control = this.openControl(engine, open);
    this.control = control;
    const beat = control.rank(open.rank) + RankWord.beat;
    engine.beat = () => void Atomics.add(control.words, beat, 1);
    const post = this.scope.post.bind(this.scope);
    if (!open.shared) {
      this.mail = new Mail(engine, open.rank, open.ports, (message) => {
        if (message.type === 'result') this.crew?.result(message);
        else void this.follower?.take(message);
      });
    }
    const text = engine.info();
    const info = JSON.parse(text) as ModuleInfo;
    this.models = info.models;
    this.rank = new Rank(engine, info, open.rank, open.ranks, control, this.mail, post);
    const address = control.words.byteOffset;
    post({ type: 'opened', control: address, info: open.rank === 0 ? text : '' });
  }

  private openControl(engine: Engine, open: OpenMessage): Control {
    if (open.shared && open.rank > 0) {
      const control = new Control(engine.at(open.control, CONTROL_BYTES).buffer, open.control);
      control.check();
      return control;
    }
    if (!open.shared) return signed(new Control(new ArrayBuffer(CONTROL_BYTES), 0), open.ranks);
    const address = engine.alloc(CONTROL_BYTES);
    const control = signed(new Control(engine.at(address, CONTROL_BYTES).buffer, address), open.ranks);
    control.words[Word.board] = engine.x.fw_board!(open.ranks);
    return control;
  }

  private async make(spec: MakeSpec): Promise<void> {
    const { rank, open, control } = this;
    if (!rank || !open || !control) throw new CodedError('PROTOCOL', 'a worker cannot make a part before it was opened');
    if (open.shared && open.rank === 0) {
      control.words[Word.capacity] = spec.capacity;
      control.words[Word.streams] = spec.streams.length + spec.fields.length;
    }
    const index = this.models.findIndex((one) => one.name === spec.scenario.model);
    if (index < 0 && !spec.snapshot) {
      const known = this.models.map((one) => one.name).join(', ');
      throw new CodedError('UNKNOWN_MODEL', `there is no model \`${spec.scenario.model}\`; there are ${known}`);
    }
    if (!open.shared && open.rank > 0) {
      const row = () => rowBytes(modelOf(this.models, spec.scenario)!);
      this.follower = new PortFollower(rank, open.ports[0]!, (thrown) => this.fault(thrown), row);
    }
    const made = await rank.make(spec, index);
    if (open.rank === 0) return this.lead(spec, made);
    this.scope.post({ type: 'made', made });
    if (open.shared) {
      follow(rank, control);
      this.exit();
    }
  }

  private async lead(spec: MakeSpec, made: Made): Promise<void> {
    const { rank, open, control } = this;
    const model = modelOf(this.models, spec.scenario)!;
    this.crew = open!.shared ? null : new PortCrew(rank!, open!.ports);
    const crew = this.crew ?? new SharedCrew(rank!, control!);
    const post = this.scope.post.bind(this.scope);
    this.leader = new Leader(rank!, crew, control!, open!.shared, spec, model, post);
    await this.leader.begin();
    post({ type: 'made', made });
    await this.leader.lead();
    this.exit();
  }

  private exit(): void {
    if (this.over) return;
    this.over = true;
    this.leader?.stop();
    this.mail?.close();
    this.scope.post({ type: 'exited' });
    this.scope.close();
  }

  private fault(thrown: unknown): void {
    if (this.over) return;
    if (this.control && Atomics.load(this.control.words, Word.stop) !== 0) return this.exit();
    const error = this.engine ? this.engine.explain(thrown) : thrown;
    this.rank?.fail();
    this.scope.post({ type: 'fault', rank: this.open?.rank ?? -1, failure: { ...describe(error), place: this.place() } });
  }

  private place(): ErrorPlace | undefined {
    try {
      return this.rank?.place();
    } catch {
      // The module is in no state to say so.
      return undefined;
    }
  }
}

function describe(thrown: unknown): Failure {
  if (!(thrown instanceof Error)) return { code: 'WORKER_ERROR', message: String(thrown) };
  const code = thrown instanceof CodedError ? thrown.code : 'WORKER_ERROR';
  return { code, message: thrown.message, stack: thrown.stack };
}

function signed(control: Control, ranks: number): Control {
  control.sign(ranks);
  return control;
}

/** The memory of a worker that shares none. A standard library adds all that it gives out behind the end. */
function ownMemory({ module, plan }: OpenMessage): MemorySource {
  try {
    if (!module) return { buffer: new ArrayBuffer(plan.first) };
    const std = WebAssembly.Module.exports(module).some(({ name }) => name === 'fw_std');
    return wasmMemory(std ? { first: MEMORY_LEAST, most: plan.most } : plan, false);
  } catch (thrown) {
    throw new CodedError('MEMORY_LIMIT', `${plan.first} bytes of memory cannot be had: ${String(thrown)}`);
  }
}
