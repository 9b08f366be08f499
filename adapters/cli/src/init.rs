//! `flockwork init`: a commented scenario to begin with.

use std::f64::consts::PI;
use std::fmt::Write as _;
use std::path::Path;

use flockwork_kernel::columns::Column;
use flockwork_kernel::world::Edges;
use flockwork_kernel::{Axis, Precision, World};
use flockwork_scheduler::{Given, MAX_POPULATION, Setup, SimulationError};
use flockwork_scheduler_native::{BuildError, Config, Entry, Options};

use crate::args::{InitArgs, ScenarioArgs};
use crate::failure::{Failure, emit};
use crate::human;
use crate::output::{SCENARIO, Target};
use crate::registry::Registry;
use crate::scenario::{Scenario, grown};

/// Scenarios that show a world that suits each built-in model.
const EXAMPLES: [&str; 7] = [
    include_str!("../../../scenarios/boids-10k.toml"),
    include_str!("../../../scenarios/tribes-10k.toml"),
    include_str!("../../../scenarios/vicsek-10k.toml"),
    include_str!("../../../scenarios/discs-10k.toml"),
    include_str!("../../../scenarios/lennard_jones-10k.toml"),
    include_str!("../../../scenarios/meadow-10k.toml"),
    include_str!("../../../scenarios/sph-dam.toml"),
];

/// How many neighbours an entity of any other model shall have on average.
const NEIGHBOURS: f64 = 10.0;

/// How often a world is made larger at most until the model is content with it.
const ROOM: u32 = 20;

/// `flockwork init`.
pub(crate) fn init(registry: &Registry, args: &InitArgs) -> Result<(), Failure> {
    let entry = registry.get(&args.model)?;
    let entities = u32::try_from(args.entities)
        .ok()
        .filter(|entities| (1..=MAX_POPULATION).contains(entities))
        .ok_or_else(|| {
            Failure::usage(format_args!(
                "--entities is {}: it must be from 1 to {MAX_POPULATION}",
                args.entities
            ))
        })?;
    let space = args.space || !entry.runs_in(false);
    if !entry.runs_in(space) {
        let problem = format!("--space: {} runs in the plane alone", entry.name);
        return Err(Failure::Usage(problem));
    }
    let (setup, given) = suit(registry, entry, entities, space)?;
    let text = write(entry, &setup, &given);
    // What is handed out must work.
    let scenario =
        Scenario::parse(registry, &args.model, Path::new("."), &text, &ScenarioArgs::default())?;
    let config = scenario.config(Options::default());
    entry.check(&config).map_err(|error| scenario.refuse(&error))?;
    let Some(path) = &args.out else { return emit(&text) };
    if path.is_file() {
        let problem = format!("{} exists already: it was not changed", human::path(path));
        return Err(Failure::Usage(problem));
    }
    Target::new(path, &SCENARIO)?.prepare(text.as_bytes())?.publish_new()?;
    if args.quiet {
        return Ok(());
    }
    emit(&format!("wrote {0}; run it with: flockwork {0}\n", human::path(path)))
}

