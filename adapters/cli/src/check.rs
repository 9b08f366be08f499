//! `flockwork check`: what can be known of a scenario without running it.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use console::Style;

use flockwork_scheduler::registry::Checked;
use flockwork_scheduler_native::{Entry, Options};

use crate::args::CheckArgs;
use crate::crowding::Crowding;
use crate::failure::{Failure, emit, note};
use crate::human;
use crate::memory;
use crate::observe;
use crate::record;
use crate::registry::Registry;
use crate::scenario::{self, Scenario};
use crate::series;
use crate::shapes;

/// `flockwork check`.
pub(crate) fn check(registry: &Registry, args: &CheckArgs) -> Result<(), Failure> {
    let scenario = Scenario::load(registry, args.scenario.as_deref(), &args.change)?;
    let options = scenario::options(&args.workers);
    let workers = options.workers;
    let checked = scenario
        .entry
        .check(&scenario.config(options.clone()))
        .map_err(|error| scenario.refuse(&error))?;
    if args.quiet {
        return Ok(());
    }
    let (setup, entry) = (&scenario.setup, scenario.entry);
    let world = setup.world;
    let size = world.size();
    let good = Style::new().green().bold();
    let faint = Style::new().dim();
    let mut text = format!("\n  {} {}\n\n", good.apply_to("ok"), human::shown(&scenario.name));
    let mut line = |label: &str, content: String| {
        let label = format!("{label:<12}");
        let _ = writeln!(text, "  {}{content}", faint.apply_to(label));
    };
    line("model", format!("{}: {}", entry.name, entry.about));
    let entities = human::count(u64::from(setup.population));
    line(
        "entities",
        match &scenario.table {
            Some(_) => format!("{entities} of the initial table"),
            None => entities,
        },
    );
    line("ticks", format!("{} of dt = {}", human::count(scenario.ticks), setup.dt));
    line("seed", setup.seed.to_string());
    let (what, unit) =
        if world.is_space() { ("volume", "unit of volume") } else { ("area", "unit of area") };
    let origin = match &world.origin()[..world.axes().len()] {
        at if at.iter().all(|at| *at == 0.0) => String::new(),
        at => {
            let at: Vec<String> = at.iter().map(f64::to_string).collect();
            format!(", origin {}", at.join(", "))
        }
    };
    line("world", format!("{world}, {what} {}{origin}", human::short(size)));
    line("precision", checked.resolution.to_string());
    line("radius", human::short(f64::from(checked.radius)));
    line("grid", grid(&checked, world.is_space()));
    line("regions", format!("{} for {}", checked.regions, human::plural(workers as u64, "worker")));
    let density = f64::from(setup.population) / size;
    line("density", format!("{} entities per {unit}", human::short(density)));
    if scenario.table.is_none() {
        let mean = human::short(checked.mean_neighbours);
        line("neighbours", format!("{mean} on average, if spread evenly"));
    }
    let seen = Seen::of(&scenario, options, checked.bytes_estimate)?;
    let crowding = seen.as_ref().and_then(|seen| seen.crowding);
    if let Some(crowding) = crowding {
        line("at tick 0", crowding.describe());
    }
    line("a sample", sample(entry, seen.as_ref()));
    let free =
        memory::free().map_or(String::new(), |free| format!(", {} are free", human::bytes(free)));
    line("memory", format!("about {}{free}", human::bytes(checked.bytes_estimate)));
    for (i, text) in costs(&scenario, args, checked.radius)?.into_iter().enumerate() {
        line(if i == 0 { "observe" } else { "" }, text);
    }
    let schema = entry.schema_in(&world).map_err(|error| scenario.refuse(&error))?;
    let population = u64::from(setup.population);
    let field = |counts: &Vec<u32>| counts.iter().map(|count| u64::from(*count)).product::<u64>();
    let cells = checked.fields.iter().map(field).sum();
    let [sizes, memory] = [
        record::sizes(schema, &world, population, cells),
        human::bytes(record::memory(schema, population, cells)),
    ];
    line("--record", format!("a tick of {sizes}; {memory} of memory"));
    let params = entry.params.iter().map(|param| {
        let given = scenario.params.iter().find(|(name, _)| name == param.name);
        (param.name, given.map_or_else(param.default, |(_, value)| value.clone()), given.is_some())
    });
    for (i, (name, value, given)) in params.enumerate() {
        let origin = if given { "" } else { "  (default)" };
        let shown = if name == shapes::PARAM { shapes::count(&value) } else { value.to_string() };
        line(
            if i == 0 { "params" } else { "" },
            format!("{name} = {shown}{}", faint.apply_to(origin)),
        );
    }
    for (i, (field, cells)) in entry.fields().iter().zip(&checked.fields).enumerate() {
        let counts: Vec<String> = cells.iter().map(|n| human::count(u64::from(*n))).collect();
        let text = format!("{}: {} cells, {}", field.name, counts.join(" x "), field.about);
        line(if i == 0 { "fields" } else { "" }, text);
    }
    for (i, text) in scenario.shapes().iter().enumerate() {
        line(if i == 0 { "shapes" } else { "" }, text.clone());
    }
    text.push('\n');
    emit(&text)?;
    if let Some(remedy) = crowding.and_then(|crowding| crowding.remedy()) {
        note(remedy);
    }
    Ok(())
}

