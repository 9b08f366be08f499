/**
 * Points and instances of three.js (from r178 on) for `WebGPURenderer`, on WebGPU or where there is none on WebGL: the same
 * names and options as in `flockwork/three`.
 */

import {
  BufferAttribute,
  BufferGeometry,
  ColorManagement,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  InstancedInterleavedBuffer,
  InterleavedBuffer,
  InterleavedBufferAttribute,
  Mesh,
  MeshBasicNodeMaterial,
  PlaneGeometry,
  Vector3,
  type Intersection,
  type NodeMaterial,
  type Raycaster,
  type Renderer,
} from 'three/webgpu';
import { uniform } from 'three/tsl';
import { Entities, reachOf, type Kind } from './three/entities.js';
import type { EntityOptions, InstanceOptions } from './three/options.js';
import { paint } from './three/tsl.js';
import type { Simulation } from './types.js';

export type { EntityIntersection } from './three/entities.js';
export type { EntityOptions, InstanceOptions, SizeByColumn } from './three/options.js';

export interface SimulationPointsOptions extends EntityOptions {
  /** Your own material: it gets nodes for places and colours. */
  readonly material?: NodeMaterial;
}

export interface SimulationInstancesOptions extends InstanceOptions {
  /** Your own material, such as one that is lit: it gets nodes for places and colours. */
  readonly material?: NodeMaterial;
}

function kindOf(shape: BufferGeometry, squares: boolean, material: NodeMaterial): Kind {
  const values = {
    alpha: uniform(1),
    size: uniform(1),
    reach: uniform(reachOf(shape)),
    half: uniform(1),
    ratio: uniform(1),
    periods: uniform(new Vector3()),
  };
  return {
    shape,
    values,
    geometry: () => new InstancedBufferGeometry(),
    attribute: (array, size, instanced) =>
      new (instanced ? InstancedBufferAttribute : BufferAttribute)(array, size, size === 4 && array instanceof Uint8Array),
    pair: (array, instanced) => {
      const data = new (instanced ? InstancedInterleavedBuffer : InterleavedBuffer)(array, 8);
      return [new InterleavedBufferAttribute(data, 4, 0), new InterleavedBufferAttribute(data, 4, 4)];
    },
    paint: (features) => paint(material, squares, values, features, ColorManagement.enabled),
  };
}

/** What both kinds of objects do. */
class SimulationMesh extends Mesh<BufferGeometry, NodeMaterial> {
  private readonly entities: Entities;

  constructor(simulation: Simulation, shape: BufferGeometry, squares: boolean, material: NodeMaterial | undefined, options: InstanceOptions) {
    super(new InstancedBufferGeometry(), material ?? new MeshBasicNodeMaterial());
    this.entities = new Entities(this, simulation, kindOf(shape, squares, this.material), options, material === undefined);
  }

  /** Changes how entities are drawn; what is not given stays. */
  set(options: InstanceOptions): void {
    this.entities.set(options);
  }

  /** Shows the newest frame; true if there is something else to draw. */
  update(): boolean {
    return this.entities.update();
  }

  override onBeforeRender = (renderer: Pick<Renderer, 'domElement' | 'getPixelRatio' | 'getRenderTarget'>): void => this.entities.seen(renderer);

  /** Adds the nearest entity under the ray: an `EntityIntersection`. */
  override raycast(raycaster: Raycaster, hits: Intersection[]): void {
    this.entities.raycast(raycaster, hits);
  }

  override dispose(): void {
    // Versions before r187 have nothing to do here.
    super.dispose?.();
    this.entities.dispose();
  }
}

/** Every entity as a square that faces whoever looks. Call `update` once for each frame that is drawn. */
export class SimulationPoints extends SimulationMesh {
  constructor(simulation: Simulation, { material, ...options }: SimulationPointsOptions = {}) {
    super(simulation, new PlaneGeometry(1, 1), true, material, options);
  }

  override set(options: EntityOptions): void {
    super.set(options);
  }
}

/** Every entity as an instance of a geometry. Call `update` once for each frame that is drawn. */
export class SimulationInstances extends SimulationMesh {
  constructor(simulation: Simulation, shape: BufferGeometry, { material, ...options }: SimulationInstancesOptions = {}) {
    super(simulation, shape, false, material, options);
  }
}
