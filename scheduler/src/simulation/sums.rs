//! Statistics of the whole world: what domains add up, carried in the books.

use alloc::vec::Vec;

use super::{Book, Simulation, Why};
use crate::clock::Clock;
use crate::error::{Phase, Place};
use crate::executor::Executor;
use crate::guard::guarded;
use crate::model::{Model, Totals};
use crate::setup::SimulationError;
use crate::stats::{self, Stats, Tally};

/// What was added up over all domains of the world.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    words: Vec<u64>,
    peaks: Vec<u64>,
}

impl<M: Model, X: Executor> Simulation<M, X> {
    const WORDS: usize = stats::words(M::Stats::LIST);
    const PEAKS: usize = stats::peaks(M::Stats::LIST);
    /// Where the work of each domain is in the books.
    pub(super) const WORK: usize = Book::SUMS + Self::WORDS;

    /// The length of the books of a world of so many domains.
    pub(super) fn book_len(domains: usize) -> usize {
        Self::WORK + (2 + Self::PEAKS) * domains
    }

    /// Where the peaks of domain `id` are in the books.
    fn peaks_of(&self, id: usize) -> core::ops::Range<usize> {
        let begin = Self::WORK + 2 * self.topology.regions().len() + id * Self::PEAKS;
        begin..begin + Self::PEAKS
    }

    /// Writes down what domains have added up in the tick.
    pub(super) fn write_sums(&mut self) {
        for at in 0..self.domains.len() {
            let peaks = self.peaks_of(self.domains[at].id() as usize);
            let sums = self.domains[at].sums();
            for (sum, part) in self.books[Book::SUMS..Self::WORK].iter_mut().zip(sums) {
                *sum = sum.wrapping_add(*part);
            }
            let mine = sums.iter().skip(Self::WORDS);
            for (place, peak) in self.books[peaks].iter_mut().zip(mine) {
                *place = *peak;
            }
        }
    }

    /// Adds up the statistics of all entities here, in place of what the tick has added up.
    pub(super) fn tally_all(&mut self) -> Result<(), SimulationError> {
        self.books[Book::SUMS..Self::WORK].fill(0);
        for at in 0..self.domains.len() {
            let id = self.domains[at].id();
            let peaks = self.peaks_of(id as usize);
            let (words, rest) = self.books.split_at_mut(Self::WORK);
            let words = &mut words[Book::SUMS..];
            let peaks = &mut rest[peaks.start - Self::WORK..peaks.end - Self::WORK];
            peaks.fill(0);
            let place = Place { phase: Phase::Tally, domain: Some(id), tick: self.tick };
            let (model, domain) = (&self.model, &self.domains[at]);
            let clock = self.executor.clock();
            clock.hear(Some(place));
            let result = guarded(place, clock.worker(), || domain.tally(model, words, peaks));
            clock.hear(None);
            result?;
        }
        Ok(())
    }

    /// Takes what is in the books, once these are added up over all processes.
    pub(super) fn read_sums(&mut self, into: fn(&mut Self) -> &mut Sums) {
        let mut sums = core::mem::take(into(self));
        sums.words.clear();
        sums.words.extend_from_slice(&self.books[Book::SUMS..Self::WORK]);
        sums.peaks.clear();
        sums.peaks.resize(Self::PEAKS, 0);
        for id in 0..self.topology.regions().len() {
            for (most, peak) in sums.peaks.iter_mut().zip(&self.books[self.peaks_of(id)]) {
                *most = (*most).max(*peak);
            }
        }
        *into(self) = sums;
    }

    /// The statistics of these sums.
    pub(super) fn stats(
        &self,
        sums: &mut Sums,
        totals: &Totals<'_>,
        phase: Phase,
    ) -> Result<M::Stats, SimulationError> {
        let place = Place { phase, domain: None, tick: totals.tick };
        let clock = self.executor.clock();
        clock.hear(Some(place));
        let result = guarded(place, clock.worker(), || {
            M::Stats::of(&self.model, &mut Tally::new(&mut sums.words, &mut sums.peaks), totals)
        });
        clock.hear(None);
        Ok(result?)
    }

    /// Takes what a tick has added up, where the model wants to know it.
    pub(super) fn take_sums(
        &mut self,
        tick: u64,
        population: u64,
        why: Why,
    ) -> Result<(), SimulationError> {
        let remembers = M::HISTORY > 0 && why == Why::Tick;
        if !(M::TOTALS || remembers) {
            return Ok(());
        }
        self.read_sums(|world| &mut world.tick_sums);
        let mut sums = core::mem::take(&mut self.tick_sums);
        let place = self.place(Phase::Remember);
        // The history before this tick is kept.
        let (setup, history) = (self.setup, &self.kept.history);
        let totals = Totals { tick, population, history, setup: &setup };
        let stats = self.stats(&mut sums, &totals, Phase::Remember);
        self.tick_sums = sums;
        let stats = stats?;
        if remembers {
            let clock = self.executor.clock();
            clock.hear(Some(place));
            let (model, history) = (&self.model, &mut self.history);
            let worker = clock.worker();
            let result = guarded(place, worker, || model.remember(&stats, &totals, history));
            clock.hear(None);
            result?;
        }
        self.totals = M::TOTALS.then_some(stats);
        Ok(())
    }
}
