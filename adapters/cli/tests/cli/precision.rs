//! How finely places are told, and worlds that lie far from 0: `world.precision` and `world.origin`.

use std::fmt::Write as _;
use std::fs::File;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::{ALL_OUTPUTS, BOIDS, Place};

/// Boids that fly apart so fast that some are too far away after some 300 ticks.
const APART: &str = "\
model = \"boids\"
entities = 60
ticks = 400
dt = 0.05
[world]
width = 10
height = 8
edge = \"open\"
[params]
min_speed = 1000
max_speed = 1000
";

#[test]
fn check_and_run_say_how_finely_the_far_corner_tells_places() {
    let place = Place::with(BOIDS);
    // 10 wide: the next place is 2^-20 away. The slowest boid goes 0.5 * 0.05 in a tick.
    let told = "9.536743e-7 from place to place at the far corner, at most 0.000390625, 1/64 of the \
                slowest mover's step (speed 0.5, dt 0.05)";
    for command in ["check s.toml", "run s.toml --ticks 2 --report r.json"] {
        let text = place.output(command);
        assert!(text.contains(told), "{text}");
    }
    let report = place.json("r.json");
    assert_eq!(report["resolution"]["by"], "step");
    let number = |key: &str| report["resolution"][key].as_f64().unwrap() as f32;
    assert_eq!((number("spacing"), number("most")), (2f32.powi(-20), 0.000390625));
    let slow = place.output("check s.toml --set params.min_speed=0");
    assert!(slow.contains("at most 0.0009765625, 1/1024 of the radius 1"), "{slow}");
}

#[test]
fn a_world_that_tells_places_too_coarsely_is_refused_unless_it_says_that_it_knows() {
    let place = Place::with(BOIDS);
    let wide = "s.toml --set world.width=1048576 --ticks 1";
    let parts = ["s.toml", "reaches to 1048576 along x", "0.0625 apart", "at most 0.000390625"];
    for command in [
        format!("run {wide} {ALL_OUTPUTS}"),
        format!("verify {wide}"),
        format!("snapshot {wide} --out a.snap"),
        "check s.toml --set world.width=1048576".to_string(),
        "stress s.toml --set world.width=1048576".to_string(),
    ] {
        place.refused(&command, &parts);
    }
    let any = "--set world.precision=any";
    let text = place.output(&format!("run {wide} {any} --report r.json --snapshot a.snap"));
    assert!(text.contains("0.0625 from place to place"), "{text}");
    assert_eq!(place.json("r.json")["world"]["precision"], "any");
    // A snapshot says so too.
    place.output("run --resume a.snap --ticks 1");
    place.refused("run s.toml --set world.precision=all", &["\"enough\" or \"any\""]);
    place.refused("run s.toml --set precision=any", &["did you mean `world.precision`?"]);
}

#[test]
fn who_goes_too_far_ends_the_run_which_can_go_on_where_it_is_allowed() {
    let place = Place::with(APART);
    let run = "run s.toml --checkpoint c --checkpoint-every 50 --quiet";
    let ended = place.flockwork(run).assert().failure().code(1);
    let said = String::from_utf8_lossy(&ended.get_output().stderr).into_owned();
    for part in ["of entity", "after tick", "0.001953125 apart", "at most 0.0009765625", "radius 1"]
    {
        assert!(said.contains(part), "{said}");
    }
    // From the last checkpoint: as it was it ends again.
    place.flockwork("run --resume c --ticks 300").assert().failure().code(1);
    place.write("any.toml", APART.replace("[params]", "precision = \"any\"\n[params]"));
    let resumed = place.fingerprint("run any.toml --resume c");
    assert_eq!(resumed, place.fingerprint("run any.toml"));
}

#[test]
fn rows_of_a_table_that_are_too_far_away_are_named_with_their_line() {
    let scenario = BOIDS.replace("entities = 300", "initial = \"a.csv\"");
    let place = Place::with(&format!("{scenario}edge = \"open\"\n"));
    place.write("a.csv", "x,y\n1,1\n448000.5,2\n3,3\n");
    let parts = ["line 3", "`x` is 448000.5", "0.03125 apart", "`world.origin` shifts tables"];
    place.refused("run s.toml", &parts);
    place.output("run s.toml --ticks 0 --set world.precision=any");
}

/// A table of 40 entities that begins there, in the plane or in space.
fn table(origin: &[f64]) -> String {
    let mut text = if origin.len() == 3 { "x,y,z,vx,vy,vz\n" } else { "x,y,vx,vy\n" }.to_string();
    for row in 0..40u32 {
        let places = [(97, 640), (31, 512), (53, 448)].map(|(step, most)| row * step % most);
        for (place, origin) in places.into_iter().zip(origin) {
            let _ = write!(text, "{},", origin + f64::from(place) / 64.0);
        }
        let last = if origin.len() == 3 { ",-0.25" } else { "" };
        let _ = writeln!(text, "0.5,{}{last}", f64::from(row) / 64.0);
    }
    text
}

/// The rows of a recording.
fn recorded(place: &Place) -> Vec<Vec<(String, Field)>> {
    let file = File::open(place.path("out.parquet")).unwrap();
    let rows = SerializedFileReader::new(file).unwrap().into_iter();
    rows.map(|row| row.unwrap().into_columns()).collect()
}

