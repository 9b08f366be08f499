/** Where light is added up, without a limit, before it is developed to colours: three.js has no picture of its own for that. */

import {
  BufferAttribute,
  BufferGeometry,
  Camera,
  GLSL3,
  HalfFloatType,
  LinearFilter,
  LinearMipmapLinearFilter,
  Mesh,
  NoBlending,
  RawShaderMaterial,
  Scene,
  Vector2,
  WebGLRenderTarget,
  type WebGLRenderer,
} from 'three';
import { developFragment, developVertex } from './shaders.js';

/** How much light makes a pixel bright, and the share of the light around it. */
const EXPOSURE = 1.9;
const BLOOM = 0.22;

export class Light {
  private readonly target: WebGLRenderTarget;
  private readonly paper = new Scene();
  private readonly camera = new Camera();
  private readonly material: RawShaderMaterial;

  constructor(private readonly renderer: WebGLRenderer, blooms: boolean) {
    this.target = new WebGLRenderTarget(1, 1, {
      type: HalfFloatType,
      depthBuffer: false,
      generateMipmaps: blooms,
      minFilter: blooms ? LinearMipmapLinearFilter : LinearFilter,
      magFilter: LinearFilter,
    });
    this.material = new RawShaderMaterial({
      glslVersion: GLSL3,
      vertexShader: developVertex,
      fragmentShader: developFragment,
      uniforms: {
        picture: { value: this.target.texture },
        pixel: { value: new Vector2(1, 1) },
        exposure: { value: EXPOSURE },
        bloom: { value: blooms ? BLOOM : 0 },
      },
      depthTest: false,
      depthWrite: false,
      blending: NoBlending,
    });
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array([-1, -1, 0, 3, -1, 0, -1, 3, 0]), 3));
    const sheet = new Mesh(geometry, this.material);
    sheet.frustumCulled = false;
    this.paper.matrixWorldAutoUpdate = false;
    this.paper.add(sheet);
  }

  /** Whether the graphics card can add up light like that. */
  static works(gl: WebGL2RenderingContext): boolean {
    return gl.getExtension('EXT_color_buffer_float') !== null || gl.getExtension('EXT_color_buffer_half_float') !== null;
  }

  /** Whether bodies may hide others; what has been drawn is lost. */
  setDepth(depth: boolean): void {
    if (this.target.depthBuffer === depth) return;
    this.target.depthBuffer = depth;
    this.target.dispose();
  }

  resize(width: number, height: number): void {
    this.target.setSize(width, height);
    this.material.uniforms.pixel!.value.set(1 / width, 1 / height);
  }

  /** Draws a scene; `share` is how much of its light there is. */
  draw(scene: Scene, camera: Camera, share: number): void {
    const { renderer, target } = this;
    this.material.uniforms.exposure!.value = EXPOSURE * share;
    renderer.setRenderTarget(target);
    renderer.render(scene, camera);
    renderer.setRenderTarget(null);
    renderer.render(this.paper, this.camera);
  }

  dispose(): void {
    this.target.dispose();
    this.material.dispose();
  }
}
