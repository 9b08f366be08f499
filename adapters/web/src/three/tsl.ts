/** What materials of `WebGPURenderer` do with the attributes of entities, in the shading language of three.js. */

import {
  Fn,
  atan,
  attribute,
  cameraProjectionMatrix,
  clamp,
  cos,
  cross,
  dot,
  float,
  floor,
  length,
  mat3,
  materialColor,
  max,
  min,
  mix,
  modelViewMatrix,
  normalLocal,
  normalize,
  positionGeometry,
  positionLocal,
  sRGBTransferEOTF,
  select,
  sin,
  step,
  varying,
  vec3,
  vec4,
} from 'three/tsl';
import type { Node, NodeMaterial, UniformNode, Vector3 } from 'three/webgpu';
import type { Features, Values } from './entities.js';

type Number1 = UniformNode<'float', number>;

/** The values as nodes. */
export interface NodeValues extends Values {
  readonly alpha: Number1;
  readonly size: Number1;
  readonly reach: Number1;
  readonly half: Number1;
  readonly ratio: Number1;
  readonly periods: UniformNode<'vec3', Vector3>;
}

type Float = Node<'float'>;
type Vec3 = Node<'vec3'>;

/** How long a unit of length of the object's own is in the camera's. */
const stretch = (): Float => modelViewMatrix.mul(vec4(0, 1, 0, 0)).xyz.length();
/** How high a height of one is in clip space. */
const zoom = (): Float => cameraProjectionMatrix.mul(vec4(0, 1, 0, 0)).y;
const clipOf = (at: Vec3) => cameraProjectionMatrix.mul(modelViewMatrix.mul(vec4(at, 1)));

/** How long a unit of size is at a place: 1, or a pixel of the page. */
function unit({ half, ratio }: NodeValues, { pixels }: Features, at: Vec3): Float {
  return pixels ? clipOf(at).w.mul(ratio).div(half.mul(zoom()).mul(stretch())) : float(1);
}

/** The place of an entity, or of an image of it, and how large it is there. */
function find(values: NodeValues, features: Features): { at: Vec3; scale: Float } {
  const { alpha, periods, size, reach } = values;
  let at: Vec3 = attribute<'vec3'>('entityPosition', 'vec3');
  if (features.interpolate) {
    const between = mix(attribute<'vec3'>('entityPrevious', 'vec3'), at, alpha);
    at = between.sub(periods.mul(floor(between.div(max(periods, vec3(1e-30))))).mul(step(vec3(1e-30), periods)));
  }
  let scale: Float = features.posed ? size.mul(attribute<'vec4'>('entityPose', 'vec4').w) : size;
  const image = attribute<'vec3'>('entityImage', 'vec3');
  if (features.images === 'copies') at = at.add(image.mul(periods));
  if (features.images === 'seam') {
    // An image beyond an end is that of somebody who sticks out over the other one.
    const inside = min(at, periods.sub(at));
    const gone = image.mul(step(vec3(reach.mul(scale).mul(unit(values, features, at))), inside));
    scale = select(dot(gone, vec3(1)).greaterThan(0), float(0), scale);
    at = at.add(image.mul(periods).mul(float(1).sub(step(periods.mul(0.5), at).mul(2))));
  }
  return { at, scale: scale.mul(unit(values, features, at)) };
}

/** Square to a direction. Somebody who goes straight up has another axis to lean on. */
function leftOf(ahead: Vec3): Vec3 {
  return normalize(cross(select(ahead.z.abs().greaterThan(0.9999), vec3(-1, 0, 0), vec3(0, 0, 1)), ahead));
}

/** The direction on the shorter way around from one before, which may be nothing, to one that is there. */
function between(before: Vec3, now: Vec3, alpha: Float): Vec3 {
  const from = normalize(before);
  const cosine = clamp(dot(from, now), -1, 1);
  // From one direction to its opposite all ways are as long.
  const beside = now.sub(from.mul(cosine));
  const sine = length(beside);
  const square = select(sine.greaterThan(1e-4), beside.div(max(sine, 1e-4)), leftOf(from));
  const angle = alpha.mul(atan(sine, cosine));
  return select(dot(before, before).greaterThan(0), from.mul(cos(angle)).add(square.mul(sin(angle))), now);
}

/** The axes of a shape that goes where the entity goes. */
function turn({ alpha }: NodeValues, { bends }: Features): Node<'mat3'> {
  const heading = attribute<'vec4'>('entityPose', 'vec4').xyz;
  const now = select(dot(heading, heading).greaterThan(0), normalize(heading), vec3(1, 0, 0));
  const ahead = bends ? between(attribute<'vec4'>('entityPoseBefore', 'vec4').xyz, now, alpha) : now;
  const left = leftOf(ahead);
  return mat3(ahead, left, cross(ahead, left));
}

/** Has a material show entities: as shapes, or as squares that face whoever looks. */
export function paint(material: NodeMaterial, squares: boolean, values: NodeValues, features: Features, linear: boolean): void {
  const own = BEFORE.get(material) ?? material.colorNode ?? null;
  BEFORE.set(material, own);
  const color = attribute<'vec4'>('entityColor', 'vec4');
  // Computed for each vertex, as colours of one entity do not differ.
  const seen = varying(linear ? vec4(sRGBTransferEOTF(color.rgb) as Vec3, color.a) : color);
  material.colorNode = seen.mul(vec4((own ?? materialColor) as Node<'vec4'>));
  const { at, scale } = find(values, features);
  if (squares) {
    material.positionNode = at;
    material.vertexNode = cameraProjectionMatrix.mul(modelViewMatrix.mul(vec4(at, 1)).add(vec4(positionGeometry.xy.mul(scale).mul(stretch()), 0, 0)));
    return;
  }
  const lit = (material as { lights?: boolean }).lights === true;
  material.positionNode = Fn(() => {
    if (!features.turned) return at.add(positionLocal.mul(scale));
    const axes = turn(values, features).toVar();
    if (lit) normalLocal.assign(axes.mul(normalLocal));
    return at.add(axes.mul(positionLocal.mul(scale)));
  })();
}

/** The colours of materials before, as their owners have set them. */
const BEFORE = new WeakMap<NodeMaterial, Node | null>();
