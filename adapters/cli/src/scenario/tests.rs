//! Every way a scenario can be wrong.

use flockwork_kernel::{Axis, Edge};
use flockwork_models::Boids;
use flockwork_scheduler::{Plane, Setting, Space};

use super::*;

const GOOD: &str = "model = 'boids'\nentities = 100\ndt = 0.1\n[world]\nwidth = 20\nheight = 10\n";

/// What a scenario says: setup, ticks and parameters.
type Said = (Setup, u64, Vec<Given>);

fn parse(text: &str, change: &ScenarioArgs) -> Result<Said, String> {
    let registry = Registry::builtin();
    match Scenario::parse(&registry, "s.toml", Path::new("."), text, change) {
        Ok(scenario) => Ok((scenario.setup, scenario.ticks, scenario.params)),
        Err(Failure::Usage(problem)) => Err(problem),
        Err(other) => panic!("{other:?}"),
    }
}

fn with(set: &[&str]) -> ScenarioArgs {
    ScenarioArgs { set: set.iter().map(|text| (*text).to_string()).collect(), ..Default::default() }
}

#[test]
fn what_is_missing_has_its_default() {
    let (setup, ticks, params) = parse(GOOD, &ScenarioArgs::default()).unwrap();
    assert_eq!((setup.population, setup.seed, ticks), (100, 1, 1000));
    assert!(setup.world.axes().iter().all(|axis| axis.edge == Edge::Periodic));
    assert_eq!(setup.dt, 0.1);
    assert!(params.is_empty());
}

#[test]
fn each_axis_has_its_length_and_its_ends() {
    let world =
        |more: &str, set: &[&str]| parse(&format!("{GOOD}{more}"), &with(set)).unwrap().0.world;
    let corridor = [Axis::periodic(20.0), Axis::wall(10.0)];
    assert_eq!(world("edge = ['periodic', 'wall']", &[]).axes(), corridor);
    assert_eq!(world("", &["world.edge=['periodic', 'wall']"]).axes(), corridor);
    let tower = [Axis::wall(20.0), Axis::wall(10.0), Axis::open(5.0)];
    assert_eq!(world("depth = 5\nedge = ['wall', 'wall', 'open']", &[]).axes(), tower);
    let cube = [20.0, 10.0, 7.0].map(Axis::open);
    assert_eq!(world("edge = 'open'", &["world.depth=7"]).axes(), cube);
}

#[test]
fn scale_keeps_the_density_in_space_too() {
    let change = ScenarioArgs { entities: Some(800), scale: true, ..with(&["world.depth=5"]) };
    let (setup, ..) = parse(GOOD, &change).unwrap();
    assert_eq!(setup.world.axes(), [40.0, 20.0, 10.0].map(Axis::periodic));
}

#[test]
fn a_model_that_does_not_run_in_such_a_world_is_refused_at_its_depth() {
    let of = |registry: &Registry, more: &str| {
        let text = format!("{GOOD}{more}");
        let change = ScenarioArgs::default();
        match Scenario::parse(registry, "s.toml", Path::new("."), &text, &change) {
            Err(Failure::Usage(problem)) => problem,
            other => panic!("{:?}", other.map(|scenario| scenario.setup)),
        }
    };
    let flat = Registry::new().with::<Boids<Plane>>();
    let problem = of(&flat, "depth = 5");
    for part in ["s.toml:7:1", "3 axes", "made for 2", "leave `world.depth` out"] {
        assert!(problem.contains(part), "no {part:?} in {problem}");
    }
    let deep = Registry::new().with::<Boids<Space>>();
    let problem = of(&deep, "");
    for part in ["s.toml: ", "2 axes", "made for 3", "`boids` needs `world.depth`"] {
        assert!(problem.contains(part), "no {part:?} in {problem}");
    }
}

#[test]
fn the_command_line_wins() {
    let change = ScenarioArgs { entities: Some(400), seed: Some(u64::MAX), ..with(&["dt=0.5"]) };
    let (setup, ..) = parse(GOOD, &change).unwrap();
    assert_eq!((setup.population, setup.seed, setup.dt), (400, u64::MAX, 0.5));
    assert_eq!(setup.world.width(), 20.0);
    let change = ScenarioArgs { scale: true, ..change };
    assert_eq!(parse(GOOD, &change).unwrap().0.world.width(), 40.0);
}

