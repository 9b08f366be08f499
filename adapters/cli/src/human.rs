//! Numbers, names and bars for people.

use std::fmt::Write as _;
use std::path::Path;

/// A whole number with its thousands apart: `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Three significant digits: `0.0123`, `7.12`, `123`, `12,300`.
pub(crate) fn short(number: f64) -> String {
    if !number.is_finite() {
        return number.to_string();
    }
    let size = number.abs();
    if size == 0.0 {
        "0".to_string()
    } else if !(1.0e-4..1.0e15).contains(&size) {
        format!("{number:.2e}")
    } else if size >= 999.5 {
        let sign = if number < 0.0 { "-" } else { "" };
        format!("{sign}{}", count(size.round() as u64))
    } else {
        // Rounded first: 0.09999 has the digits of 0.1.
        let rounded = format!("{size:.2e}").parse().unwrap_or(size);
        let digits = (2 - rounded.log10().floor() as i32).max(0) as usize;
        format!("{number:.digits$}")
    }
}

/// A number and how wrong it may be, to two digits of that: `0.6214 ± 0.0011`. Where the error is not
/// known it says so.
pub(crate) fn within(number: f64, error: f64) -> String {
    if error.is_nan() {
        return format!("{}, error not known", short(number));
    }
    let size = number.abs().max(error);
    if error == 0.0 || !(1.0e-4..1.0e15).contains(&size) {
        return format!("{} ± {}", short(number), short(error));
    }
    // Rounded first: 0.0996 has the digits of 0.10.
    let rounded: f64 = format!("{error:.1e}").parse().unwrap_or(error);
    let digits = (1 - rounded.log10().floor() as i32).clamp(0, 12) as usize;
    format!("{number:.digits$} ± {error:.digits$}")
}

/// A large quantity with a prefix of thousands: `14.2 M`.
pub(crate) fn scaled(number: f64) -> String {
    let (factor, prefix) = match number.abs() {
        size if size >= 1.0e12 => (1.0e12, " T"),
        size if size >= 1.0e9 => (1.0e9, " G"),
        size if size >= 1.0e6 => (1.0e6, " M"),
        size if size >= 1.0e4 => (1.0e3, " k"),
        _ => (1.0, " "),
    };
    format!("{}{prefix}", short(number / factor))
}

/// Bytes with a binary prefix: `45.2 MiB`.
pub(crate) fn bytes(number: u64) -> String {
    let mut size = number as f64;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if size < 1024.0 {
            return format!("{} {unit}", short(size));
        }
        size /= 1024.0;
    }
    format!("{} TiB", short(size))
}

/// A duration: `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 03 min`.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{} ms", short(seconds * 1.0e3))
    } else if seconds < 100.0 {
        format!("{} s", short(seconds))
    } else {
        let whole = seconds.round() as u64;
        match (whole / 3600, whole / 60 % 60, whole % 60) {
            (0, minutes, seconds) => format!("{minutes} min {seconds:02} s"),
            (hours, minutes, _) => format!("{hours} h {minutes:02} min"),
        }
    }
}

/// `1 tick`, `2 ticks`.
pub(crate) fn plural(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A horizontal bar of at most `width` places, padded with spaces.
pub(crate) fn bar(share: f64, width: usize) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (share * width as f64 * 8.0).round() as usize;
    let (full, part) = (eighths / 8, PARTS[eighths % 8]);
    let used = full + usize::from(!part.is_empty());
    format!("{}{part}{}", "█".repeat(full), " ".repeat(width.saturating_sub(used)))
}

/// Columns of a histogram, one character each; only an empty one is blank.
pub(crate) fn spark(counts: &[u64]) -> String {
    const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let level = |&count: &u64| match count {
        0 => ' ',
        _ => LEVELS[((count as f64 / most * 8.0).ceil() as usize).clamp(1, 8) - 1],
    };
    counts.iter().map(level).collect()
}

/// The longest text of somebody else's that is shown whole, in characters.
const MOST_SHOWN: usize = 80;

/// Text that somebody else wrote, fit to be shown inside a line: what a terminal would act on is
/// written out, and what is long is cut.
pub(crate) fn shown(text: &str) -> String {
    let mut rest = text.chars();
    let mut short: String = rest.by_ref().take(MOST_SHOWN).collect();
    if rest.next().is_some() {
        short.push('…');
    }
    escaped(&short, "")
}

/// A path, fit to be shown.
pub(crate) fn path(path: &Path) -> String {
    escaped(&path.display().to_string(), "")
}

/// Writes out every character that a terminal would act on, or that hides itself, except `kept`.
pub(crate) fn escaped(text: &str, kept: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        if is_active(character) && !kept.contains(character) {
            safe.extend(character.escape_default());
        } else {
            safe.push(character);
        }
    }
    safe
}

