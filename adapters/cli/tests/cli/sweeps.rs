//! `sweep`: what it leaves, that nothing of how it is run changes that, and how it goes on.

use std::fs;
use std::process::{Command, Stdio};

use super::{Place, program};

/// A small world of walkers.
const VICSEK: &str = "\
model = \"vicsek\"
entities = 40
ticks = 30
dt = 1
[world]
width = 5
height = 5
";

/// A sweep of 12 runs at 6 points.
const SWEEP: &str = "sweep s.toml --seeds 1..2 --set params.eta=0:2:1 --set entities=40,60 \
                     --from 5 --every 3 --quiet";

fn text(place: &Place, name: &str) -> String {
    String::from_utf8(place.read(name)).unwrap()
}

/// The fields of each line; no field here is in quotes.
fn table(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split(',').collect()).collect()
}

/// `runs.csv` but for how long each run took.
fn runs(place: &Place, folder: &str) -> Vec<Vec<String>> {
    let text = text(place, &format!("{folder}/runs.csv"));
    let rows = table(&text);
    let seconds = rows[0].iter().position(|name| *name == "seconds").unwrap();
    let rest = |row: &Vec<&str>| {
        let mut row: Vec<String> = row.iter().map(|field| field.to_string()).collect();
        row.remove(seconds);
        row
    };
    rows.iter().map(rest).collect()
}

#[test]
fn a_sweep_leaves_a_row_for_each_run_and_for_each_point() {
    let place = Place::with(VICSEK);
    assert_eq!(place.output(&format!("{SWEEP} --out o")), "");
    let runs = text(&place, "o/runs.csv");
    let rows = table(&runs);
    let head = "point,params.eta,entities,seed,ticks,stopped,failed,fingerprint,seconds,order_mean";
    assert!(runs.starts_with(head), "{runs}");
    assert_eq!(rows.len(), 13);
    assert_eq!(rows[1][..5], ["1", "0", "40", "1", "30"]);
    assert_eq!(rows[12][..5], ["6", "2", "60", "2", "30"]);
    // A run is the one that `run` runs, and `last` is what its report says.
    let same = "run s.toml --set params.eta=2 --set entities=60 --seed 2 --report r.json";
    let fingerprint = place.fingerprint(same);
    assert_eq!(rows[12][7], fingerprint);
    let order = place.json("r.json")["stats"]["order"].as_f64().unwrap();
    let last = rows[0].iter().position(|name| *name == "order_last").unwrap();
    assert_eq!(rows[12][last].parse::<f64>().unwrap(), order);

    let points = text(&place, "o/points.csv");
    let of_points = table(&points);
    assert_eq!(
        of_points[0][..6],
        ["point", "params.eta", "entities", "runs", "order_mean", "order_error"]
    );
    assert_eq!(of_points.len(), 7);
    for (at, point) in of_points.iter().enumerate().skip(1) {
        let of_runs = |run: usize| rows[2 * at - 1 + run][9].parse::<f64>().unwrap();
        let (one, other) = (of_runs(0), of_runs(1));
        assert_eq!(point[3], "2");
        assert_eq!(point[4].parse::<f64>().unwrap(), (one + other) / 2.0, "{points}");
        let error = (one - other).abs() / 2.0;
        assert!((point[5].parse::<f64>().unwrap() - error).abs() < 1e-12, "{points}");
    }
}

#[test]
fn any_number_of_jobs_and_parts_gives_the_same_points() {
    let place = Place::with(VICSEK);
    place.output(&format!("{SWEEP} --jobs 1 --out one"));
    place.output(&format!("{SWEEP} --jobs 3 --out three"));
    for part in [3, 1, 2] {
        assert!(!place.path("parts/points.csv").exists());
        place.output(&format!("{SWEEP} --part {part}/3 --out parts"));
    }
    let wanted = text(&place, "one/points.csv");
    for folder in ["three", "parts"] {
        assert_eq!(text(&place, &format!("{folder}/points.csv")), wanted, "{folder}");
        assert_eq!(runs(&place, folder), runs(&place, "one"), "{folder}");
    }
    // Made anew of the rows, without the scenario.
    for name in ["s.toml", "parts/points.csv", "parts/runs.csv"] {
        fs::remove_file(place.path(name)).unwrap();
    }
    place.output("sweep --merge --out parts");
    assert_eq!(text(&place, "parts/points.csv"), wanted);
    fs::remove_file(place.path("parts/rows-2-of-3.csv")).unwrap();
    place.refused("sweep --merge --out parts", &["4 of 12 runs have not finished"]);
}

