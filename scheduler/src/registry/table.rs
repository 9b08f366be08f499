//! A user's table of entities at tick 0: columns by name, and nothing of what they may hold.
//!
//! Whether it fits a model and its world says `fit.rs` beside it.

use alloc::string::String;
use alloc::vec::Vec;

use super::lines::Lines;

/// Values for some or all columns of the entities at tick 0; the model spawns the rest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What errors call it; "the table" if it is empty.
    pub name: String,
    /// The number of entities.
    pub rows: usize,
    /// The columns.
    pub columns: Vec<TableColumn>,
    /// Where its rows stand.
    pub lines: Lines,
}

/// One scalar of every entity.
#[derive(Clone, Debug, PartialEq)]
pub struct TableColumn {
    /// The name of a column of the model.
    pub name: String,
    /// Which of its scalars; 0 if it has only one.
    pub component: u32,
    /// A value for each entity.
    pub values: Vec<f64>,
}
