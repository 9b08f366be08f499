/** Points and instances of three.js (from r159 on) for `WebGLRenderer`, bound to the frames of a simulation. */

import {
  BufferAttribute,
  BufferGeometry,
  ColorManagement,
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedBufferGeometry,
  InstancedInterleavedBuffer,
  InterleavedBuffer,
  InterleavedBufferAttribute,
  Mesh,
  MeshBasicMaterial,
  Points,
  PointsMaterial,
  Vector3,
  type Intersection,
  type Material,
  type Raycaster,
  type WebGLRenderer,
} from 'three';
import { Entities, reachOf, type Kind } from './three/entities.js';
import { paint } from './three/glsl.js';
import type { EntityOptions, InstanceOptions } from './three/options.js';
import type { Simulation } from './types.js';

export type { EntityIntersection } from './three/entities.js';
export type { EntityOptions, InstanceOptions, SizeByColumn } from './three/options.js';

export interface SimulationPointsOptions extends EntityOptions {
  /** Your own material: a built-in one shows entities too; a `ShaderMaterial` reads `entityPosition` and `entityColor`. */
  readonly material?: Material;
}

export interface SimulationInstancesOptions extends InstanceOptions {
  /** Your own material, such as one that is lit; a `ShaderMaterial` reads `entityPosition` and `entityColor`. */
  readonly material?: Material;
}

function kindOf(shape: BufferGeometry | null, material: Material): Kind {
  const values = {
    alpha: { value: 1 },
    size: { value: 1 },
    // Points are squares that stand upright.
    reach: { value: shape ? reachOf(shape) : Math.SQRT1_2 },
    half: { value: 1 },
    ratio: { value: 1 },
    periods: { value: new Vector3() },
  };
  return {
    shape,
    values,
    geometry: (instanced) => (instanced ? new InstancedBufferGeometry() : new BufferGeometry()),
    attribute: (array, size, instanced) =>
      new (instanced ? InstancedBufferAttribute : BufferAttribute)(array, size, size === 4 && array instanceof Uint8Array).setUsage(DynamicDrawUsage),
    pair: (array, instanced) => {
      const data = new (instanced ? InstancedInterleavedBuffer : InterleavedBuffer)(array, 8).setUsage(DynamicDrawUsage);
      return [new InterleavedBufferAttribute(data, 4, 0), new InterleavedBufferAttribute(data, 4, 4)];
    },
    paint: (features) => paint(material, shape ? 'instances' : 'points', values, features, ColorManagement.enabled),
  };
}

/** Every entity as a square point. Call `update` once for each frame that is drawn. */
export class SimulationPoints extends Points<BufferGeometry, Material> {
  private readonly entities: Entities;

  constructor(simulation: Simulation, { material, ...options }: SimulationPointsOptions = {}) {
    super(new BufferGeometry(), material ?? new PointsMaterial());
    this.entities = new Entities(this, simulation, kindOf(null, this.material), options, material === undefined);
  }

  /** Changes how entities are drawn; what is not given stays. */
  set(options: EntityOptions): void {
    this.entities.set(options);
  }

  /** Shows the newest frame; true if there is something else to draw. */
  update(): boolean {
    return this.entities.update();
  }

  override onBeforeRender = (renderer: WebGLRenderer): void => this.entities.seen(renderer);

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

/** Every entity as an instance of a geometry. Call `update` once for each frame that is drawn. */
export class SimulationInstances extends Mesh<BufferGeometry, Material> {
  private readonly entities: Entities;

  constructor(simulation: Simulation, shape: BufferGeometry, { material, ...options }: SimulationInstancesOptions = {}) {
    super(new InstancedBufferGeometry(), material ?? new MeshBasicMaterial());
    this.entities = new Entities(this, simulation, kindOf(shape, this.material), options, material === undefined);
  }

  /** Changes how entities are drawn; what is not given stays. */
  set(options: InstanceOptions): void {
    this.entities.set(options);
  }

  /** Shows the newest frame; true if there is something else to draw. */
  update(): boolean {
    return this.entities.update();
  }

  override onBeforeRender = (renderer: WebGLRenderer): void => this.entities.seen(renderer);

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