/// What each observable costs that is asked for.
fn costs(scenario: &Scenario<'_>, args: &CheckArgs, radius: f32) -> Result<Vec<String>, Failure> {
    let setup = &scenario.setup;
    let schema = scenario.entry.schema_in(&setup.world).map_err(|error| scenario.refuse(&error))?;
    let mut asked = scenario.observe.clone();
    asked.extend(observe::asked(&args.observe)?);
    let chosen = observe::complete(&asked, setup, radius, schema)?;
    let each = chosen.iter().map(|one| {
        let (bytes, ns) = one.cost(setup).map_err(Failure::usage)?;
        let looks = scenario.ticks / one.look() + 1;
        Ok(format!(
            "{}\n{:14}about {} of memory, {} for each of {}",
            one.describe(),
            "",
            human::bytes(bytes),
            human::duration(ns / 1.0e9),
            human::plural(looks, "look")
        ))
    });
    each.collect()
}

/// The cells of the grid along each axis.
fn grid(checked: &Checked, space: bool) -> String {
    let [cols, rows, layers] = checked.lines.map(|lines| human::count(u64::from(lines)));
    let layers = if space { format!("{layers} layers x ") } else { String::new() };
    format!(
        "{layers}{rows} rows x {cols} columns ({} per radius), {} cells",
        checked.margins[0],
        human::count(checked.lines.into_iter().map(u64::from).product()),
    )
}

/// What a sample of a series costs.
fn sample(entry: &Entry, seen: Option<&Seen>) -> String {
    let numbers: usize =
        series::OWN.len() + entry.stats.iter().map(|s| s.kind.numbers()).sum::<usize>();
    let bytes = human::bytes((numbers * size_of::<f64>()) as u64);
    let time = seen.map_or(String::new(), |seen| {
        format!(", about {} to take", human::duration(seen.sample.as_secs_f64()))
    });
    format!("of a series: {numbers} numbers, {bytes}{time}")
}

/// What the world at tick 0 shows.
struct Seen {
    crowding: Option<Crowding>,
    /// How long it took to take the statistics.
    sample: Duration,
}

impl Seen {
    /// None where the world does not fit into memory.
    fn of(scenario: &Scenario<'_>, options: Options, bytes: u64) -> Result<Option<Self>, Failure> {
        if memory::free().is_some_and(|free| bytes.saturating_mul(2) > free) {
            return Ok(None);
        }
        let mut simulation = scenario.build(options)?;
        let crowding = Crowding::of(&*simulation).map_err(Failure::run)?;
        let mut sample = Duration::MAX;
        // The first time is dearer.
        for _ in 0..3 {
            let begin = Instant::now();
            simulation.stats()?;
            sample = sample.min(begin.elapsed());
        }
        Ok(Some(Self { crowding, sample }))
    }
}
