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
//! A flow is cut to an integer by the conversion itself, and flows are added up as integers: for 1,000 x 1,000 cells
//! with growth 1.8 times the time of loops that round nothing, with AVX-512 (AVX2: 2.0, SSE2 alone: 3.1). With
//! floor of the absolute value and its sign, and a sweep each for check, spreading and growth, it was 5.7
//! (`cargo bench --bench fields`, processor time, least of 30 rounds).
//!
//! # Reference
//!
//! Spreading is the explicit scheme of first order in time and second in space (forward in time, centred in
//! space): R. Courant, K. Friedrichs and H. Lewy, "Über die partiellen Differenzengleichungen der
//! mathematischen Physik", 1928, doi:10.1007/BF01448839, with fluxes rounded towards 0.

use crate::World;
use crate::error::{KernelError, non_negative, same_len};
use crate::isa::{self, Isa};
use crate::simd::{F32x8, I32x8, Mask8};

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
    isa::dispatch(Spread::of(world, cells, shares, from, to, Still)?);
    Ok(())
}

/// What [`diffuse`] does, and then [`grow`] to what came of it, in less time than both.
///
/// # Errors
///
/// As for both. Nothing was written then.
pub fn diffuse_and_grow<const N: usize>(
    world: &World,
    cells: [u32; N],
    shares: [f32; N],
    growth: Growth,
    from: &[f32],
    to: &mut [f32],
) -> Result<(), KernelError> {
    let growth = growth.checked()?;
    isa::dispatch(Spread::of(world, cells, shares, from, to, growth)?);
    Ok(())
}

/// Checks that all are whole numbers from 0 to [`MOST`].
fn amounts(field: &'static str, values: &[f32]) -> Result<(), KernelError> {
    if isa::dispatch(Whole(values)) {
        return Ok(());
    }
    let bad = |value: &f32| !((*value as u32) as f32 == *value && *value <= MOST);
    let index = values.iter().position(bad).unwrap_or(0);
    Err(KernelError::NonFinite { field, index })
}

/// Whether all are amounts. Without an early exit, since they nearly always are.
struct Whole<'a>(&'a [f32]);

impl isa::Task for Whole<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Isa>(self) -> bool {
        let mut all = Mask8::<S>::all_lanes();
        for values in self.0.chunks(S::WIDTH) {
            let value = F32x8::<S>::load(values);
            let there = value.ge(F32x8::ZERO) & value.le(F32x8::splat(MOST));
            all &= there & value.to_i32().to_f32().eq(value);
        }
        all.all()
    }
}

/// What happens to amounts by themselves.
trait Rule: Copy {
    fn apply<S: Isa>(self, amount: F32x8<S>) -> F32x8<S>;
}

/// Nothing happens.
#[derive(Clone, Copy)]
struct Still;

impl Rule for Still {
    #[inline(always)]
    fn apply<S: Isa>(self, amount: F32x8<S>) -> F32x8<S> {
        amount
    }
}

struct Spread<'a, R> {
    counts: [usize; 3],
    round: [bool; 3],
    shares: [f32; 3],
    from: &'a [f32],
    to: &'a mut [f32],
    /// What happens then.
    rule: R,
}

