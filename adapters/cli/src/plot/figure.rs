//! Panels beside and under each other, as one SVG document.

use super::draw::{self, Hit};
use super::panel::{Layer, Panel, Shape};
use super::svg::{Anchor, Frame, Length, MM, Svg};
use super::text::{FAMILIES, escaped, width};
use crate::args::Size;

/// Figures wider than this, in millimetres, have two panels beside each other.
const WIDE: f64 = 130.0;

/// A drawn figure.
pub(super) struct Figure {
    /// Its lengths in points.
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) svg: String,
    /// Of each panel what can be pointed at.
    pub(super) hits: Vec<Vec<Hit>>,
}

/// The size of a title, and that of the letters of panels, in points.
const TITLE: f64 = 9.0;

/// How far a panel begins below the top of its letter.
const BELOW: f64 = 5.0;

/// Draws panels: one under the other in a column, two beside each other on a page.
pub(super) fn draw(panels: &[Panel], title: Option<&str>, size: Size) -> Figure {
    let width = size.width / MM;
    let columns = if size.width > WIDE { panels.len().clamp(1, 2) } else { 1 };
    let rows = panels.len().div_ceil(columns);
    let wide = width / columns as f64;
    let above = if title.is_some() { TITLE + 5.0 } else { 0.0 };
    let row_height = |row: usize| {
        let of_row = panels[row * columns..].iter().take(columns);
        of_row.map(|panel| wide * shape(panel)).fold(0.0, f64::max)
    };
    let heights: Vec<f64> = (0..rows)
        .map(|row| match size.height {
            Some(height) => ((height / MM - above) / rows as f64).max(40.0),
            None => row_height(row),
        })
        .collect();
    let height = above + heights.iter().sum::<f64>();
    let mut svg = Svg::default();
    if let Some(title) = title {
        svg.text((width / 2.0, TITLE + 2.0), TITLE, Anchor::Middle, title);
    }
    let mut hits = Vec::new();
    for (number, panel) in panels.iter().enumerate() {
        let (row, column) = (number / columns, number % columns);
        let outer = Frame {
            x: column as f64 * wide,
            y: above + heights[..row].iter().sum::<f64>(),
            width: wide,
            height: heights[row],
        };
        let mut inner = outer;
        if panels.len() > 1 {
            let place = (outer.x + 2.0, outer.y + TITLE);
            svg.text(place, TITLE, Anchor::Start, &heading(panel, number, outer.width - 4.0));
            (inner.y, inner.height) = (outer.y + BELOW, outer.height - BELOW);
        }
        hits.push(draw::panel(panel, &inner, number, &mut svg));
    }
    let name = title.map_or_else(|| about(panels), ToString::to_string);
    let svg = document(width, height, &name, &svg.into_body());
    Figure { width, height, svg, hits }
}

/// The height of a panel over its width.
fn shape(panel: &Panel) -> f64 {
    let span = |range: Option<(f64, f64)>| range.map(|(low, high)| high - low);
    match (panel.equal, span(panel.x.range), span(panel.y.range)) {
        (true, Some(wide), Some(high)) => {
            let is_map = |layer: &Layer| matches!(layer.shape, Shape::Map { .. });
            let share = if panel.layers.iter().any(is_map) { 0.7 } else { 0.84 };
            (share * high / wide + 0.14).clamp(0.4, 1.6)
        }
        (true, ..) => 0.93,
        _ => 0.74,
    }
}

/// The letter of a panel, and the file that it is of if that is to be told and has room.
fn heading(panel: &Panel, number: usize, room: f64) -> String {
    let letter = letter(number);
    let full = panel.of.as_ref().map(|file| format!("{letter} {file}"));
    full.filter(|full| width(full, TITLE) <= room).unwrap_or(letter)
}

/// (a), (b), .. (z), (a2), (b2) and so on.
fn letter(number: usize) -> String {
    let letter = char::from(b'a' + (number % 26) as u8);
    match number / 26 {
        0 => format!("({letter})"),
        more => format!("({letter}{})", more + 1),
    }
}

/// What a figure without a title shows.
fn about(panels: &[Panel]) -> String {
    let one = |panel: &Panel| format!("{} over {}", panel.y.label, panel.x.label);
    panels.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// A whole SVG document.
fn document(width: f64, height: f64, name: &str, body: &str) -> String {
    let [wide, high] = [width * MM, height * MM].map(Length);
    let [width, height] = [width, height].map(Length);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}mm\" height=\"{high}mm\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"{FAMILIES}\" fill=\"#000\">\n\
         <title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n{body}</svg>\n",
        escaped(name)
    )
}

/// Checks that a title has room.
pub(super) fn title_fits(title: &str, size: Size) -> Result<(), String> {
    let most = size.width / MM;
    if width(title, TITLE) <= most {
        return Ok(());
    }
    Err(format!(
        "--title is wider than the figure, {} mm: shorten it, or take a larger --size",
        size.width
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_have_letters() {
        assert_eq!([0, 25, 26].map(letter), ["(a)", "(z)", "(a2)"]);
    }
}
