//! The spatial hash of a [`SimCore`](super::SimCore): entities by cell, with copies of their
//! positions in that order, so that a row of cells is looked through eight entities at a time.
//!
//! Cells cover the world, and along an open axis the entities. Whoever is outside counts to the
//! nearest cell, as queries do too, so nobody is missed; it only costs time.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use flockwork_kernel::isa::{self, Isa, Task};
use flockwork_kernel::simd::{F32x8, Mask8, U32x8};
use flockwork_kernel::{Axis, LANES, World};

/// The largest coordinate, of either sign: no squared distance overflows.
pub const MAX_COORDINATE: f32 = 1.0e18;
/// The smallest and the largest radius, and side of a cell.
pub const RADIUS: (f32, f32) = (1.0e-18, 1.0e18);
/// At most so many cells for each entity.
const CELLS_EACH: f64 = 4.0;

/// Entities by cell.
#[derive(Debug, Default)]
pub struct Hash {
    grid: Option<Grid>,
    /// Where each cell begins, and the end; one place more while it is built.
    starts: Vec<u32>,
    /// In the order of cells, then of ids; positions have a vector's places past the end.
    xs: Vec<f32>,
    ys: Vec<f32>,
    ids: Vec<u32>,
    /// The cell of each entity in the order it was given.
    cells: Vec<u32>,
}

/// Columns and rows of cells.
#[derive(Clone, Copy, Debug)]
struct Grid {
    low: (f32, f32),
    /// Cells per unit.
    scale: (f32, f32),
    cols: u32,
    rows: u32,
}

impl Grid {
    fn new((low, high): ((f32, f32), (f32, f32)), size: f32, count: usize) -> Self {
        let (width, height) = (f64::from(high.0 - low.0), f64::from(high.1 - low.1));
        let lines = |side: f64, size: f64| libm::ceil(side / size).max(1.0);
        let most = (CELLS_EACH * count as f64).max(64.0);
        let mut size = f64::from(size);
        // Beyond 2^24 not every line has a number in f32.
        let over = |size: f64| {
            let (cols, rows) = (lines(width, size), lines(height, size));
            (cols * rows / most).max(cols.max(rows) / f64::from(1 << 24))
        };
        while over(size) > 1.0 {
            size *= libm::sqrt(over(size)).max(1.1);
        }
        let (cols, rows) = (lines(width, size), lines(height, size));
        let scale = |lines: f64, side: f64| if side > 0.0 { (lines / side) as f32 } else { 0.0 };
        let scale = (scale(cols, width), scale(rows, height));
        Self { low, scale, cols: cols as u32, rows: rows as u32 }
    }

    /// The cells of eight positions, the nearest ones for those outside.
    #[inline(always)]
    fn cells<S: Isa>(&self, xs: &[f32], ys: &[f32]) -> U32x8<S> {
        let col = lines_of(xs, self.low.0, self.scale.0, self.cols);
        let row: U32x8<S> = lines_of(ys, self.low.1, self.scale.1, self.rows);
        row * U32x8::splat(self.cols) + col
    }

    /// The columns, or rows, that an interval meets: by the formula of [`Self::cells`].
    fn lines((from, to): (f64, f64), low: f32, scale: f32, lines: u32) -> (usize, usize) {
        let line = |value: f32| {
            let value = (value - low) * scale;
            value.max(0.0).min(lines as f32 - 1.0) as usize
        };
        (line((from as f32).next_down()), line((to as f32).next_up()))
    }
}

/// The columns, or rows, of eight coordinates.
#[inline(always)]
fn lines_of<S: Isa>(values: &[f32], low: f32, scale: f32, lines: u32) -> U32x8<S> {
    let place = (F32x8::load(values) - F32x8::splat(low)) * F32x8::splat(scale);
    place.to_index(lines - 1)
}

impl Hash {
    /// Whether there is something to ask.
    pub fn is_built(&self) -> bool {
        self.grid.is_some()
    }

