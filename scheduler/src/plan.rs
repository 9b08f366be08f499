//! What a batch of inputs would do to the entities of this process: worked out beside the state, which is
//! changed once all processes have found nothing wrong with it.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `ground.rs` | the state and the model as a batch meets them |
//! | `judge.rs` | goes through the batch |
//! | `named.rs` | where the entities are that it names |
//! | `near.rs` | who is near a point |
//! | `points.rs` | pokes, and cells of fields |
//! | `tools.rs` | memory for all that |

use alloc::string::String;
use alloc::vec::Vec;

use flockwork_kernel::fingerprint::mix;

use crate::domain::Domain;
use crate::error::DomainError;
use crate::inputs::Input;
use crate::model::{Model, RowOf};
use crate::parts::Stroke;
use crate::topology::Topology;

mod ground;
mod judge;
mod named;
mod near;
mod points;
mod tools;

pub(crate) use ground::{Changed, Scene, demands, first_unfit};
pub(crate) use judge::{Demands, judge};
pub(crate) use near::bytes_of;
pub(crate) use tools::Tools;

/// What a batch does.
pub(crate) struct Plan {
    /// Entities that it changes, spawns or removes.
    pub(crate) slots: Vec<Slot>,
    /// Bytes of a packed row.
    pub(crate) stride: usize,
    /// The packed rows of those who come into the world.
    pub(crate) comers: Vec<u8>,
    /// The id of the first one that it spawns, and how many it does.
    pub(crate) first_id: u32,
    pub(crate) spawned: u32,
    /// A bit for each input: whether the entity that it names is owned by this process. Those that
    /// name none have it too where they were looked at.
    pub(crate) found: Vec<u64>,
    /// What becomes of cells of fields, in order.
    pub(crate) strokes: Vec<Stroke>,
    /// The number, from 1 on, of the last input that has the model take fewer of those who may be there; 0 if none
    /// does.
    pub(crate) stricter: u32,
    /// The first input that cannot be done.
    pub(crate) problem: Option<Problem>,
}

/// An entity that a batch meets.
#[derive(Clone, Copy)]
pub(crate) struct Slot {
    /// The place of its domain among those of this process and its row there; None for one that is
    /// spawned.
    pub(crate) home: Option<(u32, u32)>,
    pub(crate) id: u32,
    pub(crate) state: State,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Lives,
    /// It was removed.
    Removed,
    /// It is not alive any more.
    Dead,
}

/// Why an input cannot be done.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    /// Its place in the batch; how many there are, if it is the one that is [`Plan::stricter`], with somebody as
    /// the whole batch leaves him.
    pub(crate) place: usize,
    /// The entity with which it cannot; of several the one of smallest id.
    pub(crate) id: u32,
    pub(crate) text: String,
}

impl Problem {
    /// What processes compare: the smallest is the first. Never 0.
    pub(crate) fn rank(&self) -> u64 {
        (self.place as u64 + 1) << 32 | u64::from(self.id)
    }
}

/// What is wrong with an input that names an entity which is not there.
pub(crate) fn absent(input: &Input) -> String {
    let (name, id) = (input.name(), input.entity().unwrap_or(0));
    alloc::format!("`{name}` is for entity {id}, which is not there: it has died or was never born")
}

impl Plan {
    /// One that does nothing yet.
    pub(crate) fn new(first_id: u32, stride: usize) -> Self {
        Self {
            slots: Vec::new(),
            stride,
            comers: Vec::new(),
            first_id,
            spawned: 0,
            found: Vec::new(),
            strokes: Vec::new(),
            stricter: 0,
            problem: None,
        }
    }

    /// Bytes of memory.
    pub(crate) fn memory_bytes(&self) -> usize {
        bytes_of(&self.slots) + bytes_of(&self.comers) + bytes_of(&self.found)
    }

    /// The packed rows of those who come into the world.
    pub(crate) fn comers(&self) -> impl Iterator<Item = &[u8]> {
        self.comers.chunks_exact(self.stride)
    }

    /// Exchanges the rows of entities that live here with these, and removes those that leave.
    pub(crate) fn change<M: Model>(
        &self,
        rows: &mut [RowOf<M>],
        domains: &mut [Domain<M>],
    ) -> Result<(), DomainError> {
        self.exchange(rows, domains)?;
        for slot in self.slots.iter().filter(|slot| slot.state == State::Removed) {
            let Some((domain, row)) = slot.home else { continue };
            if let Some(domain) = domains.get_mut(domain as usize) {
                domain.remove(row as usize);
            }
        }
        for stroke in &self.strokes {
            domains.iter_mut().for_each(|domain| domain.paint(stroke));
        }
        Ok(())
    }

    /// Exchanges the rows of entities that live here with these: twice is as if nothing had been done.
    pub(crate) fn exchange<M: Model>(
        &self,
        rows: &mut [RowOf<M>],
        domains: &mut [Domain<M>],
    ) -> Result<(), DomainError> {
        let mut rows = rows.iter_mut();
        let of = |slot: &Slot| slot.home.map(|(domain, _)| domain);
        for run in self.slots.chunk_by(|a, b| of(a) == of(b)) {
            let domain = run.first().and_then(of).and_then(|at| domains.get_mut(at as usize));
            let places = run.iter().map(|slot| slot.home.map_or(0, |(_, row)| row as usize));
            let changes = places.zip(rows.by_ref().take(run.len()));
            match domain {
                Some(domain) => domain.exchange(changes)?,
                None => changes.for_each(drop),
            }
        }
        Ok(())
    }

    /// How many come into the world, and the sum of the mixes of their ids: in every process all of them.
    pub(crate) fn born(&self) -> (u64, u64) {
        let come = self.slots.iter().filter(|s| s.home.is_none() && s.state == State::Lives);
        come.fold((0, 0), |(count, ids): (u64, u64), slot| {
            (count + 1, ids.wrapping_add(mix(slot.id.into())))
        })
    }

    /// How many a batch that can be done removes of those who are in the world, likewise.
    pub(crate) fn gone(&self, inputs: &[Input]) -> (u64, u64) {
        let removed = inputs.iter().filter_map(|input| match input {
            Input::Remove { id } if *id < self.first_id => Some(*id),
            _ => None,
        });
        removed.fold((0, 0), |(count, ids): (u64, u64), id| {
            (count + 1, ids.wrapping_add(mix(id.into())))
        })
    }

    /// Makes room for those who come, in the domains of this process.
    pub(crate) fn make_room<M: Model>(
        &self,
        topology: &Topology,
        domains: &mut [Domain<M>],
        grow: bool,
    ) -> Result<(), DomainError> {
        let first = domains.first().map_or(0, Domain::id);
        let mut coming = alloc::vec![0; domains.len()];
        for row in self.comers() {
            let cell = topology.grid().cell(crate::setup::position::<M>(row));
            let owner = topology.owner(cell).wrapping_sub(first) as usize;
            if let Some(count) = coming.get_mut(owner) {
                *count += 1;
            }
        }
        for (domain, count) in domains.iter_mut().zip(coming).filter(|(_, count)| *count > 0) {
            domain.room_for(count, grow)?;
        }
        Ok(())
    }
}
