//! The values of one key: what `--set KEY=...` of a sweep says.
//!
//! | written | means |
//! | --- | --- |
//! | `0:5:0.25` | from 0 to 5 in steps of 0.25, both ends among them |
//! | `40,100,400` | each of these; a comma in brackets or quotes parts nothing |
//! | `wall` | this one, for all points |
//! | `0:1` | anything from 0 to 1: for `--latin` |
//!
//! Steps are made of decimal digits, not of floats: the third step of 0.1 is `0.3`.

use std::fmt;

/// The most values that a range may have.
const MOST: i128 = 1_000_000;

/// The values of a key.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    /// Each of these.
    Each(Vec<String>),
    /// Anything in between.
    Between(f64, f64),
}

impl Values {
    /// Reads what stands behind the `=`.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let numbers: Option<Vec<Decimal>> = text.split(':').map(Decimal::parse).collect();
        match numbers.as_deref() {
            Some([low, high]) => {
                let (low, high) = (low.number(), high.number());
                match low < high {
                    true => Ok(Self::Between(low, high)),
                    false => Err("the first of the two numbers must be the smaller one".into()),
                }
            }
            Some([first, last, step]) => range(*first, *last, *step).map(Self::Each),
            _ => each(text).map(Self::Each),
        }
    }
}

/// The values from `first` to `last`.
fn range(first: Decimal, last: Decimal, step: Decimal) -> Result<Vec<String>, String> {
    let too_fine = || "it has too many digits".to_string();
    let exponent = first.exponent.min(last.exponent).min(step.exponent);
    let at = |number: Decimal| number.digits_at(exponent).ok_or_else(too_fine);
    let (first, last, step) = (at(first)?, at(last)?, at(step)?);
    if step == 0 || (last - first).signum() * step.signum() < 0 {
        return Err("FIRST:LAST:STEP must lead from the first to the last".to_string());
    }
    let steps = (last - first) / step;
    if steps >= MOST {
        return Err(format!("there would be more than {MOST} values"));
    }
    Ok((0..=steps).map(|at| Decimal { digits: first + at * step, exponent }.to_string()).collect())
}

/// The values that commas part.
fn each(text: &str) -> Result<Vec<String>, String> {
    let mut values = vec![String::new()];
    let (mut depth, mut quote) = (0i32, None);
    for character in text.chars() {
        match (character, quote) {
            (',', None) if depth == 0 => {
                values.push(String::new());
                continue;
            }
            ('[' | '{', None) => depth += 1,
            (']' | '}', None) => depth -= 1,
            ('"' | '\'', None) => quote = Some(character),
            _ if quote == Some(character) => quote = None,
            _ => {}
        }
        values.last_mut().into_iter().for_each(|value| value.push(character));
    }
    let values: Vec<String> = values.iter().map(|value| value.trim().to_string()).collect();
    if let Some(at) = values.iter().position(String::is_empty) {
        return Err(format!("value {} is empty", at + 1));
    }
    if let Some(twice) = (1..values.len()).find(|at| values[..*at].contains(&values[*at])) {
        return Err(format!("`{}` is there twice", values[twice]));
    }
    Ok(values)
}

/// A number as it is written: `digits` times ten to the power of `exponent`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Decimal {
    digits: i128,
    exponent: i32,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (number, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if unsigned.is_empty() || !all_digits(unsigned) || !all_digits(part) {
            return None;
        }
        let power = power.parse::<i32>().ok().filter(|power| power.abs() < 1000)?;
        Some(Self {
            digits: format!("{whole}{part}").parse().ok()?,
            exponent: power - i32::try_from(part.len()).ok()?,
        })
    }

    /// The nearest float.
    fn number(self) -> f64 {
        format!("{}e{}", self.digits, self.exponent).parse().unwrap_or(f64::NAN)
    }

    /// Its digits for a smaller exponent.
    fn digits_at(self, exponent: i32) -> Option<i128> {
        /// So that sums and products of steps fit too.
        const MOST: i128 = 1 << 100;
        let more = u32::try_from(self.exponent - exponent).ok()?;
        let digits = self.digits.checked_mul(10i128.checked_pow(more)?)?;
        (digits.abs() < MOST).then_some(digits)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.digits < 0 { "-" } else { "" };
        let digits = self.digits.unsigned_abs().to_string();
        if self.exponent >= 0 {
            let zeros = if self.digits == 0 { 0 } else { self.exponent as usize };
            return write!(f, "{sign}{digits}{}", "0".repeat(zeros));
        }
        let part = self.exponent.unsigned_abs() as usize;
        let digits = format!("{digits:0>width$}", width = part + 1);
        let (whole, part) = digits.split_at(digits.len() - part);
        match part.trim_end_matches('0') {
            "" => write!(f, "{sign}{whole}"),
            part => write!(f, "{sign}{whole}.{part}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<String> {
        match Values::parse(text) {
            Ok(Values::Each(values)) => values,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn steps_are_decimal() {
        assert_eq!(list("0:1:0.25"), ["0", "0.25", "0.5", "0.75", "1"]);
        assert_eq!(list("0.1:0.4:0.1"), ["0.1", "0.2", "0.3", "0.4"]);
        assert_eq!(list("0:1:0.3"), ["0", "0.3", "0.6", "0.9"]);
        assert_eq!(list("3:-1:-2"), ["3", "1", "-1"]);
        assert_eq!(list("1e-7:3e-7:1e-7"), ["0.0000001", "0.0000002", "0.0000003"]);
        assert_eq!(list("1e2:3e2:1e2"), ["100", "200", "300"]);
        assert_eq!(list("-0.5:0:0.25"), ["-0.5", "-0.25", "0"]);
        assert_eq!(list("5:5:1"), ["5"]);
        assert_eq!(list("0:5:0.25").len(), 21);
    }

    #[test]
    fn commas_part_values_but_not_inside_of_lists_and_quotes() {
        assert_eq!(list("40, 100,400"), ["40", "100", "400"]);
        assert_eq!(list("wall"), ["wall"]);
        assert_eq!(list("[\"wall\",\"open\"],\"a,b\""), ["[\"wall\",\"open\"]", "\"a,b\""]);
        // No range, though it has colons.
        assert_eq!(list("C:/a.csv"), ["C:/a.csv"]);
    }

    #[test]
    fn what_is_no_list_of_values_is_refused() {
        for (bad, why) in [
            ("", "value 1 is empty"),
            ("1,,2", "value 2 is empty"),
            ("1,2,1", "`1` is there twice"),
            ("0:1:0", "must lead"),
            ("0:1:-1", "must lead"),
            ("1:0:1", "must lead"),
            ("0:1:1e-9", "more than 1000000"),
            ("0:1e30:1e-30", "too many digits"),
            ("1:0", "the smaller one"),
        ] {
            let problem = Values::parse(bad).unwrap_err();
            assert!(problem.contains(why), "{bad}: {problem}");
        }
        assert_eq!(Values::parse("0.5:2"), Ok(Values::Between(0.5, 2.0)));
    }
}
