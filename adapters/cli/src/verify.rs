//! `flockwork verify`: any number of workers, any cut and any instruction set give the same bits in
//! every tick.
//!
//! The reference is one worker with one region, and the instruction set the program is built for;
//! everything else runs with the better ones that the processor has, in turns, or with the one that the
//! environment names. The reference runs once and leaves the fingerprint of every tick and a snapshot in
//! the middle. Every other run is compared with it tick by tick and stops
//! at the first that differs; the reference is then run again up to that tick, and the entities
//! are compared one by one.

use std::time::Instant;

use console::Style;
use flockwork_kernel::isa::{self, Set};
use flockwork_scheduler::snapshot::{Due, with_inputs};
use flockwork_scheduler::{Cut, FieldNow};
use flockwork_scheduler_native::isa::from_environment;
use flockwork_scheduler_native::{AnySimulation, Options};

use crate::args::{Rebalance, VerifyArgs};
use crate::failure::{Failure, emit, note};
use crate::human;
use crate::inputs::Guided;
use crate::interrupt;
use crate::progress::Progress;
use crate::registry::Registry;
use crate::rows::{self, Difference, What};
use crate::scenario::Scenario;

/// The most ticks if nothing says how many.
const USUAL_TICKS: u64 = 100;

/// The cuts of a plane if none is named.
const USUAL_CUTS: [Cut; 4] = [
    Cut::Parts(1),
    Cut::Grid { cols: 2, rows: 2, layers: 1 },
    Cut::Grid { cols: 5, rows: 1, layers: 1 },
    Cut::Grid { cols: 3, rows: 7, layers: 1 },
];

/// Those of space.
const USUAL_CUTS_IN_SPACE: [Cut; 4] = [
    Cut::Parts(1),
    Cut::Grid { cols: 2, rows: 2, layers: 2 },
    Cut::Grid { cols: 5, rows: 1, layers: 1 },
    Cut::Grid { cols: 1, rows: 2, layers: 5 },
];

/// `flockwork verify`.
pub(crate) fn verify(registry: &Registry, args: &VerifyArgs) -> Result<(), Failure> {
    from_environment().map_err(Failure::usage)?;
    let before = isa::forced();
    let result = compare(registry, args);
    force(before)?;
    result
}

/// Has lanes computed with this set; None is the best one.
fn force(set: Option<Set>) -> Result<(), Failure> {
    isa::force(set).map_err(Failure::run)
}

/// The instruction sets that are compared with the one the program is built for.
fn sets() -> Vec<Set> {
    let better = Set::ALL.into_iter().filter(|&set| set != Set::Baseline && set.is_available());
    let better: Vec<_> = better.collect();
    // A named one, or none better: there is but one.
    if isa::forced().is_some() || better.is_empty() { vec![isa::chosen()] } else { better }
}

fn compare(registry: &Registry, args: &VerifyArgs) -> Result<(), Failure> {
    let mut scenario = Scenario::load(registry, args.scenario.as_deref(), &args.change)?;
    if let Some(path) = &args.inputs {
        scenario.inputs = scenario.inputs.with_file(path)?;
    }
    let ticks = args.ticks.unwrap_or(scenario.ticks.min(USUAL_TICKS));
    let check = Check { scenario: &scenario, ticks, quiet: args.quiet };
    let reference_options = Case::reference().options();
    scenario
        .entry
        .check(&scenario.config(reference_options))
        .map_err(|error| scenario.refuse(&error))?;
    let cases = check.cases(args)?;
    interrupt::listen();
    interrupt::heed();
    check.say(&format!(
        "\n  {}: {}, {}, {}\n",
        human::shown(&scenario.name),
        scenario.entry.name,
        human::plural(u64::from(scenario.setup.population), "entity")
            .replace("entitys", "entities"),
        human::plural(ticks, "tick")
    ))?;
    let clock = Instant::now();
    let reference = check.reference()?;
    check.line(&Case::reference(), "reference", clock)?;
    let mut bad = 0;
    for case in &cases {
        let clock = Instant::now();
        match check.first_difference(case, &reference)? {
            None => check.line(case, "same", clock)?,
            Some(finding) => {
                bad += 1;
                let red = Style::new().red().bold();
                emit(&format!("  {} {}  {finding}\n", red.apply_to("✗"), case.describe()))?;
            }
        }
    }
    if bad > 0 {
        emit(&format!("\n  {bad} of {} differ from the reference\n\n", cases.len()))?;
        return Err(Failure::Found);
    }
    let end = reference.fingerprints.last().copied().unwrap_or_default();
    if args.quiet {
        return emit(&format!("{end:016x}\n"));
    }
    let good = Style::new().green().bold();
    emit(&format!(
        "\n  all {} have the same bits in every tick; fingerprint {}\n\n",
        cases.len(),
        good.apply_to(format!("{end:016x}"))
    ))
}

