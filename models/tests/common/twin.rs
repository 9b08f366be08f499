//! The parts of a twin: entities looked at one by one, and motion one number at a time.
//!
//! No cells, no lanes, no ghosts, no sorted rows; the grid only says in which order neighbours
//! count: by (row, column, id), seen from the entity, across the seam of a periodic axis too.

use std::cell::Cell;

use flockwork_kernel::{Axes, Axis, Edge, Vector, World};
use flockwork_scheduler::Grid;
use quickcheck::QuickCheck;

thread_local! {
    /// Bites, births and deaths in all cases.
    static SEEN: Cell<[usize; 3]> = const { Cell::new([0; 3]) };
}

/// Counts the bites, births and deaths of a case.
pub fn saw([bites, births, deaths]: [usize; 3]) {
    let [a, b, c] = SEEN.get();
    SEEN.set([a + bites, b + births, c + deaths]);
}

/// Runs many cases of animals, in which there must be more than so much of everything.
pub fn with_much_of_everything(least: usize, is_its_twin: fn(u64) -> bool) {
    SEEN.set([0; 3]);
    QuickCheck::new().quickcheck(is_its_twin);
    let seen = SEEN.get();
    assert!(seen.iter().all(|&count| count > least), "bites, births, deaths: {seen:?}");
}

/// A neighbour of an entity.
#[derive(Clone, Copy, Debug)]
pub struct Near<A: Axes> {
    /// Its place in the list.
    pub at: usize,
    pub offset: Vector<A>,
    pub d2: f32,
}

/// All entities closer than the grid's radius to `places[of]`, in canonical order. `places` holds
/// ids and positions.
pub fn neighbours<A: Axes>(grid: &Grid, places: &[(u32, Vector<A>)], of: usize) -> Vec<Near<A>> {
    within(grid, grid.radius(), places, of)
}

/// The same, of those closer than `radius`.
pub fn within<A: Axes>(
    grid: &Grid,
    radius: f32,
    places: &[(u32, Vector<A>)],
    of: usize,
) -> Vec<Near<A>> {
    let axes = grid.world().axes();
    // The line and the coordinate along an axis in each image of the world.
    let images = |axis: usize, line: u32, x: f32| -> Vec<(i64, f32)> {
        let Some(along) = axes.get(axis) else { return vec![(0, x)] };
        let worlds = if along.is_periodic() { -1i32..=1 } else { 0..=0 };
        let lines = i64::from(grid.lines()[axis]);
        worlds
            .map(|worlds| {
                (i64::from(line) + i64::from(worlds) * lines, x + worlds as f32 * along.length)
            })
            .collect()
    };
    let (_, own) = places[of];
    let mut found = Vec::new();
    for (at, &(id, place)) in places.iter().enumerate().filter(|(at, _)| *at != of) {
        let cell = grid.cell(place);
        let along = |axis: usize| images(axis, cell[axis], place.along(axis));
        for (layer, z) in along(2) {
            for (row, y) in along(1) {
                for (col, x) in along(0) {
                    let offset = Vector::of(x, y, z) - own;
                    let d2 = offset.length_squared();
                    if d2 < radius * radius {
                        found.push(((layer, row, col, id), Near { at, offset, d2 }));
                    }
                }
            }
        }
    }
    found.sort_by_key(|(order, _)| *order);
    found.into_iter().map(|(_, near)| near).collect()
}

/// What `of` gives for each component.
pub fn vector<A: Axes>(of: impl Fn(usize) -> f32) -> Vector<A> {
    Vector::of(of(0), of(1), of(2))
}

/// The bits of the components.
pub fn bits<A: Axes>(vector: Vector<A>) -> [u32; 3] {
    [0, 1, 2].map(|axis| vector.along(axis).to_bits())
}

/// Position and velocity after the ends of all axes had their say.
pub fn bound<A: Axes>(world: &World, at: Vector<A>, v: Vector<A>) -> (Vector<A>, Vector<A>) {
    let end = |axis: usize| match world.axes().get(axis) {
        Some(along) => edge(*along, at.along(axis), v.along(axis)),
        None => (0.0, 0.0),
    };
    (vector(|axis| end(axis).0), vector(|axis| end(axis).1))
}

/// A coordinate and its velocity after the ends of the axis had their say.
pub fn edge(axis: Axis, mut x: f32, mut v: f32) -> (f32, f32) {
    let side = axis.length;
    match axis.edge {
        Edge::Periodic => {
            if x < 0.0 {
                x += side;
            }
            if x >= side {
                x -= side;
            }
        }
        Edge::Wall => {
            // Whoever is past a wall by more than the world's length ends at that wall.
            if x < 0.0 {
                (x, v) = (if -x <= side { -x } else { 0.0 }, v.abs());
            } else if x > side {
                let back = side + side - x;
                (x, v) = (if back >= 0.0 { back } else { side }, -v.abs());
            }
        }
        Edge::Open => {}
    }
    (x + 0.0, v + 0.0)
}
