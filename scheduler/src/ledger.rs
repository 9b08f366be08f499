//! The books of a world: what its domains have, in words that are added up over all processes.
//!
//! Processes can only add. So what is no sum (the work of each domain, the peaks of each) has a word
//! for each domain of the world, where all processes but one write 0.

use alloc::vec::Vec;
use core::ops::Range;

use crate::domain::{Census, Domain};
use crate::model::Model;
use crate::stats::{self, Stat};

/// The books of a world.
#[derive(Default)]
pub(crate) struct Ledger {
    /// First the words of [`Head`]; then those of the model's statistics; then for each domain its
    /// work, for each the number of its entities, and for each its peaks; then for each field what it holds.
    values: Vec<u64>,
    domains: usize,
    words: usize,
    peaks: usize,
    fields: usize,
}

/// The places of what there is one of.
#[derive(Clone, Copy)]
enum Head {
    Owned,
    Ids,
    Born,
    BornIds,
    Died,
    DiedIds,
    UnderWay,
    Fingerprint,
}

/// How many there are.
const HEAD: usize = Head::Fingerprint as usize + 1;

/// What statistics have added up over all domains of the world.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums {
    pub(crate) words: Vec<u64>,
    pub(crate) peaks: Vec<u64>,
    /// What each field holds.
    pub(crate) fields: Vec<u64>,
}

impl Ledger {
    /// The books of a world of so many domains, with these statistics and so many fields.
    pub(crate) fn new(domains: usize, list: &[Stat], fields: usize) -> Self {
        let (words, peaks) = (stats::words(list), stats::peaks(list));
        let values = alloc::vec![0; HEAD + words + (2 + peaks) * domains + fields];
        Self { values, domains, words, peaks, fields }
    }

    /// Writes down what the domains of this process have.
    pub(crate) fn write<M: Model>(&mut self, domains: &[Domain<M>]) {
        self.values.fill(0);
        for domain in domains {
            let Census { owned, ids, born, died, born_ids, died_ids } = domain.census();
            for (place, value) in [
                (Head::Owned, owned),
                (Head::Ids, ids),
                (Head::Born, born),
                (Head::BornIds, born_ids),
                (Head::Died, died),
                (Head::DiedIds, died_ids),
                (Head::UnderWay, domain.under_way()),
            ] {
                let sum = &mut self.values[place as usize];
                *sum = sum.wrapping_add(value);
            }
            let id = domain.id() as usize;
            if id < self.domains {
                let (work, owned_of) = (self.work_at(), self.owned_at());
                self.values[work][id] = domain.counters().work;
                self.values[owned_of][id] = owned;
                let (words, peaks) = self.sums_of(id);
                let sums = domain.sums();
                words.iter_mut().zip(sums).for_each(|(sum, part)| *sum = sum.wrapping_add(*part));
                peaks.iter_mut().zip(sums.iter().skip(words.len())).for_each(|(p, s)| *p = *s);
            }
            let fields = self.values.len() - self.fields;
            let totals = self.values[fields..].iter_mut().zip(domain.field_totals());
            totals.for_each(|(sum, part)| *sum = sum.wrapping_add(part));
        }
    }

    /// The words of statistics, and the peaks of a domain.
    fn sums_of(&mut self, domain: usize) -> (&mut [u64], &mut [u64]) {
        let peaks = self.peaks_at(domain);
        let (head, rest) = self.values.split_at_mut(HEAD + self.words);
        let begin = peaks.start - head.len();
        (&mut head[HEAD..], &mut rest[begin..begin + self.peaks])
    }

    pub(crate) fn set_fingerprint(&mut self, fingerprint: u64) {
        self.values[Head::Fingerprint as usize] = fingerprint;
    }

    /// All words, to be added up over all processes.
    pub(crate) fn values(&mut self) -> &mut [u64] {
        &mut self.values
    }

    /// Who there is in the world.
    pub(crate) fn census(&self) -> Census {
        let value = |place: Head| self.values[place as usize];
        Census {
            owned: value(Head::Owned),
            ids: value(Head::Ids),
            born: value(Head::Born),
            died: value(Head::Died),
            born_ids: value(Head::BornIds),
            died_ids: value(Head::DiedIds),
        }
    }

    /// Messages sent less messages received.
    pub(crate) fn under_way(&self) -> u64 {
        self.values[Head::UnderWay as usize]
    }

    pub(crate) fn fingerprint(&self) -> u64 {
        self.values[Head::Fingerprint as usize]
    }

    /// The work of each domain.
    pub(crate) fn work(&self) -> &[u64] {
        &self.values[self.work_at()]
    }

    /// How many entities each domain owns.
    pub(crate) fn owned_of(&self) -> &[u64] {
        &self.values[self.owned_at()]
    }

    /// Reads what statistics have added up.
    pub(crate) fn read(&self, sums: &mut Sums) {
        sums.words.clear();
        sums.words.extend_from_slice(&self.values[HEAD..HEAD + self.words]);
        sums.fields.clear();
        sums.fields.extend_from_slice(&self.values[self.values.len() - self.fields..]);
        sums.peaks.clear();
        sums.peaks.resize(self.peaks, 0);
        for domain in 0..self.domains {
            for (most, peak) in sums.peaks.iter_mut().zip(&self.values[self.peaks_at(domain)]) {
                *most = (*most).max(*peak);
            }
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        8 * self.values.capacity()
    }

    fn work_at(&self) -> Range<usize> {
        let begin = HEAD + self.words;
        begin..begin + self.domains
    }

    fn owned_at(&self) -> Range<usize> {
        let begin = self.work_at().end;
        begin..begin + self.domains
    }

    fn peaks_at(&self, domain: usize) -> Range<usize> {
        let begin = self.owned_at().end + domain * self.peaks;
        begin..begin + self.peaks
    }
}
