//! What is measured of a run while it goes on: the same under every cut, refused by name where it cannot be.

use serde_json::Value;

use super::{BOIDS, Place, TRIBES};

/// Everything that there is, for boids.
const ALL: &str = "--observe rdf:r=3,bins=30,every=5 --observe structure:k=8,bins=20,every=5 \
    --observe msd:every=2,lags=6,origins=2,look=1 --observe vacf:every=2,lags=6,origins=2 \
    --observe speeds:max=3,bins=10,every=5 --observe neighbours:every=5 --observe clusters:r=0.5,every=5 \
    --observe density:columns=5,rows=4,every=5 --observe flux:columns=5,rows=4,every=5,from=10";

#[test]
fn observables_are_the_same_under_every_cut_and_number_of_workers() {
    let place = Place::with(BOIDS);
    for (at, how) in ["--workers 1", "--workers 2", "--workers 3 --regions 3x2"].iter().enumerate()
    {
        place.output(&format!("run s.toml {how} {ALL} --observables {at}.json"));
    }
    let first = place.read("0.json");
    assert!(first == place.read("1.json") && first == place.read("2.json"));
    let found = place.json("0.json");
    assert_eq!((&found["version"], &found["model"]), (&1.into(), &"boids".into()));
    assert_eq!(found["fingerprint"], place.fingerprint("run s.toml"));
    assert_eq!(found["world"]["width"], 10.0);
    let all = found["observables"].as_array().unwrap();
    let names: Vec<&str> = all.iter().map(|one| one["name"].as_str().unwrap()).collect();
    let expected =
        ["rdf", "structure", "msd", "vacf", "speeds", "neighbours", "clusters", "density", "flux"];
    assert_eq!(names, expected);
    let samples: Vec<u64> = all.iter().map(|one| one["samples"].as_u64().unwrap()).collect();
    assert_eq!(samples, [5, 5, 11, 11, 5, 5, 5, 5, 3]);
    assert_eq!(all[8]["ticks"], serde_json::json!({ "first": 10, "last": 20 }));
    // Whoever is counted is counted once.
    let sum = |one: &Value, name: &str| -> u64 {
        column(one, name).as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).sum()
    };
    assert_eq!(sum(&all[4], "count") + all[4]["counts"]["beyond"].as_u64().unwrap(), 5 * 300);
    assert_eq!(sum(&all[5], "count"), 5 * 300);
    assert_eq!(sum(&all[7], "count"), 5 * 300);
    assert_eq!(sum(&all[8], "count"), 3 * 300);
    // Lag 0 of 6 origins; the last lag, 12 ticks on, of those up to tick 8.
    assert_eq!(column(&all[2], "pairs")[0], 6 * 300);
    assert_eq!(column(&all[2], "pairs")[6], 3 * 300);
    assert_eq!(column(&all[2], "msd")[0], 0.0);
}

/// A column of an observable.
fn column<'v>(one: &'v Value, name: &str) -> &'v Value {
    let columns = one["columns"].as_array().unwrap();
    &columns.iter().find(|column| column["name"] == name).unwrap()["values"]
}

#[test]
fn births_and_deaths_are_followed_in_every_cut() {
    let place = Place::with(TRIBES);
    let observe = "--observe msd:every=5,lags=8,origins=1 --observe clusters:every=20";
    place.output(&format!("run s.toml --workers 1 {observe} --observables a.json"));
    place.output(&format!("run s.toml --workers 2 --regions 2x3 {observe} --observables b.json"));
    assert!(place.read("a.json") == place.read("b.json"));
    let found = place.json("a.json");
    let pairs = column(&found["observables"][0], "pairs");
    // Who has died since does not count: fewer than for all who were there.
    assert!(pairs[8].as_u64() < pairs[0].as_u64());
}

#[test]
fn a_scenario_says_what_to_observe() {
    let place = Place::with(&format!(
        "{BOIDS}[[observe]]\nname = \"rdf\"\nr = 2.5\nevery = 10\n[[observe]]\nname = \"msd\"\n"
    ));
    place.output("run s.toml --observe clusters --observables a.json");
    let found = place.json("a.json");
    assert_eq!(found["observables"][0]["params"]["r"], 2.5);
    assert_eq!(found["observables"][1]["name"], "msd");
    assert_eq!(found["observables"][2]["name"], "clusters");
    // Nothing is measured where nobody asks, and `check` says what it would cost.
    assert_eq!(place.fingerprint("run s.toml"), found["fingerprint"]);
    let text = place.output("check s.toml --observe vacf:lags=7");
    for part in ["rdf: r = 2.5, bins = 100, every = 10", "msd: lags = 100", "vacf: lags = 7"] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(text.matches(" for each of ").count(), 3, "{text}");
}

#[test]
fn what_cannot_be_observed_is_refused_by_name() {
    let place = Place::with(BOIDS);
    let out = "--observables a.json";
    let refused = |args: &str, parts: &[&str]| place.refused(&format!("run s.toml {args}"), parts);
    refused(out, &["--observables has nothing to hold", "rdf, structure, msd"]);
    refused("--observe rdf", &["--observables"]);
    refused(&format!("{out} --observe rfd"), &["no observable `rfd`; did you mean `rdf`?"]);
    refused(&format!("{out} --observe rdf:bin=3"), &["did you mean `bins`?"]);
    refused(&format!("{out} --observe rdf:bins=0"), &["whole number from 1 to 1048576"]);
    refused(&format!("{out} --observe rdf:r=6"), &["--observe rdf:", "half"]);
    refused(&format!("{out} --observe speeds"), &["needs the key `max`"]);
    let walls = "--set world.edge=wall --observe structure";
    refused(&format!("{out} {walls}"), &["not periodic along x"]);
    let vicsek = "--set model=vicsek --observe vacf";
    refused(
        &format!("{out} {vicsek}"),
        &["no columns vx and vy; of this model", "rdf, structure, msd"],
    );
    refused("--observe msd --observables a.csv", &["must end in .json"]);
    place.write("t.toml", format!("{BOIDS}[[observe]]\nr = 2\n"));
    place.refused("check t.toml", &["no observable ``", "observe"]);
    place.write("t.toml", format!("observe = 3\n{BOIDS}"));
    place.refused("check t.toml", &["`observe` is 3: it must be tables, [[observe]]"]);
}
