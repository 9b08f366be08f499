/** Where a hand is, and over what. */

import type { FrameView } from 'flockwork';
import type { Extent, Place } from '../view/camera.js';

/** Where the hand is in the world, and how far it reaches. */
export interface Hold {
  readonly place: Place;
  readonly radius: number;
  /** The length in the world of a CSS pixel. */
  readonly pixel: number;
}

/** What a hand is held over. */
export interface Ground {
  readonly world: Extent;
  readonly frame: FrameView;
}
