//! The block-wise neighbour pass: every owned entity meets every neighbour within the radius, in
//! canonical order.
//!
//! Pseudo code:
//!
//! ```text
//! for each owned row of the domain
//!     for each tile of up to 8 consecutive owned entities of the row, one per lane
//!         for the row below, the same row, the row above
//!             for each candidate from the first lane's column - fine to the last lane's + fine
//!                 for all lanes at once: difference, squared distance, inside the radius?
//!                 visitor.pair(...)
//!         visitor.finish(...)
//! ```
//!
//! Why this shape:
//! 1. Lanes are entities and a candidate is broadcast to all of them, so every lane adds up its own
//!    neighbours one after the other in canonical order. There is no horizontal sum, no gather and
//!    no tail: a candidate outside a lane's radius is masked and adds +0.0, which changes no bit.
//!    So the result depends neither on how entities fall into tiles nor on where a region is cut.
//! 2. The sort is by row, then column, so the candidates of one row are one contiguous span.
//! 3. Candidates are small records with everything a neighbour shows, since each is read whole.
//! 4. Only in the tile's own part of the own row can a lane meet itself; that part alone pays for
//!    the check.
//! 5. Under a cap, a first scan finds the (distance, id) of the last neighbour that counts; the
//!    pass itself is the same.
//!
//! Where to read next: [`crate::sort`] makes the order, `flockwork-scheduler` calls the pass.

use core::fmt;

use flockwork_kernel::LANES;
use flockwork_kernel::isa::Baseline;
use flockwork_kernel::simd::{F32x8, Isa, Mask8};

use crate::sort::Entry;

/// What a neighbour shows: at least where it is.
pub trait Positioned: Copy {
    /// The position along x.
    fn x(&self) -> f32;
    /// The position along y.
    fn y(&self) -> f32;
}

/// What the pass says about one candidate and the eight entities of a tile.
#[derive(Clone, Copy, Debug)]
pub struct Pair<S: Isa = Baseline> {
    /// Candidate's x minus each lane's.
    pub dx: F32x8<S>,
    /// Candidate's y minus each lane's.
    pub dy: F32x8<S>,
    /// Squared distance.
    pub d2: F32x8<S>,
    /// Lanes whose neighbour the candidate is: closer than the radius, within the cap, and not the
    /// entity itself. What a lane outside adds must be +0.0: see [`Mask8::keep`].
    pub near: Mask8<S>,
    /// The candidate's place among the records.
    pub index: u32,
}

/// What is done with tiles and pairs.
pub trait Visitor<S: Isa = Baseline> {
    /// What a neighbour shows.
    type Record: Positioned;
    /// What the pass holds of a tile's own entities.
    type Tile: Copy;
    /// What adds up over the neighbours of a tile.
    type Sum: Copy;

    /// Loads the tile that begins at owned entity `at`, and begins its sum.
    fn load(&mut self, at: usize) -> (Self::Tile, Self::Sum);
    /// Adds one candidate.
    fn pair(
        &mut self,
        tile: &Self::Tile,
        other: &Self::Record,
        pair: &Pair<S>,
        sum: &mut Self::Sum,
    );
    /// Takes the sum of the tile's `count` entities that begin at owned entity `at`; lanes from
    /// `count` on are of no entity of the tile.
    fn finish(&mut self, at: usize, count: usize, tile: &Self::Tile, sum: &Self::Sum);
}

/// A domain's cells: its owned rectangle inside a ghost border of one row and `fine` columns.
#[derive(Clone, Copy, Debug)]
pub struct Cells<'a> {
    /// Where each cell of the bordered rectangle begins among the records, row by row, and the
    /// end: `(rows + 2) * (cols + 2 * fine) + 1` places.
    pub starts: &'a [u32],
    /// Owned rows.
    pub rows: u32,
    /// Owned columns.
    pub cols: u32,
    /// Columns of the ghost border on either side.
    pub fine: u32,
}