impl<'a, R> Spread<'a, R> {
    fn of<const N: usize>(
        world: &World,
        cells: [u32; N],
        shares: [f32; N],
        from: &'a [f32],
        to: &'a mut [f32],
        rule: R,
    ) -> Result<Self, KernelError> {
        let mut spread =
            Self { counts: [1; 3], round: [false; 3], shares: [0.0; 3], from, to, rule };
        let mut sum = 0.0;
        for axis in 0..N.max(world.axes().len()) {
            let (Some(count), Some(share), Some(end)) =
                (cells.get(axis), shares.get(axis), world.axes().get(axis))
            else {
                return Err(KernelError::InvalidParameter { name: "axes", value: N as f32 });
            };
            if !(1..=MOST_CELLS).contains(count) {
                return Err(KernelError::InvalidParameter {
                    name: CELLS[axis],
                    value: *count as f32,
                });
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
        Ok(spread)
    }
}

impl<R: Rule> isa::Task for Spread<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let Self { counts: [columns, rows, layers], round, shares, from, to, rule } = self;
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
                row.spread::<S, R>(rule, &mut to[first..first + columns]);
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
    fn spread<S: Isa, R: Rule>(&self, rule: R, to: &mut [f32]) {
        let last = self.here.len() - 1;
        // Those within have their neighbours at both sides in the row itself.
        let mut at = 1;
        while at + S::WIDTH <= last {
            let (left, right) =
                (F32x8::<S>::load(&self.here[at - 1..]), F32x8::load(&self.here[at + 1..]));
            rule.apply(self.eight(at, left, right)).store(&mut to[at..]);
            at += S::WIDTH;
        }
        for at in core::iter::once(0).chain(at..=last) {
            let left = if at > 0 { self.here[at - 1] } else { self.ends[0] };
            let right = if at < last { self.here[at + 1] } else { self.ends[1] };
            let one = self.eight::<isa::Single>(at, F32x8::splat(left), F32x8::splat(right));
            rule.apply(one).store(&mut to[at..=at]);
        }
    }

    /// The amounts from `at` on afterwards, given those before and after each in the row.
    #[inline(always)]
    fn eight<S: Isa>(&self, at: usize, left: F32x8<S>, right: F32x8<S>) -> F32x8<S> {
        let here = F32x8::<S>::load(&self.here[at..]);
        let mut sum = here.to_i32();
        sum += flow(here, left, self.shares[0]) + flow(here, right, self.shares[0]);
        for (near, share) in self.near.iter().zip(&self.shares[1..]) {
            for line in near {
                sum += flow(here, F32x8::load(&line[at..]), *share);
            }
        }
        sum.to_f32()
    }
}

/// What flows here from there: a whole number, the same as flows there from here with the other sign.
#[inline(always)]
fn flow<S: Isa>(here: F32x8<S>, there: F32x8<S>, share: f32) -> I32x8<S> {
    ((there - here) * F32x8::splat(share)).to_i32()
}

/// How amounts grow in a tick: towards a capacity, the faster the more there is and the more room is left, as
/// in logistic growth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Growth {
    /// An amount grows by rate · amount · (1 - amount / capacity), rounded down; 0 or more.
    pub rate: f32,
    /// By how much it grows where less than that would come; 0 or more.
    pub seeds: f32,
    /// A whole number from 1 to [`MOST`]. None grows above it, and what is above it stays.
    pub capacity: f32,
}

impl Growth {
    fn checked(self) -> Result<Self, KernelError> {
        non_negative("rate", self.rate)?;
        non_negative("seeds", self.seeds)?;
        if self.capacity < 1.0 || amounts("capacity", &[self.capacity]).is_err() {
            return Err(KernelError::InvalidParameter { name: "capacity", value: self.capacity });
        }
        Ok(self)
    }
}

impl Rule for Growth {
    #[inline(always)]
    fn apply<S: Isa>(self, amount: F32x8<S>) -> F32x8<S> {
        let rate = F32x8::<S>::splat(self.rate / self.capacity);
        let (seeds, capacity) = (F32x8::splat(self.seeds), F32x8::splat(self.capacity));
        let room = (capacity - amount).max(F32x8::ZERO);
        let more = (rate * amount * room).max(seeds).min(room);
        amount + more.to_i32().to_f32()
    }
}

/// Lets amounts grow by themselves.
///
/// # Errors
///
/// [`KernelError::InvalidParameter`] if something of `growth` is not as it says; [`KernelError::NonFinite`] as for
/// [`diffuse`]. Nothing was changed then.
pub fn grow(growth: Growth, field: &mut [f32]) -> Result<(), KernelError> {
    let growth = growth.checked()?;
    amounts("field", field)?;
    isa::dispatch(Grow { growth, field });
    Ok(())
}

struct Grow<'a> {
    growth: Growth,
    field: &'a mut [f32],
}

impl isa::Task for Grow<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        for cells in self.field.chunks_mut(S::WIDTH) {
            self.growth.apply(F32x8::<S>::load(cells)).store(cells);
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
            let less = (amount * share).to_i32().to_f32();
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
