//! Statistics: named once, with how each is summed, and right for whatever state the columns hold.
//!
//! [`stats!`](crate::stats!) makes of a list a struct with a number for each statistic. Reals are
//! summed exactly ([`flockwork_kernel::exact`]), so a sum has the same bits under every cut, and no
//! range that it could leave. What is not a finite number, or has nobody to count, is NaN: null in
//! reports.

mod history;
mod kind;
mod tally;
mod value;

use alloc::vec::Vec;

use crate::start::Totals;
pub use history::History;
pub use kind::{Kind, Stat};
pub(crate) use kind::{forget_events, hears, history, peaks, reals, words};
pub use tally::{BLOCK, Tally};

/// The statistics of model `M`, made by [`stats!`](crate::stats!).
pub trait Stats<M>: Copy + Send + Sync + 'static {
    /// One entity of the model as plain numbers.
    type Row;
    /// An event of the model.
    type Event;

    /// All of them.
    const LIST: &'static [Stat];

    /// Adds so many entities, up to [`BLOCK`].
    #[doc(hidden)]
    fn tally(model: &M, rows: usize, row: impl Fn(usize) -> Self::Row, tally: &mut Tally<'_>);

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
                rows: usize,
                row: impl Fn(usize) -> $crate::RowOf<$model>,
                tally: &mut $crate::stats::Tally<'_>,
            ) {
                $($crate::__stat!(add $kind (model rows row tally) $($low, $high, $bins,)? $value);)+
                let _ = (model, rows, row);
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

    (add Count ($model:ident $rows:ident $row:ident $tally:ident) $value:expr) => {
        $tally.add_count($rows, |at| $crate::stats::call($model, &$row(at), $value))
    };
    (add Sum ($model:ident $rows:ident $row:ident $tally:ident) $value:expr) => {
        $tally.add_sum($rows, |at| $crate::stats::call($model, &$row(at), $value))
    };
    (add Mean ($model:ident $rows:ident $row:ident $tally:ident) $value:expr) => {
        $tally.add_mean($rows, |at| $crate::stats::call($model, &$row(at), $value))
    };
    (add Max ($model:ident $rows:ident $row:ident $tally:ident) $value:expr) => {
        $tally.add_max($rows, |at| $crate::stats::call($model, &$row(at), $value))
    };
    (add MeanLength ($model:ident $rows:ident $row:ident $tally:ident) $value:expr) => {
        $tally.add_mean_length($rows, |at| $crate::stats::call($model, &$row(at), $value))
    };
    (add Histogram ($model:ident $rows:ident $row:ident $tally:ident)
        $low:expr, $high:expr, $bins:expr, $value:expr) => {
        $tally.add_histogram(
            ($low, $high, $bins),
            $rows,
            |at| $crate::stats::call($model, &$row(at), $value),
        )
    };
    (add EventSum ($model:ident $rows:ident $row:ident $tally:ident) $value:expr) => {
        $tally.pass($crate::stats::Kind::EventSum)
    };
    (add $over_all:ident ($model:ident $rows:ident $row:ident $tally:ident) $value:expr) => {};

    (hear EventSum $model:ident $row:ident $event:ident $tally:ident $value:expr) => {
        $tally.add_sum(1, |_| $crate::stats::call_event($model, $row, $event, $value))
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
