//! Text in figures: how wide it is, and superscripts.
//!
//! The font is a part of Arimo, which has the widths of Arial. So a figure has the same lines in a
//! program that has Arial, Helvetica or Liberation Sans as in the pictures that are made here.

use std::sync::LazyLock;

use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

/// The font of all pictures.
pub(super) const FONT: &[u8] = include_bytes!("font/Arimo-Regular.ttf");

/// The families that have the widths of that font.
pub(super) const FAMILIES: &str = "Arial, Helvetica, Arimo, 'Liberation Sans', sans-serif";

/// How large a superscript is.
pub(super) const SMALL: f64 = 0.7;

/// How high it stands, in sizes of the text.
pub(super) const RISE: f64 = 0.35;

/// Letters and their widths.
struct Letters {
    map: Charmap<'static>,
    widths: GlyphMetrics<'static>,
}

static LETTERS: LazyLock<Option<Letters>> = LazyLock::new(|| {
    let font = FontRef::new(FONT).ok()?;
    let widths = font.glyph_metrics(Size::new(1.0), LocationRef::default());
    Some(Letters { map: font.charmap(), widths })
});

/// The width of a text.
pub(super) fn width(text: &str, size: f64) -> f64 {
    runs(text).iter().map(|run| plain_width(run.text, size * run.scale())).sum()
}

fn plain_width(text: &str, size: f64) -> f64 {
    // A letter that the font has not is about as wide as this.
    const OTHER: f32 = 0.6;
    let one = |letter| {
        let letters = LETTERS.as_ref()?;
        letters.widths.advance_width(letters.map.map(letter)?)
    };
    text.chars().map(|letter| f64::from(one(letter).unwrap_or(OTHER))).sum::<f64>() * size
}

/// A piece of a text at one height.
#[derive(Debug, PartialEq)]
pub(super) struct Run<'a> {
    pub(super) text: &'a str,
    /// 1 for a superscript, -1 for a subscript.
    pub(super) rise: i8,
}

impl Run<'_> {
    /// Its size, in sizes of the text.
    pub(super) fn scale(&self) -> f64 {
        if self.rise == 0 { 1.0 } else { SMALL }
    }
}

/// The pieces of a text: what is in `^{..}` stands high, what is in `_{..}` low.
pub(super) fn runs(text: &str) -> Vec<Run<'_>> {
    let mut runs = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let next = [("^{", 1), ("_{", -1)]
            .into_iter()
            .filter_map(|(mark, rise)| {
                let begin = rest.find(mark)?;
                let end = begin + rest[begin..].find('}')?;
                Some((begin, begin + mark.len(), end, rise))
            })
            .min();
        let Some((begin, inner, end, rise)) = next else {
            runs.push(Run { text: rest, rise: 0 });
            break;
        };
        if begin > 0 {
            runs.push(Run { text: &rest[..begin], rise: 0 });
        }
        runs.push(Run { text: &rest[inner..end], rise });
        rest = &rest[end + 1..];
    }
    runs
}

/// Text of somebody else's as a part of XML or HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // XML has no controls, not even written out.
            '\t' | '\n' => safe.push(' '),
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {
                safe.push('\u{fffd}');
            }
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_arial() {
        // From Arial's own table: 1139, 569 and 1479 of 2048.
        for (text, units) in [("0", 1139.0), (" ", 569.0), ("W", 1933.0), ("00", 2278.0)] {
            assert!((width(text, 2048.0) - units).abs() < 1.0, "{text}: {}", width(text, 2048.0));
        }
        assert!((width("η", 10.0) - width("\u{4e00}", 10.0)).abs() < 2.0);
    }

    #[test]
    fn superscripts_and_subscripts_are_smaller() {
        let found: Vec<_> =
            runs("a^{2}_{b}c").into_iter().map(|run| (run.text, run.rise)).collect();
        assert_eq!(found, [("a", 0), ("2", 1), ("b", -1), ("c", 0)]);
        assert_eq!(runs("^{open").len(), 1);
        assert!(width("10^{2}", 8.0) < width("102", 8.0));
    }

    #[test]
    fn no_text_breaks_out_of_xml() {
        assert_eq!(escaped("<a b=\"c\">&\u{1b}\n"), "&lt;a b=&quot;c&quot;&gt;&amp;\u{fffd} ");
    }
}
