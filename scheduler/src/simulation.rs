//! A whole world of domains: its ticks and its books.
//!
//! One tick, traced: [`Simulation::begin`] tells every [`Domain`] to begin, and
//! [`Simulation::poll`] goes on as far as it can, never blocking:
//!
//! ```text
//! Idle ──begin──▶ Drive ──▶ Books ──▶ Idle
//!                             └─ uneven ─▶ Weigh ──▶ Drive ──▶ Books ──▶ Idle
//! Idle ──begin_stats──▶ Drive ──▶ See ──▶ Idle
//! Idle ──begin_inputs─▶ Judge ──▶ Drive ──▶ Books ──▶ Idle
//!                             └─ refused ─▶ Tell ──▶ Idle
//! ```
//!
//! | stage | does |
//! | --- | --- |
//! | Drive | the [`Executor`] polls the domains until all have done their part |
//! | Books | censuses and statistics are added up over all processes, and held against the books: no id lost or doubled |
//! | Weigh | the weights of all cells are added up, and the world is cut anew |
//! | See | statistics are added up over all processes |
//! | Judge | what processes found wrong with a batch of inputs is added up |
//! | Tell | why it is refused is told to all |
//!
//! In one process every stage is done at once, and [`Simulation::step`] is all there is to call.
//!
//! | file | what a simulation does there |
//! | --- | --- |
//! | `make.rs` | begins, from a set-up or from a snapshot |
//! | `change.rs` | is cut anew, takes other parameters |
//! | `give.rs` | takes inputs |
//! | `observe.rs` | sees the whole world: statistics and the fingerprint |
//! | `news.rs` | tells who was born, who died and what was sent |
//! | `view.rs` | shows what there is in this process |
//! | `save.rs` | becomes bytes |

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::balance::Balance;
use crate::desks::Desks;
use crate::domain::{Domain, Progress};
use crate::error::{Panicked, Phase, Place};
use crate::executor::Executor;
use crate::frame::Frame;
use crate::inputs::{Answer, Refused};
use crate::ledger::{Ledger, Sums};
use crate::model::{ListsOf, Model, RowOf, Tick};
use crate::partition::Partition;
use crate::plan::Tools;
use crate::precision::Needed;
use crate::setup::{self, SimulationError};
use crate::start::{Setup, Totals};
use crate::stats::{self, History, Stats};
use crate::topology::Topology;

mod change;
mod give;
mod make;
mod news;
mod observe;
mod save;
mod view;

/// A world that is simulated, or one process's part of it.
pub struct Simulation<M: Model, X> {
    model: M,
    params: M::Params,
    needed: Needed,
    setup: Setup,
    tick: u64,
    domains: Vec<Domain<M>>,
    desks: Desks<ListsOf<M>>,
    partition: Partition,
    topology: Arc<Topology>,
    executor: X,
    stage: Stage,
    /// Whether a poll goes on; still set, if one ended in a panic.
    inside: bool,
    kept: Kept,
    ended: Option<SimulationError>,
    /// What is on its way to being added up.
    ledger: Ledger,
    people: People,
    turn: Turn,
    balance: Balance,
    rebalances: u64,
    /// The running integers of the model.
    history: Vec<u64>,
    sums: Sums,
    /// The statistics of the last tick, where the model asks for them.
    totals: Option<M::Stats>,
    seen: Seen,
    /// The batch of inputs that is on its way, and what became of the last one.
    asked: Option<Box<give::Asked<M>>>,
    /// Memory in which the last batch was worked out, and in which the entities were that it met: kept for the next
    /// one until a tick that has none. To free what is much of it in each tick was tried: 10,000 inputs at 100,000
    /// entities took a whole tick more, in new pages.
    tools: (Tools, Vec<RowOf<M>>),
    /// Whether the last tick had one.
    given: bool,
    answer: Option<Result<Answer, Refused>>,
}

/// The last tick, or batch of inputs.
#[derive(Default)]
struct Turn {
    /// Counts them.
    number: u64,
    is_tick: bool,
}

/// Who there is in the whole world.
struct People {
    owned: u64,
    /// The wrapping sum of a mix of each id.
    ids: u64,
    /// How many entities each domain of the world owns.
    owned_of: Vec<u64>,
    /// The id of the first newborn of the last tick.
    first_born: u32,
    /// The id of the next newborn.
    next_id: u32,
}

/// What a simulation needs besides its domains to go back to the last completed tick.
struct Kept {
    topology: Arc<Topology>,
    history: Vec<u64>,
    rebalances: u64,
}

