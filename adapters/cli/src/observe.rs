//! `--observe`: looks at the entities of chosen ticks and counts them, for `--observables`.
//!
//! What is counted, and how, is up to `flockwork_observables`; this reads what is asked for, shows the
//! entities of the whole world at the ticks that are due, and writes what came of it as JSON
//! (`docs/answers/observables.md`). Of several processes the first one counts: the others send it their
//! entities, as they do for a picture.

mod kinds;

use flockwork_kernel::columns::Column;
use flockwork_kernel::{Axes, Plane, Space, Vector, World};
use flockwork_observables::{Look, Observable, Values};
use flockwork_scheduler::Setup;
use flockwork_scheduler_native::{AnySimulation, Rows};
use serde_json::{Map, Value, json};

use crate::failure::{self, Failure};
use crate::output::{Ready, Target};
use crate::record::Entities;
use crate::report::Report;
use crate::rows::{self, Field};
use crate::together::together;
use crate::watch::Watcher;
pub(crate) use kinds::{Asked, Chosen, KINDS, Kind};

/// The version of the format.
const VERSION: u32 = 1;

/// The velocity along each axis.
const VELOCITY: [&str; World::MOST_AXES] = ["vx", "vy", "vz"];

/// The names of all observables.
pub(crate) fn names() -> String {
    crate::human::list(&KINDS.each_ref().map(|kind| kind.name))
}

/// Reads the options of a command line.
pub(crate) fn asked(texts: &[String]) -> Result<Vec<Asked>, Failure> {
    let read = |text: &String| {
        Asked::parse(text).map_err(|problem| Failure::usage(format_args!("--observe: {problem}")))
    };
    texts.iter().map(read).collect()
}

/// Completes what is asked for in such a world, of a model with these columns.
///
/// # Errors
///
/// What does not suit the world or the model.
pub(crate) fn complete(
    asked: &[Asked],
    setup: &Setup,
    radius: f32,
    schema: &[Column],
) -> Result<Vec<Chosen>, Failure> {
    let one = |asked: &Asked| {
        let chosen = asked.complete(setup, radius)?;
        if !possible(schema).any(|kind| kind.name == asked.kind.name) {
            return Err(format!(
                "it asks for the velocity, and the model has no columns {}; of this model there can be {}",
                VELOCITY[..2].join(" and "),
                crate::human::list(&possible(schema).map(|kind| kind.name).collect::<Vec<_>>())
            ));
        }
        chosen.groups(&rows::fields(schema))?;
        chosen.cost(setup).map_err(|error| error.to_string())?;
        Ok(chosen)
    };
    let named = |asked: &Asked| {
        one(asked).map_err(|problem: String| {
            Failure::usage(format_args!("--observe {}: {problem}", asked.kind.name))
        })
    };
    asked.iter().map(named).collect()
}

/// Those that there can be of a model with these columns.
pub(crate) fn possible(schema: &[Column]) -> impl Iterator<Item = &'static Kind> {
    let fields = rows::fields(schema);
    let moves = VELOCITY[..2].iter().all(|name| fields.iter().any(|field| field.name == *name));
    KINDS.iter().filter(move |kind| moves || !kind.velocities)
}

/// Begins to observe.
///
/// # Errors
///
/// What does not suit the world or the model.
pub(crate) fn begin<'a>(
    target: &'a Target,
    asked: &[Asked],
    simulation: &dyn AnySimulation,
) -> Result<Box<dyn Watcher<'a> + 'a>, Failure> {
    let setup = simulation.setup();
    let schema = simulation.schema();
    let chosen = complete(asked, &setup, simulation.grid().radius(), schema)?;
    let threads = simulation.metrics()?.workers;
    Ok(if setup.world.is_space() {
        Box::new(Observers::<Space>::new(target, chosen, &setup, schema, threads)?)
    } else {
        Box::new(Observers::<Plane>::new(target, chosen, &setup, schema, threads)?)
    })
}

/// All observables of a run.
struct Observers<'a, A: Axes> {
    target: &'a Target,
    all: Vec<Observed<A>>,
    id: Vec<Field>,
    places: Vec<Field>,
    velocities: Vec<Field>,
}

/// One of them.
struct Observed<A: Axes> {
    chosen: Chosen,
    observable: Box<dyn Observable<A>>,
    /// From whom and to whom, where these are not all.
    groups: Vec<Entities>,
    /// The first and the last tick that it has seen.
    ticks: Option<(u64, u64)>,
}

impl<A: Axes> Observed<A> {
    fn is_due(&self, tick: u64) -> bool {
        let (every, look) = (self.chosen.every(), self.chosen.look());
        tick >= self.chosen.from() && (tick.is_multiple_of(every) || tick.is_multiple_of(look))
    }

    fn ticks_left(&self, tick: u64) -> u64 {
        let left = |every: u64| every - tick % every;
        let next = left(self.chosen.every()).min(left(self.chosen.look()));
        next.max(self.chosen.from().saturating_sub(tick))
    }

