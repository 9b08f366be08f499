//! Entities from files in which there are many times, other names and ids that are names.

use std::fs;

use super::outputs::table;
use super::place::repository;
use super::{BOIDS, Place};

/// The places of the entities that a scenario begins with, with their ids.
fn begun(place: &Place, args: &str) -> Vec<[f64; 3]> {
    place.output(&format!("run s.toml --ticks 0 --every 1 --record out.parquet {args}"));
    let (names, rows) = table(place, "out.parquet");
    assert_eq!(names[1..4], ["id", "x", "y"]);
    rows.iter().map(|row| [row[1], row[2], row[3]]).collect()
}

/// A scenario that takes its entities from a file.
fn from(file: &str, content: impl AsRef<[u8]>, more: &str) -> Place {
    let scenario = BOIDS.replace("entities = 300", &format!("initial = \"{file}\""));
    let place = Place::with(&format!("{scenario}{more}"));
    place.write(file, content);
    place
}

/// As the archive of pedestrian experiments in Juelich has them: comments, no header, centimetres.
const WALK: &str = "\
# description: corridor
# framerate: 16.00
# id\tframe\tx/m\ty/m\tz/m
1 10 100.0 200.0 170.1
1 11 101.0 201.0 170.1
2 11 300.0 400.0 181.5
2 12 301.0 401.0 181.5
";

#[test]
fn a_frame_of_a_pedestrian_experiment_is_an_initial_table() {
    let place = from("walk.txt", WALK, "");
    let by_number = "--columns id=1,time=2,x=3*0.01,y=4*0.01";
    let by_name = "--columns id=id,time=frame,x=x/m*0.01,y=y/m*0.01";
    let wanted = [[1.0, 1.01, 2.01], [2.0, 3.0, 4.0]];
    assert_eq!(begun(&place, &format!("{by_number} --at 11")), wanted);
    assert_eq!(begun(&place, &format!("{by_name} --at 11")), wanted);
    place.write(
        "s.toml",
        format!(
            "{}[table]\ncolumns = [\"id=1\", \"time=2\", \"x=3*0.01\", \"y=4*0.01\"]\nat = 11\n",
            BOIDS.replace("entities = 300", "initial = \"walk.txt\"")
        ),
    );
    assert_eq!(begun(&place, ""), wanted);
    assert_eq!(begun(&place, "--at 10"), [[1.0, 1.0, 2.0]]);
    let several = "it has several times, such as 10.0 and 11.0: pick one by `at`";
    let place = from("walk.txt", WALK, "");
    place.refused(&format!("run s.toml {by_name}"), &["line 5", several]);
    let nearest = "no row is at the time 9.0: the nearest are at 10.0";
    place.refused(&format!("run s.toml {by_name} --at 9"), &[nearest]);
    place.refused("run s.toml --at 9", &["line 4 holds numbers", "x=1,y=2"]);
    let id = "--columns x=3,y=4,time=5,id=9 --at 1";
    place.refused(&format!("run s.toml {id}"), &["there is no column `9`"]);
}

/// As Movebank exports them: more columns, text in quotes with commas, rows without a place.
const FIXES: &str = "\
event-id,visible,timestamp,location-long,location-lat,\"comments\",individual-local-identifier
1,true,2008-02-14 05:00:00.000,9.0001,48.00003,\"on the nest, alone\",Prinz
2,true,2008-02-14 05:00:10.000,,,\"no fix\",Prinz
3,true,2008-02-14 05:01:00.000,9.0001,48.00005,,\"Miss, Pinky\"
4,true,2008-02-14 05:05:00.000,9.00005,48.00002,,Prinz
5,true,2008-02-14 06:00:00.000,9.0001,48.0001,,Late
";

const PICKS: &str =
    "--columns x=location-long,y=location-lat,time=timestamp,id=individual-local-identifier";

#[test]
fn fixes_of_animals_are_taken_at_the_time_that_is_nearest_for_each() {
    let place = from("fixes.csv", FIXES, "edge = \"wall\"\n");
    let degrees = format!("run s.toml {PICKS}");
    place.refused(&degrees, &["a longitude and a latitude", "project = [9.1, 48.7]"]);
    let at = |time: &str, more: &str| -> Vec<[f64; 3]> {
        let mut run =
            place.flockwork(&format!("run s.toml --ticks 0 --record out.parquet {PICKS} {more}"));
        run.args(["--project", "9,48", "--at", time]).assert().success();
        table(&place, "out.parquet").1.iter().map(|row| [row[1], row[2], row[3]]).collect()
    };
    // Names have numbers in the order in which they come.
    let found = at("2008-02-14 05:01:00", "--within 600");
    assert_eq!(found.iter().map(|row| row[0]).collect::<Vec<_>>(), [0.0, 1.0]);
    // 0.0001 degrees are 11.1195 m to the north, and less to the east.
    assert!((found[0][2] - 3.33585).abs() < 0.001, "{found:?}");
    assert!((found[1][1] - 11.1195 * 48f64.to_radians().cos()).abs() < 0.001, "{found:?}");
    assert!((found[1][2] - 5.55975).abs() < 0.001, "{found:?}");
    let found = at("2008-02-14T05:01:00Z", "");
    assert_eq!(found.iter().map(|row| row[0]).collect::<Vec<_>>(), [1.0]);
    let mut run = place.flockwork(&format!("run s.toml {PICKS} --at noon --project 9,48"));
    let output = run.assert().code(2);
    let text = String::from_utf8_lossy(&output.get_output().stderr).into_owned();
    assert!(text.contains("a date such as \"2008-02-14 05:00:00\""), "{text}");
}

