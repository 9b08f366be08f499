//! Inputs between two ticks: looked through in all processes, then done in all, or in none.
//!
//! Processes can only add up integers. So each says which of the entities that a batch names it owns, a
//! bit for each input, and which input is the first that it finds wrong, in a word for each of its
//! domains. Where there is one, the process that found it says why.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{People, Simulation, Stage, Why};
use crate::bounds::Bounds;
use crate::domain::{Domain, Progress};
use crate::error::DomainError;
use crate::executor::Executor;
use crate::inputs::{Answer, Input, Refused};
use crate::model::{Model, RowOf, Tick};
use crate::plan::{Changed, Plan, Problem, Scene, absent, bytes_of, judge};
use crate::setup::{Door, SimulationError};

/// Words of a text that travels.
const TEXT: usize = 64;

/// A batch on its way.
pub(super) struct Asked<M: Model> {
    pub(super) inputs: Vec<Input>,
    pub(super) plan: Plan,
    /// Those whom it meets as they will be, by slot; once it is done, as they were.
    rows: Vec<RowOf<M>>,
    /// What its parameters make.
    changed: Option<Changed<M>>,
    /// What is added up over all processes.
    words: Vec<u64>,
    /// Which input is wrong, once all processes know that one is.
    refused: u32,
}

impl<M: Model, X: Executor> Simulation<M, X> {
    /// Gives inputs, and waits until they are done: see [`Simulation::begin_inputs`].
    ///
    /// # Errors
    ///
    /// [`SimulationError::Refused`], after which the simulation can go on as if nothing had been given; and
    /// as [`Simulation::poll`].
    pub fn give(&mut self, inputs: Vec<Input>) -> Result<Answer, SimulationError> {
        self.finish()?;
        self.begin_inputs(inputs)?;
        self.finish()?;
        self.take_answer()
    }

    /// Begins to do what a batch of inputs says, in its order, as a whole or not at all: poll until it is
    /// done, then take the answer. All processes of a world must give the same batch at the same tick.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Busy`] if something else goes on, and if the simulation has ended; nothing was
    /// begun then.
    pub fn begin_inputs(&mut self, inputs: Vec<Input>) -> Result<(), SimulationError> {
        if let Some(error) = &self.ended {
            return Err(error.clone());
        }
        if self.stage != Stage::Idle {
            return Err(SimulationError::Busy { tick: self.tick });
        }
        self.answer = None;
        let (tools, mut rows) = core::mem::take(&mut self.tools);
        rows.clear();
        let mut scene = Scene {
            model: &self.model,
            params: &self.params,
            needed: self.needed,
            tick: Tick { number: self.tick, setup: self.setup, totals: self.totals.as_ref() },
            domains: &self.domains,
            topology: &self.topology,
            cut: self.partition.cut,
            next_id: self.people.next_id,
            door: Door::new()?,
            bounds: Bounds::of(&self.setup.world, self.needed),
            changed: None,
            views: Vec::new(),
            rows,
            checked: Default::default(),
        };
        let (mut plan, tools) = judge(&mut scene, &inputs, tools);
        let (changed, rows) = scene.done();
        (self.tools.0, self.given) = (tools, true);
        if plan.problem.is_none() {
            let grow = self.partition.capacity.is_none();
            let room = plan.make_room(&self.topology, &mut self.domains, grow);
            if let Err(error) = room {
                let (place, text) = (inputs.len().saturating_sub(1), error.to_string());
                plan.problem = Some(Problem { place, id: 0, text });
            }
        }
        self.ask(inputs, plan, rows, changed);
        Ok(())
    }

    /// Has all processes hear what each found.
    pub(super) fn ask(
        &mut self,
        inputs: Vec<Input>,
        plan: Plan,
        rows: Vec<RowOf<M>>,
        changed: Option<Changed<M>>,
    ) {
        let mut words = plan.found.clone();
        let found = words.len();
        words.resize(found + self.topology.regions().len(), 0);
        if let Some(problem) = &plan.problem {
            for domain in &self.domains {
                if let Some(word) = words.get_mut(found + domain.id() as usize) {
                    *word = problem.rank();
                }
            }
        }
        self.asked = Some(Box::new(Asked { inputs, plan, rows, changed, words, refused: 0 }));
        self.stage = Stage::Judge;
    }

    /// Bytes of memory in which a batch is worked out, or the last one was.
    pub(super) fn given_bytes(&self) -> usize {
        let asked = self.asked.as_ref().map_or(0, |asked| {
            asked.plan.memory_bytes() + bytes_of(&asked.rows) + bytes_of(&asked.inputs)
        });
        asked + self.tools.0.memory_bytes() + bytes_of(&self.tools.1)
    }

    /// What became of the last batch.
    ///
    /// # Errors
    ///
    /// [`SimulationError::Refused`]; [`SimulationError::Busy`] if there is no answer: none was given, or it
    /// is not done yet, or the answer was taken before.
    pub fn take_answer(&mut self) -> Result<Answer, SimulationError> {
        let busy = SimulationError::Busy { tick: self.tick };
        self.answer.take().map_or(Err(busy), |answer| answer.map_err(SimulationError::Refused))
    }

