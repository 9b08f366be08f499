//! Finds out which rank hangs.
//!
//! Who waits for a message cannot know for whom: the rank that it is from may wait itself. So a rank
//! that has waited too long asks all others whether they are there. All that wait, for whatever,
//! answer; the ones that do not are those for whom all wait, and the lowest of the ranks that are
//! there says so and ends the job.

use std::time::{Duration, Instant};

use mpi::datatype::Equivalence;
use mpi::point_to_point::{Destination, Source};
use mpi::request::StaticScope;
use mpi::topology::{Communicator, SimpleCommunicator};

use crate::guard;
use crate::network::Network;

/// Tags of a question and of its answer. Each is the time of the question.
const QUESTION: i32 = 3;
const ANSWER: i32 = 4;

/// A wait of one rank, while it lasts.
pub(crate) struct Roll<'a> {
    network: &'a Network,
    since: Instant,
    asked: Option<Asked>,
}

/// What a rank has asked, and who has answered.
struct Asked {
    number: u64,
    at: Instant,
    there: Vec<bool>,
}

impl<'a> Roll<'a> {
    pub(crate) fn new(network: &'a Network) -> Self {
        Self { network, since: Instant::now(), asked: None }
    }

    /// Answers who has asked, and asks if this has lasted too long. To be called now and then.
    pub(crate) fn look(&mut self) {
        let world = SimpleCommunicator::world();
        while let Some((from, number)) = take(&world, QUESTION) {
            tell(&world, from, ANSWER, number);
        }
        let patience = guard::patience();
        let own = self.network.rank();
        let Some(asked) = &mut self.asked else {
            if self.since.elapsed() > patience && self.network.size() > 1 {
                let number = self.since.elapsed().as_nanos() as u64;
                let mut there = vec![false; self.network.size() as usize];
                there[own as usize] = true;
                (0..self.network.size())
                    .filter(|rank| *rank != own)
                    .for_each(|rank| tell(&world, rank, QUESTION, number));
                self.asked = Some(Asked { number, at: Instant::now(), there });
            }
            return;
        };
        while let Some((from, number)) = take(&world, ANSWER) {
            // What was asked in an earlier wait may be answered late.
            asked.there[from as usize] |= number == asked.number;
        }
        // Time for the others to come back from whatever they do, and for their threads to run.
        let grace = (patience / 2).clamp(Duration::from_secs(1), Duration::from_secs(10));
        let first = asked.there.iter().position(|there| *there).unwrap_or(0);
        // If the first does not speak, the next does.
        let turn = if first == own as usize { grace } else { 3 * grace };
        if asked.at.elapsed() > turn {
            accuse(self.network, &asked.there, self.since.elapsed());
        }
    }
}

/// Names the ranks that are not there, and ends the job.
fn accuse(network: &Network, there: &[bool], waited: Duration) -> ! {
    let missing: Vec<u32> =
        (0..).zip(there).filter(|(_, there)| !**there).map(|(rank, _)| rank).collect();
    let seconds = waited.as_secs();
    let own = network.rank();
    if missing.is_empty() {
        guard::say(&format!(
            "no rank has got on for {seconds} s, though all answer, says rank {own}: a message was lost"
        ));
    } else {
        const MOST: usize = 8;
        let mut names: Vec<String> =
            missing.iter().take(MOST).map(|rank| guard::name_of(*rank)).collect();
        if missing.len() > MOST {
            names.push(format!("and {} more", missing.len() - MOST));
        }
        let hang = if missing.len() == 1 { "hangs" } else { "hang" };
        guard::say(&format!(
            "{} {hang}, says rank {own}: the others have waited for {seconds} s",
            names.join(", ")
        ));
    }
    flockwork_cli::abandon();
    std::process::exit(1)
}

/// The next message of this tag, and whom it is from.
fn take(world: &SimpleCommunicator, tag: i32) -> Option<(u32, u64)> {
    let (message, status) = world.any_process().immediate_matched_probe_with_tag(tag)?;
    let mut number = 0u64;
    debug_assert_eq!(status.count(u64::equivalent_datatype()), 1);
    message.matched_receive_into(&mut number);
    Some((status.source_rank() as u32, number))
}

/// Sends a number to a rank that may not be there to take it.
fn tell(world: &SimpleCommunicator, to: u32, tag: i32, number: u64) {
    // Kept for ever, as the request is: eight bytes now and then, in a job that hangs.
    let number: &'static u64 = Box::leak(Box::new(number));
    let process = world.process_at_rank(to as i32);
    std::mem::forget(process.immediate_send_with_tag(StaticScope, number, tag));
}
