/** The world drawn with three.js: points for entities, a ring for the chosen one, a border. */

import type { FrameView, Simulation } from 'flockwork';
import {
  BufferAttribute,
  BufferGeometry,
  Camera as Plain,
  CustomBlending,
  DynamicDrawUsage,
  GLSL3,
  LineLoop,
  OneFactor,
  OneMinusSrcAlphaFactor,
  Points,
  RawShaderMaterial,
  Scene,
  Vector2,
  WebGLRenderer,
} from 'three';
import type { Camera, Extent } from './camera.js';
import { borderFragment, borderVertex, pointFragment, pointVertex, ringFragment } from './shaders.js';

/** The diameter of a disc, as a part of the mean distance between neighbours. */
const FULL = 0.54;
/** Discs are at least and at most so large, in CSS pixels. */
const SMALLEST = 1.5;
const LARGEST = 20;
/** The light around a disc reaches so many diameters, and at least so many pixels. */
const HALO = 3.2;
const HALO_LEAST = 5;
/** More than this many lit pixels for each pixel of the view would only be white, and slow. */
const HALO_MOST_COVER = 12;
const RING = 34;

export class WorldScene {
  readonly software: boolean;
  glow: boolean;
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly plain = new Plain();
  private readonly shared = {
    center: { value: new Vector2() },
    world: { value: new Vector2(1, 1) },
    clip: { value: new Vector2(1, 1) },
    torus: { value: 1 },
  };
  private readonly points: Points<BufferGeometry, RawShaderMaterial>;
  private readonly ring: Points<BufferGeometry, RawShaderMaterial>;
  private spacing = 1;
  private width = 1;
  private height = 1;

  /** Throws where there is no WebGL 2. */
  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('webgl2', { antialias: false, depth: false, alpha: false, powerPreference: 'high-performance' });
    // Asked for here, so that three.js does not fill the console where there is none.
    if (!context) throw new Error('there is no WebGL 2');
    this.renderer = new WebGLRenderer({ canvas, context });
    this.renderer.setClearColor(0x07090d, 1);
    this.software = isSoftware(context);
    this.glow = !this.software;
    this.points = new Points(new BufferGeometry(), this.material(pointVertex, pointFragment));
    this.ring = new Points(ringGeometry(), this.material(pointVertex, ringFragment));
    this.ring.visible = false;
    const border = new LineLoop(borderGeometry(), this.material(borderVertex, borderFragment));
    for (const thing of [border, this.points, this.ring]) {
      // What is seen follows from the shader, not from where three.js thinks that things are.
      thing.frustumCulled = false;
      this.scene.add(thing);
    }
  }

  setSimulation({ scenario: { entities } }: Simulation, world: Extent): void {
    this.shared.world.value.set(world.width, world.height);
    this.shared.torus.value = world.torus ? 1 : 0;
    this.spacing = Math.sqrt((world.width * world.height) / Math.max(1, entities));
    this.clear();
  }

  /** Shows nothing; what was taken for another world is freed. */
  clear(): void {
    this.points.geometry.dispose();
    this.points.geometry = new BufferGeometry();
    this.points.visible = false;
    this.mark(null);
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.renderer.setSize(width, height, false);
  }

  /** Takes the views of a new frame; they are uploaded as they are, not copied. */
  take(frame: FrameView): void {
    const { geometry } = this.points;
    bind(geometry, 'position', frame.position, 3, false);
    bind(geometry, 'color', frame.color, 4, true);
    geometry.setDrawRange(0, frame.count);
    this.points.visible = true;
  }

  /** Puts the ring around a place, or nowhere. */
  mark(place: readonly [number, number] | null): void {
    this.ring.visible = place !== null;
    if (!place) return;
    const position = this.ring.geometry.getAttribute('position') as BufferAttribute;
    position.setXYZ(0, place[0], place[1], 0);
    position.needsUpdate = true;
  }

  draw(camera: Camera): void {
    const { center, clip, world } = this.shared;
    center.value.set(camera.x, camera.y);
    clip.value.set((2 * camera.zoom) / this.width, (2 * camera.zoom) / this.height);
    const ratio = this.renderer.getPixelRatio();
    const disc = Math.min(Math.max(FULL * this.spacing * camera.zoom, SMALLEST), LARGEST);
    const reach = Math.max(HALO * disc, HALO_LEAST);
    const seen = Math.min(world.value.x * world.value.y, (this.width * this.height) / camera.zoom ** 2);
    const cover = ((seen / this.spacing ** 2) * reach * reach) / (this.width * this.height);
    const glow = this.glow && cover < HALO_MOST_COVER;
    const { uniforms } = this.points.material;
    uniforms.disc!.value = disc * ratio;
    uniforms.size!.value = (glow ? reach : disc + 1) * ratio;
    uniforms.halo!.value = glow ? 0.55 : 0;
    this.ring.material.uniforms.size!.value = (RING + disc) * ratio;
    this.renderer.render(this.scene, this.plain);
  }

  dispose(): void {
    this.points.geometry.dispose();
    this.renderer.dispose();
  }

  private material(vertexShader: string, fragmentShader: string): RawShaderMaterial {
    return new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader,
      fragmentShader,
      uniforms: { ...this.shared, size: { value: 1 }, disc: { value: 1 }, halo: { value: 0 } },
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
function bind(geometry: BufferGeometry, name: string, array: Float32Array | Uint8Array, size: number, normalized: boolean): void {
  const known = geometry.getAttribute(name) as BufferAttribute | undefined;
  if (known?.array.byteLength === array.byteLength) {
    known.array = array;
    known.needsUpdate = true;
    return;
  }
  const attribute = new BufferAttribute(array, size, normalized);
  attribute.setUsage(DynamicDrawUsage);
  geometry.setAttribute(name, attribute);
}

function ringGeometry(): BufferGeometry {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(3), 3).setUsage(DynamicDrawUsage));
  geometry.setAttribute('color', new BufferAttribute(new Uint8Array([255, 255, 255, 255]), 4, true));
  return geometry;
}

function borderGeometry(): BufferGeometry {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array([0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0]), 3));
  return geometry;
}

/** True where the processor draws: then less is drawn. */
function isSoftware(gl: WebGL2RenderingContext): boolean {
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : '';
  return /swiftshader|llvmpipe|software/i.test(String(name));
}
