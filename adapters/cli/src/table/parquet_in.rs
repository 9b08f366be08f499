//! Reads a Parquet table, a piece at a time, whatever number types its columns have.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use flockwork_kernel::columns::Column;
use flockwork_scheduler::{Lines, Table, TableColumn};
use parquet::basic::Compression;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::ChunkReader;
use parquet::file::serialized_reader::SerializedPageReader;

use super::bounded::{Bounded, Pages, look};
use super::parquet_types::{Kind, big_endian, decimal, half, kind};
use super::{Most, columns, holds_flags, table};
use crate::human;

/// How many values are read at once.
const BATCH: usize = 1 << 14;

/// A column of the file that is wanted.
struct Wanted {
    /// Its place among the leaves of the schema.
    leaf: usize,
    kind: Kind,
    column: TableColumn,
}

pub(crate) fn read(
    file: impl ChunkReader + 'static,
    schema: &[Column],
    most: &Most,
) -> Result<Table, String> {
    // Data frames add the number of a row under this name.
    read_some(file, schema, most, |name| !name.starts_with("__index_level_"))
}

/// Reads without a word from the panics that are caught here. What is done at a panic belongs to
/// the whole process, so this is for a program that reads in one thread.
pub(super) fn read_in_silence(
    file: impl ChunkReader + 'static,
    schema: &[Column],
    most: &Most,
) -> Result<Table, String> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = read(file, schema, most);
    panic::set_hook(hook);
    result
}

/// Reads the columns with such names.
pub(super) fn read_some(
    file: impl ChunkReader + 'static,
    schema: &[Column],
    most: &Most,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Table, String> {
    // Some damage of a page makes its decoders panic.
    let read = AssertUnwindSafe(|| read_all(file, schema, most, is_wanted));
    panic::catch_unwind(read).unwrap_or_else(|_| Err("it is damaged".to_string()))
}

fn read_all(
    file: impl ChunkReader + 'static,
    schema: &[Column],
    most: &Most,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Table, String> {
    look(&file).map_err(|error| problem(&error))?;
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file);
    let metadata = metadata.map_err(|error| problem(&error))?;
    let mut wanted = wanted(&metadata, schema, is_wanted)?;
    let groups = metadata.row_groups();
    let rows = groups.iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(u64::MAX));
    most.allows(rows.fold(0, u64::saturating_add))?;
    let mut chunks = groups.iter().flat_map(|group| group.columns());
    let gzip = chunks.any(|chunk| matches!(chunk.compression(), Compression::GZIP(_)));
    // Chunks do not overlap, so that no page is read more than once.
    let mut left = file.len();
    let file = Arc::new(Bounded::new(file, gzip));
    for group in groups {
        for Wanted { leaf, kind, column } in &mut wanted {
            let chunk = group.column(*leaf);
            let begin = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
            let taken = u64::try_from(chunk.compressed_size()).ok();
            let rest = taken.and_then(|taken| left.checked_sub(taken));
            left = rest.filter(|_| begin >= 0).ok_or("its footer is damaged")?;
            let rows = usize::try_from(group.num_rows()).unwrap_or(usize::MAX);
            let pages = SerializedPageReader::new(Arc::clone(&file), chunk, rows, None)
                .map_err(|error| problem(&error))?;
            let reader = get_column_reader(chunk.column_descr_ptr(), Box::new(Pages::new(pages)));
            read_column(reader, *kind, column, most)
                .map_err(|problem| format!("column `{}`: {problem}", column.name))?;
        }
    }
    let rows = wanted.first().map_or(0, |first| first.column.values.len());
    if let Some(short) = wanted.iter().find(|other| other.column.values.len() != rows) {
        return Err(format!("column `{}` has not as many rows as the first", short.column.name));
    }
    Ok(table(wanted.into_iter().map(|wanted| wanted.column).collect(), rows, Lines::default()))
}

/// The columns that are read, each of a type that can be.
fn wanted(
    metadata: &ParquetMetaData,
    schema: &[Column],
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Wanted>, String> {
    let described = metadata.file_metadata().schema_descr();
    let fields = described.root_schema().get_fields().iter();
    let fields: Vec<_> = fields.filter(|field| is_wanted(field.name())).collect();
    let columns = columns(fields.iter().map(|field| field.name()), schema)?;
    let mut wanted = Vec::new();
    for (field, column) in fields.into_iter().zip(columns) {
        let kind = kind(field, holds_flags(&column, schema))
            .map_err(|problem| format!("column `{}`: {problem}", human::shown(field.name())))?;
        let leaf = (0..described.num_columns())
            .find(|leaf| described.column(*leaf).path().parts() == [field.name()]);
        let leaf = leaf.ok_or_else(|| format!("column `{}` is not there", column.name))?;
        wanted.push(Wanted { leaf, kind, column });
    }
    Ok(wanted)
}

fn read_column(
    reader: ColumnReader,
    kind: Kind,
    column: &mut TableColumn,
    most: &Most,
) -> Result<(), String> {
    let whole = |signed: i64, unsigned: u64| match kind {
        Kind::Unsigned => unsigned as f64,
        Kind::Decimal(scale) => decimal(signed.into(), scale),
        _ => signed as f64,
    };
    let bytes = |bytes: &[u8]| match kind {
        Kind::Half => half(bytes),
        Kind::Decimal(scale) => big_endian(bytes).map(|digits| decimal(digits, scale)),
        _ => None,
    };
    match reader {
        ColumnReader::Int32ColumnReader(reader) => values(reader, column, most, |value| {
            Some(whole((*value).into(), (*value as u32).into()))
        }),
        ColumnReader::Int64ColumnReader(reader) => {
            values(reader, column, most, |value| Some(whole(*value, *value as u64)))
        }
        ColumnReader::FloatColumnReader(reader) => {
            values(reader, column, most, |value| Some((*value).into()))
        }
        ColumnReader::DoubleColumnReader(reader) => {
            values(reader, column, most, |value| Some(*value))
        }
        ColumnReader::FixedLenByteArrayColumnReader(reader) => {
            values(reader, column, most, |value| bytes(value.data()))
        }
        ColumnReader::ByteArrayColumnReader(reader) => {
            values(reader, column, most, |value| bytes(value.data()))
        }
        ColumnReader::BoolColumnReader(reader) => {
            values(reader, column, most, |value| Some(f64::from(u8::from(*value))))
        }
        // No kind is made for it.
        ColumnReader::Int96ColumnReader(_) => Err("it holds no numbers".to_string()),
    }
}

fn values<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    column: &mut TableColumn,
    most: &Most,
    number: impl Fn(&T::T) -> Option<f64>,
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
        // The metadata may have said less.
        most.allows((column.values.len() + records) as u64)?;
        if found != records {
            let first = levels.iter().position(|level| *level == 0).unwrap_or(0);
            let row = column.values.len() + first + 1;
            return Err(format!("row {row} is null: every value must be a number"));
        }
        for value in &values {
            let row = column.values.len() + 1;
            let value = number(value).ok_or_else(|| format!("row {row} is too large a number"))?;
            column.values.push(value);
        }
    }
}

/// Names what a reader without the optional parts can do about an error.
fn problem(error: &ParquetError) -> String {
    let text = human::shown(&error.to_string());
    if text.to_lowercase().contains("compression") || text.contains("feature") {
        format!("{text} (uncompressed, Snappy and gzip can be read)")
    } else {
        text
    }
}