/// What the last observation saw.
#[derive(Default)]
struct Seen {
    at: Option<At>,
    history: Vec<u64>,
    sums: Sums,
}

/// The tick that was seen.
#[derive(Clone, Copy)]
struct At {
    tick: u64,
    population: u64,
    /// Where it was asked for.
    fingerprint: Option<u64>,
}

/// What a simulation is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Idle,
    Drive(Why),
    Books(Why),
    Weigh,
    See(Look),
    Judge,
    Tell,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// The statistics.
    Stats,
    /// The fingerprint too.
    All,
}

/// Why the domains are driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    /// To compute a tick.
    Tick,
    /// To bring entities to new owners.
    Move,
    /// To bring entities that inputs have changed to their owners.
    Inputs,
    /// To add up statistics.
    Look(Look),
}

/// What can be seen of a whole world between two ticks, the same in all its processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Ticks done.
    pub tick: u64,
    /// The number of entities.
    pub population: u64,
    /// The fingerprint of the whole state: see [`flockwork_kernel::fingerprint`].
    pub fingerprint: u64,
}

impl<M: Model, X: Executor> Simulation<M, X> {
    /// Computes one tick.
    ///
    /// # Errors
    ///
    /// As [`Simulation::poll`].
    pub fn step(&mut self) -> Result<(), SimulationError> {
        self.finish()?;
        self.begin();
        self.finish()
    }

    /// Polls until all is done.
    fn finish(&mut self) -> Result<(), SimulationError> {
        while self.poll()? == Progress::Waiting {
            core::hint::spin_loop();
        }
        Ok(())
    }

    /// Begins a tick: poll until it is done. Nothing happens while something else goes on.
    pub fn begin(&mut self) {
        if self.stage == Stage::Idle && self.ended.is_none() {
            self.keep();
            if !core::mem::take(&mut self.given) {
                self.tools = Default::default();
            }
            for domain in &mut self.domains {
                domain.begin_tick();
            }
            self.stage = Stage::Drive(Why::Tick);
        }
    }

    /// Writes down what [`Simulation::end`] needs.
    fn keep(&mut self) {
        self.kept.topology = Arc::clone(&self.topology);
        self.kept.history.copy_from_slice(&self.history);
        self.kept.rebalances = self.rebalances;
    }

    /// Goes on with what was begun, as far as other processes allow; never blocks unless the
    /// executor does.
    ///
    /// # Errors
    ///
    /// [`SimulationError`]; the simulation has then ended, and gives the same error again. Its state
    /// is that of the last completed tick, and all that can be seen of it is of that tick. Of
    /// several processes each goes back to the last tick that was completed there.
    ///
    /// [`SimulationError::FloatMode`] alone changes nothing: the thread that calls this may be put
    /// right, or another one call it.
    ///
    /// That also holds after a panic that went through this function and was caught further up,
    /// which it does where the feature `std` is not on: call this once more.
    pub fn poll(&mut self) -> Result<Progress, SimulationError> {
        setup::check_mode()?;
        if core::mem::take(&mut self.inside) {
            let panicked = self.uncaught();
            return Err(self.end(panicked.into()));
        }
        loop {
            if self.stage == Stage::Idle {
                return self.ended.as_ref().map_or(Ok(Progress::Done), |e| Err(e.clone()));
            }
            self.inside = true;
            let result = match self.stage {
                Stage::Idle => Ok(Progress::Done),
                Stage::Drive(why) => self.drive(why),
                Stage::Books(why) => self.balance_books(why),
                Stage::Weigh => self.recut(),
                Stage::See(look) => self.see(look),
                Stage::Judge => self.judge(),
                Stage::Tell => self.tell(),
            };
            self.inside = false;
            match result {
                Ok(Progress::Done) => {}
                Ok(Progress::Waiting) => return Ok(Progress::Waiting),
                Err(error) => return Err(self.end(error)),
            }
        }
    }

    /// Goes back to the last completed tick, for good.
    fn end(&mut self, error: SimulationError) -> SimulationError {
        // Who looks changes nothing.
        let changed = !matches!(self.stage, Stage::Drive(Why::Look(_)));
        if changed && matches!(self.stage, Stage::Drive(_) | Stage::Books(_)) {
            for domain in &mut self.domains {
                domain.undo(self.tick);
            }
            self.topology = Arc::clone(&self.kept.topology);
            self.history.copy_from_slice(&self.kept.history);
            self.rebalances = self.kept.rebalances;
            self.people.first_born = self.people.next_id;
            self.disobey();
        }
        self.asked = None;
        self.stage = Stage::Idle;
        self.ended = Some(error.clone());
        error
    }

