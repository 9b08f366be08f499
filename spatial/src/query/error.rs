//! Why a query cannot be answered.

use core::fmt;

use crate::index::{ANYWHERE, IndexError};
use crate::query::inputs::RADIUS;

/// A query cannot be answered; nothing was written or called back.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum QueryError {
    /// A radius is not a usable number.
    InvalidRadius {
        /// What was given.
        radius: f32,
    },
    /// A radius is not below half of the length of a periodic axis.
    RadiusTooWide {
        /// The shortest periodic axis: `"x"`, `"y"` or `"z"`.
        axis: &'static str,
        /// What was given.
        radius: f32,
        /// The largest that fits.
        widest: f32,
    },
    /// A coordinate of the query is NaN or infinite.
    PointNotFinite {
        /// Which coordinate: `"x"`, `"y"` or `"z"`.
        axis: &'static str,
        /// What was given.
        value: f32,
    },
    /// A coordinate of the query, or a corner of its box, is outside what is allowed.
    PointOutside {
        /// Which coordinate: `"x"`, `"y"` or `"z"`.
        axis: &'static str,
        /// What was given.
        value: f32,
        /// The smallest that is allowed.
        low: f32,
        /// The largest that is allowed.
        high: f32,
    },
    /// A segment with its radius could meet itself across the seam of a periodic axis.
    SegmentTooLong {
        /// Which axis: `"x"`, `"y"` or `"z"`.
        axis: &'static str,
        /// Its length along this axis and twice its radius.
        extent: f32,
        /// What this must be below.
        longest: f32,
    },
    /// One of many points cannot be asked about.
    BadPoint {
        /// Its slot.
        index: u32,
        /// Which coordinate: `"x"`, `"y"` or `"z"`.
        axis: &'static str,
        /// What was given.
        value: f32,
        /// The smallest that is allowed.
        low: f32,
        /// The largest that is allowed.
        high: f32,
    },
    /// There are not as many of everything in many points.
    Points(IndexError),
    /// No result was asked for.
    NoResults,
    /// The slice for the results is too short.
    OutTooShort {
        /// Results asked for.
        needed: usize,
        /// Places given.
        given: usize,
    },
    /// There are more neighbours than the starts of lists can count.
    TooManyNeighbours {
        /// How many there are.
        count: u64,
    },
    /// What entities show is not of as many as there are.
    OtherShown {
        /// How many entities there are.
        needed: usize,
        /// How many show something.
        given: usize,
    },
}

impl QueryError {
    /// What is said of one of many points.
    pub(super) fn of_point(self, index: u32) -> Self {
        match self {
            Self::PointOutside { axis, value, low, high } => {
                Self::BadPoint { index, axis, value, low, high }
            }
            Self::PointNotFinite { axis, value } => {
                let (low, high) = ANYWHERE[0];
                Self::BadPoint { index, axis, value, low, high }
            }
            other => other,
        }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidRadius { radius } => {
                let (low, high) = RADIUS;
                write!(f, "the radius of a query is {radius}: it must be from {low:e} to {high:e}")
            }
            Self::RadiusTooWide { axis, radius, widest } => write!(
                f,
                "the radius of a query is {radius}: along the periodic {axis} it must be at most \
                 {widest} (below half of the length)"
            ),
            Self::PointNotFinite { axis, value } => {
                write!(f, "{axis} of a query is {value}: it must be a finite number")
            }
            Self::PointOutside { axis, value, low, high } => {
                write!(f, "{axis} of a query is {value}: it must be from {low} to {high}")
            }
            Self::SegmentTooLong { axis, extent, longest } => write!(
                f,
                "a segment with its radius on both sides extends {extent} along the periodic \
                 {axis}: it must be below {longest}"
            ),
            Self::BadPoint { index, axis, value, low, high } => {
                write!(f, "{axis} of point {index} is {value}: it must be from {low} to {high}")
            }
            Self::Points(error) => error.fmt(f),
            Self::NoResults => write!(f, "0 results were asked for: it must be at least 1"),
            Self::OutTooShort { needed, given } => {
                write!(f, "the slice for the results has {given} places and needs {needed}")
            }
            Self::TooManyNeighbours { count } => {
                write!(f, "there are {count} neighbours, and lists hold at most {}", u32::MAX)
            }
            Self::OtherShown { needed, given } => {
                write!(f, "{given} entities show something, and the index has {needed}")
            }
        }
    }
}

impl core::error::Error for QueryError {}
