//! Fields under everything else: the more there is in a cell, the brighter it is.

use flockwork_kernel::lattice::Lattice;
use flockwork_kernel::{Plane, Vector, World};
use flockwork_scheduler::FieldNow;

use super::canvas::Canvas;
use super::colour::Rgb;

/// The colours of fields in their order, linear light: green, violet, amber, blue.
const COLOURS: [Rgb; 4] =
    [[0.010, 0.060, 0.014], [0.045, 0.012, 0.070], [0.070, 0.035, 0.006], [0.008, 0.030, 0.080]];

/// Draws the field of this number; `place` gives the place in the world of a place in the picture.
pub(super) fn draw(
    canvas: &mut Canvas,
    field: &FieldNow,
    number: usize,
    world: &World,
    place: impl Fn([f32; 2]) -> [f32; 2],
) {
    let Ok(lattice) = Lattice::of(world, &field.cells) else { return };
    let most = field.amounts.iter().fold(0.0f32, |most, amount| most.max(*amount));
    if most == 0.0 {
        return;
    }
    let colour = COLOURS[number % COLOURS.len()];
    canvas.ground(|col, row| {
        let [x, y] = place([col as f32 + 0.5, row as f32 + 0.5]);
        let at = |cell| field.amounts.get(lattice.number(cell)).copied().unwrap_or(0.0);
        let share = lattice.smooth::<Plane>(Vector::of(x, y, 0.0), at) / most;
        colour.map(|part| part * share)
    });
}