impl Cells<'_> {
    /// Columns with the border.
    #[inline(always)]
    pub fn stride(&self) -> usize {
        self.cols as usize + 2 * self.fine as usize
    }

    /// Cells with the border; None if that does not fit `u32`.
    pub fn count(rows: u32, cols: u32, fine: u32) -> Option<u32> {
        rows.checked_add(2)?.checked_mul(cols.checked_add(fine.checked_mul(2)?)?)
    }

    /// The records of the owned entities of `row`, counted from the first owned row.
    #[inline]
    pub fn owned(&self, row: u32) -> core::ops::Range<usize> {
        let first = (row as usize + 1) * self.stride() + self.fine as usize;
        let start = |cell: usize| self.starts.get(cell).copied().unwrap_or(0) as usize;
        start(first)..start(first + self.cols as usize)
    }
}

/// Which neighbours count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// Neighbours are closer than this.
    pub radius: f32,
    /// At most this many count, those of smallest (squared distance, id); all if None.
    pub most: Option<u32>,
}

/// The largest cap on neighbours.
pub const MAX_CAP: usize = 64;

/// Runs the pass and gives the number of candidates that were tested against a tile.
///
/// `records` and `entries` are in canonical order, ghosts among them. The visitor counts the owned
/// entities alone, in the same order.
///
/// # Errors
///
/// [`PassError`] if slices do not fit together or the cap is above [`MAX_CAP`]; nothing was
/// visited then.
#[inline(always)]
pub fn neighbour_pass<S: Isa, V: Visitor<S>>(
    cells: &Cells<'_>,
    reach: Reach,
    records: &[V::Record],
    entries: &[Entry],
    visitor: &mut V,
) -> Result<u64, PassError> {
    check(cells, reach, records.len(), entries.len())?;
    let limit = F32x8::splat(reach.radius * reach.radius);
    let mut tested = 0;
    let mut at = 0;
    for row in 0..cells.rows {
        let owned = cells.owned(row);
        let mut cursor = Cursor::new(cells, row);
        let mut first = owned.start;
        while first < owned.end {
            let count = (owned.end - first).min(LANES);
            let spans = cursor.spans(cells, first, count);
            let place = Place::new(limit, &records[first..first + count]);
            let cap = match reach.most {
                Some(most) => S::apart(
                    #[inline(always)]
                    || Cap::find(&place, &spans, first, most as usize, records, entries),
                ),
                None => None,
            };
            let (tile, mut sum) = visitor.load(at);
            match cap {
                None if !S::SCALAR => every_candidate::<S, _>(
                    &spans,
                    first,
                    records,
                    #[inline(always)]
                    |other, index, own| {
                        let pair = place.meet(other, index, own);
                        visitor.pair(&tile, other, &pair, &mut sum);
                    },
                ),
                cap => every_candidate::<S, _>(
                    &spans,
                    first,
                    records,
                    #[inline(always)]
                    |other, index, own| {
                        let mut pair = place.meet(other, index, own);
                        if let Some(cap) = &cap {
                            let id = entries[index as usize].id();
                            pair.near = pair.near & cap.counts(pair.d2, id);
                        }
                        visitor.pair(&tile, other, &pair, &mut sum);
                    },
                ),
            }
            S::split(
                #[inline(always)]
                || visitor.finish(at, count, &tile, &sum),
            );
            tested += spans.iter().map(|span| (span.1 - span.0) as u64).sum::<u64>();
            first += count;
            at += count;
        }
    }
    Ok(tested)
}

/// Calls `each` for the candidates of three spans: the record, its index, and the lane that is the
/// candidate itself ([`LANES`] for none).
#[inline(always)]
fn every_candidate<S: Isa, R>(
    spans: &[(usize, usize); 3],
    first: usize,
    records: &[R],
    mut each: impl FnMut(&R, u32, usize),
) {
    let own_end = (first + LANES).min(spans[1].1);
    if S::SCALAR {
        // One copy of `each`, since it is long.
        let parts =
            [spans[0], (spans[1].0, first), (first, own_end), (own_end, spans[1].1), spans[2]];
        for (part, (from, to)) in parts.into_iter().enumerate() {
            for (offset, other) in records[from..to].iter().enumerate() {
                let own = if part == 2 { offset } else { LANES };
                each(other, (from + offset) as u32, own);
            }
        }
        return;
    }
    run(spans[0].0, spans[0].1, records, &mut each);
    run(spans[1].0, first, records, &mut each);
    for (lane, other) in records[first..own_end].iter().enumerate() {
        each(other, (first + lane) as u32, lane);
    }
    run(own_end, spans[1].1, records, &mut each);
    run(spans[2].0, spans[2].1, records, &mut each);
}

