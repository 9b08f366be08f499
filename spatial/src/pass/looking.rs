//! The pass for those who look far, or of whom there are few.
//!
//! Pseudo code:
//!
//! ```text
//! arrange: those who look, in bands of rows, by column
//! for each tile of up to 8 of them, one per lane
//!     for each row that is in reach of some lane
//!         for each candidate from the first such lane's column - reach to the last one's + reach
//!             for all lanes at once: difference, squared distance, inside the radius, another entity?
//!             visitor.pair(...)
//!     visitor.finish(...)
//! ```
//!
//! Why this shape:
//! 1. A tile of eight neighbours in a row would compute eight lanes for the one that looks. Here lanes
//!    are any entities, so a pass costs what those cost who look.
//! 2. The union of what eight see is smallest if they are about as far apart along a row as across
//!    rows; so bands are as high as that many who look fill a square.
//! 3. A lane meets its neighbours in canonical order whoever shares the tile with it, and what is
//!    outside its radius is masked. So results depend on the bands no more than on a cut.
//! 4. Whoever is not seen is not among the candidates.
//!
//! In a cube with walls, where 3 % of 100,000 look four times as far as 20 neighbours are, they have 3.2 million
//! neighbours. Tiles are tested against 2.42 million candidates, of which 1.09 million are near
//! some lane: 0.40 million would do if all eight lanes always had the same neighbours. What did not help: spans as
//! short as the distance of their row from each lane allows, 2.28 million tests for a table and a lookup for each
//! lane and row, and no less time; a list of those near some lane ([`Visitor::SELECTIVE`]), no less time.
//!
//! Where all look, in order, bands are rows and tiles are those of a row: nothing is sorted.

use flockwork_kernel::LANES;
use flockwork_kernel::Vector;
use flockwork_kernel::axes::{Axes, Plane, Third};
use flockwork_kernel::simd::{F32x8, Isa, Mask8, U32x8, Vector8};

use super::cap::{Cap, Nearest};
use super::cells::Cells;
use super::error::{check_cells, check_cutoff};
use super::{Block, Candidate, Cutoff, Pair, PassError, Visitor};
use crate::grid::{Lines, cell_in, number_in};
use crate::sort::Entry;

/// One who looks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Looker<A: Axes = Plane> {
    /// Its place among the records of all.
    pub record: u32,
    /// Its number among owned entities.
    pub at: u32,
    /// Its position.
    pub place: Vector<A>,
    /// Its column, row and layer, border included: see [`arrange`].
    cell: Lines,
}

impl<A: Axes> Looker<A> {
    /// The entity of this number among owned ones, which is at this place among the records.
    pub fn new(at: u32, record: u32, place: Vector<A>) -> Self {
        Self { record, at, place, cell: [0; 3] }
    }
}

/// Those who are seen, in canonical order.
#[derive(Clone, Copy, Debug)]
pub struct Sights<'a, T, A: Axes = Plane> {
    /// Where each cell begins among them, and the end: as [`Cells::starts`].
    pub starts: &'a [u32],
    /// Where they are, and what they show.
    pub records: &'a [Candidate<T, A>],
    /// The place of each among the records of all; None where all are seen.
    pub places: Option<&'a [u32]>,
}

/// Finds the cells of those who look, who come in canonical order, and puts them into the order in
/// which tiles are made of them.
///
/// # Errors
///
/// [`PassError`] if the cells are none, or do not hold one who looks.
#[inline(never)]
pub fn arrange<A: Axes>(cells: &Cells<'_>, lookers: &mut [Looker<A>]) -> Result<(), PassError> {
    check_cells::<A>(cells, cells.starts)?;
    let bordered = bordered(cells);
    let last = cells.records();
    let mut at = 0;
    for looker in &mut *lookers {
        let record = looker.record as usize;
        // They ascend; an order that does not is found here.
        if record >= last || (cells.starts[at] as usize) > record {
            return Err(PassError::NoLooker { record: looker.record });
        }
        while cells.starts[at + 1] as usize <= record {
            at += 1;
        }
        let number = cells.occupied.map_or(at as u64, |occupied| occupied.numbers[at]);
        looker.cell = cell_in(bordered, number);
    }
    let band = band::<A>(cells, lookers.len());
    if band > 1 {
        #[allow(clippy::disallowed_methods, reason = "no two are at the same record")]
        lookers.sort_unstable_by_key(|looker| {
            let [col, row, layer] = looker.cell;
            (layer / band, row / band, col, looker.record)
        });
    }
    Ok(())
}

