//! Ways to a goal around obstacles, on a grid of cells over a world in the plane.
//!
//! [`distances`] finds how far each cell is from the nearest goal, around those that are blocked, and
//! [`directions`] which way that is: a field for [`FlowField`](crate::steer::follow::FlowField).
//!
//! # Reference
//!
//! H. Zhao, "A fast sweeping method for eikonal equations", 2005, doi:10.1090/S0025-5718-04-01678-3. S. Bak, J. McLaughlin,
//! D. Renzi, "Some improvements for the fast sweeping method", 2010, doi:10.1137/090749645: cells that are passed over.

use crate::error::{KernelError, same_len};
use crate::{Vec2, World, exact};

/// The cells of a grid over a world in the plane.
#[derive(Clone, Copy, Debug)]
struct Cells {
    counts: [usize; 2],
    round: [bool; 2],
    sizes: [f64; 2],
}

impl Cells {
    fn new(world: &World, cells: [u32; 2]) -> Result<Self, KernelError> {
        let mut own = Self { counts: [0; 2], round: [false; 2], sizes: [0.0; 2] };
        for (at, (count, name)) in cells.into_iter().zip(["columns", "rows"]).enumerate() {
            let axis = world.axes().get(at).filter(|_| (1..=MOST).contains(&count));
            let axis = axis.filter(|_| !world.is_space());
            let Some(axis) = axis else {
                return Err(KernelError::InvalidParameter { name, value: count as f32 });
            };
            own.counts[at] = count as usize;
            own.round[at] = axis.is_periodic();
            own.sizes[at] = f64::from(axis.length) / f64::from(count);
        }
        Ok(own)
    }

    fn all(&self) -> usize {
        self.counts[0].saturating_mul(self.counts[1])
    }

    /// The cells before and after one along each axis; [`NONE`] where there is none.
    #[inline]
    fn beside(&self, column: usize, row: usize) -> [[usize; 2]; 2] {
        let [columns, rows] = self.counts;
        let cell = row * columns + column;
        let along = |at: usize, count: usize, stride: usize, round: bool| {
            let round = round && count > 1;
            let before = if at > 0 {
                cell - stride
            } else if round {
                cell + (count - 1) * stride
            } else {
                NONE
            };
            let after = if at + 1 < count {
                cell + stride
            } else if round {
                cell - (count - 1) * stride
            } else {
                NONE
            };
            [before, after]
        };
        [along(column, columns, 1, self.round[0]), along(row, rows, columns, self.round[1])]
    }

    /// The distance of a cell, by those beside it, whatever their signs: the upwind scheme of Godunov.
    fn solve(&self, values: &[f32], beside: [[usize; 2]; 2]) -> f64 {
        let [wide, high] = self.sizes;
        let [x, y] = beside.map(|[before, after]| {
            let (before, after) = (value(values, before).abs(), value(values, after).abs());
            if after < before { after } else { before }
        });
        let straight = if x + wide < y + high { x + wide } else { y + high };
        let (lower, upper) = if x < y { (x, y) } else { (y, x) };
        if upper == f64::INFINITY {
            return straight;
        }
        // (u - x)^2 / wide^2 + (u - y)^2 / high^2 = 1, where u is counted from the lower one.
        let (dx, dy) = (x - lower, y - lower);
        let (a, b) = (1.0 / (wide * wide), 1.0 / (high * high));
        let (sum, mean) = (a + b, dx * a + dy * b);
        let inner = mean * mean - sum * (dx * dx * a + dy * dy * b - 1.0);
        if inner < 0.0 {
            return straight;
        }
        let slanted = lower + (mean + exact::sqrt(inner)) / sum;
        if slanted >= upper && slanted < straight { slanted } else { straight }
    }
}

/// The value of a cell; infinite where there is no cell.
#[inline]
fn value(values: &[f32], cell: usize) -> f64 {
    values.get(cell).map_or(f64::INFINITY, |value| f64::from(*value))
}

/// No cell.
const NONE: usize = usize::MAX;
/// The most cells along an axis.
const MOST: u32 = 1 << 12;

