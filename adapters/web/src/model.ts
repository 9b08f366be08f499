/** Models as a world has them, and rows of entities as objects. */

import type { ModuleModel, PlainScenario } from './protocol.js';
import { bytesOfScalar, readScalar } from './scalar.js';
import type { Entity, ModelInfo } from './types.js';

/** The model of a scenario in a world of its axes; null if it does not run there, or is not known. */
export function modelOf(models: readonly ModuleModel[], { model, settings }: PlainScenario): ModelInfo | null {
  const found = models.find((one) => one.name === model);
  if (!found) return null;
  const { plane, space, event, ...rest } = found;
  const columns = settings.some(([name]) => name === 'depth') ? space : plane;
  if (!columns) return null;
  // Of a vector the plane has no third part.
  const names = event?.values.map(({ name }) => name).filter((name) => space === columns || !name.endsWith('z'));
  return { ...rest, columns, event: event && { name: event.name, values: names ?? [] } };
}

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
