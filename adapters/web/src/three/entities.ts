/**
 * The frames of a simulation as attributes of a geometry, for whatever renderer of three.js: what all objects of this
 * package share. It imports nothing of three.js but types; the entries say how a material shows the attributes.
 */

import type { BufferAttribute, BufferGeometry, Camera, InstancedBufferGeometry, InterleavedBufferAttribute, Intersection, Material, Object3D, Raycaster } from 'three';
import type { FrameReader, FrameView, Simulation } from '../types.js';
import { PAIR, POSE, imagesOf, lookOf, pose, remember, type InstanceOptions, type Look } from './options.js';
import { nearestHit } from './ray.js';

/** A number or vector that shaders read. */
export interface Value<T> {
  value: T;
}

interface Vector {
  set(x: number, y: number, z: number): unknown;
}

/** What shaders read besides attributes. */
export interface Values {
  /** How far the way from the frame before is gone. */
  readonly alpha: Value<number>;
  readonly size: Value<number>;
  /** How far the shape reaches, of size 1. */
  readonly reach: Value<number>;
  /** Half the height of the picture in pixels of the device, and how many of these a pixel of the page has. */
  readonly half: Value<number>;
  readonly ratio: Value<number>;
  readonly periods: Value<Vector>;
}

/** What a shader has to do; another one has another key. */
export interface Features {
  readonly interpolate: boolean;
  /** Whether there are directions, and whether there are directions or sizes of each. */
  readonly turned: boolean;
  readonly posed: boolean;
  /** Whether directions are on their way from those of the frame before. */
  readonly bends: boolean;
  readonly pixels: boolean;
  /** How there is more than one image of each: whole copies of the world, or what sticks out over an end. */
  readonly images: 'none' | 'seam' | 'copies';
}

/** What depends on the renderer and the kind of object. */
export interface Kind {
  /** Null for points, which have none. */
  readonly shape: BufferGeometry | null;
  readonly values: Values;
  geometry(instanced: boolean): BufferGeometry | InstancedBufferGeometry;
  attribute(array: Float32Array | Uint8Array, size: number, instanced: boolean): BufferAttribute;
  /** Two attributes of four numbers each that lie in one array by turns: WebGPU binds few arrays. */
  pair(array: Float32Array, instanced: boolean): readonly [InterleavedBufferAttribute, InterleavedBufferAttribute];
  /** Has the material show the attributes. */
  paint(features: Features): void;
}

interface Shown extends Object3D {
  geometry: BufferGeometry;
  material: Material;
}

/** Who was hit by a ray. */
export interface EntityIntersection extends Intersection {
  /** The id; `instanceId` is the same, since rows change from tick to tick. */
  entity: number;
  /** The row in the frame that is shown. */
  row: number;
}

/** Attributes of a vertex that its images have too. */
const IMAGE = 'entityImage';

export class Entities {
  private options: InstanceOptions = {};
  private look!: Look;
  private reader!: FrameReader;
  private frame!: FrameView;
  private pose: Float32Array | null = null;
  /** That of the frame before, where directions are on their way. */
  private before: Float32Array | null = null;
  /** Whether a frame was shown with these. */
  private posed = false;
  /** Numbers of the pose of one entity. */
  private stride = POSE;
  private images: Float32Array = new Float32Array(3);
  private key = '';
  private closed = false;

  constructor(
    private readonly object: Shown,
    private readonly simulation: Simulation,
    private readonly kind: Kind,
    options: InstanceOptions,
    /** Whether the material is the object's own, which ends with it. */
    private readonly owned: boolean,
  ) {
    // A sphere around entities that move is stale at once, and costs a look at each.
    object.frustumCulled = false;
    this.set(options);
  }

  /** Changes what is given; what cannot be leaves all as it was. */
  set(options: InstanceOptions): void {
    const before = this.look as Look | undefined;
    const merged = { ...this.options, ...options };
    const reader = before && before.interpolate === (merged.interpolate ?? false) ? this.reader : this.simulation.reader({ interpolate: merged.interpolate === true });
    const frame = reader === this.reader ? this.frame : reader.acquire();
    try {
      this.look = lookOf(merged, frame, this.simulation.scenario?.world);
    } catch (error) {
      if (reader !== this.reader) reader.close();
      throw error;
    }
    if (reader !== this.reader) (this.reader as FrameReader | undefined)?.close();
    this.reader = reader;
    this.options = merged;
    this.frame = frame;
    this.build();
    this.show();
  }

