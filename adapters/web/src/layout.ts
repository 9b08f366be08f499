/**
 * The control block: what the main thread and the workers of one simulation tell each other
 * without messages. It lies in the shared memory of the workers; without shared memory the main
 * thread keeps one of the same form and fills it from messages.
 *
 * Numbers are places of 32-bit words; floats of 64 bits begin at even ones. Words that different
 * threads write stand on lines of 64 bytes of their own.
 */

/** What the first word of a control block holds. */
export const MAGIC = 0x464c_4b57;
/** The version of this layout. */
export const VERSION = 3;

/** The most workers of one simulation. */
export const MAX_RANKS = 16;
/** The most streams of a frame: four fixed ones, and columns. */
export const MAX_STREAMS = 16;
/** Orders that may be on their way at once; a power of two. */
export const RING = 32;
/** Doubles of one order: its code and its arguments. */
export const ORDER_SIZE = 8;
/** Ticks whose times are kept. */
export const TICK_TIMES = 256;
/** Doubles of one rank: what it measures, in the order of the module, and `OWN_MEASURES`. */
export const MOST_MEASURES = 56;
/** What a rank measures besides: bytes of the heap in use, and of all of it. */
export const OWN_MEASURES = 2;
/** The most frames that are written, ready or read at once. */
export const SLOTS = 16;
/** What there is from the start: a frame is written, one is ready, one is read. */
export const FIRST_SLOTS = 3;
/** What `Word.published` holds while no frame is ready. */
export const NONE = -1;

export const Word = {
  magic: 0,
  version: 1,
  ranks: 2,
  capacity: 3,
  streams: 4,
  board: 5,
  /** Set once: all leave their loops. */
  stop: 16,
  /** Commands that the main thread has posted to the leader; the leader waits here. */
  posted: 32,
  /** The slot whose frame is ready, or `NONE`. */
  published: 48,
  /** One bit for each slot that nobody uses; the main thread sets them, the leader takes them. */
  free: 64,
  /** Orders given; followers wait here. */
  orders: 80,
  /** Changes whenever a follower has carried out an order that the leader may wait for. */
  acks: 96,
  /** Tick and population, as doubles. */
  tick: 112,
  population: 114,
  /** For each slot: tick (a double), entities, and one word of nothing. */
  slots: 128,
  /** Addresses of the streams of each slot; 0 for a slot that was not made yet. */
  streamTable: 192,
  /** Blocks of all ranks. */
  rank: 448,
  /** The ring of orders: doubles. */
  ring: 2496,
  /** Number of ticks timed so far (a double), then the times of the last ones in milliseconds. */
  timed: 3008,
  times: 3024,
  end: 3280,
} as const;

/** Words of a rank's block. */
export const RankWord = { size: 128, done: 0, beat: 1, status: 2, pointer: 3, length: 4, measures: 16 } as const;

/** Bytes of a control block. */
export const CONTROL_BYTES = Word.end * 4;

/** Bytes of the streams of a slot: of the columns of so many entities, then of the cells of each field. */
export function streamBytes(strides: readonly number[], capacity: number, cells: readonly number[]): number[] {
  return [...strides.map((stride) => stride * capacity), ...cells.map((count) => 4 * count)];
}

/** The count after this one; counts are words of 32 bits, and begin anew when they are full. */
export function following(count: number): number {
  return (count + 1) | 0;
}

/** How much further one count is than another, which may have begun anew in between. */
export function ahead(count: number, of: number): number {
  return (count - of) | 0;
}

/** A control block at an address of a memory. */
export class Control {
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly floats: Float32Array;

  constructor(buffer: ArrayBufferLike, address: number) {
    this.words = new Int32Array(buffer, address, Word.end);
    this.doubles = new Float64Array(buffer, address, Word.end / 2);
    this.floats = new Float32Array(buffer, address, Word.end);
  }

  /** Writes what says that this is a control block. */
  sign(ranks: number): void {
    this.words[Word.version] = VERSION;
    this.words[Word.ranks] = ranks;
    this.words[Word.published] = NONE;
    Atomics.store(this.words, Word.magic, MAGIC);
  }

  /** Throws if this is no control block of this version. */
  check(): void {
    const [magic, version] = [Atomics.load(this.words, Word.magic), this.words[Word.version]];
    if (magic !== MAGIC || version !== VERSION) {
      throw new Error(
        `the control block has magic ${magic.toString(16)} and version ${version}: ` +
          `this script knows ${MAGIC.toString(16)} and ${VERSION}; are all files of one release?`,
      );
    }
  }

  /** The place of a rank's block. */
  rank(rank: number): number {
    return Word.rank + rank * RankWord.size;
  }

  get tick(): number {
    return this.doubles[Word.tick / 2]!;
  }

  set tick(value: number) {
    this.doubles[Word.tick / 2] = value;
  }

  get population(): number {
    return this.doubles[Word.population / 2]!;
  }

  set population(value: number) {
    this.doubles[Word.population / 2] = value;
  }

  /** The place in the table of a slot's stream. */
  stream(slot: number, stream: number): number {
    return Word.streamTable + MAX_STREAMS * slot + stream;
  }

  /** Ticks timed so far. */
  get timed(): number {
    return this.doubles[Word.timed / 2]!;
  }

  set timed(count: number) {
    this.doubles[Word.timed / 2] = count;
  }

  /** Records the time of a tick. */
  time(milliseconds: number): void {
    const count = this.timed;
    this.floats[Word.times + (count % TICK_TIMES)] = milliseconds;
    this.timed = count + 1;
  }

  /** The longest of the times kept. */
  longest(): number {
    let longest = 0;
    for (let index = 0; index < TICK_TIMES; index++) longest = Math.max(longest, this.floats[Word.times + index]!);
    return longest;
  }
}
