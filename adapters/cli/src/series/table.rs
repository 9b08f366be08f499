//! The Parquet table of a series.

use flockwork_scheduler_native::Sample;
use parquet::basic::{ConvertedType, Repetition, Type as Physical};
use parquet::data_type::{DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::schema::types::TypePtr;

use super::OWN;
use crate::failure::Failure;
use crate::output::{Ready, Target};
use crate::parquet_out::{self, column, note};

/// So many samples are kept, and become a row group together.
const ROWS: usize = 1 << 14;

/// A table in the making.
pub(crate) struct Table<'a> {
    writer: parquet_out::Writer<'a>,
    target: &'a Target,
    samples: Vec<Sample>,
    stats: usize,
}

impl<'a> Table<'a> {
    pub(super) fn begin(
        target: &'a Target,
        stats: &[String],
        about: &[(&str, String)],
    ) -> Result<Self, Failure> {
        let notes = about.iter().map(|(key, value)| note(key, value.clone())).collect();
        let writer = parquet_out::begin(target, columns(stats), notes)?;
        Ok(Self { writer, target, samples: Vec::new(), stats: stats.len() })
    }

    pub(super) fn add(&mut self, sample: Sample) -> Result<(), Failure> {
        self.samples.push(sample);
        if self.samples.len() < ROWS { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), Failure> {
        self.write().map_err(|error| self.target.failed(&error))
    }

    /// Makes a row group of the samples that are kept.
    fn write(&mut self) -> Result<(), ParquetError> {
        let samples = std::mem::take(&mut self.samples);
        if samples.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        let whole = |number: fn(&Sample) -> u64| -> Vec<i64> {
            samples.iter().map(|sample| number(sample).cast_signed()).collect()
        };
        let mut column = 0;
        while let Some(mut writer) = group.next_column()? {
            match column {
                0 => writer.typed::<Int64Type>().write_batch(&whole(|s| s.tick), None, None)?,
                1 => {
                    let times: Vec<f64> = samples.iter().map(|sample| sample.time).collect();
                    writer.typed::<DoubleType>().write_batch(&times, None, None)?
                }
                2 => {
                    writer.typed::<Int64Type>().write_batch(&whole(|s| s.population), None, None)?
                }
                stat => {
                    let value = |sample: &Sample| {
                        let value = sample.stats.get(stat - OWN.len()).map(|(_, value)| *value);
                        value.filter(|value| value.is_finite())
                    };
                    let there: Vec<i16> =
                        samples.iter().map(|sample| value(sample).is_some().into()).collect();
                    let values: Vec<f64> = samples.iter().filter_map(value).collect();
                    writer.typed::<DoubleType>().write_batch(&values, Some(&there), None)?
                }
            };
            writer.close()?;
            column += 1;
        }
        debug_assert_eq!(column, OWN.len() + self.stats, "a column for each number");
        group.close()?;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Ready<'a>, Failure> {
        self.flush()?;
        let target = self.target;
        self.writer.into_inner().map_err(|error| target.failed(&error))?.finish()
    }
}

fn columns(stats: &[String]) -> Result<Vec<TypePtr>, ParquetError> {
    let always = Repetition::REQUIRED;
    let [tick, time, population] = OWN;
    let mut columns = vec![
        column(tick, Physical::INT64, ConvertedType::UINT_64, always)?,
        column(time, Physical::DOUBLE, ConvertedType::NONE, always)?,
        column(population, Physical::INT64, ConvertedType::UINT_64, always)?,
    ];
    for name in stats {
        columns.push(column(name, Physical::DOUBLE, ConvertedType::NONE, Repetition::OPTIONAL)?);
    }
    Ok(columns)
}
