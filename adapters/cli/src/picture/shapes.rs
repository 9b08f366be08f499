//! Draws what stands in a world: walls as bright lines, doors as warm ones, other shapes as dim outlines.

use flockwork_kernel::shapes::Piece;
use flockwork_kernel::{Plane, World};
use flockwork_scheduler::Setting;
use flockwork_scheduler::geometry::{Geometry, PARAM, Role};

use super::canvas::Canvas;
use super::colour::Rgb;
use crate::report::Report;

/// The pieces of the shapes of a run in the plane, each with its colour, with the parameters of its end in the order
/// of the report: an input may have opened a door.
pub(super) fn of(report: &Report, now: &[Setting], world: &World) -> Vec<(Piece<Plane>, Rgb)> {
    let at = report.params.0.iter().position(|(name, _)| name == PARAM);
    let given = at.and_then(|at| now.get(at));
    let Some(Setting::List(numbers)) = given.filter(|_| !world.is_space()) else {
        return Vec::new();
    };
    let numbers: Vec<f32> = numbers.iter().map(|number| *number as f32).collect();
    // What a run was made with can be read.
    let Ok(geometry) = Geometry::<Plane>::new(&numbers, world, world.shortest()) else {
        return Vec::new();
    };
    let open = geometry.open(report.last_tick);
    let mut doors = 0;
    let mut all = Vec::new();
    for placed in geometry.shapes() {
        let colour = match placed.role {
            Role::Wall => [0.75, 0.75, 0.8],
            Role::Door => {
                doors += 1;
                let is_open = open >> (doors - 1) & 1 == 1;
                if is_open { [0.05, 0.12, 0.05] } else { [0.8, 0.35, 0.1] }
            }
            Role::Goal => [0.05, 0.16, 0.08],
            Role::Source => [0.04, 0.08, 0.16],
            Role::Sink => [0.16, 0.05, 0.08],
        };
        all.extend(placed.shape().pieces().map(|piece| (piece, colour)));
    }
    all
}

/// Draws them; `place` gives the pixel of a place.
pub(super) fn draw(
    canvas: &mut Canvas,
    pieces: &[(Piece<Plane>, Rgb)],
    place: impl Fn([f32; 2]) -> [f32; 2],
) {
    for (piece, colour) in pieces {
        let corners: Vec<[f32; 2]> = match *piece {
            Piece::Segment(ends) => ends.map(|end| [end.x, end.y]).to_vec(),
            Piece::Ball { centre, radius } => (0..=64)
                .map(|step| {
                    let angle = std::f32::consts::TAU * step as f32 / 64.0;
                    [centre.x + radius * angle.cos(), centre.y + radius * angle.sin()]
                })
                .collect(),
            Piece::Box { low, high } => vec![
                [low.x, low.y],
                [high.x, low.y],
                [high.x, high.y],
                [low.x, high.y],
                [low.x, low.y],
            ],
        };
        for pair in corners.windows(2) {
            canvas.line(place(pair[0]), place(pair[1]), *colour);
        }
    }
}
