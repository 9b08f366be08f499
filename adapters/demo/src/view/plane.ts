/** Looks at a plane from above. Where an axis has a seam there is no border: one can go on for ever. */

import { approach, left, type Camera, type Extent, type Place } from './camera.js';
import { Lens } from './lens.js';
import { wrapped } from './near.js';

/** Pixels per length, at most. */
const CLOSEST = 400;

export class PlaneCamera implements Camera {
  readonly turns = false;
  readonly lens = new Lens();
  x = 0;
  y = 0;
  /** CSS pixels per length. */
  zoom = 1;
  private toX = 0;
  private toY = 0;
  private toZoom = 1;
  private sides: readonly [number, number] = [1, 1];
  private wraps: readonly [boolean, boolean] = [true, true];
  /** How much of the world is seen at first, if not all of it. */
  private shown = Infinity;
  private width = 1;
  private height = 1;
  private fitted = false;
  /** Nobody has moved the view since it was filled. */
  private filled = true;

  /** Whether changes are eased; without, they are at once. */
  constructor(private readonly eases: boolean) {}

  get settled(): boolean {
    return this.x === this.toX && this.y === this.toY && this.zoom === this.toZoom;
  }

  setWorld({ sides: [width, height], wraps }: Extent, shown: number): void {
    const same = width === this.sides[0] && height === this.sides[1] && shown === this.shown;
    this.sides = [width, height];
    this.wraps = [wraps[0], wraps[1]];
    this.shown = shown;
    if (same && this.fitted) return;
    this.fill();
    this.jump();
  }

  resize(width: number, height: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.fitted = true;
    if (this.filled) this.fill();
    this.zoomTo(this.toZoom);
    this.jump();
  }

  /** The world fills the view, or the part of it that is to be seen at first; borders are shown whole. */
  fill(): void {
    const [width, height] = this.sides;
    this.center(width / 2, height / 2);
    const whole = this.endless() ? this.covering() : this.containing();
    this.zoomTo(Math.max(whole, Math.sqrt(this.width * this.height) / this.shown));
    this.filled = true;
  }

  /** The whole world, or, if that is seen already, the view filled. */
  toggleWhole(): void {
    const whole = this.containing();
    this.filled = false;
    this.zoomTo(this.toZoom > whole * 1.001 ? whole : this.covering());
  }

  drag(dx: number, dy: number): void {
    this.pan(dx, dy);
  }

  /** Moves by CSS pixels, as a finger does. */
  pan(dx: number, dy: number): void {
    this.filled = false;
    this.center(this.toX - dx / this.toZoom, this.toY + dy / this.toZoom);
    // A finger wants no easing.
    this.x = this.toX;
    this.y = this.toY;
  }

  /** Moves the view by parts of its size. */
  slide(right: number, up: number): void {
    this.filled = false;
    const step = Math.min(this.width, this.height) / this.toZoom;
    this.center(this.toX + right * step, this.toY + up * step);
  }

  /** Zooms so that the point under (x, y), in CSS pixels of the view, stays there. */
  zoomAt(factor: number, x = this.width / 2, y = this.height / 2): void {
    const before = this.toZoom;
    this.filled = false;
    this.zoomTo(before * factor);
    const part = 1 / before - 1 / this.toZoom;
    this.center(this.toX + (x - this.width / 2) * part, this.toY - (y - this.height / 2) * part);
  }

  /** Looks at a place in the world, by the shorter way around. */
  follow([x, y]: Place): void {
    const near = (to: number, from: number, axis: 0 | 1) => (this.wraps[axis] ? to - this.sides[axis] * Math.round((to - from) / this.sides[axis]) : to);
    this.toX = near(x, this.x, 0);
    this.toY = near(y, this.y, 1);
  }

  place(x: number, y: number): Place {
    const [atX, atY] = [this.x + (x - this.width / 2) / this.zoom, this.y - (y - this.height / 2) / this.zoom];
    return [wrapped(atX, this.sides[0], this.wraps[0]), wrapped(atY, this.sides[1], this.wraps[1]), 0];
  }

  /** The middle, and the side of a square as large as the view. */
  pose(): readonly number[] {
    return [this.toX, this.toY, Math.sqrt(this.width * this.height) / this.toZoom];
  }

  take([x, y, side]: readonly number[]): void {
    if (x === undefined || y === undefined || side === undefined || !(side > 0)) return;
    this.filled = false;
    this.center(x, y);
    this.zoomTo(Math.sqrt(this.width * this.height) / side);
    this.jump();
  }

  look(): Lens {
    const { lens, zoom } = this;
    lens.center.set(this.x, this.y, 0);
    lens.project.makeScale((2 * zoom) / this.width, (2 * zoom) / this.height, 0);
    lens.pixels = zoom;
    return lens;
  }

  /** Goes on by so many seconds; true if anything moved. */
  ease(seconds: number): boolean {
    if (this.settled) return false;
    const rest = left(this.eases ? seconds : Infinity);
    this.x = approach(this.x, this.toX, rest, 0.1 / this.zoom);
    this.y = approach(this.y, this.toY, rest, 0.1 / this.zoom);
    this.zoom = approach(this.zoom, this.toZoom, rest, this.toZoom * 1e-4);
    if (this.settled) this.wrap();
    return true;
  }

  private covering(): number {
    return Math.max(this.width / this.sides[0], this.height / this.sides[1]);
  }

  private containing(): number {
    return 0.96 * Math.min(this.width / this.sides[0], this.height / this.sides[1]);
  }

  private zoomTo(zoom: number): void {
    this.toZoom = Math.min(Math.max(zoom, this.containing()), Math.max(CLOSEST, this.covering()));
  }

  private center(x: number, y: number): void {
    const within = (at: number, axis: 0 | 1) => (this.wraps[axis] ? at : Math.min(Math.max(at, 0), this.sides[axis]));
    this.toX = within(x, 0);
    this.toY = within(y, 1);
  }

  private jump(): void {
    this.x = this.toX;
    this.y = this.toY;
    this.zoom = this.toZoom;
  }

  private endless(): boolean {
    return this.wraps[0] && this.wraps[1];
  }

  /** Keeps the numbers of an endless journey small. */
  private wrap(): void {
    this.x = this.toX = wrapped(this.toX, this.sides[0], this.wraps[0]);
    this.y = this.toY = wrapped(this.toY, this.sides[1], this.wraps[1]);
  }
}
