/** Which entity is looked at, and what it sees: the chosen one, or else the one under the mouse. */

import type { FrameView } from 'flockwork';
import type { Camera, Extent, Place } from './camera.js';
import type { Lens } from './lens.js';
import { Nearby, way, wrapped } from './near.js';
import type { Radii, Sight } from './sight.js';
import { under } from './under.js';

/** The entity under the mouse is sought within so many CSS pixels, where bodies are at least so large. */
const REACH_PX = 24;
const BODY_PX = 5;
/** A sight of fewer CSS pixels would be hidden by the mark. */
const SIGHT_PX = 24;

export interface Looking {
  readonly frame: FrameView;
  readonly world: Extent;
  readonly camera: Camera;
  /** Sides of the view, in CSS pixels. */
  readonly view: readonly [number, number];
  readonly radii: Radii;
  /** Length of a body, CSS pixels. */
  readonly body: number;
  /** Another frame, or other rules. */
  readonly fresh: boolean;
}

export class Gaze {
  /** The row of the chosen entity in the frame; -1 if there is none. */
  private chosen = -1;
  /** The one at the last look, and the row of what is shown. */
  private before = -1;
  private shown = -1;
  private detailed = false;
  private hovered = { row: -1, id: -1 };
  private mouse: readonly [number, number] | null = null;
  private moved = false;
  private text = '';
  private readonly nearby = new Nearby();

  /** `tip` says in a few words what the mouse is over. */
  constructor(
    private readonly sight: Sight,
    private readonly tip: HTMLElement,
  ) {}

  /** The mouse is at a point of the view, or has left it. */
  point(at: readonly [number, number] | null): void {
    this.mouse = at;
    this.moved = true;
  }

  /** Where the entity with this id is. */
  choose(frame: FrameView | null, id: number): Place | null {
    this.chosen = frame && id >= 0 ? rowOf(frame, id, this.chosen) : -1;
    if (!frame) return null;
    return this.chosen < 0 ? null : placeOf(frame, this.chosen);
  }

  /** Neighbours of the chosen entity. */
  get neighbors(): { readonly all: number; readonly close: number } | null {
    return this.chosen >= 0 && this.detailed ? { all: this.sight.neighbors, close: this.sight.tooClose } : null;
  }

  nothing(): void {
    this.chosen = this.shown = -1;
    this.detailed = false;
    this.sight.hide();
    this.say('');
  }

  /** Shows what there is to see; true if the picture is another. `still` if the camera has not moved. */
  look(at: Looking, still: boolean): boolean {
    if (still && !at.fresh && !this.moved && this.chosen === this.before) return false;
    this.before = this.chosen;
    const row = this.chosen >= 0 ? this.chosen : this.underMouse(at);
    this.moved = false;
    if (row < 0) {
      const gone = this.shown >= 0;
      if (gone) this.nothing();
      return gone;
    }
    this.detailed = Math.max(at.radii.sight, at.radii.close) * at.camera.look().pixels > SIGHT_PX;
    this.sight.show(at, row, this.detailed);
    this.shown = row;
    this.say(this.chosen >= 0 ? '' : this.words(at, row));
    return true;
  }

  /** The one that was there stays while it does not move away from the mouse, nor the mouse from it. */
  private underMouse({ frame, world, camera, view, body }: Looking): number {
    if (!this.mouse || body < BODY_PX) return -1;
    const { hovered: before } = this;
    const lens = camera.look();
    const kept = this.moved || before.id < 0 ? -1 : rowOf(frame, before.id, before.row);
    if (kept >= 0 && under(frame.position.subarray(3 * kept), 1, world, lens, this.mouse, view, REACH_PX) === 0) return (before.row = kept);
    const row = lens.deep < Infinity ? under(frame.position, frame.count, world, lens, this.mouse, view, REACH_PX) : this.onTheGround(frame, world, lens, this.mouse, view);
    this.hovered = { row, id: row < 0 ? -1 : frame.id[row]! };
    return row;
  }

  /** In the plane whoever is seen near the mouse is near it in the world: that is found in a quarter of the time. */
  private onTheGround(frame: FrameView, world: Extent, lens: Lens, [x, y]: readonly [number, number], [width, height]: readonly [number, number]): number {
    const { nearby } = this;
    const m = lens.project.elements;
    const seen = [lens.center.x + ((2 * x) / width - 1) / m[0]!, lens.center.y + (1 - (2 * y) / height) / m[5]!, 0];
    const place = seen.map((at, axis) => wrapped(at, world.sides[axis]!, world.wraps[axis]!));
    nearby.find(frame.position, frame.count, world, place, REACH_PX / lens.pixels);
    let [best, row] = [Infinity, -1];
    for (let index = 0; index < nearby.count; index++) {
      const one = nearby.rows[index]!;
      const away = Math.hypot(...placeOf(frame, one).map((to, axis) => way(place[axis]!, to, world.sides[axis]!, world.wraps[axis]!)));
      if (away < best) [best, row] = [away, one];
    }
    return row;
  }

  private words({ frame, radii }: Looking, row: number): string {
    const { neighbors, tooClose } = this.sight;
    const { vx, vy, vz } = frame.columns as Record<string, Float32Array | undefined>;
    const words = [`#${frame.id[row]}`];
    if (vx && vy) words.push(`speed ${Math.hypot(vx[row]!, vy[row]!, vz?.[row] ?? 0).toFixed(2)}`);
    if (radii.sight > 0) words.push(neighbors === 1 ? '1 neighbour' : `${neighbors} neighbours`);
    if (radii.close > 0) words.push(`${tooClose} too close`);
    return words.join(' · ');
  }

  private say(text: string): void {
    if (this.mouse && text) this.tip.style.transform = `translate(${this.mouse[0]}px, ${this.mouse[1]}px)`;
    if (text === this.text) return;
    this.text = text;
    this.tip.firstElementChild!.textContent = text;
    this.tip.hidden = text === '';
  }
}

/** The row of an entity, which it mostly keeps from one tick to the next; -1 if it is not there. */
function rowOf({ id: ids, count }: FrameView, id: number, before: number): number {
  return before >= 0 && before < count && ids[before] === id ? before : ids.subarray(0, count).indexOf(id);
}

function placeOf({ position }: FrameView, row: number): Place {
  return [position[3 * row]!, position[3 * row + 1]!, position[3 * row + 2]!];
}
