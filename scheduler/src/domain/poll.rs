//! What a poll does: stage after stage, each phase over the parts that it reads and writes.

use super::{Domain, Progress, Stage};
use crate::commit::{self, Commit};
use crate::compute;
use crate::error::{DomainError, Phase, StepError};
use crate::frame::Frame;
use crate::model::{Model, Passes};
use crate::receive::receive;
use crate::route::route;
use crate::share::Share;
use crate::tend;
use crate::transport::{Lane, Transport};

impl<M: Model> Domain<M> {
    /// Goes as far as the mail that has arrived allows; never blocks.
    ///
    /// # Errors
    ///
    /// [`StepError`]. After [`DomainError::Capacity`] nothing was changed, and the domain can be
    /// polled again when it has more room. Any other error stays; that of a transport is
    /// [`DomainError::Mail`] from then on.
    pub fn poll<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<Progress, StepError<T::Error>> {
        let (domain, tick) = (self.id(), frame.tick.number);
        if self.doing.phase().is_some() {
            // The poll before this one ended in a panic.
            return Err(DomainError::Ended { domain, tick }.into());
        }
        let result = self.advance(frame, net);
        self.doing.leave(frame.clock);
        match &result {
            Ok(_) | Err(StepError::Domain(DomainError::Capacity { .. })) => {}
            Err(StepError::Domain(error)) => self.stage = Stage::Failed(*error),
            // A phase that was cut short cannot be begun again.
            Err(_) => self.stage = Stage::Failed(DomainError::Mail { domain, tick }),
        }
        result
    }

    fn advance<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<Progress, StepError<T::Error>> {
        let has_post = commit::has_post::<M>();
        loop {
            match self.stage {
                Stage::Idle => return Ok(Progress::Done),
                Stage::Failed(error) => return Err(error.into()),
                Stage::Tally => {
                    frame.enter(&mut self.doing, Phase::Tally);
                    self.sums.add_up(frame.model, &self.owned, &self.heard);
                    self.plots.add_up(&self.site.topology);
                    self.stage = Stage::Idle;
                }
                Stage::Compute => {
                    self.stage = self.compute(frame, net, 0)?;
                }
                Stage::AwaitShare(number) => {
                    if !net.ready(Lane::Share).map_err(StepError::Transport)? {
                        return Ok(Progress::Waiting);
                    }
                    self.receive_shared(frame, net)?;
                    self.stage = self.compute(frame, net, number)?;
                }
                Stage::AwaitFields => {
                    if !net.ready(Lane::Share).map_err(StepError::Transport)? {
                        return Ok(Progress::Waiting);
                    }
                    self.settle(frame, net)?;
                    self.stage = Stage::AwaitPost;
                }
                Stage::AwaitPost => {
                    if has_post && !net.ready(Lane::Post).map_err(StepError::Transport)? {
                        return Ok(Progress::Waiting);
                    }
                    self.commit(frame, net)?;
                    self.stage = Stage::Route;
                }
                Stage::Route => {
                    self.route(frame, net)?;
                    self.leave(frame, net)?;
                    self.stage = Stage::AwaitMove;
                }
                Stage::AwaitMove => {
                    if self.plots.moving.is_some() {
                        if !net.ready(Lane::Share).map_err(StepError::Transport)? {
                            return Ok(Progress::Waiting);
                        }
                        self.arrive(frame, net)?;
                    }
                    if !net.ready(Lane::Move).map_err(StepError::Transport)? {
                        return Ok(Progress::Waiting);
                    }
                    self.receive(frame, net)?;
                    self.stage = Stage::Idle;
                }
            }
        }
    }

    // Each phase hands out the parts that it reads and writes. They are functions of their own:
    // engines of JavaScript optimise none that is too long.

