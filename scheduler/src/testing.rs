//! Schedulers that do what one may do, and some that do what none must: for tests of models, and of
//! transports and executors of one's own.
//!
//! | what | does |
//! | --- | --- |
//! | [`Shuffled`] | polls domains in random order, with mail that is late: the bits must be the same |
//! | [`Slow`] | polls one domain at a time and comes back each time: the bits must be the same |
//! | [`Tampered`] | changes, drops or doubles mail: an error, and never half a tick |
//! | [`Broken`] | fails or panics at a call: an error, and never half a tick |
//!
//! All are built on [`Meddled`], a transport that lets a [`Meddler`] decide about each call.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::convert::Infallible;
use core::fmt::{self, Display};

use flockwork_kernel::rng;

use crate::clock::NoClock;
use crate::domain::{Domain, Progress};
use crate::error::StepError;
use crate::executor::{Executor, advance, in_turn};
use crate::frame::Frame;
use crate::loopback::{Loopback, LoopbackPort};
use crate::model::Model;
use crate::setup::SimulationError;
use crate::transport::{Lane, Transport};

/// A message on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// What it carries.
    pub lane: Lane,
    /// The tick of the frame in which it is read.
    pub tick: u64,
    /// Its sender.
    pub from: u32,
    /// Who reads it.
    pub to: u32,
}

/// Decides about the calls of a transport. Does nothing, unless told otherwise.
pub trait Meddler {
    /// What a call can end with.
    type Error;

    /// Is asked before each call, by the name of the transport's function, in a tick.
    ///
    /// # Errors
    ///
    /// What the call then ends with; nothing was done.
    fn call(&self, _function: &'static str, _tick: u64) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Whether mail that is there is not there yet.
    fn late(&self) -> bool {
        false
    }

    /// Shows what arrives instead of a message, with its sender.
    fn change(&self, way: Way, bytes: &[u8], each: &mut dyn FnMut(u32, &[u8])) {
        each(way.from, bytes);
    }
}

/// A port of a loopback with somebody in between.
#[derive(Debug)]
pub struct Meddled<'a, D> {
    port: LoopbackPort<'a>,
    meddler: &'a D,
    domain: u32,
    tick: u64,
}

impl<'a, D: Meddler> Meddled<'a, D> {
    /// The port of a domain, in a tick.
    pub fn new(post: &'a Loopback, meddler: &'a D, domain: u32, tick: u64) -> Self {
        Self { port: post.port(domain), meddler, domain, tick }
    }

    fn then<R>(
        &mut self,
        function: &'static str,
        work: impl FnOnce(&mut LoopbackPort<'a>) -> Result<R, Infallible>,
    ) -> Result<R, D::Error> {
        self.meddler.call(function, self.tick)?;
        work(&mut self.port).map_err(|never| match never {})
    }
}

impl<D: Meddler> Transport for Meddled<'_, D> {
    type Error = D::Error;

    fn send(
        &mut self,
        to: u32,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), D::Error> {
        self.then("send", |port| port.send(to, lane, len, fill))
    }

    fn tell(
        &mut self,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), D::Error> {
        self.then("tell", |port| port.tell(lane, len, fill))
    }

    fn close(&mut self, lane: Lane) -> Result<(), D::Error> {
        self.then("close", |port| port.close(lane))
    }

    fn ready(&mut self, lane: Lane) -> Result<bool, D::Error> {
        let late = self.meddler.late();
        self.then("ready", |port| Ok(!late && port.ready(lane)?))
    }

    fn visit(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), D::Error> {
        let (meddler, tick, to) = (self.meddler, self.tick, self.domain);
        self.then("visit", |port| {
            port.visit(lane, &mut |from, bytes| {
                meddler.change(Way { lane, tick, from, to }, bytes, each);
            })
        })
    }

    fn hear(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), D::Error> {
        let (meddler, tick, to) = (self.meddler, self.tick, self.domain);
        self.then("hear", |port| {
            port.hear(lane, &mut |from, bytes| {
                meddler.change(Way { lane, tick, from, to }, bytes, each);
            })
        })
    }

    fn clear(&mut self, lane: Lane) -> Result<(), D::Error> {
        self.then("clear", |port| port.clear(lane))
    }
}

/// Polls a domain over a meddled port.
fn poll<M: Model, D: Meddler<Error: Display>>(
    domain: &mut Domain<M>,
    frame: &Frame<'_, M>,
    post: &Loopback,
    meddler: &D,
) -> Result<Progress, SimulationError> {
    let mut port = Meddled::new(post, meddler, domain.id(), frame.tick.number);
    advance(domain, frame, &mut port).map_err(|error| match error {
        StepError::Domain(error) => error.into(),
        StepError::Panicked(panicked) => panicked.into(),
        StepError::Transport(error) => SimulationError::Transport(error.to_string()),
    })
}

/// Runs domains in order with somebody in between.
#[derive(Debug)]
pub struct Meddling<D> {
    post: Loopback,
    meddler: D,
}

impl<D> Meddling<D> {
    /// An executor whose mail goes through `meddler`.
    pub fn with(meddler: D) -> Self {
        Self { post: Loopback::new(0), meddler }
    }
}

impl<D: Meddler<Error: Display>> Executor for Meddling<D> {
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

