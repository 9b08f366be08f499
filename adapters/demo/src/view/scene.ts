/** The world drawn with three.js: entities with their light, what the chosen one sees, a border. */

import type { FrameView, Simulation } from 'flockwork';
import {
  BufferAttribute,
  BufferGeometry,
  Camera as Plain,
  CustomBlending,
  DynamicDrawUsage,
  GLSL3,
  LineSegments,
  OneFactor,
  OneMinusSrcAlphaFactor,
  Points,
  RawShaderMaterial,
  Scene,
  Vector4,
  WebGLRenderer,
} from 'three';
import { Brush } from './brush.js';
import type { Extent } from './camera.js';
import { PlaceUniforms, type Lens } from './lens.js';
import { Light } from './light.js';
import { lookOf, type Look } from './look.js';
import { borderFragment, borderVertex, entityFragment, entityVertex } from './shaders.js';
import { Sight, type MakeMaterial } from './sight.js';
import { Ground } from './ground.js';
import { Marks } from './marks.js';
import { Standing } from './standing.js';

/** The length of a body that its model says nothing about, as a part of the mean distance between neighbours. */
const BODY = { dart: 0.72, ball: 0.54 };
/** In space others are seen between them. */
const BODY_IN_SPACE = 0.4;
/** Light is at most so wide, and tails so long, in CSS pixels. */
const GLOW = 3.2;
const TAIL = 22;
/** A tail is as long as the way in which the mean of all goes so many distances between neighbours. */
const TAIL_WAYS = { plane: 2, space: 3.2 };
/** More than this many lit pixels for each pixel of the view would only be white, and slow. */
const MOST_COVER = { plane: 16, space: 40 };
/** In space lights are finer, so that those behind others are seen. */
const FINE = 0.75;
/** What is behind all, where no light is added up. */
const NIGHT = 0x07090d;
/** What the shader calls the velocity. */
const MOTION = ['vx', 'vy', 'vz'];
/** Entities whose mean speed stands for that of all. */
const SAMPLE = 128;
/** How much of it is taken over with each frame, so that tails do not twitch. */
const PACE_SHARE = 0.05;

export class WorldScene {
  readonly software: boolean;
  readonly sight: Sight;
  readonly brush: Brush;
  readonly standing: Standing;
  readonly marks: Marks;
  readonly ground: Ground;
  glow: boolean;
  /** How much of the light is shown. */
  share = 1;
  private readonly renderer: WebGLRenderer;
  private readonly light: Light | null;
  private readonly scene = new Scene();
  private readonly plain = new Plain();
  private readonly shared = new PlaceUniforms();
  private readonly points: Points<BufferGeometry, RawShaderMaterial>;
  /** Entities in the plane, and in space, where bodies hide others. */
  private readonly materials: { readonly plane: RawShaderMaterial; readonly space: RawShaderMaterial };
  private readonly borders: { readonly plane: LineSegments; readonly space: LineSegments };
  private space = false;
  private look: Look = lookOf('');
  private spacing = 1;
  private body = 1;
  private pace = 0;
  private width = 1;
  private height = 1;

