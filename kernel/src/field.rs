//! Fields: what lies in the cells of a grid over the world, such as grass, scent or heat, and the rules by
//! which it grows, decays and spreads.
//!
//! An amount is a whole number of the field's unit, from 0 to [`MOST`], kept as `f32`: sums and differences of
//! such numbers are exact. So what is spread, given and taken is not lost, to the last bit; the result is
//! the same in whatever order it is computed and wherever a field is cut. A unit as small as the field's
//! largest amount by [`MOST`] is a float's own precision there.
//!
//! Cells are row by row from y = 0, and layer by layer from z = 0.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::field::{self, Given};
//! use flockwork_kernel::{Edge, World};
//!
//! let world = World::new(4.0, 1.0, Edge::Wall)?;
//! let (grass, mut later) = ([0.0, 800.0, 0.0, 8.0], [0.0; 4]);
//! field::diffuse(&world, [4, 1], [0.25, 0.25], &grass, &mut later)?;
//! assert_eq!(later, [200.0, 400.0, 202.0, 6.0]);
//! // Two sheep want 300 and 200 of the 400 in a cell.
//! let given = Given::of(later[1], 500);
//! assert_eq!((given.to(300), given.to(200), given.left()), (240, 160, 0.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Reference
//!
//! Spreading is the explicit scheme of first order in time and second in space (forward in time, centred in
//! space): R. Courant, K. Friedrichs and H. Lewy, "Über die partiellen Differenzengleichungen der
//! mathematischen Physik", 1928, doi:10.1007/BF01448839, with fluxes rounded towards 0.

use crate::World;
use crate::error::{KernelError, non_negative, same_len};
use crate::isa::{self, Isa};
use crate::simd::F32x8;

#[cfg(test)]
mod tests;

/// The largest amount in a cell: up to here every whole number is an `f32`.
pub const MOST: f32 = 16_777_216.0;

/// The most cells along an axis.
pub const MOST_CELLS: u32 = 1 << 16;

/// Names of an axis's number of cells in errors.
const CELLS: [&str; World::MOST_AXES] = ["columns", "rows", "layers"];
/// Names of an axis's share in errors.
const SHARES: [&str; World::MOST_AXES] = ["share along x", "share along y", "share along z"];

/// Spreads amounts: between two cells that lie side by side along an axis flows the axis's share of their
/// difference, rounded towards 0. Writes the amounts after that to `to`; their sum is that of `from`.
///
/// With a coefficient of diffusion D, cells as long as h along the axis, and dt for a tick, the share is D dt / h².
/// Nothing flows across a wall or the end of an open axis. Differences below 1 / share do not flow.
///
/// # Errors
///
/// [`KernelError::InvalidParameter`] if the world has not `N` axes, a number of cells is not from 1 to
/// [`MOST_CELLS`], a share is below 0, or all shares together are above 1/2, with which amounts would swing;
/// [`KernelError::LengthMismatch`] if a slice has not a value for each cell; [`KernelError::NonFinite`] names the
/// first amount that is no whole number from 0 to [`MOST`]. Nothing was written then.
pub fn diffuse<const N: usize>(
    world: &World,
    cells: [u32; N],
    shares: [f32; N],
    from: &[f32],
    to: &mut [f32],
) -> Result<(), KernelError> {
    let mut spread = Spread { counts: [1; 3], round: [false; 3], shares: [0.0; 3], from, to };
    let mut sum = 0.0;
    for axis in 0..N.max(world.axes().len()) {
        let (Some(count), Some(share), Some(end)) =
            (cells.get(axis), shares.get(axis), world.axes().get(axis))
        else {
            return Err(KernelError::InvalidParameter { name: "axes", value: N as f32 });
        };
        if !(1..=MOST_CELLS).contains(count) {
            return Err(KernelError::InvalidParameter { name: CELLS[axis], value: *count as f32 });
        }
        spread.counts[axis] = *count as usize;
        spread.round[axis] = end.is_periodic();
        spread.shares[axis] = non_negative(SHARES[axis], *share)?;
        sum += f64::from(*share);
        if sum > 0.5 {
            return Err(KernelError::InvalidParameter { name: SHARES[axis], value: *share });
        }
    }
    let all = spread.counts.iter().fold(1, |all: usize, count| all.saturating_mul(*count));
    same_len("from", all, from)?;
    same_len("to", all, spread.to)?;
    amounts("from", from)?;
    isa::dispatch(spread);
    Ok(())
}

