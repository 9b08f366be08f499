//! A crowd: a simulation of one model, as a resource beside the ECS.
//!
//! [`Crowd`] owns the simulation and what it began with, so that it can begin anew. It is stepped by
//! [`CrowdPlugin`](crate::CrowdPlugin), one tick in each run of `FixedUpdate`, and is between two ticks
//! whenever a system sees it. Errors are results here, and messages where the plugin meets them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bevy_ecs::prelude::Resource;
#[cfg(feature = "scenario")]
use flockwork_cli::stepped::Stepped;
use flockwork_scheduler::{
    Answer, AnyWorld, Arithmetic, Given, Input, Model, Params, RowOf, Setup, Simulation,
    SimulationError, SnapshotError, check_setup, snapshot,
};

use crate::crew::{Crew, Options};
use crate::error::CrowdError;

/// Changes an entity before the first tick, given its id.
type Placer<M> = dyn Fn(u32, &mut RowOf<M>) + Send + Sync;

/// What a crowd begins with.
pub struct Plan<M: Model> {
    setup: Setup,
    params: M::Params,
    options: Options,
    begin: Begin<M>,
}

/// Where entities come from.
enum Begin<M: Model> {
    /// From the model.
    Spawned,
    /// From the model, each of them changed.
    Placed(Arc<Placer<M>>),
    /// From a snapshot.
    Snapshot(Arc<[u8]>),
}

impl<M: Model> Plan<M> {
    /// A crowd that begins as its model spawns it, computed by the thread that runs the system.
    pub fn new(setup: Setup, params: M::Params) -> Self {
        Self { setup, params, options: Options::default(), begin: Begin::Spawned }
    }

    /// A crowd that goes on from a snapshot, of this program or of another one.
    ///
    /// # Errors
    ///
    /// [`CrowdError`] if the bytes are no snapshot of this model.
    pub fn from_snapshot(snapshot: impl Into<Arc<[u8]>>) -> Result<Self, CrowdError> {
        let snapshot = snapshot.into();
        let refuse = |error| SimulationError::from(SnapshotError::from(error));
        let header = snapshot::header(&snapshot).map_err(refuse)?;
        header.fits::<M>().map_err(SnapshotError::from).map_err(SimulationError::from)?;
        let params = M::Params::default().with(&header.params)?;
        let options = Options::default();
        Ok(Self { setup: header.setup, params, options, begin: Begin::Snapshot(snapshot) })
    }

    /// The crowd of a scenario, in TOML or JSON, as the command `flockwork` reads it; a table that it
    /// names is looked for in `folder`. Its model must be this one.
    ///
    /// # Errors
    ///
    /// [`CrowdError::Scenario`] with all that is wrong with it.
    #[cfg(feature = "scenario")]
    pub fn from_scenario(text: &str, folder: &std::path::Path) -> Result<Self, CrowdError> {
        let registry = flockwork_cli::Registry::new().with::<M>();
        let wrong =
            |error: flockwork_cli::stepped::StepError| CrowdError::Scenario(error.to_string());
        let world = Stepped::from_text(&registry, "the scenario", folder, text, &[], 1);
        let snapshot = world.map_err(wrong)?.snapshot().map_err(wrong)?;
        if snapshot::header(&snapshot).is_ok_and(|header| header.inputs.next.is_some()) {
            let problem = "`input`: a crowd follows no schedule: leave it out, and give inputs by `Crowd::give`";
            return Err(CrowdError::Scenario(problem.into()));
        }
        Self::from_snapshot(snapshot)
    }

    /// Computed in another way, with the same results.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Entities begin as `place` changes them: it gets the id of each and what the model spawned. Nothing
    /// of a snapshot is left then but its world and parameters.
    #[must_use]
    pub fn placed(mut self, place: impl Fn(u32, &mut RowOf<M>) + Send + Sync + 'static) -> Self {
        self.begin = Begin::Placed(Arc::new(place));
        self
    }

