//! The geometry of a world: the shapes that stand in it, what each is for, and when doors are open.
//!
//! A model that has shapes says so by a parameter `shapes`, a [`LongList`](crate::LongList), and makes a
//! [`Geometry`] of it once, in `new`. As a parameter they are the same in every process, are compared when a run
//! goes on from a snapshot, and come from a scenario, a page or a program alike. A scenario writes them as
//! `[[shape]]`. In the list, one after the other, every shape is
//!
//! ```text
//! kind, role, open from, open until, every, how many numbers follow, those numbers
//! ```
//!
//! | kind | numbers |
//! | --- | --- |
//! | 0, a segment | both ends |
//! | 1, a ball | its centre, its radius |
//! | 2, a box | its lower corner, its upper corner |
//! | 3, a polygon | its corners |
//!
//! each place as x, y and, in space, z. The [`Role`]s are numbered in their order. A door is open in ticks from
//! `open from` up to, but not with, `open until`, and again `every` so many ticks, if that is not 0.
//!
//! Along an axis whose ends are walls, the ends count as walls too ([`ENDS`]), so that who walks by
//! [`Walls::walk`] needs no other rule for them.
//!
//! An input that opens or closes a door ([`Input::Door`](crate::Input::Door)) writes another schedule into the list
//! ([`set_door`]): so it is in every snapshot, and the model is made anew by the new list.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use flockwork_kernel::shapes::{Layout, Wall, Walls};
use flockwork_kernel::simd::{Isa, Mask8, Vector8};
use flockwork_kernel::{Axes, Plane, World};

use crate::params::ParamError;

mod draw;
mod list;
mod routes;

pub use list::{Placed, Role, Schedule, set_door};
pub use routes::Routes;

/// The name of the parameter.
pub const PARAM: &str = "shapes";

/// The number of the ends of the world, as of a shape.
pub const ENDS: u32 = u32::MAX;

/// The most shapes, and the most doors among them.
pub const MOST_SHAPES: usize = 4096;
/// The most doors.
pub const MOST_DOORS: usize = 64;

/// The shapes of a world, ready for questions.
#[derive(Clone, Debug)]
pub struct Geometry<A: Axes = Plane> {
    world: World,
    placed: Vec<Placed<A>>,
    /// What does not depend on when doors are open.
    built: Arc<Built<A>>,
}

/// Walls and doors, and which are near every place.
#[derive(Clone, Debug)]
struct Built<A: Axes> {
    layout: Layout,
    walls: Vec<Wall<A>>,
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl<A: Axes> Geometry<A> {
    /// Reads a list of shapes, for questions up to `reach` from a place.
    ///
    /// # Errors
    ///
    /// [`ParamError::Conflict`] of `shapes`: which of them is wrong, what is wrong, and what is allowed.
    pub fn new(list: &[f32], world: &World, reach: f32) -> Result<Self, ParamError> {
        Self::following(None, list, world, reach)
    }

    /// The same; if it differs from one that was there `before` at most in when doors are open, they share what does
    /// not depend on that.
    ///
    /// # Errors
    ///
    /// As [`Geometry::new`].
    #[inline(never)]
    pub fn following(
        before: Option<&Self>,
        list: &[f32],
        world: &World,
        reach: f32,
    ) -> Result<Self, ParamError> {
        let wrong = |problem| ParamError::Conflict { name: PARAM, problem };
        let placed = list::read::<A>(list, world).map_err(wrong)?;
        let same = before.filter(|before| {
            let alike =
                |(a, b): (&Placed<A>, &Placed<A>)| a.role == b.role && a.shape() == b.shape();
            before.world == *world
                && before.walls().reach() == reach
                && before.placed.len() == placed.len()
                && before.placed.iter().zip(&placed).all(alike)
        });
        let built = match same {
            Some(before) => Arc::clone(&before.built),
            None => Arc::new(Built::of(&placed, world, reach).map_err(wrong)?),
        };
        Ok(Self { world: *world, placed, built })
    }

    /// Whether both have the same shapes for the same questions, by sharing what is made of them.
    pub fn shares(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.built, &other.built)
    }

    /// The shapes, in the order of the list.
    pub fn shapes(&self) -> &[Placed<A>] {
        &self.placed
    }

    /// Those of a role, in order.
    pub fn of(&self, role: Role) -> impl Iterator<Item = &Placed<A>> {
        self.placed.iter().filter(move |placed| placed.role == role)
    }

    /// Walls, doors, and the ends of axes that are walls.
    #[inline]
    pub fn walls(&self) -> Walls<'_, A> {
        let Built { layout, walls, starts, items } = &*self.built;
        Walls::trusted(&self.world, *layout, walls, starts, items)
    }

    /// The doors that are open in a tick: bit by bit, in the order of doors, as [`Walls`] takes them.
    pub fn open(&self, tick: u64) -> u64 {
        let doors = self.of(Role::Door).enumerate();
        doors.fold(0, |open, (door, placed)| {
            open | u64::from(placed.schedule.is_open(tick)) << (door % MOST_DOORS)
        })
    }

    /// Lanes of places that are inside of any shape of a role.
    #[inline(always)]
    pub fn inside<S: Isa>(&self, role: Role, place: Vector8<A, S>) -> Mask8<S> {
        let mut inside = Mask8::none();
        for placed in &self.placed {
            if placed.role == role {
                inside |= S::split(
                    #[inline(always)]
                    || placed.shape().inside(place),
                );
            }
        }
        inside
    }
}

impl<A: Axes> Built<A> {
    #[inline(never)]
    fn of(placed: &[Placed<A>], world: &World, reach: f32) -> Result<Self, String> {
        let layout = Layout::new(world, reach).map_err(|error| format!("{error}"))?;
        let mut walls = Vec::new();
        let mut doors = 0u8;
        for (number, shape) in placed.iter().enumerate() {
            let door = match shape.role {
                Role::Wall => None,
                Role::Door => {
                    doors += 1;
                    Some(doors - 1)
                }
                _ => continue,
            };
            for piece in shape.shape().pieces().flat_map(|piece| piece.images(world, reach)) {
                walls.push(Wall { piece, shape: number as u32, door });
            }
        }
        walls.extend(list::ends::<A>(world, reach));
        let wrong = |error| format!("{error}");
        let mut starts = vec![0; layout.cells() + 1];
        let mut items = vec![0; layout.count(&walls, &mut starts).map_err(wrong)?];
        layout.fill(&walls, &starts, &mut items).map_err(wrong)?;
        Ok(Self { layout, walls, starts, items })
    }
}

#[cfg(test)]
mod tests;
