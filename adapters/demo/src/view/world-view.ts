/**
 * Draws the session's world, once per frame of the screen and only if something changed. It makes
 * no React update and reads no layout.
 */

import type { FrameView, Simulation } from 'flockwork';
import type { Session } from '../sim/session.js';
import { Camera, type Extent } from './camera.js';
import { FrameMeter } from './meter.js';
import { listen } from './pointer.js';
import { WorldScene } from './scene.js';

/** The chosen entity is sought within so many CSS pixels. */
const PICK_PX = 20;

export class WorldView {
  readonly camera: Camera;
  readonly meter = new FrameMeter();
  readonly scene: WorldScene | null;
  following = true;
  /** Called after each frame. */
  onFrame: ((now: number) => void) | null = null;
  private readonly stop = new AbortController();
  private readonly resizes: ResizeObserver;
  private simulation: Simulation | null = null;
  private frame: FrameView | null = null;
  private place = -1;
  private last = 0;
  private dirty = true;
  private shownFirst = false;
  private width = 1;
  private height = 1;

  constructor(
    canvas: HTMLCanvasElement,
    private readonly session: Session,
    reducedMotion: boolean,
  ) {
    this.camera = new Camera(!reducedMotion);
    this.scene = makeScene(canvas);
    this.resizes = new ResizeObserver(([entry]) => this.resize(entry!.contentRect.width, entry!.contentRect.height));
    this.resizes.observe(canvas);
    listen(canvas, { camera: this.camera, tap: (x, y) => this.tap(x, y), grab: () => this.grab() }, this.stop.signal);
    canvas.addEventListener('webglcontextrestored', () => (this.dirty = true), { signal: this.stop.signal });
    requestAnimationFrame(this.tick);
  }

  dispose(): void {
    this.stop.abort();
    this.resizes.disconnect();
    this.scene?.dispose();
  }

  /** Draws again though nothing has moved. */
  touch(): void {
    this.dirty = true;
  }

  setGlow(glow: boolean): void {
    if (this.scene) this.scene.glow = glow;
    this.dirty = true;
  }

  /** Chooses the entity nearest to a point of the canvas. */
  tap(x: number, y: number): void {
    this.following = true;
    const [worldX, worldY] = this.camera.place(x, y);
    void this.session.pick(worldX, worldY, PICK_PX / this.camera.zoom);
  }

  /** Chooses the entity nearest to the middle. */
  tapMiddle(): void {
    const [x, y] = this.camera.place(this.width / 2, this.height / 2);
    void this.session.pick(x, y, this.width / 2 / this.camera.zoom);
  }

  private grab(): void {
    this.following = false;
  }

  private resize(width: number, height: number): void {
    if (width === 0 || height === 0) return;
    this.width = width;
    this.height = height;
    this.camera.resize(width, height);
    this.scene?.resize(width, height);
    this.dirty = true;
  }

  private readonly tick = (now: number): void => {
    if (this.stop.signal.aborted) return;
    requestAnimationFrame(this.tick);
    const begin = performance.now();
    this.meter.begin(now);
    this.takeSimulation();
    this.takeFrame();
    this.lookAtChosen();
    const moved = this.camera.ease(Math.min(0.1, (now - this.last) / 1000));
    this.last = now;
    if (this.scene && (moved || this.dirty)) this.scene.draw(this.camera);
    this.dirty = false;
    this.markFirst();
    this.onFrame?.(now);
    this.meter.script.add(performance.now() - begin);
  };

  private takeSimulation(): void {
    const { simulation } = this.session;
    if (simulation === this.simulation) return;
    this.simulation = simulation;
    this.frame = null;
    this.dirty = true;
    this.meter.frames.clear();
    if (!simulation) return this.scene?.clear();
    const world = extentOf(simulation);
    this.camera.setWorld(world);
    this.scene?.setSimulation(simulation, world);
  }

  private takeFrame(): void {
    if (!this.simulation) return;
    const frame = this.simulation.acquireFrame();
    if (!frame.fresh && this.frame) return;
    if (frame.count === 0) return;
    this.frame = frame;
    this.scene?.take(frame);
    this.dirty = true;
  }

  private lookAtChosen(): void {
    const { selected } = this.session.store.get();
    const place = selected?.alive && this.frame ? this.find(this.frame, selected.id) : null;
    if (place === null && !this.dirty && this.place < 0) return;
    this.scene?.mark(place);
    if (place && this.following) this.camera.follow(...place);
    this.dirty ||= place === null && this.place >= 0;
    if (place === null) this.place = -1;
  }

  /** Where an entity is. It mostly keeps its place in the frame from one tick to the next. */
  private find({ id, position, count }: FrameView, wanted: number): [number, number] | null {
    let at = this.place;
    if (at < 0 || at >= count || id[at] !== wanted) {
      at = id.indexOf(wanted);
      if (at < 0 || at >= count) return null;
      this.dirty = true;
    }
    this.place = at;
    return [position[3 * at]!, position[3 * at + 1]!];
  }

  private markFirst(): void {
    if (this.shownFirst || !this.frame) return;
    this.shownFirst = true;
    performance.mark('flockwork:first-frame');
  }
}

function extentOf({ scenario: { world } }: Simulation): Extent {
  return { width: world.width, height: world.height, torus: (world.edge ?? 'torus') === 'torus' };
}

/** Null where there is no WebGL. */
function makeScene(canvas: HTMLCanvasElement): WorldScene | null {
  try {
    return new WorldScene(canvas);
  } catch {
    return null;
  }
}
