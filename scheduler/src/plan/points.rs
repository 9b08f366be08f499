//! Inputs that say where: who is poked around a point, and which cells of a field are painted.

use alloc::format;
use alloc::string::String;

use flockwork_kernel::World;

use super::State;
use super::judge::{Judge, Wrong, wrong};
use super::near::{At, Hit, Near};
use crate::field::MOST as MOST_AMOUNT;
use crate::inputs::{Area, Change, Values};
use crate::parts::{Spread, Stroke};
use crate::spot::Axis;

impl Judge<'_> {
    #[inline(never)]
    pub(super) fn poke(&mut self, at: &[f64], radius: f64, values: &Values) -> Result<(), Wrong> {
        let pokes = self.ground.pokes();
        if pokes.is_empty() {
            let name = self.ground.model();
            return Err(wrong(format!("nobody can be poked in the model `{name}`")));
        }
        let at = self.point("at", at)?;
        check_radius(radius)?;
        for (name, value) in values {
            if !pokes.contains(&name.as_str()) {
                let known = pokes.join(", ");
                return Err(wrong(format!("a poke has no `{name}`; it has {known}")));
            }
            if !(*value as f32).is_finite() {
                return Err(wrong(format!("`{name}` is {value}: it must be a finite number")));
            }
        }
        if self.near.is_none() {
            let places = self.places();
            let (world, radius) = (*self.ground.world(), self.ground.radius());
            self.near = Some(Near::new(self.tools.near.take(), world, radius, &places));
            self.tools.places = places;
            // So many may be hit.
            self.plan.slots.reserve(self.rows as usize);
            self.meet_all()?;
        }
        if let Some(near) = &mut self.near {
            near.within(at, radius as f32, &mut self.tools.hits);
        }
        self.hit(values)
    }

    /// Pokes all who were hit.
    fn hit(&mut self, values: &Values) -> Result<(), Wrong> {
        let hits = core::mem::take(&mut self.tools.hits);
        self.tools.struck.clear();
        for Hit { entity, .. } in &hits {
            let slot = self.slot(*entity);
            self.tools.struck.push(slot);
        }
        self.gather()?;
        self.tools.news.clear();
        self.ground.poke(
            &hits,
            &self.tools.struck,
            &self.plan.slots,
            values,
            &mut self.tools.news,
        )?;
        for at in 0..self.tools.news.len() {
            let (hit, place) = self.tools.news[at];
            if place.is_none() {
                self.plan.slots[self.tools.struck[hit] as usize].state = State::Dead;
            }
            self.put(hits[hit].entity, place);
        }
        self.tools.hits = hits;
        Ok(())
    }

    /// What becomes of cells of a field.
    #[inline(never)]
    pub(super) fn paint(&mut self, name: &str, area: &Area, change: Change) -> Result<(), Wrong> {
        let fields = self.ground.fields();
        let Some(field) = fields.iter().position(|known| *known == name) else {
            let model = self.ground.model();
            return Err(wrong(match fields.is_empty() {
                true => format!("the model `{model}` has no fields"),
                false => format!("the model has no field `{name}`; it has {}", fields.join(", ")),
            }));
        };
        let most = f64::from(MOST_AMOUNT);
        let (word, amount, least) = match change {
            Change::Set(amount) => ("set", amount, 0.0),
            Change::Add(amount) => ("add", amount, -most),
        };
        if !(amount >= least && amount <= most) {
            let allowed = format!("it must be a number from {least} to {most}");
            return Err(wrong(format!("`{word}` is {amount}: {allowed}")));
        }
        let spread = match area {
            Area::Ball { at, radius } => {
                check_radius(*radius)?;
                Spread::Ball { at: self.point("at", at)?, radius: *radius }
            }
            Area::Box { low, high } => self.span(low, high)?,
        };
        self.plan.strokes.push(Stroke { field, spread, change });
        Ok(())
    }

    /// A box, which may reach over seams.
    fn span(&self, low: &[f64], high: &[f64]) -> Result<Spread, Wrong> {
        for ((low, high), name) in low.iter().zip(high).zip(World::COORDINATES) {
            if low > high {
                return Err(wrong(format!(
                    "the box goes from {low} to {high} along {name}: `low` must be the lower one; over a seam `high` goes on \
                     beyond the end of the world"
                )));
            }
        }
        let [low, high] = [("low", low), ("high", high)]
            .map(|(key, corner)| self.coordinates(key, corner, Axis::corner));
        Ok(Spread::Box { low: low?, high: high? })
    }

    /// A point of the world.
    fn point(&self, key: &str, at: &[f64]) -> Result<At, Wrong> {
        let read = |axis: Axis, given| axis.check(given).map(|()| axis.place(given));
        self.coordinates(key, at, read)
    }

    /// One coordinate for each axis, as it is read along that.
    fn coordinates(
        &self,
        key: &str,
        given: &[f64],
        read: impl Fn(Axis, f64) -> Result<f32, String>,
    ) -> Result<At, Wrong> {
        let axes = self.ground.world().axes().len();
        if given.len() != axes {
            let count = given.len();
            return Err(wrong(format!("`{key}` has {count} coordinates: it must have {axes}")));
        }
        let mut place = [0.0; World::MOST_AXES];
        for ((to, from), name) in place.iter_mut().zip(given).zip(World::COORDINATES) {
            let axis = Axis::of(self.ground.world(), self.ground.needed(), name);
            let here = axis.map_or(Ok(0.0), |axis| read(axis, *from)).and_then(|here| {
                if from.is_finite() { Ok(here) } else { Err("it must be a finite number".into()) }
            });
            *to = here
                .map_err(|problem| wrong(format!("`{key}` is {from} along {name}: {problem}")))?;
        }
        Ok(place)
    }
}

fn check_radius(radius: f64) -> Result<(), Wrong> {
    if radius >= 0.0 && radius <= f64::from(f32::MAX) {
        return Ok(());
    }
    Err(wrong(format!("`radius` is {radius}: it must be a finite number from 0")))
}
