//! The parts of a twin: entities looked at one by one, and motion one number at a time.
//!
//! No cells, no lanes, no ghosts, no sorted rows; the grid only says in which order neighbours
//! count: by (row, column, id), seen from the entity, across the seam of a torus too.

use flockwork_kernel::{Edge, World};
use flockwork_scheduler::Grid;

/// A neighbour of an entity.
#[derive(Clone, Copy, Debug)]
pub struct Near {
    /// Its place in the list.
    pub at: usize,
    pub dx: f32,
    pub dy: f32,
    pub d2: f32,
}

/// All entities closer than the grid's radius to `places[of]`, in canonical order. `places` holds
/// (id, x, y).
pub fn neighbours(grid: &Grid, places: &[(u32, f32, f32)], of: usize) -> Vec<Near> {
    let world = grid.world();
    let images: &[i32] = if world.is_torus() { &[-1, 0, 1] } else { &[0] };
    let (_, x, y) = places[of];
    let mut found = Vec::new();
    for (at, &(id, other_x, other_y)) in places.iter().enumerate() {
        for &up in images {
            for &right in images {
                let dx = (other_x + right as f32 * world.width()) - x;
                let dy = (other_y + up as f32 * world.height()) - y;
                let d2 = dx * dx + dy * dy;
                if at == of || d2 >= grid.radius() * grid.radius() {
                    continue;
                }
                let (row, col) = grid.cell(other_x, other_y);
                let row = i64::from(row) + i64::from(up) * i64::from(grid.rows());
                let col = i64::from(col) + i64::from(right) * i64::from(grid.cols());
                found.push(((row, col, id), Near { at, dx, dy, d2 }));
            }
        }
    }
    found.sort_by_key(|(order, _)| *order);
    found.into_iter().map(|(_, near)| near).collect()
}

/// A coordinate and its velocity after the edge of the world had its say.
pub fn edge(world: &World, mut x: f32, mut v: f32, side: f32) -> (f32, f32) {
    match world.edge() {
        Edge::Periodic => {
            if x < 0.0 {
                x += side;
            }
            if x >= side {
                x -= side;
            }
        }
        Edge::Wall => {
            if x < 0.0 {
                (x, v) = (-x, v.abs());
            } else if x > side {
                (x, v) = (side + side - x, -v.abs());
            }
        }
        Edge::Open => {}
    }
    (x + 0.0, v + 0.0)
}

/// Position and velocity of a point that moves by `dt`.
pub fn moved(world: &World, dt: f32, at: (f32, f32), v: (f32, f32)) -> [f32; 4] {
    let (x, vx) = edge(world, at.0 + v.0 * dt, v.0, world.width());
    let (y, vy) = edge(world, at.1 + v.1 * dt, v.1, world.height());
    [x, y, vx, vy]
}
