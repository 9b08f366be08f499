//! What a run has to say, as plain data: the summary prints it, `--report` writes it as JSON.
//!
//! The format is described in `docs/REPORT.md`. A key is never renamed and never changes its
//! meaning within one version; new ones may come.

use std::fmt;

use flockwork_kernel::{World, arithmetic};
use flockwork_observables::Mean;
use flockwork_scheduler::{Counters, Given, Needed, Resolution, Setting, Told};
use flockwork_scheduler_native::{AnySimulation, Metrics, RunError};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::checkpoint::RunId;
use crate::crowding::Crowding;
use crate::simd;

/// The version of the format.
pub(crate) const VERSION: u32 = 1;

/// How many bars the histogram of tick times has.
const BARS: usize = 48;

/// A list of named numbers, written as a map in its order.
#[derive(Clone, Debug)]
pub(crate) struct Named<K, V = f64>(pub(crate) Vec<(K, V)>);

impl<K, V> Default for Named<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, V> Named<K, V> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: AsRef<str>, V: Serialize> Serialize for Named<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name.as_ref(), value)))
    }
}

/// A value of a parameter, written as what it is.
#[derive(Clone, Debug)]
pub(crate) struct Said(pub(crate) Setting);

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Setting::Number(number) => number.serialize(serializer),
            Setting::List(numbers) => numbers.serialize(serializer),
            Setting::Text(text) => text.serialize(serializer),
        }
    }
}

/// What was counted in so many ticks, written as its table says.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) counters: Counters,
    pub(crate) ticks: u64,
}

impl Counts {
    /// A number that was added up, as a mean over ticks.
    pub(crate) fn per_tick(&self, total: u64) -> f64 {
        if self.ticks == 0 { 0.0 } else { total as f64 / self.ticks as f64 }
    }
}

impl Serialize for Counts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (counter, value) in self.counters.named() {
            match counter.told {
                Told::Total => map.serialize_entry(counter.name, &value)?,
                Told::Mean => {
                    let name = format!("{}_mean", counter.name);
                    map.serialize_entry(&name, &self.per_tick(value))?;
                }
                // Phases are told as times, and what is of the last tick for each region.
                Told::Phase | Told::Last => {}
            }
        }
        map.end()
    }
}

/// What a run has to say.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) version: u32,
    pub(crate) flockwork: &'static str,
    pub(crate) arithmetic: &'static str,
    pub(crate) run: String,
    pub(crate) fell_back: Option<String>,
    pub(crate) scenario: String,
    pub(crate) model: String,
    pub(crate) fingerprint: String,
    pub(crate) seed: u64,
    pub(crate) dt: f32,
    pub(crate) world: WorldReport,
    pub(crate) resolution: ResolutionReport,
    pub(crate) params: Named<String, Said>,
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub(crate) params_at_end: Named<String, Said>,
    pub(crate) entities: u64,
    pub(crate) population: u64,
    pub(crate) first_tick: u64,
    pub(crate) last_tick: u64,
    pub(crate) ticks: u64,
    pub(crate) interrupted: bool,
    pub(crate) stopped: Option<String>,
    pub(crate) workers: usize,
    pub(crate) workers_asked: usize,
    pub(crate) regions: usize,
    pub(crate) grid: GridReport,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) neighbours: Option<Crowding>,
    pub(crate) simd: SimdReport,
    pub(crate) seconds: f64,
    pub(crate) entities_per_second: f64,
    pub(crate) ms_per_tick: Spread,
    pub(crate) ms_histogram: Histogram,
    pub(crate) phases_ms: Named<&'static str>,
    pub(crate) per_worker: Vec<WorkerReport>,
    pub(crate) per_region: Vec<RegionReport>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) per_rank: Vec<RankReport>,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    pub(crate) rebalances: u64,
    pub(crate) imbalance: f64,
    pub(crate) memory_bytes: u64,
    pub(crate) peak_memory_bytes: u64,
    pub(crate) stats: Named<String>,
    pub(crate) means: Named<String, MeanReport>,
    pub(crate) notes: Vec<String>,
}

