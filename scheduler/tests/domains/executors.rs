//! Executors that do what a scheduler may do, and some that do what it must not.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::rc::Rc;

use flockwork_kernel::rng;
use flockwork_scheduler::{
    Domain, Executor, Frame, Lane, Loopback, LoopbackPort, Model, NoClock, Progress,
    SimulationError, StepError, Transport, advance,
};

/// Polls domains in random order, and lets mail arrive late.
pub struct Shuffled {
    post: Loopback,
    seed: u64,
    polls: u32,
}

impl Shuffled {
    pub fn new(seed: u64) -> Self {
        Self { post: Loopback::new(0), seed, polls: 0 }
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
        let mut done = vec![false; domains.len()];
        while done.contains(&false) {
            self.polls += 1;
            let [who, late, ..] = rng::draw(self.seed, frame.tick.number, self.polls, 0);
            let at = rng::below(who, domains.len() as u32) as usize;
            if done[at] {
                continue;
            }
            let port = self.post.port(domains[at].id());
            let mut port = Late { port, late: late % 3 == 0 };
            let progress = advance(&mut domains[at], frame, &mut port)?;
            done[at] = progress == Progress::Done;
        }
        Ok(Progress::Done)
    }

    fn memory_bytes(&self) -> usize {
        0
    }
}

/// A port whose mail may be late.
struct Late<'a> {
    port: LoopbackPort<'a>,
    late: bool,
}

