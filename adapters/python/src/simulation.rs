//! A world that is stepped.
//!
//! It may be used by several threads of Python: they wait for one another, and none holds the
//! interpreter while it waits or computes. A long run looks for Ctrl-C between ticks, and ends after a
//! whole tick.

use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use flockwork_cli::Registry;
use flockwork_cli::stepped::{Collector, Stepped, Written};
use flockwork_scheduler::Setting;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple};

use crate::array;
use crate::error::{Failure, Outcome};
use crate::frame::{self, Frame};
use crate::given::{self, Scenario};
use crate::loan::{Lender, Lent, Loans};
use crate::series::Series;
use crate::table::Columns;

/// How long a run computes before it looks whether somebody wants it to end.
const PATIENCE: Duration = Duration::from_millis(50);

/// The most worker threads.
const MOST_WORKERS: u64 = flockwork_scheduler_native::MAX_WORKERS as u64;

/// The models that scenarios may name.
pub(crate) fn registry() -> &'static Registry {
    static ALL: OnceLock<Registry> = OnceLock::new();
    ALL.get_or_init(Registry::builtin)
}

/// One rule or several.
#[derive(FromPyObject)]
enum Rules {
    One(String),
    Several(Vec<String>),
}

/// A world that is stepped.
#[pyclass(frozen, module = "flockwork")]
pub struct Simulation {
    world: Mutex<Stepped>,
    loans: Loans,
    /// The process that made it: threads do not survive a fork.
    process: u32,
}

impl Simulation {
    fn of(world: Stepped) -> Self {
        Self { world: Mutex::new(world), loans: Loans::default(), process: std::process::id() }
    }

    /// Does something with the world while other threads of Python go on.
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Stepped) -> Outcome<T> + Send,
    ) -> PyResult<T> {
        let here = std::process::id();
        if here != self.process {
            let maker = self.process;
            return Err(Failure::State(format!(
                "process {maker} made this simulation, and its threads are not in process {here}, a \
                 fork of it: make the simulation here, or start processes by `spawn`"
            ))
            .into());
        }
        let done = py.detach(|| {
            let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut world)
        });
        Ok(done?)
    }

    /// Computes ticks, some at a time.
    fn run(&self, py: Python<'_>, ticks: u64) -> PyResult<()> {
        let (mut left, mut some) = (ticks, 1);
        while left > 0 {
            let now = left.min(some);
            let begin = Instant::now();
            self.with(py, |world| {
                self.loans.none("step")?;
                Ok(world.step(now)?)
            })?;
            let took = begin.elapsed().max(Duration::from_nanos(1));
            left -= now;
            // At most twice as many as before, so that one quick tick does not make a long wait.
            let fit = now as f64 * PATIENCE.as_secs_f64() / took.as_secs_f64();
            some = (fit as u64).clamp(1, now * 2);
            py.check_signals()?;
        }
        Ok(())
    }
}

#[pymethods]
impl Simulation {
    #[new]
    #[pyo3(signature = (scenario, *, workers = None, set = None, initial = None))]
    fn new(
        py: Python<'_>,
        scenario: Scenario,
        workers: Option<Bound<'_, PyAny>>,
        set: Option<Bound<'_, PyDict>>,
        initial: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let (workers, set) = (number_of_workers(workers)?, given::changes(set.as_ref())?);
        let initial = initial.map(|initial| Columns::read(&initial)).transpose()?;
        let (name, folder) = ("the scenario", Path::new("."));
        let made = py.detach(|| match (&scenario, &initial) {
            (Scenario::File(path), None) => Stepped::from_file(registry(), path, &set, workers),
            (Scenario::Text(text), None) => {
                Stepped::from_text(registry(), name, folder, text, &set, workers)
            }
            (scenario, Some(initial)) => {
                let written = match scenario {
                    Scenario::File(path) => Written::File(path),
                    Scenario::Text(text) => Written::Text { name, folder, text },
                };
                let entities = |schema| initial.table(schema);
                Stepped::with_entities(registry(), &written, &set, workers, &entities)
            }
        });
        Ok(Self::of(made.map_err(Failure::from)?))
    }

    /// Goes on from the bytes of a snapshot, with the same bits on any number of workers.
    #[staticmethod]
    #[pyo3(signature = (snapshot, *, workers = None))]
    fn restore(
        py: Python<'_>,
        snapshot: &[u8],
        workers: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let workers = number_of_workers(workers)?;
        let made = py.detach(|| Stepped::from_snapshot(registry(), snapshot, workers));
        Ok(Self::of(made.map_err(Failure::from)?))
    }

