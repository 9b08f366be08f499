//! The Parquet table of fields.

use parquet::basic::{ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;

use super::Cell;
use crate::failure::Failure;
use crate::output::{Ready, Target};
use crate::parquet_out::{self, column};

/// So many cells are kept, and become a row group together.
const ROWS: usize = 1 << 16;

/// A table in the making.
pub(crate) struct Table<'a> {
    writer: parquet_out::Writer<'a>,
    target: &'a Target,
    ticks: Vec<i64>,
    fields: Vec<ByteArray>,
    /// The middles of cells along each axis.
    middles: Vec<Vec<f64>>,
    amounts: Vec<i32>,
}

impl<'a> Table<'a> {
    pub(super) fn begin(target: &'a Target, axes: &[&str]) -> Result<Self, Failure> {
        let always = Repetition::REQUIRED;
        let whole = [("tick", Physical::INT64, ConvertedType::UINT_64)];
        let text = [("field", Physical::BYTE_ARRAY, ConvertedType::UTF8)];
        let places = axes.iter().map(|axis| (*axis, Physical::DOUBLE, ConvertedType::NONE));
        let amount = [("amount", Physical::INT32, ConvertedType::UINT_32)];
        let all = whole.into_iter().chain(text).chain(places).chain(amount);
        let columns = all.map(|(name, physical, of)| column(name, physical, of, always)).collect();
        Ok(Self {
            writer: parquet_out::begin(target, columns, Vec::new())?,
            target,
            ticks: Vec::new(),
            fields: Vec::new(),
            middles: vec![Vec::new(); axes.len()],
            amounts: Vec::new(),
        })
    }

    pub(super) fn add(&mut self, cell: &Cell<'_>) -> Result<(), Failure> {
        self.ticks.push(cell.tick.cast_signed());
        self.fields.push(cell.field.into());
        for (all, along) in self.middles.iter_mut().zip(cell.middle) {
            all.push(*along);
        }
        // A whole number of at most 2^24.
        self.amounts.push(cell.amount as i32);
        if self.ticks.len() < ROWS { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.write().map_err(|error| self.target.failed(&error))
    }

    /// Makes a row group of the cells that are kept.
    fn write(&mut self) -> Result<(), ParquetError> {
        if self.ticks.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        let mut place = 0;
        while let Some(mut writer) = group.next_column()? {
            match place {
                0 => writer.typed::<Int64Type>().write_batch(&self.ticks, None, None)?,
                1 => writer.typed::<ByteArrayType>().write_batch(&self.fields, None, None)?,
                axis if axis < 2 + self.middles.len() => {
                    writer.typed::<DoubleType>().write_batch(&self.middles[axis - 2], None, None)?
                }
                _ => writer.typed::<Int32Type>().write_batch(&self.amounts, None, None)?,
            };
            writer.close()?;
            place += 1;
        }
        group.close()?;
        self.ticks.clear();
        self.fields.clear();
        self.middles.iter_mut().for_each(Vec::clear);
        self.amounts.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Ready<'a>, Failure> {
        self.flush()?;
        let target = self.target;
        self.writer.into_inner().map_err(|error| target.failed(&error))?.finish()
    }
}