/// The mean of a statistic over a series.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct MeanReport {
    pub(crate) mean: f64,
    pub(crate) error: f64,
    pub(crate) samples: u64,
    pub(crate) correlation: f64,
}

impl From<Mean> for MeanReport {
    fn from(Mean { mean, error, samples, correlation }: Mean) -> Self {
        Self { mean, error, samples, correlation }
    }
}

/// The world.
#[derive(Debug, Serialize)]
pub(crate) struct WorldReport {
    pub(crate) width: f32,
    pub(crate) height: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) depth: Option<f32>,
    pub(crate) edge: EdgeReport,
    pub(crate) precision: &'static str,
    pub(crate) origin: Vec<f64>,
}

impl WorldReport {
    fn new(world: &World) -> Self {
        let each = || world.axes().iter().map(|axis| axis.edge.name()).collect();
        Self {
            width: world.width(),
            height: world.height(),
            depth: world.z().map(|axis| axis.length),
            edge: world
                .edge()
                .map_or_else(|| EdgeReport::Each(each()), |edge| EdgeReport::All(edge.name())),
            precision: world.precision().name(),
            origin: world.origin()[..world.axes().len()].to_vec(),
        }
    }

    /// The lengths of its axes.
    pub(crate) fn lengths(&self) -> String {
        let depth = self.depth.map_or(String::new(), |depth| format!(" x {depth}"));
        format!("{} x {}{depth}", self.width, self.height)
    }
}

/// What happens at the ends of the axes.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum EdgeReport {
    /// The same at all.
    All(&'static str),
    /// Of each axis.
    Each(Vec<&'static str>),
}

impl fmt::Display for EdgeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(word) => f.write_str(word),
            Self::Each(words) => f.write_str(&words.join(" x ")),
        }
    }
}

/// How finely the far corner of the world resolves places.
#[derive(Debug, Serialize)]
pub(crate) struct ResolutionReport {
    pub(crate) spacing: f32,
    pub(crate) most: f64,
    pub(crate) by: &'static str,
    /// In words.
    #[serde(skip)]
    pub(crate) told: String,
}

impl From<Resolution> for ResolutionReport {
    fn from(resolution: Resolution) -> Self {
        let by = match resolution.needed {
            Needed::Radius(_) => "radius",
            Needed::Step { .. } => "step",
        };
        let Resolution { spacing, needed } = resolution;
        Self { spacing, most: needed.spacing(), by, told: resolution.to_string() }
    }
}

/// The cell grid: how many cells there are in the world.
#[derive(Debug, Serialize)]
pub(crate) struct GridReport {
    pub(crate) radius: f32,
    pub(crate) rows: u32,
    pub(crate) cols: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) layers: Option<u32>,
    pub(crate) fine: u32,
}

/// Instruction sets.
#[derive(Debug, Serialize)]
pub(crate) struct SimdReport {
    pub(crate) built: &'static str,
    pub(crate) used: &'static str,
    pub(crate) cpu: &'static str,
}

/// How tick times spread, milliseconds.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Spread {
    pub(crate) mean: f64,
    pub(crate) min: f64,
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

/// How often tick times were in equal steps from `from` to `to`; longer ones are in the last.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Histogram {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) counts: Vec<u64>,
}

/// One worker, milliseconds over the whole run.
#[derive(Debug, Serialize)]
pub(crate) struct WorkerReport {
    pub(crate) busy_ms: f64,
    pub(crate) wait_ms: f64,
}

/// One MPI rank's part of a run.
#[derive(Debug, Serialize)]
pub(crate) struct RankReport {
    pub(crate) owned: u64,
    pub(crate) ghosts: u64,
    /// Time in regions, added up over its threads.
    pub(crate) busy_ms: f64,
    /// Time exchanging mail with other ranks, waiting for them included.
    pub(crate) communicate_ms: f64,
    pub(crate) sent_bytes_per_tick: f64,
    /// What they would have been without compression.
    pub(crate) raw_bytes_per_tick: f64,
    pub(crate) messages: u64,
    pub(crate) peak_memory_bytes: u64,
}