/// How many rows, and layers, a band has: such that eight who look fill a square of it, or a cube.
fn band<A: Axes>(cells: &Cells<'_>, lookers: usize) -> u32 {
    let [wide, high, _] = cells.reach.map(|reach| reach.max(1) as f32);
    let [cols, rows, layers] = cells.lines.map(|lines| lines as f32);
    let each = cols * (high / wide) * rows * layers * LANES as f32 / lookers.max(1) as f32;
    let fills = |side: u32| {
        let side = side as f32;
        side * side * if A::SPACE { side } else { 1.0 } <= each
    };
    (2..=2 * cells.reach[1]).take_while(|side| fills(*side)).last().unwrap_or(1)
}

/// Columns, rows and layers with the border.
fn bordered(cells: &Cells<'_>) -> Lines {
    [0, 1, 2].map(|axis| cells.lines[axis].saturating_add(2 * cells.margins[axis]))
}

/// Runs the pass over those who look, as [`arrange`] has put them, and gives the number of candidates
/// that were tested against a tile.
///
/// A [`Block`] counts those who look: `at` and `first` are the place of its first one among them.
/// [`Pair::index`] is the place of a candidate among the records of all, which `entries` are of.
///
/// # Errors
///
/// [`PassError`] if slices do not fit together or the cap is above [`MAX_CAP`](super::MAX_CAP); nothing
/// was visited then.
#[inline(always)]
pub fn looking_pass<S: Isa, V: Visitor<S>>(
    cells: &Cells<'_>,
    cutoff: Cutoff,
    sights: &Sights<'_, V::Shown, V::Axes>,
    entries: &[Entry],
    lookers: &[Looker<V::Axes>],
    visitor: &mut V,
) -> Result<u64, PassError> {
    check(cells, cutoff, sights, entries)?;
    let limit = F32x8::splat(cutoff.radius * cutoff.radius);
    let mut tested = 0;
    for (number, group) in lookers.chunks(LANES).enumerate() {
        let block = Block { at: number * LANES, first: number * LANES, count: group.len() };
        let group = S::split(
            #[inline(always)]
            || Group::<V::Axes, S, _>::new(limit, group, cells, sights),
        );
        let cap = match cutoff.most {
            None => None,
            Some(most) => S::apart(
                #[inline(always)]
                || group.cap(most as usize, entries),
            ),
        };
        let (own, mut sum) = S::split(
            #[inline(always)]
            || visitor.load(block),
        );
        let narrow = |pair: &mut Pair<V::Axes, S>| {
            if let Some(cap) = &cap {
                cap.narrow(pair, entries);
            }
        };
        tested += if V::SELECTIVE && !S::SCALAR {
            group.every_neighbour(
                #[inline(always)]
                |other, mut pair| {
                    narrow(&mut pair);
                    visitor.pair(&own, &other.shown, &pair, &mut sum);
                },
            )
        } else {
            group.every_candidate(
                #[inline(always)]
                |other, mut pair| {
                    narrow(&mut pair);
                    S::split(
                        #[inline(always)]
                        || visitor.pair(&own, &other.shown, &pair, &mut sum),
                    );
                },
            )
        };
        S::split(
            #[inline(always)]
            || visitor.finish(block, &own, &sum),
        );
    }
    Ok(tested)
}

