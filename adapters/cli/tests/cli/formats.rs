//! Recordings in every format: what is in them, and what of it goes back in.

use std::fs::{self, File};
use std::io::Read;

use super::outputs::table;
use super::{BOIDS, Place, TRIBES, tree};

/// Every ending.
const ENDINGS: [&str; 5] = ["parquet", "npz", "pvd", "xyz", "lammpstrj"];

/// Boids in space, with one axis of each kind.
const SPACE: &str = "\
model = \"boids\"
entities = 200
ticks = 20
dt = 0.05
[world]
width = 6
height = 8
depth = 9
edge = [\"periodic\", \"wall\", \"open\"]
";

/// Numbers in the 32 bits that they have in a model: a table shows them in decimals.
fn narrow(numbers: &[f64]) -> Vec<f32> {
    numbers.iter().map(|one| *one as f32).collect()
}

/// The numbers of a column in a table, tick by tick.
fn column(table: &(Vec<String>, Vec<Vec<f64>>), name: &str) -> Vec<f32> {
    let at = table.0.iter().position(|known| known == name).unwrap();
    table.1.iter().map(|row| row[at] as f32).collect()
}

/// The bytes of an array in an `.npz` file, and its header.
fn array(place: &Place, file: &str, name: &str) -> (String, Vec<u8>) {
    let file = File::open(place.path(file)).unwrap();
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let mut bytes = Vec::new();
    archive.by_name(&format!("{name}.npy")).unwrap().read_to_end(&mut bytes).unwrap();
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let len = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    assert_eq!((10 + len) % 64, 0);
    (String::from_utf8(bytes[10..10 + len].to_vec()).unwrap(), bytes[10 + len..].to_vec())
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|one| f32::from_le_bytes(one.try_into().unwrap())).collect()
}

#[test]
fn what_is_recorded_goes_back_in_with_the_same_bits() {
    for scenario in [TRIBES, SPACE, &format!("{SPACE}origin = [1e5, -2e4, 7]\n")] {
        let place = Place::with(scenario);
        place.output("run s.toml --ticks 20 --record a.parquet --every 10");
        place.output("run s.toml --ticks 20 --record a.xyz --every 10");
        let entities = scenario.lines().find(|line| line.starts_with("entities")).unwrap();
        place.write("t.toml", scenario.replace(entities, "initial = \"a.xyz\""));
        let begun = place.fingerprint("run s.toml --ticks 20");
        let again = [
            place.fingerprint("run t.toml --ticks 20 --frame 0"),
            place.fingerprint("run t.toml --ticks 20 --set initial=a.parquet --at 0"),
        ];
        assert_eq!(again, [&*begun, &*begun]);
        let later = place.fingerprint("run t.toml --ticks 5 --set initial=a.parquet --at 20");
        let again = [
            place.fingerprint("run t.toml --ticks 5 --frame 2"),
            place.fingerprint("run t.toml --ticks 5 --frame -1"),
            place.fingerprint("run t.toml --ticks 5 --at 1.0000000149011612"),
        ];
        assert_eq!(again, [&*later, &*later, &*later]);
        place.refused("run t.toml", &["it has several frames", "--frame 0"]);
        place.refused("run t.toml --frame 3", &["no frame 3: it has 3 frames"]);
        place.refused("run t.toml --at 7", &["no frame at the time 7.0"]);
        let parquet = "run t.toml --set initial=a.parquet";
        place.refused(parquet, &["many ticks; pick one, such as --at 100"]);
        place.refused(&format!("{parquet} --at 15"), &["the nearest are at 10.0 and 20.0"]);
    }
}