/// Checks that all are whole numbers from 0 to [`MOST`].
fn amounts(field: &'static str, values: &[f32]) -> Result<(), KernelError> {
    let bad = |value: &f32| !((*value as u32) as f32 == *value && *value <= MOST);
    // Without an early exit the usual case is one vectorised pass.
    if !values.iter().fold(false, |any, value| any | bad(value)) {
        return Ok(());
    }
    let index = values.iter().position(bad).unwrap_or(0);
    Err(KernelError::NonFinite { field, index })
}

struct Spread<'a> {
    counts: [usize; 3],
    round: [bool; 3],
    shares: [f32; 3],
    from: &'a [f32],
    to: &'a mut [f32],
}

impl isa::Task for Spread<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let Self { counts: [columns, rows, layers], round, shares, from, to } = self;
        // The line itself where there is none beside it: nothing flows to what is equal.
        let beside = |at: usize, count: usize, round: bool| {
            let before = if at > 0 {
                at - 1
            } else if round {
                count - 1
            } else {
                at
            };
            let after = if at + 1 < count {
                at + 1
            } else if round {
                0
            } else {
                at
            };
            [before, after]
        };
        for layer in 0..layers {
            for row in 0..rows {
                let line = |layer: usize, row: usize| {
                    let first = (layer * rows + row) * columns;
                    &from[first..first + columns]
                };
                let first = (layer * rows + row) * columns;
                let ends = beside(0, columns, round[0]);
                let [left, right] = [ends[0], beside(columns - 1, columns, round[0])[1]];
                let here = line(layer, row);
                let near = [
                    beside(row, rows, round[1]).map(|row| line(layer, row)),
                    beside(layer, layers, round[2]).map(|layer| line(layer, row)),
                ];
                let row = Row { here, near, ends: [here[left], here[right]], shares };
                row.spread::<S>(&mut to[first..first + columns]);
            }
        }
    }
}

/// A row of cells and what lies around it.
struct Row<'a> {
    here: &'a [f32],
    /// The rows before and after it along y, and along z.
    near: [[&'a [f32]; 2]; 2],
    /// What lies before its first cell and after its last.
    ends: [f32; 2],
    shares: [f32; 3],
}

impl Row<'_> {
    #[inline(always)]
    fn spread<S: Isa>(&self, to: &mut [f32]) {
        let last = self.here.len() - 1;
        // Those within have their neighbours at both sides in the row itself.
        let mut at = 1;
        while at + S::WIDTH <= last {
            let (left, right) =
                (F32x8::<S>::load(&self.here[at - 1..]), F32x8::load(&self.here[at + 1..]));
            self.eight(at, left, right).store(&mut to[at..]);
            at += S::WIDTH;
        }
        for at in core::iter::once(0).chain(at..=last) {
            let left = if at > 0 { self.here[at - 1] } else { self.ends[0] };
            let right = if at < last { self.here[at + 1] } else { self.ends[1] };
            let one = self.eight::<isa::Single>(at, F32x8::splat(left), F32x8::splat(right));
            one.store(&mut to[at..=at]);
        }
    }

    /// The amounts from `at` on afterwards, given those before and after each in the row.
    #[inline(always)]
    fn eight<S: Isa>(&self, at: usize, left: F32x8<S>, right: F32x8<S>) -> F32x8<S> {
        let here = F32x8::<S>::load(&self.here[at..]);
        let mut sum = here + flow(here, left, self.shares[0]) + flow(here, right, self.shares[0]);
        for (near, share) in self.near.iter().zip(&self.shares[1..]) {
            for line in near {
                sum += flow(here, F32x8::load(&line[at..]), *share);
            }
        }
        sum
    }
}

/// What flows here from there: a whole number, the same as flows there from here with the other sign.
#[inline(always)]
fn flow<S: Isa>(here: F32x8<S>, there: F32x8<S>, share: f32) -> F32x8<S> {
    let difference = there - here;
    let size = (difference.abs() * F32x8::splat(share)).floor();
    difference.lt(F32x8::ZERO).select(-size, size)
}

