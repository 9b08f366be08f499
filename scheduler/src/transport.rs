//! How domains' mail travels; [`Loopback`](crate::Loopback) is the specification.
//!
//! In each exchange a domain sends any number of messages on a lane, to one other domain or to all
//! of them, closes the lane, and waits until the lane is ready: everything that was sent to it has
//! arrived. It then visits the messages, in ascending order of their senders, and clears the lane.
//! Nothing blocks.
//!
//! # A transport of one's own
//!
//! Here over channels of the standard library, as it might be over sockets. Each domain has the end of
//! one channel, and everybody the other ends. A channel keeps the order of one sender, so that the
//! word that it has closed the lane comes behind all of its mail.
//!
//! ```
//! use std::collections::VecDeque;
//! use std::sync::mpsc::{Receiver, Sender, channel};
//!
//! use flockwork_scheduler::transport::{LANE_COUNT, Lane, Transport};
//!
//! #[derive(Clone)]
//! enum Mail {
//!     Sent(Vec<u8>),
//!     Told(Vec<u8>),
//!     Closed,
//! }
//!
//! /// One domain's end.
//! struct Port {
//!     domain: u32,
//!     to: Vec<Sender<(u32, Lane, Mail)>>,
//!     from: Receiver<(u32, Lane, Mail)>,
//!     /// What has come, by lane and sender, oldest first.
//!     come: [Vec<VecDeque<Mail>>; LANE_COUNT],
//! }
//!
//! impl Port {
//!     fn post(&self, to: u32, lane: Lane, mail: Mail) -> Result<(), &'static str> {
//!         let sent = self.to[to as usize].send((self.domain, lane, mail));
//!         sent.map_err(|_| "a domain has gone away")
//!     }
//!
//!     /// Shows the messages of this exchange, which end where a sender has closed the lane.
//!     fn show(&self, lane: Lane, mut each: impl FnMut(u32, &Mail)) {
//!         for (from, mail) in (0..).zip(&self.come[lane as usize]) {
//!             let this = mail.iter().take_while(|mail| !matches!(mail, Mail::Closed));
//!             this.for_each(|mail| each(from, mail));
//!         }
//!     }
//! }
//!
//! impl Transport for Port {
//!     type Error = &'static str;
//!
//!     fn send(
//!         &mut self,
//!         to: u32,
//!         lane: Lane,
//!         len: usize,
//!         fill: &mut dyn FnMut(&mut [u8]),
//!     ) -> Result<(), &'static str> {
//!         let mut bytes = vec![0; len];
//!         fill(&mut bytes);
//!         self.post(to, lane, Mail::Sent(bytes))
//!     }
//!
//!     fn tell(
//!         &mut self,
//!         lane: Lane,
//!         len: usize,
//!         fill: &mut dyn FnMut(&mut [u8]),
//!     ) -> Result<(), &'static str> {
//!         let mut bytes = vec![0; len];
//!         fill(&mut bytes);
//!         let others = (0..self.to.len() as u32).filter(|to| *to != self.domain);
//!         others.into_iter().try_for_each(|to| self.post(to, lane, Mail::Told(bytes.clone())))
//!     }
//!
//!     fn close(&mut self, lane: Lane) -> Result<(), &'static str> {
//!         (0..self.to.len() as u32).try_for_each(|to| self.post(to, lane, Mail::Closed))
//!     }
//!
//!     fn ready(&mut self, lane: Lane) -> Result<bool, &'static str> {
//!         // Never blocks: what is not there yet is there at a later call.
//!         for (from, lane, mail) in self.from.try_iter() {
//!             self.come[lane as usize][from as usize].push_back(mail);
//!         }
//!         let closed = |mail: &VecDeque<Mail>| mail.iter().any(|one| matches!(one, Mail::Closed));
//!         Ok(self.come[lane as usize].iter().all(closed))
//!     }
//!
//!     fn visit(
//!         &mut self,
//!         lane: Lane,
//!         each: &mut dyn FnMut(u32, &[u8]),
//!     ) -> Result<(), &'static str> {
//!         self.show(lane, |from, mail| {
//!             if let Mail::Sent(bytes) = mail {
//!                 each(from, bytes);
//!             }
//!         });
//!         Ok(())
//!     }
//!
//!     fn hear(
//!         &mut self,
//!         lane: Lane,
//!         each: &mut dyn FnMut(u32, &[u8]),
//!     ) -> Result<(), &'static str> {
//!         self.show(lane, |from, mail| {
//!             if let Mail::Told(bytes) = mail {
//!                 each(from, bytes);
//!             }
//!         });
//!         Ok(())
//!     }
//!
//!     fn clear(&mut self, lane: Lane) -> Result<(), &'static str> {
//!         for mail in &mut self.come[lane as usize] {
//!             while !matches!(mail.pop_front(), Some(Mail::Closed) | None) {}
//!         }
//!         Ok(())
//!     }
//! }
//!
//! // Three domains, each on a thread of its own, that write to the next one and tell all.
//! let (to, from): (Vec<_>, Vec<_>) = (0..3).map(|_| channel()).unzip();
//! let ports = (0..).zip(from).map(|(domain, from)| {
//!     let come = [(); LANE_COUNT].map(|_| vec![VecDeque::new(); 3]);
//!     Port { domain, to: to.clone(), from, come }
//! });
//! let threads = ports.map(|mut port| {
//!     std::thread::spawn(move || {
//!         let me = port.domain;
//!         for exchange in 0..4 {
//!             let mut letter = |bytes: &mut [u8]| bytes.copy_from_slice(&[me as u8, exchange]);
//!             port.send((me + 1) % 3, Lane::Move, 2, &mut letter)?;
//!             port.tell(Lane::Move, 1, &mut |bytes| bytes[0] = exchange)?;
//!             port.close(Lane::Move)?;
//!             while !port.ready(Lane::Move)? {
//!                 std::thread::yield_now();
//!             }
//!             let before = (me + 2) % 3;
//!             let (mut letters, mut told) = (Vec::new(), Vec::new());
//!             port.visit(Lane::Move, &mut |from, bytes| letters.push((from, bytes.to_vec())))?;
//!             port.hear(Lane::Move, &mut |from, bytes| told.push((from, bytes[0])))?;
//!             assert_eq!(letters, [(before, vec![before as u8, exchange])]);
//!             assert!(told.into_iter().eq((0..3).filter(|d| *d != me).map(|d| (d, exchange))));
//!             port.clear(Lane::Move)?;
//!         }
//!         // Until the others have read all.
//!         Ok::<Port, &'static str>(port)
//!     })
//! });
//! let threads: Vec<_> = threads.collect();
//! let ports: Vec<_> = threads.into_iter().map(|one| one.join().unwrap().unwrap()).collect();
//! assert_eq!(ports.len(), 3);
//! ```
//!
//! An [`Executor`](crate::Executor) hands each domain its port when it polls it, with
//! [`advance`](crate::advance). Whether all is right, the suite of the feature `conformance` tells.

