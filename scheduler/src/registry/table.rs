//! A user's table of entities at tick 0: columns by name, and nothing of what they may hold.
//!
//! Whether it fits a model and its world says `fit.rs` beside it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use flockwork_kernel::columns::{Column, Reach};

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

/// What one of the numbers of a column is called in a table: `x`, or `genes_3` where there are
/// several.
pub fn number_name(column: &Column, component: u32) -> String {
    match column.components {
        1 => column.name.to_string(),
        _ => format!("{}_{component}", column.name),
    }
}

/// Everything that a table may say of an entity: the names of the numbers of all columns that
/// travel, with the column of each and its place in it.
pub fn number_names(schema: &[Column]) -> impl Iterator<Item = (String, &Column, u32)> {
    schema.iter().filter(|column| column.reach >= Reach::Owned).flat_map(|column| {
        (0..column.components)
            .map(move |component| (number_name(column, component), column, component))
    })
}
