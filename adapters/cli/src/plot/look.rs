//! How layers look, in the frame and in the legend.

use super::colour::{Mark, colour};
use super::svg::{Length, Path, Svg};

/// The radius of a mark, in points.
const RADIUS: f64 = 2.1;

/// How a layer looks, with its number among those that look alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Look {
    Curve(usize),
    Line(usize),
    Marks(usize),
    Dots(usize),
    Bars(usize),
    Map,
}

/// Draws a mark around a place.
pub(super) fn draw_mark(svg: &mut Svg, mark: Mark, (x, y): (f64, f64), number: usize) {
    let fill = format!("fill=\"{}\"", colour(number));
    let corners: &[(f64, f64)] = match mark {
        Mark::Circle => {
            let [x, y, r] = [x, y, RADIUS].map(Length);
            svg.raw(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" {fill}/>"));
            return;
        }
        Mark::Square => &[(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)],
        Mark::Up => &[(0.0, -1.25), (1.1, 0.8), (-1.1, 0.8)],
        Mark::Diamond => &[(0.0, -1.3), (1.1, 0.0), (0.0, 1.3), (-1.1, 0.0)],
        Mark::Down => &[(0.0, 1.25), (1.1, -0.8), (-1.1, -0.8)],
    };
    let mut path = Path::default();
    for (at, (right, down)) in corners.iter().enumerate() {
        let corner = (x + right * RADIUS, y + down * RADIUS);
        if at == 0 { path.go(corner.0, corner.1) } else { path.line(corner.0, corner.1) }
    }
    path.end();
    svg.path(path.data(), &fill);
}

/// How bars look.
pub(super) fn bar_style(number: usize) -> String {
    let colour = colour(number);
    format!("fill=\"{colour}\" fill-opacity=\"0.35\" stroke=\"{colour}\" stroke-width=\"0.5\"")
}