#[inline(always)]
fn run<R>(from: usize, to: usize, records: &[R], each: &mut impl FnMut(&R, u32, usize)) {
    for (offset, other) in records[from..to].iter().enumerate() {
        each(other, (from + offset) as u32, LANES);
    }
}

/// The positions of a tile and the squared radius.
#[derive(Clone, Copy)]
struct Place<S: Isa> {
    limit: F32x8<S>,
    x: F32x8<S>,
    y: F32x8<S>,
}

impl<S: Isa> Place<S> {
    /// The positions of a tile's entities; lanes past them repeat the last.
    #[inline(always)]
    fn new<R: Positioned>(limit: F32x8<S>, tile: &[R]) -> Self {
        let last = tile.len().saturating_sub(1);
        let lane = |at: usize| tile.get(at.min(last));
        Self {
            limit,
            x: F32x8::from_array(core::array::from_fn(|i| lane(i).map_or(0.0, R::x))),
            y: F32x8::from_array(core::array::from_fn(|i| lane(i).map_or(0.0, R::y))),
        }
    }

    #[inline(always)]
    fn meet<R: Positioned>(&self, other: &R, index: u32, own: usize) -> Pair<S> {
        let dx = F32x8::splat(other.x()) - self.x;
        let dy = F32x8::splat(other.y()) - self.y;
        let d2 = dx * dx + dy * dy;
        let mut near = d2.lt(self.limit);
        if own < LANES {
            near = near & !Mask8::only(own);
        }
        Pair { dx, dy, d2, near, index }
    }
}

/// Walks the columns of one row as tiles advance along it.
struct Cursor {
    /// The cell of the row's first column, border included.
    base: usize,
    low: usize,
    high: usize,
}

impl Cursor {
    fn new(cells: &Cells<'_>, row: u32) -> Self {
        let fine = cells.fine as usize;
        Self { base: (row as usize + 1) * cells.stride(), low: fine, high: fine }
    }

    /// The candidates, as ranges of records, of the tile of `count` entities from record `first`.
    #[inline(always)]
    fn spans(&mut self, cells: &Cells<'_>, first: usize, count: usize) -> [(usize, usize); 3] {
        let starts = cells.starts;
        let fine = cells.fine as usize;
        let stride = cells.stride();
        while (starts[self.base + self.low + 1] as usize) <= first {
            self.low += 1;
        }
        self.high = self.high.max(self.low);
        while (starts[self.base + self.high + 1] as usize) < first + count {
            self.high += 1;
        }
        let (low, high) = (self.low - fine, self.high + fine + 1);
        [self.base - stride, self.base, self.base + stride]
            .map(|base| (starts[base + low] as usize, starts[base + high] as usize))
    }
}

/// The last neighbour that counts under a cap, for each lane.
struct Cap<S: Isa> {
    d2: F32x8<S>,
    ids: [u32; LANES],
    d2s: [f32; LANES],
}

impl<S: Isa> Cap<S> {
    /// None where no lane has more neighbours than count.
    #[inline(always)]
    fn find<R: Positioned>(
        place: &Place<S>,
        spans: &[(usize, usize); 3],
        first: usize,
        most: usize,
        records: &[R],
        entries: &[Entry],
    ) -> Option<Self> {
        // The nearest so far of each lane, as (bits of d2, id): d2 is not negative, so its bits
        // are in the order of its value.
        let mut best = [[u64::MAX; MAX_CAP]; LANES];
        let mut found = [0usize; LANES];
        every_candidate::<S, _>(
            spans,
            first,
            records,
            #[inline(always)]
            |other, index, own| {
                let pair = place.meet(other, index, own);
                let mut lanes = pair.near.bits();
                if lanes == 0 {
                    return;
                }
                let bits = pair.d2.to_bits().to_array();
                let id = entries[index as usize].id();
                while lanes != 0 {
                    let lane = lanes.trailing_zeros() as usize;
                    lanes &= lanes - 1;
                    found[lane] += 1;
                    insert(&mut best[lane][..most], u64::from(bits[lane]) << 32 | u64::from(id));
                }
            },
        );
        if found.iter().all(|&count| count <= most) {
            return None;
        }
        let last: [u64; LANES] = core::array::from_fn(|lane| match most {
            0 => 0,
            _ if found[lane] <= most => u64::MAX,
            _ => best[lane][most - 1],
        });
        let d2s = last.map(|key| match key {
            u64::MAX => f32::INFINITY,
            _ => f32::from_bits((key >> 32) as u32),
        });
        // With a cap of none even (0, id 0) must not count.
        let d2s = if most == 0 { [-1.0; LANES] } else { d2s };
        Some(Self { d2: F32x8::from_array(d2s), ids: last.map(|key| key as u32), d2s })
    }