    /// Sorts entities into cells of side `size`; the first has the id `first`. It is empty after
    /// an error.
    pub fn build(
        &mut self,
        world: &World,
        size: f32,
        xs: &[f32],
        ys: &[f32],
        first: u32,
    ) -> Result<(), String> {
        self.grid = None;
        if !(size >= RADIUS.0 && size <= RADIUS.1) {
            let (low, high) = RADIUS;
            return Err(format!(
                "the side of a cell is {size}: it must be from {low:e} to {high:e}"
            ));
        }
        let bounds = isa::dispatch(Bounds { xs, ys });
        if !bounds.usable {
            let usable = |value: &f32| value.abs() <= MAX_COORDINATE;
            let row = xs.iter().zip(ys).position(|(x, y)| !(usable(x) && usable(y))).unwrap_or(0);
            return Err(format!(
                "entity {} is at ({}, {}): coordinates must be from -{MAX_COORDINATE:e} to \
                 {MAX_COORDINATE:e}",
                first as usize + row,
                xs[row],
                ys[row]
            ));
        }
        let along = |axis: Axis, ends: (f32, f32)| match axis.is_open() && !xs.is_empty() {
            true => ends,
            false => (0.0, axis.length),
        };
        let (left, right) = along(world.x(), (bounds.low.0, bounds.high.0));
        let (bottom, top) = along(world.y(), (bounds.low.1, bounds.high.1));
        let grid = Grid::new(((left, bottom), (right, top)), size, xs.len());
        self.make_room(&grid, xs.len())?;
        isa::dispatch(Sort { hash: self, grid: &grid, xs, ys, first });
        self.grid = Some(grid);
        Ok(())
    }

    fn make_room(&mut self, grid: &Grid, count: usize) -> Result<(), String> {
        let starts = grid.cols as usize * grid.rows as usize + 2;
        self.starts.clear();
        super::room(&mut self.starts, starts)?;
        self.starts.resize(starts, 0);
        for list in [&mut self.xs, &mut self.ys] {
            super::room(list, (count + LANES).saturating_sub(list.len()))?;
            list.resize(count + LANES, 0.0);
        }
        for list in [&mut self.ids, &mut self.cells] {
            super::room(list, count.saturating_sub(list.len()))?;
            list.resize(count, 0);
        }
        Ok(())
    }

    /// Writes (bits of the squared distance, id) of all within `radius` of a point to `keys`, in
    /// no order that counts, and gives their number.
    pub fn find(
        &self,
        point: (f32, f32),
        radius: f32,
        except: Option<u32>,
        keys: &mut Vec<u64>,
    ) -> Result<usize, String> {
        let Some(grid) = &self.grid else { return Ok(0) };
        // Wider than all rounding of a distance.
        let reach = f64::from(radius) * 1.000_001;
        let around = |at: f32| (f64::from(at) - reach, f64::from(at) + reach);
        let cols = Grid::lines(around(point.0), grid.low.0, grid.scale.0, grid.cols);
        let rows = Grid::lines(around(point.1), grid.low.1, grid.scale.1, grid.rows);
        let look =
            Look { hash: self, stride: grid.cols as usize, cols, rows, point, radius, except };
        let most = (rows.0..=rows.1).map(|row| look.span(row).len()).sum();
        if keys.len() < most {
            super::room(keys, most - keys.len())?;
            keys.resize(most, 0);
        }
        Ok(isa::dispatch(Find { look, keys }))
    }
}

/// The smallest rectangle around all entities.
struct Bounds<'a> {
    xs: &'a [f32],
    ys: &'a [f32],
}

struct Bounded {
    low: (f32, f32),
    high: (f32, f32),
    /// Whether all coordinates are numbers up to [`MAX_COORDINATE`].
    usable: bool,
}

impl Task for Bounds<'_> {
    type Output = Bounded;

    #[inline(always)]
    fn run<S: Isa>(self) -> Bounded {
        let ((left, right, x), (bottom, top, y)) = (ends::<S>(self.xs), ends::<S>(self.ys));
        Bounded { low: (left, bottom), high: (right, top), usable: x && y }
    }
}

