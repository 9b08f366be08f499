//! Where ticks are along an axis and how they are written.

use super::panel::Axis;

/// An axis with its range and ticks: from a value to a place.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    /// The range, as logarithms on a logarithmic axis.
    low: f64,
    high: f64,
    log: bool,
    /// Where the range begins and ends in the figure.
    from: f64,
    to: f64,
}

/// What an axis shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ticks {
    /// Values with their labels.
    pub(super) major: Vec<(f64, String)>,
    pub(super) minor: Vec<f64>,
    /// The power of ten that all labels leave out.
    pub(super) power: i32,
    /// Whether the labels are names, which need no ticks.
    pub(super) are_names: bool,
}

/// How much room there is beyond the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Room {
    /// None: a line goes from one end to the other.
    Tight,
    /// A little at both ends, for the marks there.
    Marks,
    /// From 0, if all data is not far above it, else as for marks.
    Zero,
}

impl Scale {
    /// The scale of values from `low` to `high`.
    pub(super) fn new(axis: &Axis, (low, high): (f64, f64), room: Room) -> Self {
        let log = axis.log;
        let place = |value: f64| if log { value.log10() } else { value };
        let (mut low, mut high) = match axis.range {
            Some((low, high)) => (place(low), place(high)),
            None => (place(low), place(high)),
        };
        let span = high - low;
        let least = 1e-9 * low.abs().max(high.abs());
        if span.is_nan() || span <= least {
            // One value, or as good as one.
            let some = if log {
                0.5
            } else if low == 0.0 {
                1.0
            } else {
                0.1 * low.abs()
            };
            (low, high) = (low - some, high + some);
        } else if axis.range.is_none() && room == Room::Tight {
            // The first bin of a histogram does not quite begin at 0.
            let zero = !log && low > 0.0 && low < 0.03 * high;
            low = if zero { 0.0 } else { low };
        } else if axis.range.is_none() {
            let zero = room == Room::Zero && !log && low >= 0.0 && low < 0.4 * high;
            let pad = 0.04 * span;
            low = if zero { 0.0 } else { low - pad };
            high += if zero { 0.06 * high } else { pad };
        }
        Self { low, high, log, from: 0.0, to: 1.0 }
    }

    /// Puts it between two places.
    pub(super) fn between(mut self, from: f64, to: f64) -> Self {
        (self.from, self.to) = (from, to);
        self
    }

    /// How long it is, in values.
    pub(super) fn span(&self) -> f64 {
        self.high - self.low
    }

    /// Makes it longer at both ends.
    pub(super) fn widen(&mut self, by: f64) {
        self.low -= by / 2.0;
        self.high += by / 2.0;
    }

    pub(super) fn ends(&self) -> (f64, f64) {
        match self.log {
            true => (10f64.powf(self.low), 10f64.powf(self.high)),
            false => (self.low, self.high),
        }
    }

    /// Where a value is in the figure. What has no logarithm is at the low end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let place = match self.log {
            true if value > 0.0 => value.log10(),
            true => self.low,
            false => value,
        };
        self.from + (place - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// Ticks at round numbers, at most `most` of them.
    pub(super) fn ticks(&self, most: usize) -> Ticks {
        let most = most.max(2);
        if self.log { self.log_ticks(most) } else { self.linear_ticks(most) }
    }

    fn linear_ticks(&self, most: usize) -> Ticks {
        let (step, parts) = step(self.span(), most);
        let round = |value: f64| value / step;
        // Rounding must not lose a tick at the end of the range.
        let slack = 1e-9;
        let first = (round(self.low) - slack).ceil() as i64;
        let last = (round(self.high) + slack).floor() as i64;
        let largest = self.low.abs().max(self.high.abs());
        let power = match largest.log10().floor() as i32 {
            power if !(1e-2..1e5).contains(&largest) => power,
            _ => 0,
        };
        let unit = 10f64.powi(power);
        let decimals = (-((step / unit).log10() + slack).floor()).max(0.0) as usize;
        let major = (first..=last).map(|number| {
            let value = number as f64 * step;
            (value, signed(&format!("{:.decimals$}", value / unit)))
        });
        let small = step / f64::from(parts);
        let begin = (self.low / small - slack).ceil() as i64;
        let end = (self.high / small + slack).floor() as i64;
        let minor = (begin..=end).filter(|number| number % i64::from(parts) != 0);
        let minor = minor.map(|number| number as f64 * small);
        Ticks { major: major.collect(), minor: minor.collect(), power, are_names: false }
    }

    fn log_ticks(&self, most: usize) -> Ticks {
        let slack = 1e-9;
        let (first, last) = ((self.low - slack).ceil() as i32, (self.high + slack).floor() as i32);
        let decades = (last - first + 1).max(0) as usize;
        let within = |value: f64| (self.low - slack..=self.high + slack).contains(&value.log10());
        let all = |factors: &[i32]| -> Vec<f64> {
            let decade =
                |power: i32| factors.iter().map(move |by| f64::from(*by) * 10f64.powi(power));
            (first - 1..=last).flat_map(decade).filter(|value| within(*value)).collect()
        };
        let minor = if decades > 12 { Vec::new() } else { all(&[2, 3, 4, 5, 6, 7, 8, 9]) };
        if decades >= 2 {
            let every = decades.div_ceil(most) as i32;
            let major = (first..=last).filter(|power| power % every == 0);
            let major = major.map(|power| (10f64.powi(power), decade(power)));
            return Ticks { major: major.collect(), minor, ..Ticks::default() };
        }
        let mut values = all(&[1, 2, 5]);
        if values.len() < 2 {
            values = all(&[1, 2, 3, 4, 5, 6, 7, 8, 9]);
        }
        if values.len() < 2 {
            // Much less than a decade: as a linear axis.
            let (low, high) = self.ends();
            return Self { low, high, log: false, ..*self }.linear_ticks(most);
        }
        let major = values.into_iter().map(|value| (value, plain(value)));
        Ticks { major: major.collect(), minor, ..Ticks::default() }
    }
}

