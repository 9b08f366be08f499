//! Writes the entities of chosen ticks as a Parquet table: one row group per tick.
//!
//! The columns are `tick` and all columns of the model that travel; one of several components is
//! spread over `genes_0`, `genes_1` and so on.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use flockwork_kernel::columns::{Column, Scalar};
use flockwork_scheduler_native::{AnySimulation, Rows};
use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use crate::failure::{self, Failure};
use crate::made::Made;
use crate::output::{self, Draft, Ready, Target};
use crate::rows::{self, Field};
use crate::together::together;

/// The most ticks that one file can hold.
pub(crate) const MOST_TICKS: u64 = 32_767;

/// A recording in progress.
pub(crate) struct Recorder<'a> {
    writer: SerializedFileWriter<Draft<'a>>,
    fields: Vec<Field>,
    target: &'a Target,
    /// How many ticks lie between two that are recorded.
    every: u64,
}

impl<'a> Recorder<'a> {
    /// Begins a recording of every `every`-th tick; `about` is kept in the file as text by key.
    pub(crate) fn new(
        target: &'a Target,
        every: u64,
        schema: &[Column],
        about: &[(&str, String)],
    ) -> Result<Self, Failure> {
        let fields = rows::fields(schema);
        let notes = about
            .iter()
            .map(|(key, value)| KeyValue::new(format!("flockwork.{key}"), value.clone()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_dictionary_enabled(false)
            .set_created_by(concat!("flockwork version ", env!("CARGO_PKG_VERSION")).to_string())
            .set_key_value_metadata(Some(notes.collect()))
            .build();
        let draft = target.draft()?;
        let writer = message(&fields)
            .and_then(|message| {
                SerializedFileWriter::new(draft, Arc::new(message), Arc::new(properties))
            })
            .map_err(|error| failed(target, &error))?;
        Ok(Self { writer, fields, target, every })
    }

    /// How many ticks may pass before the next one to record.
    pub(crate) fn ticks_left(&self, tick: u64) -> u64 {
        self.every - tick % self.every
    }

    fn is_due(&self, tick: u64) -> bool {
        tick.is_multiple_of(self.every)
    }

    fn write(&mut self, tick: u64, rows: &Rows) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        let tick = vec![tick as i64; rows::each(rows).len()];
        if let Some(mut column) = group.next_column()? {
            column.typed::<Int64Type>().write_batch(&tick, None, None)?;
            column.close()?;
        }
        for field in &self.fields {
            let Some(mut column) = group.next_column()? else { break };
            let bits = rows::each(rows).map(|row| field.bits(row));
            if field.scalar == Scalar::F32 {
                let values: Vec<f32> = bits.map(f32::from_bits).collect();
                column.typed::<FloatType>().write_batch(&values, None, None)?;
            } else {
                let values: Vec<i32> = bits.map(|bits| bits as i32).collect();
                column.typed::<Int32Type>().write_batch(&values, None, None)?;
            }
            column.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Ends the recording: all of it is on the disk, but not yet in its place.
    pub(crate) fn finish(self) -> Result<Ready<'a>, Failure> {
        let target = self.target;
        self.writer.into_inner().map_err(|error| failed(target, &error))?.finish()
    }
}

/// Records the current tick, if there is a recording and it is one to record.
pub(crate) fn record(
    recorder: &mut Option<Recorder<'_>>,
    simulation: &dyn AnySimulation,
) -> Result<(), Failure> {
    let Some(recorder) = recorder.as_mut().filter(|one| one.is_due(simulation.tick())) else {
        return Ok(());
    };
    let own = simulation.own_rows().map_err(Failure::from).and_then(|rows| {
        let written = recorder.write(simulation.tick(), &rows);
        written.map_err(|error| failed(recorder.target, &error))
    });
    together(simulation, own, "another rank could not write its recording", || {})
}

/// Where a recording goes: one file if there is one process alone, otherwise a folder in which each
/// process has a file of its own.
pub(crate) struct Place {
    target: Target,
    /// A folder that was made and in which there is nothing in the end goes too.
    _made: Made,
}

impl Place {
    /// Checks that a recording can be written to `path`.
    pub(crate) fn new(path: &Path) -> Result<Self, Failure> {
        let (number, of) = failure::process();
        if of == 1 {
            let target = Target::new(path, &output::RECORDING)?;
            return Ok(Self { target, _made: Made::default() });
        }
        let made = Made::folder(path).map_err(|error| {
            Failure::usage(format_args!("cannot make the folder {}: {error}", path.display()))
        })?;
        let target = Target::own(&path.join(file_name(number)), &output::RECORDING)?;
        Ok(Self { target, _made: made })
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Removes the files of a former recording that had more processes: they would be taken for a
    /// part of this one.
    pub(crate) fn remove_former(&self) {
        let (number, of) = failure::process();
        let Some(folder) = self.target.file().and_then(Path::parent).filter(|_| number == 0) else {
            return;
        };
        if of == 1 {
            return;
        }
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if name.to_str().and_then(number_of).is_some_and(|number| number >= of) {
                // One that cannot be removed is not worth the recording.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// The name of a process's file.
fn file_name(number: u32) -> String {
    format!("rank-{number:04}.parquet")
}

/// The process whose file has this name.
fn number_of(name: &str) -> Option<u32> {
    let number = name.strip_prefix("rank-")?.strip_suffix(".parquet")?.parse().ok()?;
    (file_name(number) == name).then_some(number)
}

fn failed(target: &Target, error: &ParquetError) -> Failure {
    Failure::run(format_args!("cannot write {}: {error}", target.named().display()))
}

fn message(fields: &[Field]) -> Result<Type, ParquetError> {
    let column = |name: &str, physical: Physical, converted: ConvertedType| {
        let column = Type::primitive_type_builder(name, physical)
            .with_repetition(Repetition::REQUIRED)
            .with_converted_type(converted)
            .build()?;
        Ok::<_, ParquetError>(Arc::new(column))
    };
    let mut columns = vec![column("tick", Physical::INT64, ConvertedType::UINT_64)?];
    for field in fields {
        let (physical, converted) = match field.scalar {
            Scalar::F32 => (Physical::FLOAT, ConvertedType::NONE),
            Scalar::U32 => (Physical::INT32, ConvertedType::UINT_32),
            Scalar::U16 => (Physical::INT32, ConvertedType::UINT_16),
            Scalar::U8 => (Physical::INT32, ConvertedType::UINT_8),
        };
        columns.push(column(&field.name, physical, converted)?);
    }
    Type::group_type_builder("flockwork").with_fields(columns).build()
}
