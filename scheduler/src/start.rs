//! What a run begins with, and what is known of the whole world later on.

use flockwork_kernel::{Axes, Vec2, Vector, World, rng};

/// What a run begins with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setup {
    /// The world.
    pub world: World,
    /// The number of entities at tick 0.
    pub population: u32,
    /// The seed of all random numbers.
    pub seed: u64,
    /// Time per tick, in the model's time unit.
    pub dt: f32,
}

impl Setup {
    /// The same set-up without any -0.0.
    pub(crate) fn canonical(self) -> Self {
        // A world's sides are never 0.
        Self { dt: self.dt + 0.0, ..self }
    }

    /// Random numbers for entity `id` before the first tick, of their own for each `stream`.
    pub fn draw(&self, id: u32, stream: u32) -> [u32; 4] {
        rng::draw(self.seed, 0, id, stream)
    }

    /// A place anywhere in a world of the plane, from two random numbers.
    pub fn place(&self, x: u32, y: u32) -> Vec2 {
        self.place_in(x, y, 0)
    }

    /// A place anywhere in the world, from random numbers, of which the last is for space alone.
    pub fn place_in<A: Axes>(&self, x: u32, y: u32, z: u32) -> Vector<A> {
        let depth = self.world.z().map_or(0.0, |axis| axis.length);
        let (width, height) = (self.world.width(), self.world.height());
        Vector::of(rng::unit(x) * width, rng::unit(y) * height, rng::unit(z) * depth)
    }
}

/// What is known of all entities of the world after a tick, besides its statistics.
#[derive(Clone, Copy, Debug)]
pub struct Totals<'a> {
    /// Ticks done.
    pub tick: u64,
    /// The number of entities.
    pub population: u64,
    /// What the run began with.
    pub setup: &'a Setup,
    /// What each field holds in all cells together, in the order of
    /// [`Model::FIELDS`](crate::Model::FIELDS).
    pub fields: &'a [u64],
}
