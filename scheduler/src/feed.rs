//! What happens in a world, told as records: births, deaths and the model's events, filtered and limited.
//!
//! A [`Feed`] is asked for by its [`Watch`], and taken to the simulation after each tick and each batch of
//! inputs: [`Simulation::feed`](crate::Simulation::feed). It reads what a tick leaves behind, and changes
//! nothing. Nobody who has no feed pays for it.
//!
//! Records have one order, whatever the cut and the number of processes: first what was told first, then
//! births, events and deaths, then by id; events of one target are in the order in which they were applied. A feed
//! keeps the newest [`Watch::limit`] that nobody has taken, and counts all. So of several processes the newest of
//! what all of them keep is what one process would have kept: [`merge`].
//!
//! | file | what it holds |
//! | --- | --- |
//! | `watch.rs` | what is asked for |
//! | `record.rs` | records, as bytes and as arrays |

use alloc::vec::Vec;
use core::ops::Range;

use flockwork_kernel::columns::Column;
use flockwork_spatial::NO_CELL;

pub use crate::letter::MOST_VALUES;
use crate::outbox::NOBODY;

mod record;
mod watch;

pub use record::{Record, arrays, merge};
pub use watch::{MOST_COLUMNS, MOST_LIMIT, Number, Watch, WatchError, Within};

/// What there is to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// An entity came into the world: by birth, as a newcomer, or by an input.
    Birth = 0,
    /// An event of the model has come to an entity.
    Event = 1,
    /// An entity is gone.
    Death = 2,
}

/// One who is told what happens.
#[derive(Clone, Debug)]
pub struct Feed {
    watch: Watch,
    places: [Option<usize>; 3],
    schema: &'static [Column],
    /// In their order, but for those of the turn that is being told.
    records: Vec<Record>,
    /// What they are sorted with.
    order: Vec<u64>,
    sorted: Vec<Record>,
    /// Turns told to it, and the number that the simulation had for the last one.
    turns: u64,
    last: Option<u64>,
    /// Records that there were, taken or not, since the last were taken.
    matched: u64,
}

/// What a turn leaves in one domain.
pub(crate) struct Left<'a> {
    pub(crate) ids: &'a [u32],
    pub(crate) cells: &'a [u32],
    /// The rows of those who died.
    pub(crate) gone: &'a [u32],
    /// The bytes of a column.
    pub(crate) column: &'a dyn Fn(usize) -> &'a [u8],
}

/// An event that was applied, and the row of its target.
pub(crate) struct Heard {
    pub(crate) row: usize,
    pub(crate) target: u32,
    pub(crate) source: u32,
    pub(crate) values: [f32; MOST_VALUES],
}

impl Feed {
    /// A feed of entities with these columns.
    ///
    /// # Errors
    ///
    /// [`WatchError`] says which part of the watch cannot be.
    pub fn new(schema: &'static [Column], watch: Watch) -> Result<Self, WatchError> {
        watch.check(schema)?;
        let place = |name: &str| schema.iter().position(|column| column.name == name);
        Ok(Self {
            watch,
            places: ["x", "y", "z"].map(place),
            schema,
            records: Vec::new(),
            order: Vec::new(),
            sorted: Vec::new(),
            turns: 0,
            last: None,
            matched: 0,
        })
    }

    /// What it was asked for.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The records that nobody has taken yet, in their order.
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// How many records there were since the last were taken: those that it does not have any more were
    /// the oldest.
    pub fn matched(&self) -> u64 {
        self.matched
    }

    /// Takes all records: they are not told again.
    pub fn take(&mut self) {
        self.records.clear();
        self.matched = 0;
    }

    /// Goes on with a simulation that takes the place of the one before.
    pub fn follow(&mut self) {
        self.last = None;
    }

    /// Begins to hear of a turn of the simulation; false if it was told already.
    pub(crate) fn begin(&mut self, turn: u64) -> bool {
        let new = self.last != Some(turn);
        self.last = Some(turn);
        self.turns += u64::from(new);
        new
    }

