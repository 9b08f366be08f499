/** The kinds of numbers that columns have: bytes, arrays, and how one is read. */

import type { ModelInfo } from './types.js';

export type Scalar = ModelInfo['columns'][number]['scalar'];

interface Kind {
  readonly array:
    | Float32ArrayConstructor
    | Uint32ArrayConstructor
    | Uint16ArrayConstructor
    | Uint8ArrayConstructor
    | Int32ArrayConstructor
    | BigUint64ArrayConstructor;
  readonly read: (view: DataView, at: number) => number;
}

const KINDS: Readonly<Record<Scalar, Kind>> = {
  f32: { array: Float32Array, read: (view, at) => view.getFloat32(at, true) },
  u32: { array: Uint32Array, read: (view, at) => view.getUint32(at, true) },
  u16: { array: Uint16Array, read: (view, at) => view.getUint16(at, true) },
  u8: { array: Uint8Array, read: (view, at) => view.getUint8(at) },
  i32: { array: Int32Array, read: (view, at) => view.getInt32(at, true) },
  // Of 64 bits the nearest number that there is.
  u64: { array: BigUint64Array, read: (view, at) => Number(view.getBigUint64(at, true)) },
  bool: { array: Uint8Array, read: (view, at) => view.getUint8(at) },
};

/** The arrays of a column's values. */
export function arrayOf(scalar: Scalar): Kind['array'] {
  return KINDS[scalar].array;
}

/** Bytes of one number. */
export function bytesOfScalar(scalar: Scalar): number {
  return KINDS[scalar].array.BYTES_PER_ELEMENT;
}

/** One number of a row. */
export function readScalar(view: DataView, at: number, scalar: Scalar): number {
  return KINDS[scalar].read(view, at);
}