#[test]
fn a_choice_is_given_by_name() {
    let walkers = GOOD.replace("'boids'", "'vicsek'");
    let along = |value: &str| {
        let (_, _, params) = parse(&walkers, &with(&[&format!("params.along={value}")]))?;
        Ok::<_, String>(params[0].1.clone())
    };
    // Text needs no quotes on a command line.
    assert_eq!(along("new"), Ok(Setting::from("new")));
    assert_eq!(along("'old'"), Ok(Setting::from("old")));
    for (value, parts) in [
        (
            "newer",
            &["the text \"newer\"", "must be \"old\" or \"new\"", "did you mean \"new\"?"][..],
        ),
        ("1", &["`params.along` is 1", "\"old\" or \"new\""]),
        ("[1, 2]", &["the list [1, 2]", "\"old\" or \"new\""]),
        ("true", &["a boolean", "\"old\" or \"new\""]),
    ] {
        let problem = along(value).unwrap_err();
        assert!(parts.iter().all(|part| problem.contains(part)), "{problem}");
    }
}

#[test]
fn every_mistake_is_named_with_its_place_and_what_is_allowed() {
    let table = [
        ("model = 'boids'", "model = 'birds'", &["s.toml:1:1", "boids"][..]),
        ("model = 'boids'", "model = 7", &["s.toml:1:1", "boids"]),
        ("model = 'boids'\n", "", &["`model` is missing", "boids"]),
        ("entities = 100", "entities = -1", &["s.toml:2:1", "from 0 to 1073741824"]),
        ("entities = 100", "entities = 1.5", &["s.toml:2:1", "whole number"]),
        ("entities = 100", "entities = 3000000000", &["s.toml:2:1", "from 0 to 1073741824"]),
        ("entities = 100\n", "", &["`entities` is missing"]),
        ("entities = 100", "entitys = 100", &["s.toml:2:1", "did you mean `entities`?"]),
        ("dt = 0.1", "dt = nan", &["s.toml:3:1", "`dt` is NaN"]),
        ("dt = 0.1", "dt = '0.1'", &["s.toml:3:1", "the text \"0.1\"", "a number from 0"]),
        ("dt = 0.1", "dt = true", &["s.toml:3:1", "a boolean"]),
        ("dt = 0.1", "dt = 0.1\nseed = -3", &["s.toml:4:1", "`seed` is -3"]),
        ("dt = 0.1", "dt = 0.1\nticks = []", &["s.toml:4:1", "the list []"]),
        ("dt = 0.1", "dt = 0.1\ninitial = 4", &["s.toml:4:1", "or .parquet file"]),
        ("width = 20", "width = 0", &["s.toml:5:1", "`world.width` is 0"]),
        ("width = 20", "width = inf", &["s.toml:5:1", "`world.width` is inf"]),
        ("width = 20", "widht = 20", &["s.toml:5:1", "did you mean `world.width`?", "missing"]),
        ("height = 10", "height = 10\nedge = 'round'", &["s.toml:7:1", "\"periodic\""]),
        (
            "[world]",
            "[wrld]",
            &["s.toml:4:2", "did you mean `[world]`?", "`world.width` is missing"],
        ),
        ("dt = 0.1", "dt = 0.1\nparams = 3", &["s.toml:4:1", "must be a table"]),
        (
            "height = 10",
            "height = 10\n[params]\nneighbour_radius = 1",
            &["s.toml:8:1", "did you mean `params.neighbor_radius`?", "flockwork models boids"],
        ),
        (
            "height = 10",
            "height = 10\n[params]\nneighbor_radius = -1",
            &["s.toml:8:1", "from 1e-6 to 1000000 length"],
        ),
        (
            "height = 10",
            "height = 10\n[params]\nneighbor_radius = 'a'",
            &["s.toml:8:1", "a number"],
        ),
        (
            "[world]\nwidth = 20",
            "\"world.width\" = 20\n[world]",
            &["s.toml:4:1", "no key `\"world.width\"`", "write `world.width` without quotes"],
        ),
        (
            "width = 20",
            "\"world.width\" = 20",
            &["s.toml:5:1", "did you mean `world.width`?", "missing"],
        ),
        ("entities = 100", "entities = 1e-2", &["s.toml:2:1", "is 0.01", "whole number"]),
        ("entities = 100", "entities = 1e300", &["s.toml:2:1", "is 1e300", "whole number"]),
        ("height = 10", "height = 10\nedge = 'wal'", &["did you mean \"wall\"?"]),
        (
            "height = 10",
            "height = 10\nedge = ['periodic', 'wall', 'open']",
            &["s.toml:7:1", "the list [\"periodic\", \"wall\", \"open\"]", "a list of 2 of them"],
        ),
        (
            "height = 10",
            "height = 10\ndepth = 4\nedge = ['periodic', 'wall']",
            &["s.toml:8:1", "a list of 3 of them, one for each axis"],
        ),
        (
            "height = 10",
            "height = 10\nedge = ['periodic', 'wal']",
            &["a list of 2 of them", "did you mean \"wall\"?"],
        ),
        ("height = 10", "height = 10\nedge = []", &["s.toml:7:1", "the list []", "a list of 2"]),
        ("height = 10", "height = 10\nedge = ['open', 3]", &["s.toml:7:1", "a list of neither"]),
        ("height = 10", "height = 10\ndepth = 0", &["s.toml:7:1", "`world.depth` is 0"]),
        ("height = 10", "height = 10\ndept = 4", &["did you mean `world.depth`?"]),
        ("dt = 0.1", "dt = 0.1\nsteps = 5", &["did you mean `ticks`?"]),
        ("dt = 0.1", "timestep = 0.1", &["did you mean `dt`?", "`dt` is missing"]),
        ("entities = 100", "population = 100", &["did you mean `entities`?"]),
        ("dt = 0.1", "dt = 0.1\nrandom_seed = 5", &["did you mean `seed`?"]),
        ("width = 20", "x_width = 20", &["did you mean `world.width`?"]),
        (
            "height = 10",
            "height = 10\n[params]\nradius = 1",
            &["did you mean `params.", "_radius`?"],
        ),
        ("dt = 0.1", "dt = 0.1\nmax_sped = 1", &["did you mean `params.max_speed`?"]),
        ("dt = 0.1", "dt = 0.1\ndt = 0.2", &["s.toml:4", "not TOML"]),
        ("[world]", "[world", &["s.toml:4", "not TOML"]),
    ];
    for (good, bad, wanted) in table {
        assert!(GOOD.contains(good));
        let error = parse(&GOOD.replace(good, bad), &ScenarioArgs::default()).unwrap_err();
        for part in wanted {
            assert!(error.contains(part), "{bad}: {error}");
        }
    }
}

