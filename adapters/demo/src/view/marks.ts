/** A ring around each of those who are selected. */

import type { FrameView } from 'flockwork';
import { BufferAttribute, BufferGeometry, DynamicDrawUsage, Points, type RawShaderMaterial } from 'three';
import type { MakeMaterial } from './sight.js';
import { markFragment, markVertex } from './standing-shaders.js';

/** With more rings than these nobody would be seen. */
const MOST = 20_000;
/** How bright one would be. */
const BRIGHT = 16;

export class Marks {
  readonly thing: Points<BufferGeometry, RawShaderMaterial>;
  /** Length of a body. */
  readonly body = { value: 0 };
  private readonly bright = { value: 1 };
  private ids: Uint32Array | null = null;
  /** 1 for each id that is selected. */
  private chosen = new Uint8Array(0);

  constructor(make: MakeMaterial) {
    this.thing = new Points(new BufferGeometry(), make(markVertex, markFragment, { body: this.body, bright: this.bright }));
    this.thing.visible = false;
  }

  /** Shows those of a frame who have these ids, in ascending order; true if the picture may be another. */
  show(ids: Uint32Array | null, frame: FrameView | null): boolean {
    const before = this.thing.visible;
    if (!ids || !frame || ids.length === 0) {
      this.thing.visible = false;
      return before;
    }
    if (ids !== this.ids) {
      this.ids = ids;
      this.chosen = new Uint8Array(ids.at(-1)! + 1);
      for (const id of ids) this.chosen[id] = 1;
    }
    const { geometry } = this.thing;
    let places = geometry.getAttribute('position') as BufferAttribute | undefined;
    const room = Math.min(ids.length, MOST);
    if (!places || places.count < room) {
      geometry.dispose();
      places = new BufferAttribute(new Float32Array(3 * room), 3).setUsage(DynamicDrawUsage);
      geometry.setAttribute('position', places);
    }
    const { chosen } = this;
    const { id, position, count } = frame;
    let found = 0;
    for (let row = 0; row < count && found < room; row++) {
      if (chosen[id[row]!] !== 1) continue;
      for (let axis = 0; axis < 3; axis++) places.array[3 * found + axis] = position[3 * row + axis]!;
      found += 1;
    }
    geometry.setDrawRange(0, found);
    places.clearUpdateRanges();
    places.addUpdateRange(0, 3 * found);
    places.needsUpdate = true;
    this.thing.visible = found > 0;
    // Thousands of them would hide whom they mark.
    this.bright.value = Math.min(0.9, BRIGHT / Math.sqrt(found));
    return true;
  }
}
