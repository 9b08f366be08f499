//! The statistics of a domain, added up over its entities with the best instructions there are.

use alloc::vec::Vec;

use flockwork_kernel::columns::Columns;
use flockwork_kernel::exact::{FEW, Few};
use flockwork_kernel::isa::{self, Isa, Task};

use crate::model::Model;
use crate::parts::Owned;
use crate::stats::{self, BLOCK, Stats, Tally};

/// What was added up.
#[derive(Default)]
pub(crate) struct Sums {
    /// Words, then peaks.
    words: Vec<u64>,
    /// What waits to be added to them.
    few: Vec<Few>,
}

impl Sums {
    /// Adds up the statistics of all entities, beginning anew, and what was heard of the last tick's
    /// events.
    pub(crate) fn add_up<M: Model>(&mut self, model: &M, owned: &Owned<M::Columns>, heard: &[u64]) {
        let list = M::Stats::LIST;
        let count = stats::words(list);
        self.words.clear();
        self.words.resize(count + stats::peaks(list), 0);
        self.few.clear();
        self.few.resize(stats::reals(list), Few::default());
        let (words, peaks) = self.words.split_at_mut(count);
        isa::dispatch(AddUp { model, owned, words: &mut *words, peaks, few: &mut self.few });
        let heard = words.iter_mut().zip(heard);
        heard.for_each(|(sum, part)| *sum = sum.wrapping_add(*part));
    }

    /// Words, then peaks.
    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    /// Bytes of memory in use.
    pub(crate) fn memory_bytes(&self) -> usize {
        size_of::<u64>() * self.words.capacity() + size_of::<Few>() * self.few.capacity()
    }
}

struct AddUp<'a, M: Model> {
    model: &'a M,
    owned: &'a Owned<M::Columns>,
    words: &'a mut [u64],
    peaks: &'a mut [u64],
    few: &'a mut [Few],
}

impl<M: Model> Task for AddUp<'_, M> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let Self { model, owned, words, peaks, few } = self;
        let mut room = FEW;
        owned.visit_runs(BLOCK, |columns, rows| {
            if room < rows.len() {
                Tally::settle(M::Stats::LIST, words, few);
                room = FEW;
            }
            room -= rows.len();
            let count = rows.len();
            // Of slices of one length the compiler sees that no row is out of range.
            let Some(part) = M::Columns::part(columns, rows) else { return };
            let row = |at| M::Columns::row(&part, at);
            M::Stats::tally(model, count, row, &mut Tally::new(words, peaks, few));
        });
        Tally::settle(M::Stats::LIST, words, few);
    }
}
