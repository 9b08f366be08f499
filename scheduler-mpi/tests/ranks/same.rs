//! The same bits on any number of ranks.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;

use crate::job::{Place, scenario};

const RANKS: [u32; 5] = [1, 2, 3, 4, 6];

/// Every entity of every recorded tick as text, from a file or from all files of a folder.
pub fn recorded(path: &Path) -> BTreeMap<(u64, u32), String> {
    let mut files = vec![path.to_path_buf()];
    if path.is_dir() {
        files = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    }
    let mut all = BTreeMap::new();
    for file in files {
        let reader = SerializedFileReader::new(File::open(file).unwrap()).unwrap();
        let names = reader.metadata().file_metadata().schema_descr();
        let id = names.columns().iter().position(|column| column.name() == "id").unwrap();
        for row in reader.get_row_iter(None).unwrap() {
            let row = row.unwrap();
            let key = (row.get_ulong(0).unwrap(), row.get_uint(id).unwrap());
            assert!(all.insert(key, row.to_string()).is_none(), "{key:?} is there twice");
        }
    }
    all
}

/// Runs a model on all numbers of ranks and compares every entity of several ticks, and the series; a
/// rule stops all ranks at the same tick.
fn every_rank_count(model: &str, more: &str) {
    every_count_of(&format!("{model}-10k"), &format!("--entities 3000 --scale {more}"), &[]);
}

/// The same of any scenario, with further tables that have the same bytes.
fn every_count_of(name: &str, more: &str, tables: &[&str]) {
    let place = Place::new();
    let line = format!(
        "run {} --ticks 99 --until tick>=31 --until-every 1 --every 10 {more}",
        scenario(name)
    );
    let tables = [&["series"], tables].concat();
    let written = |by: &str| -> String {
        tables.iter().map(|table| format!("--{table} {by}-{table}.csv ")).collect()
    };
    let native = format!("--record native.parquet {}", written("native"));
    let wanted = place.native(&format!("{line} --workers 1 {native}"));
    let rows = recorded(&place.path("native.parquet"));
    assert!(rows.len() > 4 * 100, "{} rows", rows.len());
    for ranks in RANKS {
        let path = format!("ranks-{ranks}");
        let more = format!("--workers 2 --record {path} {}", written("ranks"));
        let found = place.on_ranks(ranks, &format!("{line} {more}"));
        assert_eq!(found, wanted, "{name} on {ranks} ranks");
        let path = place.path(&path);
        if ranks > 1 {
            assert_eq!(fs::read_dir(&path).unwrap().count(), ranks as usize);
        }
        assert!(recorded(&path) == rows, "{name} on {ranks} ranks: the recordings differ");
        for table in &tables {
            let read = |by: &str| fs::read(place.path(&format!("{by}-{table}.csv"))).unwrap();
            assert!(read("ranks") == read("native"), "{name} on {ranks} ranks: the {table} differ");
        }
    }
}

#[test]
fn a_recording_that_is_one_file_has_the_bytes_that_one_process_writes() {
    let place = Place::new();
    let line = format!(
        "run {} --entities 1000 --scale --ticks 30 --record-unwrapped",
        scenario("tribes-10k")
    );
    for ending in ["xyz", "npz", "pvd"] {
        place.native(&format!("{line} --workers 1 --record native.{ending}"));
        place.on_ranks(3, &format!("{line} --workers 1 --record ranks.{ending}"));
        if ending != "pvd" {
            let read = |name: &str| fs::read(place.path(&format!("{name}.{ending}"))).unwrap();
            assert!(read("native") == read("ranks"), "{ending}");
        }
    }
    let list = |folder: &str| -> Vec<Vec<u8>> {
        let mut files: Vec<_> =
            fs::read_dir(place.path(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| fs::read(file).unwrap()).collect()
    };
    assert!(list("native-ticks").len() == 4 && list("native-ticks") == list("ranks-ticks"));
    let folder = place.ranks(&format!("-n 2 flockwork-mpi {line} --record rows"));
    folder.failed(2, &["--record-unwrapped follows every entity"]);
}

#[test]
fn boids() {
    every_rank_count("boids", "");
}

#[test]
fn boids_in_space_between_walls_along_one_axis() {
    let world = "--set world.depth=9 --set world.edge=[\"periodic\",\"wall\",\"periodic\"]";
    every_rank_count("boids", &format!("{world} --regions 2x2x3"));
}

#[test]
fn tribes() {
    every_rank_count("tribes", "--regions 4x3");
}

#[test]
fn vicsek() {
    every_rank_count("vicsek", "--regions 7");
}

#[test]
fn discs() {
    every_rank_count("discs", "");
}

#[test]
fn lennard_jones() {
    every_rank_count("lennard_jones", "");
}

#[test]
fn meadow_with_its_field_of_grass() {
    every_count_of("meadow-10k", "--entities 3000 --scale", &["fields"]);
    every_count_of("meadow-10k", "--entities 2000 --scale --regions 5x3", &["fields"]);
}

#[test]
fn sph() {
    every_count_of("sph-dam", "", &[]);
}

#[test]
fn crowds_with_doors_goals_sources_and_walls() {
    every_count_of("crowd-corridor", "", &[]);
    every_count_of("crowd-evacuation", "", &[]);
}

/// A scenario of boids that all begin in one corner, with as much of a crowd elsewhere as shows
/// ghosts across every border.
fn uneven(place: &Place) -> &'static str {
    let mut table = String::from("x,y\n");
    for id in 0..3000 {
        let (x, y) = (id % 60, id / 60);
        // Ten of eleven in a tenth of the width.
        let (x, y) = match id % 11 {
            0 => (f64::from(x) * 0.65, f64::from(y) * 0.6),
            _ => (f64::from(x) * 0.066, f64::from(y) * 0.6),
        };
        table += &format!("{x},{y}\n");
    }
    place.write("uneven.csv", &table);
    let text = fs::read_to_string(scenario("boids-10k")).unwrap();
    let text = text.replace("entities = 10_000", "initial = \"uneven.csv\"");
    let text = text.replace("width = 50", "width = 40").replace("31.416", "31");
    place.write("uneven.toml", &text);
    "uneven.toml"
}

