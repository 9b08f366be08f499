//! Collisions of many discs, or spheres in space, over slices, with a list of neighbours per disc.
//!
//! Centres and velocities come as a column for each axis: `[xs, ys]` for discs, `[xs, ys, zs]` for
//! spheres. Errors name them so, velocities `vxs` and so on, and those of [`Moved`] `moved.xs`.
//!
//! ```text
//! for each disc i of the first `owned`:
//!     for each neighbour j of i, in the order of the list:
//!         if i and j overlap: add i's half of the impulse and of the correction
//!     new velocity = velocity + impulses / mass; new position = position + corrections
//! ```
//!
//! The code differs in this: eight discs go at a time, one per lane, and a lane whose list is at
//! its end adds +0.0. Old arrays are read, new ones are written, and each disc adds up its own
//! half of every collision. So the result of a disc depends on its neighbours and their order, and
//! not on where any of them is stored.

use crate::LANES;
use crate::axes::{Axes, Count, Of};
use crate::error::{KernelError, PLACES, VELOCITIES, finite, non_negative, same_len, tail};
use crate::isa::{self, Task};
use crate::simd::{F32x8, Isa, Mask8, Vector8};

use super::{contact, correction, impulse};

/// Discs, or spheres: the owned ones first, then any others that they may touch (ghosts).
#[derive(Clone, Copy, Debug)]
pub struct Discs<'a, const N: usize = 2> {
    /// Identity, unique; it decides who sees whom where when two centres coincide.
    pub ids: &'a [u32],
    /// Centres along each axis, metres.
    pub centres: [&'a [f32]; N],
    /// Velocities along each axis, metres per second.
    pub velocities: [&'a [f32]; N],
    /// Radii, metres, not negative.
    pub radii: &'a [f32],
    /// 1 / mass, 1 / kg, not negative; 0 for a disc that nothing moves.
    pub inverse_masses: &'a [f32],
}

/// The neighbours of every owned disc, as compressed rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Neighbours<'a> {
    /// The neighbours of disc `i` are `indices[starts[i] .. starts[i + 1]]`: one more than there
    /// are owned discs.
    pub starts: &'a [u32],
    /// Places in [`Discs`]. A disc in its own list is skipped.
    pub indices: &'a [u32],
}

/// How collisions respond.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Response {
    restitution: f32,
    share: f32,
}

impl Response {
    /// Takes the restitution (0: they stay together, 1: elastic) and the share of an overlap that
    /// is undone at once (0 to 1).
    ///
    /// # Errors
    ///
    /// [`KernelError::InvalidParameter`] if one is not from 0 to 1.
    pub fn new(restitution: f32, share: f32) -> Result<Self, KernelError> {
        for (name, value) in [("restitution", restitution), ("share", share)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(KernelError::InvalidParameter { name, value });
            }
        }
        Ok(Self { restitution, share })
    }
}

/// Where [`resolve_discs`] writes the owned discs.
#[derive(Debug)]
pub struct Moved<'a, const N: usize = 2> {
    /// New centres along each axis, metres.
    pub centres: [&'a mut [f32]; N],
    /// New velocities along each axis, metres per second.
    pub velocities: [&'a mut [f32]; N],
}

impl<const N: usize> Moved<'_, N> {
    fn owned(&self) -> usize {
        self.centres.first().map_or(0, |xs| xs.len())
    }
}

/// Resolves all collisions of the owned discs at once and writes their new state to `moved`.
///
/// `moved` says how many discs are owned. Positions are taken as they are: in a torus a ghost has
/// to be shifted by the side of the world.
///
/// # Errors
///
/// [`KernelError::LengthMismatch`] if columns differ in length, fewer discs than owned ones are
/// given, or `starts` has not one value more than there are owned discs;
/// [`KernelError::InvalidIndex`] if `starts` falls or passes the end of `indices`, or a neighbour
/// is not a disc; [`KernelError::NonFinite`] or [`KernelError::InvalidParameter`] for values that
/// are infinite, NaN, or negative where they may not be. Nothing was changed.
pub fn resolve_discs<const N: usize>(
    discs: &Discs<'_, N>,
    neighbours: &Neighbours<'_>,
    response: Response,
    moved: &mut Moved<'_, N>,
) -> Result<(), KernelError>
where
    [(); N]: Of,
{
    check(discs, neighbours, moved)?;
    isa::dispatch(Resolve { discs, neighbours, response, moved });
    Ok(())
}

/// What [`resolve_discs`] was given, all of it sound.
struct Resolve<'a, 'm, const N: usize> {
    discs: &'a Discs<'a, N>,
    neighbours: &'a Neighbours<'a>,
    response: Response,
    moved: &'a mut Moved<'m, N>,
}