#[test]
fn tables_of_data_frames_are_read_with_their_index_and_with_ids_that_are_names() {
    let wanted = [[0.0, 1.5, 2.5], [1.0, 3.0, 4.0], [2.0, 5.5, 6.0]];
    for csv in [
        ",id,x,y\n0,a,1.5,2.5\n1,b,3.0,4.0\n2,c,5.5,6.0\n",
        "Unnamed: 0,id,x,y\n0,0.0,1.5,2.5\n1,1.0,3.0,4.0\n2,2.0,5.5,6.0\n",
        "\"id\",\"x\",\"y\"\n\"a\",1.5,2.5\n\"b\",3.0,4.0\n\"c\",5.5,6.0\n",
    ] {
        let place = from("a.csv", csv, "");
        assert_eq!(begun(&place, ""), wanted, "{csv}");
    }
    for name in ["pandas_frame", "pandas_index", "polars_frame"] {
        let path = repository(&format!("adapters/cli/tests/parquet/{name}.parquet"));
        let place = from("a.parquet", fs::read(path).unwrap(), "");
        assert_eq!(begun(&place, ""), wanted, "{name}");
    }
    // Three rows at each of two times, as dates.
    let path = repository("adapters/cli/tests/parquet/pandas_times.parquet");
    let place = from("a.parquet", fs::read(path).unwrap(), "");
    let columns = "--columns id=who,x=x,y=y,time=when";
    assert_eq!(begun(&place, &format!("{columns} --at 2020-01-02")), wanted);
    place.refused(&format!("run s.toml {columns}"), &["column `when`", "several times"]);
    let nearest = "the nearest are at 1577923200.0 and 1577923260.0";
    place.refused(&format!("run s.toml {columns} --at 2020-01-02T00:00:30"), &[nearest]);
}

#[test]
fn xyz_files_of_other_programs_are_read() {
    let wanted = [[0.0, 1.5, 2.5], [1.0, 3.0, 4.0]];
    let plain = "2\nwater\nO 1.5 2.5 0.0\nH 3 4 0\n";
    assert_eq!(begun(&from("a.xyz", plain, ""), ""), wanted);
    let ase = "2\nLattice=\"10.0 0.0 0.0 0.0 8.0 0.0 0.0 0.0 1.0\" \
               Properties=species:S:1:pos:R:3:tag:I:1:velo:R:3 pbc=\"T T F\"\n\
               O  1.5 2.5 0.0 7 0.6 0.0 0.0\nH  3.0 4.0 0.0 8 0.6 0.0 0.0\n\n";
    let place = from("a.extxyz", ase, "");
    place.refused("run s.toml", &["line 2: there is no column `tag`", "--columns chooses"]);
    assert_eq!(begun(&place, "--columns x=x,y=y"), wanted);
    let at = |text: &str, parts: &[&str]| {
        from("a.xyz", text, "").refused("run s.toml", parts);
    };
    at("two\n", &["line 1: a frame begins with \"two\": it must be the number of entities"]);
    at("2\n", &["line 2: the line that describes the frame is missing"]);
    at("2\n\nO 1 2 0\n", &["line 4: the file ends within a frame"]);
    at("1\n\nO 1 2\n", &["line 3: 3 values, but the frame describes 4"]);
    at("1\n\nO 1 two 0\n", &["line 3: `y` is \"two\": it must be a number"]);
    at("1\n\nO 1 2 3\n", &["line 3: `z` is 3 in a world that is flat"]);
    at("1\nProperties=pos:R\nO 1 2 3\n", &["line 2: Properties=\"pos:R\" must be names"]);
    at("9999999999\n\nO 1 2 0\n", &["the most that there may be"]);
}

#[test]
fn what_is_said_of_a_table_must_fit_it() {
    let place = from("a.csv", "a,b,c\n1,2,3\n", "");
    let refused = |args: &str, parts: &[&str]| place.refused(&format!("run s.toml {args}"), parts);
    refused("", &["line 1: there is no column `a`", "--columns chooses"]);
    refused("--columns x=a,y=d", &["line 1: there is no column `d`", "a, b and c"]);
    refused("--columns x=a,y=a", &["column `a` is read twice"]);
    refused("--columns x=a,y", &["--columns", "must be NAME=COLUMN"]);
    refused("--columns x=a,speed=b", &["no column `speed`"]);
    refused("--columns x=a", &["a column `x` but no `y`"]);
    refused("--columns x=a,y=b --at 3", &["`at` picks a time, but no column is one"]);
    let within = "--columns x=a,y=b,time=c --at 3 --within 1";
    refused(within, &["`within` takes the nearest row of each id"]);
    refused("--within 1", &["--at"]);
    refused("--project 1", &["--project", "a longitude and a latitude in degrees"]);
    refused("--columns x=a,y=b --project 200,95", &["--project"]);
    refused("--frame -2", &["--frame", "from 0, or -1"]);
    Place::with(BOIDS).refused("run s.toml --at 3", &["--at", "`initial` names none"]);
    refused("--resume a.snap --columns x=a", &["--columns"]);
    assert_eq!(begun(&place, "--columns x=a,y=2*0.5"), [[0.0, 1.0, 1.0]]);
}
