/**
 * A world in the part of an address behind `#`: which tick, what was done to it, its fingerprint, the colours
 * and the camera. The scenario is in the part before. JSON, deflated, in the letters that addresses may have.
 */

import type { Batch } from './log.js';

export interface Past {
  readonly tick: number;
  readonly fingerprint: string;
  readonly batches: readonly Batch[];
  readonly colorBy: string;
  readonly pose: readonly number[];
}

/** Longer addresses are cut by some programs through which people send them. */
export const LONGEST = 8000;
const WORD = '#world=';
const FORMAT = 1;

export function isLink(hash: string): boolean {
  return hash.startsWith(WORD);
}

export async function writeLink({ tick, fingerprint, batches, colorBy, pose }: Past): Promise<string> {
  const inputs = batches.flatMap((batch) => batch.inputs.map((input) => [batch.tick, input] as const));
  const text = JSON.stringify([FORMAT, tick, fingerprint, colorBy, pose.map((one) => Number(one.toPrecision(6))), inputs]);
  const bytes = await through(new TextEncoder().encode(text), new CompressionStream('deflate-raw'));
  let letters = '';
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return WORD + btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Reads what `writeLink` wrote; says so where it is anything else. */
export async function readLink(hash: string): Promise<Past> {
  const broken = new RangeError('the link is damaged: perhaps a part of it is missing');
  let value: unknown;
  try {
    const letters = atob(hash.slice(WORD.length).replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = await through(Uint8Array.from(letters, (letter) => letter.charCodeAt(0)), new DecompressionStream('deflate-raw'));
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw broken;
  }
  if (!Array.isArray(value)) throw broken;
  const [format, tick, fingerprint, colorBy, pose, inputs] = value as unknown[];
  if (format !== FORMAT) throw new RangeError(`the link is of format ${String(format)}: this page reads format ${FORMAT}`);
  const good =
    Number.isSafeInteger(tick) && (tick as number) >= 0 && typeof fingerprint === 'string' && typeof colorBy === 'string' &&
    Array.isArray(pose) && pose.every(Number.isFinite) && Array.isArray(inputs);
  if (!good) throw broken;
  const batches: { readonly tick: number; readonly inputs: Batch['inputs'][number][] }[] = [];
  for (const one of inputs as unknown[]) {
    const [at, input] = Array.isArray(one) ? (one as unknown[]) : [];
    const last = batches.at(-1);
    if (!Number.isSafeInteger(at) || (at as number) < (last?.tick ?? 0) || (at as number) > (tick as number)) throw broken;
    if (last?.tick === at) last!.inputs.push(input as Batch['inputs'][number]);
    else batches.push({ tick: at as number, inputs: [input as Batch['inputs'][number]] });
  }
  return { tick: tick as number, fingerprint: fingerprint as string, colorBy: colorBy as string, pose: pose as number[], batches };
}

async function through(bytes: Uint8Array<ArrayBuffer>, change: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(change);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