/// One way to run the scenario.
struct Case {
    workers: u16,
    cut: Cut,
    rebalance: bool,
    /// Begin with the snapshot that the reference left in the middle.
    restored: bool,
    /// The instructions of the lanes.
    set: Set,
}

impl Case {
    fn reference() -> Self {
        let set = Set::Baseline;
        Self { workers: 1, cut: Cut::Parts(1), rebalance: false, restored: false, set }
    }

    fn options(&self) -> Options {
        Options {
            workers: usize::from(self.workers),
            cut: Some(self.cut),
            rebalance: self.rebalance,
            deadline: None,
        }
    }

    fn describe(&self) -> String {
        format!(
            "{:>4} worker{}  cut {:<7}  rebalance {:<3}  {:<8}  {}",
            self.workers,
            if self.workers == 1 { " " } else { "s" },
            self.cut.to_string(),
            if self.rebalance { "on" } else { "off" },
            self.set.name(),
            if self.restored { "from a snapshot" } else { "" },
        )
    }
}

/// What the reference left.
struct Reference {
    /// After 0, 1, 2 ... ticks.
    fingerprints: Vec<u64>,
    /// After how many ticks the snapshot was taken.
    middle: u64,
    snapshot: Vec<u8>,
}

struct Check<'a> {
    scenario: &'a Scenario<'a>,
    ticks: u64,
    quiet: bool,
}

impl Check<'_> {
    /// The runs to compare with the reference. A usual cut that this world is too small for is
    /// left out; one that the user named is an error.
    fn cases(&self, args: &VerifyArgs) -> Result<Vec<Case>, Failure> {
        let named = !args.cuts.is_empty();
        let mut cuts = Vec::new();
        let space = self.scenario.setup.world.is_space();
        let usual = if space { &USUAL_CUTS_IN_SPACE } else { &USUAL_CUTS };
        for &cut in if named { &args.cuts[..] } else { usual } {
            let options = Options { workers: 1, cut: Some(cut), rebalance: false, deadline: None };
            match self.scenario.entry.check(&self.scenario.config(options)) {
                Ok(_) => cuts.push(cut),
                Err(error) if named => return Err(self.scenario.refuse(&error)),
                Err(error) => note(format_args!("the cut {cut} is left out: {error}")),
            }
        }
        let sets = sets();
        let mut cases = Vec::new();
        for &workers in &args.workers {
            for &cut in &cuts {
                for rebalance in [true, false] {
                    let wanted = match args.rebalance {
                        Rebalance::On => rebalance,
                        Rebalance::Off => !rebalance,
                        // One region cannot be balanced.
                        Rebalance::Both => rebalance || cut.count() != Some(1),
                    };
                    if wanted {
                        let set = sets[cases.len() % sets.len()];
                        cases.push(Case { workers, cut, rebalance, restored: false, set });
                    }
                }
            }
        }
        let rebalance = args.rebalance != Rebalance::Off;
        for (number, &workers) in args.workers.iter().enumerate() {
            // Each with another cut than the reference, as far as there is one.
            if let Some(&cut) = cuts.get((number + 1) % cuts.len().max(1)) {
                let set = sets[cases.len() % sets.len()];
                cases.push(Case { workers, cut, rebalance, restored: true, set });
            }
        }
        Ok(cases)
    }

    fn build(&self, case: &Case) -> Result<Box<dyn AnySimulation>, Failure> {
        force(Some(case.set))?;
        self.scenario.build(case.options())
    }

    fn reference(&self) -> Result<Reference, Failure> {
        let mut simulation = self.build(&Case::reference())?;
        let mut fingerprints = vec![simulation.fingerprint()?];
        let middle = self.ticks / 2;
        let mut snapshot = Vec::new();
        let bar = self.bar(&Case::reference());
        for tick in 0..self.ticks {
            if tick == middle {
                snapshot = alone(&simulation.snapshot()?)?;
            }
            step(&mut *simulation, &bar)?;
            fingerprints.push(simulation.fingerprint()?);
        }
        if self.ticks == middle {
            snapshot = alone(&simulation.snapshot()?)?;
        }
        bar.done();
        Ok(Reference { fingerprints, middle, snapshot })
    }

    /// Runs a case; what differs from the reference first, in words.
    fn first_difference(
        &self,
        case: &Case,
        reference: &Reference,
    ) -> Result<Option<String>, Failure> {
        let mut simulation = if case.restored {
            force(Some(case.set))?;
            match self.scenario.entry.restore(
                &reference.snapshot,
                flockwork_scheduler::Arithmetic::Same,
                &case.options(),
            ) {
                Ok(simulation) => Guided::by(simulation, self.scenario.inputs.clone(), None),
                Err(error) => return Ok(Some(format!("cannot be restored: {error}"))),
            }
        } else {
            self.build(case)?
        };
        let first = if case.restored { reference.middle } else { 0 };
        if simulation.tick() != first {
            let tick = simulation.tick();
            return Ok(Some(format!("begins at tick {tick} instead of {first}")));
        }
        let bar = self.bar(case);
        for (tick, &expected) in reference.fingerprints.iter().enumerate().skip(first as usize) {
            if tick as u64 > first {
                step(&mut *simulation, &bar)?;
            }
            if simulation.fingerprint()? != expected {
                bar.done();
                return self.explain(&*simulation, expected).map(Some);
            }
        }
        bar.done();
        Ok(None)
    }

    /// Names the first entity that differs from the reference at this tick.
    fn explain(&self, other: &dyn AnySimulation, expected: u64) -> Result<String, Failure> {
        let tick = other.tick();
        let mut reference = self.build(&Case::reference())?;
        reference.run(tick)?;
        let at = format!("differs from tick {tick} on");
        if reference.fingerprint()? != expected {
            return Ok(format!("{at}; and the reference itself gives other bits when run again"));
        }
        Ok(match rows::first_difference(other.schema(), &reference.rows()?, &other.rows()?) {
            None => match cell(&reference.fields()?, &other.fields()?) {
                None => format!("{at}: the fingerprint, though no entity and no field does"),
                Some(difference) => format!("{at}: {difference}"),
            },
            Some(difference) => format!("{at}: {}", words(&difference)),
        })
    }

    fn bar(&self, case: &Case) -> Progress {
        let bar = Progress::ticks(self.ticks, self.quiet);
        bar.name(&case.describe());
        bar
    }

    fn say(&self, text: &str) -> Result<(), Failure> {
        if self.quiet { Ok(()) } else { emit(text) }
    }

    fn line(&self, case: &Case, result: &str, clock: Instant) -> Result<(), Failure> {
        let green = Style::new().green();
        let time = human::duration(clock.elapsed().as_secs_f64());
        self.say(&format!(
            "  {} {:<72} {result}  {}\n",
            green.apply_to("✓"),
            case.describe(),
            Style::new().dim().apply_to(time)
        ))
    }
}