/// One region at the end.
#[derive(Debug, Serialize)]
pub(crate) struct RegionReport {
    pub(crate) owned: u64,
    pub(crate) ghosts: u64,
    pub(crate) work: u64,
}

/// What a report needs besides the simulation.
pub(crate) struct Run {
    /// Its number.
    pub(crate) id: RunId,
    /// Why it did not begin from the newest checkpoint.
    pub(crate) fell_back: Option<String>,
    /// What to call the scenario.
    pub(crate) scenario: String,
    /// The name of the model.
    pub(crate) model: String,
    /// All parameters at the begin.
    pub(crate) params: Vec<Given>,
    /// The same, as the simulation has them.
    pub(crate) settings: Vec<Setting>,
    /// How many entities there were at the begin.
    pub(crate) entities: u64,
    /// How many ticks had been done at the begin.
    pub(crate) first_tick: u64,
    /// How long all ticks took, seconds.
    pub(crate) seconds: f64,
    /// The sum over ticks of the entities that were there.
    pub(crate) updates: f64,
    /// Whether the user ended it.
    pub(crate) interrupted: bool,
    /// The rule that ended it.
    pub(crate) stopped: Option<String>,
}

impl Report {
    pub(crate) fn new(run: Run, simulation: &mut dyn AnySimulation) -> Result<Self, RunError> {
        let (metrics, stats) = (simulation.metrics()?, simulation.stats()?);
        let (setup, grid) = (simulation.setup(), simulation.grid());
        let ticks = simulation.tick().saturating_sub(run.first_tick);
        let per_tick = |total: u64| if ticks == 0 { 0.0 } else { total as f64 / ticks as f64 };
        // Inputs may have changed some.
        let (begin, end) = (run.settings.into_iter(), simulation.params()?);
        let names = run.params.iter().map(|(name, _)| name.clone());
        let changed = names.zip(begin.zip(end)).filter(|(_, (begin, end))| begin != end);
        let changed = changed.map(|(name, (_, end))| (name, Said(end))).collect();
        let rate = if run.seconds > 0.0 { run.updates / run.seconds } else { 0.0 };
        // Workers are in a phase at the same time: the mean over them adds up to the tick.
        let each = metrics.workers.max(1) as f64;
        let phases =
            metrics.phases_ns.iter().map(|(name, total)| (*name, per_tick(*total) / each / 1.0e6));
        Ok(Self {
            version: VERSION,
            flockwork: env!("CARGO_PKG_VERSION"),
            arithmetic: arithmetic::ID,
            run: run.id.to_string(),
            fell_back: run.fell_back,
            scenario: run.scenario,
            model: run.model,
            fingerprint: format!("{:016x}", simulation.fingerprint()?),
            seed: setup.seed,
            dt: setup.dt,
            world: WorldReport::new(&setup.world),
            resolution: simulation.resolution().into(),
            params: Named(
                run.params.into_iter().map(|(name, value)| (name, Said(value))).collect(),
            ),
            params_at_end: Named(changed),
            entities: run.entities,
            population: simulation.population(),
            first_tick: run.first_tick,
            last_tick: simulation.tick(),
            ticks,
            interrupted: run.interrupted,
            stopped: run.stopped,
            workers: metrics.workers,
            workers_asked: metrics.workers_asked,
            regions: metrics.regions,
            grid: GridReport {
                radius: grid.radius(),
                rows: grid.inside().rows(),
                cols: grid.inside().cols(),
                layers: setup.world.is_space().then(|| grid.inside().layers()),
                fine: grid.fine(),
            },
            neighbours: Crowding::of(simulation)?,
            simd: SimdReport { built: simd::built(), used: simd::used(), cpu: simd::cpu() },
            seconds: run.seconds,
            entities_per_second: rate,
            ms_per_tick: spread(&metrics),
            ms_histogram: histogram(&metrics),
            phases_ms: Named(phases.collect()),
            per_worker: workers(&metrics),
            per_region: regions(&metrics),
            per_rank: ranks(&metrics, ticks),
            counts: Counts { counters: metrics.counters, ticks },
            rebalances: metrics.rebalances,
            imbalance: metrics.imbalance,
            memory_bytes: metrics.memory_bytes,
            peak_memory_bytes: metrics.peak_memory_bytes,
            notes: nulls(&stats, simulation.population()),
            stats: Named(stats),
            means: Named::default(),
        })
    }

