// Snapshots as bytes: see `scheduler/src/snapshot.rs` for the layout.
import { crc32 } from 'node:zlib';

const CHECKED = 16;

/** Where the rows of a snapshot begin, and bytes of one. */
function rows(view) {
  let at = 24;
  at += 4 + view.getUint32(at, true); // model
  at += 4 + view.getUint32(at, true); // arithmetic
  at += 8; // schema
  at += 4 + 8 * view.getUint32(at, true); // axes
  at += 16 + 28 + 12; // setup, precision and origin, tick and next id
  const params = view.getUint32(at, true);
  at += 4;
  for (let index = 0; index < params; index++) {
    at += 4 + view.getUint32(at, true); // name
    const kind = view.getUint8(at);
    at += 1;
    // A number; or how many numbers or bytes, and those.
    at += kind === 0 ? 8 : 4 + (kind === 1 ? 8 : 1) * view.getUint32(at, true);
  }
  at += 4 + 8 * view.getUint32(at, true); // history
  const count = Number(view.getBigUint64(at, true));
  return { begin: at + 12, count, size: view.getUint32(at + 8, true) };
}

/** Halves all coordinates of every second entity, as the golden file's `crowded` says. */
export function crowd(snapshot, model) {
  const copy = snapshot.slice(0);
  const view = new DataView(copy);
  const { begin, count, size } = rows(view);
  const bytes = { f32: 4, u32: 4, u16: 2, u8: 1 };
  const packed = model.columns.filter((column) => column.reach !== 'scratch');
  const offset = (name) => {
    const index = packed.findIndex((column) => column.name === name);
    return packed.slice(0, index).reduce((sum, one) => sum + bytes[one.scalar] * one.components, 0);
  };
  for (let id = 0; id < count; id += 2) {
    for (const name of ['x', 'y', 'z'].filter((one) => packed.some((column) => column.name === one))) {
      const at = begin + id * size + offset(name);
      view.setFloat32(at, view.getFloat32(at, true) * 0.5, true);
    }
  }
  sign(copy);
  return copy;
}

/** Writes the checksum anew. */
export function sign(snapshot) {
  new DataView(snapshot).setUint32(12, crc32(new Uint8Array(snapshot, CHECKED)), true);
}

/** Where the rows begin: what is before them is the header. */
export function bodyOf(snapshot) {
  return rows(new DataView(snapshot)).begin;
}
