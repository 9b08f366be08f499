//! Which pieces are near which cell of the world: a plain grid, made in the caller's memory.

use crate::axes::{Axes, Third};
use crate::error::{KernelError, same_len};
use crate::simd::{F32x8, Isa, U32x8, Vector8};
use crate::{Vector, World};

use super::scalar::distance;
use super::walls::Wall;

/// The cells of an index: each lists the pieces that are within reach of any place in it.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    counts: [u32; World::MOST_AXES],
    sizes: [f32; World::MOST_AXES],
    reach: f32,
}

impl Layout {
    /// The most cells along an axis, in the plane and in space.
    const MOST: [u32; 2] = [128, 24];

    /// Cells over a world for questions up to so far from a place.
    ///
    /// # Errors
    ///
    /// [`KernelError::InvalidParameter`] if `reach` is not a number above 0, or so small that places of
    /// the world cannot be told apart within it: it must be at least 2^-16 of its longest axis.
    pub fn new(world: &World, reach: f32) -> Result<Self, KernelError> {
        let longest = world
            .axes()
            .iter()
            .fold(0.0, |most, axis| if axis.length > most { axis.length } else { most });
        if !(reach >= longest / 65536.0 && reach <= World::SIDE.1) {
            return Err(KernelError::InvalidParameter { name: "reach", value: reach });
        }
        let most = Self::MOST[usize::from(world.is_space())];
        let (mut counts, mut sizes) = ([1; World::MOST_AXES], [0.0; World::MOST_AXES]);
        for ((count, size), axis) in counts.iter_mut().zip(&mut sizes).zip(world.axes()) {
            *count = ((axis.length / reach) as u32).clamp(1, most);
            *size = axis.length / *count as f32;
        }
        Ok(Self { counts, sizes, reach })
    }

    /// How far from a place pieces are found.
    pub fn reach(&self) -> f32 {
        self.reach
    }

    /// How many cells there are.
    pub fn cells(&self) -> usize {
        self.counts.iter().map(|count| *count as usize).product()
    }

    /// Writes how many pieces the cells before each have; gives how many all have together, which is how long
    /// the list of [`Self::fill`] must be.
    ///
    /// # Errors
    ///
    /// [`KernelError::LengthMismatch`] if `starts` is not one longer than there are cells.
    pub fn count<A: Axes>(
        &self,
        walls: &[Wall<A>],
        starts: &mut [u32],
    ) -> Result<usize, KernelError> {
        same_len("starts", self.cells() + 1, starts)?;
        let mut all = 0u32;
        for (cell, start) in starts.iter_mut().enumerate() {
            *start = all;
            if cell < self.cells() {
                all = all.saturating_add(self.near(walls, cell).count() as u32);
            }
        }
        Ok(all as usize)
    }

    /// Writes the pieces of each cell, in their order.
    ///
    /// # Errors
    ///
    /// [`KernelError::LengthMismatch`] if `starts` or `items` are not as [`Self::count`] says.
    pub fn fill<A: Axes>(
        &self,
        walls: &[Wall<A>],
        starts: &[u32],
        items: &mut [u32],
    ) -> Result<(), KernelError> {
        same_len("starts", self.cells() + 1, starts)?;
        same_len("items", starts.last().map_or(0, |all| *all as usize), items)?;
        let mut places = items.iter_mut();
        for cell in 0..self.cells() {
            for (item, place) in self.near(walls, cell).zip(&mut places) {
                *place = item;
            }
        }
        Ok(())
    }

    /// The pieces within reach of a cell.
    fn near<'w, A: Axes>(
        &self,
        walls: &'w [Wall<A>],
        cell: usize,
    ) -> impl Iterator<Item = u32> + use<'w, A> {
        let [across, up, _] = self.counts.map(|count| count as usize);
        let at = [cell % across, cell / across % up, cell / across / up];
        let middle = |axis: usize| (at[axis] as f32 + 0.5) * self.sizes[axis];
        let middle = Vector::<A>::of(middle(0), middle(1), middle(2));
        let [wide, high, deep] = self.sizes;
        // A little more than half the diagonal, for rounding.
        let far = Vector::<A>::of(wide, high, deep).length() * 0.501 + self.reach * 1.001;
        let near = move |wall: &Wall<A>| distance(&wall.piece, middle) <= far;
        walls.iter().enumerate().filter(move |(_, wall)| near(wall)).map(|(at, _)| at as u32)
    }

    /// The cell of each place; the nearest one for a place outside.
    #[inline(always)]
    pub(super) fn cell<A: Axes, S: Isa>(&self, place: Vector8<A, S>) -> U32x8<S> {
        // At most 128 x 128 or 24 x 24 x 24: exact.
        let across = F32x8::splat(self.counts[0] as f32);
        let mut line = self.along(1, place.y);
        if A::SPACE {
            let up = F32x8::splat(self.counts[1] as f32);
            line += self.along(2, place.z.or(F32x8::ZERO)) * up;
        }
        (line * across + self.along(0, place.x)).to_index(1 << 24)
    }

    /// The number of the cell along an axis.
    #[inline(always)]
    fn along<S: Isa>(&self, axis: usize, at: F32x8<S>) -> F32x8<S> {
        (at / F32x8::splat(self.sizes[axis])).to_index(self.counts[axis] - 1).to_f32()
    }
}