#[test]
fn all_formats_hold_the_same_numbers() {
    let place = Place::with(SPACE);
    for ending in ENDINGS {
        place.output(&format!("run s.toml --record a.{ending} --record-unwrapped"));
    }
    let wanted = table(&place, "a.parquet");
    let names = ["x", "y", "z", "vx", "vy", "vz"];
    assert_eq!(wanted.0[1..], ["id", "x", "y", "z", "vx", "vy", "vz", "xu", "yu", "zu"]);
    for name in names {
        let (head, bytes) = array(&place, "a.npz", name);
        assert!(head.contains("'<f4'") && head.contains("(3, 200,)"), "{head}");
        assert_eq!(floats(&bytes), column(&wanted, name), "{name}");
    }
    let text = String::from_utf8(place.read("a.xyz")).unwrap();
    let frames: Vec<&str> = text.split("200\nLattice=").skip(1).collect();
    let head = "\"6.0 0.0 0.0 0.0 8.0 0.0 0.0 0.0 9.0\" pbc=\"T F F\" \
                Properties=species:S:1:pos:R:3:id:I:1:velo:R:3:unwrapped:R:3 model=boids";
    assert!(frames.len() == 3 && frames.iter().all(|frame| frame.starts_with(head)), "{text}");
    let dump = String::from_utf8(place.read("a.lammpstrj")).unwrap();
    assert!(dump.contains("ITEM: BOX BOUNDS pp ff ss\n0.0 6.0\n0.0 8.0\n"), "{dump}");
    assert_eq!(dump.matches("ITEM: ATOMS id type x y z vx vy vz xu yu zu\n").count(), 3);
    let lines = |text: &str, width: usize| -> Vec<Vec<f64>> {
        let lines = text.lines().map(|line| line.split(' ').filter_map(|one| one.parse().ok()));
        lines.map(Iterator::collect).filter(|row: &Vec<f64>| row.len() == width).collect()
    };
    let rows = lines(&text, 10).into_iter().zip(lines(&dump, 11)).zip(&wanted.1);
    let mut count = 0;
    for ((xyz, dump), row) in rows {
        assert_eq!(narrow(&xyz[..3]), narrow(&row[2..5]));
        assert_eq!((xyz[3], narrow(&xyz[4..7])), (row[1], narrow(&row[5..8])));
        assert_eq!(xyz[7..], row[8..]);
        assert_eq!((dump[0], dump[1], narrow(&dump[2..8])), (row[1], 1.0, narrow(&row[2..8])));
        count += 1;
    }
    assert_eq!(count, 600);
    let list = String::from_utf8(place.read("a.pvd")).unwrap();
    let second = "timestep=\"0.5000000074505806\" file=\"a-ticks/tick-000000010.vtp\"";
    assert!(list.matches("<DataSet ").count() == 3 && list.contains(second), "{list}");
    let ticks = fs::read(place.path("a-ticks/tick-000000010.vtp")).unwrap();
    let text = String::from_utf8_lossy(&ticks);
    let offset = text.split("Name=\"Points\"").nth(1).unwrap().split("offset=\"").nth(1).unwrap();
    let offset: usize = offset.split('"').next().unwrap().parse().unwrap();
    let begin = ticks.windows(2).position(|two| two == b"\n_").unwrap() + 2 + offset;
    assert_eq!(ticks[begin..begin + 8], (200u64 * 12).to_le_bytes());
    let points = floats(&ticks[begin + 8..begin + 8 + 2400]);
    let wanted: Vec<f32> = wanted.1[200..400].iter().flat_map(|row| narrow(&row[2..5])).collect();
    assert_eq!(points, wanted);
}

#[test]
fn a_recording_has_the_same_bytes_under_every_worker_count_and_cut() {
    for scenario in [TRIBES, SPACE] {
        let files =
            ["--workers 1", "--workers 3 --regions 2x3", "--workers 2 --regions 5"].map(|how| {
                let place = Place::with(scenario);
                for ending in ENDINGS {
                    let unwrapped = "--record-unwrapped --quiet";
                    place.output(&format!(
                        "run s.toml --record a.{ending} --every 4 {unwrapped} {how}"
                    ));
                }
                tree(place.folder.path())
            });
        assert!(files[0].len() > 10);
        assert!(files.iter().all(|other| *other == files[0]));
    }
}

#[test]
fn who_is_born_and_dies_is_in_a_flat_array() {
    let place = Place::with(TRIBES);
    place.output("run s.toml --record a.npz --every 20");
    place.output("run s.toml --record a.parquet --every 20");
    let wanted = table(&place, "a.parquet");
    let total = wanted.1.len();
    assert_ne!(total, 4 * 1500);
    let (head, bytes) = array(&place, "a.npz", "genes_3");
    assert!(head.contains(&format!("'shape': ({total},)")), "{head}");
    assert_eq!(floats(&bytes), column(&wanted, "genes_3"));
    let (_, begin) = array(&place, "a.npz", "begin");
    let begin: Vec<u64> =
        begin.chunks_exact(8).map(|one| u64::from_le_bytes(one.try_into().unwrap())).collect();
    assert_eq!((begin.len(), begin[0], begin[1], begin[4]), (5, 0, 1500, total as u64));
}

#[test]
fn columns_and_entities_can_be_chosen() {
    let place = Place::with(TRIBES);
    let record = |file: &str, entities: &str, more: &str| {
        let mut run = place.flockwork(&format!("run s.toml --every 30 --record {file} {more}"));
        run.arg(format!("--record-entities={entities}")).assert().success();
    };
    record("a.parquet", "tribe == 3 and energy > 1", "--record-columns energy,tribe");
    let (names, rows) = table(&place, "a.parquet");
    assert_eq!(names, ["tick", "id", "energy", "tribe"]);
    assert!(rows.iter().all(|row| row[2] > 1.0 && row[3] == 3.0));
    let ticks: Vec<usize> =
        [0.0, 30.0, 60.0].map(|tick| rows.iter().filter(|row| row[0] == tick).count()).to_vec();
    assert!(ticks.iter().all(|count| (1..1000).contains(count)), "{ticks:?}");
    record("b.xyz", "7-9,20", "--record-columns genes --record-species tribe");
    let text = String::from_utf8(place.read("b.xyz")).unwrap();
    assert!(
        text.starts_with("4\nLattice=") && text.contains("pos:R:3:id:I:1:genes:R:9 "),
        "{text}"
    );
    let tribes = ["H ", "He ", "Li ", "Be "];
    let second = text.lines().nth(2).unwrap();
    assert!(tribes.iter().any(|tribe| second.starts_with(tribe)), "{text}");
    record("c.parquet", "id % 100 == 5", "");
    let (_, rows) = table(&place, "c.parquet");
    assert!(!rows.is_empty() && rows.iter().all(|row| row[1] % 100.0 == 5.0));
}

