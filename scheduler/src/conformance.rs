//! The suite that every scheduler runs: one table of cases, one golden file, the same bits.
//!
//! `golden/conformance.txt` of this crate holds the cases with the fingerprints they must have, as
//! text that any language reads. A scheduler's test does this:
//!
//! ```text
//! for each case of cases()
//!     check(case, layouts, |case, layout| run::<the case's model, _>(case, layout, an executor))
//! ```
//!
//! [`run`] computes a case over any [`Executor`], so what a scheduler brings is the executor and
//! the models it knows by name. One whose worlds are made elsewhere, such as in a browser, reads
//! the same file and makes its [`Outcome`] itself.
//!
//! # The file
//!
//! Lines of words; `#` begins a comment. `case NAME` begins a case, and these lines describe it:
//!
//! | line | meaning |
//! | --- | --- |
//! | `model NAME` | the model |
//! | `entities N` | population at tick 0 |
//! | `seed N` | seed |
//! | `dt X` | time per tick |
//! | `world W EDGE H EDGE` | each axis with its length and how it ends |
//! | `set NAME X` | a parameter that is not the default: a number, a text, or a list of numbers |
//! | `crowded` | every second entity begins in the quarter next to the origin: see [`Case::place`] |
//! | `open TICK N ...` | an input at that tick opens the doors that are these shapes |
//! | `close TICK N ...` | an input at that tick closes them |
//! | `change TICK NAME X` | an input at that tick changes a parameter; all these in the order in which they are given |
//! | `at TICK FINGERPRINT` | the fingerprint after so many ticks, before the inputs of that tick, 16 hex digits; the last one ends the case |

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;

use flockwork_kernel::columns::{Column, Columns, Reach};
use flockwork_kernel::{Axis, Edge, World};
use flockwork_spatial::Cut;

use crate::executor::Executor;
use crate::inputs::Input;
use crate::model::Model;
use crate::params::{Params, Setting};
use crate::partition::Partition;
use crate::setup::SimulationError;
use crate::simulation::Simulation;
use crate::start::Setup;

/// The text of the golden file.
pub const GOLDEN: &str = include_str!("../golden/conformance.txt");

/// One world with the fingerprints it must have.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its name, unique in the file.
    pub name: String,
    /// The name of its model.
    pub model: String,
    /// What the run begins with.
    pub setup: Setup,
    /// Parameters by name; the others have their defaults.
    pub params: Vec<(String, Setting)>,
    /// Whether entities begin unevenly spread.
    pub crowded: bool,
    /// Inputs with their ticks, in order.
    pub inputs: Vec<(u64, Input)>,
    /// Ticks in ascending order, and the fingerprint after each.
    pub golden: Vec<(u64, u64)>,
}

/// How a case is run; no choice here may change a bit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// The number of workers.
    pub workers: usize,
    /// The cut of the world.
    pub cut: Cut,
    /// Whether the world is cut anew when the work is uneven.
    pub rebalance: bool,
}

/// What a run gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The fingerprint at each tick of [`Case::golden`].
    pub seen: Vec<(u64, u64)>,
    /// How often the world was cut anew.
    pub rebalances: u64,
    /// Entities that changed their region.
    pub migrations: u64,
}

/// The numbers of workers of the suite.
pub const WORKERS: [usize; 4] = [1, 2, 3, 8];

/// The cuts of the suite.
pub const CUTS: [Cut; 4] = [
    Cut::Parts(1),
    Cut::Grid { cols: 2, rows: 2, layers: 1 },
    Cut::Grid { cols: 5, rows: 1, layers: 1 },
    Cut::Grid { cols: 3, rows: 7, layers: 1 },
];

impl Layout {
    /// The same in a world in space, which is cut along all axes, and in a narrow one, which is not cut
    /// along its short axis.
    fn fitted(&self, case: &Case) -> Self {
        let world = &case.setup.world;
        let narrow = world.axes().iter().any(|axis| world.shortest() < 0.1 * axis.length);
        let cut = match self.cut {
            cut if narrow => cut.count().map_or(cut, Cut::Parts),
            cut if !world.is_space() => cut,
            Cut::Grid { cols: 2, .. } => Cut::Grid { cols: 2, rows: 2, layers: 2 },
            Cut::Grid { rows: 1, .. } => Cut::Grid { cols: 1, rows: 1, layers: 4 },
            Cut::Grid { .. } => Cut::Parts(11),
            cut => cut,
        };
        Self { cut, ..*self }
    }
}