    fn json(&self) -> Value {
        let table = self.observable.table();
        let columns = table.columns.iter().map(|column| {
            let values = match &column.values {
                Values::Real(values) => json!(values),
                Values::Whole(values) => json!(values),
            };
            json!({ "name": column.name, "unit": column.unit, "values": values })
        });
        let params: Map<String, Value> = (self.chosen.values.iter())
            .map(|(name, value)| {
                let whole = value.fract() == 0.0 && *value < 1.0e15;
                (name.to_string(), if whole { json!(*value as u64) } else { json!(value) })
            })
            .chain(self.chosen.chosen.iter().map(|(name, text)| (name.to_string(), json!(text))))
            .collect();
        let counts: Map<String, Value> =
            table.counts.iter().map(|(name, count)| (name.to_string(), json!(count))).collect();
        json!({
            "name": self.chosen.kind.name,
            "about": self.chosen.kind.about,
            "params": params,
            "ticks": self.ticks.map(|(first, last)| json!({ "first": first, "last": last })),
            "samples": self.observable.samples(),
            "columns": columns.collect::<Vec<_>>(),
            "counts": counts,
        })
    }
}

impl<'a, A: Axes> Observers<'a, A> {
    fn new(
        target: &'a Target,
        chosen: Vec<Chosen>,
        setup: &Setup,
        schema: &[Column],
        threads: usize,
    ) -> Result<Self, Failure> {
        let fields = rows::fields(schema);
        let make = |chosen: Chosen| {
            let observable = chosen.make::<A>(setup, threads).map_err(Failure::usage)?;
            let groups = chosen.groups(&fields).map_err(Failure::Usage)?;
            Ok(Observed { chosen, observable, groups, ticks: None })
        };
        let all = chosen.into_iter().map(make).collect::<Result<Vec<_>, Failure>>()?;
        let named = |names: &[&str]| {
            let of = |name: &&str| fields.iter().find(|field| field.name == **name).cloned();
            names.iter().filter_map(of).collect::<Vec<_>>()
        };
        let asks = all.iter().any(|one| one.chosen.kind.velocities);
        Ok(Self {
            target,
            all,
            id: named(&["id"]),
            places: named(&World::COORDINATES[..A::COUNT]),
            velocities: if asks { named(&VELOCITY[..A::COUNT]) } else { Vec::new() },
        })
    }

    /// Shows the entities to those who are due.
    fn show(&mut self, tick: u64, rows: &Rows) -> Result<(), Failure> {
        let ids: Vec<u32> = (self.id.iter())
            .flat_map(|field| rows::each(rows).map(|row| field.bits(row) as u32))
            .collect();
        let places = vectors(&self.places, rows);
        let velocities = vectors(&self.velocities, rows);
        for one in self.all.iter_mut().filter(|one| one.is_due(tick)) {
            let groups = groups(&one.groups, rows);
            let (places, ids, velocities) = (&places, &ids, &velocities);
            let look = Look { tick, places, ids, velocities, groups: &groups };
            one.observable.look(&look).map_err(|error| {
                Failure::run(format_args!("{} at tick {tick}: {error}", one.chosen.kind.name))
            })?;
            one.ticks = Some((one.ticks.map_or(tick, |(first, _)| first), tick));
        }
        Ok(())
    }
}

/// Of every entity the bits of those groups that it is of; none where there are no groups.
fn groups(groups: &[Entities], rows: &Rows) -> Vec<u8> {
    let of = |row: &[u8]| {
        let bits = groups.iter().enumerate();
        bits.fold(0, |bits, (at, group)| bits | u8::from(group.has(row)) << at)
    };
    if groups.is_empty() { Vec::new() } else { rows::each(rows).map(of).collect() }
}

/// The vector of every entity; none where there are no fields.
fn vectors<A: Axes>(fields: &[Field], rows: &Rows) -> Vec<Vector<A>> {
    let of = |row: &[u8]| {
        let mut along = [0.0; World::MOST_AXES];
        for (along, field) in along.iter_mut().zip(fields) {
            *along = f32::from_bits(field.bits(row) as u32);
        }
        Vector::of(along[0], along[1], along[2])
    };
    if fields.is_empty() { Vec::new() } else { rows::each(rows).map(of).collect() }
}

impl<'a, A: Axes> Watcher<'a> for Observers<'a, A> {
    fn ticks_left(&self, tick: u64) -> u64 {
        self.all.iter().map(|one| one.ticks_left(tick)).min().unwrap_or(u64::MAX)
    }

    fn look(&mut self, simulation: &mut dyn AnySimulation) -> Result<(), Failure> {
        let tick = simulation.tick();
        if !self.all.iter().any(|one| one.is_due(tick)) {
            return Ok(());
        }
        let rows = simulation.rows().map_err(Failure::from);
        let own = rows.and_then(|rows| match failure::silent() {
            true => Ok(()),
            false => self.show(tick, &rows),
        });
        together(simulation, own, "the first rank could not observe", || {})
    }

    fn finish(self: Box<Self>, report: &Report) -> Result<Option<Ready<'a>>, Failure> {
        let content = json!({
            "version": VERSION,
            "scenario": report.scenario,
            "model": report.model,
            "fingerprint": report.fingerprint,
            "dt": report.dt,
            "world": report.world,
            "observables": self.all.iter().map(Observed::json).collect::<Vec<_>>(),
        });
        self.target.prepare(format!("{content:#}\n").as_bytes()).map(Some)
    }
}
