//! What the fuzz targets share: the model and the worlds of the scheduler's tests, and choices made
//! from the fuzzer's bytes.

#![allow(missing_docs, clippy::too_many_arguments)]

// By their path: they need no MPI, as their crate does.
#[path = "../../scheduler-mpi/src/codec.rs"]
pub mod codec;
#[path = "../../scheduler-mpi/src/inbox.rs"]
pub mod inbox;

use std::sync::Arc;

use flockwork_kernel::{Edge, World};
use flockwork_models::Tribes;
use flockwork_scheduler::{Setup, Table};
use flockwork_scheduler_native::{Config, Entry, OnThreads, Options};

#[path = "../../scheduler/tests/domains/dots.rs"]
pub mod dots;
#[path = "../../scheduler/tests/domains/naive.rs"]
pub mod naive;
#[path = "../../scheduler/tests/domains/plan.rs"]
pub mod plan;

/// A small flat world with walls.
pub fn small() -> World {
    World::new(10.0, 5.0, Edge::Wall).expect("it has sides")
}

/// Worlds in which maps are drawn: flat, far away, and in space.
pub fn maps() -> [World; 3] {
    let far = small().with_origin([448_000.0, 5_412_000.0, 0.0]).expect("a place");
    let space = World::space(10.0, 8.0, 6.0, Edge::Periodic).expect("it has sides");
    [small(), far, space]
}

/// The fuzzer's bytes, taken from the front; zeros when there are no more.
pub struct Bytes<'a>(pub &'a [u8]);

impl Bytes<'_> {
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    pub fn word(&mut self) -> u32 {
        u32::from_le_bytes(std::array::from_fn(|_| self.byte()))
    }

    /// Below `count`, from one byte where that is enough.
    pub fn below(&mut self, count: u32) -> u32 {
        let word = if count <= 256 { self.byte().into() } else { self.word() };
        word % count
    }
}

/// How much of a simulation one input may have, so that it takes a few milliseconds: what is found
/// in a large world in many ticks is found in a small one or in few.
pub struct Budget(u64);

impl Budget {
    /// The most entities at tick 0 of a world that is held to it.
    pub const ENTITIES: u32 = 60;

    /// For one input.
    pub fn new() -> Self {
        Self(8_000)
    }

    /// Whether a tick of so many entities is within it; all of them may be in one place.
    pub fn tick(&mut self, entities: u64) -> bool {
        let cost = 300 + entities * entities / 4;
        let within = self.0 >= cost;
        self.0 = self.0.saturating_sub(cost);
        within
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

/// The most rows of a table that are read.
pub const MOST_ROWS: u64 = 10_000;

/// What is said about an input must be short, and must not steer a terminal.
pub fn check_message(message: &str) {
    assert!(!message.is_empty() && message.len() < 1 << 16, "{} bytes", message.len());
    assert!(message.chars().all(|c| c == '\n' || !c.is_control()), "{message:?}");
}

/// A table that was read has a value for every row, and is taken or refused by a model.
pub fn check_table(table: Table) {
    assert!(table.rows as u64 <= MOST_ROWS && !table.columns.is_empty());
    for column in &table.columns {
        assert_eq!(column.values.len(), table.rows, "{}", column.name);
    }
    let Ok(world) = World::new(20.0, 10.0, Edge::Periodic) else { return };
    let config = Config {
        setup: Setup { world, population: table.rows as u32, seed: 1, dt: 0.1 },
        params: Vec::new(),
        table: Some(Arc::new(table)),
        fields: Vec::new(),
        options: Options { workers: 1, ..Options::default() },
    };
    if let Err(error) = Entry::of::<Tribes, OnThreads>().check(&config) {
        check_message(&error.to_string());
    }
}
