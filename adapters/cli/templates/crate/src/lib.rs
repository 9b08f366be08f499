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

use flockwork_kernel::{Vec2, rng};
use flockwork_scheduler::{Around, ByRows, Never, ParamError, Rows, Setup};

flockwork_kernel::columns! {
    /// State of one entity.
    pub mod entity {
        ghost {
            /// Position, length.
            position: vec(x, y),
        }
        owned {
            /// Heading, of length 1.
            heading: vec(ux, uy) where -1.001..=1.001,
            /// The number of neighbours before the last tick.
            near: u32,
        }
        scratch {}
    }
}

flockwork_scheduler::params! {
    /// Parameters of [`WalkersModel`].
    pub struct WalkersParams {
        /// Others closer than this are neighbours.
        radius: f32 = 1.0, "length", 1e-6..=1e6;
        /// The speed of whoever is alone.
        speed: f32 = 1.0, "length / time", 0.0..=1e6;
        /// How much each neighbour slows one down.
        caution: f32 = 0.5, "", 0.0..=1e3;
    }
}

flockwork_scheduler::stats! {
    /// What is reported of [`WalkersModel`].
    pub struct WalkersStats of WalkersModel {
        /// Mean number of neighbours.
        neighbours: Mean, "" = |_, one| one.near;
    }
}

/// The rules.
#[derive(Clone, Copy, Debug)]
pub struct WalkersRules(WalkersParams);

/// The model that schedulers run.
pub type WalkersModel = ByRows<WalkersRules>;

impl Rows for WalkersRules {
    type Columns = entity::Columns;
    type Params = WalkersParams;
    type Stats = WalkersStats;
    /// What entities send each other: nothing.
    type Event = Never;
    /// What children inherit: there are none.
    type Child = Never;

    const NAME: &'static str = "walkers";
    const ABOUT: &'static str = "people who slow down where others are near";

    fn new(params: WalkersParams, _setup: &Setup) -> Result<Self, ParamError> {
        Ok(Self(params))
    }

    fn radius(&self) -> f32 {
        self.0.radius
    }

    fn spawn(&self, setup: &Setup, id: u32) -> entity::Row {
        let [x, y, direction, _] = setup.draw(id, SPAWN);
        let heading = Vec2::at_angle(rng::signed(direction) * core::f32::consts::PI);
        entity::Row { position: setup.place(x, y), heading, ..Default::default() }
    }

    fn step(&self, me: &entity::Row, around: &mut Around<'_, '_, Self>) -> entity::Row {
        let WalkersParams { speed, caution, .. } = self.0;
        let near = around.neighbours().count() as u32;
        let speed = speed / (1.0 + caution * near as f32);
        let moved = me.position + me.heading * speed * around.tick.setup.dt;
        let (position, heading) = around.bound(moved, me.heading);
        entity::Row { position, heading, near, ..*me }
    }
}

/// Streams of random numbers, one for each purpose.
const SPAWN: u32 = 0;
