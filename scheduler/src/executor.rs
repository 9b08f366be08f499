//! Who polls which domain when, and carries the mail.

use core::ops::Range;

use flockwork_kernel::float_mode;

use crate::clock::{Clock, NoClock};
use crate::domain::{Domain, Progress, SPARE};
use crate::error::{DomainError, Panicked, StepError};
use crate::frame::Frame;
use crate::guard::caught;
use crate::loopback::Loopback;
use crate::model::Model;
use crate::setup::SimulationError;
use crate::transport::Transport;

/// Decides who polls which domain when, and carries the mail.
///
/// A world may be shared by several processes (ranks, or workers without a common heap). Each has
/// a [`Simulation`](crate::Simulation) of its own, whose executor names the domains that live
/// there, carries mail to those that do not, and adds up integers over all processes.
pub trait Executor {
    /// Tells the time for metrics.
    type Clock: Clock + Clone;

    /// The clock.
    fn clock(&self) -> Self::Clock;

    /// The number of workers.
    fn workers(&self) -> usize;

    /// Which of the world's domains live in this process; all of them, if it is the only one.
    fn share(&self, domains: u32) -> Range<u32> {
        0..domains
    }

    /// Makes mailboxes for a world of this many domains.
    fn open(&mut self, domains: usize);

    /// Hears that the world was cut anew: other domains meet, and memory for mail between those that
    /// did is not needed any more.
    fn recut(&mut self) {}

    /// Polls every domain of this process, with [`advance`], until all are done, or as far as the
    /// mail of other processes allows.
    ///
    /// # Errors
    ///
    /// The error of the domain with the lowest number, or that of the transport.
    fn drive<M: Model>(
        &mut self,
        domains: &mut [Domain<M>],
        frame: &Frame<'_, M>,
    ) -> Result<Progress, SimulationError>;

    /// Adds up each of the values over all processes, wrapping; called again with the same values
    /// until it is done.
    ///
    /// # Errors
    ///
    /// If another process cannot be reached.
    fn sum(&mut self, _values: &mut [u64]) -> Result<Progress, SimulationError> {
        Ok(Progress::Done)
    }

    /// Bytes of memory in use for mail.
    fn memory_bytes(&self) -> usize;
}

/// Polls a domain once; gives it more room where it asks, if the frame allows. With the feature
/// `std` a panic of the model becomes an error.
///
/// # Errors
///
/// As [`Domain::poll`], and [`StepError::Panicked`]; [`DomainError::FloatMode`] if the calling thread
/// computes in another way than every other one.
pub fn advance<M: Model, T: Transport>(
    domain: &mut Domain<M>,
    frame: &Frame<'_, M>,
    net: &mut T,
) -> Result<Progress, StepError<T::Error>> {
    float_mode::check().map_err(|mode| {
        let (worker, tick) = (frame.clock.worker(), frame.tick.number);
        DomainError::FloatMode { mode, worker, tick }
    })?;
    loop {
        match caught(|| domain.poll(frame, net)) {
            Ok(Err(StepError::Domain(DomainError::Capacity { what, needed, .. })))
                if frame.grow =>
            {
                domain.make_room(what, needed + needed / 8 + SPARE)?;
            }
            Ok(result) => return result,
            Err(message) => {
                frame.clock.hear(None);
                let place = domain.place(frame.tick.number);
                let worker = frame.clock.worker();
                return Err(StepError::Panicked(Panicked { message, place, worker }));
            }
        }
    }
}

/// Polls domains in turn until all are done.
pub(crate) fn in_turn<M: Model>(
    domains: &mut [Domain<M>],
    mut poll: impl FnMut(&mut Domain<M>) -> Result<Progress, SimulationError>,
) -> Result<Progress, SimulationError> {
    let mut waiting = true;
    while waiting {
        waiting = false;
        for domain in domains.iter_mut() {
            waiting |= poll(domain)? == Progress::Waiting;
        }
    }
    Ok(Progress::Done)
}

/// Runs all domains on the calling thread, over a [`Loopback`]: the specification.
#[derive(Debug)]
pub struct Serial {
    post: Loopback,
}

impl Default for Serial {
    fn default() -> Self {
        Self { post: Loopback::new(0) }
    }
}

impl Executor for Serial {
    type Clock = NoClock;

    fn clock(&self) -> NoClock {
        NoClock
    }

    fn workers(&self) -> usize {
        1
    }

    fn open(&mut self, domains: usize) {
        self.post = Loopback::new(domains);
    }

    fn recut(&mut self) {
        self.post.trim();
    }

    fn drive<M: Model>(
        &mut self,
        domains: &mut [Domain<M>],
        frame: &Frame<'_, M>,
    ) -> Result<Progress, SimulationError> {
        in_turn(domains, |domain| Ok(advance(domain, frame, &mut self.post.port(domain.id()))?))
    }

    fn memory_bytes(&self) -> usize {
        self.post.memory_bytes()
    }
}
