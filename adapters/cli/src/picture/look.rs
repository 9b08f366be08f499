//! What an entity looks like: where it heads, what colours it, how large its body is.

use flockwork_kernel::columns::Column;
use flockwork_scheduler::Setting;
use flockwork_scheduler_native::Rows;

use super::colour::{self, Rgb};
use crate::report::{Report, Said};
use crate::rows;

/// The columns that may colour an entity, in order of preference.
const KINDS: [&str; 5] = ["tribe", "state", "kind", "species", "group"];

/// The columns that may be its heading: along x and y and, in space, z.
const HEADINGS: [[&str; 3]; 2] = [["vx", "vy", "vz"], ["ux", "uy", "uz"]];

/// The share of entities on each side that is as cold or as warm as colours go.
const OUTLIERS: f32 = 0.02;

/// What the entities of a simulation look like.
pub(super) struct Look {
    /// Headings or velocities; empty if the model has none.
    headings: Vec<[f32; 3]>,
    tint: Tint,
    /// Radii of bodies; empty if the model has none.
    radii: Vec<f32>,
    /// The radius where `radii` has none.
    radius: f32,
}

enum Tint {
    Kind(Vec<f32>),
    /// From 0 (cold) to 1 (warm).
    Warmth(Vec<f32>),
    Heading,
}

impl Look {
    pub(super) fn new(schema: &[Column], rows: &Rows, report: &Report) -> Self {
        let column = |name: &str| rows::column(schema, rows, name);
        let headings: Vec<[f32; 3]> = HEADINGS
            .iter()
            .find_map(|[x, y, z]| {
                let (x, y) = (column(x)?, column(y)?);
                let z = column(z).unwrap_or_else(|| vec![0.0; x.len()]);
                Some(x.into_iter().zip(y).zip(z).map(|((x, y), z)| [x, y, z]).collect())
            })
            .unwrap_or_default();
        let speed = || headings.iter().map(length).collect();
        // Gases and liquids have no kinds, and headings that say nothing.
        let (radius, warmth) = match report.model.as_str() {
            "discs" => (param(report, "radius"), Some(speed())),
            "lennard_jones" => (0.5, column("pe")),
            _ => (0.0, None),
        };
        let tint = match (KINDS.iter().find_map(|name| column(name)), warmth) {
            (Some(kinds), _) => Tint::Kind(kinds),
            (None, Some(warmth)) => Tint::Warmth(spread(warmth)),
            (None, None) => Tint::Heading,
        };
        Self { headings, tint, radii: column("radius").unwrap_or_default(), radius }
    }

    /// The heading or velocity of entity `i`.
    pub(super) fn heading(&self, i: usize) -> [f32; 3] {
        self.headings.get(i).copied().unwrap_or_default()
    }

    /// The mean length of all headings.
    pub(super) fn mean_speed(&self) -> f32 {
        let sum: f64 = self.headings.iter().map(|heading| f64::from(length(heading))).sum();
        (sum / self.headings.len().max(1) as f64) as f32
    }

    /// The radius of the body of entity `i`; 0 if it has none.
    pub(super) fn radius(&self, i: usize) -> f32 {
        self.radii.get(i).copied().unwrap_or(self.radius)
    }

    /// The colour of entity `i`, which goes in this direction in the picture: right and up.
    pub(super) fn colour(&self, i: usize, [x, y]: [f32; 2]) -> Rgb {
        let of = |values: &[f32]| values.get(i).copied().unwrap_or_default();
        match &self.tint {
            Tint::Kind(kinds) => colour::of_kind(of(kinds) as u32),
            Tint::Warmth(warmth) => colour::of_warmth(of(warmth)),
            Tint::Heading if [x, y] == [0.0, 0.0] => colour::of_kind(0),
            Tint::Heading => colour::of_heading((-y).atan2(x)),
        }
    }
}

/// The length of a heading.
fn length([x, y, z]: &[f32; 3]) -> f32 {
    x.hypot(*y).hypot(*z)
}

fn param(report: &Report, name: &str) -> f32 {
    let found = report.params.0.iter().find(|(key, _)| key == name);
    match found {
        Some((_, Said(Setting::Number(number)))) => *number as f32,
        _ => 0.0,
    }
}

/// Brings values to the range from 0 to 1, but for outliers.
fn spread(mut values: Vec<f32>) -> Vec<f32> {
    let mut sorted = values.clone();
    sorted.sort_by(f32::total_cmp);
    let last = sorted.len().saturating_sub(1);
    let cut = (last as f32 * OUTLIERS) as usize;
    let (Some(&low), Some(&high)) = (sorted.get(cut), sorted.get(last - cut)) else {
        return values;
    };
    let range = (high - low).max(f32::MIN_POSITIVE);
    values.iter_mut().for_each(|value| *value = ((*value - low) / range).clamp(0.0, 1.0));
    values
}

#[cfg(test)]
impl Look {
    /// Lights of one colour.
    pub(super) fn plain() -> Self {
        Self { headings: Vec::new(), tint: Tint::Heading, radii: Vec::new(), radius: 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spread_from_cold_to_warm() {
        let spread = spread((0..=100).map(|i| 5.0 + i as f32).collect());
        assert_eq!((spread[0], spread[50], spread[100]), (0.0, 0.5, 1.0));
        assert_eq!(super::spread(vec![3.0, 3.0]), [0.0, 0.0]);
        assert!(super::spread(Vec::new()).is_empty());
    }
}
