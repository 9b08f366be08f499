/** Where the hand is held over the world, and how far it reaches: a circle, in space a ball. */

import { BufferAttribute, BufferGeometry, Mesh, Vector2, Vector3, Vector4, type RawShaderMaterial } from 'three';
import type { Hold } from '../sim/hold.js';
import type { ToolName } from '../sim/tools.js';
import { ringFragment, ringVertex } from './shaders.js';
import type { MakeMaterial } from './sight.js';

const TINTS: Readonly<Record<ToolName, readonly [number, number, number]>> = {
  look: [1, 1, 1],
  add: [0.21, 0.82, 0.63],
  remove: [1, 0.42, 0.36],
  frighten: [1, 0.72, 0.2],
  attract: [0.34, 0.71, 0.91],
  feed: [0.62, 0.86, 0.3],
  select: [1, 1, 1],
  draw: [1, 1, 1],
  paint: [0.62, 0.86, 0.3],
};
const FILL = { idle: 0.012, pressed: 0.04 };

export class Brush {
  readonly thing: Mesh<BufferGeometry, RawShaderMaterial>;
  private readonly place = { value: new Vector3() };
  private readonly radius = { value: new Vector2() };
  private readonly tint = { value: new Vector4() };
  private readonly fill = { value: 0 };
  private readonly round = { value: 0 };
  private key = '';

  constructor(make: MakeMaterial) {
    const square = new BufferGeometry();
    square.setAttribute('position', new BufferAttribute(new Float32Array([-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, -1, 0, 1, 1, 0, -1, 1, 0]), 3));
    const { place, radius, tint, fill, round } = this;
    this.thing = new Mesh(square, make(ringVertex, ringFragment, { place, radius, tint, fill, round }));
    this.thing.visible = false;
  }

  /** True if the picture is another. */
  show({ place: [x, y, z], radius }: Hold, tool: ToolName, pressed: boolean, space: boolean): boolean {
    const key = `${x} ${y} ${z} ${radius} ${tool} ${pressed}`;
    if (this.thing.visible && key === this.key) return false;
    this.key = key;
    this.thing.visible = true;
    this.place.value.set(x, y, z);
    this.radius.value.set(radius, 0);
    this.tint.value.set(...TINTS[tool], pressed ? 1 : 0.75);
    this.fill.value = pressed ? FILL.pressed : FILL.idle;
    this.round.value = space ? 1 : 0;
    return true;
  }

  hide(): boolean {
    const gone = this.thing.visible;
    this.thing.visible = false;
    return gone;
  }
}