  /** Shows the newest frame; true if there is something else to draw. A loop that draws may outlive this and the simulation. */
  update(): boolean {
    if (this.closed || this.simulation.state === 'disposed') return false;
    const frame = this.reader.acquire();
    this.frame = frame;
    const { alpha } = this.kind.values;
    const moved = this.look.interpolate && alpha.value !== frame.alpha;
    alpha.value = frame.alpha;
    if (frame.fresh) this.show();
    return frame.fresh || moved;
  }

  /** Tells shaders how large the picture is. */
  seen(renderer: { readonly domElement: { readonly height: number }; getPixelRatio(): number; getRenderTarget(): { readonly height: number } | null }): void {
    const { half, ratio } = this.kind.values;
    half.value = (renderer.getRenderTarget() ?? renderer.domElement).height / 2;
    ratio.value = renderer.getPixelRatio();
  }

  /** Adds the nearest entity that the ray meets, each as the ball around its shape. */
  raycast(raycaster: Raycaster, hits: Intersection[]): void {
    if (this.simulation.state === 'disposed') return;
    const { object, look, frame, images, kind } = this;
    const back = object.matrixWorld.clone().invert();
    const origin = raycaster.ray.origin.clone().applyMatrix4(back);
    const direction = raycaster.ray.direction.clone().transformDirection(back);
    const scale = look.pixels ? this.pixelsAt(raycaster.camera) : null;
    const found = nearestHit({ frame, look, images, pose: this.pose, stride: this.stride, reach: kind.values.reach.value, scale }, origin.toArray(), direction.toArray());
    if (!found) return;
    const point = origin.addScaledVector(direction, found.along).applyMatrix4(object.matrixWorld);
    const distance = raycaster.ray.origin.distanceTo(point);
    if (distance < raycaster.near || distance > raycaster.far) return;
    const entity = frame.id[found.row]!;
    const hit: EntityIntersection = { distance, point, object, instanceId: entity, entity, row: found.row };
    hits.push(hit);
  }

  /** Gives back the frame, and what the graphics card holds of it. */
  dispose(): void {
    this.closed = true;
    this.reader.close();
    this.object.geometry.dispose();
    if (this.owned) this.object.material.dispose();
  }

  /** The length of a pixel in the object's own units, as a linear function of a place in it. */
  private pixelsAt(camera: Camera): (x: number, y: number, z: number) => number {
    const { half, ratio } = this.kind.values;
    const whole = camera.projectionMatrix.clone().multiply(camera.matrixWorldInverse).multiply(this.object.matrixWorld);
    const e = whole.elements;
    const model = camera.matrixWorldInverse.clone().multiply(this.object.matrixWorld).elements;
    const unit = camera.projectionMatrix.elements[5]! * Math.hypot(model[4]!, model[5]!, model[6]!) * half.value;
    return (x, y, z) => ((e[3]! * x + e[7]! * y + e[11]! * z + e[15]!) * ratio.value) / unit;
  }

  /** Makes geometry and material anew where what is wanted needs another one. */
  private build(): void {
    const { look, kind, object } = this;
    const images = imagesOf(look);
    const features: Features = {
      interpolate: look.interpolate,
      turned: look.heading !== null,
      posed: look.heading !== null || look.sized !== null,
      bends: look.heading !== null && look.interpolate,
      pixels: look.pixels,
      images: images.length === 3 ? 'none' : look.seam ? 'seam' : 'copies',
    };
    const { values } = kind;
    values.size.value = look.size;
    values.periods.value.set(...look.periods);
    const key = JSON.stringify([features, [...images]]);
    this.stride = features.bends ? PAIR : POSE;
    const room = this.stride * this.frame.id.length;
    this.pose = features.posed ? emptyPoses(room) : null;
    this.before = features.bends ? emptyPoses(room) : null;
    this.posed = false;
    if (key === this.key) return;
    this.key = key;
    this.images = images;
    object.geometry.dispose();
    object.geometry = this.geometry(images, features.images !== 'none');
    kind.paint(features);
    object.material.needsUpdate = true;
  }

  /** The vertices of the shape, for each image anew. */
  private geometry(images: Float32Array, many: boolean): BufferGeometry {
    const { shape } = this.kind;
    const geometry = this.kind.geometry(this.instanced(many));
    if (!shape) {
      if (many) geometry.setAttribute(IMAGE, this.kind.attribute(images, 3, false));
      return geometry;
    }
    const count = images.length / 3;
    const vertices = shape.getAttribute('position').count;
    for (const [name, attribute] of Object.entries(shape.attributes)) {
      geometry.setAttribute(name, many ? repeated(attribute as BufferAttribute, count) : attribute);
    }
    geometry.setIndex(shape.index);
    if (!many) return geometry;
    const image = new Float32Array(3 * vertices * count);
    for (let vertex = 0; vertex < vertices * count; vertex++) image.set(images.subarray(3 * Math.floor(vertex / vertices), 3 * Math.floor(vertex / vertices) + 3), 3 * vertex);
    geometry.setAttribute(IMAGE, this.kind.attribute(image, 3, false));
    if (shape.index) {
      const index = Array.from(shape.index.array);
      geometry.setIndex(Array.from({ length: count }, (_, copy) => index.map((vertex) => vertex + copy * vertices)).flat());
    }
    return geometry;
  }