    /// Sorts, before the first pass; runs passes from this one on, and gives what comes next.
    #[inline(never)]
    fn compute<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
        first: usize,
    ) -> Result<Stage, StepError<T::Error>> {
        let Self { doing, site, owned, ghosts, sorted, entries, plots, post, books, kept, .. } =
            self;
        let mut spent = books.counters.phases;
        let before = &mut kept.owned;
        let reads = |number: usize| M::Passes::READS.get(number).is_some_and(|reads| *reads);
        let next = (first + 1..M::Passes::COUNT).find(|number| reads(*number));
        let last = next.unwrap_or(M::Passes::COUNT);
        let mut work = if first == 0 { plots.work() } else { books.counters.work };
        frame.desks.lend(|desk| {
            if first == 0 {
                frame.enter(doing, Phase::Sort);
                frame.timed(&mut spent.sort_ns, || {
                    compute::sort::<M>(site, ghosts, owned, sorted, before, desk)
                })?;
                post.clear();
                if has_fields::<M>() {
                    frame.timed(&mut spent.sort_ns, || tend::read::<M>(site, owned, plots));
                }
            } else {
                core::mem::swap(&mut desk.entries, entries);
            }
            let mut parts = compute::Parts { site, ghosts, sorted, owned, post };
            for number in first..last {
                frame.enter(doing, Phase::Sort);
                frame.timed(&mut spent.sort_ns, || compute::show(frame, &parts, desk, number))?;
                frame.enter(doing, Phase::Neighbours);
                work += frame.timed(&mut spent.neighbours_ns, || {
                    compute::neighbours(frame, &mut parts, desk, number)
                })?;
            }
            if next.is_some() {
                // The passes after the wait may have another desk.
                core::mem::swap(&mut desk.entries, entries);
            }
            Ok::<_, DomainError>(())
        })?;
        (books.counters.work, books.counters.phases) = (work, spent);
        if let Some(next) = next {
            frame.enter(doing, Phase::Post);
            let (tick, columns) = (frame.tick.number, M::Passes::SHARED);
            let share = Share { tick, site, sorted, entries, columns };
            frame.desks.lend(|desk| share.send(owned, ghosts, &mut desk.shared, books, net))?;
            return Ok(Stage::AwaitShare(next));
        }
        post.settle();
        if commit::has_post::<M>() {
            frame.enter(doing, Phase::Post);
            commit::send_post(frame, site, post, books, net)?;
        }
        if has_fields::<M>() {
            frame.enter(doing, Phase::Post);
            tend::send::<M, T>(frame.tick.number, site, owned, plots, books, net)?;
            return Ok(Stage::AwaitFields);
        }
        Ok(Stage::AwaitPost)
    }

    #[inline(never)]
    fn settle<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let Self { doing, site, owned, plots, books, .. } = self;
        let mut spent = books.counters.phases.commit_ns;
        frame.enter(doing, Phase::Update);
        frame.timed(&mut spent, || tend::settle(frame, site, owned, plots, books, net))?;
        books.counters.phases.commit_ns = spent;
        Ok(())
    }

    /// Sends what is in cells that others hold from now on.
    #[inline(never)]
    fn leave<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let Self { site, plots, books, .. } = self;
        if plots.moving.is_none() {
            return Ok(());
        }
        tend::leave(frame.tick.number, site, plots, books, net)
    }

    #[inline(never)]
    fn arrive<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let Self { site, plots, books, .. } = self;
        match plots.moving.take() {
            Some(before) => tend::arrive(frame.tick.number, site, &before, plots, books, net),
            None => Ok(()),
        }
    }

    #[inline(never)]
    fn receive_shared<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let Self { doing, site, owned, ghosts, sorted, entries, books, .. } = self;
        let mut spent = books.counters.phases.receive_ns;
        frame.enter(doing, Phase::Receive);
        frame.timed(&mut spent, || {
            let (tick, columns) = (frame.tick.number, M::Passes::SHARED);
            let share = Share { tick, site, sorted, entries, columns };
            frame.desks.lend(|desk| share.receive(owned, ghosts, &mut desk.shared, books, net))
        })?;
        books.counters.phases.receive_ns = spent;
        Ok(())
    }

    #[inline(never)]
    fn commit<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let Self { doing, site, owned, sorted, post, books, heard, .. } = self;
        let mut spent = books.counters.phases.commit_ns;
        frame.timed(&mut spent, || {
            Commit { frame, site, sorted, owned, post, books, heard, doing }.run(net)
        })?;
        self.books.counters.phases.commit_ns = spent;
        Ok(())
    }

    #[inline(never)]
    fn route<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let Self { doing, site, owned, own, books, .. } = self;
        let mut spent = books.counters.phases.route_ns;
        frame.enter(doing, Phase::Route);
        frame.timed(&mut spent, || route(frame, site, owned, own, books, net))?;
        books.counters.phases.route_ns = spent;
        Ok(())
    }

    #[inline(never)]
    fn receive<T: Transport>(
        &mut self,
        frame: &Frame<'_, M>,
        net: &mut T,
    ) -> Result<(), StepError<T::Error>> {
        let tick = frame.tick.number;
        let mut spent = self.books.counters.phases.receive_ns;
        frame.enter(&mut self.doing, Phase::Receive);
        frame.timed(&mut spent, || {
            let Self { site, owned, ghosts, own, books, .. } = self;
            receive(tick, site, own, owned, ghosts, books, net)?;
            if frame.tally {
                frame.enter(&mut self.doing, Phase::Tally);
                self.sums.add_up(frame.model, &self.owned, &self.heard);
                self.plots.add_up(&self.site.topology);
            }
            Ok::<(), StepError<T::Error>>(())
        })?;
        self.books.counters.phases.receive_ns = spent;
        self.books.counters.ghosts += self.ghosts.rows as u64;
        Ok(())
    }
}

/// Whether a model has fields.
const fn has_fields<M: Model>() -> bool {
    !M::FIELDS.is_empty()
}
