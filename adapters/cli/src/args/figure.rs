//! What `flockwork plot` can be asked.

// A build without figures reads it, and refuses it.
#![cfg_attr(not(feature = "plot"), allow(dead_code))]

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::parse_count;

/// Theories by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Theory {
    /// The equation of state of hard discs: the compressibility factor over the packing fraction.
    Henderson,
    /// None.
    None,
}

/// An axis that may be logarithmic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogAxis {
    /// The one across.
    X,
    /// The one upwards.
    Y,
    /// None of both.
    None,
}

/// `flockwork plot`.
#[derive(Debug, Args)]
pub(crate) struct PlotArgs {
    /// Reports, series, sweeps (their folders, points.csv or runs.csv), observables, recordings
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Where to write: vectors, a picture of 300 dots per inch, or a page that tells values
    #[arg(long, value_name = "F.svg|F.png|F.html")]
    pub(crate) out: PathBuf,
    /// What goes along x [default: time; of a sweep the first key that was set]
    #[arg(long, value_name = "NAME")]
    pub(crate) x: Option<String>,
    /// What goes along y, together [default: everything, each in axes of its own]
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    pub(crate) y: Vec<String>,
    /// A line for each value of these [default: of a sweep the other keys]
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    pub(crate) by: Vec<String>,
    /// Which axes are logarithmic [default: as suits the data]
    #[arg(long, value_name = "x,y|none", value_enum, value_delimiter = ',')]
    pub(crate) log: Vec<LogAxis>,
    /// Of a recording, the tick at which places are shown [default: the last]
    #[arg(long, value_name = "T", value_parser = parse_count)]
    pub(crate) tick: Option<u64>,
    /// A curve beside the data, such as "x^2" or "fit = 2*x^0.5"; may be given again
    #[arg(long, value_name = "EXPRESSION")]
    pub(crate) with: Vec<String>,
    /// A curve of a theory
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) theory: Option<Theory>,
    /// Above the figure
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// What stands at the x axis; ^{2} and _{0} are set high and low
    #[arg(long, value_name = "TEXT")]
    pub(crate) x_label: Option<String>,
    /// What stands at the y axis
    #[arg(long, value_name = "TEXT")]
    pub(crate) y_label: Option<String>,
    /// The size of a picture: a journal's column (85 mm), its page (180 mm), or millimetres
    #[arg(long, value_name = "column|page|WxH", default_value = "column", value_parser = Size::parse)]
    pub(crate) size: Size,
    /// No word about what was written
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// The size of a figure, in millimetres; without a height, each panel has that of its shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Size {
    pub(crate) width: f64,
    pub(crate) height: Option<f64>,
}

/// Widths that journals print, in millimetres: a column, and a page.
const COLUMN: f64 = 85.0;
const PAGE: f64 = 180.0;

impl Size {
    pub(crate) const COLUMN: Self = Self { width: COLUMN, height: None };

    /// Reads `column`, `page` or millimetres such as `120x80`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let length = |part: &str| {
            part.trim().parse::<f64>().ok().filter(|length| (30.0..=1000.0).contains(length))
        };
        let size = match text {
            "column" => Some(Self::COLUMN),
            "page" => Some(Self { width: PAGE, height: None }),
            text => text.split_once(['x', 'X', '×']).and_then(|(width, height)| {
                Some(Self { width: length(width)?, height: Some(length(height)?) })
            }),
        };
        size.ok_or_else(|| {
            "it must be column (85 mm wide), page (180 mm), or millimetres such as 120x80, from 30 \
             to 1000"
                .to_string()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_journals_or_millimetres() {
        assert_eq!(Size::parse("column"), Ok(Size { width: 85.0, height: None }));
        assert_eq!(Size::parse("120x80"), Ok(Size { width: 120.0, height: Some(80.0) }));
        for bad in ["", "wide", "10x10", "100", "1e9x50", "NaNx50"] {
            assert!(Size::parse(bad).is_err(), "{bad}");
        }
    }
}