/// Runs one tick, unless the user has asked to stop.
/// A snapshot without what comes into its run, which every case gives by itself.
fn alone(snapshot: &[u8]) -> Result<Vec<u8>, Failure> {
    with_inputs(snapshot, Due::default()).map_err(Failure::run)
}

fn step(simulation: &mut dyn AnySimulation, bar: &Progress) -> Result<(), Failure> {
    if interrupt::stopped() {
        bar.done();
        return Err(Failure::Interrupted);
    }
    simulation.run(1).inspect_err(|_| bar.done())?;
    bar.position(simulation.tick());
    Ok(())
}

/// The first cell of a field in which two worlds differ.
fn cell(first: &[FieldNow], second: &[FieldNow]) -> Option<String> {
    first.iter().zip(second).find_map(|(one, other)| {
        let all = one.amounts.iter().zip(&other.amounts);
        let (at, (before, after)) =
            all.enumerate().find(|(_, (a, b))| a.to_bits() != b.to_bits())?;
        let mut rest = at;
        let place = one.cells.iter().map(|count| {
            let line = rest % *count as usize;
            rest /= *count as usize;
            line.to_string()
        });
        let place: Vec<String> = place.collect();
        Some(format!(
            "cell {} of the field `{}` holds {after}, in the reference {before}",
            place.join(", "),
            one.name
        ))
    })
}

fn words(difference: &Difference) -> String {
    let id = difference.id;
    match &difference.what {
        What::OnlyFirst => format!("entity {id} is missing"),
        What::OnlySecond => format!("entity {id} should not exist"),
        What::Scalar { name, first, second } => format!(
            "entity {id}, column `{name}` is {} (bits {:08x}), in the reference {} ({:08x})",
            second.0, second.1, first.0, first.1
        ),
    }
}

#[cfg(test)]
mod tests;
