//! Recordings: how many entities there are over time, means of their columns, and where they are at
//! a tick. And series that are Parquet tables.

use std::collections::BTreeMap;
use std::fs::File;
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

use parquet::basic::{ConvertedType, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::ask::{Ask, label, spoken};
use super::panel::{Axis, Layer, Panel, Point, Shape};
use super::series::{self, grouped};
use super::table::{Column, Table};
use crate::human;

/// Reads a Parquet table.
pub(super) fn read(path: &Path, ask: &Ask<'_>) -> Result<Vec<Panel>, String> {
    // Some damage of a page makes its decoders panic.
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let read = panic::catch_unwind(AssertUnwindSafe(|| panels(path, ask)));
    panic::set_hook(hook);
    read.unwrap_or_else(|_| Err("it is damaged".to_string()))
}

fn panels(path: &Path, ask: &Ask<'_>) -> Result<Vec<Panel>, String> {
    let file = Source::open(path)?;
    let has = |name: &str| file.columns.iter().any(|(known, _)| known == name);
    if !has("tick") || (has("time") && !has("id")) {
        return series::panels(&file.table()?, &file.about("model"), ask);
    }
    let over_time = |name: &str| name == "tick" || name == "time";
    match ask.x {
        Some(x) if !over_time(x) => Ok(vec![scatter(&file, x, ask)?]),
        _ if !ask.y.is_empty() => Ok(vec![means(&file, ask)?]),
        _ => {
            let population = population(&file)?;
            let mut panels = Vec::new();
            let constant = population.windows(2).all(|pair| pair[0].y == pair[1].y);
            let places = has("x") && has("y");
            if !constant || !places {
                panels.push(Panel {
                    name: "population".to_string(),
                    x: Axis::new("Tick"),
                    y: Axis::new("Population"),
                    layers: vec![Layer::new("", Shape::Line(population))],
                    ..Panel::default()
                });
            }
            if places {
                panels.push(scatter(&file, "x", ask)?);
            }
            Ok(panels)
        }
    }
}

/// An open Parquet file, and its columns of numbers.
struct Source {
    reader: SerializedFileReader<File>,
    /// Their names, and where they are among the leaves.
    columns: Vec<(String, usize)>,
}

impl Source {
    fn open(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| error.to_string())?;
        let reader = SerializedFileReader::new(file).map_err(|error| damaged(&error))?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let numbers = [
            Physical::BOOLEAN,
            Physical::INT32,
            Physical::INT64,
            Physical::FLOAT,
            Physical::DOUBLE,
        ];
        let columns = (0..schema.num_columns()).filter_map(|leaf| {
            let column = schema.column(leaf);
            let plain = column.max_rep_level() == 0 && column.path().parts().len() == 1;
            (plain && numbers.contains(&column.physical_type()))
                .then(|| (column.name().to_string(), leaf))
        });
        let columns = columns.collect();
        Ok(Self { reader, columns })
    }

    /// What the file says of itself under a key.
    fn about(&self, key: &str) -> String {
        let notes = self.reader.metadata().file_metadata().key_value_metadata();
        let key = format!("flockwork.{key}");
        let note = notes.into_iter().flatten().find(|note| note.key == key);
        note.and_then(|note| note.value.clone()).unwrap_or_default()
    }

    fn leaf(&self, name: &str) -> Result<usize, String> {
        let found = self.columns.iter().find(|(known, _)| known == name);
        found.map(|(_, leaf)| *leaf).ok_or_else(|| {
            human::unknown("column", name, self.columns.iter().map(|(name, _)| name.as_str()))
        })
    }

    /// Goes through the rows in groups, as they lie in the file, with some columns.
    fn for_each(&self, names: &[&str], mut look: impl FnMut(Vec<Vec<f64>>)) -> Result<(), String> {
        let leaves = names.iter().map(|name| self.leaf(name)).collect::<Result<Vec<_>, _>>()?;
        for group in 0..self.reader.num_row_groups() {
            let columns = leaves.iter().map(|leaf| self.column(group, *leaf));
            let columns: Vec<Vec<f64>> =
                columns.collect::<Result<_, _>>().map_err(|error| damaged(&error))?;
            if columns.iter().any(|column| column.len() != columns[0].len()) {
                return Err("it is damaged: its columns are not equally long".to_string());
            }
            look(columns);
        }
        Ok(())
    }

    /// A column of a group of rows; NaN where it is null.
    fn column(&self, group: usize, leaf: usize) -> Result<Vec<f64>, ParquetError> {
        let group = self.reader.get_row_group(group)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let described = group.metadata().schema_descr().column(leaf);
        let unsigned = matches!(
            described.converted_type(),
            ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64
        );
        let depth = described.max_def_level();
        match group.get_column_reader(leaf)? {
            ColumnReader::BoolColumnReader(reader) => {
                values(reader, depth, rows, |is| f64::from(u8::from(*is)))
            }
            ColumnReader::Int32ColumnReader(reader) => {
                values(reader, depth, rows, |value| match unsigned {
                    true => f64::from(value.cast_unsigned()),
                    false => f64::from(*value),
                })
            }
            ColumnReader::Int64ColumnReader(reader) => {
                values(reader, depth, rows, |value| match unsigned {
                    true => value.cast_unsigned() as f64,
                    false => *value as f64,
                })
            }
            ColumnReader::FloatColumnReader(reader) => {
                values(reader, depth, rows, |value| f64::from(*value))
            }
            ColumnReader::DoubleColumnReader(reader) => values(reader, depth, rows, |value| *value),
            _ => Ok(vec![f64::NAN; rows]),
        }
    }

    /// All columns of numbers.
    fn table(&self) -> Result<Table, String> {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let mut columns: Vec<Column> = names
            .iter()
            .map(|name| Column { name: (*name).to_string(), numbers: Vec::new(), text: Vec::new() })
            .collect();
        self.for_each(&names, |group| {
            for (column, mut numbers) in columns.iter_mut().zip(group) {
                column.numbers.append(&mut numbers);
            }
        })?;
        Ok(Table { columns })
    }

    /// Where an axis of the world begins and ends, if the file says so.
    fn range(&self, axis: &str) -> Option<(f64, f64)> {
        let length = match axis {
            "x" => "width",
            "y" => "height",
            "z" => "depth",
            _ => return None,
        };
        let length = self.about(length).parse::<f64>().ok()?;
        let origin = self.about(&format!("origin_{axis}")).parse::<f64>().unwrap_or(0.0);
        // An open axis has no end.
        let closed = !self.about("edge").contains("open");
        closed.then_some((origin, origin + length))
    }
}