impl<const N: usize> Task for Resolve<'_, '_, N>
where
    [(); N]: Of,
{
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let Self { discs, neighbours, response, moved } = self;
        let owned = moved.owned();
        for start in (0..owned).step_by(LANES) {
            let tile = Tile::<Count<N>, S>::load(discs, start);
            let lists = lists(neighbours, start, owned);
            let longest = lists.iter().map(|list| list.len()).max().unwrap_or(0);
            let (mut kick, mut shift) = (Vector8::zero(), Vector8::zero());
            for ordinal in 0..longest {
                let other = Tile::gather(discs, start, &lists, ordinal);
                let touch = contact(
                    other.position - tile.position,
                    tile.radius + other.radius,
                    other.later,
                );
                let touch = super::Contact { touching: touch.touching & other.there, ..touch };
                let masses = tile.inverse_mass + other.inverse_mass;
                let velocity = other.velocity - tile.velocity;
                kick += impulse(&touch, velocity, masses, F32x8::splat(response.restitution));
                shift +=
                    correction(&touch, tile.inverse_mass, masses, F32x8::splat(response.share));
            }
            let position = tile.position + shift;
            let velocity = tile.velocity + kick * tile.inverse_mass;
            position.store(&mut moved.centres, start);
            velocity.store(&mut moved.velocities, start);
        }
    }
}

/// Eight discs, one per lane.
struct Tile<A: Axes, S: Isa> {
    position: Vector8<A, S>,
    velocity: Vector8<A, S>,
    radius: F32x8<S>,
    inverse_mass: F32x8<S>,
    /// Lanes that have a disc at all.
    there: Mask8<S>,
    /// Lanes whose disc has a larger id than the one it is a neighbour of.
    later: Mask8<S>,
}

impl<A: Axes, S: Isa> Tile<A, S> {
    #[inline(always)]
    fn load<const N: usize>(discs: &Discs<'_, N>, start: usize) -> Self {
        Self {
            position: Vector8::load(&discs.centres, start),
            velocity: Vector8::load(&discs.velocities, start),
            radius: F32x8::load(tail(discs.radii, start)),
            inverse_mass: F32x8::load(tail(discs.inverse_masses, start)),
            there: Mask8::all_lanes(),
            later: Mask8::none(),
        }
    }

    /// The neighbour number `ordinal` of each lane.
    #[inline(always)]
    fn gather<const N: usize>(
        discs: &Discs<'_, N>,
        start: usize,
        lists: &[&[u32]; LANES],
        ordinal: usize,
    ) -> Self {
        let mut places = [usize::MAX; LANES];
        let (mut there, mut later) = ([0.0; LANES], [0.0; LANES]);
        for (lane, list) in lists.iter().enumerate() {
            let Some(&index) = list.get(ordinal) else { continue };
            let index = index as usize;
            if index != start + lane {
                places[lane] = index;
                there[lane] = 1.0;
                later[lane] = f32::from(discs.ids.get(start + lane) < discs.ids.get(index));
            }
        }
        Self {
            position: Vector8::gather(&discs.centres, places),
            velocity: Vector8::gather(&discs.velocities, places),
            radius: F32x8::gather(discs.radii, places),
            inverse_mass: F32x8::gather(discs.inverse_masses, places),
            there: F32x8::from_array(there).eq(F32x8::ONE),
            later: F32x8::from_array(later).eq(F32x8::ONE),
        }
    }
}

/// The neighbour lists of eight discs; empty past the last owned one.
fn lists<'a>(neighbours: &Neighbours<'a>, start: usize, owned: usize) -> [&'a [u32]; LANES] {
    core::array::from_fn(|lane| {
        let row = start + lane;
        let bounds = (neighbours.starts.get(row), neighbours.starts.get(row + 1));
        match bounds {
            (Some(&from), Some(&to)) if row < owned => {
                neighbours.indices.get(from as usize..to as usize).unwrap_or(&[])
            }
            _ => &[],
        }
    })
}

fn check<const N: usize>(
    discs: &Discs<'_, N>,
    neighbours: &Neighbours<'_>,
    moved: &Moved<'_, N>,
) -> Result<(), KernelError> {
    const MOVED: [&str; 6] =
        ["moved.xs", "moved.ys", "moved.zs", "moved.vxs", "moved.vys", "moved.vzs"];
    let (all, owned) = (discs.ids.len(), moved.owned());
    let bodies = [("radii", discs.radii), ("inverse_masses", discs.inverse_masses)];
    let columns = || {
        let centres = PLACES.into_iter().zip(discs.centres);
        centres.chain(VELOCITIES.into_iter().zip(discs.velocities)).chain(bodies)
    };
    columns().try_for_each(|(field, column)| same_len(field, all, column))?;
    let (centres, velocities) = MOVED.split_at(3);
    for (names, columns) in [(centres, &moved.centres), (velocities, &moved.velocities)] {
        for (field, column) in names.iter().zip(columns) {
            same_len(field, owned, column)?;
        }
    }
    if all < owned {
        return Err(KernelError::LengthMismatch { field: "ids", expected: owned, found: all });
    }
    same_len("starts", owned + 1, neighbours.starts)?;
    columns().try_for_each(|(field, column)| finite(field, column))?;
    for (field, column) in bodies {
        column.iter().try_for_each(|&value| non_negative(field, value).map(drop))?;
    }
    let mut before = 0;
    for (index, &value) in neighbours.starts.iter().enumerate() {
        if value < before || value as usize > neighbours.indices.len() {
            return Err(KernelError::InvalidIndex { field: "starts", index, value });
        }
        before = value;
    }
    match neighbours.indices.iter().position(|&index| index as usize >= all) {
        None => Ok(()),
        Some(index) => {
            let value = neighbours.indices.get(index).copied().unwrap_or(0);
            Err(KernelError::InvalidIndex { field: "indices", index, value })
        }
    }
}