    #[inline(always)]
    fn counts(&self, d2: F32x8<S>, id: u32) -> Mask8<S> {
        let mut counts = d2.lt(self.d2);
        let mut ties = d2.eq(self.d2).bits();
        while ties != 0 {
            let lane = ties.trailing_zeros() as usize;
            ties &= ties - 1;
            if id <= self.ids[lane] && self.d2s[lane] >= 0.0 {
                counts = counts | Mask8::only(lane);
            }
        }
        counts
    }
}

/// Puts `key` into the sorted slice, dropping the largest.
#[inline(always)]
fn insert(sorted: &mut [u64], key: u64) {
    let Some(&last) = sorted.last() else { return };
    if key >= last {
        return;
    }
    let mut at = sorted.len() - 1;
    while at > 0 && sorted[at - 1] > key {
        sorted[at] = sorted[at - 1];
        at -= 1;
    }
    sorted[at] = key;
}

fn check(cells: &Cells<'_>, reach: Reach, records: usize, entries: usize) -> Result<(), PassError> {
    let needed = Cells::count(cells.rows, cells.cols, cells.fine)
        .and_then(|count| (count as usize).checked_add(1))
        .unwrap_or(usize::MAX);
    let given = cells.starts.len();
    if given < needed {
        return Err(PassError::StartsTooShort { needed, given });
    }
    let mut last = 0;
    for &start in &cells.starts[..needed] {
        if start < last {
            return Err(PassError::StartsNotSorted);
        }
        last = start;
    }
    let sorted = last as usize;
    if records < sorted || entries < sorted {
        return Err(PassError::TooFew { needed: sorted, given: records.min(entries) });
    }
    if !(reach.radius > 0.0 && reach.radius.is_finite()) {
        return Err(PassError::InvalidRadius { radius: reach.radius });
    }
    match reach.most {
        Some(most) if most as usize > MAX_CAP => Err(PassError::CapTooLarge { most }),
        _ => Ok(()),
    }
}

/// The neighbour pass cannot run.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum PassError {
    /// There are fewer cell starts than cells.
    StartsTooShort {
        /// Places needed.
        needed: usize,
        /// Places given.
        given: usize,
    },
    /// A cell begins before the cell in front of it.
    StartsNotSorted,
    /// There are fewer records or entries than entities.
    TooFew {
        /// How many are needed.
        needed: usize,
        /// How many were given.
        given: usize,
    },
    /// The radius is not a positive number.
    InvalidRadius {
        /// What was given.
        radius: f32,
    },
    /// The cap on neighbours is above [`MAX_CAP`].
    CapTooLarge {
        /// What was given.
        most: u32,
    },
}

impl fmt::Display for PassError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartsTooShort { needed, given } => {
                write!(f, "{given} cell starts were given, {needed} are needed")
            }
            Self::StartsNotSorted => write!(f, "the cell starts are not in ascending order"),
            Self::TooFew { needed, given } => {
                write!(f, "{given} records and entries were given, {needed} are needed")
            }
            Self::InvalidRadius { radius } => {
                write!(f, "the radius is {radius}: it must be a number above 0")
            }
            Self::CapTooLarge { most } => {
                write!(f, "a cap of {most} neighbours was given: at most {MAX_CAP} are allowed")
            }
        }
    }
}

impl core::error::Error for PassError {}
