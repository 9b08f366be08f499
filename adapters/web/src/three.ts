/** Points and instances of three.js, bound to the frames of a simulation. */

import {
  BufferAttribute,
  BufferGeometry,
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  MeshBasicMaterial,
  Points,
  PointsMaterial,
  type Material,
} from 'three';
import type { FrameView, Simulation } from './types.js';

/** Attributes that show the newest frame: their arrays are the frame's own, nothing is copied. */
class FrameAttributes {
  readonly position: BufferAttribute;
  readonly color: BufferAttribute;

  constructor(frame: FrameView, instanced: boolean) {
    const Kind = instanced ? InstancedBufferAttribute : BufferAttribute;
    this.position = new Kind(frame.position, 3);
    this.color = new Kind(frame.color, 4, true);
    this.position.setUsage(DynamicDrawUsage);
    this.color.setUsage(DynamicDrawUsage);
  }

  /** Shows a frame; only as much as there are entities is uploaded. */
  show(frame: FrameView): void {
    // All slots of a frame have one size, so three.js takes another array for the same buffer.
    this.position.array = frame.position;
    this.color.array = frame.color;
    for (const [attribute, size] of [[this.position, 3], [this.color, 4]] as const) {
      attribute.clearUpdateRanges();
      attribute.addUpdateRange(0, size * frame.count);
      attribute.needsUpdate = true;
    }
  }
}

export interface SimulationPointsOptions {
  /** Size of a point in the world's units (default 1), or your own material with vertex colours. */
  readonly size?: number;
  readonly material?: Material;
}

/** Every entity as a point. Call `update` once for each frame that is drawn. */
export class SimulationPoints extends Points<BufferGeometry, Material> {
  private readonly attributes: FrameAttributes;
  private readonly ownMaterial: boolean;

  constructor(
    private readonly simulation: Simulation,
    { size = 1, material }: SimulationPointsOptions = {},
  ) {
    super(new BufferGeometry(), material ?? new PointsMaterial({ size, vertexColors: true }));
    this.ownMaterial = material === undefined;
    const frame = simulation.acquireFrame();
    this.attributes = new FrameAttributes(frame, false);
    this.geometry.setAttribute('position', this.attributes.position);
    this.geometry.setAttribute('color', this.attributes.color);
    this.geometry.setDrawRange(0, frame.count);
    // A sphere around points that move is stale at once, and costs a look at each.
    this.frustumCulled = false;
  }

  /** Shows the newest frame; true if it is another one. */
  update(): boolean {
    const frame = this.simulation.acquireFrame();
    if (!frame.fresh) return false;
    this.attributes.show(frame);
    this.geometry.setDrawRange(0, frame.count);
    return true;
  }

  dispose(): void {
    this.geometry.dispose();
    if (this.ownMaterial) this.material.dispose();
  }
}

/** A material that puts an instance at its entity's position, in its colour. */
function instanceMaterial(): MeshBasicMaterial {
  const material = new MeshBasicMaterial();
  material.onBeforeCompile = (shader) => {
    shader.vertexShader = shader.vertexShader
      .replace('#include <common>', '#include <common>\nattribute vec3 entityPosition;\nattribute vec4 entityColor;\nvarying vec4 vEntityColor;')
      .replace('#include <begin_vertex>', 'vec3 transformed = position + entityPosition;\nvEntityColor = entityColor;');
    shader.fragmentShader = shader.fragmentShader
      .replace('#include <common>', '#include <common>\nvarying vec4 vEntityColor;')
      .replace('#include <color_fragment>', 'diffuseColor *= vEntityColor;');
  };
  return material;
}

export interface SimulationInstancesOptions {
  /** A material that reads the attributes `entityPosition` and `entityColor`. */
  readonly material?: Material;
}

/** Every entity as an instance of a geometry. Call `update` once for each frame that is drawn. */
export class SimulationInstances extends Mesh<InstancedBufferGeometry, Material> {
  private readonly attributes: FrameAttributes;
  private readonly ownMaterial: boolean;

  constructor(
    private readonly simulation: Simulation,
    shape: BufferGeometry,
    { material }: SimulationInstancesOptions = {},
  ) {
    const geometry = new InstancedBufferGeometry();
    geometry.index = shape.index;
    for (const [name, attribute] of Object.entries(shape.attributes)) geometry.setAttribute(name, attribute);
    super(geometry, material ?? instanceMaterial());
    this.ownMaterial = material === undefined;
    const frame = simulation.acquireFrame();
    this.attributes = new FrameAttributes(frame, true);
    geometry.setAttribute('entityPosition', this.attributes.position);
    geometry.setAttribute('entityColor', this.attributes.color);
    geometry.instanceCount = frame.count;
    this.frustumCulled = false;
  }

  /** Shows the newest frame; true if it is another one. */
  update(): boolean {
    const frame = this.simulation.acquireFrame();
    if (!frame.fresh) return false;
    this.attributes.show(frame);
    this.geometry.instanceCount = frame.count;
    return true;
  }

  dispose(): void {
    this.geometry.dispose();
    if (this.ownMaterial) this.material.dispose();
  }
}
