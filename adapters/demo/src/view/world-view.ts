/**
 * Draws the session's world, once per frame of the screen and only if something changed. It makes
 * no React update and reads no layout.
 */

import type { FrameView, Simulation } from 'flockwork';
import { Hand } from '../sim/hand.js';
import type { Hold, Seeing } from '../sim/hold.js';
import type { Session } from '../sim/session.js';
import type { Shape } from '../sim/shapes.js';
import { Watch } from '../sim/watch.js';
import { extentOf, type Camera, type Extent } from './camera.js';
import { Gaze } from './gaze.js';
import type { FieldRange } from './ground.js';
import { radiiOf, shownOf } from './look.js';
import { FrameMeter } from './meter.js';
import { OrbitCamera } from './orbit.js';
import { PlaneCamera } from './plane.js';
import { listen } from './pointer.js';
import { WorldScene } from './scene.js';
import { under } from './under.js';

const NOTHING: readonly number[] = [];
const NO_SHAPES: readonly Shape[] = [];
/** The chosen entity is sought within so many CSS pixels. */
const PICK_PX = 20;

export class WorldView {
  /** That of the plane or of space, as the world is. */
  camera: Camera;
  readonly meter = new FrameMeter();
  readonly scene: WorldScene | null;
  readonly hand: Hand;
  following = true;
  /** Called after each frame. */
  readonly beats = new Set<(now: number) => void>();
  readonly watch: Watch;
  private readonly cameras: { readonly plane: Camera; readonly space: Camera };
  private readonly stop = new AbortController();
  private readonly resizes: ResizeObserver;
  private readonly gaze: Gaze | null;
  /** Where the mouse is over the view, or the finger that presses. */
  private mouse: readonly [number, number] | null = null;
  private simulation: Simulation | null = null;
  private world: Extent | null = null;
  private frame: FrameView | null = null;
  /** The frame is not in the scene yet. */
  private untaken = false;
  private params: unknown = null;
  private last = 0;
  private dirty = true;
  /** Another frame, or other rules. */
  private fresh = true;
  private shownFirst = false;
  private width = 1;
  private height = 1;

