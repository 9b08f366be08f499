/**
 * Looks into space, from a distance at a place around which it turns. Where axes have seams, what is
 * seen is the world around that place, so one can go on for ever, as in the plane.
 */

import { approach, left, type Camera, type Extent, type Place } from './camera.js';
import { Lens, NEAREST } from './lens.js';
import { wrapped } from './near.js';

/** Pixels per length, at most. */
const CLOSEST = 400;
/** The focal length, for a view with sides of 1. */
const FOCUS = 1.1;
/** Turned by one CSS pixel of a drag, and by one part of the view. */
const TURN_PX = 0.0055;
const TURN = 1.6;
/** Never quite from above, where left and right would change places. */
const STEEPEST = 1.45;
/** What is seen at first: from somewhat above, and so near that a world without borders fills the view. */
const YAW = 0.62;
const PITCH = 0.36;
/** One sees into the depth by this part of the distance, or of the world. */
const DEEP_DISTANCE = 1;
const DEEP_WORLD = 0.45;
/** Turned by itself within a second while the world goes on, until somebody takes the camera. */
const DRIFT = 0.025;

type Vector = [number, number, number];

export class OrbitCamera implements Camera {
  readonly turns = true;
  readonly lens = new Lens();
  /** What is looked at, from where, and where that goes. */
  private at: Vector = [0, 0, 0];
  private yaw = YAW;
  private pitch = PITCH;
  private distance = 1;
  private toAt: Vector = [0, 0, 0];
  private toYaw = YAW;
  private toPitch = PITCH;
  private toDistance = 1;
  private sides: Place = [1, 1, 1];
  private wraps: Extent['wraps'] = [true, true, true];
  private shown = Infinity;
  private width = 1;
  private height = 1;
  private fitted = false;
  /** Nobody has moved the view since it was filled. */
  private filled = true;

  /** Whether changes are eased; without, they are at once, and nothing turns by itself. */
  constructor(private readonly eases: boolean) {}

  get settled(): boolean {
    const { at, toAt } = this;
    return at.every((one, axis) => one === toAt[axis]) && this.yaw === this.toYaw && this.pitch === this.toPitch && this.distance === this.toDistance;
  }

  setWorld({ sides, wraps }: Extent, shown: number): void {
    const same = sides.every((side, axis) => side === this.sides[axis]) && shown === this.shown;
    this.sides = sides;
    this.wraps = wraps;
    this.shown = shown;
    if (same && this.fitted) return;
    this.fill();
    this.jump();
  }

  resize(width: number, height: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.fitted = true;
    if (this.filled) this.toDistance = this.filling();
    this.approachTo(this.toDistance);
    this.jump();
  }

  fill(): void {
    this.center(this.sides.map((side) => side / 2) as Vector);
    // The shorter way around.
    this.toYaw = YAW + 2 * Math.PI * Math.round((this.yaw - YAW) / (2 * Math.PI));
    this.toPitch = PITCH;
    this.approachTo(this.filling());
    this.filled = true;
  }

  toggleWhole(): void {
    const whole = this.containing();
    this.filled = false;
    if (this.toDistance < whole * 0.999) {
      this.center(this.sides.map((side, axis) => (this.wraps[axis] ? this.toAt[axis]! : side / 2)) as Vector);
      this.approachTo(whole);
    } else this.approachTo(this.filling());
  }

  /** A finger turns the world as if it held it. */
  drag(dx: number, dy: number): void {
    this.turn(-TURN_PX * dx, TURN_PX * dy);
    // A finger wants no easing.
    this.yaw = this.toYaw;
    this.pitch = this.toPitch;
  }

  pan(dx: number, dy: number): void {
    const pixels = this.pixelsAt(this.distance);
    this.shift(-dx / pixels, dy / pixels);
    this.at = [...this.toAt];
  }

  slide(right: number, up: number, moves: boolean): void {
    const step = Math.min(this.width, this.height) / this.pixelsAt(this.toDistance);
    if (moves) this.shift(right * step, up * step);
    else this.turn(TURN * right, TURN * up);
  }

  zoomAt(factor: number, x = this.width / 2, y = this.height / 2): void {
    this.filled = false;
    const before = this.pixelsAt(this.toDistance);
    this.approachTo(this.toDistance / factor);
    const part = 1 / before - 1 / this.pixelsAt(this.toDistance);
    this.shift((x - this.width / 2) * part, (this.height / 2 - y) * part);
  }

  follow(place: Place): void {
    this.toAt = this.near(place);
  }

  place(x: number, y: number): Place {
    const { right, up } = this.axes(this.yaw, this.pitch);
    const pixels = this.pixelsAt(this.distance);
    const [along, above] = [(x - this.width / 2) / pixels, (this.height / 2 - y) / pixels];
    const at = (axis: 0 | 1 | 2) => {
      const one = this.at[axis] + along * right[axis] + above * up[axis];
      return wrapped(one, this.sides[axis], this.wraps[axis]);
    };
    return [at(0), at(1), at(2)];
  }

