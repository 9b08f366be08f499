//! Worlds in the plane and in space, with ends of every kind.

use super::{BOIDS, Place};

/// The models, each with parameters that suit a crowded box.
const MODELS: [(&str, &str); 5] = [
    ("boids", ""),
    ("tribes", ""),
    ("vicsek", ""),
    ("discs", "--set params.radius=0.2"),
    ("lennard_jones", "--set dt=0.002"),
];

/// The boids of other tests, in space.
fn deep() -> Place {
    Place::with(&format!("{BOIDS}depth = 7\n"))
}

#[test]
fn every_model_has_one_fingerprint_in_space_under_any_cut() {
    let place = deep();
    for (model, more) in MODELS {
        let run = |how: &str| {
            place.fingerprint(&format!("run s.toml --set model={model} {more} --ticks 6 {how}"))
        };
        let one = run("--workers 1");
        assert_eq!(run("--workers 3 --regions 2x1x2"), one, "{model}");
        assert_eq!(run("--workers 2 --regions 5"), one, "{model}");
    }
}

#[test]
fn each_end_of_each_axis_makes_another_run() {
    let place = deep();
    let mut seen = Vec::new();
    for edge in ["wall", "open", "['periodic','wall','open']", "['open','wall','periodic']"] {
        let run = |how: &str| {
            place.fingerprint(&format!("run s.toml --ticks 40 --set world.edge={edge} {how}"))
        };
        let one = run("--workers 1");
        assert_eq!(run("--workers 3 --regions 2x2x1"), one, "{edge}");
        assert!(!seen.contains(&one), "{edge}");
        seen.push(one);
    }
}

#[test]
fn verify_cuts_space_along_every_axis() {
    let text = deep().output("verify s.toml --ticks 5 --workers 2");
    for part in ["cut 2x2x2", "cut 5x2x1", "have the same bits in every tick"] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
}

#[test]
fn the_grid_of_space_is_cut_into_layers_and_that_of_a_plane_is_not() {
    let place = deep();
    place.refused("run s.toml --regions 90x1x1", &["cut into 90x1x1", "6 layers"]);
    let flat = Place::with(BOIDS);
    flat.refused("run s.toml --regions 2x1x1", &["cut into 2x1x1", "7 rows and"]);
}

#[test]
fn what_a_run_in_space_leaves_behind_has_a_third_axis() {
    let place = deep();
    let edge = "--set world.edge=['periodic','wall','open']";
    let text = place.output(&format!(
        "run s.toml {edge} --report a.json --record a.parquet --every 10 --picture a.png \
         --snapshot a.snap"
    ));
    assert!(text.contains("world 10 x 8 x 7 (periodic x wall x open)"), "{text}");
    let report = place.json("a.json");
    assert_eq!(report["world"]["depth"], 7.0);
    assert_eq!(report["world"]["edge"], serde_json::json!(["periodic", "wall", "open"]));
    assert_eq!(report["grid"]["layers"], 6);
    let (names, rows) = super::outputs::table(&place, "a.parquet");
    for name in ["x", "y", "z", "vx", "vy", "vz"] {
        assert!(names.iter().any(|one| one == name), "{names:?}");
    }
    let deep = names.iter().position(|name| name == "z").unwrap();
    assert!(rows.iter().any(|row| row[deep] != 0.0));
    assert!(std::fs::read(place.path("a.png")).unwrap().starts_with(b"\x89PNG"));
    // The snapshot goes on, and in no other world.
    place.output("run --resume a.snap --ticks 3");
    let lower = "depth = 6\nedge = ['periodic', 'wall', 'open']\n";
    place.write("lower.toml", format!("{BOIDS}{lower}"));
    place.refused("run lower.toml --resume a.snap", &["`world.depth` is 7, but 6 in lower.toml"]);
    // A plane says nothing of what it has not.
    let flat = Place::with(BOIDS);
    flat.output("run s.toml --report a.json");
    let report = flat.json("a.json");
    assert!(report["world"].get("depth").is_none() && report["grid"].get("layers").is_none());
    assert_eq!(report["world"]["edge"], "periodic");
}

#[test]
fn a_table_gives_places_in_space() {
    let place = deep();
    place.write("s.toml", BOIDS.replace("entities = 300", "initial = \"a.csv\"") + "depth = 7\n");
    place.write("a.csv", "x,y,z\n1,2,3\n4,5,6\n");
    place.output("run s.toml --ticks 2");
    place.write("a.csv", "x,y,z\n1,2,3\n4,5,7.5\n");
    place.refused("run s.toml", &["z", "7.5", "7"]);
    place.write("a.csv", "x,y\n1,2\n");
    place.refused("run s.toml", &["no `z`", "one vector"]);
}

#[test]
fn check_and_models_say_where_a_model_runs() {
    let text = deep().output("check s.toml");
    for part in ["10 x 8 x 7, periodic, volume 560", "6 layers x 7 rows x", "per unit of volume"] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    let flat = Place::with(BOIDS);
    let text = flat.output("check s.toml --set world.edge=['periodic','wall']");
    assert!(text.contains("10 x 8, periodic x wall, area 80.0"), "{text}");
    assert!(flat.output("models").contains("plane and space, "));
    let text = flat.output("models boids");
    assert!(text.contains("columns that there are in space besides"), "{text}");
    let model = flat.output("models boids --json");
    let model: serde_json::Value = serde_json::from_str(&model).unwrap();
    assert_eq!(model["runs_in"], serde_json::json!(["plane", "space"]));
    let names = |key: &str| -> Vec<String> {
        let columns = model[key].as_array().unwrap().iter();
        columns.map(|column| column["name"].as_str().unwrap().to_string()).collect()
    };
    assert!(!names("columns").contains(&"z".to_string()));
    assert!(names("columns_in_space").contains(&"vz".to_string()));
}

#[test]
fn init_writes_a_world_in_space_if_asked() {
    let place = Place::with(BOIDS);
    for (model, _) in MODELS {
        place.output(&format!("init {model} --space --entities 1000 --out {model}.toml --quiet"));
        let text = place.output(&format!("check {model}.toml"));
        assert!(text.contains("volume"), "{text}");
    }
}