    /// The report as JSON text.
    pub(crate) fn json(&self) -> String {
        json(self)
    }
}

/// Why statistics are null.
fn nulls(stats: &[(String, f64)], population: u64) -> Vec<String> {
    let why = if population == 0 { "there is no entity" } else { NULL };
    let nulls = stats.iter().filter(|(_, value)| value.is_nan());
    nulls.map(|(name, _)| format!("statistic `{name}` is null: {why}")).collect()
}

/// Why a statistic of a world with entities is null.
const NULL: &str = "nobody has a value for it, or one is too large for a number";

/// Any report as indented JSON with a line end.
pub(crate) fn json(report: &impl Serialize) -> String {
    // Maps have text keys and no part can fail, so an empty text never comes.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}

fn spread(metrics: &Metrics) -> Spread {
    let times = &metrics.tick_ns;
    if times.is_empty() {
        return Spread::default();
    }
    let ms = |ns: u64| ns as f64 / 1.0e6;
    Spread {
        mean: times.mean() / 1.0e6,
        min: ms(times.min()),
        p50: ms(times.value_at_quantile(0.50)),
        p95: ms(times.value_at_quantile(0.95)),
        p99: ms(times.value_at_quantile(0.99)),
        max: ms(times.max()),
    }
}

/// Tick times in equal steps, wide enough for 99 of 100.
fn histogram(metrics: &Metrics) -> Histogram {
    let times = &metrics.tick_ns;
    if times.is_empty() {
        return Histogram::default();
    }
    let from = times.min() as f64;
    let to = (times.value_at_quantile(0.99) as f64 * 1.02).max(from * 1.1);
    let mut counts = vec![0; BARS];
    for step in times.iter_recorded() {
        let place = (step.value_iterated_to() as f64 - from) / (to - from) * BARS as f64;
        counts[(place.max(0.0) as usize).min(BARS - 1)] += step.count_at_value();
    }
    Histogram { from: from / 1.0e6, to: to / 1.0e6, counts }
}

fn workers(metrics: &Metrics) -> Vec<WorkerReport> {
    let ms = |ns: u64| ns as f64 / 1.0e6;
    metrics
        .per_worker
        .iter()
        .map(|worker| WorkerReport { busy_ms: ms(worker.busy_ns), wait_ms: ms(worker.wait_ns) })
        .collect()
}

fn ranks(metrics: &Metrics, ticks: u64) -> Vec<RankReport> {
    let per_tick = |total: u64| if ticks == 0 { 0.0 } else { total as f64 / ticks as f64 };
    metrics
        .per_process
        .iter()
        .map(|rank| RankReport {
            owned: rank.owned,
            ghosts: rank.ghosts,
            busy_ms: rank.busy_ns as f64 / 1.0e6,
            communicate_ms: rank.communicate_ns as f64 / 1.0e6,
            sent_bytes_per_tick: per_tick(rank.sent_bytes),
            raw_bytes_per_tick: per_tick(rank.raw_bytes),
            messages: rank.messages,
            peak_memory_bytes: rank.memory_bytes,
        })
        .collect()
}

fn regions(metrics: &Metrics) -> Vec<RegionReport> {
    metrics
        .per_region
        .iter()
        .map(|region| RegionReport {
            owned: region.owned,
            ghosts: region.ghosts,
            work: region.work,
        })
        .collect()
}
