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
export const VERSION = 1;

/** The most workers of one simulation. */
export const MAX_RANKS = 16;
/** The most streams of a frame: four fixed ones, and columns. */
export const MAX_STREAMS = 16;
/** Orders that may be on their way at once. */
export const RING = 32;
/** Doubles of one order: its code and its arguments. */
export const ORDER_SIZE = 8;
/** Ticks whose times are kept. */
export const TICK_TIMES = 256;
/** Metrics of one rank, numbered as in `fw_metric`. */
export const METRICS = 16;
/** Frames that are written, ready or read. */
export const SLOTS = 3;

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
  /** The slot that is ready, plus 4 if nobody has read it. */
  published: 48,
  /** Orders given; followers wait here. */
  orders: 64,
  /** Changes whenever a follower has carried out an order that the leader may wait for. */
  acks: 80,
  /** Tick and population, as doubles, and bytes of the heap in use. */
  tick: 96,
  population: 98,
  used: 100,
  /** Three times tick (a double), entities, and one word of nothing. */
  slots: 112,
  /** Addresses of the streams of each slot. */
  streamTable: 128,
  /** Blocks of all ranks. */
  rank: 176,
  /** The ring of orders: doubles. */
  ring: 944,
  /** Number of ticks timed so far, then the times of the last ones in milliseconds. */
  timed: 1456,
  times: 1472,
  end: 1728,
} as const;

/** Words of a rank's block. */
export const RankWord = { size: 48, done: 0, beat: 1, status: 2, pointer: 3, length: 4, metrics: 16 } as const;

/** Bytes of a control block. */
export const CONTROL_BYTES = Word.end * 4;

/** A set flag in `Word.published`: nobody has read the slot. */
export const FRESH = 4;

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
    this.words[Word.published] = 1;
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

  /** Records the time of a tick. */
  timed(milliseconds: number): void {
    const count = this.words[Word.timed]!;
    this.floats[Word.times + (count % TICK_TIMES)] = milliseconds;
    this.words[Word.timed] = count + 1;
  }

  /** The longest of the times kept. */
  longest(): number {
    let longest = 0;
    for (let index = 0; index < TICK_TIMES; index++) longest = Math.max(longest, this.floats[Word.times + index]!);
    return longest;
  }
}
