/**
 * Entities as round points. On a torus each is drawn at the place nearest to the centre of the view,
 * so that a flock that crosses the seam is seen whole.
 */

export const pointVertex = /* glsl */ `
precision highp float;
uniform vec2 center;
uniform vec2 world;
uniform vec2 clip;
uniform float torus;
uniform float size;
in vec3 position;
in vec4 color;
out vec4 tint;

void main() {
  vec2 away = position.xy - center;
  away -= torus * world * floor(away / world + 0.5);
  gl_Position = vec4(away * clip, 0.0, 1.0);
  gl_PointSize = size;
  tint = color;
}
`;

/** A disc with an edge of about a pixel and, where \`halo\` is not 0, light around it that adds up. */
export const pointFragment = /* glsl */ `
precision highp float;
uniform float size;
uniform float disc;
uniform float halo;
in vec4 tint;
out vec4 light;

void main() {
  float away = length(gl_PointCoord * 2.0 - 1.0) * size * 0.5;
  float radius = disc * 0.5;
  float inside = clamp(radius - away + 0.5, 0.0, 1.0) * min(1.0, disc);
  float glow = halo * max(0.0, 1.0 - 2.0 * away / size);
  glow *= glow;
  float around = glow * (1.0 - inside);
  if (inside + around < 0.004) discard;
  // Multiplied already: a part without alpha adds light, and covers nothing.
  light = vec4(tint.rgb * (inside + around), inside);
}
`;

/** A ring around the chosen entity. */
export const ringFragment = /* glsl */ `
precision highp float;
uniform float size;
in vec4 tint;
out vec4 light;

void main() {
  float away = length(gl_PointCoord * 2.0 - 1.0) * size * 0.5;
  float line = clamp(1.5 - abs(away - size * 0.5 + 2.5), 0.0, 1.0);
  if (line < 0.01) discard;
  light = vec4(tint.rgb * line, line);
}
`;

/** The border of the world. */
export const borderVertex = /* glsl */ `
precision highp float;
uniform vec2 center;
uniform vec2 world;
uniform vec2 clip;
uniform float torus;
in vec3 position;

void main() {
  // What is seen of a torus ends half a world away from the centre, wherever that is.
  vec2 away = (position.xy - 0.5) * world + (1.0 - torus) * (0.5 * world - center);
  gl_Position = vec4(away * clip, 0.0, 1.0);
}
`;

export const borderFragment = /* glsl */ `
precision highp float;
out vec4 light;

void main() {
  light = vec4(0.11, 0.13, 0.17, 0.4);
}
`;
