//! Colours, marks and dashes that are told apart by everybody, and in print without colours too.

/// Colours of data: those of Okabe and Ito without the yellow, which is too light on white.
///
/// Reference: M. Okabe, K. Ito, "Color universal design", 2008, jfly.uni-koeln.de/color.
const COLOURS: [&str; 7] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

/// The colour of the layer of this number.
pub(super) fn colour(number: usize) -> &'static str {
    COLOURS[number % COLOURS.len()]
}

/// What marks a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Mark {
    Circle,
    Square,
    Up,
    Diamond,
    Down,
}

/// The mark of the layer of this number: as many as go round with colours only after 35.
pub(super) fn mark(number: usize) -> Mark {
    [Mark::Circle, Mark::Square, Mark::Up, Mark::Diamond, Mark::Down][number % 5]
}

/// The dashes of the line of this number.
pub(super) fn dashes(number: usize) -> Option<&'static str> {
    [None, Some("4 1.5"), Some("1 1.2"), Some("5 1.5 1 1.5")][number % 4]
}

/// Colours from low to high in equal steps: `viridis`, of which every step looks as large as the
/// other, to everybody.
///
/// Reference: S. van der Walt, N. Smith, "mpl colormaps", 2015, bids.github.io/colormap (CC0).
const RISING: [[u8; 3]; 9] = [
    [0x44, 0x01, 0x54],
    [0x47, 0x2c, 0x7a],
    [0x3b, 0x51, 0x8b],
    [0x2c, 0x71, 0x8e],
    [0x21, 0x90, 0x8d],
    [0x27, 0xad, 0x81],
    [0x5c, 0xc8, 0x63],
    [0xaa, 0xdc, 0x32],
    [0xfd, 0xe7, 0x25],
];

/// Colours around zero: blue below, red above.
///
/// Reference: C. Brewer, "ColorBrewer", RdBu, colorbrewer2.org.
const SIGNED: [[u8; 3]; 9] = [
    [0x21, 0x66, 0xac],
    [0x43, 0x93, 0xc3],
    [0x92, 0xc5, 0xde],
    [0xd1, 0xe5, 0xf0],
    [0xf7, 0xf7, 0xf7],
    [0xfd, 0xdb, 0xc7],
    [0xf4, 0xa5, 0x82],
    [0xd6, 0x60, 0x4d],
    [0xb2, 0x18, 0x2b],
];

/// How many colours a map has.
pub(super) const SHADES: usize = 64;

/// The colours of a map, from low to high.
pub(super) fn shades(signed: bool) -> Vec<String> {
    let stops = if signed { SIGNED } else { RISING };
    let shade = |number: usize| {
        let place = number as f64 / (SHADES - 1) as f64 * (stops.len() - 1) as f64;
        let stop = (place as usize).min(stops.len() - 2);
        let part = place - stop as f64;
        let mixed: [u8; 3] = std::array::from_fn(|channel| {
            let [low, high] = [stop, stop + 1].map(|stop| f64::from(stops[stop][channel]));
            (low + part * (high - low)).round() as u8
        });
        let [red, green, blue] = mixed;
        format!("#{red:02x}{green:02x}{blue:02x}")
    };
    (0..SHADES).map(shade).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_go_from_the_first_stop_to_the_last() {
        let shades = shades(false);
        assert_eq!((shades[0].as_str(), shades[SHADES - 1].as_str()), ("#440154", "#fde725"));
    }

    #[test]
    fn no_two_of_the_first_35_layers_look_the_same() {
        let mut looks: Vec<_> =
            (0..35).map(|number| (colour(number), mark(number) as u8)).collect();
        looks.sort_unstable();
        looks.dedup();
        assert_eq!(looks.len(), 35);
    }
}
