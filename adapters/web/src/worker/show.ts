/**
 * What a frame shows: the module gives columns, and this names them, places them and paints them.
 *
 * Colours are painted in place. The values that they stand for are first put where the colours go, and
 * a second one where ids go, which are written after them; so painting takes no memory.
 */

import { palette } from '../palette.js';
import { Shows, Stream, type ColorSpec } from '../protocol.js';
import { arrayOf, bytesOfScalar } from '../scalar.js';
import type { ModelInfo } from '../types.js';
import type { Engine } from './engine.js';

/** No number of a column, so all of them. */
const ALL = 0xffff_ffff;
/** Columns that together are a vector: of motion, or of direction. */
const VECTORS = [['vx', 'vy', 'vz'], ['ux', 'uy', 'uz']] as const;

/** Where the streams of a frame are, and what they are. */
export interface Target {
  readonly streams: readonly number[];
  readonly strides: readonly number[];
  readonly addresses: readonly number[];
}

/** Shows one rank's entities. */
export class Show {
  private column: number = Shows.heading;
  private component = 0;
  private low = 0;
  /** Shares of the scale for each unit. */
  private share = 1;

  constructor(
    private readonly engine: Engine,
    private readonly model: ModelInfo,
  ) {}

  /** What colours show from now on. */
  color(column: number, component: number, low: number, high: number): void {
    this.column = column;
    this.component = component;
    this.low = low;
    this.share = high === low ? 0 : 1 / (high - low);
  }

  /** Writes so many entities, the first of them to the place `first` of every stream. */
  write(sim: number, { streams, strides, addresses }: Target, first: number, count: number): void {
    const ids = addresses[streams.indexOf(Stream.id)]! + 4 * first;
    streams.forEach((stream, index) => {
      const stride = strides[index]!;
      const at = addresses[index]! + stride * first;
      if (stream === Stream.position) {
        // In the plane the third coordinate stays zero, as the memory is at first.
        ['x', 'y', 'z'].forEach((name, axis) => {
          const column = this.named(name);
          if (column >= 0) this.put(sim, column, 0, at + 4 * axis, count, stride);
        });
      } else if (stream === Stream.color) this.paint(sim, at, ids, count);
      else if (stream === Stream.alive) this.engine.at(at, count).fill(1);
      else if (stream === Stream.id) this.put(sim, this.named('id'), 0, at, count, stride);
      else this.put(sim, stream - Stream.column, ALL, at, count, stride);
    });
  }

  /** What the lowest and the highest colour stand for: nearly all of this rank's entities are between. */
  range(sim: number, color: ColorSpec): [number, number] {
    const values = this.values(sim, color).filter((value) => Number.isFinite(value)).sort();
    if (values.length === 0) return [0, 1];
    const at = (share: number) => values[Math.floor(share * (values.length - 1))]!;
    const [low, high] = [at(0.02), at(0.98)];
    return high > low ? [low, high] : [low - 0.5, low + 0.5];
  }

  private values(sim: number, { column, component }: ColorSpec): Float32Array {
    const [x, y, z] = column === Shows.speed ? this.vector() : [column, -1, -1];
    if (this.model.columns[x]?.scalar !== 'f32') return new Float32Array(0);
    const xs = this.copy(sim, x, component);
    if (y < 0) return xs;
    const ys = this.copy(sim, y, component);
    const zs = z < 0 ? null : this.copy(sim, z, component);
    return xs.map((one, row) => Math.hypot(one, ys[row]!, zs?.[row] ?? 0));
  }

  private copy(sim: number, column: number, component: number): Float32Array {
    const { engine } = this;
    const count = engine.x.fw_owned!(sim) >>> 0;
    const bytes = Math.max(4, 4 * count);
    const address = engine.alloc(bytes);
    this.put(sim, column, component, address, count, 4);
    const out = new Float32Array(engine.copy(address, 4 * count));
    engine.free(address, bytes);
    return out;
  }

  private put(sim: number, column: number, component: number, address: number, count: number, stride: number): void {
    this.engine.x.fw_publish!(sim, column, component, address, count, stride);
  }

  /** The number of a column; one that there is not if no column is called so. */
  private named(name: string): number {
    return this.model.columns.findIndex((one) => one.name === name);
  }

  /** The numbers of the columns of a vector; -1 for z in the plane, and for all if the model has none. */
  private vector(): [number, number, number] {
    for (const [x, y, z] of VECTORS) {
      const found: [number, number, number] = [this.named(x), this.named(y), this.named(z)];
      if (Math.min(found[0], found[1]) >= 0) return found;
    }
    return [-1, -1, -1];
  }