/// Whether a character does something other than show itself: controls, and marks that turn the
/// direction of text.
pub(crate) fn is_active(character: char) -> bool {
    let marks = ['\u{61c}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{feff}'];
    character.is_control()
        || marks.contains(&character)
        || ('\u{202a}'..='\u{202e}').contains(&character)
        || ('\u{2066}'..='\u{2069}').contains(&character)
}

/// Names longer than this were not meant to be any known one.
const MOST_NAME: usize = 64;

/// The known name that `name` was most likely meant to be: one that is spelt nearly so, or one
/// that has it as one of its words.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MOST_NAME {
        return None;
    }
    let wanted = name.to_lowercase().replace(['-', ' '], "_");
    let far = |candidate: &str| {
        let distance = strsim::damerau_levenshtein(&wanted, candidate);
        let near = distance <= candidate.len().max(name.len()) / 3 + 1;
        (near && distance < candidate.len()).then_some(distance)
    };
    let shares_a_word = |candidate: &str| {
        let has = |long: &str, short: &str| long.split(['_', '.']).any(|word| word == short);
        wanted.len() > 2 && (has(candidate, &wanted) || has(&wanted, candidate))
    };
    known
        .into_iter()
        .filter_map(|candidate| match far(candidate) {
            Some(distance) => Some((distance, candidate)),
            None => shares_a_word(candidate).then_some((MOST_NAME, candidate)),
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// What to say about a name that does not exist: the nearest one, and all there are.
pub(crate) fn unknown<'a>(
    what: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let mut text = format!("there is no {what} `{}`", shown(name));
    if let Some(nearest) = nearest(name, known.iter().copied()) {
        let _ = write!(text, "; did you mean `{nearest}`?");
    } else {
        text.push(';');
    }
    let _ = write!(text, " There is {}", list(&known));
    text
}

/// `a, b and c`.
pub(crate) fn list(names: &[&str]) -> String {
    match names {
        [] => "none".to_string(),
        [one] => (*one).to_string(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_grouped() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(short(0.012_34), "0.0123");
        assert_eq!(short(7.123), "7.12");
        assert_eq!(short(-71.23), "-71.2");
        assert_eq!(short(999.7), "1,000");
        assert_eq!(short(0.099_999), "0.100");
        assert_eq!(short(9.999), "10.0");
        assert_eq!(short(0.001), "0.00100");
        assert_eq!(short(f64::NAN), "NaN");
        assert_eq!(within(0.621_43, 0.001_12), "0.6214 ± 0.0011");
        assert_eq!(within(-12.3, 0.0996), "-12.30 ± 0.10");
        assert_eq!(within(1234.6, 87.0), "1235 ± 87");
        assert_eq!(within(3.0, 0.0), "3.00 ± 0");
        assert_eq!(within(3.0, f64::NAN), "3.00, error not known");
        assert_eq!(scaled(14_200_000.0), "14.2 M");
        assert_eq!(bytes(1536), "1.50 KiB");
        assert_eq!(duration(245.0), "4 min 05 s");
        assert_eq!(plural(1, "tick"), "1 tick");
    }

    #[test]
    fn bars_have_their_width_for_any_share() {
        for share in [-1.0, 0.0, 0.01, 0.5, 0.99, 1.0, 7.0, f64::NAN] {
            assert_eq!(bar(share, 10).chars().count(), 10, "{share}");
        }
        assert_eq!(bar(0.5, 4), "██  ");
        assert_eq!(spark(&[0, 1, 100]), " ▁█");
    }

    #[test]
    fn the_nearest_name_is_suggested_only_if_it_is_near() {
        let known = ["neighbor_radius", "max_speed", "dt"];
        assert_eq!(nearest("neighbour_radius", known), Some("neighbor_radius"));
        assert_eq!(nearest("Max_Speed", known), Some("max_speed"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("xy", known), None);
        assert_eq!(nearest("speed", known), Some("max_speed"));
        assert_eq!(nearest("radius", known), Some("neighbor_radius"));
        assert_eq!(nearest("neighbor-radius", known), Some("neighbor_radius"));
        assert_eq!(nearest(&"max_speed".repeat(1000), known), None);
    }

    #[test]
    fn what_a_terminal_would_act_on_is_written_out() {
        assert_eq!(shown("a\u{1b}[31mb\n\u{202e}c é"), "a\\u{1b}[31mb\\n\\u{202e}c é");
        assert_eq!(shown("plain `text` \"quoted\""), "plain `text` \"quoted\"");
        assert_eq!(escaped("two\nlines\u{7}", "\n"), "two\nlines\\u{7}");
        let long = shown(&"x".repeat(1 << 20));
        assert_eq!(long.chars().count(), MOST_SHOWN + 1);
        assert!(long.ends_with('…'));
    }
}