    /// Learns what other processes found.
    #[inline(never)]
    pub(super) fn judge(&mut self) -> Result<Progress, SimulationError> {
        let Some(asked) = &mut self.asked else {
            self.stage = Stage::Idle;
            return Ok(Progress::Done);
        };
        if self.executor.sum(&mut asked.words)? == Progress::Waiting {
            return Ok(Progress::Waiting);
        }
        let first_id = asked.plan.first_id;
        let (found, ranks) = asked.words.split_at(asked.plan.found.len());
        let missing = asked.inputs.iter().enumerate().find(|(place, input)| {
            let old = input.entity().is_some_and(|id| id < first_id);
            old && found.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 0)
        });
        let worst = (0u32..).zip(ranks).filter(|(_, rank)| **rank != 0);
        let worst = worst.min_by_key(|(domain, rank)| (**rank, *domain));
        let worst = worst.map(|(domain, rank)| (*rank, domain));
        match (missing, worst) {
            (Some((place, input)), worst)
                if worst.is_none_or(|(rank, _)| (place as u64) < rank >> 32) =>
            {
                let problem = absent(input);
                self.refuse(place as u32, problem);
            }
            (_, Some((rank, domain))) => {
                let speaks = self.domains.iter().any(|one| one.id() == domain);
                let mut bytes = [0; 8 * TEXT];
                if let Some(problem) = asked.plan.problem.as_ref().filter(|_| speaks) {
                    write(&problem.text, &mut bytes);
                }
                let words = bytes.as_chunks::<8>().0.iter().map(|word| u64::from_le_bytes(*word));
                asked.words = words.collect();
                let place = (rank >> 32) as u32 - 1;
                let after = place as usize == asked.inputs.len();
                // No process found anything before: so all of them know this one.
                asked.refused = if after { asked.plan.stricter.saturating_sub(1) } else { place };
                self.stage = Stage::Tell;
            }
            (_, None) => self.obey()?,
        }
        Ok(Progress::Done)
    }

    /// Hears what is wrong.
    #[inline(never)]
    pub(super) fn tell(&mut self) -> Result<Progress, SimulationError> {
        let Some(asked) = &mut self.asked else {
            self.stage = Stage::Idle;
            return Ok(Progress::Done);
        };
        if self.executor.sum(&mut asked.words)? == Progress::Waiting {
            return Ok(Progress::Waiting);
        }
        let bytes: Vec<u8> = asked.words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let len = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
        let problem = String::from_utf8_lossy(&bytes[..len]).to_string();
        let place = asked.refused;
        self.refuse(place, problem);
        Ok(Progress::Done)
    }

    fn refuse(&mut self, place: u32, problem: String) {
        self.answer = Some(Err(Refused { tick: self.tick, place, problem }));
        self.asked = None;
        self.stage = Stage::Idle;
    }

    /// Does what the batch says.
    fn obey(&mut self) -> Result<(), SimulationError> {
        let Some(mut asked) = self.asked.take() else { return Ok(()) };
        let new_grid = asked.changed.as_ref().and_then(|changed| changed.topology.clone());
        // Who is removed may live elsewhere: here, nobody is met.
        let still = |input: &Input| matches!(input, Input::Params { .. } | Input::Door { .. });
        let moves = !asked.inputs.iter().all(still);
        let sums = M::TOTALS && asked.changed.is_some();
        self.swap(&mut asked.changed);
        if !(moves || sums || new_grid.is_some()) {
            self.answer = Some(Ok(Answer { tick: self.tick, ids: Vec::new() }));
            self.stage = Stage::Idle;
            return Ok(());
        }
        // From here on an error goes back to before.
        self.stage = Stage::Drive(Why::Inputs);
        self.keep();
        self.domains.iter_mut().for_each(Domain::begin_change);
        let changed = asked.plan.change(&mut asked.rows, &mut self.domains);
        let housed: Result<(), DomainError> =
            changed.and_then(|()| asked.plan.comers().try_for_each(|row| self.house(row)));
        let next_id = asked.plan.first_id + asked.plan.spawned;
        self.asked = Some(asked);
        housed?;
        if let Some(topology) = new_grid {
            self.executor.recut();
            self.topology = topology;
        }
        for domain in &mut self.domains {
            domain.set_next_id(next_id);
            domain.go_home(Arc::clone(&self.topology));
        }
        Ok(())
    }

    /// Exchanges what the parameters make.
    fn swap(&mut self, changed: &mut Option<Changed<M>>) {
        if let Some(changed) = changed {
            core::mem::swap(&mut self.params, &mut changed.params);
            core::mem::swap(&mut self.model, &mut changed.model);
            core::mem::swap(&mut self.needed, &mut changed.needed);
        }
    }

    /// Goes back to before the batch, after the domains have.
    pub(super) fn disobey(&mut self) {
        if let Some(mut asked) = self.asked.take() {
            // What could be written once can be written again.
            let _ = asked.plan.exchange(&mut asked.rows, &mut self.domains);
            self.swap(&mut asked.changed);
        }
    }

    /// Who there should be now in the world: how many, and the sum of the mixes of their ids.
    pub(super) fn expected(&self) -> (u64, u64) {
        let People { owned, ids, .. } = &self.people;
        let Some(asked) = &self.asked else { return (*owned, *ids) };
        let ((born, born_ids), (gone, gone_ids)) =
            (asked.plan.born(), asked.plan.gone(&asked.inputs));
        (
            owned.wrapping_add(born).wrapping_sub(gone),
            ids.wrapping_add(born_ids).wrapping_sub(gone_ids),
        )
    }

    /// The batch was done.
    pub(super) fn obeyed(&mut self) {
        let Some(asked) = self.asked.take() else { return };
        let Plan { first_id, spawned, slots, .. } = asked.plan;
        (self.tools.0.slots, self.tools.1) = (slots, asked.rows);
        let next_id = first_id + spawned;
        (self.people.first_born, self.people.next_id) = (first_id, next_id);
        self.answer = Some(Ok(Answer { tick: self.tick, ids: (first_id..next_id).collect() }));
    }
}

/// Writes as much of a text as there is room for.
fn write(text: &str, bytes: &mut [u8]) {
    let mut len = text.len().min(bytes.len());
    while !text.is_char_boundary(len) {
        len -= 1;
    }
    bytes[..len].copy_from_slice(&text.as_bytes()[..len]);
}
