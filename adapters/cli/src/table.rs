//! A user's own entities: a CSV or Parquet table whose columns have the names of the model's.
//!
//! A column of several components is given as `genes_0`, `genes_1` and so on. Every value is
//! checked here, where its line is known: a number, finite, and whole and in range for a column of
//! whole numbers. What the columns mean, and which must be there, the model decides.

mod parquet_in;

use std::path::Path;

use flockwork_kernel::columns::{Column, Reach, Scalar};
use flockwork_scheduler_native::{Table, TableColumn};

use crate::failure::Failure;
use crate::human;

/// Reads the table in `path`, by its extension.
pub(crate) fn read(path: &Path, schema: &[Column]) -> Result<Table, Failure> {
    let kind = path.extension().and_then(|kind| kind.to_str()).map(str::to_lowercase);
    let result = match kind.as_deref() {
        Some("csv") => read_csv(path, schema),
        Some("parquet" | "pq") => parquet_in::read(path, schema),
        _ => Err("its name must end in .csv or .parquet".to_string()),
    };
    result.map_err(|problem| {
        Failure::usage(format_args!("the initial table {}: {problem}", path.display()))
    })
}

/// A column of a table, still empty, with what its values must be.
struct Place {
    column: TableColumn,
    scalar: Scalar,
}

impl Place {
    /// Takes one value; the error says what is allowed.
    fn push(&mut self, value: f64) -> Result<(), String> {
        let most = match self.scalar {
            Scalar::F32 => {
                return if (value as f32).is_finite() {
                    self.column.values.push(value);
                    Ok(())
                } else {
                    Err(format!("{value}: it must be a finite number"))
                };
            }
            Scalar::U32 => u32::MAX,
            Scalar::U16 => u32::from(u16::MAX),
            Scalar::U8 => u32::from(u8::MAX),
        };
        if value >= 0.0 && value <= f64::from(most) && value.fract() == 0.0 {
            self.column.values.push(value);
            Ok(())
        } else {
            Err(format!("{value}: it must be a whole number from 0 to {most}"))
        }
    }
}

/// Finds the model's columns for the names of a table.
fn places<'a>(
    names: impl Iterator<Item = &'a str>,
    schema: &[Column],
) -> Result<Vec<Place>, String> {
    let mut places: Vec<Place> = Vec::new();
    for name in names {
        let name = name.trim();
        let (column, component) = find(name, schema)?;
        let taken =
            |place: &Place| place.column.name == column.name && place.column.component == component;
        if places.iter().any(taken) {
            return Err(format!("there are two columns `{name}`"));
        }
        let table = TableColumn { name: column.name.to_string(), component, values: Vec::new() };
        places.push(Place { column: table, scalar: column.scalar });
    }
    if places.is_empty() { Err("it has no columns".to_string()) } else { Ok(places) }
}

fn find<'s>(name: &str, schema: &'s [Column]) -> Result<(&'s Column, u32), String> {
    let given = || schema.iter().filter(|column| column.reach >= Reach::Owned);
    if let Some(column) = given().find(|column| column.components == 1 && column.name == name) {
        return Ok((column, 0));
    }
    if let Some((base, number)) = name.rsplit_once('_')
        && let Some(column) = given().find(|column| column.components > 1 && column.name == base)
        && let Ok(component) = number.parse::<u32>()
        && component < column.components
    {
        return Ok((column, component));
    }
    if name == "tick" {
        return Err("it has a column `tick`: a recording holds many ticks; take the rows of one, \
                    without that column"
            .to_string());
    }
    let known: Vec<String> = given()
        .map(|column| match column.components {
            1 => column.name.to_string(),
            more => format!("{0}_0..{0}_{1}", column.name, more - 1),
        })
        .collect();
    Err(human::unknown("column", name, known.iter().map(String::as_str)))
}

fn table(places: Vec<Place>, rows: usize) -> Table {
    Table { rows, columns: places.into_iter().map(|place| place.column).collect() }
}