  private paint(sim: number, at: number, spare: number, count: number): void {
    const { column, component, low, share } = this;
    const { buffer } = this.engine.at(at, 4 * count);
    const colors = new Uint32Array(buffer, at, count);
    const floats = new Float32Array(buffer, at, count);
    const [x, y, z] = column === Shows.speed || column === Shows.heading ? this.vector() : [column, -1, -1];
    const scalar = this.model.columns[x]?.scalar;
    if (!scalar) {
      colors.fill(CLASSES[0]!);
      return;
    }
    this.put(sim, x, component, at, count, 4);
    if (scalar !== 'f32') {
      const step = 4 / bytesOfScalar(scalar);
      const values = new (arrayOf(scalar))(buffer as ArrayBuffer, at, step * count);
      // Below 0 the classes go on.
      for (let row = 0; row < count; row++) colors[row] = CLASSES[(Number(values[step * row]!) >>> 0) % CLASSES.length]!;
      return;
    }
    if (y < 0) {
      for (let row = 0; row < count; row++) colors[row] = scale((floats[row]! - low) * share);
      return;
    }
    this.put(sim, y, component, spare, count, 4);
    const ys = new Float32Array(buffer, spare, count);
    if (column === Shows.heading) {
      if (z < 0) for (let row = 0; row < count; row++) colors[row] = wheel(floats[row]!, ys[row]!);
      else {
        // Two of the three in one word, as their upper halves, are exact enough for a colour.
        const halves = new Uint32Array(buffer, spare, count);
        for (let row = 0; row < count; row++) colors[row] = (colors[row]! & UPPER) | (halves[row]! >>> 16);
        this.put(sim, z, component, spare, count, 4);
        for (let row = 0; row < count; row++) {
          const both = colors[row]!;
          PAIR_BITS[0] = both & UPPER;
          PAIR_BITS[1] = both << 16;
          colors[row] = ball(PAIR[0]!, PAIR[1]!, ys[row]!);
        }
      }
      return;
    }
    for (let row = 0; row < count; row++) floats[row] = floats[row]! ** 2 + ys[row]! ** 2;
    if (z >= 0) {
      this.put(sim, z, component, spare, count, 4);
      for (let row = 0; row < count; row++) floats[row] = floats[row]! + ys[row]! ** 2;
    }
    for (let row = 0; row < count; row++) colors[row] = scale((Math.sqrt(floats[row]!) - low) * share);
  }
}

/** Red, green and blue as the word that they are in memory. */
function word(red: number, green: number, blue: number): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

const CLASSES = palette.classes.map((color) => word(...color));
const [ALONG, AGAINST] = palette.poles;
/** The upper half of a float, which has its sign, exponent and first digits; and two of these side by side. */
const UPPER = 0xffff_0000;
const PAIR = new Float32Array(2);
const PAIR_BITS = new Uint32Array(PAIR.buffer);
/** For what goes nowhere. */
const STILL = word(220, 220, 230);

/** The colours in between. */
const SCALE = Uint32Array.from({ length: 1024 }, (_, index) => {
  const { scale: steps } = palette;
  const place = (index / 1023) * (steps.length - 1);
  const step = Math.min(Math.floor(place), steps.length - 2);
  const mix = (channel: 0 | 1 | 2) => {
    const [from, to] = [steps[step]![channel], steps[step + 1]![channel]];
    return Math.floor(from + (to - from) * (place - step));
  };
  return word(mix(0), mix(1), mix(2));
});

/** The colour of a value from 0 to 1. */
function scale(value: number): number {
  // What is no number is dark, too.
  const within = value > 0 ? Math.min(value, 1) : 0;
  return SCALE[(within * 1023) | 0]!;
}

/** A colour for each direction, going once around. */
function wheel(x: number, y: number): number {
  const length = Math.sqrt(x * x + y * y);
  if (!(length > 0)) return STILL;
  const [cos, sin] = [x / length, y / length];
  // Three cosines, a third of a turn apart.
  return word(channel(cos), channel(-0.5 * cos + 0.8660254 * sin), channel(-0.5 * cos - 0.8660254 * sin));
}

/** The colours of directions in space: the wheel around the third axis, and one of their own for both ways along it. */
function ball(x: number, y: number, z: number): number {
  const flat = x * x + y * y;
  const square = flat + z * z;
  if (!(square > 0)) return STILL;
  const level = flat > 0 ? 1 / Math.sqrt(flat) : 0;
  const [cos, sin] = [x * level, y * level];
  const share = flat / square;
  const [red, green, blue] = z > 0 ? ALONG : AGAINST;
  return word(
    (red + (channel(cos) - red) * share) | 0,
    (green + (channel(-0.5 * cos + 0.8660254 * sin) - green) * share) | 0,
    (blue + (channel(-0.5 * cos - 0.8660254 * sin) - blue) * share) | 0,
  );
}

function channel(part: number): number {
  return (150 + 105 * part) | 0;
}
