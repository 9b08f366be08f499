//! What an input does to cells of a field.

use flockwork_kernel::World;
use flockwork_kernel::field::MOST;
use flockwork_kernel::lattice::{Cell, Lattice};

use crate::field::whole;
use crate::inputs::Change;

/// What an input does to cells of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stroke {
    /// The place of the field in the model's list.
    pub(crate) field: usize,
    /// Where the middles of these cells are.
    pub(crate) spread: Spread,
    pub(crate) change: Change,
}

/// A part of the world, from its corner on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Spread {
    Ball {
        at: [f32; World::MOST_AXES],
        radius: f64,
    },
    /// Along a periodic axis over the seam too, up to one length of the world beyond either end.
    Box {
        low: [f32; World::MOST_AXES],
        high: [f32; World::MOST_AXES],
    },
}

impl Spread {
    /// Whether the middle of a cell is in it.
    pub(crate) fn has(&self, lattice: &Lattice, cell: Cell) -> bool {
        let axes = lattice.world().axes().iter().enumerate();
        match self {
            Self::Ball { at, radius } => {
                let apart = axes.map(|(axis, one)| {
                    let middle = f64::from(lattice.middle(axis, cell[axis]));
                    let apart = (middle - f64::from(at[axis])).abs();
                    let other = f64::from(one.length) - apart;
                    if one.is_periodic() && other < apart { other } else { apart }
                });
                let mut d2 = 0.0;
                apart.for_each(|apart| d2 += apart * apart);
                d2 <= radius * radius
            }
            Self::Box { low, high } => axes.into_iter().all(|(axis, one)| {
                let middle = f64::from(lattice.middle(axis, cell[axis]));
                let beyond = if one.is_periodic() { f64::from(one.length) } else { 0.0 };
                let ends = f64::from(low[axis])..=f64::from(high[axis]);
                [middle, middle - beyond, middle + beyond].iter().any(|image| ends.contains(image))
            }),
        }
    }
}

impl Stroke {
    /// What an amount becomes.
    pub(crate) fn amount(&self, before: f32) -> f32 {
        let after = match self.change {
            Change::Set(amount) => amount as f32,
            // Both are whole numbers that a double has, so the sum is right.
            Change::Add(amount) => {
                let sum = f64::from(before) + (amount as i64) as f64;
                if sum > f64::from(MOST) { MOST } else { sum as f32 }
            }
        };
        whole(after) as f32
    }
}
