//! The same epidemic in rows: plain numbers, one person at a time.
//!
//! It has the same bits as the model in lanes, and is some times slower. A first model of your own
//! begins like this; what then has to be fast moves to lanes.

use flockwork_scheduler::prelude::*;

use crate::{Epidemic as Params, INFECTED, RECOVERED, SPAWN, SUSCEPTIBLE, UPDATE, person};

stats! {
    /// What is reported of [`Epidemic`].
    pub struct EpidemicStats of ByRows<Epidemic> {
        /// People not infected yet.
        susceptible: Count, "" = |_, person| person.health == SUSCEPTIBLE;
        /// People infected now.
        infected: Count, "" = |_, person| person.health == INFECTED;
        /// People recovered.
        recovered: Count, "" = |_, person| person.health == RECOVERED;
        /// Most people infected after any tick.
        peak_infected: Peak, "" = |_, stats, _| stats.infected;
    }
}

/// The model.
#[derive(Clone, Copy, Debug)]
pub struct Epidemic(Params);

impl Rows for Epidemic {
    type Columns = person::Columns;
    type Params = Params;
    type Stats = EpidemicStats;
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "epidemic_in_rows";
    const ABOUT: &'static str = "walkers who infect each other and recover, one by one";

    fn new(params: Params, _setup: &Setup) -> Result<Self, ParamError> {
        Ok(Self(params))
    }

    fn radius(&self) -> f32 {
        self.0.radius
    }

    fn slowest(&self) -> Option<f32> {
        Some(self.0.speed)
    }

    fn spawn(&self, setup: &Setup, id: u32) -> person::Row {
        let [x, y, direction, first] = setup.draw(id, SPAWN);
        let health = if rng::unit(first) < self.0.first_cases { INFECTED } else { SUSCEPTIBLE };
        let (position, heading) = (setup.place(x, y), rng::direction(direction));
        person::Row { position, heading, health, ..Default::default() }
    }

    fn step(&self, me: &person::Row, around: &mut Around<'_, '_, Self>) -> person::Row {
        let Params { speed, turn_rate, infection_rate, duration, .. } = self.0;
        let (mut next, dt) = (*me, around.tick.setup.dt);
        let [turn, direction, health, _] = around.draw(UPDATE);
        if rng::unit(turn) < chance(turn_rate * dt) {
            next.heading = rng::direction(direction);
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
}

/// The chance that something happens which is expected so many times.
fn chance(expected: f32) -> f32 {
    1.0 - math::scalar::exp(-expected)
}