/// Every number of workers with every cut, with and without rebalancing.
pub fn all_layouts() -> Vec<Layout> {
    let mut layouts = Vec::new();
    for workers in WORKERS {
        for cut in CUTS {
            for rebalance in [false, true] {
                layouts.push(Layout { workers, cut, rebalance });
            }
        }
    }
    layouts
}

/// Every cut with and without rebalancing, and every number of workers twice: a quarter of
/// [`all_layouts`].
pub fn some_layouts() -> Vec<Layout> {
    let mut layouts = Vec::new();
    for (at, cut) in CUTS.into_iter().enumerate() {
        for rebalance in [false, true] {
            let workers = WORKERS[(at + if rebalance { 0 } else { 2 }) % WORKERS.len()];
            layouts.push(Layout { workers, cut, rebalance });
        }
    }
    layouts
}

/// The cases of the golden file.
///
/// # Errors
///
/// A text that names the line that cannot be read.
pub fn cases() -> Result<Vec<Case>, String> {
    parse(GOLDEN)
}

/// Reads the cases of a golden file.
///
/// # Errors
///
/// A text that names the line that cannot be read.
pub fn parse(text: &str) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split('#').next().unwrap_or("").split_whitespace().collect();
        let read = match words[..] {
            [] => Some(()),
            ["case", name] => Case::new(name).map(|case| cases.push(case)),
            _ => cases.last_mut().and_then(|case| case.read(&words)),
        };
        read.ok_or_else(|| format!("line {} of the golden file is wrong: {line}", number + 1))?;
    }
    Ok(cases)
}

/// The text of the golden file with new fingerprints: `seen` gives them for each case.
///
/// # Errors
///
/// A text that names the line that cannot be read, or what `seen` gives.
pub fn mint(
    text: &str,
    mut seen: impl FnMut(&Case) -> Result<Outcome, String>,
) -> Result<String, String> {
    let mut fresh = Vec::new();
    for case in parse(text)? {
        fresh.extend(seen(&case)?.seen);
    }
    let mut fresh = fresh.into_iter();
    let mut out = String::new();
    for line in text.lines() {
        if line.starts_with("at ")
            && let Some((tick, fingerprint)) = fresh.next()
        {
            out += &format!("at {tick} {fingerprint:016x}\n");
        } else {
            out += line;
            out.push('\n');
        }
    }
    Ok(out)
}

