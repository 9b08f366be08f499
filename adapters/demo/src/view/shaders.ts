/**
 * What the graphics card does. One set of shaders serves the plane and space: a camera is a matrix
 * around a centre, and what lies across a seam is drawn at the place nearest to that centre, so that
 * a flock which crosses it is seen whole.
 *
 * Light adds up in a buffer that knows no white, and is developed to the colours of a screen after that,
 * as in the pictures of the command line.
 */

/** Where things are: shared by all that has a place in the world. */
export const PLACE = /* glsl */ `
precision highp float;
uniform mat4 project;
uniform vec3 center;
uniform vec3 world;
/** 1 for each axis that has a seam. */
uniform vec3 wraps;
/** Half of the view, in pixels of the screen. */
uniform vec2 middle;
/** Pixels of the screen for a length, at a distance of 1. */
uniform float scale;

vec3 nearest(vec3 place) {
  vec3 away = place - center;
  return away - wraps * world * floor(away / world + 0.5);
}
`;

/** Bytes are sRGB; light is added up as it is. */
export const LIGHT = /* glsl */ `
uniform float linear;

vec3 lightOf(vec3 color) {
  return mix(color, color * color * (0.25 + 0.75 * color), linear);
}
`;

/**
 * An entity is a point of the size that its light, tail and body need, whichever way it heads: one
 * vertex each, which is the least that can be drawn, where instances of a shape would be four and more.
 */
export const entityVertex = /* glsl */ `
${PLACE}
${LIGHT}
/** Length of a body, of the way to the next light as it is seen, and of a time in which one goes that far. */
uniform float body;
uniform float spacing;
uniform float span;
/** The widest glow and the longest tail, in pixels; no light at all if 0. */
uniform float glow;
uniform float tail;
uniform float ratio;
uniform float largest;
uniform float fog;
/** 1 for round bodies, 0 for those that point where they go. */
uniform float ball;
in vec3 position;
in vec4 color;
in float vx;
in float vy;
#ifdef SPACE
in float vz;
flat out float depth;
#else
const float vz = 0.0;
#endif
flat out vec3 tint;
flat out vec2 heading;
/** Side of the point, length of the body, width of the light, length of its tail; pixels. */
flat out vec4 sizes;
/** How much is light, how much is body, and how far the middle of the point lies behind. */
flat out vec3 shares;

/** What is far away has less of its own colour. */
const vec3 HAZE = vec3(0.035, 0.09, 0.24);

void main() {
  vec3 away = nearest(position);
  vec4 at = project * vec4(away, 1.0);
  vec4 going = project * vec4(vx, vy, vz, 0.0);
  vec2 pace = middle * (going.xy - at.xy * (going.w / at.w)) / at.w;
  float speed = length(pace);
  heading = speed > 0.0 ? pace / speed : vec2(1.0, 0.0);

  float unit = scale / at.w;
  float bulk = body * unit;
#ifdef SPACE
  // Where many are seen behind one another, bodies would be a hedge: more of what is seen is light.
  float near = smoothstep(5.0 * ratio, 12.0 * ratio, bulk);
#else
  float near = smoothstep(2.5 * ratio, 6.0 * ratio, bulk);
#endif
  float apart = spacing * unit;
  float wanted = 0.28 * apart;
  // The light of a body that is seen is no more than a seam and a wake: all else would be drawn for nothing.
  float lit = 1.0 - 0.55 * near;
  float wide = clamp(wanted, 0.6, max(0.6, glow * lit));
  // Where lights may not be smaller they are fainter, so that a crowd is as bright from afar.
  float faint = min(1.0, (wanted * wanted) / (wide * wide));
  float back = min(min(speed * span, 4.0 * apart), tail * lit);
  float front = max(2.2 * wide, near > 0.0 ? 0.56 * bulk + 1.0 : 0.0);
  float behind = max(back + 2.2 * wide, near > 0.0 ? 0.56 * bulk + 1.0 : 0.0);
  float broad = max(4.4 * wide, near > 0.0 ? (0.7 + 0.42 * ball) * bulk + 2.0 : 0.0);
  if (glow == 0.0) {
    // Without light there are bodies, or dots of them.
    near = 1.0;
    bulk = max(bulk, 1.6 * ratio);
    front = behind = 0.6 * bulk + 1.0;
    broad = behind;
  }
  float shift = 0.5 * (front - behind);
  float whole = front + behind;
  vec2 turned = abs(heading);
  float side = min(max(turned.x * whole + turned.y * broad, turned.y * whole + turned.x * broad), largest);

  gl_Position = at;
  gl_Position.xy += heading * shift / middle * at.w;
  gl_PointSize = side;
  float haze = fog > 0.0 ? exp(-fog * max(0.0, at.w - 1.0)) : 1.0;
  tint = mix(HAZE, lightOf(color.rgb), haze) * (0.12 + 0.88 * haze);
  sizes = vec4(side, bulk, wide, max(back, 0.001));
  shares = vec3(glow > 0.0 ? faint * (1.0 - 0.72 * near) : 0.0, near, shift);
#ifdef SPACE
  // What comes close to the eye, or to where the world goes on at its other side, does so by and by.
  vec3 brink = mix(vec3(1.0), 1.0 - smoothstep(0.45, 0.5, abs(away) / world), wraps);
  float there = brink.x * brink.y * brink.z * smoothstep(0.06, 0.2, at.w);
  shares.xy *= there;
  depth = at.w / (1.0 + at.w);
#endif
}
`;

