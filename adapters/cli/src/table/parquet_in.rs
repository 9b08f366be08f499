//! Reads a Parquet table, a piece at a time, whatever number types its columns have.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use flockwork_kernel::columns::Column;
use flockwork_scheduler::Table;
use parquet::basic::Compression;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::reader::ChunkReader;
use parquet::file::serialized_reader::SerializedPageReader;

use super::Most;
use super::bounded::{Bounded, Pages, look};
use super::choice::{self, Choice};
use super::parquet_types::{Kind, big_endian, decimal, half, kind};
use super::take::{Plan, Role, Taken};
use crate::human;

/// How many values are read at once.
const BATCH: usize = 1 << 14;

/// The longest row group that is read where rows are taken from it, in rows.
const MOST_READ: u64 = 1 << 26;

/// A column of the file that is wanted.
struct Wanted {
    /// Its place among the leaves of the schema.
    leaf: usize,
    kind: Kind,
    name: String,
    role: Role,
}

pub(crate) fn read(
    file: impl ChunkReader + 'static,
    schema: &[Column],
    most: &Most,
    choice: &Choice,
) -> Result<Table, String> {
    // Some damage of a page makes its decoders panic.
    let read = AssertUnwindSafe(|| read_all(file, schema, most, choice));
    panic::catch_unwind(read).unwrap_or_else(|_| Err("it is damaged".to_string()))
}

/// Reads without a word from the panics that are caught here. What is done at a panic belongs to
/// the whole process, so this is for a program that reads in one thread.
pub(super) fn read_in_silence(
    file: impl ChunkReader + 'static,
    schema: &[Column],
    most: &Most,
    choice: &Choice,
) -> Result<Table, String> {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = read(file, schema, most, choice);
    panic::set_hook(hook);
    result
}

fn read_all(
    file: impl ChunkReader + 'static,
    schema: &[Column],
    most: &Most,
    choice: &Choice,
) -> Result<Table, String> {
    look(&file).map_err(|error| problem(&error))?;
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file);
    let metadata = metadata.map_err(|error| problem(&error))?;
    let (plan, wanted) = wanted(&metadata, schema, choice)?;
    let groups = metadata.row_groups();
    let lengths = groups.iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(u64::MAX));
    // Of many times not all rows are taken; those of a group are read together.
    let bound = match choice.at {
        Some(_) => &Most { rows: MOST_READ, why: "those of a row group are read together".into() },
        None => most,
    };
    bound.allows(match choice.at {
        Some(_) => lengths.max().unwrap_or(0),
        None => lengths.fold(0, u64::saturating_add),
    })?;
    let mut chunks = groups.iter().flat_map(|group| group.columns());
    let gzip = chunks.any(|chunk| matches!(chunk.compression(), Compression::GZIP(_)));
    // Chunks do not overlap, so that no page is read more than once.
    let mut left = file.len();
    let file = Arc::new(Bounded::new(file, gzip));
    let mut taken = Taken::new(&plan, choice, most);
    for group in groups {
        // The number of rows that there are to be, and which of them are taken.
        let mut takes: Option<Vec<bool>> = None;
        for Wanted { leaf, kind, name, role } in &wanted {
            let chunk = group.column(*leaf);
            let begin = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
            let size = u64::try_from(chunk.compressed_size()).ok();
            let rest = size.and_then(|size| left.checked_sub(size));
            left = rest.filter(|_| begin >= 0).ok_or("its footer is damaged")?;
            let rows = usize::try_from(group.num_rows()).unwrap_or(usize::MAX);
            let pages = SerializedPageReader::new(Arc::clone(&file), chunk, rows, None)
                .map_err(|error| problem(&error))?;
            let reader = get_column_reader(chunk.column_descr_ptr(), Box::new(Pages::new(pages)));
            let mut cells = Cells { numbers: Vec::new(), names: Vec::new() };
            let first = if choice.at.is_some() { 0 } else { taken.rows() };
            let read = Reading { kind: *kind, name, first, most: bound };
            read.column(reader, &mut cells)?;
            take(role, cells, &mut takes, &mut taken)
                .map_err(|problem| format!("column `{}`: {problem}", human::shown(name)))?;
        }
        let rows = takes.map_or(0, |takes| takes.iter().filter(|takes| **takes).count());
        taken.count(rows)?;
    }
    taken.table()
}

/// The values of a column of a row group.
struct Cells {
    numbers: Vec<f64>,
    /// In place of the numbers, if they are texts.
    names: Vec<String>,
}

/// Takes the values of a column of a row group: those of times first, which say which rows are taken.
fn take(
    role: &Role,
    cells: Cells,
    takes: &mut Option<Vec<bool>>,
    taken: &mut Taken<'_>,
) -> Result<(), String> {
    let Cells { mut numbers, names } = cells;
    let rows = numbers.len().max(names.len());
    if takes.as_ref().is_some_and(|takes| takes.len() != rows) {
        return Err("it has not as many rows as another one".to_string());
    }
    if let Role::Time(factor) = role {
        for name in &names {
            let time = choice::time(name);
            numbers.push(time.ok_or_else(|| {
                format!("a time is \"{}\": it must be a number or a date", human::shown(name))
            })?);
        }
        let found: Result<Vec<bool>, String> =
            numbers.iter().map(|time| taken.takes(time * factor)).collect();
        *takes = Some(found?);
        return Ok(());
    }
    let takes = takes.get_or_insert_with(|| vec![true; rows]);
    match role {
        Role::Id if names.is_empty() => {
            let mut numbers = numbers.iter().zip(takes.iter());
            numbers.try_for_each(|(id, takes)| taken.name(&id.to_string(), *takes))
        }
        Role::Id => {
            let mut names = names.iter().zip(takes.iter());
            names.try_for_each(|(name, takes)| taken.name(name, *takes))
        }
        Role::Value { place, factor, .. } => {
            let numbers = numbers.iter().zip(takes.iter()).filter(|(_, takes)| **takes);
            taken.columns[*place].values.extend(numbers.map(|(number, _)| number * factor));
            Ok(())
        }
        Role::Time(_) | Role::Skip => Ok(()),
    }
}

