/** A field under the entities: the amount in each cell as a colour. */

import type { FieldView } from 'flockwork';
import { BufferAttribute, BufferGeometry, DataTexture, FloatType, Mesh, NearestFilter, RedFormat, Vector2, Vector3, type RawShaderMaterial } from 'three';
import { GROUND_COLORS, groundFragment, groundVertex } from './ground-shaders.js';
import type { MakeMaterial } from './sight.js';

/** What the darkest and the brightest colour stand for. */
export interface FieldRange {
  readonly min: number;
  readonly max: number;
}

export class Ground {
  readonly thing: Mesh<BufferGeometry, RawShaderMaterial>;
  /** The most that was seen so far, which the brightest colour stands for where no range is given. */
  top = 0;
  private readonly uniforms = {
    cells: { value: null as DataTexture | null },
    counts: { value: new Vector2(1, 1) },
    low: { value: 0 },
    top: { value: 1 },
    colors: { value: [new Vector3(), new Vector3(), new Vector3()] },
  };
  private name: string | null = null;

  constructor(make: MakeMaterial) {
    const square = new BufferGeometry();
    square.setAttribute('position', new BufferAttribute(new Float32Array([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0]), 3));
    this.thing = new Mesh(square, make(groundVertex, groundFragment, this.uniforms));
    this.thing.visible = false;
  }

  /** Shows a field of a frame, `number` among those of its model; true if the picture may be another. */
  show(name: string | null, number: number, field: FieldView | undefined, range: FieldRange | null): boolean {
    const before = this.thing.visible;
    this.thing.visible = field !== undefined;
    if (!field) return before;
    if (name !== this.name) this.top = 0;
    this.name = name;
    const [columns = 1, rows = 1] = field.cells;
    const texture = this.texture(columns, rows);
    // Not all browsers hand memory that is shared to the graphics card.
    (texture.image.data as Float32Array).set(field.amounts);
    texture.needsUpdate = true;
    for (const amount of field.amounts) if (amount > this.top) this.top = amount;
    this.uniforms.low.value = range?.min ?? 0;
    this.uniforms.top.value = range?.max ?? (this.top || 1);
    GROUND_COLORS[number % GROUND_COLORS.length]!.forEach((color, step) => this.uniforms.colors.value[step]!.fromArray(color).divideScalar(255));
    return true;
  }

  clear(): void {
    this.thing.visible = false;
    this.name = null;
  }

  private texture(columns: number, rows: number): DataTexture {
    const { cells, counts } = this.uniforms;
    if (cells.value && counts.value.x === columns && counts.value.y === rows) return cells.value;
    cells.value?.dispose();
    counts.value.set(columns, rows);
    cells.value = new DataTexture(new Float32Array(columns * rows), columns, rows, RedFormat, FloatType);
    cells.value.minFilter = cells.value.magFilter = NearestFilter;
    cells.value.unpackAlignment = 4;
    return cells.value;
  }
}
