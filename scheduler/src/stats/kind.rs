//! What a statistic is: its name and how it is summed, and how many words that takes.

use alloc::format;
use alloc::string::String;

use flockwork_kernel::exact;

/// One statistic that a model reports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stat {
    /// The key in reports.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Its unit; empty for a plain number.
    pub unit: &'static str,
    /// How it is summed.
    pub kind: Kind,
}

impl Stat {
    /// The names of its numbers: its own, or those of the bins of a histogram, which count from 0
    /// between `_below` and `_above`.
    pub fn names(&self) -> impl Iterator<Item = String> + use<> {
        let (name, numbers) = (self.name, self.kind.numbers());
        (0..numbers).map(move |at| match at {
            _ if numbers == 1 => name.into(),
            0 => format!("{name}_below"),
            _ if at == numbers - 1 => format!("{name}_above"),
            bin => format!("{name}_{}", bin - 1),
        })
    }
}

/// How a statistic is summed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// The number of entities for which something holds.
    Count,
    /// The sum of a value.
    Sum,
    /// The mean of a value over those that have one.
    Mean,
    /// The largest value.
    Max,
    /// The length of the mean of vectors.
    MeanLength,
    /// How many have a value below `low`, in each of `bins` equal steps from there to `high`, and at
    /// or above `high`: `bins` + 2 numbers.
    Histogram {
        /// Where the bins begin.
        low: f64,
        /// Where they end.
        high: f64,
        /// Their number.
        bins: usize,
    },
    /// The sum of a value over the events of the last tick.
    EventSum,
    /// A function of statistics before it.
    Derived,
    /// The largest value of such a function after any tick.
    Peak,
    /// The sum of its values after all ticks.
    TimeSum,
    /// The mean of its values after all ticks.
    TimeMean,
}

impl Kind {
    /// How many numbers it reports.
    pub const fn numbers(self) -> usize {
        match self {
            Kind::Histogram { bins, .. } => bins + 2,
            _ => 1,
        }
    }

    /// Words that are added up over entities, domains and processes. The last one of those with
    /// reals counts the values that are no finite numbers.
    pub(crate) const fn words(self) -> usize {
        match self {
            Kind::Count => 1,
            Kind::Sum | Kind::EventSum => exact::WORDS + 1,
            Kind::Mean => exact::WORDS + 2,
            Kind::Max => 1,
            Kind::MeanLength => 3 * exact::WORDS + 2,
            Kind::Histogram { bins, .. } => bins + 3,
            Kind::Derived | Kind::Peak | Kind::TimeSum | Kind::TimeMean => 0,
        }
    }

    /// Sums of reals among its words, which come first.
    pub(super) const fn reals(self) -> usize {
        match self {
            Kind::Sum | Kind::Mean => 1,
            Kind::MeanLength => 3,
            _ => 0,
        }
    }

    /// Words that are kept from tick to tick.
    pub(crate) const fn history(self) -> usize {
        match self {
            Kind::Peak | Kind::TimeSum => 1,
            Kind::TimeMean => 2,
            _ => 0,
        }
    }

    /// Words of which the largest counts.
    pub(crate) const fn peaks(self) -> usize {
        matches!(self, Kind::Max) as usize
    }
}

/// Words that a list of statistics adds up.
pub(crate) const fn words(list: &[Stat]) -> usize {
    let (mut words, mut at) = (0, 0);
    while at < list.len() {
        words += list[at].kind.words();
        at += 1;
    }
    words
}

/// Sums of reals among them.
pub(crate) const fn reals(list: &[Stat]) -> usize {
    let (mut reals, mut at) = (0, 0);
    while at < list.len() {
        reals += list[at].kind.reals();
        at += 1;
    }
    reals
}

/// Whether any of a list is of events.
pub(crate) const fn hears(list: &[Stat]) -> bool {
    let mut at = 0;
    while at < list.len() {
        if matches!(list[at].kind, Kind::EventSum) {
            return true;
        }
        at += 1;
    }
    false
}

/// Makes words of which those of events say that no tick is known: such statistics are null.
pub(crate) fn forget_events(list: &[Stat], words: &mut [u64]) {
    let mut rest = words;
    for stat in list {
        let Some((own, after)) = rest.split_at_mut_checked(stat.kind.words()) else { return };
        own.fill(0);
        if let (Kind::EventSum, Some(bad)) = (stat.kind, own.last_mut()) {
            *bad = 1;
        }
        rest = after;
    }
}

/// Words of which the largest counts.
pub(crate) const fn peaks(list: &[Stat]) -> usize {
    let (mut peaks, mut at) = (0, 0);
    while at < list.len() {
        peaks += list[at].kind.peaks();
        at += 1;
    }
    peaks
}

/// Words that are kept from tick to tick.
pub(crate) const fn history(list: &[Stat]) -> usize {
    let (mut words, mut at) = (0, 0);
    while at < list.len() {
        words += list[at].kind.history();
        at += 1;
    }
    words
}
