//! Parquet files of other programs: `tests/parquet/generate.py` says what is in each.

use std::sync::Arc;

use bytes::Bytes;
use flockwork_kernel::columns::{Flag, Reach};
use parquet::data_type::FloatType;
use parquet::file::metadata::{ParquetMetaDataReader, ParquetMetaDataWriter};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::*;

macro_rules! file {
    ($name:literal) => {
        Bytes::from_static(include_bytes!(concat!("../../tests/parquet/", $name, ".parquet")))
    };
}

fn most(rows: u64) -> Most {
    Most { rows, why: "the test says so".to_string() }
}

/// Reads a column of this name and no other.
fn only(name: &str) -> Choice {
    let columns = Some(choice::picks(&format!("{name}={name}")).unwrap());
    Choice { columns, ..Choice::default() }
}

/// Reads one column of a file, which is given the name of a model's.
fn column(file: &Bytes, name: &'static str) -> Result<Vec<f64>, String> {
    let schema = [Column::of::<f32>(name, Reach::Owned, "")];
    let mut table = parquet_in::read(file.clone(), &schema, &most(9), &only(name))?;
    Ok(table.columns.remove(0).values)
}

const FRACTIONS: &[f64] = &[1.25, -2.5];
const WHOLE: &[f64] = &[3.0, 200.0];

