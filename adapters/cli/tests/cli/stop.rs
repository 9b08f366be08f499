//! A run stops by its rules, at the same tick however it is computed.

use serde_json::Value;

use super::{BOIDS, Place, TRIBES};

/// The report of a run with more arguments, which may hold spaces.
fn report(place: &Place, args: &str, more: &[&str]) -> Value {
    let mut command = place.flockwork(&format!("run {args} --report a.json"));
    command.args(more).assert().success();
    place.json("a.json")
}

#[test]
fn a_run_stops_when_its_condition_holds_at_the_same_tick_everywhere() {
    let place = Place::with(TRIBES);
    let rule = ["--until", "newborns > 0 and tick >= 7 and mean_age / 1 > 0", "--until-every", "5"];
    let mut seen = None;
    for more in ["--workers 1", "--workers 2 --regions 7x3", "--workers 3 --no-rebalance"] {
        let report = report(&place, &format!("s.toml {more}"), &rule);
        let tick = report["last_tick"].as_u64().unwrap();
        assert!(tick >= 10 && tick.is_multiple_of(5) && tick < 60, "{tick}");
        assert_eq!(report["stopped"], "until: newborns > 0 and tick >= 7 and mean_age / 1 > 0");
        assert_eq!(report["interrupted"], false);
        assert!(report["stats"]["newborns"].as_f64().unwrap() > 0.0);
        let found = (tick, report["fingerprint"].clone());
        assert_eq!(*seen.get_or_insert(found.clone()), found, "{more}");
    }
    // Between its looks the series goes on as it would.
    let text = place.output("run s.toml --until time>=1 --series a.csv --every 3");
    assert!(text.contains("20 ticks") && text.contains("stopped (until: time>=1)"), "{text}");
    let series = String::from_utf8(place.read("a.csv")).unwrap();
    let ticks: Vec<&str> =
        series.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(ticks, ["0", "3", "6", "9", "12", "15", "18"]);
}

#[test]
fn a_condition_that_holds_at_once_runs_nothing_and_one_that_never_does_changes_nothing() {
    let place = Place::with(BOIDS);
    let at_once = report(&place, "s.toml", &["--until", "population == 300"]);
    assert_eq!(
        (&at_once["ticks"], &at_once["stopped"]),
        (&0.into(), &"until: population == 300".into())
    );
    let never = report(&place, "s.toml", &["--until", "population < 300"]);
    assert_eq!((&never["ticks"], &never["stopped"]), (&20.into(), &Value::Null));
    assert_eq!(never["fingerprint"], place.fingerprint("run s.toml").as_str());
}

#[test]
fn a_run_stops_when_a_statistic_is_steady_and_when_its_time_is_over() {
    let place = Place::with(BOIDS);
    let steady = report(&place, "s.toml --ticks 10k --steady population:1%:320", &[]);
    assert_eq!(steady["last_tick"], 310);
    assert_eq!(steady["stopped"], "steady: population:1%:320");
    // All of them must be.
    let both = "s.toml --ticks 400 --steady population:1%:320 --steady mean_speed:1e-300:320";
    assert_eq!(report(&place, both, &[])["stopped"], Value::Null);
    let limit = report(&place, "s.toml --ticks 1g --limit 0.1s", &[]);
    assert_eq!(limit["stopped"], "limit: 0.1s");
}

#[test]
fn a_scenario_has_rules_which_the_command_line_replaces() {
    let place = Place::with(BOIDS);
    let stop = "[stop]\nuntil = \"tick >= 3\"\nevery = 4\nlimit = \"1h\"\nsteady = [\"population:1:100\"]\n";
    place.write("t.toml", format!("{BOIDS}{stop}"));
    assert_eq!(report(&place, "t.toml", &[])["last_tick"], 4);
    assert_eq!(report(&place, "t.toml --until tick>3 --until-every 3", &[])["last_tick"], 6);
    assert_eq!(report(&place, "t.toml --set stop.until=tick>5", &[])["last_tick"], 8);
    // A snapshot knows nothing of them, a scenario beside it does.
    place.output("run s.toml --ticks 1 --snapshot a.snap");
    assert_eq!(report(&place, "--resume a.snap --ticks 9", &[])["last_tick"], 10);
    assert_eq!(report(&place, "t.toml --resume a.snap --ticks 9", &[])["last_tick"], 4);
    place.output("check t.toml");
}

#[test]
fn rules_that_mean_nothing_are_refused_before_anything_runs() {
    let place = Place::with(BOIDS);
    for (args, parts) in [
        (
            "--until mean_sped>1",
            &["--until \"mean_sped>1\": character 1:", "did you mean `mean_speed`?"][..],
        ),
        ("--until tick", &["--until \"tick\": character 5", "`==`"]),
        ("--steady speed:1", &["--steady \"speed:1\": there is no statistic `speed`"]),
        ("--steady mean_speed:0.1:5", &["16 to"]),
        ("--limit 90", &["--limit \"90\": it must be a time such as 90s"]),
        ("--until-every 0 --until tick>1", &["at least 1"]),
    ] {
        place.refused(&format!("run s.toml --report a.json {args}"), parts);
    }
    for (rule, part) in [
        ("until = \"tick = 3\"", "`stop.until`: character 6: `=` is not known here: write `==`"),
        ("until = 3", "`stop.until` is 3: it must be a condition"),
        ("limit = \"soon\"", "`stop.limit`: it must be a time"),
        ("steady = [\"a:1\"]", "`stop.steady`: there is no statistic `a`"),
        ("steady = []", "`stop.steady` is the list"),
        ("every = 0", "`stop.every` is 0"),
        ("untl = \"tick > 1\"", "did you mean `stop.until`?"),
    ] {
        place.write("t.toml", format!("{BOIDS}[stop]\n{rule}\n"));
        place.flockwork("check t.toml").assert().failure();
        let output = place.flockwork("run t.toml").assert().get_output().clone();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && text.contains(part), "{rule}: {text}");
    }
}