export const entityFragment = /* glsl */ `
precision highp float;
/** 1 for round bodies, 0 for those that point where they go. */
uniform float ball;
flat in vec3 tint;
flat in vec2 heading;
flat in vec4 sizes;
flat in vec3 shares;
#ifdef SPACE
flat in float depth;
#endif
out vec4 light;

/** Pixels outside of a dart of length 1, whose nose is ahead. */
float dart(vec2 at) {
  at.y = abs(at.y);
  float flank = dot(at - vec2(0.56, 0.0), vec2(0.3162, 0.9487));
  float notch = dot(at - vec2(-0.24, 0.0), vec2(-0.8321, -0.5547));
  return max(flank, notch);
}

void main() {
  vec2 point = (gl_PointCoord - 0.5) * vec2(sizes.x, -sizes.x);
  vec2 at = vec2(dot(point, heading) + shares.z, dot(point, vec2(-heading.y, heading.x)));
  float wide = 2.2 * sizes.z;
  float bare = max(0.0, 1.0 - dot(at, at) / (wide * wide));
  float along = clamp(-at.x / sizes.w, 0.0, 1.0);
  float thin = wide * (1.0 - 0.35 * along);
  float trail = at.x < 0.0 ? max(0.0, 1.0 - at.y * at.y / (thin * thin)) * (1.0 - along) : 0.0;
  float glow = shares.x * max(0.85 * bare * bare * bare, 0.34 * trail * trail * (1.0 - along));
  float inside = 0.0;
  float shade = 1.0;
  if (shares.y > 0.0) {
    vec2 part = at / sizes.y;
    float outside = ball > 0.5 ? length(part) - 0.5 : dart(part);
    inside = shares.y * clamp(0.5 - outside * sizes.y, 0.0, 1.0);
    // A ball is brighter in its middle, and one side of a dart is in the shade.
    shade = ball > 0.5 ? 1.0 - 1.8 * dot(part, part) : 1.0 - 0.4 * smoothstep(-1.0, 1.0, at.y);
  }
  // Multiplied already: a part without alpha adds light, and covers nothing.
  light = vec4(tint * (inside * shade + glow * (1.0 - inside)), inside);
#ifdef SPACE
  // Most of the square around a tail is empty, and there are many squares over one another.
  if (light.r + light.g + light.b + inside == 0.0) discard;
  // A body hides what is behind it, whichever is drawn first. Light hides nothing.
  gl_FragDepth = inside > 0.5 ? depth : 1.0;
#endif
}
`;