  /** Throws where there is no WebGL 2. */
  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('webgl2', { antialias: false, depth: true, alpha: false, powerPreference: 'high-performance' });
    // Asked for here, so that three.js does not fill the console where there is none.
    if (!context) throw new Error('there is no WebGL 2');
    this.renderer = new WebGLRenderer({ canvas, context });
    // What would be wrong is found by the tests; asking would make the first frame wait for the compiler.
    this.renderer.debug.checkShaderErrors = import.meta.env.DEV;
    // Things are drawn in the order in which they are added, and shaders place them.
    this.renderer.sortObjects = false;
    this.scene.matrixWorldAutoUpdate = false;
    this.software = isSoftware(context);
    this.glow = true;
    this.light = Light.works(context) ? new Light(this.renderer, !this.software) : null;
    const largest: unknown = context.getParameter(context.ALIASED_POINT_SIZE_RANGE);
    const entity = () =>
      this.material(entityVertex, entityFragment, {
        largest: { value: (largest as Float32Array)[1] },
        ...Object.fromEntries(['body', 'spacing', 'span', 'glow', 'tail', 'ball'].map((name) => [name, { value: 0 }])),
      });
    this.materials = { plane: entity(), space: entity() };
    Object.assign(this.materials.space, { defines: { SPACE: 1 }, depthTest: true, depthWrite: true });
    this.points = new Points(new BufferGeometry(), this.materials.plane);
    const line = this.material(borderVertex, borderFragment, { tint: { value: new Vector4(0.06, 0.08, 0.12, 0.8) } });
    this.borders = { plane: new LineSegments(edges(2), line), space: new LineSegments(edges(3), line) };
    const make: MakeMaterial = (vertex, fragment, uniforms) => this.material(vertex, fragment, uniforms);
    this.sight = new Sight(make, this.shared.ratio);
    this.brush = new Brush(make);
    this.standing = new Standing(make);
    this.marks = new Marks(make);
    this.ground = new Ground(make);
    const { ground, standing, marks, brush, sight, borders } = this;
    for (const thing of [ground.thing, borders.plane, borders.space, standing.under, this.points, ...sight.things, marks.thing, standing.over, brush.thing]) {
      // What is seen follows from the shader, not from where three.js thinks that things are.
      thing.frustumCulled = false;
      this.scene.add(thing);
    }
  }

  setSimulation({ scenario: { entities }, model }: Simulation, { sides, wraps }: Extent): void {
    const [width, height, depth] = sides;
    this.shared.world.value.set(width, height, depth || 1);
    this.shared.wraps.value.set(Number(wraps[0]), Number(wraps[1]), Number(wraps[2]));
    this.look = lookOf(model.name);
    this.space = depth > 0;
    this.points.material = this.materials[this.space ? 'space' : 'plane'];
    this.borders.plane.visible = !this.space;
    this.borders.space.visible = this.space;
    this.light?.setDepth(this.space);
    this.renderer.autoClearDepth = this.space;
    this.spacing = depth > 0 ? Math.cbrt((width * height * depth) / Math.max(1, entities)) : Math.sqrt((width * height) / Math.max(1, entities));
    this.clear();
  }

  /** The rules say how large a body is. */
  setBody(params: Parameters<Look['body']>[0]): void {
    this.body = this.look.body(params) || BODY[this.look.shape] * (this.space ? BODY_IN_SPACE : 1) * this.spacing;
  }

  /** Shows nothing; what was taken for another world is freed. */
  clear(): void {
    this.points.geometry.dispose();
    this.points.geometry = new BufferGeometry();
    this.points.visible = false;
    this.pace = 0;
    this.sight.hide();
    this.standing.clear();
    this.ground.clear();
    this.marks.show(null, null);
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.renderer.setSize(width, height, false);
    const { width: wide, height: high } = this.renderer.domElement;
    this.light?.resize(wide, high);
  }

  /** Takes the views of a new frame; they are uploaded as they are, not copied, and no more than there are entities. */
  take(frame: FrameView): void {
    const { geometry } = this.points;
    const { count, columns } = frame;
    bind(geometry, 'position', frame.position, 3, count);
    bind(geometry, 'color', frame.color, 4, count);
    const ways = (this.look.motion ?? []).map((name) => columns[name]).filter((way) => way instanceof Float32Array);
    if (ways.length > 0) {
      ways.forEach((way, axis) => bind(geometry, MOTION[axis]!, way, 1, count));
      const pace = meanSpeed(ways, count);
      this.pace += (this.pace > 0 ? PACE_SHARE : 1) * (pace - this.pace);
    }
    geometry.setDrawRange(0, count);
  }

  /** The length of a body in CSS pixels. */
  bodyPixels({ pixels }: Lens): number {
    return this.body * pixels;
  }

  draw(lens: Lens): void {
    const { shared, points, width, height } = this;
    const apart = this.apart(lens);
    const kind = this.space ? 'space' : 'plane';
    const ratio = this.renderer.getPixelRatio();
    shared.look(lens, width, height, ratio);
    const { uniforms } = points.material;
    const lit = this.glow && this.cover(apart * lens.pixels, TAIL_WAYS[kind]) < MOST_COVER[kind];
    uniforms.body!.value = this.marks.body.value = this.body;
    uniforms.spacing!.value = apart;
    uniforms.span!.value = this.pace > 0 ? (TAIL_WAYS[kind] * apart) / this.pace : 0;
    uniforms.glow!.value = lit ? GLOW * ratio : 0;
    uniforms.tail!.value = TAIL * ratio;
    uniforms.ball!.value = this.look.shape === 'ball' ? 1 : 0;
    points.visible = this.share > 0 && points.geometry.drawRange.count < Infinity;
    // Bodies alone need no more than the screen.
    const light = lit ? this.light : null;
    shared.linear.value = light ? 1 : 0;
    this.renderer.setClearColor(light ? 0 : NIGHT, 1);
    if (light) light.draw(this.scene, this.plain, this.share);
    else this.renderer.render(this.scene, this.plain);
  }

  /** The way from one light to the next, as they are seen: in space one sees many behind one another. */
  private apart({ deep }: Lens): number {
    return this.space ? FINE * this.spacing * Math.sqrt(this.spacing / deep) : this.spacing;
  }

  /** Pixels with light for each pixel of the view. */
  private cover(apart: number, ways: number): number {
    const wide = Math.min(Math.max(0.28 * apart, 0.6), GLOW);
    const side = 4.4 * wide + (this.pace > 0 ? Math.min(ways * apart, TAIL) : 0);
    return (side / apart) ** 2;
  }

  dispose(): void {
    this.points.geometry.dispose();
    this.light?.dispose();
    this.renderer.dispose();
  }

  private material(vertexShader: string, fragmentShader: string, uniforms: Record<string, { value: unknown }>): RawShaderMaterial {
    return new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader,
      fragmentShader,
      uniforms: { ...this.shared, ...uniforms },
      depthTest: false,
      depthWrite: false,
      transparent: true,
      blending: CustomBlending,
      blendSrc: OneFactor,
      blendDst: OneMinusSrcAlphaFactor,
    });
  }
}