/// Looks at everything that the pass relies on.
#[inline(never)]
fn check<T, A: Axes>(
    cells: &Cells<'_>,
    cutoff: Cutoff,
    sights: &Sights<'_, T, A>,
    entries: &[Entry],
) -> Result<(), PassError> {
    check_cells::<A>(cells, sights.starts)?;
    let needed = sights.starts[cells.listed().unwrap_or(0)] as usize;
    let given = match sights.places {
        None => sights.records.len().min(entries.len()),
        Some(places) => {
            let known = places.iter().all(|place| (*place as usize) < entries.len());
            if known { sights.records.len().min(places.len()) } else { 0 }
        }
    };
    if given < needed {
        return Err(PassError::TooFew { needed, given });
    }
    check_cutoff(cutoff)
}

/// A tile of any entities, and those whom it may see.
struct Group<'a, A: Axes, S: Isa, T> {
    limit: F32x8<S>,
    at: Vector8<A, S>,
    /// The place of each among the records of all.
    own: U32x8<S>,
    around: Around<'a>,
    sights: &'a Sights<'a, T, A>,
}

impl<'a, A: Axes, S: Isa, T> Group<'a, A, S, T> {
    #[inline(always)]
    fn new(
        limit: F32x8<S>,
        lookers: &[Looker<A>],
        cells: &'a Cells<'a>,
        sights: &'a Sights<'a, T, A>,
    ) -> Self {
        // Lanes past the last are infinitely far away: nobody is their neighbour.
        const FAR: [f32; LANES] = [f32::INFINITY; LANES];
        let (mut x, mut y, mut z, mut own) = (FAR, FAR, FAR, [u32::MAX; LANES]);
        for (lane, looker) in lookers.iter().enumerate() {
            (x[lane], y[lane], z[lane]) = (looker.place.x, looker.place.y, looker.place.z.or(0.0));
            own[lane] = looker.record;
        }
        let at = Vector8::of(F32x8::from_array(x), F32x8::from_array(y), F32x8::from_array(z));
        let around = Around::new(cells, sights.starts, lookers);
        Self { limit, at, own: U32x8::from_array(own), around, sights }
    }

    /// What there is to say about the tile and a record.
    #[inline(always)]
    fn pair(&self, record: usize) -> Pair<A, S> {
        let offset: Vector8<A, S> = Vector8::all(self.sights.records[record].place) - self.at;
        let d2 = offset.length_squared();
        let index = self.sights.places.map_or(record as u32, |places| places[record]);
        let itself: Mask8<S> = self.own.eq(U32x8::splat(index));
        Pair { offset, d2, near: d2.lt(self.limit) & !itself, index }
    }

    /// Calls `each` for all candidates in canonical order, and gives their number.
    #[inline(always)]
    fn every_candidate(&self, mut each: impl FnMut(&Candidate<T, A>, Pair<A, S>)) -> u64 {
        let mut tested = 0;
        let mut around = self.around;
        while let Some((from, to)) = around.next() {
            tested += (to - from) as u64;
            for record in from..to {
                each(&self.sights.records[record], self.pair(record));
            }
        }
        tested
    }

    /// Calls `each` for those that are near some lane, in canonical order, and gives the number of all.
    ///
    /// What `Tile::every_neighbour` does over spans that are known before. One function for both, over an iterator of spans,
    /// was tried: it was as fast with SIMD, and as JavaScript made functions that V8 does not optimise.
    #[inline(always)]
    fn every_neighbour(&self, mut each: impl FnMut(&Candidate<T, A>, Pair<A, S>)) -> u64 {
        const ROOM: usize = 128;
        let mut list = [0u32; ROOM];
        let (mut found, mut tested) = (0, 0);
        let mut around = self.around;
        let mut span = around.next();
        while let Some((from, to)) = span {
            // As many as find room on the list.
            let until = to.min(from + ROOM - found);
            tested += (until - from) as u64;
            for record in from..until {
                let offset: Vector8<A, S> =
                    Vector8::all(self.sights.records[record].place) - self.at;
                list[found % ROOM] = record as u32;
                found += usize::from(offset.length_squared().lt(self.limit).any());
            }
            span = if until == to { around.next() } else { Some((until, to)) };
            if found == ROOM || span.is_none() {
                for &record in &list[..found] {
                    let record = record as usize;
                    each(&self.sights.records[record], self.pair(record));
                }
                found = 0;
            }
        }
        tested
    }

