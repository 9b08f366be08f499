//! Simulations on web workers: each one is a rank, with a share of the world's domains.

use alloc::boxed::Box;
use alloc::format;

use flockwork_scheduler::registry::{self, AnyWorld, Shares};
use flockwork_scheduler::{Backend, Cut, SimulationError};

use crate::board::{Board, BoardPort};
use crate::boxes::Boxes;
use crate::mail::Mail;
use crate::ranks::Ranks;

/// The most ranks.
pub const MAX_RANKS: u32 = 16;

/// Which rank a simulation is, and how the world is cut; no choice here changes a result.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// This rank.
    pub rank: u32,
    /// How many ranks there are.
    pub ranks: u32,
    /// The cut of the world; None chooses one for the ranks.
    pub cut: Option<Cut>,
    /// Whether the world is cut anew when the work becomes uneven.
    pub rebalance: bool,
    /// The mailboxes of all ranks; None if JavaScript moves the mail.
    pub board: Option<&'static Board>,
}

impl Default for Options {
    fn default() -> Self {
        Self { rank: 0, ranks: 1, cut: None, rebalance: true, board: None }
    }
}

/// A rank's part of a simulation, whatever its model.
pub type World = Box<dyn AnyWorld<Ranks<Mail>>>;

/// A model of a module.
pub type Entry = registry::Entry<Options, World, SimulationError>;

/// Runs simulations on web workers.
#[derive(Clone, Copy, Debug)]
pub struct OnWorkers;

impl Backend for OnWorkers {
    type Options = Options;
    type Executor = Ranks<Mail>;
    type Made = World;
    type Error = SimulationError;

    fn shares(options: &Options) -> Result<Shares, SimulationError> {
        let Options { rank, ranks, cut, rebalance, .. } = *options;
        if ranks == 0 || ranks > MAX_RANKS || rank >= ranks {
            return Err(SimulationError::Initial(format!(
                "worker {rank} of {ranks}: there must be from 1 to {MAX_RANKS}"
            )));
        }
        Ok(Shares { processes: ranks as usize, workers: 1, cut, rebalance })
    }

    fn executor(options: &Options) -> Result<Ranks<Mail>, SimulationError> {
        let mail = match options.board {
            Some(board) => Mail::Board(BoardPort::new(board, options.rank)),
            None => Mail::Boxes(Boxes::new(options.ranks)),
        };
        Ok(Ranks::new(options.rank, options.ranks, mail))
    }

    fn wrap(world: World, _options: &Options) -> World {
        world
    }
}