#[test]
fn places_that_are_not_wrapped_go_on_beyond_the_world() {
    let place = Place::with(BOIDS);
    // Everybody goes 40 ticks of 0.05 at a speed from 0.5 to 2: at most 4 of 8.
    place.output("run s.toml --ticks 40 --record a.parquet --every 1 --record-unwrapped");
    let (names, rows) = table(&place, "a.parquet");
    assert_eq!(names, ["tick", "id", "x", "y", "vx", "vy", "xu", "yu"]);
    let mut beyond = 0;
    for two in rows.chunks_exact(300).collect::<Vec<_>>().windows(2) {
        for (before, after) in two[0].iter().zip(two[1]) {
            for (at, length) in [(2, 10.0), (3, 8.0)] {
                let moved = after[at + 4] - before[at + 4];
                assert!((moved - 0.05 * after[at + 2]).abs() < 1e-5, "{before:?} {after:?}");
                let turns = (after[at + 4] - after[at]) / length;
                assert!((turns - turns.round()).abs() < 1e-6, "{after:?}");
                beyond += usize::from(turns.round() != 0.0);
            }
        }
    }
    assert!(beyond > 100);
}

#[test]
fn a_parquet_recording_tells_what_it_is_of() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    let place = Place::with(BOIDS);
    let fingerprint =
        place.fingerprint("run s.toml --seed 5 --set params.max_speed=3 --record a.parquet");
    let reader = SerializedFileReader::new(File::open(place.path("a.parquet")).unwrap()).unwrap();
    let notes = reader.metadata().file_metadata().key_value_metadata().unwrap().clone();
    let note = |key: &str| {
        let key = format!("flockwork.{key}");
        notes.iter().find(|note| note.key == key).unwrap().value.clone().unwrap()
    };
    assert_eq!(note("fingerprint"), fingerprint);
    assert_eq!(note("scenario_text"), BOIDS);
    assert_eq!(note("scenario_changes"), "[\"params.max_speed=3\",\"seed=5\"]");
    assert_eq!(note("version"), env!("CARGO_PKG_VERSION"));
    let columns: serde_json::Value = serde_json::from_str(&note("columns")).unwrap();
    assert_eq!(columns["vx"], "Velocity, length per time. Along x.");
    let params: serde_json::Value = serde_json::from_str(&note("params")).unwrap();
    assert_eq!(params["max_speed"], "3");
}

#[test]
fn check_states_how_large_a_tick_of_each_format_is() {
    let place = Place::with(&TRIBES.replace("entities = 1500", "entities = 20000"));
    let text = place.output("check s.toml --set world.width=100 --set world.height=80");
    let line = text.lines().find(|line| line.contains("a tick of")).unwrap();
    for ending in ENDINGS {
        let run = "run s.toml --ticks 0 --set world.width=100 --set world.height=80";
        place.output(&format!("{run} --record a.{ending}"));
        let file =
            if ending == "pvd" { "a-ticks/tick-000000000.vtp" } else { &format!("a.{ending}") };
        let size = fs::metadata(place.path(file)).unwrap().len() as f64 / 1048576.0;
        let said = line.split(&format!(" MiB .{ending}")).next().unwrap();
        let said: f64 = said.rsplit(' ').next().unwrap().parse().unwrap();
        assert!((0.85..1.15).contains(&(said / size)), "{ending}: {said} of {size}: {line}");
    }
}

#[test]
fn what_cannot_be_recorded_is_refused() {
    let place = Place::with(BOIDS);
    let refused = |option: &str, parts: &[&str]| {
        place.refused(&format!("run s.toml --record a.xyz {option}"), parts);
    };
    refused("--record-columns speed", &["--record-columns: there is no column `speed`"]);
    refused("--record-entities tribe", &["--record-entities: it must be ids such as 1-100,205"]);
    refused("--record-species tribe", &["--record-species: there is no column `tribe`"]);
    place.refused("run s.toml --record-unwrapped", &["--record"]);
    fs::create_dir(place.path("a-ticks")).unwrap();
    place.write("a-ticks/mine.txt", "mine");
    place.refused("run s.toml --record a.pvd", &["the folder", "where mine.txt is in the way"]);
    assert_eq!(fs::read_dir(place.path("a-ticks")).unwrap().count(), 1);
}
