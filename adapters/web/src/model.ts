/** Rows of entities as objects. */

import type { Entity, ModelInfo } from './types.js';

/** Reads a row as `fw_entity` packs it. */
export function unpack(model: ModelInfo, id: number, row: ArrayBuffer): Entity {
  const view = new DataView(row);
  const columns: Record<string, number | number[]> = {};
  let at = 0;
  for (const { name, scalar, components, reach } of model.columns) {
    if (reach === 'scratch') continue;
    const values: number[] = [];
    for (let component = 0; component < components; component++) {
      const [value, size] = read(view, at, scalar);
      values.push(value);
      at += size;
    }
    columns[name] = components === 1 ? values[0]! : values;
  }
  return { id, columns };
}

function read(view: DataView, at: number, scalar: ModelInfo['columns'][number]['scalar']): [number, number] {
  switch (scalar) {
    case 'f32':
      return [view.getFloat32(at, true), 4];
    case 'u32':
      return [view.getUint32(at, true), 4];
    case 'u16':
      return [view.getUint16(at, true), 2];
    case 'u8':
      return [view.getUint8(at), 1];
  }
}
