//! Lines, shapes and text as SVG, with real text and lengths in points.

use std::fmt::Write as _;

use super::text::{RISE, SMALL, escaped, runs};

/// A point of print in millimetres.
pub(super) const MM: f64 = 25.4 / 72.0;

/// Where a text begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A figure in the making.
#[derive(Debug, Default)]
pub(super) struct Svg {
    body: String,
}

/// A length as it is written: hundredths, no zeros behind.
pub(super) struct Length(pub(super) f64);

impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whole = hundredths(self.0);
        let (sign, size) = (if whole < 0 { "-" } else { "" }, whole.unsigned_abs());
        write!(f, "{sign}{}", size / 100)?;
        match size % 100 {
            0 => Ok(()),
            part if part % 10 == 0 => write!(f, ".{}", part / 10),
            part => write!(f, ".{part:02}"),
        }
    }
}

fn hundredths(length: f64) -> i64 {
    (length * 100.0).round() as i64
}

/// A box: where it begins, and how large it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Frame {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Frame {
    pub(super) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub(super) fn middle(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    pub(super) fn has(&self, x: f64, y: f64) -> bool {
        (self.x..=self.right()).contains(&x) && (self.y..=self.bottom()).contains(&y)
    }
}

impl Svg {
    /// Adds what is SVG already.
    pub(super) fn raw(&mut self, text: &str) {
        self.body.push_str(text);
        self.body.push('\n');
    }

    /// Begins a group.
    pub(super) fn open(&mut self, attributes: &str) {
        let gap = if attributes.is_empty() { "" } else { " " };
        let _ = writeln!(self.body, "<g{gap}{attributes}>");
    }

    /// Ends a group.
    pub(super) fn close(&mut self) {
        self.raw("</g>");
    }

    /// What a group or the figure is.
    pub(super) fn title(&mut self, text: &str) {
        let _ = writeln!(self.body, "<title>{}</title>", escaped(text));
    }

    /// A path, unless it is empty.
    pub(super) fn path(&mut self, Path { data, .. }: &Path, attributes: &str) {
        if !data.is_empty() {
            let _ = writeln!(self.body, "<path d=\"{data}\" {attributes}/>");
        }
    }

    pub(super) fn rect(&mut self, frame: &Frame, attributes: &str) {
        let Frame { x, y, width, height } = *frame;
        let [x, y, width, height] = [x, y, width, height].map(Length);
        let _ = writeln!(
            self.body,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" {attributes}/>"
        );
    }

    /// A line of text, unless it is empty.
    pub(super) fn text(&mut self, (x, y): (f64, f64), size: f64, anchor: Anchor, text: &str) {
        self.any_text(&format!("x=\"{}\" y=\"{}\"", Length(x), Length(y)), size, anchor, text);
    }

    /// A line of text that is read from below.
    pub(super) fn upright(&mut self, (x, y): (f64, f64), size: f64, text: &str) {
        let place = format!("transform=\"translate({} {}) rotate(-90)\"", Length(x), Length(y));
        self.any_text(&place, size, Anchor::Middle, text);
    }

    fn any_text(&mut self, place: &str, size: f64, anchor: Anchor, text: &str) {
        if text.is_empty() {
            return;
        }
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let _ = write!(self.body, "<text {place} font-size=\"{}\"{anchor}>", Length(size));
        let mut height = 0.0;
        for run in runs(text) {
            let wanted = f64::from(run.rise) * RISE * size;
            let content = escaped(run.text);
            if run.rise == 0 && height == 0.0 {
                self.body.push_str(&content);
                continue;
            }
            let move_by = Length(height - wanted);
            let font = if run.rise == 0 { size } else { size * SMALL };
            let font = Length(font);
            let _ =
                write!(self.body, "<tspan dy=\"{move_by}\" font-size=\"{font}\">{content}</tspan>");
            height = wanted;
        }
        self.raw("</text>");
    }

    /// What has been drawn.
    pub(super) fn into_body(self) -> String {
        self.body
    }
}

/// Lines from place to place, as the data of a path.
#[derive(Debug, Default)]
pub(super) struct Path {
    data: String,
    /// Where it has come to, in hundredths of a point.
    at: [i64; 2],
}

impl Path {
    /// The line through some places.
    pub(super) fn through(places: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let mut path = Self::default();
        path.add(places);
        path
    }

    /// Adds the line through some places; a single one becomes a dot where the ends of lines are round.
    pub(super) fn add(&mut self, places: impl IntoIterator<Item = (f64, f64)>) {
        let mut places = places.into_iter();
        let Some(first) = places.next() else { return };
        self.write('M', first);
        let mut is_dot = true;
        for place in places {
            self.write('L', place);
            is_dot = false;
        }
        if is_dot {
            self.data.push_str("h0");
        }
    }

    /// Adds the outline through some corners.
    pub(super) fn outline(&mut self, corners: impl IntoIterator<Item = (f64, f64)>) {
        self.add(corners);
        self.data.push('Z');
    }

    fn write(&mut self, command: char, (x, y): (f64, f64)) {
        let to = [x, y].map(hundredths);
        let [x, y] = [x, y].map(Length);
        let _ = match command {
            'L' if to[1] == self.at[1] => write!(self.data, "H{x}"),
            'L' if to[0] == self.at[0] => write!(self.data, "V{y}"),
            _ => write!(self.data, "{command}{x} {y}"),
        };
        self.at = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_at_most_two_decimals() {
        let cases = [
            (0.0, "0"),
            (-0.001, "0"),
            (1.5, "1.5"),
            (-2.345, "-2.35"),
            (10.0, "10"),
            (0.05, "0.05"),
        ];
        for (length, text) in cases {
            assert_eq!(Length(length).to_string(), text);
        }
    }

    #[test]
    fn a_path_says_what_changes() {
        let mut path = Path::through([(1.0, 2.0), (3.0, 2.001), (3.0, 5.0), (4.0, 6.0)]);
        path.add([(7.0, 8.0)]);
        path.outline([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]);
        assert_eq!(path.data, "M1 2H3V5L4 6M7 8h0M0 0H1V1Z");
    }

    #[test]
    fn a_superscript_goes_back_to_the_line() {
        let mut svg = Svg::default();
        svg.text((1.0, 2.0), 10.0, Anchor::End, "10^{2} <m>");
        let text = svg.into_body();
        assert!(text.contains("dy=\"-3.5\" font-size=\"7\">2<"), "{text}");
        assert!(text.contains("dy=\"3.5\" font-size=\"10\"> &lt;m&gt;<"), "{text}");
    }
}