/// The smallest and the largest value, and whether all are numbers up to [`MAX_COORDINATE`].
#[inline(always)]
fn ends<S: Isa>(values: &[f32]) -> (f32, f32, bool) {
    let any = values.first().copied().unwrap_or(0.0);
    let (eights, end) = values.as_chunks::<LANES>();
    // Past the last entity stands the first one once more.
    let end = core::array::from_fn(|lane| end.get(lane).copied().unwrap_or(any));
    let (mut low, mut high) = (F32x8::<S>::splat(any), F32x8::splat(any));
    let mut finite = Mask8::all_lanes();
    for values in eights.iter().chain([&end]) {
        let value = F32x8::from_array(*values);
        (low, high) = (low.min(value), high.max(value));
        finite &= value.is_finite();
    }
    let low = low.to_array().into_iter().fold(any, |a, b| if b < a { b } else { a });
    let high = high.to_array().into_iter().fold(any, |a, b| if b > a { b } else { a });
    (low, high, finite.all() && low >= -MAX_COORDINATE && high <= MAX_COORDINATE)
}

/// A counting sort. Entities are given by id, and it keeps their order within a cell.
struct Sort<'a> {
    hash: &'a mut Hash,
    grid: &'a Grid,
    xs: &'a [f32],
    ys: &'a [f32],
    first: u32,
}

impl Task for Sort<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let Self { hash: Hash { starts, xs: to_x, ys: to_y, ids, cells, .. }, grid, xs, ys, first } =
            self;
        // Counts stand two places further, so that in the end each cell's begin is in its place.
        let columns = xs.chunks(LANES).zip(ys.chunks(LANES));
        for (places, (xs, ys)) in cells.chunks_mut(LANES).zip(columns) {
            grid.cells::<S>(xs, ys).store(places);
            for &cell in &*places {
                starts[cell as usize + 2] += 1;
            }
        }
        let mut sum = 0;
        for start in starts.iter_mut() {
            sum += *start;
            *start = sum;
        }
        for ((&x, &y), (&cell, id)) in xs.iter().zip(ys).zip(cells.iter().zip(first..)) {
            let next = &mut starts[cell as usize + 1];
            let at = *next as usize;
            *next += 1;
            (to_x[at], to_y[at], ids[at]) = (x, y, id);
        }
    }
}

/// Looks through some rows of cells.
struct Look<'a> {
    hash: &'a Hash,
    stride: usize,
    /// The first and the last column, and row.
    cols: (usize, usize),
    rows: (usize, usize),
    point: (f32, f32),
    radius: f32,
    /// Who is not to be found.
    except: Option<u32>,
}

impl Look<'_> {
    /// The sorted entities of a row.
    #[inline(always)]
    fn span(&self, row: usize) -> Range<usize> {
        let cell = row * self.stride;
        let starts = &self.hash.starts;
        starts[cell + self.cols.0] as usize..starts[cell + self.cols.1 + 1] as usize
    }
}

/// Looks, and writes what it finds.
struct Find<'a> {
    look: Look<'a>,
    /// As many places as there are entities in the rows.
    keys: &'a mut [u64],
}

impl Task for Find<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<S: Isa>(self) -> usize {
        let Self { look, keys } = self;
        let Look { hash, point: (x, y), radius, .. } = look;
        let (x, y) = (F32x8::<S>::splat(x), F32x8::splat(y));
        let limit = F32x8::splat(radius * radius);
        let except = look.except.unwrap_or(u32::MAX);
        let mut found = 0;
        for row in look.rows.0..=look.rows.1 {
            let Range { start, end } = look.span(row);
            for at in (start..end).step_by(LANES) {
                let dx = F32x8::load(&hash.xs[at..]) - x;
                let dy = F32x8::load(&hash.ys[at..]) - y;
                let d2 = dx * dx + dy * dy;
                let mut near = d2.lt(limit).bits() & lanes(end - at);
                if near == 0 {
                    continue;
                }
                let bits = d2.to_bits().to_array();
                let ids = &hash.ids[at..];
                while near != 0 {
                    let lane = near.trailing_zeros() as usize;
                    near &= near - 1;
                    keys[found] = u64::from(bits[lane & (LANES - 1)]) << 32 | u64::from(ids[lane]);
                    found += usize::from(ids[lane] != except);
                }
            }
        }
        found
    }
}

/// The lanes that stand for an entity where so many are left.
#[inline(always)]
fn lanes(left: usize) -> u32 {
    if left >= LANES { 0xff } else { (1 << left) - 1 }
}
