/** Where a hand is, and over what. */

import type { FrameView } from 'flockwork';
import type { Extent, Place } from '../view/camera.js';
import type { Lens } from '../view/lens.js';

/** Where the hand is in the world, and how far it reaches. */
export interface Hold {
  readonly place: Place;
  readonly radius: number;
  /** The length in the world of a CSS pixel. */
  readonly pixel: number;
  /** Where it is in the view, in CSS pixels. */
  readonly at: readonly [x: number, y: number];
  /** The radius there. */
  readonly reach: number;
}

/** What a hand is held over. */
export interface Ground {
  readonly world: Extent;
  readonly frame: FrameView;
}

/** How that is seen: in a view of these sides, in CSS pixels. */
export interface Seeing extends Ground {
  readonly lens: Lens;
  readonly view: readonly [width: number, height: number];
}
