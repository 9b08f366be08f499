/** What a simulation tells of what happens, and finds: types. */

/** What happens: births, deaths, and `event` or the name of the model's events. */
export type HappeningKind = 'birth' | 'event' | 'death' | (string & {});

export interface HappeningOptions {
  /** What is told; everything if it is not given. */
  readonly kinds?: readonly HappeningKind[];
  /**
   * Of which entities: those whose columns are in these ranges, ends included, or have this value. Of an
   * event the one that it came to.
   */
  readonly where?: Readonly<Record<string, number | readonly [number, number]>>;
  /** Numbers of the entities to tell: columns, or one value of several as `genes.3`; at most 8. */
  readonly columns?: readonly string[];
  /** How many records are kept between two reads: the newest; 4096 if it is not given, at most 2^20. */
  readonly limit?: number;
}

/** What has happened since the last read, in the same order in every tier; good until the next read. */
export interface HappeningBatch {
  /** Records in the arrays. */
  readonly count: number;
  /** How many were older than these, and are lost. */
  readonly dropped: number;
  /** After how many ticks it had happened. */
  readonly tick: Float64Array;
  /** A place in the `kinds` of the stream. */
  readonly kind: Uint8Array;
  /** The entity. */
  readonly id: Uint32Array;
  /** Who sent an event; 2^32 - 1 of births and deaths. */
  readonly other: Uint32Array;
  /** Where the entity is, or was when it died: x, y, z = 0 in the plane. */
  readonly position: Float32Array;
  /** What an event carries: as many numbers for each record as the model's `event` has values; 0 of others. */
  readonly values: Float32Array;
  /** The columns asked for by name, as the tick left them. */
  readonly columns: Readonly<Record<string, Float64Array>>;
}

/** One who is told what happens. */
export interface Happenings {
  /** The names of what is told, by number: birth, the model's event, death. */
  readonly kinds: readonly string[];
  /** What has happened since the last read, between two ticks; one read at a time. */
  read(): Promise<HappeningBatch>;
  /** Ends it. */
  close(): void;
}

/** How often a listener for ticks is called: of every so many ticks, or so many times a second (4 if nothing is said). */
export interface TickOptions {
  /** After every tick that this divides. */
  readonly every?: number;
  /** At most so many times a second, and when a run ends or is paused. */
  readonly hertz?: number;
}

/** A state between two ticks. */
export interface TickEvent {
  readonly tick: number;
  readonly population: number;
  /** The model's statistics by name; null where nobody has a value, or one is no finite number. */
  readonly stats: Readonly<Record<string, number | null>>;
}

/** A ball; in the plane a disc. Along a periodic axis it may reach over the seam. */
export interface Ball {
  readonly x: number;
  readonly y: number;
  readonly z?: number;
  readonly radius: number;
}

/** A box, from the lowest to the highest coordinate of each axis; over a seam the highest goes on past the world's end. */
export interface Box {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly z?: readonly [number, number];
}

/** Who is in an area. */
export interface Found {
  /** Whose state it was. */
  readonly tick: number;
  /** Ids in ascending order. */
  readonly ids: Uint32Array;
}