/// Fills in how far each cell is from the nearest goal, around those that are blocked; gives in how many sweeps.
///
/// `distances` comes with 0 at goals and with anything else elsewhere. Cells that are blocked, and those from which no
/// way leads to a goal, get infinity. Distances are from centre to centre; along a line of cells they are
/// exact but for rounding, and at other angles too long by a few parts in a hundred, the less the further.
/// Cells are row by row from y = 0; a way goes from a cell to the four beside it, also across the seam of
/// a periodic axis.
///
/// # Errors
///
/// [`KernelError::InvalidParameter`] if the world is in space, or a number of cells is not from 1 to 4096;
/// [`KernelError::LengthMismatch`] if a slice has not one value for each cell.
pub fn distances(
    world: &World,
    cells: [u32; 2],
    blocked: &[bool],
    distances: &mut [f32],
) -> Result<u32, KernelError> {
    let grid = Cells::new(world, cells)?;
    same_len("blocked", grid.all(), blocked)?;
    same_len("distances", grid.all(), distances)?;
    for (distance, blocked) in distances.iter_mut().zip(blocked) {
        let goal = *distance == 0.0 && !blocked;
        *distance = if goal { 0.0 } else { f32::INFINITY };
    }
    let [columns, rows] = grid.counts;
    let mut sweeps = 0;
    // A cell has the sign of minus while nothing beside it has changed since it was looked at: it would not either.
    loop {
        let mut changed = false;
        // Distances only fall, so this ends.
        for [left, down] in [[false, false], [true, false], [true, true], [false, true]] {
            sweeps += 1;
            for row in 0..rows {
                let row = if down { rows - 1 - row } else { row };
                for column in 0..columns {
                    let column = if left { columns - 1 - column } else { column };
                    let cell = row * columns + column;
                    if blocked[cell] || distances[cell].is_sign_negative() {
                        continue;
                    }
                    let beside = grid.beside(column, row);
                    let distance = grid.solve(distances, beside) as f32;
                    if distance < distances[cell] {
                        distances[cell] = distance;
                        changed = true;
                        for cell in beside.into_iter().flatten() {
                            if let Some(distance) = distances.get_mut(cell) {
                                *distance = distance.abs();
                            }
                        }
                    }
                    distances[cell] = -distances[cell];
                }
            }
        }
        if !changed {
            distances.iter_mut().for_each(|distance| *distance = distance.abs());
            return Ok(sweeps);
        }
    }
}

/// Fills in the direction in which distances fall, of length 1, for each cell.
///
/// It is zero at goals and where no way leads to one. From a blocked cell it leads to those beside it that are
/// not, so that who looks between centres is not led into a wall. Of two sides that are as good it is the
/// lower one.
///
/// # Errors
///
/// As [`distances`].
pub fn directions(
    world: &World,
    cells: [u32; 2],
    distances: &[f32],
    xs: &mut [f32],
    ys: &mut [f32],
) -> Result<(), KernelError> {
    let grid = Cells::new(world, cells)?;
    same_len("distances", grid.all(), distances)?;
    same_len("xs", grid.all(), xs)?;
    same_len("ys", grid.all(), ys)?;
    for (cell, (x, y)) in xs.iter_mut().zip(ys).enumerate() {
        let here = value(distances, cell);
        let mut way = [0.0f32; 2];
        let beside = grid.beside(cell % grid.counts[0], cell / grid.counts[0]);
        for (axis, (part, [before, after])) in way.iter_mut().zip(beside).enumerate() {
            let (before, after) = (value(distances, before), value(distances, after));
            let (least, sign) = if after < before { (after, 1.0) } else { (before, -1.0) };
            if least < here {
                let fall = if here < f64::INFINITY { here - least } else { 1.0 };
                *part = (sign * fall / grid.sizes[axis]) as f32;
            }
        }
        let way = Vec2::new(way[0], way[1]).normalized();
        (*x, *y) = (way.x, way.y);
    }
    Ok(())
}
