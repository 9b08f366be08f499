/** What the shaders are told of a camera, whether it looks at a plane or into space. */

import { Matrix4, Vector2, Vector3 } from 'three';

/** Where the fourth coordinate is less than this, nothing is drawn: it is too near to the eye. */
export const NEAREST = 0.04;

export class Lens {
  /** The view is drawn around this place in the world. */
  readonly center = new Vector3();
  /** From there to clip space. */
  readonly project = new Matrix4();
  /** CSS pixels for a length, where the fourth coordinate is 1. */
  pixels = 1;
  /** How much light is lost, as an exponent, where the fourth coordinate grows by 1. */
  fog = 0;
  /** How far one sees past the centre; in the plane all is as far away. */
  deep = Infinity;
}

/** The uniforms that all things in the world share. */
export class PlaceUniforms {
  readonly project = { value: new Matrix4() };
  readonly center = { value: new Vector3() };
  readonly world = { value: new Vector3(1, 1, 1) };
  readonly wraps = { value: new Vector3() };
  readonly middle = { value: new Vector2(1, 1) };
  readonly scale = { value: 1 };
  readonly fog = { value: 0 };
  /** Pixels of the screen for one of CSS. */
  readonly ratio = { value: 1 };
  /** 1 where light is added up, and developed after that. */
  readonly linear = { value: 0 };

  look({ center, project, pixels, fog }: Lens, width: number, height: number, ratio: number): void {
    this.center.value.copy(center);
    this.project.value.copy(project);
    this.scale.value = pixels * ratio;
    this.fog.value = fog;
    this.middle.value.set(0.5 * width * ratio, 0.5 * height * ratio);
    this.ratio.value = ratio;
  }
}
