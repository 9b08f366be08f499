//! The legend: where it covers no data, inside the frame or above it.

use super::axes::TICK;
use super::colour::{Mark, colour, dashes, mark};
use super::look::{Look, bar_style, draw_mark};
use super::svg::{Anchor, Frame, Path, Svg};
use super::text::width;

/// The height of a row, and the width of what stands before a name.
const ROW: f64 = 9.5;
const SAMPLE: f64 = 19.0;

/// How far it stays from the frame.
const INSET: f64 = 5.5;

/// A name, and what it stands for.
pub(super) struct Entry<'a> {
    pub(super) name: &'a str,
    pub(super) look: Look,
}

/// A legend in its place.
pub(super) struct Legend<'a> {
    /// Where each entry begins.
    places: Vec<(f64, f64, &'a Entry<'a>)>,
}

impl<'a> Legend<'a> {
    /// The legend inside a frame, away from all that is drawn there; None if there is no such place.
    pub(super) fn inside(
        entries: &'a [Entry<'a>],
        frame: &Frame,
        drawn: &[(f64, f64)],
    ) -> Option<Self> {
        let size = (widest(entries), entries.len() as f64 * ROW);
        let column = |share: f64| frame.x + INSET + share * (frame.width - size.0 - 2.0 * INSET);
        let row = |share: f64| frame.y + INSET + share * (frame.height - size.1 - 2.0 * INSET);
        if size.0 + 2.0 * INSET > frame.width || size.1 + 2.0 * INSET > frame.height {
            return None;
        }
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
        let free =
            PLACES.into_iter().map(|(right, low)| (column(right), row(low))).find(|(x, y)| {
                let gap = 3.0;
                let around = Frame {
                    x: x - gap,
                    y: y - gap,
                    width: size.0 + 2.0 * gap,
                    height: size.1 + 2.0 * gap,
                };
                !drawn.iter().any(|(x, y)| around.has(*x, *y))
            });
        let (x, y) = free?;
        let place = |(at, entry): (usize, &'a Entry<'a>)| (x, y + at as f64 * ROW, entry);
        Some(Self { places: entries.iter().enumerate().map(place).collect() })
    }

    /// How much room it takes above a frame of such a width.
    pub(super) fn height_above(entries: &[Entry<'_>], room: f64) -> f64 {
        entries.len().div_ceil(columns(entries, room)) as f64 * ROW + 2.0
    }

    /// The legend above a frame, from left to right.
    pub(super) fn above(entries: &'a [Entry<'a>], frame: &Frame, room: f64) -> Self {
        let columns = columns(entries, room);
        let rows = entries.len().div_ceil(columns);
        let top = frame.y - rows as f64 * ROW - 4.0;
        let step = widest(entries) + 8.0;
        let place = |(at, entry): (usize, &'a Entry<'a>)| {
            (frame.x + (at % columns) as f64 * step, top + (at / columns) as f64 * ROW, entry)
        };
        Self { places: entries.iter().enumerate().map(place).collect() }
    }

    pub(super) fn draw(&self, svg: &mut Svg) {
        svg.open("class=\"legend\"");
        for (x, y, Entry { name, look }) in &self.places {
            let middle = y + ROW / 2.0;
            sample(svg, *x, middle, *look);
            svg.text((x + SAMPLE, middle + 0.36 * TICK), TICK, Anchor::Start, name);
        }
        svg.close();
    }
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
fn sample(svg: &mut Svg, x: f64, middle: f64, look: Look) {
    let end = x + SAMPLE - 4.0;
    let mut line = |stroke: &str, dashes: Option<&str>| {
        let mut path = Path::default();
        path.go(x, middle);
        path.across(end);
        let dash = dashes.map_or(String::new(), |dash| format!(" stroke-dasharray=\"{dash}\""));
        svg.path(
            path.data(),
            &format!("fill=\"none\" stroke=\"{stroke}\" stroke-width=\"0.9\"{dash}"),
        );
    };
    match look {
        Look::Curve(number) => line("#333", dashes(number + 1)),
        Look::Line(number) => line(colour(number), dashes(number)),
        Look::Marks(number) => {
            line(colour(number), None);
            draw_mark(svg, mark(number), ((x + end) / 2.0, middle), number);
        }
        Look::Dots(number) => draw_mark(svg, Mark::Circle, ((x + end) / 2.0, middle), number),
        Look::Bars(number) => {
            let frame = Frame { x, y: middle - 2.8, width: end - x, height: 5.6 };
            svg.rect(&frame, &bar_style(number));
        }
        Look::Map => {}
    }
}
