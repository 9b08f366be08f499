//! Runs the domains of a simulated crowd on MPI ranks.
//!
//! Each rank owns a contiguous share of the world's domains, in a
//! [`Simulation`](flockwork_scheduler::Simulation) of its own, and polls them on threads. This
//! crate only carries mail between ranks and adds up integers; partition, ghosts, migration,
//! events and rebalancing are `flockwork-scheduler`'s.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`network`] | the only module that calls MPI |
//! | [`roll`] | finds out which rank hangs |
//! | [`ranks`] | the executor: threads within a rank, packets between ranks |
//! | [`inbox`] | what came from other ranks, found by receiver |
//! | [`codec`] | ghosts as differences from what was sent before |
//! | [`world`] | a rank's part of a run, as the command line drives it |
//! | [`command`] | the command line on the ranks of a job |
//! | [`guard`] | errors, panics and deaths end all ranks, with a word on why |
//! | [`watch`] | the process that watches over a rank and says how it died |
//! | [`words`] | how far a rank is, for that process |
//! | [`process`] | processes of this machine |

pub mod codec;
pub mod command;
pub mod guard;
pub mod inbox;
pub mod network;
pub mod process;
pub mod ranks;
mod roll;
pub mod watch;
pub mod words;
pub mod world;

pub use network::Network;
pub use ranks::Ranks;
pub use world::OnRanks;
