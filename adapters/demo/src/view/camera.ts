/** What part of the world is seen. On a torus there is no edge: one can go on for ever. */

export interface Extent {
  readonly width: number;
  readonly height: number;
  readonly torus: boolean;
}

/** Pixels per length, at most. */
const CLOSEST = 400;
/** Share of the way that is left after a second of easing. */
const EASING = 1e-5;

export class Camera {
  x = 0;
  y = 0;
  /** CSS pixels per length. */
  zoom = 1;
  private toX = 0;
  private toY = 0;
  private toZoom = 1;
  private world: Extent = { width: 1, height: 1, torus: true };
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

  setWorld(world: Extent): void {
    const same = world.width === this.world.width && world.height === this.world.height;
    this.world = world;
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

  /** The world fills the view; a torus has no border to be seen, others are shown whole. */
  fill(): void {
    this.center(this.world.width / 2, this.world.height / 2);
    this.zoomTo(this.world.torus ? this.covering() : this.containing());
    this.filled = true;
  }

  /** The whole world, or, if that is seen already, the view filled. */
  toggleWhole(): void {
    const whole = this.containing();
    this.filled = false;
    this.zoomTo(this.toZoom > whole * 1.001 ? whole : this.covering());
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
  follow(x: number, y: number): void {
    const { width, height, torus } = this.world;
    const near = (to: number, from: number, side: number) => (torus ? to - side * Math.round((to - from) / side) : to);
    this.toX = near(x, this.x, width);
    this.toY = near(y, this.y, height);
  }

  /** The place in the world under a point of the view, in CSS pixels. */
  place(x: number, y: number): [number, number] {
    const { width, height, torus } = this.world;
    const wrap = (at: number, side: number) => (torus ? ((at % side) + side) % side : at);
    return [
      wrap(this.x + (x - this.width / 2) / this.zoom, width),
      wrap(this.y - (y - this.height / 2) / this.zoom, height),
    ];
  }

  /** Goes on by so many seconds; true if anything moved. */
  ease(seconds: number): boolean {
    if (this.settled) return false;
    const left = this.eases ? EASING ** seconds : 0;
    this.x = approach(this.x, this.toX, left, 0.1 / this.zoom);
    this.y = approach(this.y, this.toY, left, 0.1 / this.zoom);
    this.zoom = approach(this.zoom, this.toZoom, left, this.toZoom * 1e-4);
    if (this.settled) this.wrap();
    return true;
  }

  private covering(): number {
    return Math.max(this.width / this.world.width, this.height / this.world.height);
  }

  private containing(): number {
    return 0.96 * Math.min(this.width / this.world.width, this.height / this.world.height);
  }

  private zoomTo(zoom: number): void {
    this.toZoom = Math.min(Math.max(zoom, this.containing()), Math.max(CLOSEST, this.covering()));
  }

  private center(x: number, y: number): void {
    const { width, height, torus } = this.world;
    this.toX = torus ? x : Math.min(Math.max(x, 0), width);
    this.toY = torus ? y : Math.min(Math.max(y, 0), height);
  }

  private jump(): void {
    this.x = this.toX;
    this.y = this.toY;
    this.zoom = this.toZoom;
  }

  /** Keeps the numbers of an endless journey small. */
  private wrap(): void {
    if (!this.world.torus) return;
    const { width, height } = this.world;
    this.x = this.toX -= width * Math.floor(this.toX / width);
    this.y = this.toY -= height * Math.floor(this.toY / height);
  }
}

function approach(from: number, to: number, left: number, close: number): number {
  const next = to + (from - to) * left;
  return Math.abs(next - to) < close ? to : next;
}
