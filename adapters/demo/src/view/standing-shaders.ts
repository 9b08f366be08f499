/** Lines and areas of what stands in the world, and the marks of those who are selected. */

import { LIGHT, PLACE } from './shaders.js';

/**
 * Corners of areas, and of lines: a side of a line is moved across it by pixels. What is seen of an axis with a
 * seam ends half a world away from the centre, as for entities.
 */
export const standingVertex = /* glsl */ `
${PLACE}
uniform float ratio;
/** 1 where places are parts of the view. */
uniform float inView;
in vec2 position;
in vec2 other;
/** Which side of the line as seen from here, and from its first end. */
in vec2 side;
/** Half of the line, CSS pixels. */
in float broad;
in float dashed;
in vec4 tint;
out vec4 shade;
out vec2 away;
/** Across the line, its half width, and along it; pixels. */
out vec4 line;

void main() {
  vec2 around = center.xy - wraps.xy * world.xy * floor(center.xy / world.xy);
  bool screen = inView > 0.5;
  away = screen ? vec2(0.0) : position - around;
  gl_Position = screen ? vec4(position, 0.0, 1.0) : project * vec4(away, 0.0, 1.0);
  vec2 end = screen ? other : (project * vec4(other - around, 0.0, 1.0)).xy;
  vec2 to = (end - gl_Position.xy) * middle;
  float way = length(to);
  vec2 along = way > 0.0 ? to / way : vec2(0.0);
  float wide = broad * ratio;
  // Sides end with a square, so that corners have no gap.
  gl_Position.xy += (vec2(-along.y, along.x) * side.x * (wide + 1.0) - along * wide) / middle;
  shade = tint;
  line = vec4(side.y * (wide + 1.0), wide, dashed, side.x == side.y ? 0.0 : way);
}
`;

export const standingFragment = /* glsl */ `
precision highp float;
${LIGHT}
uniform vec3 world;
uniform vec3 wraps;
uniform float ratio;
in vec4 shade;
in vec2 away;
in vec4 line;
out vec4 light;

void main() {
  if (any(greaterThan(wraps.xy * abs(away), 0.5 * world.xy))) discard;
  float alpha = shade.a;
  // Areas have no sides.
  if (shade.a == 1.0) alpha *= clamp(line.y + 0.5 - abs(line.x), 0.0, 1.0);
  if (line.z > 0.5 && fract(line.w / (9.0 * ratio)) > 0.55) discard;
  light = vec4(lightOf(shade.rgb) * alpha, alpha);
}
`;

/** A ring around each of those who are selected. */
export const markVertex = /* glsl */ `
${PLACE}
uniform float ratio;
uniform float body;
in vec3 position;
flat out float side;

void main() {
  gl_Position = project * vec4(nearest(position), 1.0);
  side = 2.0 * max(4.0 * ratio, 0.5 * body * scale / gl_Position.w + 3.0 * ratio);
  gl_PointSize = side;
}
`;

export const markFragment = /* glsl */ `
precision highp float;
uniform float ratio;
uniform float bright;
flat in float side;
out vec4 light;

void main() {
  float away = length(gl_PointCoord - 0.5) * side - 0.5 * side + 1.2 * ratio;
  float alpha = bright * clamp(1.1 * ratio - abs(away), 0.0, 1.0);
  if (alpha == 0.0) discard;
  light = vec4(vec3(alpha), alpha);
}
`;