/** A ring of a fixed size around a place, or circles of lengths in the world. */
export const ringVertex = /* glsl */ `
${PLACE}
uniform vec3 place;
/** In lengths of the world, and in pixels. */
uniform vec2 radius;
in vec3 position;
out vec2 at;
flat out float reach;

void main() {
  gl_Position = project * vec4(nearest(place), 1.0);
  reach = radius.x * scale / gl_Position.w + radius.y;
  at = position.xy * (reach + 2.0);
  gl_Position.xy += at / middle * gl_Position.w;
}
`;

export const ringFragment = /* glsl */ `
precision highp float;
uniform vec4 tint;
uniform float fill;
/** Whether it is the outline of a ball. */
uniform float round;
uniform float ratio;
in vec2 at;
flat in float reach;
out vec4 light;

void main() {
  float away = length(at) - reach;
  float line = clamp(1.1 * ratio - abs(away), 0.0, 1.0) * tint.a;
  float part = length(at) / reach;
  // One looks through more of a ball's skin near its outline.
  float skin = mix(1.0, 0.3 + 3.0 * part * part * part * part, round);
  float area = fill * skin * clamp(0.5 - away, 0.0, 1.0);
  light = vec4(tint.rgb * (line + area), line);
}
`;

/** Lines from the entity that is looked at: their ends are ways from it, so that they cross a seam. */
export const lineVertex = /* glsl */ `
${PLACE}
uniform vec3 place;
in vec3 position;
in vec4 color;
out vec4 tint;

void main() {
  gl_Position = project * vec4(nearest(place) + position, 1.0);
  tint = color;
}
`;

export const lineFragment = /* glsl */ `
precision highp float;
in vec4 tint;
out vec4 light;

void main() {
  light = vec4(tint.rgb * tint.a, tint.a);
}
`;

/** The border of the world: what is seen of an axis with a seam ends half a world away from the centre. */
export const borderVertex = /* glsl */ `
${PLACE}
uniform float fog;
in vec3 position;
out float behind;

void main() {
  vec3 away = (position - 0.5) * world + (1.0 - wraps) * (0.5 * world - center);
  gl_Position = project * vec4(away, 1.0);
  behind = fog * (gl_Position.w - 1.0);
}
`;

export const borderFragment = /* glsl */ `
precision highp float;
uniform vec4 tint;
in float behind;
out vec4 light;

void main() {
  light = vec4(tint.rgb * tint.a * exp(-max(0.0, behind)), tint.a);
}
`;

/** One triangle over the whole view. */
export const developVertex = /* glsl */ `
precision highp float;
in vec3 position;
out vec2 at;

void main() {
  at = 0.5 * position.xy + 0.5;
  gl_Position = vec4(position.xy, 0.0, 1.0);
}
`;

/** Bends light into the range of a screen: the hue stays, but what is very bright turns white. */
export const developFragment = /* glsl */ `
precision highp float;
uniform sampler2D picture;
uniform vec2 pixel;
uniform float exposure;
uniform float bloom;
in vec2 at;
out vec4 shown;

const vec3 NIGHT = vec3(0.0021, 0.0028, 0.0048);

vec3 around() {
  vec3 sum = 2.0 * textureLod(picture, at, 3.0).rgb;
  vec2 stride = 7.0 * pixel;
  for (int turn = 0; turn < 6; turn++) {
    float angle = 1.0472 * float(turn);
    sum += textureLod(picture, at + stride * vec2(cos(angle), sin(angle)), 3.0).rgb;
  }
  return sum / 8.0;
}

void main() {
  vec3 light = textureLod(picture, at, 0.0).rgb;
  if (bloom > 0.0) light += bloom * around();
  light *= exposure;
  float most = max(max(light.r, light.g), max(light.b, 1e-6));
  vec3 hue = light / most * (1.0 - exp(-most));
  vec3 seen = mix(hue, 1.0 - exp(-light), 0.4);
  seen += NIGHT * (1.0 - max(max(seen.r, seen.g), seen.b));
  vec3 low = 12.92 * seen;
  vec3 high = 1.055 * pow(max(seen, 0.0031308), vec3(0.41667)) - 0.055;
  shown = vec4(mix(low, high, step(0.0031308, seen)), 1.0);
}
`;
