//! A user's own entities: a table in text, extended XYZ or Parquet whose columns have the names of the
//! model's, or are chosen.
//!
//! A column of several components is given as `genes_0`, `genes_1` and so on. Here names are
//! matched and numbers read, a piece at a time and never more rows than may be; whether a number
//! fits its column and the world, `flockwork_scheduler` decides, which names line and id.

#[cfg(feature = "parquet")]
mod bounded;
pub(crate) mod choice;
pub(crate) mod csv_in;
#[cfg(feature = "parquet")]
pub(crate) mod parquet_in;
#[cfg(feature = "parquet")]
mod parquet_types;
mod take;
mod text;
#[cfg(feature = "parquet")]
mod thrift;
pub(crate) mod xyz_in;

use std::path::Path;

use flockwork_kernel::columns::Column;
use flockwork_scheduler::Table;

use crate::failure::Failure;
use crate::human;
use crate::input;
#[cfg(not(feature = "parquet"))]
use crate::parts::PARQUET;
use choice::Choice;

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

/// The formats of tables, as an error lists them.
pub(crate) const FORMATS: &str = ".csv, .tsv, .txt, .dat, .xyz, .extxyz or .parquet";

/// Reads the table in `path`, by its extension.
pub(crate) fn read(
    path: &Path,
    schema: &[Column],
    most: &Most,
    choice: &Choice,
) -> Result<Table, Failure> {
    read_as("the initial table", path, schema, most, choice).map_err(Failure::Usage)
}

/// The same of a table that is called something else.
pub(crate) fn read_as(
    what: &str,
    path: &Path,
    schema: &[Column],
    most: &Most,
    choice: &Choice,
) -> Result<Table, String> {
    let name = format!("{what} {}", human::path(path));
    let kind = path.extension().and_then(|kind| kind.to_str()).map(str::to_lowercase);
    let result = match kind.as_deref() {
        Some("csv" | "tsv" | "txt" | "dat") => {
            input::open(path).and_then(|file| csv_in::read(file, schema, most, choice))
        }
        Some("xyz" | "extxyz") => {
            input::open(path).and_then(|file| xyz_in::read(file, schema, most, choice))
        }
        #[cfg(feature = "parquet")]
        Some("parquet" | "pq") => input::open(path)
            .and_then(|file| parquet_in::read_in_silence(file, schema, most, choice)),
        #[cfg(not(feature = "parquet"))]
        Some("parquet" | "pq") => Err(PARQUET.missing("to read it")),
        _ => Err(format!("its name must end in {FORMATS}")),
    };
    result
        .map(|table| Table { name: name.clone(), ..table })
        .map_err(|problem| format!("{name}: {problem}"))
}

#[cfg(test)]
mod tests;

#[cfg(all(test, feature = "parquet"))]
mod parquet_tests;