/// Runs the same entities near 0 and at an origin; gives the place of those that are far.
fn shifted(scenario: &str, origin: &[f64]) -> Place {
    let near = Place::with(scenario);
    near.write("a.csv", table(&vec![0.0; origin.len()]));
    let far = Place::with(&format!("{scenario}origin = {origin:?}\n"));
    far.write("a.csv", table(origin));
    assert_eq!(far.fingerprint("run s.toml"), near.fingerprint("run s.toml"));
    far.output(&format!("run s.toml --ticks 3 {ALL_OUTPUTS}"));
    near.output(&format!("run s.toml --ticks 3 {ALL_OUTPUTS}"));
    assert_eq!(far.json("out.json")["world"]["origin"], serde_json::json!(origin));
    let reader = SerializedFileReader::new(File::open(far.path("out.parquet")).unwrap()).unwrap();
    let notes = reader.metadata().file_metadata().key_value_metadata().unwrap();
    let axes = ["x", "y", "z"].into_iter().zip(origin);
    for (axis, shift) in axes.clone() {
        let key = format!("flockwork.origin_{axis}");
        let note = notes.iter().find(|note| note.key == key).unwrap();
        assert_eq!(note.value.as_deref(), Some(&*shift.to_string()), "{axis}");
    }
    for (far, near) in recorded(&far).iter().zip(&recorded(&near)) {
        for ((name, far), (_, near)) in far.iter().zip(near) {
            let Some((_, origin)) = axes.clone().find(|(axis, _)| axis == name) else {
                assert_eq!(far, near, "{name}");
                continue;
            };
            let (Field::Double(far), Field::Float(near)) = (far, near) else {
                panic!("{name}: {far:?} {near:?}")
            };
            assert_eq!(*far, f64::from(*near) + origin);
        }
    }
    // A snapshot has the origin: what goes on writes the same coordinates.
    far.output("run --resume out.snap --ticks 1 --report more.json");
    assert_eq!(far.json("more.json")["world"]["origin"], serde_json::json!(origin));
    far
}

#[test]
fn an_origin_shifts_tables_recordings_and_pictures_in_double_precision() {
    let scenario = BOIDS.replace("entities = 300", "initial = \"a.csv\"");
    let far = shifted(&scenario, &[448_000.25, 5_412_000.5]);
    // A picture says what it shows.
    let said = String::from_utf8_lossy(&far.read("out.png")).into_owned();
    assert!(said.contains("x from 448000.25 to 448010.25, y from 5412000.5 to 5412008.5"));
    // What goes on is of no other place.
    far.write("other.toml", format!("{scenario}origin = [0, 5412000]\n"));
    far.write("a.csv", table(&[0.0, 5_412_000.0]));
    let said = "`world.origin` is [448000.25, 5412000.5], but [0, 5412000]";
    far.refused("run other.toml --resume out.snap", &[said]);
}

#[test]
fn an_origin_in_space_shifts_tables_recordings_and_pictures_too() {
    let scenario = BOIDS.replace("entities = 300", "initial = \"a.csv\"");
    let far = shifted(&format!("{scenario}depth = 7\n"), &[448_000.25, 5_412_000.5, -1250.125]);
    let said = String::from_utf8_lossy(&far.read("out.png")).into_owned();
    let parts = [
        "x from 448000.25 to 448010.25, y from 5412000.5 to 5412008.5, z from -1250.125 to -1243.125",
    ];
    assert!(parts.iter().all(|part| said.contains(part)), "the picture does not say what it shows");
    let outside = table(&[448_000.25, 5_412_000.5, 0.0]);
    far.write("a.csv", outside);
    let parts = ["line 2", "`z` is 0", "from -1250.125 to -1243.125"];
    far.refused("run s.toml", &parts);
    let text = far.output("check s.toml --set world.origin=[448000.25,5412000.5,0]");
    assert!(text.contains("origin 448000.25, 5412000.5, 0"), "{text}");
}

#[test]
fn places_outside_of_a_world_with_an_origin_are_told_in_the_coordinates_of_the_table() {
    let scenario = BOIDS.replace("entities = 300", "initial = \"a.csv\"");
    let place = Place::with(&format!("{scenario}origin = [448000, 5412000]\n"));
    place.write("a.csv", "x,y\n448001,5412001\n448011,5412002\n");
    place.refused("run s.toml", &["line 3", "`x` is 448011", "from 448000 to 448010"]);
    // Without an origin it is said that there is one.
    place.refused(
        "run s.toml --set world.origin=[0,0]",
        &["line 2", "inside the world, from 0 to 10", "`world.origin` shifts tables"],
    );
    for bad in ["[1]", "[1,2,3]", "7", "[1e13,0]", "[nan,0]"] {
        let args = format!("run s.toml --set world.origin={bad}");
        place.refused(&args, &["`world.origin`", "a list of 2 numbers from -1e12 to 1e12"]);
    }
    place.refused("run s.toml --set origin=[1,2]", &["did you mean `world.origin`?"]);
}
