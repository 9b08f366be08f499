//! How layers look, in the frame and in the legend: colours, marks and dashes that are told apart by
//! everybody, and in print without colours too.

use super::panel::{Layer, Shape};
use super::svg::{Length, Path, Svg};

/// Colours of data: those of Okabe and Ito without the yellow, which is too light on white.
///
/// Reference: M. Okabe, K. Ito, "Color universal design", 2008, jfly.uni-koeln.de/color.
const COLOURS: [&str; 7] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

/// The colour of what was not measured.
const GREY: &str = "#333";

/// The dashes of lines; the first is solid.
const DASHES: [&str; 4] = ["", "4 1.5", "1 1.2", "5 1.5 1 1.5"];

/// The corners of marks, in radii; the one without corners is a circle. With the colours they go
/// round only after 35.
const MARKS: [&[(f64, f64)]; 5] = [
    &[],
    &[(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)],
    &[(0.0, -1.25), (1.1, 0.8), (-1.1, 0.8)],
    &[(0.0, -1.3), (1.1, 0.0), (0.0, 1.3), (-1.1, 0.0)],
    &[(0.0, 1.25), (1.1, -0.8), (-1.1, -0.8)],
];

/// The radius of a mark, in points.
const RADIUS: f64 = 2.1;

/// Lines of more points than this have no marks.
const MOST_MARKS: usize = 60;

/// How many colours a map has.
pub(super) const SHADES: usize = 64;

/// How a layer looks. One with neither a line nor marks is filled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    pub(super) colour: &'static str,
    /// The dashes of its line.
    pub(super) line: Option<&'static str>,
    /// The corners of its marks.
    pub(super) mark: Option<&'static [(f64, f64)]>,
}

impl Look {
    /// How the layers of a panel look: curves, and all others, are told apart by their number.
    pub(super) fn all(layers: &[Layer]) -> Vec<Self> {
        let (mut curves, mut others) = (0, 0);
        let mut next = |layer: &Layer| {
            let is_curve = matches!(layer.shape, Shape::Curve(_));
            let count = if is_curve { &mut curves } else { &mut others };
            Self::new(&layer.shape, std::mem::replace(count, *count + 1))
        };
        layers.iter().map(&mut next).collect()
    }

    fn new(shape: &Shape, number: usize) -> Self {
        let colour = COLOURS[number % COLOURS.len()];
        let dashes = |number: usize| Some(DASHES[number % DASHES.len()]);
        let (line, mark) = match shape {
            Shape::Curve(_) => return Self { colour: GREY, line: dashes(number + 1), mark: None },
            Shape::Line(_) if has_marks(shape) => (dashes(0), Some(MARKS[number % MARKS.len()])),
            Shape::Line(_) => (dashes(number), None),
            Shape::Dots(_) => (None, Some(MARKS[0])),
            Shape::Bars { .. } | Shape::Rows(_) | Shape::Map { .. } => (None, None),
        };
        Self { colour, line, mark }
    }

    /// Its line as attributes.
    pub(super) fn stroke(&self, width: f64) -> String {
        let dash = match self.line.unwrap_or_default() {
            "" => String::new(),
            dashes => format!(" stroke-dasharray=\"{dashes}\""),
        };
        format!("fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{dash}", self.colour, Length(width))
    }

    /// Bars as attributes.
    pub(super) fn fill(&self) -> String {
        let colour = self.colour;
        format!("fill=\"{colour}\" fill-opacity=\"0.35\" stroke=\"{colour}\" stroke-width=\"0.5\"")
    }

    /// Draws its mark around a place, if it has one.
    pub(super) fn draw_mark(&self, svg: &mut Svg, (x, y): (f64, f64)) {
        let Some(corners) = self.mark else { return };
        let fill = format!("fill=\"{}\"", self.colour);
        if corners.is_empty() {
            let [x, y, r] = [x, y, RADIUS].map(Length);
            return svg.raw(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" {fill}/>"));
        }
        let corner = |(right, down): &(f64, f64)| (x + right * RADIUS, y + down * RADIUS);
        let mut path = Path::default();
        path.outline(corners.iter().map(corner));
        svg.path(&path, &fill);
    }
}

/// Whether its points are marked.
pub(super) fn has_marks(shape: &Shape) -> bool {
    matches!(shape, Shape::Line(points) if points.len() <= MOST_MARKS)
}

/// The colours of a map, from low to high: `viridis`, or blue below zero and red above.
pub(super) fn shades(signed: bool) -> Vec<String> {
    let shade = |number: usize| match signed {
        false => colorous::VIRIDIS.eval_rational(number, SHADES),
        true => colorous::RED_BLUE.eval_rational(SHADES - 1 - number, SHADES),
    };
    (0..SHADES).map(|number| format!("#{:x}", shade(number))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::panel::Point;
    use super::*;

    #[test]
    fn shades_go_from_the_first_to_the_last() {
        let rising = shades(false);
        assert_eq!((rising[0].as_str(), rising[SHADES - 1].as_str()), ("#440154", "#fde725"));
        // Blue below, red above.
        let signed = shades(true);
        assert!(signed[8][5..] > signed[8][1..3], "{signed:?}");
        assert!(signed[SHADES - 8][1..3] > signed[SHADES - 8][5..], "{signed:?}");
    }

    #[test]
    fn no_two_of_the_first_35_layers_look_the_same() {
        let layer = Layer::new("", Shape::Line(vec![Point::new(0.0, 0.0)]));
        let looks = Look::all(&vec![layer; 35]);
        let same = |look: &Look| looks.iter().filter(|other| *other == look).count();
        assert!(looks.iter().all(|look| same(look) == 1), "{looks:?}");
    }
}
