//! Entities spread over a square or a cube, for benchmarks of the spatial structures alone.

use flockwork_kernel::{Axes, rng};
use flockwork_spatial::Entities;

/// Positions and ids in columns.
#[derive(Clone, Debug)]
pub struct Points {
    /// Positions along x.
    pub xs: Vec<f32>,
    /// Positions along y.
    pub ys: Vec<f32>,
    /// Positions along z; of no use in the plane.
    pub zs: Vec<f32>,
    /// Ids; not in the order of the slots.
    pub ids: Vec<u32>,
    /// The side of the square or cube.
    pub side: f32,
}

impl Points {
    /// So many entities, spread evenly over a square of this density.
    pub fn new(count: u32, density: f32) -> Self {
        Self::over(count, (count as f32 / density).sqrt())
    }

    /// So many entities, spread evenly over a cube of this density.
    pub fn space(count: u32, density: f32) -> Self {
        Self::over(count, (count as f32 / density).cbrt())
    }

    fn over(count: u32, side: f32) -> Self {
        let draws: Vec<_> = (0..count).map(|slot| rng::draw(7, 0, slot, 0)).collect();
        let along = |axis: usize| draws.iter().map(|draw| rng::unit(draw[axis]) * side).collect();
        // An odd factor makes a permutation of all u32: ids are distinct.
        let ids = (0..count).map(|slot| slot.wrapping_mul(2_654_435_761)).collect();
        Self { xs: along(0), ys: along(1), zs: along(2), ids, side }
    }

    /// So many entities in discs of this density, in a square much larger than all of them.
    pub fn blobs(count: u32, density: f32, blobs: u32, side: f32) -> Self {
        let radius = (count as f32 / blobs as f32 / density / core::f32::consts::PI).sqrt();
        let mut points = Self::new(count, density);
        points.side = side;
        for slot in 0..count {
            let draw = rng::draw(8, 0, slot, 0);
            let centre = rng::draw(9, 0, slot % blobs, 0);
            let (r, angle) = (rng::unit(draw[0]).sqrt() * radius, rng::unit(draw[1]));
            let angle = angle * core::f32::consts::TAU;
            let middle = |bits: u32| radius + rng::unit(bits) * (side - 2.0 * radius);
            points.xs[slot as usize] = middle(centre[0]) + r * angle.cos();
            points.ys[slot as usize] = middle(centre[1]) + r * angle.sin();
        }
        points
    }

    /// The columns.
    pub fn entities<A: Axes>(&self) -> Entities<'_, A> {
        Entities::of(&self.xs, &self.ys, &self.zs, &self.ids)
    }

    /// The number of entities.
    pub fn count(&self) -> u32 {
        self.ids.len() as u32
    }
}