fn read_csv(path: &Path, schema: &[Column]) -> Result<Table, String> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_path(path)
        .map_err(|error| csv_problem(&error))?;
    let names = reader.headers().map_err(|error| csv_problem(&error))?.clone();
    let mut places = places(names.iter(), schema)?;
    let mut record = csv::StringRecord::new();
    let mut rows = 0;
    while reader.read_record(&mut record).map_err(|error| csv_problem(&error))? {
        for ((place, text), name) in places.iter_mut().zip(&record).zip(&names) {
            let line = || record.position().map_or(0, csv::Position::line);
            let value = text.parse::<f64>().map_err(|_| {
                format!("line {}: `{name}` is \"{text}\": it must be a number", line())
            })?;
            place
                .push(value)
                .map_err(|problem| format!("line {}: `{name}` is {problem}", line()))?;
        }
        rows += 1;
    }
    Ok(table(places, rows))
}

fn csv_problem(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => format!(
            "line {}: {len} values, but the first line has {expected_len} names",
            pos.as_ref().map_or(0, csv::Position::line)
        ),
        csv::ErrorKind::Utf8 { pos, .. } => {
            format!("line {}: not UTF-8 text", pos.as_ref().map_or(0, csv::Position::line))
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn column(name: &'static str, scalar: Scalar, components: u32, reach: Reach) -> Column {
        Column { name, scalar, components, reach, about: "" }
    }

    const SCHEMA: &[Column] = &[
        column("id", Scalar::U32, 1, Reach::Ghost),
        column("x", Scalar::F32, 1, Reach::Ghost),
        column("tribe", Scalar::U8, 1, Reach::Owned),
        column("genes", Scalar::F32, 3, Reach::Owned),
        column("ax", Scalar::F32, 1, Reach::Scratch),
    ];

    fn read_text(text: &str) -> Result<Table, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agents.csv");
        std::fs::write(&path, text).unwrap();
        match read(&path, SCHEMA) {
            Ok(table) => Ok(table),
            Err(Failure::Usage(problem)) => Err(problem),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let table = read_text("\u{feff}genes_2, tribe, x\n0.5, 3, -1e3\n# no\n1,255,0\n").unwrap();
        assert_eq!(table.rows, 2);
        let columns: Vec<(&str, u32, &[f64])> =
            table.columns.iter().map(|c| (c.name.as_str(), c.component, &c.values[..])).collect();
        assert_eq!(
            columns,
            [("genes", 2, &[0.5, 1.0][..]), ("tribe", 0, &[3.0, 255.0]), ("x", 0, &[-1000.0, 0.0])]
        );
    }

    #[test]
    fn every_mistake_is_named_with_its_line() {
        let table = [
            ("", "no columns"),
            ("x,speed\n1,2\n", "no column `speed`"),
            ("x,tribes\n1,2\n", "did you mean `tribe`?"),
            ("x,ax\n1,2\n", "no column `ax`"),
            ("genes\n1\n", "no column `genes`"),
            ("genes_3\n1\n", "no column `genes_3`"),
            ("tick,x\n1,1\n", "take the rows of one"),
            ("x,x\n1,2\n", "two columns `x`"),
            ("x,tribe\n1\n", "line 2: 1 values"),
            ("x\n1\nnope\n", "line 3: `x` is \"nope\""),
            ("x\n1\nnan\n", "line 3: `x` is NaN"),
            ("x\n1e39\n", "must be a finite number"),
            ("tribe\n256\n", "from 0 to 255"),
            ("tribe\n1.5\n", "from 0 to 255"),
            ("tribe\n-1\n", "from 0 to 255"),
        ];
        for (text, wanted) in table {
            let problem = read_text(text).unwrap_err();
            assert!(problem.contains(wanted), "{text:?}: {problem}");
        }
        assert!(matches!(read(Path::new("none.csv"), SCHEMA), Err(Failure::Usage(_))));
        assert!(matches!(read(Path::new("agents.txt"), SCHEMA), Err(Failure::Usage(_))));
    }
}
