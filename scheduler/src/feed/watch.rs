//! What a feed is asked for.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use flockwork_kernel::columns::{Column, Reach};

use crate::spot::number_names;

/// How many numbers of entities a watch may name.
pub const MOST_COLUMNS: usize = 8;
/// How many records a feed may keep.
pub const MOST_LIMIT: usize = 1 << 20;

/// One number of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// The column's place in the schema.
    pub column: usize,
    /// Which of its numbers.
    pub component: u32,
}

impl Number {
    /// A number by its name: that of its column, or `genes_3` where this has several.
    pub fn named(schema: &[Column], name: &str) -> Option<Self> {
        let (_, column, component) = number_names(schema).find(|(known, ..)| known == name)?;
        let column = schema.iter().position(|one| one.name == column.name)?;
        Some(Self { column, component })
    }
}

/// Who is told of: those with a number of this range, its ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Within {
    /// The number.
    pub number: Number,
    /// The least.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

impl Within {
    pub(super) fn has(&self, value: f64) -> bool {
        (self.min..=self.max).contains(&value)
    }
}

/// What a feed tells of.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    /// Who came into the world.
    pub births: bool,
    /// Events that came to entities.
    pub events: bool,
    /// Who is gone.
    pub deaths: bool,
    /// Of which entities: those of all these ranges.
    pub within: Vec<Within>,
    /// What is told of them besides their place: at most [`MOST_COLUMNS`].
    pub columns: Vec<Number>,
    /// How many records are kept at most, the newest: 1 to [`MOST_LIMIT`].
    pub limit: usize,
}

impl Default for Watch {
    /// All that happens to everybody, the last 4,096 of it.
    fn default() -> Self {
        let (within, columns) = (Vec::new(), Vec::new());
        Self { births: true, events: true, deaths: true, within, columns, limit: 4096 }
    }
}

impl Watch {
    pub(super) fn check(&self, schema: &[Column]) -> Result<(), WatchError> {
        if self.limit == 0 || self.limit > MOST_LIMIT {
            return Err(WatchError::Limit(self.limit));
        }
        if self.columns.len() > MOST_COLUMNS {
            return Err(WatchError::Columns(self.columns.len()));
        }
        for number in self.columns.iter().chain(self.within.iter().map(|one| &one.number)) {
            let column = schema.get(number.column);
            let travels = column.is_some_and(|column| {
                column.reach >= Reach::Owned && number.component < column.components
            });
            if !travels {
                let name = column.map_or_else(|| number.column.to_string(), |it| it.name.into());
                return Err(WatchError::Number { name, component: number.component });
            }
        }
        Ok(())
    }
}

/// Why there can be no such feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchError {
    /// It keeps nothing, or too much.
    Limit(usize),
    /// So many numbers are named.
    Columns(usize),
    /// There is no such number, or it does not outlive a tick.
    Number {
        /// The column's name, or its place if there is none.
        name: String,
        /// Which of its numbers.
        component: u32,
    },
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Limit(limit) => {
                write!(f, "a feed of {limit} records: it may keep from 1 to {MOST_LIMIT}")
            }
            Self::Columns(count) => {
                write!(f, "{count} numbers of each entity: at most {MOST_COLUMNS} are told")
            }
            Self::Number { name, component } => {
                write!(f, "no number {component} of a column `{name}` that outlives a tick")
            }
        }
    }
}

impl core::error::Error for WatchError {}