    fn drive<M: Model>(
        &mut self,
        domains: &mut [Domain<M>],
        frame: &Frame<'_, M>,
    ) -> Result<Progress, SimulationError> {
        in_turn(domains, |domain| poll(domain, frame, &self.post, &self.meddler))
    }

    fn sum(&mut self, _values: &mut [u64]) -> Result<Progress, SimulationError> {
        // Of the tick before it, since the last call knows which that was.
        let failed = self.meddler.call("sum", u64::MAX);
        failed.map_err(|problem| SimulationError::Transport(problem.to_string()))?;
        Ok(Progress::Done)
    }

    fn memory_bytes(&self) -> usize {
        self.post.memory_bytes()
    }
}

/// Turns a message into those that arrive instead of it, each with its sender.
type Change = dyn FnMut(Way, &[u8]) -> Vec<(u32, Vec<u8>)>;

/// Changes mail.
pub struct Tampering(RefCell<Box<Change>>);

impl fmt::Debug for Tampering {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tampering")
    }
}

impl Meddler for Tampering {
    type Error = Infallible;

    fn change(&self, way: Way, bytes: &[u8], each: &mut dyn FnMut(u32, &[u8])) {
        for (from, bytes) in self.0.borrow_mut()(way, bytes) {
            each(from, &bytes);
        }
    }
}

/// Runs domains in order on mail that somebody tampers with.
pub type Tampered = Meddling<Tampering>;

impl Tampered {
    /// `change` gives, for each message, those that arrive instead of it, each with its sender.
    pub fn new(change: impl FnMut(Way, &[u8]) -> Vec<(u32, Vec<u8>)> + 'static) -> Self {
        Self::with(Tampering(RefCell::new(Box::new(change))))
    }
}

/// Fails at some call.
#[derive(Debug)]
pub struct Breaking {
    /// The tick from which on calls are counted.
    tick: u64,
    /// The tick of the last call.
    now: Cell<u64>,
    /// How many calls succeed.
    left: Cell<u32>,
    /// Whether it panics instead.
    panics: bool,
}

impl Meddler for Breaking {
    type Error = &'static str;

    fn call(&self, function: &'static str, tick: u64) -> Result<(), &'static str> {
        if function != "sum" {
            self.now.set(tick);
        }
        if self.now.get() < self.tick {
            return Ok(());
        }
        match self.left.get().checked_sub(1) {
            Some(left) => self.left.set(left),
            None if self.panics => panic!("cut off"),
            None => return Err("cut off"),
        }
        Ok(())
    }
}

/// Runs domains in order, and fails at some call of their transports or of `sum`.
pub type Broken = Meddling<Breaking>;

impl Broken {
    /// From `tick` on, `calls` calls succeed; then each fails, or panics.
    pub fn new(tick: u64, calls: u32, panics: bool) -> Self {
        let (now, left) = (Cell::new(0), Cell::new(calls));
        Self::with(Breaking { tick, now, left, panics })
    }
}

/// Polls domains in random order, and lets mail arrive late.
#[derive(Debug)]
pub struct Shuffled {
    post: Loopback,
    seed: u64,
    polls: u32,
}

impl Shuffled {
    /// Another seed is another order.
    pub fn new(seed: u64) -> Self {
        Self { post: Loopback::new(0), seed, polls: 0 }
    }
}

/// Whether mail is late.
struct Late(bool);

impl Meddler for Late {
    type Error = Infallible;

    fn late(&self) -> bool {
        self.0
    }
}

impl Executor for Shuffled {
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

    fn drive<M: Model>(
        &mut self,
        domains: &mut [Domain<M>],
        frame: &Frame<'_, M>,
    ) -> Result<Progress, SimulationError> {
        let mut done = alloc::vec![false; domains.len()];
        while done.contains(&false) {
            self.polls = self.polls.wrapping_add(1);
            let [who, late, ..] = rng::draw(self.seed, frame.tick.number, self.polls, 0);
            let at = rng::below(who, domains.len() as u32) as usize;
            if !done[at] {
                let late = Late(late % 3 == 0);
                done[at] = poll(&mut domains[at], frame, &self.post, &late)? == Progress::Done;
            }
        }
        Ok(Progress::Done)
    }

    fn memory_bytes(&self) -> usize {
        self.post.memory_bytes()
    }
}

/// Polls one domain at a time, and comes back each time.
#[derive(Debug)]
pub struct Slow {
    post: Loopback,
    next: usize,
}

impl Default for Slow {
    fn default() -> Self {
        Self { post: Loopback::new(0), next: 0 }
    }
}

impl Executor for Slow {
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

    fn drive<M: Model>(
        &mut self,
        domains: &mut [Domain<M>],
        frame: &Frame<'_, M>,
    ) -> Result<Progress, SimulationError> {
        self.next = (self.next + 1) % domains.len().max(1);
        // Another one first each time.
        let (before, from) = domains.split_at_mut(self.next);
        for domain in from.iter_mut().chain(before) {
            if poll(domain, frame, &self.post, &Late(false))? == Progress::Waiting {
                return Ok(Progress::Waiting);
            }
        }
        Ok(Progress::Done)
    }

    fn memory_bytes(&self) -> usize {
        self.post.memory_bytes()
    }
}