    /// Hears what a turn leaves in one domain.
    pub(crate) fn hear(
        &mut self,
        tick: u64,
        left: &Left<'_>,
        born: &Range<u32>,
        events: &mut dyn Iterator<Item = Heard>,
    ) {
        if self.watch.births && !born.is_empty() {
            for (row, (id, cell)) in left.ids.iter().zip(left.cells).enumerate() {
                if born.contains(id) && *cell != NO_CELL {
                    self.add(Kind::Birth, tick, left, row);
                }
            }
            // Some are born and die in one tick.
            for row in left.gone.iter().map(|row| *row as usize) {
                if left.ids.get(row).is_some_and(|id| born.contains(id)) {
                    self.add(Kind::Birth, tick, left, row);
                }
            }
        }
        if self.watch.events {
            for Heard { row, target, source, values } in events {
                self.push(left, row, || Record {
                    tick,
                    kind: Kind::Event as u32,
                    id: target,
                    other: source,
                    values,
                    ..Record::default()
                });
            }
        }
        if self.watch.deaths {
            for row in left.gone {
                self.add(Kind::Death, tick, left, *row as usize);
            }
        }
    }

    /// All domains have told their part of the turn.
    pub(crate) fn end(&mut self) {
        self.settle();
        let more = self.records.len().saturating_sub(self.watch.limit);
        self.records.drain(..more);
    }

    fn add(&mut self, kind: Kind, tick: u64, left: &Left<'_>, row: usize) {
        let Some(&id) = left.ids.get(row) else { return };
        let (kind, other) = (kind as u32, NOBODY);
        self.push(left, row, || Record { tick, kind, id, other, ..Record::default() });
    }

    /// Keeps a record of the entity in this row, if it is one that is asked for.
    fn push(&mut self, left: &Left<'_>, row: usize, record: impl FnOnce() -> Record) {
        let read = |number: &Number| self.read(left, row, *number);
        if !self.watch.within.iter().all(|one| one.has(read(&one.number))) {
            return;
        }
        let mut record = record();
        record.turn = self.turns;
        for (place, number) in record.columns.iter_mut().zip(&self.watch.columns) {
            *place = read(number);
        }
        for (place, axis) in record.place.iter_mut().zip(self.places) {
            *place = axis.map_or(0.0, |column| read(&Number { column, component: 0 }) as f32);
        }
        self.records.push(record);
        self.matched += 1;
        // Twice as many and no more are kept on the way.
        if self.records.len() >= 2 * self.watch.limit {
            self.settle();
            self.records.drain(..self.records.len() - self.watch.limit);
        }
    }

    /// Puts the records of this turn into their order.
    fn settle(&mut self) {
        let begin = self.records.partition_point(|record| record.turn < self.turns);
        // By kind and id, then as they came: events of one target stay as they were applied.
        let key = |(place, record): (usize, &Record)| {
            u64::from(record.kind) << 62 | u64::from(record.id) << 30 | place as u64
        };
        self.order.clear();
        self.order.extend(self.records[begin..].iter().enumerate().map(key));
        #[allow(clippy::disallowed_methods, reason = "no two keys are the same")]
        self.order.sort_unstable();
        const PLACE: u64 = (1 << 30) - 1;
        let placed = self.order.iter().map(|key| self.records[begin + (key & PLACE) as usize]);
        self.sorted.clear();
        self.sorted.extend(placed);
        self.records.truncate(begin);
        self.records.append(&mut self.sorted);
    }

    fn read(&self, left: &Left<'_>, row: usize, Number { column, component }: Number) -> f64 {
        let Some(about) = self.schema.get(column) else { return f64::NAN };
        let size = about.scalar.size();
        let at = row * about.stride() + component as usize * size;
        (left.column)(column).get(at..at + size).map_or(f64::NAN, |bytes| about.scalar.read(bytes))
    }
}