    /// The last neighbours that count; None where no lane has more than count.
    #[inline(always)]
    fn cap(&self, most: usize, entries: &[Entry]) -> Option<Cap<S>> {
        let mut nearest = Nearest::new(most);
        self.every_candidate(
            #[inline(always)]
            |_, pair| nearest.offer(&pair, entries[pair.index as usize].id()),
        );
        if nearest.is_exceeded() { Some(Cap::new(&nearest)) } else { None }
    }
}

/// Walks over the rows that a tile sees, in canonical order.
#[derive(Clone, Copy)]
struct Around<'a> {
    cells: &'a Cells<'a>,
    starts: &'a [u32],
    /// The cells of the tile's entities; of those past the last, that of the first.
    own: [Lines; LANES],
    /// Of each, the cell that is not in reach any more.
    next: Lines,
    low: Lines,
    high: Lines,
}

impl<'a> Around<'a> {
    #[inline(never)]
    fn new<A: Axes>(cells: &'a Cells<'a>, starts: &'a [u32], lookers: &[Looker<A>]) -> Self {
        let first = lookers.first().map_or([0; 3], |looker| looker.cell);
        let mut own = [first; LANES];
        let (mut low, mut high) = (first, first);
        for (lane, looker) in own.iter_mut().zip(lookers) {
            *lane = looker.cell;
            for axis in 0..low.len() {
                low[axis] = low[axis].min(looker.cell[axis]);
                high[axis] = high[axis].max(looker.cell[axis]);
            }
        }
        let (reach, bordered) = (cells.reach, bordered(cells));
        for axis in 0..low.len() {
            low[axis] = low[axis].saturating_sub(reach[axis]);
            high[axis] = (high[axis] + reach[axis]).min(bordered[axis].saturating_sub(1));
        }
        Self { cells, starts, own, next: low, low, high }
    }

    /// The records of the next row in which there are some.
    #[inline(never)]
    fn next(&mut self) -> Option<(usize, usize)> {
        let [_, high, wide] = self.cells.reach;
        while self.next[2] <= self.high[2] {
            let [_, row, layer] = self.next;
            if row < self.high[1] {
                self.next[1] += 1;
            } else {
                (self.next[1], self.next[2]) = (self.low[1], layer + 1);
            }
            let (mut low, mut last) = (u32::MAX, 0);
            for [col, its_row, its_layer] in self.own {
                if its_row.abs_diff(row) <= high && its_layer.abs_diff(layer) <= wide {
                    (low, last) = (low.min(col), last.max(col));
                }
            }
            if low > last {
                continue;
            }
            let low = low.saturating_sub(self.cells.reach[0]).max(self.low[0]);
            let last = (last + self.cells.reach[0]).min(self.high[0]);
            let span = self.span([low, row, layer], last);
            if span.0 < span.1 {
                return Some(span);
            }
        }
        None
    }

    /// The records from a cell to the column `last` of its row.
    fn span(&self, first: Lines, last: u32) -> (usize, usize) {
        let lines = bordered(self.cells);
        let (first, end) =
            (number_in(lines, first), number_in(lines, [last, first[1], first[2]]) + 1);
        let place = |number: u64| match self.cells.occupied {
            None => number as usize,
            Some(occupied) => occupied.numbers.partition_point(|one| *one < number),
        };
        let start = |number: u64| self.starts.get(place(number)).copied().unwrap_or(0) as usize;
        (start(first), start(end))
    }
}
