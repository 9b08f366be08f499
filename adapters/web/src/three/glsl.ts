/** What shaders of `WebGLRenderer` do with the attributes of entities. */

import type { Material, WebGLProgramParametersWithUniforms } from 'three';
import type { Features, Values } from './entities.js';

type Shader = WebGLProgramParametersWithUniforms;

/** Square to a direction. Somebody who goes straight up has another axis to lean on. */
const LEFT = `
vec3 entityLeft(vec3 ahead) {
  return normalize(cross(abs(ahead.z) > 0.9999 ? vec3(-1.0, 0.0, 0.0) : vec3(0.0, 0.0, 1.0), ahead));
}`;

/** The direction on the shorter way around from one before, which may be nothing, to one that is there. */
const BETWEEN = `
vec3 entityBetween(vec3 before, vec3 now) {
  if (dot(before, before) == 0.0) return now;
  vec3 from = normalize(before);
  float cosine = clamp(dot(from, now), -1.0, 1.0);
  // From one direction to its opposite all ways are as long.
  vec3 beside = now - cosine * from;
  float sine = length(beside);
  beside = sine > 1e-4 ? beside / sine : entityLeft(from);
  float angle = entityAlpha * atan(sine, cosine);
  return cos(angle) * from + sin(angle) * beside;
}`;

/** Declarations, and a function that finds the place, size and axes of an entity once. */
function declared({ interpolate, turned, posed, bends, pixels, images }: Features): string {
  const many = images !== 'none';
  return `
attribute vec3 entityPosition;
attribute vec4 entityColor;
${interpolate ? 'attribute vec3 entityPrevious;\nuniform float entityAlpha;' : ''}
${posed ? 'attribute vec4 entityPose;' : ''}
${bends ? 'attribute vec4 entityPoseBefore;' : ''}
${many ? 'attribute vec3 entityImage;\nuniform float entityReach;' : ''}
${turned ? LEFT : ''}
${bends ? BETWEEN : ''}
uniform vec3 entityPeriods;
uniform float entitySize;
uniform float entityHalf;
uniform float entityRatio;
varying vec4 vEntityColor;
vec3 entityAt;
float entityScale;
mat3 entityTurn;

// How long a unit of size is there: 1, or a pixel of the page.
float entityUnit(vec3 at) {
  ${
    pixels
      ? `float depth = (projectionMatrix * (modelViewMatrix * vec4(at, 1.0))).w;
  return depth * entityRatio / (entityHalf * projectionMatrix[1][1] * length(modelViewMatrix[1].xyz));`
      : 'return 1.0;'
  }
}

void entityFind() {
  vec3 at = entityPosition;
  ${
    interpolate
      ? `at = mix(entityPrevious, at, entityAlpha);
  at -= entityPeriods * floor(at / max(entityPeriods, vec3(1e-30))) * step(vec3(1e-30), entityPeriods);`
      : ''
  }
  float size = entitySize${posed ? ' * entityPose.w' : ''};
  ${images === 'copies' ? 'at += entityImage * entityPeriods;' : ''}
  ${
    images === 'seam'
      ? `// An image beyond an end is that of somebody who sticks out over the other one.
  vec3 inside = min(at, entityPeriods - at);
  vec3 gone = entityImage * step(vec3(entityReach * size * entityUnit(at)), inside);
  if (gone.x + gone.y + gone.z > 0.0) size = 0.0;
  at += entityImage * entityPeriods * (1.0 - 2.0 * step(0.5 * entityPeriods, at));`
      : ''
  }
  entityAt = at;
  entityScale = size * entityUnit(at);
  ${
    turned
      ? `vec3 ahead = dot(entityPose.xyz, entityPose.xyz) > 0.0 ? normalize(entityPose.xyz) : vec3(1.0, 0.0, 0.0);
  ${bends ? 'ahead = entityBetween(entityPoseBefore.xyz, ahead);' : ''}
  vec3 left = entityLeft(ahead);
  entityTurn = mat3(ahead, left, cross(ahead, left));`
      : 'entityTurn = mat3(1.0);'
  }
}
`;
}

/** The colours of frames are sRGB, as everywhere on the web; three.js computes with linear ones. */
function colored(linear: boolean): string {
  const color = 'vEntityColor.rgb';
  if (!linear) return 'vEntityColor = entityColor;';
  return `vEntityColor = entityColor;
${color} = mix(pow((${color} + 0.055) / 1.055, vec3(2.4)), ${color} / 12.92, vec3(lessThanEqual(${color}, vec3(0.04045))));`;
}

/** A point is as large as things of that size in the world, and nobody's image is nowhere. */
const POINT = `
gl_PointSize = entityScale * entityHalf * projectionMatrix[1][1] * length(modelViewMatrix[1].xyz) / gl_Position.w;
if (entityScale <= 0.0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
`;

/** Has a material of three.js show entities: a built-in one, whose code is added to. A `ShaderMaterial` reads what it likes. */
export function paint(material: Material, kind: 'points' | 'instances', values: Values, features: Features, linear: boolean): void {
  const own = BEFORE.get(material) ?? material.onBeforeCompile;
  BEFORE.set(material, own);
  material.onBeforeCompile = (shader, renderer) => {
    own.call(material, shader, renderer);
    if (material.type !== 'ShaderMaterial' && material.type !== 'RawShaderMaterial') write(shader, kind, features, linear);
    Object.assign(shader.uniforms, {
      entityAlpha: values.alpha,
      entitySize: values.size,
      entityReach: values.reach,
      entityHalf: values.half,
      entityRatio: values.ratio,
      entityPeriods: values.periods,
    });
  };
  const key = `${kind} ${linear} ${JSON.stringify(features)} ${own.toString()}`;
  material.customProgramCacheKey = () => key;
}

/** What materials did before they compiled, as their owners have set it. */
const BEFORE = new WeakMap<Material, Material['onBeforeCompile']>();

function write(shader: Shader, kind: 'points' | 'instances', features: Features, linear: boolean): void {
  const transformed = kind === 'points' ? 'entityAt' : 'entityAt + entityTurn * (position * entityScale)';
  const turned = `#include <beginnormal_vertex>
objectNormal = entityTurn * objectNormal;
#ifdef USE_TANGENT
  objectTangent = entityTurn * objectTangent;
#endif`;
  shader.vertexShader = shader.vertexShader
    .replace('#include <common>', `#include <common>\n${declared(features)}`)
    .replace('void main() {', `void main() {\nentityFind();\n${colored(linear)}`)
    .replace('#include <beginnormal_vertex>', turned)
    .replace('#include <begin_vertex>', `vec3 transformed = ${transformed};`);
  if (kind === 'points') shader.vertexShader = shader.vertexShader.replace('#include <logdepthbuf_vertex>', `${POINT}#include <logdepthbuf_vertex>`);
  shader.fragmentShader = shader.fragmentShader
    .replace('#include <common>', '#include <common>\nvarying vec4 vEntityColor;')
    .replace('#include <color_fragment>', '#include <color_fragment>\ndiffuseColor *= vEntityColor;');
}