#[test]
fn mistakes_on_the_command_line_name_the_option() {
    let table = [
        ("dt", "--set dt: it must be KEY=VALUE"),
        ("params.neighbour_radius=2", "did you mean `params.neighbor_radius`?"),
        ("neighbor_radius=2", "did you mean `params.neighbor_radius`?"),
        ("world.edge=round", "--set world.edge=round: `world.edge` is the text \"round\""),
        ("dt=x", "--set dt=x: `dt` is the text \"x\""),
    ];
    for (set, wanted) in table {
        let error = parse(GOOD, &with(&[set])).unwrap_err();
        assert!(error.contains(wanted), "{set}: {error}");
    }
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_the_file() {
    let text = GOOD.replace("dt = 0.1", "dt = -1").replace("entities = 100", "entities = 'x'");
    let error = parse(&text, &ScenarioArgs::default()).unwrap_err();
    let (first, second) = (error.find("`entities`").unwrap(), error.find("`dt`").unwrap());
    assert!(first < second, "{error}");
}

#[test]
fn a_whole_number_may_be_written_as_any_number() {
    for written in ["100", "1e2", "100.0", "0x64", "1_00"] {
        let text = GOOD.replace("entities = 100", &format!("entities = {written}"));
        assert_eq!(parse(&text, &ScenarioArgs::default()).unwrap().0.population, 100, "{written}");
    }
    assert_eq!(parse(GOOD, &with(&["ticks=1e3"])).unwrap().1, 1000);
}

#[test]
fn many_mistakes_are_told_in_part_and_in_time_that_grows_with_their_number() {
    let keys: String = (0..20_000).map(|key| format!("keyy_{key} = 'a'\n")).collect();
    let error = parse(&format!("{keys}{GOOD}"), &ScenarioArgs::default()).unwrap_err();
    assert!(error.starts_with("s.toml:1:1: there is no key `keyy_0`"), "{error}");
    assert!(error.ends_with("s.toml: 19,980 mistakes more"), "{error}");
    assert_eq!(error.matches("there is no key").count(), 20);
    let key = "k".repeat(50_000);
    let value = "v".repeat(500_000);
    let text = format!("{key} = '{value}'\n{}", GOOD.replace("'boids'", &format!("'{value}'")));
    let error = parse(&text, &with(&[&format!("{key}={value}")])).unwrap_err();
    assert!(error.len() < 2000, "{} bytes", error.len());
}

#[test]
fn nothing_of_a_file_reaches_the_terminal_as_a_command() {
    let bell = "\"\\u001b[31m\\u0007\"";
    for text in [
        GOOD.replace("'boids'", bell),
        GOOD.replace("dt = 0.1", &format!("{bell} = 1\ndt = {bell}")),
        GOOD.replace("[world]", &format!("[world]\n{bell} = 1\nedge = {bell}")),
        GOOD.replace("dt = 0.1", "dt = \u{1b}[31m"),
        GOOD.replace("dt = 0.1", "dt = 0.1 # \u{202e}\ndt = 0.2"),
    ] {
        let error = parse(&text, &ScenarioArgs::default()).unwrap_err();
        assert!(error.chars().all(|c| c == '\n' || !human::is_active(c)), "{error:?}");
    }
}
