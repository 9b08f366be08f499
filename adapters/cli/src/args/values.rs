//! How values of options are read.

use std::time::Duration;

use flockwork_scheduler::Cut;
use flockwork_scheduler_native::MAX_WORKERS;

/// How many workers there may be.
pub(super) fn workers() -> clap::builder::RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..=MAX_WORKERS as i64)
}

/// Reads a whole number such as `250000`, `250_000`, `250k`, `2.5M` or `1e6`.
pub(crate) fn parse_count(text: &str) -> Result<u64, String> {
    let plain: String = text.chars().filter(|c| *c != '_' && *c != ',').collect();
    let (digits, zeros) = match plain.char_indices().last() {
        Some((at, 'k' | 'K')) => (&plain[..at], Some(3)),
        Some((at, 'm' | 'M')) => (&plain[..at], Some(6)),
        Some((at, 'g' | 'G')) => (&plain[..at], Some(9)),
        _ => match plain.split_once(['e', 'E']) {
            Some((digits, zeros)) => (digits, zeros.parse::<u32>().ok()),
            None => (plain.as_str(), Some(0)),
        },
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let number = || {
        if !all_digits(whole) || !all_digits(decimals) || whole.is_empty() {
            return None;
        }
        let factor = 10u64.checked_pow(zeros?)?;
        let decimals = decimals.trim_end_matches('0');
        let part = match decimals {
            "" => 0,
            _ => {
                let scale = 10u64.checked_pow(decimals.len() as u32)?;
                let part = decimals.parse::<u64>().ok()?.checked_mul(factor)?;
                part.is_multiple_of(scale).then_some(part / scale)?
            }
        };
        whole.parse::<u64>().ok()?.checked_mul(factor)?.checked_add(part)
    };
    number().ok_or_else(|| {
        "it must be a whole number below 2^64, such as 250000, 250k, 2.5M or 1e6".to_string()
    })
}

/// Reads a time from a hundredth of a second to a year.
pub(super) fn parse_seconds(text: &str) -> Result<Duration, String> {
    text.parse::<f64>()
        .ok()
        .filter(|seconds| (0.01..=3.2e7).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "it must be a number of seconds from 0.01 to 32000000".to_string())
}

/// Reads the seed of all random numbers.
pub(super) fn parse_seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("it must be a whole number from 0 to {}", u64::MAX))
}

/// Reads how many ticks are measured.
pub(super) fn parse_measured(text: &str) -> Result<u64, String> {
    let ticks = parse_count(text).ok().filter(|ticks| (20..=1_000_000).contains(ticks));
    ticks.ok_or_else(|| "it must be a whole number from 20 to 1000000".to_string())
}

/// Reads a whole number that is not 0.
pub(super) fn parse_some(text: &str) -> Result<u64, String> {
    match parse_count(text)? {
        0 => Err("it must be at least 1".to_string()),
        number => Ok(number),
    }
}

/// Reads `4`, `2x3` or `2x2x3`.
pub(super) fn parse_cut(text: &str) -> Result<Cut, String> {
    let number = |part: &str| part.trim().parse::<u32>().ok().filter(|number| *number > 0);
    let parts: Option<Vec<u32>> = text.split(['x', 'X', '×']).map(number).collect();
    let cut = match parts.as_deref() {
        Some(&[parts]) => Some(Cut::Parts(parts)),
        Some(&[rows, cols]) => Some(Cut::Grid { cols, rows, layers: 1 }),
        Some(&[layers, rows, cols]) => Some(Cut::Grid { cols, rows, layers }),
        _ => None,
    };
    cut.filter(|cut| cut.count().is_some()).ok_or_else(|| {
        "it must be a number of regions such as 6, or rows x columns such as 2x3, or in space \
         layers x rows x columns such as 2x2x3"
            .to_string()
    })
}

/// Reads ticks per second.
pub(super) fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.01..=100_000.0).contains(&rate) => Ok(rate),
        _ => Err("it must be a number from 0.01 to 100000".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_may_be_short() {
        assert_eq!(parse_count("100k"), Ok(100_000));
        assert_eq!(parse_count("1_000"), Ok(1000));
        assert_eq!(parse_count("2.5M"), Ok(2_500_000));
        assert_eq!(parse_count("1e6"), Ok(1_000_000));
        assert_eq!(parse_count("1.25E2"), Ok(125));
        assert_eq!(parse_count("100.0"), Ok(100));
        let bad = ["", "k", "-1", "1.5", "1e", "e3", "1e-3", "1e20", "1.5x", ".5M", "1.2345k"];
        for bad in bad.into_iter().chain(["99999999999999999999", "1e3k", "1e4294967296"]) {
            assert!(parse_count(bad).is_err(), "{bad}");
        }
        assert!(parse_some("0").is_err() && parse_some("1k") == Ok(1000));
    }

    #[test]
    fn cuts_are_a_number_or_rows_by_columns() {
        assert_eq!(parse_cut("6"), Ok(Cut::Parts(6)));
        assert_eq!(parse_cut("2x3"), Ok(Cut::Grid { cols: 3, rows: 2, layers: 1 }));
        assert_eq!(parse_cut("4x2x3"), Ok(Cut::Grid { cols: 3, rows: 2, layers: 4 }));
        for bad in ["", "0", "0x3", "x", "2x", "-1", "70000x70000", "2x3x4x5", "2x3x0"] {
            assert!(parse_cut(bad).is_err(), "{bad}");
        }
    }
}
