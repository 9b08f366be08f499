/** Packets of mail between workers without shared memory: out of one memory and into another's. */

import type { PacketMessage, PeerMessage } from '../protocol.js';
import type { Engine } from './engine.js';

/** Buffers to be used again, at most so many. */
const POOL = 32;

/** Takes a buffer of at least `length` bytes from a pool, or makes one with some room to grow. */
export function takeBuffer(pool: ArrayBuffer[], length: number): ArrayBuffer {
  const at = pool.findIndex((buffer) => buffer.byteLength >= length);
  if (at >= 0) return pool.splice(at, 1)[0]!;
  return new ArrayBuffer(Math.ceil((length * 5) / 4 / 64) * 64 + 64);
}

/** Puts a buffer back into a pool. */
export function giveBuffer(pool: ArrayBuffer[], buffer: ArrayBuffer): void {
  if (pool.length >= POOL) pool.shift();
  pool.push(buffer);
}

/** One worker's mail. */
export class Mail {
  private readonly pool: ArrayBuffer[] = [];
  /** Simulations by number, and mail for those not made yet. */
  private readonly sims = new Map<number, number>();
  private early: PacketMessage[] = [];
  private wake: (() => void) | null = null;
  private news = false;

  constructor(
    private readonly engine: Engine,
    private readonly rank: number,
    private readonly ports: readonly (MessagePort | null)[],
    other: (message: Exclude<PeerMessage, PacketMessage>) => void,
  ) {
    for (const port of ports) {
      if (!port) continue;
      port.onmessage = (event: MessageEvent<PeerMessage>) => {
        const message = event.data;
        if (message.type === 'order' || message.type === 'result') other(message);
        else this.arrive(message);
      };
    }
  }

  /** Mail for world number `world` goes to this simulation. */
  attach(world: number, sim: number): void {
    this.sims.set(world, sim);
    const early = this.early;
    this.early = [];
    early.forEach((packet) => this.arrive(packet));
  }

  detach(world: number): void {
    this.sims.delete(world);
    this.early = this.early.filter((packet) => packet.world !== world);
  }

  /** Sends what waits in the outbox. */
  flush(world: number, sim: number): void {
    const { engine } = this;
    const { x } = engine;
    while (x.fw_outbox!(sim)) {
      const kind = x.fw_out_kind!(sim);
      const length = x.fw_out_len!(sim);
      const buffer = takeBuffer(this.pool, length);
      const address = x.fw_out_ptr!(sim) >>> 0;
      new Uint8Array(buffer).set(engine.at(address, length));
      const type = typeOf(kind, x.fw_out_migrants!(sim) !== 0);
      const message: PacketMessage = { type, from: this.rank, kind, world, length, bytes: buffer };
      this.ports[x.fw_out_to!(sim)]?.postMessage(message, [buffer]);
      x.fw_out_done!(sim);
    }
  }

  /** Resolves when mail has come since the last call. */
  async arrival(): Promise<void> {
    if (!this.news) await new Promise<void>((resolve) => (this.wake = resolve));
    this.news = false;
  }

  /** What is looked at next may have come already. */
  forget(): void {
    this.news = false;
  }

  close(): void {
    for (const port of this.ports) port?.close();
  }

  private arrive(packet: PacketMessage): void {
    const sim = this.sims.get(packet.world);
    if (sim === undefined) {
      this.early.push(packet);
      return;
    }
    const { engine } = this;
    const { x } = engine;
    const address = x.fw_in!(sim, packet.from, packet.kind, packet.length) >>> 0;
    engine.at(address, packet.length).set(new Uint8Array(packet.bytes, 0, packet.length));
    x.fw_in_done!(sim);
    giveBuffer(this.pool, packet.bytes);
    this.news = true;
    const wake = this.wake;
    this.wake = null;
    wake?.();
  }
}

function typeOf(kind: number, migrants: boolean): PacketMessage['type'] {
  if (kind === 0) return 'combat_event';
  if (kind === 2) return 'sync_complete';
  return migrants ? 'entity_migration' : 'ghost_update';
}
