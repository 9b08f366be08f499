//! Initial tables that must be refused, with nothing left behind.

use std::fs::File;
use std::sync::Arc;

use parquet::basic::{Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::{ALL_OUTPUTS, BOIDS, Place, TRIBES};

/// A scenario that takes its entities from a table.
fn place(scenario: &str, table: &str) -> Place {
    let entities = scenario.lines().find(|line| line.starts_with("entities")).unwrap();
    Place::with(&scenario.replace(entities, &format!("initial = \"{table}\"")))
}

#[track_caller]
fn refused(place: &Place, parts: &[&str]) {
    place.refused(&format!("run s.toml {ALL_OUTPUTS}"), parts);
}

#[track_caller]
fn refused_csv(scenario: &str, table: &str, parts: &[&str]) {
    let place = place(scenario, "agents.csv");
    place.write("agents.csv", table);
    refused(&place, parts);
}

#[test]
fn values_must_be_finite_numbers_of_the_columns_type() {
    let line_3 = "agents.csv: line 3";
    for value in ["nan", "NaN", "inf", "-inf", "1e39"] {
        let table = format!("x,y\n1,1\n{value},2\n");
        refused_csv(BOIDS, &table, &[line_3, "`x` is", "must be a finite number"]);
    }
    refused_csv(BOIDS, "x,y\n1,1\none,2\n", &[line_3, "`x` is \"one\"", "must be a number"]);
    refused_csv(BOIDS, "x,y\n1,1\n,2\n", &[line_3, "`x` is \"\"", "must be a number"]);
    refused_csv(TRIBES, "tribe\n1\n1.5\n", &[line_3, "a whole number from 0 to"]);
    refused_csv(TRIBES, "tribe\n1\n300\n", &[line_3, "a whole number from 0 to"]);
    refused_csv(BOIDS, "id\n1\n-1\n", &[line_3, "a whole number from 0 to"]);
}

#[test]
fn the_line_and_the_id_of_an_entity_are_named() {
    let table = "# a\n\nid,x,y\n3,1,1\n\n700,11,2\n";
    let place = "the initial table agents.csv: line 6 (id 700): `x` is 11";
    refused_csv(BOIDS, table, &[place, "inside the world, from 0 to 10"]);
    refused_csv(BOIDS, "x,y\n1,1\n1,-0.5\n", &["line 3 (entity 1): `y` is -0.5"]);
    let twice = "line 2 and line 4 both have the id 5";
    refused_csv(BOIDS, "id,x,y\n5,1,1\n6,1,1\n5,2,2\n", &[twice, "must be unique"]);
}

#[test]
fn half_of_a_vector_is_refused() {
    refused_csv(BOIDS, "x\n1\n", &["line 1", "a column `x` but no `y`"]);
    refused_csv(BOIDS, "x,y,vx\n1,1,1\n", &["a column `vx` but no `vy`"]);
    refused_csv(TRIBES, "genes_3\n1\n", &["a column `genes_3` but no `genes_0`"]);
}

#[test]
fn text_of_another_encoding_is_refused_with_a_remedy() {
    let wide: Vec<u8> =
        "\u{feff}x,y\r\n1,2\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let place = place(BOIDS, "agents.csv");
    place.write("agents.csv", &wide);
    refused(&place, &["agents.csv: it is UTF-16 text", "-Encoding utf8"]);
    place.write("s.toml", BOIDS.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    refused(&place, &["s.toml is not a scenario: it is UTF-16 text", "-Encoding utf8"]);
    // With the mark of UTF-8, as spreadsheets write it, all is well.
    place.write("s.toml", format!("\u{feff}{}", BOIDS.replace('\n', "\r\n")));
    assert_eq!(place.fingerprint("run s.toml").len(), 16);
}

#[cfg(unix)]
#[test]
fn a_named_pipe_is_refused_at_once() {
    let place = place(BOIDS, "agents.csv");
    for name in ["agents.csv", "pipe.toml"] {
        let made = std::process::Command::new("mkfifo").arg(place.path(name)).status();
        assert!(made.unwrap().success());
    }
    refused(&place, &["agents.csv: it is a named pipe"]);
    place.refused("run pipe.toml", &["pipe.toml: it is a named pipe"]);
}

#[test]
fn rows_must_be_of_equal_length_and_some() {
    refused_csv(BOIDS, "x,y\n1,1\n2\n", &["line 3: 1 value,", "has 2 names"]);
    refused_csv(BOIDS, "x,y\n1,1,1\n", &["line 2: 3 values", "has 2 names"]);
    refused_csv(BOIDS, "x,y\n", &["no rows", "`entities = 0`"]);
    refused_csv(BOIDS, "", &["agents.csv: it is empty"]);
    let place = place(BOIDS, "agents.csv");
    place.write("agents.csv", "x,y\n1,1\n2,2\n");
    let parts = ["`entities` is 3, but the initial table has 2 rows"];
    place.refused(&format!("run s.toml --entities 3 {ALL_OUTPUTS}"), &parts);
    let parts = ["it has more than 1 rows", "`entities` is 1"];
    place.refused(&format!("run s.toml --entities 1 {ALL_OUTPUTS}"), &parts);
}

#[test]
fn columns_must_be_known_and_there_once() {
    refused_csv(BOIDS, "x,speed\n1,1\n", &["no column `speed`", "There is id, x, y, vx and vy"]);
    refused_csv(BOIDS, "x,vxx\n1,1\n", &["no column `vxx`", "did you mean `vx`?"]);
    refused_csv(BOIDS, "x,ax\n1,1\n", &["no column `ax`"]);
    refused_csv(BOIDS, "x,x\n1,1\n", &["two columns `x`"]);
    refused_csv(TRIBES, "x,genes_9\n1,1\n", &["no column `genes_9`"]);
}

#[test]
fn a_path_on_the_command_line_begins_where_the_user_stands() {
    let place = Place::with(BOIDS);
    std::fs::create_dir(place.path("far")).unwrap();
    place.write("far/s.toml", BOIDS.replace("entities = 300", "initial = \"a.csv\""));
    place.write("far/a.csv", "x,y\n1,1\n");
    place.write("b.csv", "x,y\n1,1\n2,2\n");
    assert!(place.output("check far/s.toml").contains("1 of the initial table"));
    let output = place.output("check far/s.toml --set initial=b.csv");
    assert!(output.contains("2 of the initial table"), "{output}");
}

#[test]
fn tables_that_cannot_be_read_are_refused() {
    refused(&place(BOIDS, "none.csv"), &["the initial table none.csv", "No such file"]);
    refused(&place(BOIDS, "none.parquet"), &["the initial table none.parquet", "No such file"]);
    refused(&place(BOIDS, "agents.xlsx"), &["agents.xlsx", "must end in .csv, .tsv"]);
    refused(&place(BOIDS, "."), &["must end in .csv, .tsv"]);
    let place = place(BOIDS, "agents.parquet");
    place.write("agents.parquet", "x,y\n1,1\n");
    refused(&place, &["the initial table agents.parquet"]);
    // A good one, cut short.
    parquet(&place, &["x", "y"], &[1.0, 2.0]);
    let good = place.read("agents.parquet");
    assert_eq!(place.fingerprint("run s.toml").len(), 16);
    place.write("agents.parquet", &good[..good.len() - 9]);
    refused(&place, &["the initial table agents.parquet"]);
}

#[test]
fn parquet_tables_are_checked_like_others() {
    let place = place(BOIDS, "agents.parquet");
    parquet(&place, &["x", "y"], &[1.0, f64::NAN, 3.0]);
    refused(&place, &["agents.parquet", "row 2 (entity 1): `x` is NaN", "must be a finite number"]);
    parquet(&place, &["x", "vyy"], &[1.0]);
    refused(&place, &["no column `vyy`", "did you mean `vy`?"]);
    parquet(&place, &["x", "tick"], &[1.0]);
    refused(&place, &["a recording holds many ticks"]);
    parquet_of_text(&place);
    refused(&place, &["column `x`", "it holds bytes (BYTE_ARRAY): it must hold whole numbers"]);
}

/// Writes `agents.parquet`: the same doubles in every column.
fn parquet(place: &Place, names: &[&str], values: &[f64]) {
    let mut writer = writer(place, names, Physical::DOUBLE);
    let mut group = writer.next_row_group().unwrap();
    while let Some(mut column) = group.next_column().unwrap() {
        column.typed::<DoubleType>().write_batch(values, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
}

fn parquet_of_text(place: &Place) {
    let mut writer = writer(place, &["x", "y"], Physical::BYTE_ARRAY);
    let mut group = writer.next_row_group().unwrap();
    while let Some(mut column) = group.next_column().unwrap() {
        let text = [ByteArray::from("one")];
        column.typed::<ByteArrayType>().write_batch(&text, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
}

fn writer(place: &Place, names: &[&str], physical: Physical) -> SerializedFileWriter<File> {
    let field = |name: &&str| {
        let column = Type::primitive_type_builder(name, physical);
        Arc::new(column.with_repetition(Repetition::REQUIRED).build().unwrap())
    };
    let fields = names.iter().map(field).collect();
    let schema = Type::group_type_builder("table").with_fields(fields).build().unwrap();
    let file = File::create(place.path("agents.parquet")).unwrap();
    SerializedFileWriter::new(file, Arc::new(schema), Arc::new(WriterProperties::new())).unwrap()
}