    fn simulation(&self) -> Result<Simulation<M, Crew>, CrowdError> {
        let (setup, params) = (self.setup, self.params.clone());
        let (_, grid, _) = check_setup::<M>(&setup, &params)?;
        let partition = self.options.partition(&grid)?;
        let crew = Crew::start(self.options.workers)?;
        Ok(match &self.begin {
            Begin::Spawned => Simulation::new(setup, params, partition, crew, None)?,
            Begin::Placed(placer) => {
                let mut place = |id: u32, row: &mut RowOf<M>| placer(id, row);
                Simulation::placed(setup, params, partition, crew, &mut place)?
            }
            Begin::Snapshot(bytes) => {
                Simulation::restore(bytes, Arithmetic::Same, partition, crew)?
            }
        })
    }
}

impl<M: Model> Clone for Begin<M> {
    fn clone(&self) -> Self {
        match self {
            Self::Spawned => Self::Spawned,
            Self::Placed(placer) => Self::Placed(Arc::clone(placer)),
            Self::Snapshot(bytes) => Self::Snapshot(Arc::clone(bytes)),
        }
    }
}

impl<M: Model> Clone for Plan<M> {
    fn clone(&self) -> Self {
        let Self { setup, params, options, begin } = self;
        Self { setup: *setup, params: params.clone(), options: *options, begin: begin.clone() }
    }
}

impl<M: Model> fmt::Debug for Plan<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Plan");
        debug.field("setup", &self.setup).field("options", &self.options).finish_non_exhaustive()
    }
}

/// A simulation of one model.
#[derive(Resource)]
pub struct Crowd<M: Model> {
    simulation: Simulation<M, Crew>,
    plan: Plan<M>,
    paused: bool,
    /// A number that no other simulation of the app has.
    generation: u64,
    ended: Option<CrowdError>,
}

impl<M: Model> Crowd<M> {
    /// Makes a crowd.
    ///
    /// # Errors
    ///
    /// [`CrowdError`] that says what of the plan is not acceptable.
    pub fn new(plan: Plan<M>) -> Result<Self, CrowdError> {
        let simulation = plan.simulation()?;
        Ok(Self { simulation, plan, paused: false, generation: next_generation(), ended: None })
    }

    /// Computes one tick, paused or not. The plugin does so in each run of `FixedUpdate`.
    ///
    /// # Errors
    ///
    /// [`CrowdError`]; the crowd has then ended at its last completed tick, which can still be seen, and
    /// gives the same error again until it begins anew.
    pub fn step(&mut self) -> Result<(), CrowdError> {
        let result = self.simulation.step().map_err(CrowdError::from);
        self.ended = result.as_ref().err().cloned();
        result
    }

    /// The error that ended it.
    pub fn ended(&self) -> Option<&CrowdError> {
        self.ended.as_ref()
    }

    /// Stands still from now on: the plugin computes no tick.
    pub fn pause(&mut self) {
        self.paused = true;
    }

    /// Goes on from where it stands. After an error that ended the simulation the same error comes again.
    pub fn resume(&mut self) {
        self.paused = false;
        self.ended = None;
    }

    /// Whether it stands still.
    pub fn is_paused(&self) -> bool {
        self.paused
    }

    /// Begins anew, as it began first; what was mirrored vanishes, and appears anew.
    ///
    /// # Errors
    ///
    /// As [`Crowd::new`]; the crowd is then as it was.
    pub fn reset(&mut self) -> Result<(), CrowdError> {
        self.replace(self.plan.clone())
    }

    /// Begins anew with another plan.
    ///
    /// # Errors
    ///
    /// As [`Crowd::new`]; the crowd is then as it was.
    pub fn replace(&mut self, plan: Plan<M>) -> Result<(), CrowdError> {
        self.begin(plan.simulation()?);
        self.plan = plan;
        Ok(())
    }