/// A world for this many entities, and the parameters that are not left at their defaults.
fn suit(
    registry: &Registry,
    entry: &Entry,
    entities: u32,
    space: bool,
) -> Result<(Setup, Vec<Given>), Failure> {
    let example = EXAMPLES.into_iter().find_map(|text| {
        let change = ScenarioArgs::default();
        let scenario = Scenario::parse(registry, "", Path::new("."), text, &change).ok()?;
        (scenario.entry.name == entry.name).then_some(scenario)
    });
    if let Some(example) = example.as_ref().filter(|_| !space) {
        let share = f64::from(entities) / f64::from(example.setup.population);
        let setup = Setup { population: entities, ..example.setup };
        let (params, options) = (example.params.clone(), Options::default());
        let mut config = Config { setup, params, table: None, fields: Vec::new(), options };
        config.setup.world = roomy(1.0, |side| {
            let world = grown(&example.setup.world, share * side * side).map_err(Failure::usage)?;
            config.setup.world = rounded(&world)?;
            Ok((config.setup.world, entry.check(&config).err()))
        })?;
        return Ok((config.setup, config.params));
    }
    let cube = |side: f64| {
        let axes = [Axis::periodic(side as f32); World::MOST_AXES];
        World::of(&axes[..if space { 3 } else { 2 }]).map_err(Failure::usage)
    };
    let wide = cube(1.0e4)?.with_precision(Precision::Any);
    let (setup, params) = example.map_or_else(
        || (Setup { world: wide, population: entities, seed: 1, dt: 0.05 }, Vec::new()),
        |example| (example.setup, example.params),
    );
    let mut config =
        Config { setup, params, table: None, fields: Vec::new(), options: Options::default() };
    let radius = entry.check(&config).map_or(1.0, |checked| f64::from(checked.radius));
    config.setup = Setup { population: entities, seed: 1, ..setup };
    // One side of what an entity has for itself.
    let each = match space {
        true => (4.0 / 3.0 * PI * radius.powi(3) / NEIGHBOURS * f64::from(entities)).cbrt(),
        false => (PI * radius * radius / NEIGHBOURS * f64::from(entities)).sqrt(),
    };
    config.setup.world = roomy(each.max(4.0 * radius), |side| {
        let world = rounded(&cube(side)?)?;
        config.setup.world = world;
        Ok((world, entry.check(&config).err()))
    })?;
    Ok((config.setup, config.params))
}

/// The first world that a model is content with, by and by larger than this side and, if none of those is,
/// smaller; the last larger one if none is. `ask` gives a world of a side, and what is wrong with it.
fn roomy(
    side: f64,
    mut ask: impl FnMut(f64) -> Result<(World, Option<BuildError>), Failure>,
) -> Result<World, Failure> {
    let (mut world, mut wrong) = ask(side)?;
    // Some models have less room for each other than that: they get more world. A larger one is no
    // help where places are too far apart already.
    let mut larger = side;
    for more in 1..=ROOM {
        if matches!(wrong, None | Some(BuildError::Simulation(SimulationError::TooCoarse(_)))) {
            return Ok(world);
        }
        if more < ROOM {
            larger *= 1.25;
            (world, wrong) = ask(larger)?;
        }
    }
    // In others walls are of entities too, and there are too few for so many.
    let mut smaller = side;
    for _ in 1..ROOM {
        smaller /= 1.05;
        if let (world, None) = ask(smaller)? {
            return Ok(world);
        }
    }
    Ok(world)
}

/// The world with lengths that are good to read.
fn rounded(world: &World) -> Result<World, Failure> {
    let axes: Vec<Axis> = world
        .axes()
        .iter()
        .map(|axis| Axis { length: round(axis.length.into()), edge: axis.edge })
        .collect();
    let rounded = World::of(&axes).map_err(Failure::usage)?.with_precision(world.precision());
    rounded.with_origin(world.origin()).map_err(Failure::usage)
}

/// Three significant digits, so that the file is good to read.
fn round(length: f64) -> f32 {
    let unit = 10f64.powf(length.log10().floor() - 2.0);
    ((length / unit).round() * unit) as f32
}