/// Lets amounts grow towards `capacity`, the faster the more there is and the more room is left:
/// by rate · amount · (1 - amount / capacity), rounded down, as in logistic growth; and by `seeds` where less than
/// that would come. None grows above the capacity, and what is above it stays.
///
/// # Errors
///
/// [`KernelError::InvalidParameter`] if `rate` or `seeds` is negative or not finite, or the capacity is no whole
/// number from 1 to [`MOST`]; [`KernelError::NonFinite`] as for [`diffuse`]. Nothing was changed then.
pub fn grow(rate: f32, seeds: f32, capacity: f32, field: &mut [f32]) -> Result<(), KernelError> {
    let rate = non_negative("rate", rate)?;
    let seeds = non_negative("seeds", seeds)?;
    if !(1.0..=MOST).contains(&capacity) || amounts("capacity", &[capacity]).is_err() {
        return Err(KernelError::InvalidParameter { name: "capacity", value: capacity });
    }
    amounts("field", field)?;
    let seeds = if seeds < MOST { seeds } else { MOST };
    isa::dispatch(Grow { rate, seeds, capacity, field });
    Ok(())
}

struct Grow<'a> {
    rate: f32,
    seeds: f32,
    capacity: f32,
    field: &'a mut [f32],
}

impl isa::Task for Grow<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let [rate, seeds, capacity] =
            [self.rate, libm::floorf(self.seeds), self.capacity].map(F32x8::<S>::splat);
        for cells in self.field.chunks_mut(S::WIDTH) {
            let amount = F32x8::<S>::load(cells);
            let room = (capacity - amount).max(F32x8::ZERO);
            let more = (rate * amount * (room / capacity)).floor().max(seeds).min(room);
            (amount + more).store(cells);
        }
    }
}

/// Takes a share away from each amount, rounded down, and gives how much that was in all.
///
/// # Errors
///
/// [`KernelError::InvalidParameter`] if the share is not from 0 to 1; [`KernelError::NonFinite`] as for [`diffuse`].
/// Nothing was changed then.
pub fn decay(share: f32, field: &mut [f32]) -> Result<u64, KernelError> {
    let share = non_negative("share", share)?;
    if share > 1.0 {
        return Err(KernelError::InvalidParameter { name: "share", value: share });
    }
    amounts("field", field)?;
    Ok(isa::dispatch(Decay { share, field }))
}

struct Decay<'a> {
    share: f32,
    field: &'a mut [f32],
}

impl isa::Task for Decay<'_> {
    type Output = u64;

    #[inline(always)]
    fn run<S: Isa>(self) -> u64 {
        let share = F32x8::<S>::splat(self.share);
        let mut gone = 0;
        for cells in self.field.chunks_mut(S::WIDTH) {
            let amount = F32x8::<S>::load(cells);
            let less = (amount * share).floor();
            (amount - less).store(cells);
            gone += total(&less.to_array()[..cells.len()]);
        }
        gone
    }
}

/// What all cells of a field hold together. A value that is no amount counts as the whole number below it, or 0.
pub fn total(field: &[f32]) -> u64 {
    field.iter().map(|amount| *amount as u64).sum()
}

/// How what lies in a cell is shared among all who want some of it in one tick: everybody gets what they want
/// if there is enough, and otherwise the same share of it, rounded down. What rounding leaves stays in the
/// cell. So nobody's part depends on who comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    there: u64,
    wanted: u64,
}

impl Given {
    /// By what lies in the cell, and what all together want.
    pub fn of(there: f32, wanted: u64) -> Self {
        Self { there: there as u64, wanted }
    }

    /// What somebody gets who wants so much.
    pub fn to(&self, wants: u64) -> u64 {
        if self.wanted <= self.there {
            return wants.min(self.there);
        }
        let part = u128::from(wants) * u128::from(self.there) / u128::from(self.wanted);
        (part as u64).min(self.there)
    }

    /// The least that is left in the cell: all that is there less all that is wanted.
    pub fn left(&self) -> f32 {
        self.there.saturating_sub(self.wanted) as f32
    }
}

/// Adds to what lies in a cell, up to [`MOST`]; gives what had no room.
pub fn put(amount: &mut f32, more: u64) -> u64 {
    // A cast of what is below 0, or NaN, is 0.
    let room = (MOST - *amount) as u64;
    let put = more.min(room);
    *amount += put as f32;
    more - put
}
