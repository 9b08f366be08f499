//! A model: people who slow down where others are near.
//!
//! Change it from top to bottom:
//!
//! 1. `columns!` says what an entity is: what neighbours may see of it under `ghost`, and what is its
//!    own under `owned`.
//! 2. `params!` says what a scenario file can set, with a unit, a default and a range; `stats!` what
//!    a report tells, with how it is summed.
//! 3. `Rows` says what happens: `spawn` makes an entity, and `step` takes it from one tick to the
//!    next, given its neighbours in an order that never depends on how the world is cut.
//!
//! All functions must be pure: same arguments, same bits. Random numbers are a function of (seed,
//! tick, id); mathematics is that of `flockwork_kernel::math`. `cargo clippy` knows what else is
//! not allowed, and `cargo run -- verify scenario.toml` compares numbers of workers.
//!
//! A model that has to be faster implements `flockwork_scheduler::Model` instead, eight entities at a
//! time, with the same bits.

use flockwork_scheduler::prelude::*;

columns! {
    /// State of one entity.
    pub mod entity {
        ghost {
            /// Position, length.
            position: vec(x, y),
        }
        owned {
            /// Heading, of length 1.
            heading: vec(ux, uy) where unit,
            /// The number of neighbours before the last tick.
            near: u32,
        }
        scratch {}
    }
}

params! {
    /// The rules: their parameters.
    pub struct Walkers {
        /// Others closer than this are neighbours.
        radius: f32 = 1.0, "length", 1e-6..=1e6;
        /// The speed of whoever is alone.
        speed: f32 = 1.0, "length / time", 0.0..=1e6;
        /// How much each neighbour slows one down.
        caution: f32 = 0.5, "", 0.0..=1e3;
    }
}

stats! {
    /// What is reported of [`WalkersModel`].
    pub struct WalkersStats of WalkersModel {
        /// Mean number of neighbours.
        neighbours: Mean, "" = |_, one| one.near;
    }
}

/// The model that schedulers run.
pub type WalkersModel = ByRows<Walkers>;

impl Rows for Walkers {
    type Columns = entity::Columns;
    type Params = Self;
    type Stats = WalkersStats;
    /// What entities send each other: nothing.
    type Event = Never;
    /// What children inherit: there are none.
    type Child = Never;

    const NAME: &'static str = "walkers";
    const ABOUT: &'static str = "people who slow down where others are near";

    fn new(rules: Self, _setup: &Setup) -> Result<Self, ParamError> {
        Ok(rules)
    }

    fn radius(&self) -> f32 {
        self.radius
    }

    fn spawn(&self, setup: &Setup, id: u32) -> entity::Row {
        let [x, y, direction, _] = setup.draw(id, SPAWN);
        let heading = rng::direction(direction);
        entity::Row { position: setup.place(x, y), heading, ..Default::default() }
    }

    fn step(&self, me: &entity::Row, around: &mut Around<'_, '_, Self>) -> entity::Row {
        let near = around.neighbours().count() as u32;
        let speed = self.speed / (1.0 + self.caution * near as f32);
        let moved = me.position + me.heading * speed * around.tick.setup.dt;
        let (position, heading) = around.bound(moved, me.heading);
        entity::Row { position, heading, near, ..*me }
    }
}

/// Streams of random numbers, one for each purpose.
const SPAWN: u32 = 0;
