//! Statistics: named once, with how each is summed, and right for whatever state the columns hold.
//!
//! [`stats!`](crate::stats!) makes of a list a struct with a number for each statistic. Reals are
//! summed exactly ([`flockwork_kernel::exact`]), so a sum has the same bits under every cut, and no
//! range that it could leave. What is not a finite number, or has nobody to count, is NaN: null in
//! reports.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use flockwork_kernel::{Axes, Vector, exact};

use crate::start::Totals;

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
    const fn reals(self) -> usize {
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

/// The statistics of model `M`, made by [`stats!`](crate::stats!).
pub trait Stats<M>: Copy + Send + Sync + 'static {
    /// One entity of the model as plain numbers.
    type Row;
    /// An event of the model.
    type Event;

    /// All of them.
    const LIST: &'static [Stat];

    /// Adds one entity.
    #[doc(hidden)]
    fn tally(model: &M, row: &Self::Row, tally: &mut Tally<'_>);

    /// Adds one event for an entity, before it is applied.
    #[doc(hidden)]
    fn hear(model: &M, row: &Self::Row, event: &Self::Event, tally: &mut Tally<'_>);

    /// Makes the statistics of what was added up, and of what was kept of all ticks.
    #[doc(hidden)]
    fn of(model: &M, tally: &mut Tally<'_>, history: &mut History<'_>, totals: &Totals<'_>)
    -> Self;

    /// Calls `each` with every number, in order; NaN for what is null.
    #[doc(hidden)]
    fn each(&self, each: &mut dyn FnMut(f64));
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

/// Words of all statistics, walked through one statistic after the other.
#[doc(hidden)]
pub struct Tally<'a> {
    words: &'a mut [u64],
    peaks: &'a mut [u64],
    /// What is to be added to sums of reals: see [`exact::whole`].
    wholes: &'a mut [i64],
    word: usize,
    peak: usize,
    whole: usize,
}

/// What a statistic may be of.
#[doc(hidden)]
pub trait Value {
    fn value(self) -> Option<f64>;
}

macro_rules! value {
    ($($number:ty)+) => {$(
        impl Value for $number {
            #[inline(always)]
            fn value(self) -> Option<f64> {
                Some(self.into())
            }
        }
    )+};
}

value!(f64 f32 i32 u32 u16 u8);

impl Value for u64 {
    /// The nearest number there is.
    #[inline(always)]
    fn value(self) -> Option<f64> {
        Some(self as f64)
    }
}

impl<V: Value> Value for Option<V> {
    #[inline(always)]
    fn value(self) -> Option<f64> {
        self.and_then(V::value)
    }
}

/// Calls a closure for an event, whose arguments' types are known by the other arguments.
#[doc(hidden)]
#[inline(always)]
pub fn call_event<A, B, C, T>(a: &A, b: &B, c: &C, value: impl FnOnce(&A, &B, &C) -> T) -> T {
    value(a, b, c)
}

/// Calls a closure whose arguments' types are known by the other arguments.
#[doc(hidden)]
#[inline(always)]
pub fn call<A, B, T>(a: &A, b: &B, value: impl FnOnce(&A, &B) -> T) -> T {
    value(a, b)
}

impl<'a> Tally<'a> {
    #[inline(always)]
    pub(crate) fn new(words: &'a mut [u64], peaks: &'a mut [u64], wholes: &'a mut [i64]) -> Self {
        Self { words, peaks, wholes, word: 0, peak: 0, whole: 0 }
    }

    /// Adds what waits to be added to the sums of reals in the words of a list.
    pub(crate) fn settle(list: &[Stat], words: &mut [u64], wholes: &mut [i64]) {
        let (mut words, mut wholes) = (words, wholes.iter_mut());
        for Stat { kind, .. } in list {
            let (own, rest) = words.split_at_mut(kind.words());
            words = rest;
            let (sums, _) = own.as_chunks_mut();
            for (sum, whole) in sums.iter_mut().take(kind.reals()).zip(&mut wholes) {
                exact::add_whole(sum, core::mem::take(whole));
            }
        }
    }

    /// The next so many words.
    #[inline(always)]
    fn next(&mut self, count: usize) -> &mut [u64] {
        let begin = self.word;
        self.word += count;
        self.words.get_mut(begin..self.word).unwrap_or_default()
    }

    /// Passes over a statistic.
    #[inline(always)]
    pub fn pass(&mut self, kind: Kind) {
        self.word += kind.words();
        self.peak += kind.peaks();
        self.whole += kind.reals();
    }

    #[inline(always)]
    fn add_to_next(&mut self, count: u64) {
        if let [word] = self.next(1) {
            *word = word.wrapping_add(count);
        }
    }

    /// Adds a real to the next sum of reals; whether it could.
    #[inline(always)]
    fn add_real(&mut self, value: Option<f64>) -> bool {
        let (word, at) = (self.word, self.whole);
        self.word += exact::WORDS;
        self.whole += 1;
        let Some(value) = value else { return true };
        match (exact::whole(value), self.wholes.get_mut(at)) {
            (Some(whole), Some(sum)) => {
                *sum = sum.wrapping_add(whole);
                true
            }
            _ => self.add_rare(word, value),
        }
    }

    /// Adds a real that is not as most are to the sum at `word`.
    #[cold]
    #[inline(never)]
    fn add_rare(&mut self, word: usize, value: f64) -> bool {
        let words = self.words.get_mut(word..).and_then(<[u64]>::first_chunk_mut);
        words.is_some_and(|words| exact::add(words, value))
    }

    /// Counts the values that are no finite number.
    #[inline(always)]
    fn add_bad(&mut self, good: bool) {
        let word = self.word;
        self.word += 1;
        if !good && let Some(word) = self.words.get_mut(word) {
            *word = word.wrapping_add(1);
        }
    }

    /// The next sum of reals.
    fn real(&mut self) -> f64 {
        self.next(exact::WORDS).first_chunk().map_or(f64::NAN, exact::rounded)
    }

    /// The next count.
    fn count(&mut self) -> u64 {
        self.next(1).first().copied().unwrap_or(0)
    }

    #[inline(always)]
    pub fn add_count(&mut self, holds: bool) {
        self.add_to_next(holds.into());
    }

    pub fn get_count(&mut self) -> f64 {
        self.count() as f64
    }

    #[inline(always)]
    pub fn add_sum(&mut self, value: impl Value) {
        let good = self.add_real(value.value());
        self.add_bad(good);
    }

    pub fn get_sum(&mut self) -> f64 {
        let (sum, bad) = (self.real(), self.count());
        if bad == 0 { sum } else { f64::NAN }
    }

    #[inline(always)]
    pub fn add_mean(&mut self, value: impl Value) {
        let value = value.value();
        let good = self.add_real(value);
        self.add_bad(good);
        self.add_to_next(value.is_some().into());
    }

    pub fn get_mean(&mut self) -> f64 {
        let (sum, bad, count) = (self.real(), self.count(), self.count());
        if bad == 0 { sum / count as f64 } else { f64::NAN }
    }

    #[inline(always)]
    pub fn add_mean_length(&mut self, value: impl Direction) {
        let value = value.direction();
        let x = self.add_real(value.map(|[x, _, _]| x));
        let y = self.add_real(value.map(|[_, y, _]| y));
        let z = self.add_real(value.map(|[_, _, z]| z));
        self.add_bad(x && y && z);
        self.add_to_next(value.is_some().into());
    }

    pub fn get_mean_length(&mut self) -> f64 {
        let (x, y, z, bad) = (self.real(), self.real(), self.real(), self.count());
        let count = self.count() as f64;
        let (x, y, z) = (x / count, y / count, z / count);
        // The longest one is brought near 1, so that no square leaves the range of doubles.
        let longest = if x.abs() > y.abs() { x.abs() } else { y.abs() };
        let longest = if z.abs() > longest { z.abs() } else { longest };
        match (bad, longest > 0.0) {
            (0, true) => {
                let (x, y, z) = (x / longest, y / longest, z / longest);
                exact::sqrt(x * x + y * y + z * z) * longest
            }
            (0, false) => longest,
            _ => f64::NAN,
        }
    }

    #[inline(always)]
    pub fn add_max(&mut self, value: impl Value) {
        let value = value.value();
        let good = value.is_none_or(|value| value.abs() < f64::INFINITY);
        self.add_bad(good);
        if let (Some(place), Some(value), true) = (self.peaks.get_mut(self.peak), value, good) {
            *place = (*place).max(ordered(value));
        }
        self.peak += 1;
    }

    pub fn get_max(&mut self) -> f64 {
        let bad = self.count();
        let peak = self.peaks.get(self.peak).copied().unwrap_or(0);
        self.peak += 1;
        if bad == 0 { unordered(peak) } else { f64::NAN }
    }

    #[inline(always)]
    pub fn add_histogram(&mut self, low: f64, high: f64, bins: usize, value: impl Value) {
        let counts = self.next(bins + 3);
        let Some(value) = value.value() else { return };
        let bin = if value < low {
            0
        } else if value >= high {
            bins + 1
        } else if value.is_nan() {
            bins + 2
        } else {
            // A division may round across the edge of a bin.
            let edge = |bin: usize| low + (high - low) * bin as f64 / bins as f64;
            let guess = (((value - low) / (high - low) * bins as f64) as usize).min(bins - 1);
            match guess {
                _ if value < edge(guess) => guess,
                _ if value >= edge(guess + 1) => guess + 2,
                _ => guess + 1,
            }
        };
        if let Some(place) = counts.get_mut(bin) {
            *place = place.wrapping_add(1);
        }
    }

    pub fn get_histogram<const NUMBERS: usize>(&mut self) -> [f64; NUMBERS] {
        let counts = self.next(NUMBERS + 1);
        let good = counts.get(NUMBERS) == Some(&0);
        core::array::from_fn(|bin| match counts.get(bin) {
            Some(count) if good => *count as f64,
            _ => f64::NAN,
        })
    }
}

/// A number whose order as such is that of finite reals; above 0.
fn ordered(value: f64) -> u64 {
    // -0.0 counts as +0.0.
    let bits = (value + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

/// The real of a number that [`ordered`] made; NaN for 0.
fn unordered(number: u64) -> f64 {
    match number {
        0 => f64::NAN,
        _ if number >> 63 == 1 => f64::from_bits(number & !(1 << 63)),
        _ => f64::from_bits(!number),
    }
}

/// What a mean direction may be of.
#[doc(hidden)]
pub trait Direction {
    fn direction(self) -> Option<[f64; 3]>;
}

impl<A: Axes> Direction for Vector<A> {
    #[inline(always)]
    fn direction(self) -> Option<[f64; 3]> {
        Some([0, 1, 2].map(|axis| self.along(axis).into()))
    }
}

impl<A: Axes> Direction for Option<Vector<A>> {
    #[inline(always)]
    fn direction(self) -> Option<[f64; 3]> {
        self.and_then(Direction::direction)
    }
}

/// What statistics over time keep from tick to tick, walked through one after the other.
#[doc(hidden)]
pub struct History<'a> {
    words: &'a mut [u64],
    word: usize,
    /// Whether a tick was done that is not in there yet.
    grows: bool,
}

impl<'a> History<'a> {
    pub(crate) fn new(words: &'a mut [u64], grows: bool) -> Self {
        Self { words, word: 0, grows }
    }

    /// The next so many words, and whether a value is to be added.
    fn next<const COUNT: usize>(&mut self) -> ([u64; COUNT], usize) {
        let begin = self.word;
        self.word += COUNT;
        (core::array::from_fn(|at| self.words.get(begin + at).copied().unwrap_or(0)), begin)
    }

    fn keep(&mut self, begin: usize, words: &[u64]) {
        for (place, word) in self.words.iter_mut().skip(begin).zip(words) {
            *place = *word;
        }
    }

    pub fn peak<V: Value>(&mut self, value: impl FnOnce() -> V) -> f64 {
        /// There was a value that is no finite number.
        const BAD: u64 = u64::MAX;
        let ([mut peak], begin) = self.next();
        if self.grows
            && let Some(value) = value().value()
        {
            peak = peak.max(if value.is_finite() { ordered(value) } else { BAD });
            self.keep(begin, &[peak]);
        }
        unordered(peak)
    }

    pub fn time_sum<V: Value>(&mut self, value: impl FnOnce() -> V) -> f64 {
        let ([bits], begin) = self.next();
        let mut sum = f64::from_bits(bits);
        if self.grows
            && let Some(value) = value().value()
        {
            // In the order of ticks, so with one rounding each that is the same everywhere.
            sum += value;
            self.keep(begin, &[sum.to_bits()]);
        }
        sum
    }

    pub fn time_mean<V: Value>(&mut self, value: impl FnOnce() -> V) -> f64 {
        let ([bits, mut count], begin) = self.next();
        let mut sum = f64::from_bits(bits);
        if self.grows
            && let Some(value) = value().value()
        {
            sum += value;
            count = count.saturating_add(1);
            self.keep(begin, &[sum.to_bits(), count]);
        }
        sum / count as f64
    }
}

/// All numbers of a model's statistics.
pub(crate) fn numbers<M>(stats: &impl Stats<M>) -> Vec<f64> {
    let mut numbers = Vec::new();
    stats.each(&mut |number| numbers.push(if number.is_finite() { number } else { f64::NAN }));
    numbers
}

/// Names the statistics of a model: each with what it is, how it is summed, its unit, and of what.
///
/// Makes a struct with a number for each (NaN where there is none) that implements [`Stats`].
///
/// | kind | the closure gives, for each entity |
/// | --- | --- |
/// | `Count` | whether it counts |
/// | `Sum`, `Mean`, `Max` | a number, or an `Option` of one: who has none is left out |
/// | `MeanLength` | a vector, or an `Option` of one |
/// | `Histogram(low, high, bins)` | a number, or an `Option` of one |
/// | `EventSum` | the same for each event of the last tick: null until a tick is done, from whatever state |
/// | `Derived` | a number made of statistics before it, and of [`Totals`] |
/// | `Peak`, `TimeSum`, `TimeMean` | the same after each tick, or an `Option` of it: the largest one of all ticks, their sum, their mean |
///
/// Statistics of a model that is generic over its axes are `of Flock<A> where A: Axes`.
///
/// The first four are given the model and the entity, `EventSum` the model, the target and the event
/// before it is applied; the others the model, the statistics so far and the totals. Sums are exact and
/// rounded once, a mean is rounded once more; those over ticks are rounded once for each tick. A value
/// that is no finite number makes its statistic null, one of a single tick those over time for good.
/// Who asks for one over time pays for all statistics in each tick.
///
/// ```ignore
/// flockwork_scheduler::stats! {
///     /// What is reported of boids.
///     pub struct BoidsStats of Boids {
///         /// Mean speed.
///         mean_speed: Mean, "length / time" = |_, boid| boid.velocity.length();
///         /// Length of the mean heading, from 0 to 1.
///         polarization: MeanLength, "" = |_, boid| boid.velocity.normalized();
///     }
/// }
/// ```
#[macro_export]
macro_rules! stats {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident of $model:ty $(where $A:ident : Axes)? {
            $(
                $(#[doc = $doc:literal])*
                $stat:ident : $kind:ident $(($low:expr, $high:expr, $bins:expr))?,
                $unit:literal = $value:expr;
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        $vis struct $name {
            $($(#[doc = $doc])* pub $stat: $crate::__stat!(type $($bins)?),)+
        }

        impl $(<$A: $crate::Axes>)? $crate::Stats<$model> for $name {
            type Row = $crate::RowOf<$model>;
            type Event = $crate::Event<<$model as $crate::Model>::Event>;
            const LIST: &'static [$crate::Stat] = &[$($crate::Stat {
                name: stringify!($stat),
                about: concat!($($doc),*).trim_ascii(),
                unit: $unit,
                kind: $crate::__stat!(kind $kind $($low, $high, $bins)?),
            }),+];

            #[inline(always)]
            fn tally(
                model: &$model,
                row: &$crate::RowOf<$model>,
                tally: &mut $crate::stats::Tally<'_>,
            ) {
                $($crate::__stat!(add $kind model row tally $($low, $high, $bins,)? $value);)+
            }

            #[inline(always)]
            fn hear(
                model: &$model,
                row: &$crate::RowOf<$model>,
                event: &Self::Event,
                tally: &mut $crate::stats::Tally<'_>,
            ) {
                $($crate::__stat!(hear $kind model row event tally $($low, $high, $bins,)? $value);)+
                let _ = (model, row, event);
            }

            fn of(
                model: &$model,
                tally: &mut $crate::stats::Tally<'_>,
                history: &mut $crate::stats::History<'_>,
                totals: &$crate::Totals<'_>,
            ) -> Self {
                #[allow(unused_mut)]
                let mut stats = Self { $($stat: $crate::__stat!(none $($bins)?),)+ };
                $(stats.$stat = $crate::__stat!(
                    get $kind (model stats tally history totals) $value);)+
                let _ = (model, history, totals);
                stats
            }

            fn each(&self, each: &mut dyn FnMut(f64)) {
                $($crate::__stat!(each self.$stat, each $(, $bins)?);)+
            }
        }
    };
}

/// What [`stats!`](crate::stats!) does for one statistic.
#[doc(hidden)]
#[macro_export]
macro_rules! __stat {
    (type) => {
        f64
    };
    (type $bins:expr) => {
        [f64; $bins + 2]
    };
    (none) => {
        f64::NAN
    };
    (none $bins:expr) => {
        [f64::NAN; $bins + 2]
    };
    (each $numbers:expr, $each:ident) => {
        $each($numbers)
    };
    (each $numbers:expr, $each:ident, $bins:expr) => {
        $numbers.iter().for_each(|n| $each(*n))
    };
    (kind Histogram $low:expr, $high:expr, $bins:expr) => {
        $crate::stats::Kind::Histogram { low: $low, high: $high, bins: $bins }
    };
    (kind $kind:ident) => {
        $crate::stats::Kind::$kind
    };

    (add Count $model:ident $row:ident $tally:ident $value:expr) => {
        $tally.add_count($crate::stats::call($model, $row, $value))
    };
    (add Sum $model:ident $row:ident $tally:ident $value:expr) => {
        $tally.add_sum($crate::stats::call($model, $row, $value))
    };
    (add Mean $model:ident $row:ident $tally:ident $value:expr) => {
        $tally.add_mean($crate::stats::call($model, $row, $value))
    };
    (add Max $model:ident $row:ident $tally:ident $value:expr) => {
        $tally.add_max($crate::stats::call($model, $row, $value))
    };
    (add MeanLength $model:ident $row:ident $tally:ident $value:expr) => {
        $tally.add_mean_length($crate::stats::call($model, $row, $value))
    };
    (add Histogram $model:ident $row:ident $tally:ident
        $low:expr, $high:expr, $bins:expr, $value:expr) => {
        $tally.add_histogram($low, $high, $bins, $crate::stats::call($model, $row, $value))
    };
    (add EventSum $model:ident $row:ident $tally:ident $value:expr) => {
        $tally.pass($crate::stats::Kind::EventSum)
    };
    (add $over_all:ident $model:ident $row:ident $tally:ident $value:expr) => {};

    (hear EventSum $model:ident $row:ident $event:ident $tally:ident $value:expr) => {
        $tally.add_sum($crate::stats::call_event($model, $row, $event, $value))
    };
    (hear Histogram $model:ident $row:ident $event:ident $tally:ident
        $low:expr, $high:expr, $bins:expr, $value:expr) => {
        $tally.pass($crate::__stat!(kind Histogram $low, $high, $bins))
    };
    (hear $other:ident $model:ident $row:ident $event:ident $tally:ident $value:expr) => {
        $tally.pass($crate::__stat!(kind $other))
    };

    (get Count ($model:ident $stats:ident $tally:ident $history:ident $totals:ident) $value:expr) => {
        $tally.get_count()
    };
    (get EventSum ($model:ident $stats:ident $tally:ident $history:ident $totals:ident) $value:expr) => {
        $tally.get_sum()
    };
    (get Sum ($model:ident $stats:ident $tally:ident $history:ident $totals:ident) $value:expr) => {
        $tally.get_sum()
    };
    (get Mean ($model:ident $stats:ident $tally:ident $history:ident $totals:ident) $value:expr) => {
        $tally.get_mean()
    };
    (get Max ($model:ident $stats:ident $tally:ident $history:ident $totals:ident) $value:expr) => {
        $tally.get_max()
    };
    (get MeanLength ($model:ident $stats:ident $tally:ident $history:ident $totals:ident) $value:expr) => {
        $tally.get_mean_length()
    };
    (get Histogram ($model:ident $stats:ident $tally:ident $history:ident $totals:ident) $value:expr) => {
        $tally.get_histogram()
    };
    (get Derived ($model:ident $stats:ident $tally:ident $history:ident $totals:ident) $value:expr) => {
        $crate::stats::derive($model, &$stats, $totals, $value)
    };
    (get Peak ($model:ident $stats:ident $tally:ident $history:ident $totals:ident) $value:expr) => {
        $history.peak(|| $crate::stats::derive($model, &$stats, $totals, $value))
    };
    (get TimeSum ($model:ident $stats:ident $tally:ident $history:ident $totals:ident) $value:expr) => {
        $history.time_sum(|| $crate::stats::derive($model, &$stats, $totals, $value))
    };
    (get TimeMean ($model:ident $stats:ident $tally:ident $history:ident $totals:ident) $value:expr) => {
        $history.time_mean(|| $crate::stats::derive($model, &$stats, $totals, $value))
    };
}

/// As [`call`], for a statistic that is made of others.
#[doc(hidden)]
#[inline(always)]
pub fn derive<M, T, V>(
    model: &M,
    stats: &T,
    totals: &Totals<'_>,
    value: impl FnOnce(&M, &T, &Totals<'_>) -> V,
) -> V {
    value(model, stats, totals)
}