#[test]
fn borders_move_between_ranks() {
    let place = Place::new();
    let line = format!("run {} --ticks 150", uneven(&place));
    let wanted = place.native(&format!("{line} --workers 1 --no-rebalance"));
    for ranks in [2, 3, 4] {
        let report = format!("report-{ranks}.json");
        let found = place.on_ranks(ranks, &format!("{line} --workers 2 --report {report}"));
        assert_eq!(found, wanted, "{ranks} ranks");
        let report = place.json(&report);
        assert!(report["rebalances"].as_u64().unwrap() > 0, "the borders did not move");
        assert!(report["migrations"].as_u64().unwrap() > 0);
        let per_rank = report["per_rank"].as_array().unwrap();
        assert_eq!(per_rank.len(), ranks as usize);
        let sum = |key: &str| per_rank.iter().map(|one| one[key].as_u64().unwrap()).sum::<u64>();
        assert_eq!(sum("owned"), 3000);
        assert!(sum("messages") > 0 && sum("ghosts") > 0);
    }
}

#[test]
fn differences_change_the_bytes_and_not_the_bits() {
    for model in ["tribes", "boids"] {
        let place = Place::new();
        let name = scenario(&format!("{model}-10k"));
        let line = format!("run {name} --entities 4000 --scale --ticks 80 --workers 2");
        let wanted = place.native(&line);
        let mut bytes = Vec::new();
        for deltas in ["off", "on", "auto"] {
            let line = format!("-n 3 flockwork-mpi {line} --quiet --report {deltas}.json");
            let job = place.start(&line, &[("FLOCKWORK_DELTAS", deltas)]);
            assert_eq!(job.end().fingerprint(), wanted, "{model}, differences {deltas}");
            let report = place.json(&format!("{deltas}.json"));
            let sum = |key: &str| {
                let ranks = report["per_rank"].as_array().unwrap().iter();
                ranks.map(|one| one[key].as_f64().unwrap()).sum::<f64>()
            };
            bytes.push((sum("sent_bytes_per_tick"), sum("raw_bytes_per_tick")));
        }
        let [(off, _), (on, raw), _] = bytes[..] else { panic!("{bytes:?}") };
        assert!(off >= raw, "{model}: {off} bytes were sent for {raw}");
        assert!(on < 0.95 * raw, "{model}: {on} bytes were sent for {raw}");
    }
}

#[test]
fn a_snapshot_of_many_ranks_is_that_of_one() {
    let place = Place::new();
    let line = format!("snapshot {} --entities 2000 --scale --ticks 30", scenario("tribes-10k"));
    place.native(&format!("{line} --out one.snap"));
    place.on_ranks(3, &format!("{line} --out three.snap"));
    let [one, three] = ["one.snap", "three.snap"].map(|name| fs::read(place.path(name)).unwrap());
    assert!(one == three);
}

#[test]
fn observables_of_many_ranks_are_those_of_one() {
    let place = Place::new();
    let line = format!(
        "run {} --entities 2000 --scale --ticks 30 --observe rdf:every=10 --observe msd:every=5 \
         --observe clusters:every=10 --observe flux:every=10 --observables",
        scenario("tribes-10k")
    );
    place.native(&format!("{line} one.json --workers 1"));
    place.on_ranks(3, &format!("{line} three.json"));
    let [one, three] = ["one.json", "three.json"].map(|name| fs::read(place.path(name)).unwrap());
    assert!(one == three);
}
