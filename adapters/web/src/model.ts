/** Rows of entities as objects. */

import { bytesOfScalar, readScalar } from './scalar.js';
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
      values.push(readScalar(view, at, scalar));
      at += bytesOfScalar(scalar);
    }
    columns[name] = components === 1 ? values[0]! : values;
  }
  return { id, columns };
}