    /// Computes so many ticks.
    #[pyo3(signature = (ticks = None), text_signature = "($self, /, ticks=1)")]
    fn step(&self, py: Python<'_>, ticks: Option<Bound<'_, PyAny>>) -> PyResult<()> {
        let ticks = ticks.map_or(Ok(1), |ticks| given::whole(&ticks, "ticks", 0..=u64::MAX))?;
        self.run(py, ticks)
    }

    /// Computes so many ticks, by default up to the scenario's last one, and gathers the statistics
    /// before the first, after every so many, and after the last; ends where a rule is met.
    #[pyo3(name = "run", signature = (ticks = None, *, every = None, until = None, steady = None))]
    #[pyo3(text_signature = "($self, /, ticks=None, *, every=1, until=None, steady=None)")]
    fn run_series(
        &self,
        py: Python<'_>,
        ticks: Option<Bound<'_, PyAny>>,
        every: Option<Bound<'_, PyAny>>,
        until: Option<&str>,
        steady: Option<Rules>,
    ) -> PyResult<Series> {
        let every = every.map_or(Ok(1), |every| given::whole(&every, "every", 1..=u64::MAX))?;
        let mut left = match ticks {
            Some(ticks) => given::whole(&ticks, "ticks", 0..=u64::MAX)?,
            None => self.with(py, |world| Ok(world.last_tick().saturating_sub(world.tick())))?,
        };
        let steady = match steady {
            None => Vec::new(),
            Some(Rules::One(rule)) => vec![rule],
            Some(Rules::Several(rules)) => rules,
        };
        let mut taken = self.with(py, |world| Ok(Collector::new(world, every, until, &steady)?))?;
        loop {
            let stops = self.with(py, |world| Ok(taken.take(world)?))?;
            if stops || left == 0 {
                return Ok(Series::new(py, &taken));
            }
            self.run(py, left.min(every))?;
            left -= left.min(every);
        }
    }

    /// The columns of all entities, or those of some names, at this tick.
    #[pyo3(signature = (*names))]
    fn frame(&self, py: Python<'_>, names: &Bound<'_, PyTuple>) -> PyResult<Frame> {
        let names: Vec<String> = names.extract()?;
        let names = if names.is_empty() { None } else { Some(&names[..]) };
        let taken = self.with(py, |world| frame::take(world, names))?;
        Frame::new(py, taken)
    }

