//! The same epidemic in rows: plain numbers, one person at a time.
//!
//! It has the same bits as the model in lanes, and is some times slower. A first model of your own
//! begins like this; what then has to be fast moves to lanes.

use flockwork_kernel::{Vec2, math, rng};
use flockwork_scheduler::{Around, ByRows, Never, ParamError, Rows, Setup, Totals};

use crate::{EpidemicParams, INFECTED, RECOVERED, SPAWN, SUSCEPTIBLE, UPDATE, person};

flockwork_scheduler::stats! {
    /// What is reported of [`Epidemic`].
    pub struct EpidemicStats of ByRows<Epidemic> {
        /// People not infected yet.
        susceptible: Count, "" = |_, person| person.health == SUSCEPTIBLE;
        /// People infected now.
        infected: Count, "" = |_, person| person.health == INFECTED;
        /// People recovered.
        recovered: Count, "" = |_, person| person.health == RECOVERED;
        /// Most people infected after any tick.
        peak_infected: Derived, "" = |_, _, totals| totals.history[0] as f64;
    }
}

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Epidemic(EpidemicParams);

impl Rows for Epidemic {
    type Columns = person::Columns;
    type Params = EpidemicParams;
    type Stats = EpidemicStats;
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "epidemic_in_rows";
    const ABOUT: &'static str = "walkers who infect each other and recover, one by one";
    const HISTORY: usize = 1;

    fn new(params: EpidemicParams, _setup: &Setup) -> Result<Self, ParamError> {
        Ok(Self(params))
    }

    fn radius(&self) -> f32 {
        self.0.radius
    }

    fn spawn(&self, setup: &Setup, id: u32) -> person::Row {
        let [x, y, direction, first] = setup.draw(id, SPAWN);
        let health = if rng::unit(first) < self.0.first_cases { INFECTED } else { SUSCEPTIBLE };
        person::Row {
            position: setup.place(x, y),
            heading: heading(direction),
            health,
            ..Default::default()
        }
    }

    fn step(&self, me: &person::Row, around: &mut Around<'_, '_, Self>) -> person::Row {
        let EpidemicParams { speed, turn_rate, infection_rate, duration, .. } = self.0;
        let (mut next, dt) = (*me, around.tick.setup.dt);
        let [turn, direction, health, _] = around.draw(UPDATE);
        if rng::unit(turn) < chance(turn_rate * dt) {
            next.heading = heading(direction);
        }
        let infected = around.neighbours().filter(|near| near.shown.health == INFECTED).count();
        let falls_ill = chance(infected as f32 * infection_rate * dt);
        next.health = match me.health {
            SUSCEPTIBLE if rng::unit(health) < falls_ill => INFECTED,
            INFECTED if rng::unit(health) < chance(1.0 / duration * dt) => RECOVERED,
            same => same,
        };
        let moved = next.position + next.heading * speed * dt;
        (next.position, next.heading) = around.bound(moved, next.heading);
        next
    }

    fn remember(&self, stats: &EpidemicStats, _: &Totals<'_>, history: &mut [i64]) {
        history[0] = history[0].max(stats.infected as i64);
    }
}

/// The chance that something happens which is expected so many times.
fn chance(expected: f32) -> f32 {
    1.0 - math::scalar::exp(-expected)
}

/// A random direction.
fn heading(bits: u32) -> Vec2 {
    Vec2::at_angle(rng::signed(bits) * core::f32::consts::PI)
}
