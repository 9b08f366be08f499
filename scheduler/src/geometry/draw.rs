//! Places within shapes: at random, and side by side.

use alloc::vec::Vec;

use flockwork_kernel::shapes::{Shape, scalar};
use flockwork_kernel::{Axes, Vector, rng};

use super::Geometry;

/// How often a place is drawn until one fits.
const TRIES: u32 = 64;

impl<A: Axes> Geometry<A> {
    /// A place inside a shape that fits, from random numbers that `draw` gives by their number. None if it cannot be
    /// found in 64 tries.
    pub fn place_in(
        &self,
        shape: &Shape<'_, A>,
        fits: impl Fn(Vector<A>) -> bool,
        draw: impl Fn(u32) -> [u32; 4],
    ) -> Option<Vector<A>> {
        let (low, high) = shape.bounds();
        let size = high - low;
        (0..TRIES).find_map(|attempt| {
            let [x, y, z, _] = draw(attempt).map(rng::unit);
            let parts = Vector::of(x * size.along(0), y * size.along(1), z * size.along(2));
            let place = low + parts;
            (scalar::inside(shape, place) && fits(place)).then_some(place)
        })
    }

    /// Whether all walls and closed doors are so far from a place.
    pub fn is_clear(&self, place: Vector<A>, clearance: f32, open: u64) -> bool {
        let near = scalar::nearest(&self.walls(), place, open);
        near.is_none_or(|near| near.distance >= clearance)
    }

    /// The places of a square lattice inside a shape that are so far from all walls and closed doors.
    pub fn lattice(
        &self,
        shape: &Shape<'_, A>,
        spacing: f32,
        clearance: f32,
        open: u64,
    ) -> Vec<Vector<A>> {
        let (low, high) = shape.bounds();
        let size = high - low;
        let lines = |axis: usize| {
            if axis < A::COUNT { ((size.along(axis) / spacing) as u32).max(1) } else { 1 }
        };
        let mut places = Vec::new();
        for layer in 0..lines(2) {
            for row in 0..lines(1) {
                for column in 0..lines(0) {
                    let at = [column, row, layer];
                    let part = |axis: usize| {
                        low.along(axis)
                            + size.along(axis) * (at[axis] as f32 + 0.5) / lines(axis) as f32
                    };
                    let place = Vector::of(part(0), part(1), part(2));
                    if scalar::inside(shape, place) && self.is_clear(place, clearance, open) {
                        places.push(place);
                    }
                }
            }
        }
        places
    }
}
