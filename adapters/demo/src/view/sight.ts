/** What one entity sees: circles as far as its sight, in space balls, and a line to each neighbour. */

import type { FrameView } from 'flockwork';
import { BufferAttribute, BufferGeometry, DynamicDrawUsage, LineSegments, Mesh, Vector2, Vector3, Vector4, type Object3D, type RawShaderMaterial } from 'three';
import type { Extent } from './camera.js';
import type { Looking } from './gaze.js';
import { Nearby, way } from './near.js';
import { lineFragment, lineVertex, ringFragment, ringVertex } from './shaders.js';

/** More lines than these would be a blot. */
const LINES = 1024;
/** A ring of this many CSS pixels shows which one it is from afar. */
const RING = 15;
const SEEN = [170, 215, 255, 230] as const;
const CLOSE = [255, 150, 70, 230] as const;

export interface Radii {
  readonly sight: number;
  readonly close: number;
}

export type MakeMaterial = (vertex: string, fragment: string, uniforms: Record<string, { value: unknown }>) => RawShaderMaterial;

export class Sight {
  readonly things: readonly Object3D[];
  /** How many there are within the radii, without itself. */
  neighbors = 0;
  tooClose = 0;
  private readonly place = { value: new Vector3() };
  private readonly nearby = new Nearby();
  private readonly mark: Mesh<BufferGeometry, RawShaderMaterial>;
  private readonly circles: readonly Mesh<BufferGeometry, RawShaderMaterial>[];
  private readonly lines: LineSegments<BufferGeometry, RawShaderMaterial>;

  constructor(
    make: MakeMaterial,
    /** Pixels of the screen for one of CSS. */
    private readonly ratio: { readonly value: number },
  ) {
    const square = squareGeometry();
    const ring = (tint: readonly number[], fill: number) => {
      const uniforms = { place: this.place, radius: { value: new Vector2() }, tint: { value: new Vector4(...tint) }, fill: { value: fill }, round: { value: 0 } };
      return new Mesh(square, make(ringVertex, ringFragment, uniforms));
    };
    this.circles = [ring([0.16, 0.34, 0.6, 0.8], 0.016), ring([0.75, 0.28, 0.06, 0.7], 0.012)];
    this.mark = ring([1, 1, 1, 0.9], 0);
    this.lines = new LineSegments(lineGeometry(), make(lineVertex, lineFragment, { place: this.place }));
    this.things = [...this.circles, this.lines, this.mark];
    this.hide();
  }

  hide(): void {
    for (const thing of this.things) thing.visible = false;
    this.neighbors = this.tooClose = 0;
  }

  /** Shows the entity in a row of the frame, and what it sees, or from afar only a mark around it. */
  show({ frame, world, radii: { sight, close }, body }: Looking, row: number, detailed: boolean): void {
    const { position } = frame;
    const [x, y, z] = [position[3 * row]!, position[3 * row + 1]!, position[3 * row + 2]!];
    this.place.value.set(x, y, z);
    this.mark.visible = true;
    // In pixels of the screen.
    this.mark.material.uniforms.radius!.value.set(0, (RING + 0.7 * body) * this.ratio.value);
    [sight, close].forEach((radius, index) => {
      const circle = this.circles[index]!;
      circle.visible = detailed && radius > 0;
      circle.material.uniforms.radius!.value.set(radius, 0);
      circle.material.uniforms.round!.value = world.sides[2] > 0 ? 1 : 0;
    });
    this.nearby.find(position, detailed ? frame.count : 0, world, [x, y, z], Math.max(sight, close));
    this.connect(frame, row, world, close);
  }

  private connect({ position }: FrameView, own: number, { sides, wraps }: Extent, close: number): void {
    const { rows, count } = this.nearby;
    const ends = this.lines.geometry.getAttribute('position') as BufferAttribute;
    const colors = this.lines.geometry.getAttribute('color') as BufferAttribute;
    const ways = ends.array as Float32Array;
    this.neighbors = this.tooClose = 0;
    for (let index = 0; index < count; index++) {
      const row = rows[index]!;
      if (row === own) continue;
      const line = this.neighbors++;
      let square = 0;
      for (let axis = 0; axis < 3; axis++) {
        const along = way(position[3 * own + axis]!, position[3 * row + axis]!, sides[axis]!, wraps[axis]!);
        square += along * along;
        if (line < LINES) ways[6 * line + 3 + axis] = along;
      }
      const near = square < close * close;
      if (near) this.tooClose += 1;
      if (line < LINES) (colors.array as Uint8Array).set(near ? CLOSE : SEEN, 8 * line + 4);
    }
    const shown = Math.min(this.neighbors, LINES);
    this.lines.visible = shown > 0;
    this.lines.geometry.setDrawRange(0, 2 * shown);
    for (const [attribute, size] of [[ends, 6], [colors, 8]] as const) {
      attribute.clearUpdateRanges();
      attribute.addUpdateRange(0, size * shown);
      attribute.needsUpdate = true;
    }
  }
}

function squareGeometry(): BufferGeometry {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array([-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, -1, 0, 1, 1, 0, -1, 1, 0]), 3));
  return geometry;
}

/** The first end of each line stays at the entity itself, where the line is faint. */
function lineGeometry(): BufferGeometry {
  const geometry = new BufferGeometry();
  const colors = new Uint8Array(8 * LINES);
  for (let line = 0; line < LINES; line++) colors.set([190, 220, 255, 110], 8 * line);
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(6 * LINES), 3).setUsage(DynamicDrawUsage));
  geometry.setAttribute('color', new BufferAttribute(colors, 4, true).setUsage(DynamicDrawUsage));
  return geometry;
}
