//! The legend: where it covers no data, inside the frame or above it.

use super::axes::TICK;
use super::look::Look;
use super::svg::{Anchor, Frame, Path, Svg};
use super::text::width;

/// The height of a row, and the width of what stands before a name.
const ROW: f64 = 9.5;
const SAMPLE: f64 = 19.0;

/// How far it stays from the frame, and from data.
const INSET: f64 = 5.5;
const GAP: f64 = 3.0;

/// Where a legend may stand in a frame, from left to right and from the top down.
const PLACES: [(f64, f64); 9] = [
    (1.0, 0.0),
    (0.0, 0.0),
    (1.0, 1.0),
    (0.0, 1.0),
    (0.5, 0.0),
    (0.5, 1.0),
    (1.0, 0.5),
    (0.0, 0.5),
    (0.5, 0.5),
];

/// A name, and what it stands for.
pub(super) struct Entry<'a> {
    pub(super) name: &'a str,
    pub(super) look: Look,
}

/// Where each entry begins inside a frame, away from all that is drawn there; None if there is no such
/// place.
pub(super) fn inside(
    entries: &[Entry<'_>],
    frame: &Frame,
    drawn: &[(f64, f64)],
) -> Option<Vec<(f64, f64)>> {
    let (wide, high) = (widest(entries), entries.len() as f64 * ROW);
    let (right, down) = (frame.width - wide - 2.0 * INSET, frame.height - high - 2.0 * INSET);
    if right < 0.0 || down < 0.0 {
        return None;
    }
    let mut corners = PLACES.into_iter().map(|(part_right, part_down)| {
        (frame.x + INSET + part_right * right, frame.y + INSET + part_down * down)
    });
    let (x, y) = corners.find(|(x, y)| {
        let (width, height) = (wide + 2.0 * GAP, high + 2.0 * GAP);
        let around = Frame { x: x - GAP, y: y - GAP, width, height };
        !drawn.iter().any(|(x, y)| around.has(*x, *y))
    })?;
    Some((0..entries.len()).map(|at| (x, y + at as f64 * ROW)).collect())
}

/// How much room a legend takes above a frame of such a width.
pub(super) fn height_above(entries: &[Entry<'_>], room: f64) -> f64 {
    entries.len().div_ceil(columns(entries, room)) as f64 * ROW + 2.0
}

/// Where each entry begins above a frame, from left to right.
pub(super) fn above(entries: &[Entry<'_>], frame: &Frame, room: f64) -> Vec<(f64, f64)> {
    let columns = columns(entries, room);
    let top = frame.y - height_above(entries, room) - 2.0;
    let step = widest(entries) + 8.0;
    let place =
        |at: usize| (frame.x + (at % columns) as f64 * step, top + (at / columns) as f64 * ROW);
    (0..entries.len()).map(place).collect()
}

pub(super) fn draw(entries: &[Entry<'_>], places: &[(f64, f64)], svg: &mut Svg) {
    svg.open("class=\"legend\"");
    for (Entry { name, look }, (x, y)) in entries.iter().zip(places) {
        let middle = y + ROW / 2.0;
        sample(svg, *x, middle, look);
        svg.text((x + SAMPLE, middle + 0.36 * TICK), TICK, Anchor::Start, name);
    }
    svg.close();
}

fn widest(entries: &[Entry<'_>]) -> f64 {
    // A program without the widths of Arial may have wider ones.
    SAMPLE + 1.1 * entries.iter().map(|entry| width(entry.name, TICK)).fold(0.0, f64::max)
}

/// How many entries have room side by side.
fn columns(entries: &[Entry<'_>], room: f64) -> usize {
    ((room / (widest(entries) + 8.0)) as usize).clamp(1, entries.len().max(1))
}

/// What stands before a name.
fn sample(svg: &mut Svg, x: f64, middle: f64, look: &Look) {
    let wide = SAMPLE - 4.0;
    if look.line.is_some() {
        svg.path(&Path::through([(x, middle), (x + wide, middle)]), &look.stroke(0.9));
    } else if look.mark.is_none() {
        svg.rect(&Frame { x, y: middle - 2.8, width: wide, height: 5.6 }, &look.fill());
    }
    look.draw_mark(svg, (x + wide / 2.0, middle));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legend_stands_where_nothing_is_drawn() {
        let look = Look { colour: "#000", line: Some(""), mark: None };
        let entries = ["one", "two"].map(|name| Entry { name, look });
        let frame = Frame { x: 10.0, y: 20.0, width: 100.0, height: 80.0 };
        let free = inside(&entries, &frame, &[]).unwrap();
        assert!(free[0].0 > 50.0 && free[1] == (free[0].0, free[0].1 + ROW));
        // Something in its corner drives it to the other one, and things everywhere out of the frame.
        let moved = inside(&entries, &frame, &free).unwrap();
        assert!(moved[0].0 < 50.0 && moved[0].1 == free[0].1, "{moved:?}");
        let everywhere: Vec<(f64, f64)> = (0..400)
            .map(|at| (10.0 + f64::from(at % 20) * 5.0, 20.0 + f64::from(at / 20) * 4.0))
            .collect();
        assert_eq!(inside(&entries, &frame, &everywhere), None);
        let out = above(&entries, &frame, 100.0);
        assert!(out.iter().all(|(_, y)| y + ROW < frame.y), "{out:?}");
    }
}
