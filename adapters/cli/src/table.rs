//! A user's own entities: a CSV or Parquet table whose columns have the names of the model's.
//!
//! A column of several components is given as `genes_0`, `genes_1` and so on. Here names are
//! matched and numbers read, a piece at a time and never more rows than may be; whether a number
//! fits its column and the world, `flockwork_scheduler` decides, which names line and id.

#[cfg(feature = "parquet")]
mod bounded;
pub(crate) mod csv_in;
#[cfg(feature = "parquet")]
pub(crate) mod parquet_in;
#[cfg(feature = "parquet")]
mod parquet_types;
#[cfg(feature = "parquet")]
mod thrift;

use std::path::Path;

use flockwork_kernel::columns::{Column, Reach, Scalar};
use flockwork_scheduler::registry::{number_names, whole_vectors};
use flockwork_scheduler::{Lines, Table, TableColumn};

use crate::failure::Failure;
use crate::human;
use crate::input;
#[cfg(not(feature = "parquet"))]
use crate::parts::PARQUET;

/// How many rows a table may have, and why not more.
#[derive(Clone, Debug)]
pub(crate) struct Most {
    pub(crate) rows: u64,
    pub(crate) why: String,
}

impl Most {
    /// Checks a number of rows.
    fn allows(&self, rows: u64) -> Result<(), String> {
        if rows <= self.rows {
            return Ok(());
        }
        let most = human::count(self.rows);
        Err(format!("it has more than {most} rows, the most that there may be: {}", self.why))
    }
}

/// Reads the table in `path`, by its extension.
pub(crate) fn read(path: &Path, schema: &[Column], most: &Most) -> Result<Table, Failure> {
    let name = format!("the initial table {}", human::path(path));
    let kind = path.extension().and_then(|kind| kind.to_str()).map(str::to_lowercase);
    let result = match kind.as_deref() {
        Some("csv") => input::open(path).and_then(|file| csv_in::read(file, schema, most)),
        #[cfg(feature = "parquet")]
        Some("parquet" | "pq") => {
            input::open(path).and_then(|file| parquet_in::read_in_silence(file, schema, most))
        }
        #[cfg(not(feature = "parquet"))]
        Some("parquet" | "pq") => Err(PARQUET.missing("to read it")),
        _ => Err("its name must end in .csv or .parquet".to_string()),
    };
    result
        .map(|table| Table { name: name.clone(), ..table })
        .map_err(|problem| Failure::usage(format_args!("{name}: {problem}")))
}

/// The columns of a table, still empty, for the names in its file.
fn columns<'a>(
    names: impl Iterator<Item = &'a str>,
    schema: &[Column],
) -> Result<Vec<TableColumn>, String> {
    let mut columns: Vec<TableColumn> = Vec::new();
    for (number, name) in names.enumerate() {
        let name = name.trim();
        if name.is_empty() {
            return Err(format!(
                "column {} has no name: leave it out (it may be the index that pandas writes \
                 without `index=False`, or come from a separator at the end of the line)",
                number + 1
            ));
        }
        let (column, component) = find(name, schema)?;
        if columns.iter().any(|known| known.name == column.name && known.component == component) {
            return Err(format!("there are two columns `{name}`"));
        }
        let name = column.name.to_string();
        columns.push(TableColumn { name, component, values: Vec::new() });
    }
    if columns.is_empty() {
        return Err("it has no columns".to_string());
    }
    let given: Vec<(&str, u32)> =
        columns.iter().map(|column| (column.name.as_str(), column.component)).collect();
    whole_vectors(schema, &given)?;
    Ok(columns)
}

/// Whether a column of the model holds truth values.
fn holds_flags(column: &TableColumn, schema: &[Column]) -> bool {
    let known = schema.iter().find(|known| known.name == column.name);
    known.is_some_and(|known| known.scalar == Scalar::Bool)
}

fn find<'s>(name: &str, schema: &'s [Column]) -> Result<(&'s Column, u32), String> {
    if let Some((_, column, component)) = number_names(schema).find(|(known, ..)| known == name) {
        return Ok((column, component));
    }
    if name == "tick" {
        return Err("it has a column `tick`: a recording holds many ticks; take the rows of one, \
                    without that column"
            .to_string());
    }
    let all: Vec<String> = number_names(schema).map(|(known, ..)| known).collect();
    let brief: Vec<String> = schema
        .iter()
        .filter(|column| column.reach >= Reach::Owned)
        .map(|column| match column.components {
            1 => column.name.to_string(),
            more => format!("{0}_0..{0}_{1}", column.name, more - 1),
        })
        .collect();
    let brief: Vec<&str> = brief.iter().map(String::as_str).collect();
    let near = human::nearest(name, all.iter().map(String::as_str));
    let near = near.map_or(";".to_string(), |near| format!("; did you mean `{near}`?"));
    let name = human::shown(name);
    Err(format!("there is no column `{name}`{near} There is {}", human::list(&brief)))
}

fn table(columns: Vec<TableColumn>, rows: usize, lines: Lines) -> Table {
    Table { name: String::new(), rows, columns, lines }
}

#[cfg(test)]
mod tests;

#[cfg(all(test, feature = "parquet"))]
mod parquet_tests;
