//! Who is in a part of the world: a ball, a box, or what a line encloses.
//!
//! Coordinates are those of the world, without its origin. Along a periodic axis an area may reach over the seam,
//! up to one length of the world beyond either end.

use alloc::vec::Vec;
use core::fmt;

use flockwork_kernel::{Edge, World};
use flockwork_spatial::NO_CELL;

/// The most corners of a line.
pub const MOST_CORNERS: usize = 4096;

/// A part of the world. In the plane the third coordinate of all of them is 0.
#[derive(Clone, Debug, PartialEq)]
pub enum Zone {
    /// Whoever is at most so far from a point.
    Ball {
        /// The point.
        at: [f64; 3],
        /// How far, in length.
        radius: f64,
    },
    /// Whoever is between two corners, the sides included.
    Box {
        /// The lowest coordinates.
        low: [f64; 3],
        /// The highest.
        high: [f64; 3],
    },
    /// Whoever is inside of a closed line of these corners, in space wherever along z: where it crosses itself, those
    /// who are inside of it once and not twice.
    Lasso(Vec<[f64; 2]>),
}

/// An area of a world, made ready to be looked through.
#[derive(Clone, Debug)]
pub struct Finder {
    area: Zone,
    /// The length of each periodic axis.
    periods: [Option<f64>; 3],
    /// How far the line goes, and its sides.
    low: [f64; 2],
    high: [f64; 2],
    sides: Sides,
}

impl Finder {
    /// Makes an area of a world ready.
    ///
    /// # Errors
    ///
    /// [`AreaError`] says what is wrong with it, and what is allowed.
    pub fn new(world: &World, area: Zone) -> Result<Self, AreaError> {
        let mut periods = [None; 3];
        for (period, axis) in periods.iter_mut().zip(world.axes()) {
            *period = (axis.edge == Edge::Periodic).then_some(f64::from(axis.length));
        }
        let (mut low, mut high) = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        let mut sides = Sides::default();
        match &area {
            Zone::Ball { at, radius } => {
                check(at, &periods)?;
                if !(radius.is_finite() && *radius >= 0.0) {
                    return Err(AreaError::Radius(*radius));
                }
            }
            Zone::Box { low, high } => {
                check(low, &periods)?;
                check(high, &periods)?;
                if let Some(axis) = (0..3).find(|axis| low[*axis] > high[*axis]) {
                    return Err(AreaError::Order { axis, low: low[axis], high: high[axis] });
                }
            }
            Zone::Lasso(corners) => {
                if !(3..=MOST_CORNERS).contains(&corners.len()) {
                    return Err(AreaError::Corners(corners.len()));
                }
                for corner in corners {
                    check(corner, &periods)?;
                    for axis in 0..2 {
                        low[axis] = if corner[axis] < low[axis] { corner[axis] } else { low[axis] };
                        high[axis] =
                            if corner[axis] > high[axis] { corner[axis] } else { high[axis] };
                    }
                }
                sides = Sides::new(corners, low[1], high[1]);
            }
        }
        Ok(Self { area, periods, low, high, sides })
    }

    /// Whether a place is in it.
    pub fn has(&self, place: [f32; 3]) -> bool {
        let place = place.map(f64::from);
        match &self.area {
            Zone::Ball { at, radius } => {
                let mut square = 0.0;
                for axis in 0..3 {
                    let away = self.away(axis, place[axis] - at[axis]);
                    square += away * away;
                }
                square <= radius * radius
            }
            Zone::Box { low, high } => (0..3).all(|axis| {
                let inside = |at: &f64| (low[axis]..=high[axis]).contains(at);
                self.images(axis, place[axis]).iter().any(inside)
            }),
            Zone::Lasso(_) => {
                let inside =
                    |axis: usize, at: &f64| (self.low[axis]..=self.high[axis]).contains(at);
                self.images(1, place[1]).iter().filter(|y| inside(1, y)).any(|y| {
                    self.images(0, place[0])
                        .iter()
                        .any(|x| inside(0, x) && self.sides.enclose(*x, *y))
                })
            }
        }
    }

    /// Adds the ids of those of these rows who are in it; rows without a cell are nobody.
    pub(crate) fn find(&self, ids: &[u32], cells: &[u32], places: [&[f32]; 3], out: &mut Vec<u32>) {
        for (row, (id, cell)) in ids.iter().zip(cells).enumerate() {
            let place = places.map(|axis| axis.get(row).copied().unwrap_or(0.0));
            if *cell != NO_CELL && self.has(place) {
                out.push(*id);
            }
        }
    }