  ease(seconds: number, lives: boolean): boolean {
    if (lives && this.filled && this.eases) {
      this.yaw += DRIFT * seconds;
      this.toYaw += DRIFT * seconds;
    } else if (this.settled) return false;
    const rest = left(this.eases ? seconds : Infinity);
    const close = 0.1 / this.pixelsAt(this.distance);
    this.at = this.at.map((one, axis) => approach(one, this.toAt[axis]!, rest, close)) as Vector;
    this.yaw = approach(this.yaw, this.toYaw, rest, 1e-4);
    this.pitch = approach(this.pitch, this.toPitch, rest, 1e-4);
    this.distance = approach(this.distance, this.toDistance, rest, this.toDistance * 1e-4);
    if (this.settled) this.wrap();
    return true;
  }

  /** What is looked at, from which side, and how far away. */
  pose(): readonly number[] {
    return [...this.toAt, this.toYaw, this.toPitch, this.toDistance];
  }

  take([x, y, z, yaw, pitch, distance]: readonly number[]): void {
    if (x === undefined || y === undefined || z === undefined || yaw === undefined || pitch === undefined || distance === undefined || !(distance > 0)) return;
    this.filled = false;
    this.center([x, y, z]);
    this.toYaw = yaw;
    this.toPitch = Math.min(Math.max(pitch, -STEEPEST), STEEPEST);
    this.approachTo(distance);
    this.jump();
  }

  look(): Lens {
    const { lens, width, height, distance } = this;
    const { right, up, back } = this.axes(this.yaw, this.pitch);
    const pixels = this.pixelsAt(distance);
    const row = (by: number, [x, y, z]: Vector, last: number) => [by * x, by * y, by * z, last] as const;
    lens.center.set(...this.at);
    lens.pixels = pixels;
    lens.project.set(
      ...row((2 * pixels) / width, right, 0),
      ...row((2 * pixels) / height, up, 0),
      // What is nearer than the nearest is cut off.
      ...row(-1 / distance, back, 1 - 2 * NEAREST),
      ...row(-1 / distance, back, 1),
    );
    lens.deep = Math.min(DEEP_DISTANCE * distance, DEEP_WORLD * this.side);
    lens.fog = distance / lens.deep;
    return lens;
  }

  /** Of a cube that is as large as the world. */
  private get side(): number {
    return Math.cbrt(this.sides[0] * this.sides[1] * this.sides[2]);
  }

  private pixelsAt(distance: number): number {
    return (FOCUS * Math.sqrt(this.width * this.height)) / distance;
  }

  /** Directions of the view in the world; the last goes from what is looked at to the eye. */
  private axes(yaw: number, pitch: number): { readonly right: Vector; readonly up: Vector; readonly back: Vector } {
    const [cos, sin, flat, steep] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
    return { right: [cos, 0, -sin], up: [-sin * steep, flat, -cos * steep], back: [sin * flat, steep, cos * flat] };
  }

  private turn(yaw: number, pitch: number): void {
    this.filled = false;
    this.toYaw += yaw;
    this.toPitch = Math.min(Math.max(this.toPitch + pitch, -STEEPEST), STEEPEST);
  }

  /** Moves what is looked at within the view. */
  private shift(along: number, above: number): void {
    this.filled = false;
    const { right, up } = this.axes(this.toYaw, this.toPitch);
    this.center(this.toAt.map((one, axis) => one + along * right[axis]! + above * up[axis]!) as Vector);
  }

  /** The distance from which all corners of the world are seen. */
  private containing(): number {
    const { right, up, back } = this.axes(this.toYaw, this.toPitch);
    const focus = (1.06 * this.pixelsAt(1)) / 0.5;
    let far = 0;
    for (let corner = 0; corner < 8; corner++) {
      const way = this.sides.map((side, axis) => side * (((corner >> axis) & 1) - 0.5)) as Vector;
      const along = (axis: Vector) => way[0] * axis[0] + way[1] * axis[1] + way[2] * axis[2];
      far = Math.max(far, along(back) + focus * Math.max(Math.abs(along(right)) / this.width, Math.abs(along(up)) / this.height));
    }
    return far;
  }

  private filling(): number {
    const whole = this.containing();
    // There a cube's middle is as large as a square of the view's area.
    const near = this.wraps.every(Boolean) ? FOCUS * this.side : whole;
    return Math.min(whole, near, FOCUS * this.shown);
  }

  private approachTo(distance: number): void {
    const most = 1.25 * Math.max(this.containing(), Math.hypot(...this.sides));
    this.toDistance = Math.max(Math.min(distance, most), this.pixelsAt(CLOSEST));
  }

  private center(at: Vector): void {
    this.toAt = at.map((one, axis) => (this.wraps[axis] ? one : Math.min(Math.max(one, 0), this.sides[axis]!))) as Vector;
  }

  private near(place: Place): Vector {
    return place.map((to, axis) => (this.wraps[axis] ? to - this.sides[axis]! * Math.round((to - this.at[axis]!) / this.sides[axis]!) : to)) as Vector;
  }

  private jump(): void {
    this.at = [...this.toAt];
    this.yaw = this.toYaw;
    this.pitch = this.toPitch;
    this.distance = this.toDistance;
  }

  /** Keeps the numbers of an endless journey small. */
  private wrap(): void {
    const turns = 2 * Math.PI * Math.floor(this.yaw / (2 * Math.PI));
    this.yaw = this.toYaw -= turns;
    this.toAt = this.toAt.map((at, axis) => wrapped(at, this.sides[axis]!, this.wraps[axis]!)) as Vector;
    this.at = [...this.toAt];
  }
}
