//! How finely the places of a world are resolved, and how finely a model needs them.
//!
//! A place is an `f32`: the further from 0 it lies, the further it is to the next one. Where that is
//! too far, entities stand still that should move, or go the wrong way at the wrong speed, and nothing
//! in the result says so. So the far end of every axis is asked when a world is made; on an open axis,
//! which has none, every entity is asked in every tick (`bounds.rs`).

use core::fmt;

use flockwork_kernel::columns::Number;
use flockwork_kernel::{Precision, World};

/// Of the radius, places may be so many times closer to each other.
pub const PER_RADIUS: f64 = 1024.0;

/// Of the step of the slowest mover.
pub const PER_STEP: f64 = 64.0;

/// What decides how far apart places may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Needed {
    /// The interaction radius.
    Radius(f32),
    /// The step that the slowest mover takes in a tick.
    Step {
        /// Its speed.
        speed: f32,
        /// Time per tick.
        dt: f32,
    },
}

impl Needed {
    /// The stricter of both. Who does not move has no step, nor has anybody where no time passes.
    pub(crate) fn of(radius: f32, slowest: Option<f32>, dt: f32) -> Self {
        let radius = Self::Radius(radius);
        let moves = slowest.filter(|speed| *speed > 0.0 && speed.is_finite() && dt > 0.0);
        let step = moves.map(|speed| Self::Step { speed, dt });
        step.filter(|step| step.spacing() < radius.spacing()).unwrap_or(radius)
    }

    /// How far apart places may be.
    pub fn spacing(self) -> f64 {
        match self {
            Self::Radius(radius) => f64::from(radius) / PER_RADIUS,
            Self::Step { speed, dt } => f64::from(speed) * f64::from(dt) / PER_STEP,
        }
    }

    /// The coordinate up to which they are no further apart: a power of two.
    pub fn reach(self) -> f32 {
        // Between 2^e and 2^(e + 1) places are 2^(e - 23) apart, and a power of two itself is as far
        // from the place before it.
        const MANTISSA: u64 = (1 << 52) - 1;
        let power = f64::from_bits(self.spacing().to_bits() & !MANTISSA);
        let reach = power * 16_777_216.0;
        if reach < f64::from(f32::MAX) { reach as f32 } else { f32::MAX }
    }

    /// The coordinate up to which a world may reach; all there are, if it takes places as they are.
    pub(crate) fn reach_in(self, world: &World) -> f32 {
        match world.precision() {
            Precision::Enough => self.reach(),
            Precision::Any => f32::MAX,
        }
    }
}

impl fmt::Display for Needed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As few digits as there are bits for, unless there are none.
        let spacing = self.spacing();
        let short = spacing as f32;
        write!(f, "{}, ", Number(if short.is_normal() { short.into() } else { spacing }))?;
        let number = |number: f32| Number(number.into());
        match *self {
            Self::Radius(radius) => write!(f, "1/{PER_RADIUS} of the radius {}", number(radius)),
            Self::Step { speed, dt } => {
                let (speed, dt) = (number(speed), number(dt));
                write!(f, "1/{PER_STEP} of the slowest mover's step (speed {speed}, dt {dt})")
            }
        }
    }
}

/// How far it is from a coordinate to the next one towards 0.
pub fn spacing(at: f32) -> f32 {
    let at = at.abs();
    at - at.next_down()
}

/// How finely the far corner of a world resolves places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    /// How far apart places are there.
    pub spacing: f32,
    /// How far apart they may be, and why.
    pub needed: Needed,
}

impl Resolution {
    /// Of a world in which a model needs this.
    pub fn of(world: &World, needed: Needed) -> Self {
        let lengths = world.axes().iter().map(|axis| axis.length);
        let far = lengths.fold(0.0, |far, one| if one > far { one } else { far });
        Self { spacing: spacing(far), needed }
    }
}

impl fmt::Display for Resolution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spacing = Number(self.spacing.into());
        write!(f, "{spacing} from place to place at the far corner, at most {}", self.needed)
    }
}

/// The world must not reach further than its places are fine enough.
pub(crate) fn check(world: &World, needed: Needed) -> Result<(), Coarse> {
    let reach = needed.reach_in(world);
    let mut axes = world.axes().iter().zip(World::COORDINATES);
    let far = axes.find(|(axis, _)| axis.length > reach);
    far.map_or(Ok(()), |(axis, column)| Err(Coarse { column, value: axis.length, needed }))
}

/// Places are too far apart; displayed it is both numbers, and what can be done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coarse {
    /// `"x"`, `"y"` or `"z"`.
    pub column: &'static str,
    /// Where along it.
    pub value: f32,
    /// How far apart places may be.
    pub needed: Needed,
}

impl fmt::Display for Coarse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "places there are {} apart and may be at most {}; a smaller world or a larger unit of length \
             resolves more, a world.precision of \"any\" takes places as they are",
            Number(spacing(self.value).into()),
            self.needed
        )
    }
}

impl core::error::Error for Coarse {}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use flockwork_kernel::Edge;

    use super::*;

    #[test]
    fn places_reach_as_far_as_they_are_close_enough() {
        for (radius, speed, dt) in [(1.0, None, 0.05), (0.3, Some(0.7), 0.01), (1e-6, None, 0.0)] {
            let needed = Needed::of(radius, speed, dt);
            let reach = needed.reach();
            assert!(f64::from(spacing(reach)) <= needed.spacing(), "{needed}");
            assert!(f64::from(spacing(reach.next_up())) > needed.spacing(), "{needed}");
        }
        assert_eq!(Needed::Radius(1.0).reach(), 16384.0);
        assert_eq!(Needed::Radius(1e35).reach(), f32::MAX);
        assert_eq!((spacing(512.0), spacing(-512.0)), (1.0 / 32768.0, 1.0 / 32768.0));
    }

    #[test]
    fn the_stricter_of_radius_and_step_decides() {
        let step = Needed::Step { speed: 1.0, dt: 0.01 };
        assert_eq!(Needed::of(1.0, Some(1.0), 0.01), step);
        assert_eq!(Needed::of(0.1, Some(1.0), 0.01), Needed::Radius(0.1));
        // Nobody moves.
        for (speed, dt) in [(Some(0.0), 1.0), (Some(1.0), 0.0), (Some(f32::NAN), 1.0), (None, 1.0)]
        {
            assert_eq!(Needed::of(1.0, speed, dt), Needed::Radius(1.0));
        }
    }

    #[test]
    fn a_world_that_is_too_coarse_is_told_with_both_numbers() {
        let world = World::new(10.0, 1_048_576.0, Edge::Wall).unwrap();
        let needed = Needed::of(1.0, Some(1.0), 0.05);
        let said = check(&world, needed).unwrap_err().to_string();
        for part in ["0.0625 apart", "at most 0.00078125", "1/64", "speed 1, dt 0.05", "\"any\""] {
            assert!(said.contains(part), "{said}");
        }
        assert_eq!(Resolution::of(&world, needed).spacing, 0.0625);
        assert_eq!(check(&world.with_precision(Precision::Any), needed), Ok(()));
        // Exactly as far as it goes.
        let edge = World::new(needed.reach(), 10.0, Edge::Wall).unwrap();
        assert_eq!(check(&edge, needed), Ok(()));
    }
}