fn write(entry: &Entry, setup: &Setup, given: &[Given]) -> String {
    let world = setup.world;
    let mut text = format!(
        "# {}: {}\n#\n# flockwork THIS_FILE runs it, flockwork check THIS_FILE says what it holds.\n\n",
        entry.name, entry.about
    );
    let _ = writeln!(text, "model = \"{}\"", entry.name);
    let _ = writeln!(
        text,
        "# Or take them from a table: initial = \"agents.csv\" (or .parquet, .xyz), with columns such as\n\
         # {}.",
        table_columns(entry.schema_in(&world).unwrap_or_default())
    );
    let _ = writeln!(text, "entities = {}", setup.population);
    let _ = writeln!(text, "# The same seed gives the same bits.\nseed = {}", setup.seed);
    let _ = writeln!(text, "ticks = 1000\n# The time step of a tick.\ndt = {}\n", setup.dt);
    let _ = writeln!(text, "[world]");
    for (side, axis) in World::SIDES.iter().zip(world.axes()) {
        let _ = writeln!(text, "{side} = {}", axis.length);
    }
    if !world.is_space() && entry.runs_in(true) {
        let _ = writeln!(text, "# In space: depth = {}", world.height());
    }
    let _ = writeln!(
        text,
        "# \"periodic\": one end meets the other; \"wall\": entities are reflected; \"open\": there is\n\
         # no end. A list has one word for each axis: [\"periodic\", \"wall\"{}].\nedge = \"{}\"",
        if world.is_space() { ", \"open\"" } else { "" },
        Edges(&world)
    );
    let _ = writeln!(text, "\n# What is left out has the default that is shown.\n[params]");
    for param in entry.params {
        let unit = if param.unit.is_empty() { "" } else { ", " };
        let allowed = format!("{}{unit}{}", param.kind, param.unit);
        let _ = writeln!(text, "# {} ({allowed})", param.about.trim_end_matches('.'));
        match given.iter().find(|(name, _)| name == param.name) {
            Some((name, value)) => {
                let _ = writeln!(text, "{name} = {value}");
            }
            None => {
                let _ = writeln!(text, "# {} = {}", param.name, (param.default)());
            }
        }
    }
    text
}

/// The first columns that a user's table may have.
fn table_columns(schema: &[Column]) -> String {
    let names: Vec<String> = crate::rows::fields(schema)
        .into_iter()
        .map(|field| field.name)
        .filter(|name| name != "id")
        .take(6)
        .collect();
    human::list(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use flockwork_scheduler::{Coarse, Needed};

    use super::*;

    #[test]
    fn every_model_has_a_scenario_that_works() {
        let registry = Registry::builtin();
        for entry in registry.entries() {
            // A tank in space has more walls than 1000.
            let sizes = [(1000, false), (1_000_000, false), (30_000, true)];
            for (entities, space) in sizes.into_iter().filter(|(_, space)| entry.runs_in(*space)) {
                let (setup, given) = suit(&registry, entry, entities, space).unwrap();
                let text = write(entry, &setup, &given);
                let change = ScenarioArgs::default();
                let scenario =
                    Scenario::parse(&registry, "s", Path::new("."), &text, &change).unwrap();
                assert_eq!(scenario.setup, setup, "{text}");
                assert_eq!(scenario.params, given, "{text}");
                assert!(entry.check(&scenario.config(Options::default())).is_ok(), "{text}");
            }
        }
    }

    #[test]
    fn a_world_grows_until_there_is_room_and_not_where_places_are_too_far_apart() {
        let world = |side: f64| World::of(&[Axis::periodic(side as f32); 2]).unwrap();
        let narrow = || Some(BuildError::from(SimulationError::Population { given: 1 }));
        let coarse = |side: f64| {
            let needed = Needed::Radius(1.0);
            let coarse = Coarse { column: "x", value: side as f32, needed };
            Some(BuildError::from(SimulationError::TooCoarse(coarse)))
        };
        let asked = |wrong: &dyn Fn(f64) -> Option<BuildError>| {
            let mut sides = 0;
            let found = roomy(8.0, |side| {
                sides += 1;
                Ok((world(side), wrong(side)))
            });
            (found.unwrap().width(), sides)
        };
        assert_eq!(asked(&|_| None), (8.0, 1));
        assert_eq!(asked(&|side| narrow().filter(|_| side < 11.0)), (12.5, 3));
        assert_eq!(asked(&|_| narrow()).1, 2 * ROOM - 1);
        assert_eq!(asked(&|side| narrow().filter(|_| side > 7.5)).1, ROOM + 2);
        assert_eq!(asked(&coarse), (8.0, 1));
        let both = |side: f64| if side < 9.0 { narrow() } else { coarse(side) };
        assert_eq!(asked(&both), (10.0, 2));
    }

    #[test]
    fn lengths_are_rounded_to_three_digits() {
        assert_eq!(round(123.456), 123.0);
        assert_eq!(round(0.012_345), 0.0123);
    }
}