/** Binds a view to an attribute: the three slots of a simulation are of one size, so the array is only exchanged. */
function bind(geometry: BufferGeometry, name: string, array: Float32Array | Uint8Array, size: number, count: number): void {
  const known = geometry.getAttribute(name) as BufferAttribute | undefined;
  const attribute = known?.array.byteLength === array.byteLength ? known : new BufferAttribute(array, size, size === 4).setUsage(DynamicDrawUsage);
  attribute.array = array;
  attribute.clearUpdateRanges();
  attribute.addUpdateRange(0, size * count);
  attribute.needsUpdate = true;
  if (attribute !== known) geometry.setAttribute(name, attribute);
}

function meanSpeed(ways: readonly Float32Array[], count: number): number {
  const step = Math.max(1, Math.floor(count / SAMPLE));
  let [sum, looked] = [0, 0];
  for (let row = 0; row < count; row += step, looked++) sum += Math.hypot(...ways.map((way) => way[row]!));
  return looked > 0 ? sum / looked : 0;
}

/** The edges of a square or of a cube: from every corner along every axis. */
function edges(axes: 2 | 3): BufferGeometry {
  const corner = (bits: number) => [bits & 1, (bits >> 1) & 1, (bits >> 2) & 1];
  const ends: number[] = [];
  for (let bits = 0; bits < 1 << axes; bits++) {
    for (let axis = 0; axis < axes; axis++) if (!((bits >> axis) & 1)) ends.push(...corner(bits), ...corner(bits | (1 << axis)));
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(ends), 3));
  return geometry;
}

/** True where the processor draws: then less is drawn. */
function isSoftware(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : '';
  return /swiftshader|llvmpipe|software/i.test(String(name));
}
