//! A series holds what the model reports, tick by tick, the same however it was computed.

use super::outputs::table;
use super::{BOIDS, Place, TRIBES};

/// A small world of walkers; `order_mean` is null up to tick 30.
const VICSEK: &str = "\
model = \"vicsek\"
entities = 400
ticks = 100
dt = 0.1
[world]
width = 10
height = 10
[params]
burn_in = 30
";

/// The names and numbers of a CSV file; what is empty is NaN.
fn csv(place: &Place, name: &str) -> (Vec<String>, Vec<Vec<f64>>) {
    let text = String::from_utf8(place.read(name)).unwrap();
    let mut lines = text.lines();
    let names = lines.next().unwrap().split(',').map(str::to_string).collect();
    let number = |text: &str| if text.is_empty() { f64::NAN } else { text.parse().unwrap() };
    (names, lines.map(|line| line.split(',').map(number).collect()).collect())
}

fn ticks(rows: &[Vec<f64>]) -> Vec<f64> {
    rows.iter().map(|row| row[0]).collect()
}

#[test]
fn a_series_has_every_statistic_of_every_kth_tick() {
    let place = Place::with(TRIBES);
    let text = place.output("run s.toml --series a.csv --every 7 --report a.json");
    assert!(text.contains("series") && text.contains("a.csv"), "{text}");
    let (names, rows) = csv(&place, "a.csv");
    assert_eq!(ticks(&rows), [0.0, 7.0, 14.0, 21.0, 28.0, 35.0, 42.0, 49.0, 56.0]);
    assert_eq!(names[..4], ["tick", "time", "population", "tribe0_population"]);
    for row in &rows {
        assert_eq!(row[1], row[0] * 0.05);
        assert_eq!(row[2], row[3] + row[4] + row[5] + row[6]);
    }
    // The last row is what a run that ends there reports.
    place.output("run s.toml --ticks 56 --report b.json");
    let stats = &place.json("b.json")["stats"];
    for (name, value) in names.iter().zip(&rows[8]).skip(3) {
        // The reader of JSON rounds the last bit as it likes.
        let told = stats[name].as_f64().unwrap();
        assert!((told - value).abs() <= 1e-15 * value.abs(), "{name}: {told}, {value}");
    }
    // One that is asked for nothing has no means.
    assert_eq!(place.json("b.json")["means"], serde_json::json!({}));
    assert!(place.json("a.json")["stopped"].is_null());
}

#[test]
fn a_series_has_the_same_bits_under_every_number_of_workers_and_every_cut() {
    let place = Place::with(TRIBES);
    let run = |more: &str| {
        place.output(&format!("run s.toml --series a.csv --every 3 --report a.json {more}"));
        (place.read("a.csv"), place.json("a.json")["means"].clone())
    };
    let alone = run("--workers 1");
    for more in [
        "--workers 2",
        "--workers 3 --regions 7x3",
        "--workers 2 --regions 2x2 --no-rebalance",
        "--workers 1 --regions 1x5",
    ] {
        assert_eq!(run(more), alone, "{more}");
    }
}

#[test]
fn a_series_in_parquet_holds_the_same_numbers() {
    let place = Place::with(VICSEK);
    place.output("run s.toml --series a.csv");
    place.output("run s.toml --series a.parquet");
    let (names, rows) = csv(&place, "a.csv");
    assert_eq!(names, ["tick", "time", "population", "order", "order_mean"]);
    assert_eq!(ticks(&rows), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0]);
    // Null before there is a value, in both.
    assert!(rows[3][4].is_nan() && rows[4][4] > 0.0, "{rows:?}");
    let bits = |rows: Vec<Vec<f64>>| -> Vec<Vec<u64>> {
        rows.iter().map(|row| row.iter().map(|number| number.to_bits()).collect()).collect()
    };
    let (same_names, same_rows) = table(&place, "a.parquet");
    assert_eq!((same_names, bits(same_rows)), (names, bits(rows)));
}

#[test]
fn means_are_those_of_the_series_with_their_errors() {
    let place = Place::with(VICSEK);
    let run = "run s.toml --ticks 2000 --set params.eta=6 --report a.json";
    let text = place.output(&format!("{run} --series a.csv --from 200"));
    assert!(
        text.contains("means") && text.contains(" ± ") && text.contains("181 samples"),
        "{text}"
    );
    let (names, rows) = csv(&place, "a.csv");
    assert_eq!((rows[0][0], rows.len()), (200.0, 181));
    let means = &place.json("a.json")["means"];
    for (at, name) in names.iter().enumerate().skip(2) {
        let mean: f64 = rows.iter().map(|row| row[at]).sum::<f64>() / 181.0;
        let told = &means[name];
        assert!((told["mean"].as_f64().unwrap() / mean - 1.0).abs() < 1e-12, "{name}: {told}");
        assert_eq!(told["samples"], 181);
    }
    assert_eq!(means["population"]["error"], 0.0);
    let error = means["order"]["error"].as_f64().unwrap();
    let usual = rows.iter().map(|row| row[3]);
    let mean = usual.clone().sum::<f64>() / 181.0;
    let usual = (usual.map(|order| (order - mean).powi(2)).sum::<f64>() / 181.0 / 180.0).sqrt();
    // Samples hang together: the error is larger than if they did not, up to chance.
    assert!(error > 0.8 * usual && error < 20.0 * usual, "{error}, {usual}");
}

#[test]
fn a_resumed_run_has_the_rest_of_the_series() {
    let place = Place::with(TRIBES);
    place.output("run s.toml --series whole.csv --every 10");
    place.output("run s.toml --ticks 25 --checkpoint saved --series begin.csv");
    place.output("run s.toml --resume saved --series end.csv");
    let lines = |name: &str| -> Vec<String> {
        let text = String::from_utf8(place.read(name)).unwrap();
        text.lines().map(str::to_string).collect()
    };
    let (mut all, end) = (lines("begin.csv"), lines("end.csv"));
    assert_eq!(all[0], end[0]);
    all.extend_from_slice(&end[1..]);
    assert_eq!(all, lines("whole.csv"));
}

#[test]
fn a_recording_and_a_series_may_have_ticks_of_their_own() {
    let place = Place::with(BOIDS);
    place
        .output("run s.toml --record a.parquet --series a.csv --every 8 --series-every 5 --from 5");
    let (_, rows) = table(&place, "a.parquet");
    let mut recorded = ticks(&rows);
    recorded.dedup();
    assert_eq!(recorded, [5.0, 13.0]);
    assert_eq!(ticks(&csv(&place, "a.csv").1), [5.0, 10.0, 15.0, 20.0]);
}

#[test]
fn what_cannot_be_a_series_is_refused() {
    let place = Place::with(BOIDS);
    for (args, parts) in [
        ("--series a.txt", &["a table in CSV or Parquet", ".csv or .parquet or .pq"][..]),
        ("--series missing/a.csv", &["missing"]),
        ("--series s.toml", &["a table in CSV or Parquet"]),
        ("--series a.csv --every 0", &["it must be at least 1"]),
        ("--every 5", &["--record", "--series"]),
        ("--from 5", &["--record", "--series"]),
        ("--record a.parquet --series-every 5", &["--series <FILE.csv|.parquet>"]),
        ("--record a.parquet --series a.parquet", &["two outputs go to a.parquet"]),
    ] {
        place.refused(&format!("run s.toml {args}"), parts);
    }
}

#[test]
fn a_check_says_what_a_sample_costs() {
    let place = Place::with(VICSEK);
    let text = place.output("check s.toml");
    assert!(text.contains("a sample") && text.contains("5 numbers, 40.0 B, about"), "{text}");
}
