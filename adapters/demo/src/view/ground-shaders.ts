/** A field as the ground of the world. */

import { PLACE } from './shaders.js';

const NONE = [12, 15, 22] as const;

/** From nothing to the most, of fields in the order of their model as in the command's pictures; dim, so that entities stand out. */
export const GROUND_COLORS = [
  [NONE, [14, 46, 46], [44, 86, 48]],
  [NONE, [40, 30, 66], [86, 52, 104]],
  [NONE, [56, 40, 26], [106, 80, 34]],
  [NONE, [18, 38, 72], [34, 74, 124]],
] as const;

/** All that is seen: of an axis with a seam one length around the centre, of others the world. */
export const groundVertex = /* glsl */ `
${PLACE}
in vec3 position;
out vec2 place;

void main() {
  vec3 away = (position - 0.5) * world + (1.0 - wraps) * (0.5 * world - center);
  gl_Position = project * vec4(away, 1.0);
  place = (away + center).xy / world.xy;
}
`;

export const groundFragment = /* glsl */ `
precision highp float;
precision highp sampler2D;
uniform sampler2D cells;
uniform vec2 counts;
/** What the darkest and the brightest colour stand for. */
uniform float low;
uniform float top;
uniform vec3 colors[3];
uniform float linear;
in vec2 place;
out vec4 light;

float amount(vec2 cell) {
  // A cell past the last one is the first, or the last once more, which is not seen.
  vec2 at = mod(cell, counts);
  return (texelFetch(cells, ivec2(at), 0).r - low) / (top - low);
}

void main() {
  // Between the middles of four cells.
  vec2 at = place * counts - 0.5;
  vec2 low = floor(at);
  vec2 part = at - low;
  float below = mix(amount(low), amount(low + vec2(1.0, 0.0)), part.x);
  float above = mix(amount(low + vec2(0.0, 1.0)), amount(low + vec2(1.0, 1.0)), part.x);
  float much = clamp(mix(below, above, part.y), 0.0, 1.0);
  vec3 color = much < 0.5 ? mix(colors[0], colors[1], 2.0 * much) : mix(colors[1], colors[2], 2.0 * much - 1.0);
  // As much light as is developed to this colour.
  vec3 developed = -log(1.0 - pow(color, vec3(2.2))) / 2.1;
  light = vec4(mix(color, developed, linear), 1.0);
}
`;