fn damaged(error: &ParquetError) -> String {
    format!("it is no whole Parquet table: {error}")
}

fn values<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    depth: i16,
    rows: usize,
    number: impl Fn(&T::T) -> f64,
) -> Result<Vec<f64>, ParquetError> {
    let (mut defined, mut values) = (Vec::new(), Vec::new());
    let mut done = 0;
    while done < rows {
        let (more, ..) = reader.read_records(rows - done, Some(&mut defined), None, &mut values)?;
        if more == 0 {
            break;
        }
        done += more;
    }
    let mut values = values.iter();
    if depth == 0 {
        return Ok(values.map(number).collect());
    }
    let one = |level: &i16| match *level == depth {
        true => values.next().map_or(f64::NAN, &number),
        false => f64::NAN,
    };
    Ok(defined.iter().map(one).collect())
}

/// How many entities there are at each tick.
fn population(file: &Source) -> Result<Vec<Point>, String> {
    let mut counts: BTreeMap<u64, u64> = BTreeMap::new();
    file.for_each(&["tick"], |columns| {
        columns[0].iter().for_each(|tick| *counts.entry(*tick as u64).or_default() += 1);
    })?;
    if counts.is_empty() {
        return Err("it has no rows".to_string());
    }
    Ok(counts.into_iter().map(|(tick, count)| Point::new(tick as f64, count as f64)).collect())
}