/// A process may be killed after any byte that it has written.
#[test]
fn a_sweep_that_was_killed_anywhere_goes_on_to_the_same_points() {
    let place = Place::with(&VICSEK.replace("ticks = 30", "ticks = 8"));
    let sweep = SWEEP.replace("--every 3", "--every 1");
    place.output(&format!("{sweep} --out o"));
    let (points, rows) = (text(&place, "o/points.csv"), place.read("o/rows.csv"));
    let runs_before = runs(&place, "o");
    let mut cuts: Vec<usize> = (0..12).map(|at| at * (rows.len() / 11)).collect();
    // At the end of a line, and on either side of it.
    let end = rows.iter().rposition(|byte| *byte == b'\n').unwrap();
    cuts.extend([1, end - 1, end]);
    for cut in cuts {
        for name in ["points.csv", "runs.csv"] {
            let _ = fs::remove_file(place.path(&format!("o/{name}")));
        }
        let kept = &rows[..cut.min(rows.len())];
        place.write("o/rows.csv", kept);
        let begin = kept.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        place.output(&format!("{sweep} --out o"));
        assert_eq!(text(&place, "o/points.csv"), points, "after {cut} bytes");
        assert_eq!(runs(&place, "o"), runs_before, "after {cut} bytes");
        // What had finished was not run again.
        assert!(place.read("o/rows.csv").starts_with(&kept[..begin]), "after {cut} bytes");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_keeps_what_has_finished_and_goes_on() {
    let place = Place::with(VICSEK);
    place.write("long.csv", "ticks,params.eta\n3,0\n4,0\n5,0\n200000000,1\n");
    let sweep = "sweep s.toml --points long.csv --out o";
    let child = Command::new(program())
        .current_dir(place.folder.path())
        .args(format!("{sweep} --jobs 1").split(' '))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let rows = || fs::read_to_string(place.path("o/rows.csv")).unwrap_or_default();
    place.wait_for("three rows", || rows().lines().count() == 4);
    place.refused(sweep, &["rows.csv", "another process writes there", "--part"]);
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(rows().lines().count(), 4);
    assert!(!place.path("o/points.csv").exists());
    let three = rows();
    // The same as far as it goes, with a last run that has an end.
    place.write("long.csv", "ticks,params.eta\n3,0\n4,0\n5,0\n6,1\n");
    place.refused(&format!("{sweep} -q"), &["another sweep", "ticks = 200000000", "ticks = 6"]);
    place.output("sweep s.toml --points long.csv --out p -q");
    let plain = |text: &str| -> Vec<String> {
        let rows = table(text).into_iter();
        rows.map(|row| row[..7].join(",")).collect()
    };
    assert_eq!(plain(&text(&place, "p/runs.csv"))[..4], plain(&three)[..4]);
}

#[test]
fn another_sweep_in_the_same_folder_is_refused_with_what_differs() {
    let place = Place::with(VICSEK);
    place.output(&format!("{SWEEP} --out o"));
    for (change, parts) in [
        (SWEEP.replace("--from 5", "--from 6"), &["there --from is 5, and here 6"][..]),
        (SWEEP.replace("--every 3", "--every 4"), &["there --every is 3, and here 4"]),
        (SWEEP.replace("1..2", "1..3"), &["seeds 1..2", "seeds 1..3"]),
        (SWEEP.replace("0:2:1", "0:1:0.5"), &["eta = 1", "eta = 0.5"]),
        (SWEEP.replace("0:2:1", "0:3:1"), &["the number of points is 6, and here 8"]),
        (
            SWEEP.replace("params.eta", "params.speed"),
            &["the list of keys is params.eta, entities"],
        ),
        (format!("{SWEEP} --ticks 9"), &["--ticks is the scenario's, and here 9"]),
    ] {
        place.refused(&format!("{change} --out o"), &[&["o holds another sweep"], parts].concat());
    }
    place.write("s.toml", VICSEK.replace("dt = 1", "dt = 0.5"));
    place.refused(&format!("{SWEEP} --out o"), &["the scenario differs from line 4 on"]);
    place.write("s.toml", VICSEK);
    // Rows that contradict one another are no sweep either.
    let rows = text(&place, "o/rows.csv");
    let first = table(&rows)[1][7];
    place.write("o/rows-1-of-2.csv", rows.replace(first, "0123456789abcdef"));
    place.refused(&format!("{SWEEP} --out o"), &["has the fingerprint", "0123456789abcdef", first]);
}

#[test]
fn every_point_is_checked_before_the_first_run() {
    let place = Place::with(VICSEK);
    for (line, parts) in [
        (
            "--set params.eta=1,7",
            &["point 2 (params.eta = 7)", "`params.eta` is 7", "from 0 to"][..],
        ),
        ("--set params.et=1", &["point 1", "no key `params.et`", "flockwork models vicsek"]),
        ("--set model=vicsek,boids", &["point 2 (model = boids)", "one model, vicsek"]),
        ("--set params.radius=1,3", &["point 2", "radius"]),
        ("--set world.width=5:6:0.5 --set initial=a.csv", &["point 1", "a.csv"]),
        ("--set ticks=9,2 --from 3", &["point 2 (ticks = 2)", "--from is 3", "2 ticks"]),
        ("--set params.eta=0:1", &["FIRST:LAST:STEP"]),
        ("--points none.csv", &["none.csv"]),
        ("--part 4/3", &["--part", "3/10"]),
        ("--seeds 3..1", &["--seeds", "from the smaller"]),
        ("--scale", &["--scale needs --set entities"]),
        ("--latin 5", &["--latin needs a range"]),
        ("--latin 5 --points a.csv", &["--latin", "--points"]),
    ] {
        place.refused(&format!("sweep s.toml --out o {line}"), parts);
    }
    place.refused("sweep s.toml", &["--out"]);
    place.refused("sweep --out o", &["SCENARIO"]);
    place.refused("sweep --merge --out o", &["sweep.json"]);
    place.refused("sweep s.toml --out s.toml", &["cannot write a sweep to s.toml"]);
}

#[test]
fn a_run_that_fails_is_a_row_and_no_other_is_lost() {
    let place = Place::with(VICSEK);
    // So fast that walkers come to where places are too far apart.
    let line =
        "sweep s.toml --set world.edge=open --set params.speed=0.03,2000 --seeds 1..2 --out o -q";
    for _ in 0..2 {
        let assert = place.flockwork(line).assert().code(1);
        let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        for part in ["2 of 4 runs have failed", "params.speed = 2000", "with seed 1", "after tick"]
        {
            assert!(said.contains(part), "no {part:?} in {said}");
        }
    }
    let runs = text(&place, "o/runs.csv");
    let lines: Vec<&str> = runs.lines().collect();
    assert!(lines[1].starts_with("1,open,0.03,1,30,,,"), "{runs}");
    assert!(lines[3].contains("places there are"), "{runs}");
    let points = text(&place, "o/points.csv");
    let points = table(&points);
    assert_eq!((points[1][3], points[2][3]), ("2", "0"));
    assert!(!points[1][4].is_empty() && points[2][4..].iter().all(|field| field.is_empty()));
}

#[test]
fn keys_may_be_anything_that_a_scenario_has() {
    let place = Place::with(VICSEK);
    let edges = "world.edge=[\"wall\",\"periodic\"],open";
    place.output(&format!("sweep s.toml --set {edges} --set ticks=4,5 --set seed=7,9 --out o -q"));
    let runs = text(&place, "o/runs.csv");
    assert!(runs.starts_with("point,world.edge,seed,ticks,"), "{runs}");
    assert!(runs.contains("\n4,open,9,5,,,"), "{runs}");
    let points = text(&place, "o/points.csv");
    assert!(points.contains("\n2,\"[\"\"wall\"\",\"\"periodic\"\"]\",5,2,"), "{points}");

    // Rules to stop end each run for itself.
    place.output("sweep s.toml --set stop.until=order>=0 --set params.eta=0,1 --out stopped -q");
    let stopped = text(&place, "stopped/runs.csv");
    assert!(stopped.contains(",0,until: order>=0,,"), "{stopped}");

    // The density stays where the world is scaled along.
    place.output("sweep s.toml --set entities=40,160 --scale --out scaled --ticks 3 -q");
    let other = place.fingerprint("run s.toml --entities 160 --scale --ticks 3");
    assert!(text(&place, "scaled/runs.csv").contains(&other));
}

#[test]
fn a_hypercube_and_a_table_are_points_too() {
    let place = Place::with(VICSEK);
    let line = "--set params.eta=0:2 --set params.speed=0.01:0.1 --ticks 3 --quiet";
    place.output(&format!("sweep s.toml --latin 10 {line} --out a"));
    let points = text(&place, "a/points.csv");
    let mut steps: Vec<u32> = table(&points)[1..]
        .iter()
        .map(|row| (row[1].parse::<f64>().unwrap() * 5.0) as u32)
        .collect();
    steps.sort_unstable();
    assert_eq!(steps, (0..10).collect::<Vec<_>>());
    // The table of another sweep's points is a list of points.
    let columns: Vec<String> = table(&points).iter().map(|row| row[1..3].join(",")).collect();
    place.write("points.csv", columns.join("\n") + "\n");
    place.output("sweep s.toml --points points.csv --ticks 3 --out b --quiet");
    assert_eq!(text(&place, "b/points.csv"), points);
}
