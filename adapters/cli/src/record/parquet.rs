//! The Parquet file of a recording.

use flockwork_kernel::columns::Scalar;
use parquet::basic::{ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::schema::types::TypePtr;

use super::frame::{Frame, Slot, Type};
use super::{Head, Last, Writer};
use crate::failure::Failure;
use crate::output::{Ready, Target};
use crate::parquet_out::{self, note};

/// A file in the making.
pub(super) struct Recording<'a> {
    writer: parquet_out::Writer<'a>,
    slots: Vec<Slot>,
    target: &'a Target,
}

impl<'a> Recording<'a> {
    pub(super) fn begin(target: &'a Target, head: Head) -> Result<Self, Failure> {
        let notes = head.about.into_iter().map(|(key, text)| note(key, text)).collect();
        let writer = parquet_out::begin(target, columns(&head.slots), notes)?;
        Ok(Self { writer, slots: head.slots, target })
    }

    fn add(&mut self, frame: &Frame<'_>) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        let tick = vec![frame.tick as i64; frame.len()];
        if let Some(mut column) = group.next_column()? {
            column.typed::<Int64Type>().write_batch(&tick, None, None)?;
            column.close()?;
        }
        for slot in &self.slots {
            let Some(mut column) = group.next_column()? else { break };
            let bits = frame.all(slot);
            match slot.kind() {
                Type::F64 => {
                    let values: Vec<f64> = bits.map(f64::from_bits).collect();
                    column.typed::<DoubleType>().write_batch(&values, None, None)?;
                }
                Type::Of(Scalar::F32) => {
                    let values: Vec<f32> = bits.map(|bits| f32::from_bits(bits as u32)).collect();
                    column.typed::<FloatType>().write_batch(&values, None, None)?;
                }
                Type::Of(Scalar::U64) => {
                    let values: Vec<i64> = bits.map(u64::cast_signed).collect();
                    column.typed::<Int64Type>().write_batch(&values, None, None)?;
                }
                Type::Of(Scalar::Bool) => {
                    let values: Vec<bool> = bits.map(|bits| bits != 0).collect();
                    column.typed::<BoolType>().write_batch(&values, None, None)?;
                }
                Type::Of(Scalar::U32 | Scalar::I32 | Scalar::U16 | Scalar::U8) => {
                    let values: Vec<i32> = bits.map(|bits| bits as i32).collect();
                    column.typed::<Int32Type>().write_batch(&values, None, None)?;
                }
            }
            column.close()?;
        }
        group.close()?;
        Ok(())
    }
}

impl<'a> Writer<'a> for Recording<'a> {
    fn write(&mut self, frame: &Frame<'_>) -> Result<(), Failure> {
        self.add(frame).map_err(|error| self.target.failed(&error))
    }

    fn finish(mut self: Box<Self>, last: &Last) -> Result<Ready<'a>, Failure> {
        let target = self.target;
        self.writer.append_key_value_metadata(note("fingerprint", last.fingerprint.clone()));
        self.writer.into_inner().map_err(|error| target.failed(&error))?.finish()
    }
}

fn columns(slots: &[Slot]) -> Result<Vec<TypePtr>, ParquetError> {
    let column = |name: &str, physical: Physical, converted: ConvertedType| {
        parquet_out::column(name, physical, converted, Repetition::REQUIRED)
    };
    let mut columns = vec![column("tick", Physical::INT64, ConvertedType::UINT_64)?];
    for slot in slots {
        let (physical, converted) = match slot.kind() {
            Type::F64 => (Physical::DOUBLE, ConvertedType::NONE),
            Type::Of(Scalar::F32) => (Physical::FLOAT, ConvertedType::NONE),
            Type::Of(Scalar::U32) => (Physical::INT32, ConvertedType::UINT_32),
            Type::Of(Scalar::U16) => (Physical::INT32, ConvertedType::UINT_16),
            Type::Of(Scalar::U8) => (Physical::INT32, ConvertedType::UINT_8),
            Type::Of(Scalar::I32) => (Physical::INT32, ConvertedType::INT_32),
            Type::Of(Scalar::U64) => (Physical::INT64, ConvertedType::UINT_64),
            Type::Of(Scalar::Bool) => (Physical::BOOLEAN, ConvertedType::NONE),
        };
        columns.push(column(&slot.name, physical, converted)?);
    }
    Ok(columns)
}