    /// Goes on from a snapshot, which may be of another crowd of this model. To begin anew is to begin
    /// as before.
    ///
    /// # Errors
    ///
    /// What is wrong with the snapshot; the crowd is then as it was.
    pub fn restore(&mut self, snapshot: &[u8]) -> Result<(), CrowdError> {
        let plan = Plan::<M>::from_snapshot(snapshot)?.options(self.plan.options);
        self.begin(plan.simulation()?);
        Ok(())
    }

    fn begin(&mut self, simulation: Simulation<M, Crew>) {
        self.simulation = simulation;
        self.generation = next_generation();
        self.ended = None;
    }

    /// The state as bytes: see [`Crowd::restore`].
    ///
    /// # Errors
    ///
    /// [`CrowdError`] if there is not enough memory.
    pub fn snapshot(&self) -> Result<Vec<u8>, CrowdError> {
        Ok(self.simulation.snapshot()?)
    }

    /// The parameters.
    pub fn params(&self) -> &M::Params {
        self.simulation.params()
    }

    /// Sets the parameters, from the next tick on.
    ///
    /// # Errors
    ///
    /// [`CrowdError`] that says which is not acceptable; nothing was changed then.
    pub fn set_params(&mut self, params: M::Params) -> Result<(), CrowdError> {
        Ok(self.simulation.set_params(params)?)
    }

    /// Sets parameters by name: all that are given, or none.
    ///
    /// # Errors
    ///
    /// As [`Crowd::set_params`].
    pub fn set(&mut self, given: &[Given]) -> Result<(), CrowdError> {
        self.set_params(self.params().clone().with(given)?)
    }

    /// Gives inputs before the next tick: all of them are done, in their order, or none.
    ///
    /// # Errors
    ///
    /// [`CrowdError`] that says which cannot be done, and why.
    pub fn give(&mut self, inputs: Vec<Input>) -> Result<Answer, CrowdError> {
        Ok(self.simulation.give(inputs)?)
    }

    /// What the cells of a field hold, by layer, row and column, and how many there are along each axis; None if the
    /// model has no field of this name.
    ///
    /// # Errors
    ///
    /// [`CrowdError`] if there is no completed tick to be seen.
    pub fn field(&self, name: &str) -> Result<Option<(Vec<u32>, Vec<f32>)>, CrowdError> {
        let found = self.simulation.fields().enumerate().find(|(_, (known, _))| *known == name);
        let Some((at, (_, cells))) = found else { return Ok(None) };
        Ok(self.simulation.field(at)?.map(|amounts| (cells, amounts)))
    }

    /// Ticks done.
    pub fn tick(&self) -> u64 {
        self.simulation.tick()
    }

    /// The number of entities.
    pub fn population(&self) -> u64 {
        self.simulation.population()
    }

    /// The fingerprint of the whole state: the same on every machine, under any number of threads.
    ///
    /// # Errors
    ///
    /// [`CrowdError`] if there is no completed tick to be seen.
    pub fn fingerprint(&self) -> Result<u64, CrowdError> {
        Ok(self.simulation.fingerprint()?)
    }

    /// The numbers of the model's statistics with their names; NaN for what is null.
    ///
    /// # Errors
    ///
    /// [`CrowdError`]: what ended the crowd, or what went wrong with the statistics.
    pub fn stats(&mut self) -> Result<Vec<(String, f64)>, CrowdError> {
        Ok(AnyWorld::stats(&mut self.simulation)?)
    }

    /// The simulation, with all that can be seen of it.
    pub fn simulation(&self) -> &Simulation<M, Crew> {
        &self.simulation
    }

    /// A number that no other simulation of the app has.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }
}

fn next_generation() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl<M: Model> fmt::Debug for Crowd<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Crowd");
        debug.field("model", &M::NAME).field("tick", &self.tick());
        debug.field("population", &self.population()).finish_non_exhaustive()
    }
}
