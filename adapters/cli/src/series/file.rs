//! The file of a series: CSV, or Parquet if its name says so.

use std::fmt::Write as _;

use flockwork_scheduler_native::Sample;

use super::OWN;
#[cfg(feature = "parquet")]
use super::table::Table;
use crate::failure::Failure;
use crate::lines::Lines;
use crate::output::{Ready, Target};

/// A file in the making.
pub(crate) enum SeriesFile<'a> {
    Csv(Lines<'a>),
    #[cfg(feature = "parquet")]
    Parquet(Table<'a>),
}

impl<'a> SeriesFile<'a> {
    /// Begins a file of these statistics; Parquet, which must be a part of this build, keeps `about` as text by key.
    #[cfg_attr(
        not(feature = "parquet"),
        expect(unused_variables, reason = "CSV has no place for it")
    )]
    pub(crate) fn begin(
        target: &'a Target,
        stats: &[String],
        about: &[(&str, String)],
    ) -> Result<Self, Failure> {
        #[cfg(feature = "parquet")]
        if is_parquet(target) {
            return Table::begin(target, stats, about).map(Self::Parquet);
        }
        let names: Vec<&str> = OWN.into_iter().chain(stats.iter().map(String::as_str)).collect();
        let text = names.join(",") + "\n";
        Lines::begin(target, text).map(Self::Csv)
    }

    pub(super) fn add(&mut self, sample: Sample) -> Result<(), Failure> {
        match self {
            #[cfg(feature = "parquet")]
            Self::Parquet(table) => table.add(sample),
            Self::Csv(lines) => lines.add(|text| {
                let Sample { tick, time, population, stats } = sample;
                let _ = write!(text, "{tick},{},{population}", Shortest(time));
                for (_, value) in stats {
                    let _ = write!(text, ",{}", Shortest(value));
                }
                text.push('\n');
            }),
        }
    }

    /// Ends the file: all of it is on the disk, but not yet in its place.
    pub(super) fn finish(self) -> Result<Ready<'a>, Failure> {
        match self {
            #[cfg(feature = "parquet")]
            Self::Parquet(table) => table.finish(),
            Self::Csv(lines) => lines.finish(),
        }
    }
}

/// Whether a series goes to a Parquet table.
pub(crate) fn is_parquet(target: &Target) -> bool {
    let ending = target.named().extension().map(|ending| ending.to_string_lossy().to_lowercase());
    matches!(ending.as_deref(), Some("parquet" | "pq"))
}

/// The shortest text that is read as this very number; nothing for one that is none.
pub(crate) struct Shortest(pub(crate) f64);

impl std::fmt::Display for Shortest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            number if !number.is_finite() => Ok(()),
            number if number == 0.0 || (1.0e-5..1.0e17).contains(&number.abs()) => {
                write!(f, "{number}")
            }
            number => write!(f, "{number:e}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_so_that_they_are_read_back() {
        for (number, wanted) in [
            (0.0, "0"),
            (5.0, "5"),
            (-0.1, "-0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1.0e300, "1e300"),
            (-5.0e-324, "-5e-324"),
            (1.5e16, "15000000000000000"),
            (f64::MAX, "1.7976931348623157e308"),
        ] {
            let text = Shortest(number).to_string();
            assert_eq!(text, wanted);
            assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits());
        }
        assert_eq!(Shortest(f64::NAN).to_string(), "");
    }
}