/// What the columns of the file are for, and those that are read, each of a type that can be; times
/// come first.
fn wanted(
    metadata: &ParquetMetaData,
    schema: &[Column],
    choice: &Choice,
) -> Result<(Plan, Vec<Wanted>), String> {
    let described = metadata.file_metadata().schema_descr();
    let fields = described.root_schema().get_fields();
    let names: Vec<&str> = fields.iter().map(|field| field.name()).collect();
    let plan = Plan::new(&names, schema, choice)?;
    let mut wanted = Vec::new();
    for (field, role) in fields.iter().zip(&plan.roles) {
        if *role == Role::Skip {
            continue;
        }
        let kind = kind(field, role)
            .map_err(|problem| format!("column `{}`: {problem}", human::shown(field.name())))?;
        let leaf = (0..described.num_columns())
            .find(|leaf| described.column(*leaf).path().parts() == [field.name()]);
        let name = field.name().to_string();
        let leaf = leaf.ok_or_else(|| format!("column `{}` is not there", human::shown(&name)))?;
        wanted.push(Wanted { leaf, kind, name, role: role.clone() });
    }
    wanted.sort_by_key(|one| !matches!(one.role, Role::Time(_)));
    Ok((plan, wanted))
}

/// How a column is read.
struct Reading<'r> {
    kind: Kind,
    name: &'r str,
    /// The number of the row before its first one.
    first: usize,
    most: &'r Most,
}

impl Reading<'_> {
    fn column(&self, reader: ColumnReader, cells: &mut Cells) -> Result<(), String> {
        self.any(reader, cells)
            .map_err(|problem| format!("column `{}`: {problem}", human::shown(self.name)))
    }

    fn any(&self, reader: ColumnReader, cells: &mut Cells) -> Result<(), String> {
        let kind = self.kind;
        let numbers = &mut cells.numbers;
        let whole = |signed: i64, unsigned: u64| match kind {
            Kind::Unsigned => unsigned as f64,
            Kind::Decimal(scale) => decimal(signed.into(), scale),
            Kind::Timestamp(parts) => signed as f64 / parts,
            _ => signed as f64,
        };
        let bytes = |bytes: &[u8]| match kind {
            Kind::Half => half(bytes),
            Kind::Decimal(scale) => big_endian(bytes).map(|digits| decimal(digits, scale)),
            _ => None,
        };
        match reader {
            ColumnReader::Int32ColumnReader(reader) => self.values(reader, numbers, |value| {
                Some(whole((*value).into(), (*value as u32).into()))
            }),
            ColumnReader::Int64ColumnReader(reader) => {
                self.values(reader, numbers, |value| Some(whole(*value, *value as u64)))
            }
            ColumnReader::FloatColumnReader(reader) => {
                self.values(reader, numbers, |value| Some((*value).into()))
            }
            ColumnReader::DoubleColumnReader(reader) => {
                self.values(reader, numbers, |value| Some(*value))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                self.values(reader, numbers, |value| bytes(value.data()))
            }
            ColumnReader::ByteArrayColumnReader(reader) if kind == Kind::Text => {
                self.values(reader, &mut cells.names, |value| {
                    value.as_utf8().ok().map(str::to_string)
                })
            }
            ColumnReader::ByteArrayColumnReader(reader) => {
                self.values(reader, numbers, |value| bytes(value.data()))
            }
            ColumnReader::BoolColumnReader(reader) => {
                self.values(reader, numbers, |value| Some(f64::from(u8::from(*value))))
            }
            // No kind is made for it.
            ColumnReader::Int96ColumnReader(_) => Err("it holds no numbers".to_string()),
        }
    }

    fn values<T: DataType, V>(
        &self,
        mut reader: ColumnReaderImpl<T>,
        found: &mut Vec<V>,
        value: impl Fn(&T::T) -> Option<V>,
    ) -> Result<(), String> {
        let (mut levels, mut values) = (Vec::new(), Vec::new());
        loop {
            levels.clear();
            values.clear();
            let (records, count, _) = reader
                .read_records(BATCH, Some(&mut levels), None, &mut values)
                .map_err(|error| problem(&error))?;
            if records == 0 {
                return Ok(());
            }
            // The metadata may have said less.
            let rows = self.first + found.len();
            self.most.allows((rows + records) as u64)?;
            if count != records {
                let first = levels.iter().position(|level| *level == 0).unwrap_or(0);
                let row = rows + first + 1;
                let what = if self.kind == Kind::Text { "a text" } else { "a number" };
                return Err(format!("row {row} is null: every value must be {what}"));
            }
            for one in &values {
                let row = self.first + found.len() + 1;
                let one = value(one)
                    .ok_or_else(|| format!("row {row} is too large a number, or no text"))?;
                found.push(one);
            }
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
