/**
 * Mouse, fingers and wheel on the world: move, turn, zoom, choose an entity with a tap, and begin anew with two.
 * Where a hand is held, one finger or the left button is the hand's; two fingers, Shift and the right button
 * move as before.
 */

import type { Camera } from './camera.js';

/** A press that moves less than this, and is shorter, is a tap. */
const TAP_PX = 6;
const TAP_MS = 500;
/** A finger that stands alone for so long is the hand's; before, another may come and make it a pinch. */
const ALONE_MS = 140;

/** `buttons` while the right one alone is pressed. */
const RIGHT = 2;

interface Finger {
  x: number;
  y: number;
}

export interface PointerTarget {
  readonly camera: Camera;
  /** Whether a hand is held. */
  readonly holds: boolean;
  /** The hand is pressed at CSS pixels of the canvas, moves there, or lets go. */
  press(x: number, y: number): void;
  move(x: number, y: number): void;
  release(): void;
  /** At CSS pixels of the canvas. */
  tap(x: number, y: number): void;
  /** What counts as twice is the system's to say. */
  tapTwice(): void;
  /** The mouse is over these CSS pixels of the canvas, with no button pressed, or has left it. */
  point(at: readonly [number, number] | null): void;
  /** The user takes the camera, and `moves` what is looked at, or only turns. */
  grab(moves: boolean): void;
}

/** Listens until `signal` aborts. */
export function listen(canvas: HTMLCanvasElement, target: PointerTarget, signal: AbortSignal): void {
  const fingers = new Map<number, Finger>();
  let moved = 0;
  let begun = 0;
  /** The finger that is the hand's, and the wait until it presses; 0 when it does. */
  let held = { id: -1, wait: 0 };
  const letGo = () => {
    clearTimeout(held.wait);
    if (held.id >= 0) target.release();
    held = { id: -1, wait: 0 };
  };
  const press = (x: number, y: number) => {
    clearTimeout(held.wait);
    held = { ...held, wait: 0 };
    target.press(x, y);
  };
  const local = (event: MessageEvent | PointerEvent | WheelEvent): [number, number] => {
    const { offsetX, offsetY } = event as PointerEvent;
    return [offsetX, offsetY];
  };

  const down = (event: PointerEvent) => {
    if (event.button !== 0 && event.buttons !== RIGHT) return;
    canvas.setPointerCapture(event.pointerId);
    const [x, y] = local(event);
    fingers.set(event.pointerId, { x, y });
    moved = fingers.size > 1 ? Infinity : 0;
    begun = event.timeStamp;
    letGo();
    if (!target.holds || fingers.size > 1 || event.button !== 0 || event.shiftKey) return;
    held = { id: event.pointerId, wait: 0 };
    if (event.pointerType === 'touch') held.wait = window.setTimeout(() => press(x, y), ALONE_MS);
    else press(x, y);
  };
  const move = (event: PointerEvent) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) {
      if (event.pointerType !== 'touch') target.point(local(event));
      return;
    }
    const [x, y] = local(event);
    moved += Math.abs(x - finger.x) + Math.abs(y - finger.y);
    if (held.id === event.pointerId) {
      if (held.wait > 0 && moved >= TAP_PX) press(finger.x, finger.y);
      if (held.wait === 0) target.move(x, y);
      finger.x = x;
      finger.y = y;
      return;
    }
    if (moved < TAP_PX) return;
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    const moves = other !== undefined || event.shiftKey || event.buttons === RIGHT;
    target.grab(moves || !target.camera.turns);
    canvas.classList.add('grabbing');
    const parts = other ? 2 : 1;
    if (other) {
      const before = Math.hypot(finger.x - other.x, finger.y - other.y);
      const after = Math.hypot(x - other.x, y - other.y);
      if (before > 0) target.camera.zoomAt(after / before, (x + other.x) / 2, (y + other.y) / 2);
    }
    target.camera[moves ? 'pan' : 'drag']((x - finger.x) / parts, (y - finger.y) / parts);
    finger.x = x;
    finger.y = y;
  };
  const up = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId)) return;
    if (fingers.size === 0) canvas.classList.remove('grabbing');
    if (held.id === event.pointerId) {
      if (held.wait > 0 && event.type === 'pointerup') press(...local(event));
      return letGo();
    }
    if (event.type === 'pointerup' && event.button === 0 && moved < TAP_PX && event.timeStamp - begun < TAP_MS) target.tap(...local(event));
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    // A pinch on a trackpad comes as a wheel with ctrl, in smaller steps.
    const speed = event.ctrlKey ? 0.01 : 0.0018;
    target.camera.zoomAt(Math.exp(-event.deltaY * lines * speed), ...local(event));
  };

  // What a hand draws is no gesture of the browser's: where that took it for a fling, it would swallow the next tap.
  canvas.addEventListener('touchstart', (event) => target.holds && event.preventDefault(), { signal, passive: false });
  canvas.addEventListener('pointerdown', down, { signal });
  canvas.addEventListener('pointermove', move, { signal });
  canvas.addEventListener('pointerup', up, { signal });
  canvas.addEventListener('pointercancel', up, { signal });
  canvas.addEventListener('pointerleave', () => target.point(null), { signal });
  canvas.addEventListener('dblclick', () => target.holds || target.tapTwice(), { signal });
  canvas.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  canvas.addEventListener('wheel', wheel, { signal, passive: false });
}
