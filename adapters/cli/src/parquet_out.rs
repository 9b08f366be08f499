//! What all Parquet files that are written here have in common.

use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use crate::failure::Failure;
use crate::output::{Draft, Target};

/// A file in the making.
pub(crate) type Writer<'a> = SerializedFileWriter<Draft<'a>>;

/// Begins a file with these columns; `notes` are kept in it as text by key.
pub(crate) fn begin(
    target: &Target,
    columns: Result<Vec<TypePtr>, ParquetError>,
    notes: Vec<KeyValue>,
) -> Result<Writer<'_>, Failure> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_dictionary_enabled(false)
        .set_created_by(concat!("flockwork version ", env!("CARGO_PKG_VERSION")).to_string())
        .set_key_value_metadata(Some(notes))
        .build();
    let draft = target.draft()?;
    columns
        .and_then(|columns| Type::group_type_builder("flockwork").with_fields(columns).build())
        .and_then(|message| {
            SerializedFileWriter::new(draft, Arc::new(message), Arc::new(properties))
        })
        .map_err(|error| target.failed(&error))
}

/// A column.
pub(crate) fn column(
    name: &str,
    physical: Physical,
    converted: ConvertedType,
    there: Repetition,
) -> Result<TypePtr, ParquetError> {
    let column = Type::primitive_type_builder(name, physical)
        .with_repetition(there)
        .with_converted_type(converted)
        .build()?;
    Ok(Arc::new(column))
}

/// A text that a file keeps under a key.
pub(crate) fn note(key: &str, text: String) -> KeyValue {
    KeyValue::new(format!("flockwork.{key}"), text)
}
