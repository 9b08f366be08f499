//! The Parquet file of a recording.

use std::sync::Arc;

use flockwork_kernel::columns::Scalar;
use flockwork_scheduler_native::Rows;
use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use crate::failure::Failure;
use crate::output::{Draft, Ready, Target};
use crate::rows::{self, Field};

/// A file in the making.
pub(super) struct Recording<'a> {
    writer: SerializedFileWriter<Draft<'a>>,
    fields: Vec<Field>,
    target: &'a Target,
}

impl<'a> Recording<'a> {
    /// Begins a file with these columns; `about` is kept in it as text by key.
    pub(super) fn begin(
        target: &'a Target,
        fields: Vec<Field>,
        about: &[(&str, String)],
    ) -> Result<Self, Failure> {
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
        Ok(Self { writer, fields, target })
    }

    /// Adds the entities of a tick.
    pub(super) fn write(&mut self, tick: u64, rows: &Rows) -> Result<(), Failure> {
        self.add(tick, rows).map_err(|error| failed(self.target, &error))
    }

    fn add(&mut self, tick: u64, rows: &Rows) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        let tick = vec![tick as i64; rows::each(rows).len()];
        if let Some(mut column) = group.next_column()? {
            column.typed::<Int64Type>().write_batch(&tick, None, None)?;
            column.close()?;
        }
        for field in &self.fields {
            let Some(mut column) = group.next_column()? else { break };
            let bits = rows::each(rows).map(|row| field.bits(row));
            if let Some(shift) = field.shift {
                let values = rows::each(rows).map(|row| field.value(row) + shift);
                column.typed::<DoubleType>().write_batch(
                    &values.collect::<Vec<f64>>(),
                    None,
                    None,
                )?;
                column.close()?;
                continue;
            }
            match field.scalar {
                Scalar::F32 => {
                    let values: Vec<f32> = bits.map(|bits| f32::from_bits(bits as u32)).collect();
                    column.typed::<FloatType>().write_batch(&values, None, None)?;
                }
                Scalar::U64 => {
                    let values: Vec<i64> = bits.map(u64::cast_signed).collect();
                    column.typed::<Int64Type>().write_batch(&values, None, None)?;
                }
                Scalar::Bool => {
                    let values: Vec<bool> = bits.map(|bits| bits != 0).collect();
                    column.typed::<BoolType>().write_batch(&values, None, None)?;
                }
                Scalar::U32 | Scalar::I32 | Scalar::U16 | Scalar::U8 => {
                    let values: Vec<i32> = bits.map(|bits| bits as i32).collect();
                    column.typed::<Int32Type>().write_batch(&values, None, None)?;
                }
            }
            column.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Ends the file: all of it is on the disk, but not yet in its place.
    pub(super) fn finish(self) -> Result<Ready<'a>, Failure> {
        let target = self.target;
        self.writer.into_inner().map_err(|error| failed(target, &error))?.finish()
    }
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
            _ if field.shift.is_some() => (Physical::DOUBLE, ConvertedType::NONE),
            Scalar::F32 => (Physical::FLOAT, ConvertedType::NONE),
            Scalar::U32 => (Physical::INT32, ConvertedType::UINT_32),
            Scalar::U16 => (Physical::INT32, ConvertedType::UINT_16),
            Scalar::U8 => (Physical::INT32, ConvertedType::UINT_8),
            Scalar::I32 => (Physical::INT32, ConvertedType::INT_32),
            Scalar::U64 => (Physical::INT64, ConvertedType::UINT_64),
            Scalar::Bool => (Physical::BOOLEAN, ConvertedType::NONE),
        };
        columns.push(column(&field.name, physical, converted)?);
    }
    Type::group_type_builder("flockwork").with_fields(columns).build()
}