    /// The shorter way between two places so far apart: around, where an axis closes.
    fn away(&self, axis: usize, mut away: f64) -> f64 {
        if let Some(length) = self.periods[axis] {
            // Twice at most: neither is further than one length from the world.
            while away > 0.5 * length {
                away -= length;
            }
            while away < -0.5 * length {
                away += length;
            }
        }
        away
    }

    /// Where a place of the world is seen along an axis: that at 0 two lengths further too.
    fn images(&self, axis: usize, at: f64) -> [f64; 4] {
        let length = self.periods[axis].unwrap_or(0.0);
        [at - length, at, at + length, at + 2.0 * length]
    }
}

/// The sides of a line, by what they pass on the way up: few are looked at for each place.
#[derive(Clone, Debug, Default)]
struct Sides {
    low: f64,
    /// Bands for each unit of length.
    scale: f64,
    bands: Vec<Vec<[[f64; 2]; 2]>>,
}

impl Sides {
    fn new(corners: &[[f64; 2]], low: f64, high: f64) -> Self {
        let count = corners.len();
        let scale = if high > low { count as f64 / (high - low) } else { 0.0 };
        let mut bands = alloc::vec![Vec::new(); count + 1];
        let mut before = corners[count - 1];
        for &corner in corners {
            let (from, to) = (before[1], corner[1]);
            let band = |y: f64| (((y - low) * scale) as usize).min(count);
            let (first, last) =
                if from < to { (band(from), band(to)) } else { (band(to), band(from)) };
            for one in &mut bands[first..=last] {
                one.push([before, corner]);
            }
            before = corner;
        }
        Self { low, scale, bands }
    }

    /// Whether a place is inside: to its right an odd number of sides goes by.
    fn enclose(&self, x: f64, y: f64) -> bool {
        let band = ((y - self.low) * self.scale) as usize;
        let Some(sides) = self.bands.get(band) else { return false };
        let passes = |[from, to]: &&[[f64; 2]; 2]| {
            (from[1] > y) != (to[1] > y)
                && x < (to[0] - from[0]) * (y - from[1]) / (to[1] - from[1]) + from[0]
        };
        sides.iter().filter(passes).count() % 2 == 1
    }
}

fn check(place: &[f64], periods: &[Option<f64>; 3]) -> Result<(), AreaError> {
    for (axis, (&value, period)) in place.iter().zip(periods).enumerate() {
        let good = match *period {
            Some(length) => (-length..=2.0 * length).contains(&value),
            None => value.is_finite(),
        };
        if !good {
            return Err(AreaError::Place { axis, value, period: *period });
        }
    }
    Ok(())
}

/// What is wrong with an area.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AreaError {
    /// A coordinate is no number, or too far from the world.
    Place {
        /// The axis.
        axis: usize,
        /// The coordinate.
        value: f64,
        /// The length of the axis, if it closes.
        period: Option<f64>,
    },
    /// A radius is none.
    Radius(f64),
    /// The corners of a box are the wrong way round.
    Order {
        /// Along this axis.
        axis: usize,
        /// The lowest coordinate.
        low: f64,
        /// The highest.
        high: f64,
    },
    /// A line has so many corners.
    Corners(usize),
}

impl fmt::Display for AreaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |axis: usize| World::COORDINATES.get(axis).copied().unwrap_or("z");
        match *self {
            Self::Place { axis, value, period: None } => {
                write!(f, "{} is {value}: it must be a finite number", name(axis))
            }
            Self::Place { axis, value, period: Some(length) } => write!(
                f,
                "{} is {value}: in a world that closes there it must be from {} to {}",
                name(axis),
                -length,
                2.0 * length
            ),
            Self::Radius(radius) => write!(f, "the radius is {radius}: it must be at least 0"),
            Self::Order { axis, low, high } => write!(
                f,
                "the box goes from {low} to {high} along {}: the first must be the lower one; over a seam \
                 the higher one goes on beyond the end of the world",
                name(axis)
            ),
            Self::Corners(count) => {
                write!(f, "the line has {count} corners: it must have from 3 to {MOST_CORNERS}")
            }
        }
    }
}

impl core::error::Error for AreaError {}