    /// A column as it lies in memory: one array for each region of the world.
    fn memory<'py>(this: &Bound<'py, Self>, name: &str) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let Self { world, loans, .. } = this.get();
        // From here on nothing changes, so that the lock is soon there while the interpreter waits.
        let taken =
            this.get().with(this.py(), |world| Ok((loans.hold(), Lent::named(world, name)?)));
        let (_hold, lent) = taken?;
        let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
        Lender { simulation: this.as_any(), loans }.arrays(&mut world, lent)
    }

    /// The statistics of this tick.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let stats = self.with(py, |world| Ok(world.stats()?))?;
        let all = PyDict::new(py);
        stats.into_iter().try_for_each(|(name, value)| all.set_item(name, value))?;
        Ok(all)
    }

    /// Sets parameters between two ticks: all that are given, or none.
    #[pyo3(signature = (**params))]
    fn set_params(&self, py: Python<'_>, params: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        let Some(params) = params else { return Ok(()) };
        let text = given::settings(params)?;
        self.with(py, |world| {
            self.loans.none("set_params")?;
            Ok(world.set_params_from(&text)?)
        })
    }

    /// Gives inputs between two ticks, all or none; the ids of those that were spawned.
    fn send(&self, py: Python<'_>, inputs: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
        let text = py.import("json")?.call_method1("dumps", (inputs,))?.extract::<String>()?;
        self.with(py, |world| {
            self.loans.none("send")?;
            Ok(world.give_from(&text)?.ids)
        })
    }

    /// What came in since tick 0, and the fingerprint of this tick: what `flockwork replay` does again.
    fn log(&self, py: Python<'_>) -> PyResult<String> {
        self.with(py, |world| Ok(world.log()?))
    }

    /// What the cells of a field hold, in an array with an index for each axis, that along x at the end.
    fn field<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let field = self.with(py, |world| Ok(world.cells(name)?))?;
        let shape: Vec<u32> = field.cells.into_iter().rev().collect();
        array::column(py, field.amounts).call_method1("reshape", (PyTuple::new(py, shape)?,))
    }

    /// The parameters and their values now.
    #[getter]
    fn params<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let params = self.with(py, |world| Ok(world.params()?))?;
        let all = PyDict::new(py);
        for (param, value) in params {
            all.set_item(param.name, setting(py, &value)?)?;
        }
        Ok(all)
    }

    /// The whole state as bytes.
    fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.with(py, |world| Ok(world.snapshot()?))?))
    }

    /// 64 bits that are the same for the same state, whatever computed it.
    fn fingerprint(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |world| Ok(world.fingerprint()?))
    }

    /// What it has done, and how long that took.
    fn metrics<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let metrics = self.with(py, |world| Ok(world.metrics()?))?;
        let seconds = |ns: u64| Duration::from_nanos(ns).as_secs_f64();
        let phases = PyDict::new(py);
        for (phase, ns) in &metrics.phases_ns {
            phases.set_item(phase, seconds(*ns))?;
        }
        let times = &metrics.tick_ns;
        let all = PyDict::new(py);
        all.set_item("ticks", metrics.ticks)?;
        all.set_item("workers", metrics.workers)?;
        all.set_item("regions", metrics.regions)?;
        all.set_item("tick_seconds", times.mean() * times.len() as f64 * 1e-9)?;
        all.set_item("median_tick_seconds", seconds(times.value_at_quantile(0.5)))?;
        all.set_item("phase_seconds", phases)?;
        all.set_item("memory_bytes", metrics.memory_bytes)?;
        Ok(all)
    }

    /// The name of its model.
    #[getter]
    fn model(&self, py: Python<'_>) -> PyResult<&'static str> {
        self.with(py, |world| Ok(world.entry().name))
    }

    /// Ticks done.
    #[getter]
    fn tick(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |world| Ok(world.tick()))
    }

    /// The tick up to which the scenario wants to be run; of a snapshot its own.
    #[getter]
    fn last_tick(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |world| Ok(world.last_tick()))
    }

    /// How many entities there are.
    #[getter]
    fn population(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |world| Ok(world.population()))
    }

    /// How many worker threads compute.
    #[getter]
    fn workers(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |world| Ok(world.metrics()?.workers))
    }

    /// Time per tick.
    #[getter]
    fn dt(&self, py: Python<'_>) -> PyResult<f32> {
        self.with(py, |world| Ok(world.setup().dt))
    }

    /// The seed.
    #[getter]
    fn seed(&self, py: Python<'_>) -> PyResult<u64> {
        self.with(py, |world| Ok(world.setup().seed))
    }

    /// The length of the world along each axis.
    #[getter]
    fn world<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let world = self.with(py, |world| Ok(world.setup().world))?;
        PyTuple::new(py, world.axes().iter().map(|axis| axis.length))
    }

    /// How the world ends along each axis.
    #[getter]
    fn edge<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let world = self.with(py, |world| Ok(world.setup().world))?;
        PyTuple::new(py, world.axes().iter().map(|axis| axis.edge.name()))
    }

    /// Where the corner of the world is: what a table's coordinates have more than those of a frame.
    #[getter]
    fn origin<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let world = self.with(py, |world| Ok(world.setup().world))?;
        PyTuple::new(py, world.origin().into_iter().take(world.axes().len()))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        self.with(py, |world| {
            let (name, tick, count) = (world.entry().name, world.tick(), world.population());
            Ok(format!("<flockwork.Simulation of {name}: {count} entities at tick {tick}>"))
        })
    }
}

fn number_of_workers(given: Option<Bound<'_, PyAny>>) -> PyResult<usize> {
    // 0 is what a simulation takes for one on each core.
    let number = given.map_or(Ok(0), |given| given::whole(&given, "workers", 1..=MOST_WORKERS))?;
    usize::try_from(number).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// A parameter's value.
pub(crate) fn setting<'py>(py: Python<'py>, value: &Setting) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Setting::Number(number) => number.into_pyobject(py)?.into_any(),
        Setting::List(numbers) => numbers.into_pyobject(py)?.into_any(),
        Setting::Text(text) => text.into_pyobject(py)?.into_any(),
    })
}
