//! The parts of a twin: entities looked at one by one, and motion one number at a time.
//!
//! No cells, no lanes, no ghosts, no sorted rows; the grid only says in which order neighbours
//! count: by (row, column, id), seen from the entity, across the seam of a periodic axis too.

use flockwork_kernel::{Axis, Edge, Vec3, World};
use flockwork_scheduler::Grid;

/// A neighbour of an entity.
#[derive(Clone, Copy, Debug)]
pub struct Near {
    /// Its place in the list.
    pub at: usize,
    pub dx: f32,
    pub dy: f32,
    /// 0 in the plane.
    pub dz: f32,
    pub d2: f32,
}

/// All entities closer than the grid's radius to `places[of]`, in canonical order. `places` holds
/// (id, x, y).
pub fn neighbours(grid: &Grid, places: &[(u32, f32, f32)], of: usize) -> Vec<Near> {
    let places: Vec<_> = places.iter().map(|&(id, x, y)| (id, [x, y, 0.0])).collect();
    neighbours_in_space(grid, &places, of)
}

/// The same in space, or in the plane with a z of 0; `places` holds ids and coordinates.
pub fn neighbours_in_space(grid: &Grid, places: &[(u32, [f32; 3])], of: usize) -> Vec<Near> {
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
    let (_, [x, y, z]) = places[of];
    let mut found = Vec::new();
    for (at, &(id, place)) in places.iter().enumerate().filter(|(at, _)| *at != of) {
        let cell = grid.cell(Vec3::new(place[0], place[1], place[2]));
        let along = |axis: usize| images(axis, cell[axis], place[axis]);
        for (layer, other_z) in along(2) {
            for (row, other_y) in along(1) {
                for (col, other_x) in along(0) {
                    let (dx, dy, dz) = (other_x - x, other_y - y, other_z - z);
                    let d2 = dx * dx + dy * dy + dz * dz;
                    if d2 < grid.radius() * grid.radius() {
                        found.push(((layer, row, col, id), Near { at, dx, dy, dz, d2 }));
                    }
                }
            }
        }
    }
    found.sort_by_key(|(order, _)| *order);
    found.into_iter().map(|(_, near)| near).collect()
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

/// Position and velocity of a point that moves by `dt`.
pub fn moved(world: &World, dt: f32, at: (f32, f32), v: (f32, f32)) -> [f32; 4] {
    let (x, vx) = edge(world.x(), at.0 + v.0 * dt, v.0);
    let (y, vy) = edge(world.y(), at.1 + v.1 * dt, v.1);
    [x, y, vx, vy]
}