  /** Whether each entity is an instance: points without images are vertices. */
  private instanced(many: boolean): boolean {
    return many || this.kind.shape !== null;
  }

  /** Binds the arrays of the frame: they are its own, nothing of them is copied. */
  private show(): void {
    const { frame, look } = this;
    const { geometry } = this.object;
    this.bind('entityPosition', frame.position, 3);
    this.bind('entityColor', frame.color, 4);
    if (look.interpolate) this.bind('entityPrevious', frame.previous!, 3);
    this.showPose();
    if (!('instanceCount' in geometry)) geometry.setDrawRange(0, frame.count);
    else {
      geometry.instanceCount = frame.count;
      if (!this.kind.shape) geometry.setDrawRange(0, this.images.length / 3);
    }
  }

  private showPose(): void {
    const { frame, look, stride } = this;
    if (!this.pose) return;
    if (stride === POSE) {
      pose(look, frame, this.pose, stride);
      return this.bind('entityPose', this.pose, stride);
    }
    // What was shown is what was before, and its memory takes turns with that of what is shown.
    const before = this.pose;
    const poses = this.before!;
    this.pose = poses;
    this.before = before;
    pose(look, frame, poses, stride);
    remember(frame, this.posed ? before : null, poses);
    this.posed = true;
    this.bindPoses(poses);
  }

  /** Poses, and the directions before. */
  private bindPoses(array: Float32Array): void {
    const { geometry } = this.object;
    let now = geometry.getAttribute('entityPose') as InterleavedBufferAttribute | undefined;
    if (now?.data?.array.length === array.length) now.data.array = array;
    else {
      if (now) geometry.dispose();
      const pair = this.kind.pair(array, 'instanceCount' in geometry);
      [now] = pair;
      keepRange(now.data);
      geometry.setAttribute('entityPose', now);
      geometry.setAttribute('entityPoseBefore', pair[1]);
    }
    now.data.updateRanges[0]!.count = PAIR * this.frame.count;
    now.data.needsUpdate = true;
  }

  /** Only as much as there are entities is uploaded. */
  private bind(name: string, array: Float32Array | Uint8Array, size: number): void {
    const { geometry } = this.object;
    let attribute = geometry.getAttribute(name) as BufferAttribute | undefined;
    // A buffer on the graphics card keeps its size; arrays of that size take turns for it.
    if (attribute?.array.length === array.length) attribute.array = array;
    else {
      if (attribute) geometry.dispose();
      attribute = this.kind.attribute(array, size, 'instanceCount' in geometry);
      keepRange(attribute);
      geometry.setAttribute(name, attribute);
    }
    attribute.updateRanges[0]!.count = size * this.frame.count;
    attribute.needsUpdate = true;
  }
}

/** The one range stays when it was uploaded: to add it anew would allocate each time. */
function keepRange(uploaded: { addUpdateRange(start: number, count: number): void; clearUpdateRanges(): void }): void {
  uploaded.addUpdateRange(0, 0);
  uploaded.clearUpdateRanges = () => {};
}

/** Directions in the plane of size 1. */
function emptyPoses(room: number): Float32Array {
  const poses = new Float32Array(room).fill(1);
  for (let at = 2; at < room; at += POSE) poses[at] = 0;
  return poses;
}

/** The values of an attribute so many times, one after the other. */
function repeated(attribute: BufferAttribute, times: number): BufferAttribute {
  const made = attribute.clone();
  const { array } = made;
  const all = new (array.constructor as Float32ArrayConstructor)(times * array.length);
  for (let copy = 0; copy < times; copy++) all.set(array, copy * array.length);
  made.array = all;
  (made as { count: number }).count = times * made.count;
  return made;
}

/** How far a shape reaches from its origin. */
export function reachOf(shape: BufferGeometry): number {
  const places = shape.getAttribute('position');
  let square = 0;
  for (let vertex = 0; vertex < places.count; vertex++) {
    square = Math.max(square, places.getX(vertex) ** 2 + places.getY(vertex) ** 2 + places.getZ(vertex) ** 2);
  }
  return Math.sqrt(square);
}