impl Transport for Late<'_> {
    type Error = Infallible;

    fn send(
        &mut self,
        to: u32,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Infallible> {
        self.port.send(to, lane, len, fill)
    }

    fn tell(
        &mut self,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Infallible> {
        self.port.tell(lane, len, fill)
    }

    fn close(&mut self, lane: Lane) -> Result<(), Infallible> {
        self.port.close(lane)
    }

    fn ready(&mut self, lane: Lane) -> Result<bool, Infallible> {
        Ok(!self.late && self.port.ready(lane)?)
    }

    fn visit(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Infallible> {
        self.port.visit(lane, each)
    }

    fn hear(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Infallible> {
        self.port.hear(lane, each)
    }

    fn clear(&mut self, lane: Lane) -> Result<(), Infallible> {
        self.port.clear(lane)
    }
}

/// A message on its way: (lane, tick, from, to).
pub type Way = (Lane, u64, u32, u32);

/// Turns a message into those that arrive instead of it, each with its sender.
pub type Change = dyn FnMut(Way, &[u8]) -> Vec<(u32, Vec<u8>)>;

/// Runs domains in order on mail that somebody tampers with.
pub struct Tampered {
    post: Loopback,
    change: Rc<RefCell<Change>>,
}

impl Tampered {
    pub fn new(change: impl FnMut(Way, &[u8]) -> Vec<(u32, Vec<u8>)> + 'static) -> Self {
        Self { post: Loopback::new(0), change: Rc::new(RefCell::new(change)) }
    }
}

impl Executor for Tampered {
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
        let mut waiting = true;
        while waiting {
            waiting = false;
            for domain in domains.iter_mut() {
                let to = domain.id();
                let (tick, change) = (frame.tick.number, Rc::clone(&self.change));
                let mut port = TamperedPort { port: self.post.port(to), change, tick, to };
                let progress = advance(domain, frame, &mut port)?;
                waiting |= progress == Progress::Waiting;
            }
        }
        Ok(Progress::Done)
    }

    fn memory_bytes(&self) -> usize {
        0
    }
}

struct TamperedPort<'a> {
    port: LoopbackPort<'a>,
    change: Rc<RefCell<Change>>,
    tick: u64,
    to: u32,
}

impl Transport for TamperedPort<'_> {
    type Error = Infallible;

    fn send(
        &mut self,
        to: u32,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Infallible> {
        self.port.send(to, lane, len, fill)
    }

    fn tell(
        &mut self,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Infallible> {
        self.port.tell(lane, len, fill)
    }

    fn close(&mut self, lane: Lane) -> Result<(), Infallible> {
        self.port.close(lane)
    }

    fn ready(&mut self, lane: Lane) -> Result<bool, Infallible> {
        self.port.ready(lane)
    }

    fn visit(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Infallible> {
        let (tick, to, change) = (self.tick, self.to, Rc::clone(&self.change));
        self.port.visit(lane, &mut |from, bytes| {
            for (from, bytes) in change.borrow_mut()((lane, tick, from, to), bytes) {
                each(from, &bytes);
            }
        })
    }

    fn hear(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Infallible> {
        let (tick, to, change) = (self.tick, self.to, Rc::clone(&self.change));
        self.port.hear(lane, &mut |from, bytes| {
            for (from, bytes) in change.borrow_mut()((lane, tick, from, to), bytes) {
                each(from, &bytes);
            }
        })
    }

    fn clear(&mut self, lane: Lane) -> Result<(), Infallible> {
        self.port.clear(lane)
    }
}

/// Runs domains in order, and fails at some call of their transports or of `sum`.
pub struct Broken {
    post: Loopback,
    /// The tick from which on calls are counted.
    tick: u64,
    /// How many calls succeed.
    left: Cell<u32>,
    /// Whether it panics instead.
    panics: bool,
    now: u64,
}

impl Broken {
    pub fn new(tick: u64, call: u32, panics: bool) -> Self {
        Self { post: Loopback::new(0), tick, left: Cell::new(call), panics, now: 0 }
    }

    fn call(&self) -> Result<(), &'static str> {
        if self.now < self.tick {
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

impl Executor for Broken {
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
        self.now = frame.tick.number;
        let mut waiting = true;
        while waiting {
            waiting = false;
            for domain in domains.iter_mut() {
                let mut port = BrokenPort { port: self.post.port(domain.id()), broken: self };
                let progress = advance(domain, frame, &mut port).map_err(|error| match error {
                    StepError::Domain(error) => error.into(),
                    StepError::Panicked(panicked) => panicked.into(),
                    other => SimulationError::Transport(other.to_string()),
                })?;
                waiting |= progress == Progress::Waiting;
            }
        }
        Ok(Progress::Done)
    }

    fn sum(&mut self, _values: &mut [u64]) -> Result<Progress, SimulationError> {
        self.call().map_err(|problem| SimulationError::Transport(problem.into()))?;
        Ok(Progress::Done)
    }

    fn memory_bytes(&self) -> usize {
        0
    }
}

struct BrokenPort<'a> {
    port: LoopbackPort<'a>,
    broken: &'a Broken,
}

impl BrokenPort<'_> {
    fn then<R>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<R, Infallible>,
    ) -> Result<R, &'static str> {
        self.broken.call()?;
        work(self).map_err(|never| match never {})
    }
}

impl Transport for BrokenPort<'_> {
    type Error = &'static str;

    fn send(
        &mut self,
        to: u32,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), &'static str> {
        self.then(|this| this.port.send(to, lane, len, fill))
    }

    fn tell(
        &mut self,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), &'static str> {
        self.then(|this| this.port.tell(lane, len, fill))
    }

    fn close(&mut self, lane: Lane) -> Result<(), &'static str> {
        self.then(|this| this.port.close(lane))
    }

    fn ready(&mut self, lane: Lane) -> Result<bool, &'static str> {
        self.then(|this| this.port.ready(lane))
    }

    fn visit(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), &'static str> {
        self.then(|this| this.port.visit(lane, each))
    }

    fn hear(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), &'static str> {
        self.then(|this| this.port.hear(lane, each))
    }

    fn clear(&mut self, lane: Lane) -> Result<(), &'static str> {
        self.then(|this| this.port.clear(lane))
    }
}

/// Polls one domain at a time, and comes back each time.
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
        self.next = (self.next + 1) % domains.len();
        let mut poll = |at: usize| {
            let mut port = self.post.port(domains[at].id());
            advance(&mut domains[at], frame, &mut port)
        };
        if poll(self.next)? == Progress::Waiting {
            return Ok(Progress::Waiting);
        }
        for domain in domains {
            let mut port = self.post.port(domain.id());
            if advance(domain, frame, &mut port)? == Progress::Waiting {
                return Ok(Progress::Waiting);
            }
        }
        Ok(Progress::Done)
    }

    fn memory_bytes(&self) -> usize {
        0
    }
}