    /// A panic that went through a poll.
    fn uncaught(&self) -> Panicked {
        let phase = match self.stage {
            Stage::Drive(Why::Look(_)) => Phase::Tally,
            _ => Phase::Remember,
        };
        let inside = self.domains.iter().find(|domain| domain.doing().is_some());
        let place = inside.map_or(self.place(phase), |domain| domain.place(self.tick));
        Panicked { message: "the panic was not caught where it happened".into(), place, worker: 0 }
    }

    fn place(&self, phase: Phase) -> Place {
        Place { phase, domain: None, tick: self.tick }
    }

    // The stages are functions of their own: as one, they are too long for V8 to optimise.
    #[inline(never)]
    fn drive(&mut self, why: Why) -> Result<Progress, SimulationError> {
        let clock = self.executor.clock();
        let frame = Frame {
            model: &self.model,
            tick: Tick { number: self.tick, setup: self.setup, totals: self.totals.as_ref() },
            needed: self.needed,
            clock: &clock,
            desks: &self.desks,
            tally: M::TOTALS || (Self::HISTORY > 0 && why == Why::Tick),
            grow: self.partition.capacity.is_none(),
        };
        let progress = self.executor.drive(&mut self.domains, &frame)?;
        if progress == Progress::Done {
            self.desks.level(self.executor.workers().min(self.domains.len()));
            self.ledger.write(&self.domains);
            if why == Why::Look(Look::All) {
                let fingerprint = self.fingerprint()?;
                self.ledger.set_fingerprint(fingerprint);
            }
            self.stage = match why {
                Why::Look(look) => Stage::See(look),
                _ => Stage::Books(why),
            };
        }
        Ok(progress)
    }

    /// No id may be lost or doubled in an exchange.
    #[inline(never)]
    fn balance_books(&mut self, why: Why) -> Result<Progress, SimulationError> {
        if self.executor.sum(self.ledger.values())? == Progress::Waiting {
            return Ok(Progress::Waiting);
        }
        // Nothing of this counts before all of it is known to be good.
        let tick = self.tick + u64::from(why == Why::Tick);
        let (census, under_way) = (self.ledger.census(), self.ledger.under_way());
        let (owned, ids) = self.expected();
        let owned = owned.wrapping_add(census.born).wrapping_sub(census.died);
        let ids = ids.wrapping_add(census.born_ids).wrapping_sub(census.died_ids);
        if (census.owned, census.ids) != (owned, ids) {
            let found = census.owned;
            return Err(SimulationError::Conservation { tick, expected: owned, found });
        }
        if under_way != 0 {
            return Err(SimulationError::LostMail { tick, messages: under_way as i64 });
        }
        self.take_sums(tick, owned, why)?;
        self.tick = tick;
        (self.people.owned, self.people.ids) = (owned, ids);
        self.people.owned_of.copy_from_slice(self.ledger.owned_of());
        if why != Why::Move {
            self.turn = Turn { number: self.turn.number + 1, is_tick: why == Why::Tick };
        }
        if why == Why::Tick {
            self.people.first_born = self.people.next_id;
        }
        self.obeyed();
        self.people.next_id = self.domains.first().map_or(self.people.next_id, Domain::next_id);
        self.balance.measure(self.ledger.work());
        let tips = why == Why::Tick && {
            let (limit, blocks) = (self.partition.rebalance, self.topology.blocks());
            self.balance.tips(self.tick, limit, blocks, &self.domains)
        };
        self.stage = if tips { Stage::Weigh } else { Stage::Idle };
        Ok(Progress::Done)
    }

    /// Words that statistics over time keep.
    const HISTORY: usize = stats::history(M::Stats::LIST);

    /// Takes what a tick has added up, where the model wants to know it.
    fn take_sums(&mut self, tick: u64, population: u64, why: Why) -> Result<(), SimulationError> {
        let remembers = Self::HISTORY > 0 && why == Why::Tick;
        if !(M::TOTALS || remembers) {
            return Ok(());
        }
        self.ledger.read(&mut self.sums);
        let mut sums = core::mem::take(&mut self.sums);
        let mut words = core::mem::take(&mut self.history);
        let fields = core::mem::take(&mut sums.fields);
        let totals = Totals { tick, population, setup: &self.setup, fields: &fields };
        let mut history = History::new(&mut words, remembers);
        let stats = self.made(&mut sums, &mut history, &totals, self.place(Phase::Remember));
        self.sums = sums;
        self.history = words;
        let stats = stats?;
        self.totals = M::TOTALS.then_some(stats);
        Ok(())
    }
}