  constructor(
    readonly canvas: HTMLCanvasElement,
    tip: HTMLElement,
    private readonly session: Session,
    private readonly reducedMotion: boolean,
  ) {
    this.cameras = { plane: new PlaneCamera(!reducedMotion), space: new OrbitCamera(!reducedMotion) };
    this.camera = this.cameras.plane;
    this.hand = new Hand(session, () => this.seeing());
    this.watch = new Watch(session);
    this.scene = makeScene(canvas);
    this.gaze = this.scene && new Gaze(this.scene.sight, tip);
    this.resizes = new ResizeObserver(([entry]) => this.resize(entry!.contentRect.width, entry!.contentRect.height));
    this.resizes.observe(canvas);
    listen(canvas, this, this.stop.signal);
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

  /** What is seen now, as PNG; null where none can be made. */
  picture(): Promise<Blob | null> {
    // The picture is there until the browser shows it.
    this.scene?.draw(this.camera.look());
    return new Promise((resolve) => this.canvas.toBlob(resolve, 'image/png'));
  }

  /** How many the chosen entity sees, and how many of them are too near; null where none are shown. */
  get neighbors(): Gaze['neighbors'] {
    return this.gaze?.neighbors ?? null;
  }

  /** Chooses the entity nearest to a point of the canvas. */
  tap(x: number, y: number): void {
    this.following = true;
    this.pick(x, y, PICK_PX);
  }

  /** Chooses the entity nearest to the middle. */
  tapMiddle(): void {
    this.pick(this.width / 2, this.height / 2, this.width / 2);
  }

  /** The view as it is at first. */
  tapTwice(): void {
    this.grab(true);
    this.camera.fill();
  }

  private pick(x: number, y: number, pixels: number): void {
    const { frame, world, camera, width, height } = this;
    const row = frame && world ? under(frame.position, frame.count, world, camera.look(), [x, y], [width, height], pixels) : -1;
    void this.session.choose(row < 0 ? null : frame!.id[row]!);
  }

  /** The mouse is over a point of the canvas, or has left it. */
  point(at: readonly [number, number] | null): void {
    this.mouse = at;
    this.gaze?.point(this.holds ? null : at);
  }

  get holds(): boolean {
    return this.hand.acts;
  }

  press(x: number, y: number): void {
    this.point([x, y]);
    this.hand.down(this.holdAt(x, y));
  }

  /** Presses in the middle, for a moment. */
  pressMiddle(): void {
    this.mouse = null;
    this.hand.middle(this.holdAt(this.width / 2, this.height / 2));
  }

  move(x: number, y: number): void {
    this.point([x, y]);
    this.hand.move(this.holdAt(x, y));
  }

  release(): void {
    this.hand.release();
  }

  private seeing(): Seeing | null {
    const { frame, world, camera, width, height } = this;
    return frame && world && { frame, world, lens: camera.look(), view: [width, height] };
  }

  /** What the hand reaches from a point of the canvas. */
  private holdAt(x: number, y: number): Hold {
    const { pixels } = this.camera.look();
    const { brush } = this.hand.store.get();
    return { place: this.camera.place(x, y), radius: brush / pixels, pixel: 1 / pixels, at: [x, y], reach: brush };
  }

  /** The user takes the camera; turned, it goes on to follow. */
  grab(moves: boolean): void {
    if (moves) this.following = false;
    this.gaze?.point(null);
  }

  private resize(width: number, height: number): void {
    if (width === 0 || height === 0) return;
    this.width = width;
    this.height = height;
    this.cameras.plane.resize(width, height);
    this.cameras.space.resize(width, height);
    this.scene?.resize(width, height);
    this.dirty = true;
  }

  private readonly tick = (now: number): void => {
    if (this.stop.signal.aborted) return;
    requestAnimationFrame(this.tick);
    const begin = performance.now();
    this.meter.begin(now);
    this.takeSimulation();
    this.takeRules();
    this.takeFrame();
    this.follow();
    const moved = this.camera.ease(Math.min(0.1, (now - this.last) / 1000), this.fresh && this.session.store.get().running);
    this.last = now;
    this.look(moved);
    this.handle(now);
    if (this.scene && (moved || this.dirty)) this.scene.draw(this.camera.look());
    this.dirty = this.fresh = false;
    this.markFirst();
    this.watch.beat(now);
    for (const beat of this.beats) beat(now);
    this.meter.script.add(performance.now() - begin);
  };

  private takeSimulation(): void {
    const { simulation } = this.session;
    if (simulation === this.simulation) return;
    this.simulation = simulation;
    this.frame = null;
    this.untaken = false;
    this.params = null;
    this.dirty = true;
    this.meter.frames.clear();
    this.gaze?.nothing();
    if (!simulation) return this.scene?.clear();
    this.world = extentOf(simulation);
    this.camera = this.cameras[this.world.sides[2] > 0 ? 'space' : 'plane'];
    this.camera.setWorld(this.world, shownOf(simulation));
    const { pose } = this.session.store.get();
    if (pose) {
      this.following = false;
      this.camera.take(pose);
      this.session.store.set({ pose: null });
    }
    this.scene?.setSimulation(simulation, this.world);
  }

  /** Rules say how large bodies are; a world that is computed ahead is not in full light yet. */
  private takeRules(): void {
    const { scene } = this;
    if (!scene) return;
    const { params, ahead } = this.session.store.get();
    if (params !== this.params) {
      this.params = params;
      scene.setBody(params);
      this.dirty = this.fresh = true;
    }
    const light = ahead ? this.dawn(ahead.share) : 1;
    if (light === scene.share) return;
    scene.share = light;
    this.dirty = true;
  }

  /** How it comes about is not for whoever asked for less motion, nor where the processor that computes it would have to draw it too. */
  private dawn(share: number): number {
    return this.reducedMotion || this.scene?.software ? 0 : 0.1 + 0.9 * share ** 2;
  }

  private takeFrame(): void {
    if (!this.simulation) return;
    const frame = this.simulation.acquireFrame();
    if ((frame.fresh || !this.frame) && frame.count > 0) {
      this.frame = frame;
      this.untaken = true;
    }
    const { field, fieldRange } = this.session.store.get();
    if (field !== this.field || fieldRange !== this.fieldRange) this.takeField();
    // What is not shown is not uploaded either.
    if (!this.untaken || this.scene?.share === 0) return;
    this.untaken = false;
    if (this.frame) this.scene?.take(this.frame);
    this.takeField();
    this.dirty = this.fresh = true;
  }

  /** The chosen field of the frame; what its brightest colour stands for is told when it grows. */
  private takeField(): void {
    const { scene, frame, session, simulation } = this;
    const { field, fieldTop, fieldRange } = session.store.get();
    this.field = field;
    this.fieldRange = fieldRange;
    if (!scene || !frame || !simulation) return;
    const number = simulation.model.fields.findIndex(({ name }) => name === field);
    this.dirty = scene.ground.show(field, number, field === null ? undefined : frame.fields[field], fieldRange) || this.dirty;
    if (field !== null && scene.ground.top > fieldTop) session.store.set({ fieldTop: scene.ground.top });
  }

  private field: string | null = null;
  private fieldRange: FieldRange | null = null;

  private follow(): void {
    const { selected } = this.session.store.get();
    const place = this.gaze?.choose(this.frame, selected?.alive ? selected.id : -1);
    if (place && this.following) this.camera.follow(place);
  }

  private look(moved: boolean): void {
    const { gaze, scene, simulation, frame, world, camera, fresh, width, height } = this;
    if (!gaze || !scene || !simulation || !frame || !world) return;
    const radii = radiiOf(simulation, this.session.store.get().params);
    const body = scene.bodyPixels(camera.look());
    this.dirty = gaze.look({ frame, world, camera, view: [width, height], radii, body, fresh }, !moved && camera.settled) || this.dirty;
  }

  /** The hand does what it is pressed for, and is seen. */
  private handle(now: number): void {
    const { hand, scene, frame, world, mouse, width, height } = this;
    if (!hand.idle && frame && world && this.simulation) hand.beat(now, { frame, world });
    if (!scene) return;
    this.stand(scene);
    if (!hand.brushes || !world || !this.simulation) this.dirty = scene.brush.hide() || this.dirty;
    else {
      const [x, y] = mouse ?? [width / 2, height / 2];
      this.dirty = scene.brush.show(this.holdAt(x, y), hand.tool, hand.pressed, world.sides[2] > 0) || this.dirty;
    }
  }

  /** What stands in the world, what is drawn there, and who is selected. */
  private stand({ standing, marks }: WorldScene): void {
    const { hand, world, frame, fresh, simulation } = this;
    if (!world || !frame || !simulation) return;
    const { pen, selection } = hand;
    const chosen = hand.tool === 'draw' ? pen.group : NOTHING;
    // Shapes are lists of places in the plane.
    this.dirty = standing.show(world.sides[2] > 0 ? NO_SHAPES : pen.shapes, frame.tick, chosen, world) || this.dirty;
    this.dirty = standing.sketch(hand.draft, world) || this.dirty;
    const { ids } = selection;
    if (!fresh && ids === this.marked) return;
    this.marked = ids;
    this.dirty = marks.show(ids, frame) || this.dirty;
  }

  private marked: Uint32Array | null = null;

  private markFirst(): void {
    if (this.shownFirst || !this.frame) return;
    this.shownFirst = true;
    performance.mark('flockwork:first-frame');
  }
}

/** Null where there is no WebGL. */
function makeScene(canvas: HTMLCanvasElement): WorldScene | null {
  try {
    return new WorldScene(canvas);
  } catch {
    return null;
  }
}
