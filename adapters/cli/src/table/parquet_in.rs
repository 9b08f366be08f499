//! Reads a Parquet table, whatever number types its columns have.

use std::fs::File;
use std::path::Path;

use flockwork_kernel::columns::Column;
use flockwork_scheduler_native::Table;
use parquet::basic::{ConvertedType, Type as Physical};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;

use super::{Place, places, table};

/// How many values are read at once.
const BATCH: usize = 1 << 14;

pub(super) fn read(path: &Path, schema: &[Column]) -> Result<Table, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let reader = SerializedFileReader::new(file).map_err(|error| problem(&error))?;
    let described = reader.metadata().file_metadata().schema_descr().columns().to_vec();
    let names: Vec<String> = described.iter().map(|column| column.path().string()).collect();
    // Data frames add the number of a row under this name.
    let is_index = |name: &str| name.starts_with("__index_level_");
    let used = names.iter().map(String::as_str).filter(|name| !is_index(name));
    let mut places = places(used, schema)?;
    let numbers: Vec<usize> =
        (0..names.len()).filter(|number| !is_index(&names[*number])).collect();
    for group in 0..reader.num_row_groups() {
        let rows = reader.get_row_group(group).map_err(|error| problem(&error))?;
        for (place, &number) in places.iter_mut().zip(&numbers) {
            let column = rows.get_column_reader(number).map_err(|error| problem(&error))?;
            read_column(column, &described[number], place)
                .map_err(|problem| format!("column `{}`: {problem}", names[number]))?;
        }
    }
    let rows = places.first().map_or(0, |place| place.column.values.len());
    if let Some(short) = places.iter().find(|place| place.column.values.len() != rows) {
        return Err(format!("column `{}` has not as many rows as the first", short.column.name));
    }
    Ok(table(places, rows))
}

fn read_column(
    reader: ColumnReader,
    described: &ColumnDescriptor,
    place: &mut Place,
) -> Result<(), String> {
    if described.max_rep_level() > 0 {
        return Err("it holds lists: give one column for each component".to_string());
    }
    let unsigned = matches!(
        described.converted_type(),
        ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64
    );
    match reader {
        ColumnReader::FloatColumnReader(reader) => {
            read_values(reader, place, |value| f64::from(*value))
        }
        ColumnReader::DoubleColumnReader(reader) => read_values(reader, place, |value| *value),
        ColumnReader::Int32ColumnReader(reader) if unsigned => {
            read_values(reader, place, |value| f64::from(*value as u32))
        }
        ColumnReader::Int32ColumnReader(reader) => {
            read_values(reader, place, |value| f64::from(*value))
        }
        ColumnReader::Int64ColumnReader(reader) if unsigned => {
            read_values(reader, place, |value| *value as u64 as f64)
        }
        ColumnReader::Int64ColumnReader(reader) => {
            read_values(reader, place, |value| *value as f64)
        }
        ColumnReader::BoolColumnReader(reader) => {
            read_values(reader, place, |value| f64::from(u8::from(*value)))
        }
        _ => {
            let kind = match described.physical_type() {
                Physical::BYTE_ARRAY => "text".to_string(),
                other => other.to_string(),
            };
            Err(format!("it holds {kind}: it must hold numbers"))
        }
    }
}

fn read_values<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    place: &mut Place,
    number: impl Fn(&T::T) -> f64,
) -> Result<(), String> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    loop {
        levels.clear();
        values.clear();
        let (records, found, _) = reader
            .read_records(BATCH, Some(&mut levels), None, &mut values)
            .map_err(|error| problem(&error))?;
        if records == 0 {
            return Ok(());
        }
        if found != records {
            let first = levels.iter().position(|level| *level == 0).unwrap_or(0);
            let row = place.column.values.len() + first + 1;
            return Err(format!("row {row} is null: every value must be a number"));
        }
        for value in &values {
            place
                .push(number(value))
                .map_err(|problem| format!("row {} is {problem}", place.column.values.len() + 1))?;
        }
    }
}

/// Names what a reader without the optional parts can do about an error.
fn problem(error: &ParquetError) -> String {
    let text = error.to_string();
    if text.to_lowercase().contains("compression") || text.contains("feature") {
        format!("{text} (uncompressed, Snappy and gzip can be read)")
    } else {
        text
    }
}
