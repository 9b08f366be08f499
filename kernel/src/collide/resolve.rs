//! Collisions of many discs, over slices, with a list of neighbours per disc.
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
use crate::error::{KernelError, finite, non_negative, same_len, tail, tail_mut};
use crate::isa::{self, Task};
use crate::simd::{F32x8, Isa, Mask8, V2};

use super::{contact, correction, impulse};

/// Discs: the owned ones first, then any others that they may touch (ghosts).
#[derive(Clone, Copy, Debug, Default)]
pub struct Discs<'a> {
    /// Identity, unique; it decides who sees whom where when two centres coincide.
    pub ids: &'a [u32],
    /// Centres along x, metres.
    pub xs: &'a [f32],
    /// Centres along y, metres.
    pub ys: &'a [f32],
    /// Velocities along x, metres per second.
    pub vxs: &'a [f32],
    /// Velocities along y, metres per second.
    pub vys: &'a [f32],
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
#[derive(Debug, Default)]
pub struct Moved<'a> {
    /// New centres along x, metres.
    pub xs: &'a mut [f32],
    /// New centres along y, metres.
    pub ys: &'a mut [f32],
    /// New velocities along x, metres per second.
    pub vxs: &'a mut [f32],
    /// New velocities along y, metres per second.
    pub vys: &'a mut [f32],
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
pub fn resolve_discs(
    discs: &Discs<'_>,
    neighbours: &Neighbours<'_>,
    response: Response,
    moved: &mut Moved<'_>,
) -> Result<(), KernelError> {
    check(discs, neighbours, moved)?;
    isa::dispatch(Resolve { discs, neighbours, response, moved });
    Ok(())
}

/// What [`resolve_discs`] was given, all of it sound.
struct Resolve<'a, 'm> {
    discs: &'a Discs<'a>,
    neighbours: &'a Neighbours<'a>,
    response: Response,
    moved: &'a mut Moved<'m>,
}

impl Task for Resolve<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let Self { discs, neighbours, response, moved } = self;
        let owned = moved.xs.len();
        for start in (0..owned).step_by(LANES) {
            let tile = Tile::<S>::load(discs, start);
            let lists = lists(neighbours, start, owned);
            let longest = lists.iter().map(|list| list.len()).max().unwrap_or(0);
            let (mut kick, mut shift) = (V2::ZERO, V2::ZERO);
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
            position.x.store(tail_mut(moved.xs, start));
            position.y.store(tail_mut(moved.ys, start));
            velocity.x.store(tail_mut(moved.vxs, start));
            velocity.y.store(tail_mut(moved.vys, start));
        }
    }
}

/// Eight discs, one per lane.
struct Tile<S: Isa> {
    position: V2<S>,
    velocity: V2<S>,
    radius: F32x8<S>,
    inverse_mass: F32x8<S>,
    /// Lanes that have a disc at all.
    there: Mask8<S>,
    /// Lanes whose disc has a larger id than the one it is a neighbour of.
    later: Mask8<S>,
}

impl<S: Isa> Tile<S> {
    #[inline(always)]
    fn load(discs: &Discs<'_>, start: usize) -> Self {
        let load = |column| F32x8::load(tail(column, start));
        Self {
            position: V2::new(load(discs.xs), load(discs.ys)),
            velocity: V2::new(load(discs.vxs), load(discs.vys)),
            radius: load(discs.radii),
            inverse_mass: load(discs.inverse_masses),
            there: Mask8::all_lanes(),
            later: Mask8::none(),
        }
    }

    /// The neighbour number `ordinal` of each lane.
    #[inline(always)]
    fn gather(discs: &Discs<'_>, start: usize, lists: &[&[u32]; LANES], ordinal: usize) -> Self {
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
        let read = |column: &[f32]| {
            F32x8::from_array(places.map(|place| column.get(place).copied().unwrap_or(0.0)))
        };
        Self {
            position: V2::new(read(discs.xs), read(discs.ys)),
            velocity: V2::new(read(discs.vxs), read(discs.vys)),
            radius: read(discs.radii),
            inverse_mass: read(discs.inverse_masses),
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

fn check(
    discs: &Discs<'_>,
    neighbours: &Neighbours<'_>,
    moved: &Moved<'_>,
) -> Result<(), KernelError> {
    let (all, owned) = (discs.ids.len(), moved.xs.len());
    let columns = [
        ("xs", discs.xs),
        ("ys", discs.ys),
        ("vxs", discs.vxs),
        ("vys", discs.vys),
        ("radii", discs.radii),
        ("inverse_masses", discs.inverse_masses),
    ];
    for (field, column) in columns {
        same_len(field, all, column)?;
    }
    for (field, column) in
        [("moved.ys", &moved.ys), ("moved.vxs", &moved.vxs), ("moved.vys", &moved.vys)]
    {
        same_len(field, owned, column)?;
    }
    if all < owned {
        return Err(KernelError::LengthMismatch { field: "ids", expected: owned, found: all });
    }
    same_len("starts", owned + 1, neighbours.starts)?;
    for (field, column) in columns {
        finite(field, column)?;
    }
    discs.radii.iter().try_for_each(|&value| non_negative("radii", value).map(|_| ()))?;
    for &value in discs.inverse_masses {
        non_negative("inverse_masses", value)?;
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