/// The distance of ticks that are at most so many, and into how many parts small ones divide it.
fn step(span: f64, most: usize) -> (f64, u32) {
    let raw = span / most as f64;
    let power = 10f64.powi(raw.log10().floor() as i32);
    let slack = 1.0 + 1e-9;
    match raw / power {
        size if size <= slack => (power, 5),
        size if size <= 2.0 * slack => (2.0 * power, 4),
        size if size <= 5.0 * slack => (5.0 * power, 5),
        _ => (10.0 * power, 5),
    }
}

/// A number with a minus of its width, and without one before zero.
fn signed(text: &str) -> String {
    match text.strip_prefix('-') {
        Some(zero) if zero.bytes().all(|byte| matches!(byte, b'0' | b'.')) => zero.to_string(),
        Some(number) => format!("\u{2212}{number}"),
        None => text.to_string(),
    }
}

/// A power of ten.
pub(super) fn decade(power: i32) -> String {
    match power {
        0 => "1".to_string(),
        1 => "10".to_string(),
        power => format!("10^{{{}}}", signed(&power.to_string())),
    }
}

/// A number of one digit times a power of ten.
fn plain(value: f64) -> String {
    let power = (value.log10() + 1e-9).floor() as i32;
    if (-3..5).contains(&power) {
        let decimals = (-power).max(0) as usize;
        return format!("{value:.decimals$}");
    }
    let digit = (value / 10f64.powi(power)).round();
    match digit as i32 {
        1 => decade(power),
        digit => format!("{digit}×{}", decade(power)),
    }
}

/// A value for people to read: six digits, no zeros behind.
pub(super) fn value(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return if number == 0.0 { "0".to_string() } else { number.to_string() };
    }
    let size = number.abs();
    if !(1e-4..1e9).contains(&size) {
        let text = format!("{number:.5e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = if digits.contains('.') {
            digits.trim_end_matches('0').trim_end_matches('.')
        } else {
            digits
        };
        return format!("{digits}e{power}");
    }
    let decimals = (5 - size.log10().floor() as i32).max(0) as usize;
    let text = format!("{number:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64, log: bool, most: usize) -> Vec<String> {
        let axis = Axis { log, ..Axis::default() };
        let ticks = Scale::new(&axis, (low, high), Room::Tight).ticks(most);
        ticks.major.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_numbers_that_are_not_too_many() {
        assert_eq!(labels(0.0, 1.0, false, 6), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(-1.0, 1.0, false, 5), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
        assert_eq!(labels(0.0, 5.0, false, 6), ["0", "1", "2", "3", "4", "5"]);
        assert_eq!(labels(0.0, 30_000.0, false, 4), ["0", "10000", "20000", "30000"]);
        for (low, high) in [(0.0, 7.3), (-3.1, 900.0), (1e-7, 3e-7), (1e8, 1e8 + 5.0)] {
            for most in 2..12 {
                let found = labels(low, high, false, most);
                assert!((1..=most + 1).contains(&found.len()), "{low} {high} {most}: {found:?}");
                assert!(found.windows(2).all(|pair| pair[0] != pair[1]), "{found:?}");
            }
        }
    }

    #[test]
    fn large_and_small_numbers_leave_out_their_power_of_ten() {
        let ticks = Scale::new(&Axis::default(), (0.0, 4.0e6), Room::Tight).ticks(5);
        assert_eq!((ticks.power, ticks.major[4].1.as_str()), (6, "4"));
        let ticks = Scale::new(&Axis::default(), (0.0, 2.5e-3), Room::Tight).ticks(5);
        assert_eq!((ticks.power, ticks.major[1].1.as_str()), (-3, "0.5"));
    }

    #[test]
    fn a_logarithmic_axis_has_powers_of_ten_or_digits() {
        assert_eq!(labels(0.01, 100.0, true, 6), ["10^{−2}", "10^{−1}", "1", "10", "10^{2}"]);
        assert_eq!(labels(1.0, 8.0, true, 6), ["1", "2", "5"]);
        assert_eq!(labels(1e-9, 1e9, true, 6).len(), 5);
        assert!(labels(3.1, 3.3, true, 6).len() >= 2);
    }

    #[test]
    fn values_lie_between_the_ends() {
        let scale = Scale::new(&Axis::default(), (2.0, 4.0), Room::Marks).between(100.0, 0.0);
        assert!(
            scale.at(2.0) < 100.0 && scale.at(4.0) > 0.0 && (scale.at(3.0) - 50.0).abs() < 1e-9
        );
        let one = Scale::new(&Axis::default(), (3.0, 3.0), Room::Marks).between(0.0, 1.0);
        assert!((one.at(3.0) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn values_are_short() {
        assert_eq!(value(0.1 + 0.2), "0.3");
        assert_eq!(value(1_234_567.0), "1234567");
        assert_eq!(value(-1.5e-7), "-1.5e-7");
        assert_eq!(value(12.345_678_9), "12.3457");
    }
}
