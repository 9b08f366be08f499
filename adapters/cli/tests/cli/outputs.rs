//! The files that a run leaves behind are whole, and hold what they should.

use std::fs::File;
use std::io::BufReader;

use parquet::file::reader::{FileReader, SerializedFileReader};

use super::{ALL_FILES, ALL_OUTPUTS, BOIDS, Place, TRIBES};

#[test]
fn all_outputs_come_at_once_and_nothing_else_stays() {
    let place = Place::with(TRIBES);
    let text = place.output(&format!("run s.toml {ALL_OUTPUTS}"));
    let mut files = ALL_FILES.to_vec();
    files.push("s.toml");
    assert_eq!(place.files(), files);
    for file in ALL_FILES {
        assert!(text.contains(file), "{text}");
    }
    // A second run replaces them.
    let before = place.read("out.snap");
    place.output(&format!("run s.toml --seed 2 {ALL_OUTPUTS}"));
    assert_eq!(place.files(), files);
    assert_ne!(place.read("out.snap"), before);
}

#[test]
fn a_recording_holds_every_kth_tick_with_all_columns() {
    let place = Place::with(BOIDS);
    place.output("run s.toml --ticks 10 --record a.parquet --every 4");
    let (names, rows) = table(&place, "a.parquet");
    assert_eq!(names, ["tick", "id", "x", "y", "vx", "vy"]);
    assert_eq!(rows.len(), 3 * 300);
    for (i, row) in rows.iter().enumerate() {
        assert_eq!((row[0], row[1]), ((i / 300 * 4) as f64, (i % 300) as f64));
        assert!((0.0..10.0).contains(&row[2]) && (0.0..8.0).contains(&row[3]), "{row:?}");
        let speed = row[4].hypot(row[5]);
        assert!((0.499..2.001).contains(&speed), "{speed}");
    }
    // What moves by its velocity in a tick is where it should be, up to the seam.
    place.output("run s.toml --ticks 1 --record b.parquet --every 1");
    let (_, rows) = table(&place, "b.parquet");
    let (before, after) = rows.split_at(300);
    let moved = before.iter().zip(after).filter(|(before, after)| {
        (after[2] - before[2] - 0.05 * after[4]).abs() < 1e-5
            && (after[3] - before[3] - 0.05 * after[5]).abs() < 1e-5
    });
    assert!(moved.count() > 280);
}

#[test]
fn a_recorded_tick_is_an_initial_table() {
    let place = Place::with(TRIBES);
    place.output("run s.toml --ticks 0 --record a.parquet --every 1");
    let (names, rows) = table(&place, "a.parquet");
    let mut csv = names[1..].join(",");
    for row in &rows {
        let values: Vec<String> = row[1..].iter().map(f64::to_string).collect();
        csv += &format!("\n{}", values.join(","));
    }
    place.write("agents.csv", csv);
    place.write("t.toml", TRIBES.replace("entities = 1500", "initial = \"agents.csv\""));
    assert_eq!(place.fingerprint("run t.toml"), place.fingerprint("run s.toml"));
}

#[test]
fn a_picture_is_a_png_of_the_shape_of_the_world() {
    let place = Place::with(BOIDS);
    for model in ["boids", "tribes", "vicsek", "discs", "lennard_jones", "meadow"] {
        let radius = match model {
            "discs" => "--set params.radius=0.1",
            "meadow" => "--set params.sight=3",
            _ => "",
        };
        let args = format!("run s.toml --ticks 2 --set model={model} --picture a.png {radius}");
        place.output(&args);
        let file = BufReader::new(File::open(place.path("a.png")).unwrap());
        let mut decoder = png::Decoder::new(file);
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (1600, 1280), "{model}");
        let bright = pixels.chunks_exact(3).filter(|pixel| pixel.iter().any(|part| *part > 100));
        let share = bright.count() as f64 / (1600.0 * 1280.0);
        assert!((0.005..0.98).contains(&share), "{model}: {share}");
    }
}

/// The names of a table's columns, and its rows as numbers.
pub(crate) fn table(place: &Place, name: &str) -> (Vec<String>, Vec<Vec<f64>>) {
    let reader = SerializedFileReader::new(File::open(place.path(name)).unwrap()).unwrap();
    let columns = reader.metadata().file_metadata().schema_descr().columns().to_vec();
    let names = columns.iter().map(|column| column.name().to_string()).collect();
    let number = |text: String| if text == "null" { f64::NAN } else { text.parse().unwrap() };
    let rows = reader.get_row_iter(None).unwrap().map(|row| {
        let row = row.unwrap();
        row.get_column_iter().map(|(_, field)| number(field.to_string())).collect()
    });
    (names, rows.collect())
}