#[track_caller]
fn read_as(file: &Bytes, names: &[&'static str], wanted: &[f64]) {
    for name in names {
        assert_eq!(column(file, name).as_deref(), Ok(wanted), "{name}");
    }
}

#[track_caller]
fn refused(file: &Bytes, cases: &[(&'static str, &str)]) {
    for (name, wanted) in cases {
        let problem = column(file, name).unwrap_err();
        assert!(problem.starts_with(&format!("column `{name}`: ")), "{name}: {problem}");
        assert!(problem.contains(wanted), "{name}: {problem}");
        let of_type = problem.contains("it must hold whole numbers, floating-point numbers or");
        assert!(of_type || problem.contains("every value must be a number"), "{name}: {problem}");
    }
}

#[test]
fn truth_values_are_read_into_columns_of_them() {
    for file in [&file!("pyarrow"), &file!("pandas"), &file!("polars"), &file!("duckdb")] {
        let schema = [Column::of::<Flag>("boolean", Reach::Owned, "")];
        let only = only("boolean");
        let table = parquet_in::read(file.clone(), &schema, &most(9), &only).unwrap();
        let found = &table.columns[0].values;
        assert!(found.iter().all(|one| [0.0, 1.0].contains(one)) && found[0] == 1.0, "{found:?}");
    }
}

#[test]
fn what_pyarrow_writes_is_read_right_or_refused() {
    let file = &file!("pyarrow");
    let fractions =
        ["float16", "float32", "float64", "dictionary", "decimal3", "decimal12", "decimal30"];
    read_as(file, &fractions, FRACTIONS);
    let whole = ["uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "decimal_whole"];
    read_as(file, &whole, WHOLE);
    read_as(file, &["int8"], &[3.0, 100.0]);
    read_as(file, &["int64_large"], &[9_007_199_254_740_992.0, -9_223_372_036_854_775_808.0]);
    read_as(file, &["uint64_large"], &[18_446_744_073_709_551_616.0, 16_777_217.0]);
    read_as(file, &["uint32_large"], &[4_294_967_295.0, 16_777_217.0]);
    // What is no number of its column is for the model to refuse, which knows the column.
    let nan = column(file, "nan").unwrap();
    assert!(nan[0] == 1.25 && nan[1].is_nan());
    refused(
        file,
        &[
            ("nulls", "row 2 is null"),
            ("null_type", "nothing but nulls (INT32)"),
            ("boolean", "booleans (BOOLEAN)"),
            ("date32", "dates (DATE) (INT32)"),
            ("date64", "dates (DATE) (INT32)"),
            ("time32", "times of day (TIME) (INT32)"),
            ("time64", "times of day (TIME) (INT64)"),
            ("timestamp", "times (TIMESTAMP) (INT64)"),
            ("timestamp_utc", "times (TIMESTAMP) (INT64)"),
            ("text", "text (STRING) (BYTE_ARRAY)"),
            ("large_text", "text (STRING)"),
            ("category", "text (STRING)"),
            ("binary", "bytes (BYTE_ARRAY)"),
            ("fixed_binary", "bytes (FIXED_LEN_BYTE_ARRAY)"),
            ("uuid", "identifiers (UUID)"),
            ("list", "lists (LIST)"),
            ("fixed_list", "lists (LIST)"),
            ("struct", "structures"),
            ("map", "maps (MAP)"),
            ("decimal_256", "decimals of 60 digits"),
        ],
    );
}

#[test]
fn pages_of_both_versions_and_all_encodings_are_read() {
    let gzip = &file!("pyarrow_v2_gzip");
    read_as(gzip, &["float64", "dictionary", "float32", "decimal30"], FRACTIONS);
    read_as(gzip, &["int16"], WHOLE);
    let old = &file!("pyarrow_old");
    read_as(old, &["float64", "decimal3"], FRACTIONS);
    refused(old, &[("timestamp", "times (INT96)")]);
    let encodings = &file!("pyarrow_encodings");
    read_as(encodings, &["float64"], FRACTIONS);
    read_as(encodings, &["int64"], WHOLE);
}

#[test]
fn what_pandas_writes_is_read_right_or_refused() {
    let file = &file!("pandas");
    read_as(file, &["float64", "float32", "decimal"], FRACTIONS);
    read_as(file, &["int64", "uint8", "nullable"], WHOLE);
    refused(
        file,
        &[
            ("nullable_null", "row 2 is null"),
            ("boolean", "booleans"),
            ("timestamp", "times (TIMESTAMP)"),
            ("text", "text (STRING)"),
            ("category", "text (STRING)"),
        ],
    );
}

#[test]
fn what_polars_writes_is_read_right_or_refused() {
    let file = &file!("polars");
    read_as(file, &["float64", "float32", "decimal"], FRACTIONS);
    read_as(file, &["int64", "int16", "uint8", "uint64"], WHOLE);
    refused(
        file,
        &[
            ("boolean", "booleans"),
            ("date", "dates (DATE)"),
            ("time", "times of day (TIME)"),
            ("timestamp", "times (TIMESTAMP)"),
            ("text", "text (STRING)"),
            ("category", "text (STRING)"),
            ("list", "lists (LIST)"),
            ("array", "lists (LIST)"),
            ("struct", "structures"),
            ("null_type", "nothing but nulls"),
        ],
    );
}

#[test]
fn what_duckdb_writes_is_read_right_or_refused() {
    let file = &file!("duckdb");
    let fractions = ["float32", "float64", "decimal4", "decimal9", "decimal18", "decimal38"];
    read_as(file, &fractions, FRACTIONS);
    let whole = ["int16", "int32", "int64", "huge", "uint8", "uint16", "uint32", "uint64"];
    read_as(file, &whole, WHOLE);
    refused(
        file,
        &[
            ("boolean", "booleans"),
            ("date", "dates (DATE)"),
            ("time", "times of day (TIME)"),
            ("timestamp", "times (TIMESTAMP)"),
            ("timestamp_tz", "times (TIMESTAMP)"),
            ("interval", "intervals (INTERVAL)"),
            ("uuid", "identifiers (UUID)"),
            ("text", "text (STRING)"),
            ("blob", "bytes (BYTE_ARRAY)"),
            ("enum", "text (STRING)"),
            ("list", "lists (LIST)"),
            ("struct", "structures"),
            ("map", "maps (MAP)"),
            ("json", "JSON"),
        ],
    );
}

#[test]
fn more_rows_than_may_be_are_refused_before_any_is_read() {
    let schema = [Column::of::<f32>("float64", Reach::Owned, "")];
    let read = |rows| {
        let file = file!("pyarrow_old");
        parquet_in::read(file, &schema, &most(rows), &only("float64"))
    };
    assert_eq!(read(2).unwrap().rows, 2);
    let problem = read(1).unwrap_err();
    assert!(problem.contains("more than 1 rows, the most that there may be"), "{problem}");
}

#[test]
fn a_file_cut_short_or_changed_is_refused_and_nothing_panics() {
    let packed = file!("pyarrow_encodings");
    for file in [file!("pyarrow_v2_gzip"), file!("pyarrow_old"), file!("duckdb"), packed] {
        for len in 0..file.len() {
            assert!(column(&file.slice(..len), "float64").is_err(), "{len}");
        }
        for at in 0..file.len() {
            for bit in [1, 0x80] {
                let mut changed = file.to_vec();
                changed[at] ^= bit;
                // It may well be another good file.
                let _ = column(&changed.into(), "float64");
            }
        }
    }
}

#[test]
fn row_groups_that_all_name_the_same_pages_are_refused() {
    let message = parse_message_type("message all { required float float64; }").unwrap();
    let mut bytes = Vec::new();
    let mut writer =
        SerializedFileWriter::new(&mut bytes, Arc::new(message), Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut part = group.next_column().unwrap().unwrap();
    let values: Vec<f32> = (0..1000u16).map(f32::from).collect();
    part.typed::<FloatType>().write_batch(&values, None, None).unwrap();
    part.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    let written = Bytes::from(bytes.clone());
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&written).unwrap();
    let schema = [Column::of::<f32>("float64", Reach::Owned, "")];
    let read = |groups: usize| {
        // Another footer, after the one that is there.
        let one = metadata.row_group(0).clone().into_builder();
        let groups = vec![one.build().unwrap(); groups];
        let again = metadata.clone().into_builder().set_row_groups(groups).build();
        let mut bytes = bytes.clone();
        ParquetMetaDataWriter::new(&mut bytes, &again).finish().unwrap();
        parquet_in::read(Bytes::from(bytes), &schema, &most(9000), &Choice::default())
    };
    assert_eq!(read(1).unwrap().rows, 1000);
    assert_eq!(read(2).unwrap_err(), "its footer is damaged");
}