/// The mean over entities of some columns at each tick.
fn means(file: &Source, ask: &Ask<'_>) -> Result<Panel, String> {
    let model = file.about("model");
    let mut names = vec!["tick"];
    names.extend(ask.y.iter().map(String::as_str).filter(|name| *name != "population"));
    let mut sums: BTreeMap<u64, (f64, Vec<f64>)> = BTreeMap::new();
    file.for_each(&names, |columns| {
        for (row, tick) in columns[0].iter().enumerate() {
            let (count, sums) =
                sums.entry(*tick as u64).or_insert_with(|| (0.0, vec![0.0; columns.len()]));
            *count += 1.0;
            sums.iter_mut().zip(&columns).for_each(|(sum, column)| *sum += column[row]);
        }
    })?;
    let several = ask.y.len() > 1;
    let layers = ask.y.iter().map(|name| {
        let at = names.iter().position(|known| known == name);
        let points = sums.iter().map(|(tick, (count, sums))| {
            Point::new(*tick as f64, at.map_or(*count, |at| sums[at] / count))
        });
        let name = if several { spoken(name) } else { String::new() };
        Layer::new(name, Shape::Line(points.collect()))
    });
    let y = match &ask.y[0] {
        name if several => label("mean", ask.unit(&model, name)),
        name if name == "population" => "Population".to_string(),
        name => label(&format!("mean {name}"), ask.unit(&model, name)),
    };
    Ok(Panel {
        name: ask.y.join(", "),
        x: Axis::new("Tick"),
        y: Axis::new(y),
        layers: layers.collect(),
        ..Panel::default()
    })
}

/// The most entities that are shown; of more every second or third is, and so on.
const MOST_DOTS: usize = 20_000;

/// Two columns against each other at one tick: the last that was recorded, or that of `--tick`.
fn scatter(file: &Source, x: &str, ask: &Ask<'_>) -> Result<Panel, String> {
    let y = match ask.y {
        [] if x == "x" => "y",
        [y] => y.as_str(),
        _ => return Err(format!("--x {x} needs one column along y: --y NAME")),
    };
    let ticks = population(file)?;
    let tick = match ask.tick {
        None => ticks[ticks.len() - 1].x,
        Some(tick) if ticks.iter().any(|one| one.x == tick as f64) => tick as f64,
        Some(tick) => {
            let (first, last) = (ticks[0].x, ticks[ticks.len() - 1].x);
            let many = human::plural(ticks.len() as u64, "tick");
            return Err(format!(
                "--tick: {tick} is not recorded; it holds {many} from {first} to {last}"
            ));
        }
    };
    let mut names = vec!["tick", x, y];
    names.extend(ask.by.iter().map(String::as_str));
    let mut columns: Vec<Column> = names
        .iter()
        .map(|name| Column { name: (*name).to_string(), numbers: Vec::new(), text: Vec::new() })
        .collect();
    file.for_each(&names, |group| {
        for row in (0..group[0].len()).filter(|row| group[0][*row] == tick) {
            columns
                .iter_mut()
                .zip(&group)
                .for_each(|(column, values)| column.numbers.push(values[row]));
        }
    })?;
    let rows = columns[0].numbers.len();
    let by: Vec<&Column> = columns[3..].iter().collect();
    let every = rows.div_ceil(MOST_DOTS).max(1);
    let layers = grouped(rows, &by).into_iter().map(|(name, rows)| {
        let some = rows.iter().step_by(every);
        let points = some.map(|row| Point::new(columns[1].numbers[*row], columns[2].numbers[*row]));
        Layer::new(name, Shape::Dots(points.collect()))
    });
    let layers = layers.collect();
    if every > 1 {
        let shown = human::count(rows.div_ceil(every) as u64);
        crate::failure::note(format_args!(
            "of {} entities {shown} are shown",
            human::count(rows as u64)
        ));
    }
    let model = file.about("model");
    let axis = |name: &str| Axis {
        range: file.range(name),
        ..Axis::new(label(name, ask.unit(&model, name)))
    };
    let places = ["x", "y", "z"];
    Ok(Panel {
        name: format!("{y} over {x} at tick {tick}"),
        x: axis(x),
        y: axis(y),
        layers,
        equal: places.contains(&x) && places.contains(&y),
        ..Panel::default()
    })
}
