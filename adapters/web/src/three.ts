/** Points and instances of three.js (from r159 on), bound to the frames of a simulation. */

import {
  BufferAttribute,
  BufferGeometry,
  ColorManagement,
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  Mesh,
  MeshBasicMaterial,
  Points,
  PointsMaterial,
  type Material,
} from 'three';
import type { FrameReader, FrameView, Simulation } from './types.js';

/** The frames of a simulation as attributes of a geometry: their arrays are the frame's own, nothing is copied. */
class FrameAttributes {
  private readonly reader: FrameReader;

  constructor(
    private readonly simulation: Simulation,
    private readonly geometry: BufferGeometry,
    private readonly names: { readonly position: string; readonly color: string },
    private readonly Kind: typeof BufferAttribute,
  ) {
    this.reader = simulation.reader();
  }

  /** The newest frame, if it is another one than at the last look. A loop that draws may outlive the simulation. */
  next(): FrameView | null {
    if (this.simulation.state === 'disposed') return null;
    const frame = this.reader.acquire();
    return frame.fresh ? this.show(frame) : null;
  }

  /** The frame there is. */
  first(): FrameView {
    return this.show(this.reader.acquire());
  }

  close(): void {
    this.reader.close();
  }

  private show(frame: FrameView): FrameView {
    this.bind(this.names.position, frame.position, 3, frame.count);
    this.bind(this.names.color, frame.color, 4, frame.count);
    return frame;
  }

  /** Only as much as there are entities is uploaded. */
  private bind(name: string, array: Float32Array | Uint8Array, size: number, count: number): void {
    const attribute = this.attribute(name, array, size);
    attribute.clearUpdateRanges();
    attribute.addUpdateRange(0, size * count);
    attribute.needsUpdate = true;
  }

  private attribute(name: string, array: Float32Array | Uint8Array, size: number): BufferAttribute {
    const known = this.geometry.getAttribute(name) as BufferAttribute | undefined;
    // A buffer on the graphics card keeps its size; arrays of that size take turns for it.
    if (known?.array.length === array.length) {
      known.array = array;
      return known;
    }
    if (known) this.geometry.dispose();
    const made = new this.Kind(array, size, size === 4).setUsage(DynamicDrawUsage);
    this.geometry.setAttribute(name, made);
    return made;
  }
}

/** The colours of frames are sRGB, as everywhere on the web; three.js computes with linear ones. */
function toLinear(color: string): string {
  if (!ColorManagement.enabled) return '';
  return `${color}.rgb = mix(pow((${color}.rgb + 0.055) / 1.055, vec3(2.4)), ${color}.rgb / 12.92, vec3(lessThanEqual(${color}.rgb, vec3(0.04045))));`;
}

export interface SimulationPointsOptions {
  /**
   * Side of the square that an entity is shown as, in the units of the simulation's world (default
   * 1), under perspective and orthographic cameras alike.
   */
  readonly size?: number;
  /** Your own material, with vertex colours; it decides about the size. */
  readonly material?: Material;
}

/** A material whose points are as large as things of that size in the world. */
function pointMaterial(size: number): PointsMaterial {
  const material = new PointsMaterial({ size, vertexColors: true, sizeAttenuation: false });
  material.onBeforeCompile = (shader) => {
    // `scale` is half the height of the view, in pixels: a length of clip space is so many of them.
    shader.vertexShader = shader.vertexShader
      .replace('#include <color_vertex>', `#include <color_vertex>\n${toLinear('vColor')}`)
      .replace('gl_PointSize = size;', 'gl_PointSize = size * scale * projectionMatrix[1][1] * length(modelViewMatrix[1].xyz) / gl_Position.w;');
  };
  return material;
}

/** Every entity as a point. Call `update` once for each frame that is drawn. */
export class SimulationPoints extends Points<BufferGeometry, Material> {
  private readonly frames: FrameAttributes;
  private readonly ownMaterial: boolean;

  constructor(simulation: Simulation, { size = 1, material }: SimulationPointsOptions = {}) {
    super(new BufferGeometry(), material ?? pointMaterial(size));
    this.ownMaterial = material === undefined;
    this.frames = new FrameAttributes(simulation, this.geometry, { position: 'position', color: 'color' }, BufferAttribute);
    this.geometry.setDrawRange(0, this.frames.first().count);
    // A sphere around points that move is stale at once, and costs a look at each.
    this.frustumCulled = false;
  }

  /** Shows the newest frame; true if it is another one. */
  update(): boolean {
    const frame = this.frames.next();
    if (frame) this.geometry.setDrawRange(0, frame.count);
    return frame !== null;
  }

  dispose(): void {
    this.frames.close();
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
      .replace('#include <begin_vertex>', `vec3 transformed = position + entityPosition;\nvEntityColor = entityColor;\n${toLinear('vEntityColor')}`);
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
  private readonly frames: FrameAttributes;
  private readonly ownMaterial: boolean;

  constructor(simulation: Simulation, shape: BufferGeometry, { material }: SimulationInstancesOptions = {}) {
    const geometry = new InstancedBufferGeometry();
    geometry.index = shape.index;
    for (const [name, attribute] of Object.entries(shape.attributes)) geometry.setAttribute(name, attribute);
    super(geometry, material ?? instanceMaterial());
    this.ownMaterial = material === undefined;
    this.frames = new FrameAttributes(simulation, geometry, { position: 'entityPosition', color: 'entityColor' }, InstancedBufferAttribute);
    geometry.instanceCount = this.frames.first().count;
    this.frustumCulled = false;
  }

  /** Shows the newest frame; true if it is another one. */
  update(): boolean {
    const frame = this.frames.next();
    if (frame) this.geometry.instanceCount = frame.count;
    return frame !== null;
  }

  dispose(): void {
    this.frames.close();
    this.geometry.dispose();
    if (this.ownMaterial) this.material.dispose();
  }
}
