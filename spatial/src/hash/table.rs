//! Which cells a hash has, where they begin, and the runs of an area among them.

use core::ops::Range;

use flockwork_kernel::axes::{Axes, Third};
use flockwork_kernel::{Vector, World};

use super::{Cell, Occupied, cell, key, lines_of};
use crate::cells::CellRuns;
use crate::grid::Lines;
use crate::index::Area;

/// Which cells there are, and where they begin.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'a> {
    pub(super) size: f32,
    pub(super) starts: &'a [u32],
    pub(super) kind: Kind<'a>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<'a> {
    /// All cells of a box, from the lowest cell on, so many along each axis; they are in `starts`.
    Box([i32; World::MOST_AXES], Lines),
    /// The occupied ones.
    List(&'a [Occupied]),
}

impl<'a> Table<'a> {
    /// The same in other memory that holds the same: what an index keeps that owns it.
    #[cfg(feature = "alloc")]
    pub(crate) fn kept(&self) -> Kept {
        match self.kind {
            Kind::Box(low, lines) => Kept::Box(low, lines),
            Kind::List(occupied) => Kept::List(occupied.len()),
        }
    }

    /// The runs of an area.
    #[inline(always)]
    pub(crate) fn runs<A: Axes>(&self, area: &Area) -> HashRuns<'a, A> {
        match self.kind {
            Kind::Box(corner, lines) => {
                let ranges = in_box::<A>((corner, lines), self.size, area);
                HashRuns::Box(CellRuns::of_lines(lines, self.starts, ranges))
            }
            Kind::List(occupied) => HashRuns::List(ListRuns::new(self.size, occupied, area)),
        }
    }
}

/// A [`Table`] without its memory.
#[cfg(feature = "alloc")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kept {
    Box([i32; World::MOST_AXES], Lines),
    List(usize),
}

#[cfg(feature = "alloc")]
impl Kept {
    /// The table in these lists.
    #[inline(always)]
    pub(crate) fn table<'a>(
        &self,
        size: f32,
        starts: &'a [u32],
        occupied: &'a [Occupied],
    ) -> Table<'a> {
        let kind = match *self {
            Self::Box(low, lines) => Kind::Box(low, lines),
            Self::List(cells) => Kind::List(&occupied[..cells]),
        };
        Table { size, starts, kind }
    }
}

/// The first and the last cell of an area, along each axis.
#[inline(always)]
pub(super) fn corners<A: Axes>(size: f32, area: &Area) -> (Cell<A>, Cell<A>) {
    let [x, y, z] = area.0;
    (cell(Vector::of(x.0, y.0, z.0), size), cell(Vector::of(x.1, y.1, z.1), size))
}

/// The lines of a box of cells that an area covers, from one to another, both included; none along an
/// axis on which it is beside the box.
#[inline(always)]
pub(super) fn in_box<A: Axes>(
    (corner, lines): ([i32; World::MOST_AXES], Lines),
    size: f32,
    area: &Area,
) -> [Option<(u32, u32)>; World::MOST_AXES] {
    let (low, high) = corners::<A>(size, area);
    let (low, high) = (lines_of(low), lines_of(high));
    core::array::from_fn(|axis| {
        let line = |line: i32| line.saturating_sub(corner[axis]);
        let (first, last) = (line(low[axis]).max(0), line(high[axis]).min(lines[axis] as i32 - 1));
        (first <= last).then_some((first as u32, last as u32))
    })
}

/// The runs of an area in a [`HashIndex`](crate::HashIndex).
#[derive(Clone, Debug)]
pub enum HashRuns<'a, A: Axes> {
    /// All cells of a box are there.
    Box(CellRuns<'a, A>),
    /// The occupied ones are there.
    List(ListRuns<'a, A>),
}

impl<A: Axes> Iterator for HashRuns<'_, A> {
    type Item = (Range<usize>, Vector<A>);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Box(runs) => runs.next(),
            Self::List(runs) => runs.next(),
        }
    }
}

/// The runs of an area among occupied cells.
#[derive(Clone, Debug)]
pub struct ListRuns<'a, A: Axes> {
    /// The occupied cells not yet passed.
    rest: &'a [Occupied],
    low: Cell<A>,
    high: Cell<A>,
    /// The first column of the row that is next.
    next: Cell<A>,
}

impl<'a, A: Axes> ListRuns<'a, A> {
    /// Those of an area in cells of this side.
    #[inline(always)]
    pub(super) fn new(size: f32, occupied: &'a [Occupied], area: &Area) -> Self {
        let (low, high) = corners(size, area);
        Self { rest: occupied, low, high, next: low }
    }
}

impl<A: Axes> Iterator for ListRuns<'_, A> {
    type Item = (Range<usize>, Vector<A>);

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let Self { rest, low, high, next } = self;
        loop {
            *rest = &rest[rest.partition_point(|cell| cell.key() < key(*next))..];
            let first = rest.first()?;
            let (layer, row, col) = first.key();
            let last_layer = high.z.or(0);
            if layer > last_layer || (layer == last_layer && row > high.y) {
                return None;
            }
            if A::SPACE && row > high.y {
                *next = Cell::of(low.x, low.y, layer + 1);
                continue;
            }
            if (A::SPACE && row < low.y) || col < low.x {
                *next = Cell::of(low.x, row.max(low.y), layer);
                continue;
            }
            let end = key::<A>(Cell::of(high.x, row, layer));
            let inside = rest.partition_point(|cell| cell.key() <= end);
            let last = inside.checked_sub(1).and_then(|last| rest.get(last));
            *rest = &rest[inside..];
            *next = Cell::of(low.x, row + 1, layer);
            if let Some(last) = last {
                return Some((first.begin as usize..last.end as usize, Vector::default()));
            }
        }
    }
}