/// Runs a case under each layout and holds it against its golden fingerprints.
///
/// # Errors
///
/// A text that names the case, the layout, and the first tick that differs, or why it could not
/// be run.
pub fn check<E: Display>(
    case: &Case,
    layouts: &[Layout],
    mut run: impl FnMut(&Case, &Layout) -> Result<Outcome, E>,
) -> Result<Vec<Outcome>, String> {
    let mut outcomes = Vec::new();
    for layout in layouts {
        let layout = &layout.fitted(case);
        let Layout { workers, cut, rebalance } = layout;
        let place =
            format!("{}: workers {workers}, regions {cut}, rebalancing {rebalance}", case.name);
        let outcome = run(case, layout).map_err(|error| format!("{place}: {error}"))?;
        if outcome.seen.len() != case.golden.len() {
            let (seen, wanted) = (outcome.seen.len(), case.golden.len());
            return Err(format!("{place}: {seen} fingerprints instead of {wanted}"));
        }
        for ((tick, found), (_, wanted)) in outcome.seen.iter().zip(&case.golden) {
            if found != wanted {
                return Err(format!(
                    "{place}: the fingerprint after tick {tick} is {found:016x} instead of \
                     {wanted:016x}"
                ));
            }
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Runs a case of model `M` over an executor; of several processes each does so.
///
/// # Errors
///
/// [`SimulationError`].
pub fn run<M: Model, X: Executor>(
    case: &Case,
    layout: &Layout,
    executor: X,
) -> Result<Outcome, SimulationError> {
    let mut params = M::Params::default();
    for (name, value) in &case.params {
        params.set(name, value.clone())?;
    }
    let partition = Partition::new(layout.cut);
    let rebalance = partition.rebalance.filter(|_| layout.rebalance);
    let partition = Partition { rebalance, ..partition };
    let mut initial = |id: u32, row: &mut [u8]| {
        case.place(M::Columns::SCHEMA, id, row);
        Ok(())
    };
    let mut world =
        Simulation::<M, X>::new(case.setup, params, partition, executor, Some(&mut initial))?;
    let mut seen = Vec::new();
    for &(tick, _) in &case.golden {
        while world.tick() < tick {
            let due = case.due(world.tick());
            if !due.is_empty() {
                world.give(due)?;
            }
            world.step()?;
        }
        seen.push((tick, world.observe()?.fingerprint));
    }
    world.recount()?;
    let migrations = world.counters().migrations;
    Ok(Outcome { seen, rebalances: world.rebalances(), migrations })
}

impl Case {
    /// Moves an entity of a crowded case before the first tick: both coordinates of every second
    /// entity are halved. `row` is packed as for [`crate::Initial`].
    pub fn place(&self, schema: &[Column], id: u32, row: &mut [u8]) {
        if !self.crowded || id % 2 == 1 {
            return;
        }
        let mut at = 0;
        for column in schema.iter().filter(|column| column.reach >= Reach::Owned) {
            if World::COORDINATES.contains(&column.name)
                && let Some(bytes) = row.get_mut(at..).and_then(<[u8]>::first_chunk_mut)
            {
                *bytes = (f32::from_le_bytes(*bytes) * 0.5).to_le_bytes();
            }
            at += column.stride();
        }
    }

    /// What comes in at a tick.
    pub fn due(&self, tick: u64) -> Vec<Input> {
        let due = self.inputs.iter().filter(|(at, _)| *at == tick);
        due.map(|(_, input)| input.clone()).collect()
    }

    /// A case that is not described yet.
    fn new(name: &str) -> Option<Self> {
        let world = World::new(1.0, 1.0, Edge::Periodic).ok()?;
        Some(Self {
            name: name.to_string(),
            model: String::new(),
            setup: Setup { world, population: 0, seed: 0, dt: 0.0 },
            params: Vec::new(),
            crowded: false,
            inputs: Vec::new(),
            golden: Vec::new(),
        })
    }

    /// Reads a line; None if it is wrong.
    fn read(&mut self, words: &[&str]) -> Option<()> {
        match *words {
            ["model", name] => self.model = name.to_string(),
            ["entities", count] => self.setup.population = count.parse().ok()?,
            ["seed", seed] => self.setup.seed = seed.parse().ok()?,
            ["dt", dt] => self.setup.dt = dt.parse().ok()?,
            ["world", ref axes @ ..] => {
                let axes: Option<Vec<Axis>> = axes
                    .chunks(2)
                    .map(|axis| match *axis {
                        [length, edge] => Some(Axis {
                            length: length.parse().ok()?,
                            edge: Edge::from_name(edge)?,
                        }),
                        _ => None,
                    })
                    .collect();
                self.setup.world = World::of(&axes?).ok()?;
            }
            ["set", name, ref value @ ..] => {
                self.params.push((name.to_string(), setting(value)?));
            }
            ["crowded"] => self.crowded = true,
            [word @ ("open" | "close"), tick, ref shapes @ ..] => {
                let shapes = shapes.iter().map(|shape| shape.parse().ok());
                let shapes = shapes.collect::<Option<_>>()?;
                self.comes(tick, Input::Door { shapes, open: word == "open" })?;
            }
            ["change", tick, name, ref value @ ..] => {
                let params = Vec::from([(name.to_string(), setting(value)?)]);
                self.comes(tick, Input::Params { params })?;
            }
            ["at", tick, fingerprint] => {
                let fingerprint = u64::from_str_radix(fingerprint, 16).ok()?;
                let tick = tick.parse().ok()?;
                if self.golden.last().is_some_and(|(last, _)| *last >= tick) {
                    return None;
                }
                self.golden.push((tick, fingerprint));
            }
            _ => return None,
        }
        Some(())
    }

    /// Reads an input at a tick; those before it are for no later one.
    fn comes(&mut self, tick: &str, input: Input) -> Option<()> {
        let tick = tick.parse().ok()?;
        let late = self.inputs.last().is_some_and(|(last, _)| *last > tick);
        self.inputs.push((tick, input));
        (!late).then_some(())
    }
}

/// A value of a parameter as it stands in a case; none if it is neither of what there may be.
fn setting(value: &[&str]) -> Option<Setting> {
    match *value {
        [] => None,
        [one] => Some(one.parse().map_or_else(|_| Setting::from(one), Setting::Number)),
        ref many => {
            many.iter().map(|one| one.parse().ok()).collect::<Option<_>>().map(Setting::List)
        }
    }
}