/// What a message carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Events, and the keys of births.
    Post = 0,
    /// Entities that migrate, and ghosts.
    Move = 1,
    /// What a pass left, for the ghosts of the next one.
    Share = 2,
}

/// The number of lanes.
pub const LANE_COUNT: usize = 3;

impl Lane {
    /// All of them.
    pub const ALL: [Self; LANE_COUNT] = [Self::Post, Self::Move, Self::Share];
}

/// Carries one domain's mail.
pub trait Transport {
    /// What can go wrong.
    type Error;

    /// Sends `len` bytes to domain `to`; `fill` writes them in place. At most one message per
    /// receiver, lane and exchange.
    ///
    /// # Errors
    ///
    /// If the message cannot be taken; it was not sent then.
    fn send(
        &mut self,
        to: u32,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Self::Error>;

    /// Sends `len` bytes to all other domains at once; `fill` writes them in place. At most one such
    /// message per lane and exchange; there may be others to single domains.
    ///
    /// # Errors
    ///
    /// As [`Transport::send`].
    fn tell(
        &mut self,
        lane: Lane,
        len: usize,
        fill: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), Self::Error>;

    /// Says that this domain has sent all its mail of this lane and exchange.
    ///
    /// # Errors
    ///
    /// If the transport has failed.
    fn close(&mut self, lane: Lane) -> Result<(), Self::Error>;

    /// True once all mail of this lane and exchange has arrived; never blocks.
    ///
    /// # Errors
    ///
    /// If the transport has failed, such as for a peer that died.
    fn ready(&mut self, lane: Lane) -> Result<bool, Self::Error>;

    /// Shows every message that was sent to this domain, in ascending order of senders, and keeps
    /// it.
    ///
    /// # Errors
    ///
    /// If the transport has failed.
    fn visit(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Self::Error>;

    /// Shows every message that another domain has told all, in ascending order of senders, and
    /// keeps it.
    ///
    /// # Errors
    ///
    /// If the transport has failed.
    fn hear(&mut self, lane: Lane, each: &mut dyn FnMut(u32, &[u8])) -> Result<(), Self::Error>;

    /// Drops the messages that arrived, and opens the lane for the next exchange.
    ///
    /// # Errors
    ///
    /// If the transport has failed.
    fn clear(&mut self, lane: Lane) -> Result<(), Self::Error>;
}
