//! What becomes of an entity after so many ticks: mean squared displacement, velocity autocorrelation.
//!
//! ```text
//! msd(t)  = mean of |r(t0 + t) - r(t0)|^2
//! vacf(t) = mean of v(t0) v(t0 + t)
//! ```
//!
//! The mean is over entities and over origins t0: every so many looks begin a new one, which is kept for as long
//! as the longest lag. An entity counts for a lag if it is there at both ends: who was born after an origin
//! or has died since does not. Sums are exact.
//!
//! # Reference
//!
//! M. P. Allen, D. J. Tildesley, "Computer Simulation of Liquids", 2nd edition, 2017, section 8.4; the diffusion
//! coefficient by A. Einstein, 1905, from the slope of the one, and by M. S. Green, 1954, and R. Kubo, 1957,
//! from the integral of the other.

use std::collections::VecDeque;
use std::marker::PhantomData;

use flockwork_kernel::{Axes, Plane, Vector, World};

use crate::look::{Look, Observable, ObserveError, check_axes, whole};
use crate::table::Table;
use crate::total::Total;
use crate::unwrap::Unwrap;

/// The most lags.
const MOST_LAGS: u32 = 100_000;

/// At which lags to look, and how often to begin anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lags {
    /// How many ticks lie between two lags.
    pub every: u32,
    /// How many lags there are beside 0.
    pub lags: u32,
    /// How many lags lie between two origins.
    pub origins: u32,
    /// The time of a tick.
    pub dt: f64,
}

impl Lags {
    fn check(&self) -> Result<(), ObserveError> {
        whole("every", self.every, u32::MAX)?;
        whole("lags", self.lags, MOST_LAGS)?;
        whole("origins", self.origins, MOST_LAGS)?;
        Ok(())
    }

    /// How many origins are kept at once.
    pub fn kept(&self) -> u64 {
        u64::from(self.lags / self.origins.max(1)) + 1
    }
}

/// Where everybody was, or how fast.
#[derive(Clone, Debug)]
struct Origin {
    tick: u64,
    ids: Vec<u32>,
    /// One after the other, as many for each entity as there are axes.
    values: Vec<f64>,
}

/// Sums over entities and origins by lag.
#[derive(Clone, Debug)]
struct Correlation<A> {
    lags: Lags,
    kept: VecDeque<Origin>,
    sums: Vec<[Total; World::MOST_AXES]>,
    pairs: Vec<u64>,
    samples: u64,
    axes: PhantomData<A>,
}

impl<A: Axes> Correlation<A> {
    fn new(lags: Lags) -> Result<Self, ObserveError> {
        lags.check()?;
        let count = lags.lags as usize + 1;
        Ok(Self {
            lags,
            kept: VecDeque::new(),
            sums: vec![Default::default(); count],
            pairs: vec![0; count],
            samples: 0,
            axes: PhantomData,
        })
    }

    /// Whether a lag ends at a tick.
    fn is_due(&self, tick: u64) -> bool {
        tick.is_multiple_of(u64::from(self.lags.every))
    }

    /// Meets all origins with how it is now; `product` is of the values at both ends.
    fn meet(
        &mut self,
        tick: u64,
        ids: &[u32],
        values: Vec<f64>,
        product: impl Fn(f64, f64) -> f64,
    ) {
        let every = u64::from(self.lags.every);
        let longest = every * u64::from(self.lags.lags);
        self.kept.retain(|origin| tick.wrapping_sub(origin.tick) <= longest);
        if tick.is_multiple_of(every * u64::from(self.lags.origins)) {
            self.kept.push_back(Origin { tick, ids: ids.to_vec(), values: values.clone() });
        }
        for origin in &self.kept {
            let lag = ((tick - origin.tick) / every) as usize;
            let (Some(sums), Some(pairs)) = (self.sums.get_mut(lag), self.pairs.get_mut(lag))
            else {
                continue;
            };
            *pairs += both(&origin.ids, ids, |before, now| {
                let before = &origin.values[before * A::COUNT..][..A::COUNT];
                let now = &values[now * A::COUNT..][..A::COUNT];
                for ((sum, before), now) in sums.iter_mut().zip(before).zip(now) {
                    sum.add(product(*before, *now));
                }
            });
        }
        self.samples += 1;
    }

    fn merge(&mut self, other: &Self) -> Result<(), ObserveError> {
        if self.lags != other.lags {
            return Err(ObserveError::OtherParameters);
        }
        for (own, other) in self.sums.iter_mut().flatten().zip(other.sums.iter().flatten()) {
            own.merge(other);
        }
        self.pairs.iter_mut().zip(&other.pairs).for_each(|(own, other)| *own += other);
        self.samples += other.samples;
        Ok(())
    }

    /// The mean by lag, along one axis or, as that of the sum, along all.
    fn means(&self, axis: Option<usize>) -> Vec<f64> {
        let mean = |(sums, pairs): (&[Total; World::MOST_AXES], &u64)| {
            let mut sum = Total::default();
            let chosen =
                sums.iter().enumerate().filter(|(at, _)| axis.is_none_or(|axis| *at == axis));
            chosen.for_each(|(_, one)| sum.merge(one));
            sum.get() / *pairs as f64
        };
        self.sums.iter().zip(&self.pairs).map(mean).collect()
    }

    /// Lags in ticks and in time.
    fn table(&self) -> Table {
        let ticks = (0..=u64::from(self.lags.lags)).map(|lag| lag * u64::from(self.lags.every));
        let time = ticks.clone().map(|ticks| ticks as f64 * self.lags.dt);
        Table::default().whole("lag", ticks).real("time", "time", time)
    }
}

/// Calls `each` with the slots of those who are in both lists of ascending ids; gives how many.
fn both(before: &[u32], now: &[u32], mut each: impl FnMut(usize, usize)) -> u64 {
    if before == now {
        (0..now.len()).for_each(|slot| each(slot, slot));
        return now.len() as u64;
    }
    let (mut a, mut b, mut count) = (0, 0, 0);
    while let (Some(before), Some(now)) = (before.get(a), now.get(b)) {
        if before == now {
            each(a, b);
            count += 1;
        }
        (a, b) = (a + usize::from(before <= now), b + usize::from(now <= before));
    }
    count
}

/// The mean squared displacement.
#[derive(Clone, Debug)]
pub struct Displacement<A: Axes = Plane> {
    unwrap: Unwrap,
    correlation: Correlation<A>,
    /// How often somebody moved far, counted by those that were merged.
    far: u64,
}

impl<A: Axes> Displacement<A> {
    /// Follows entities in this world. It may look more often than at the lags: see [`Unwrap`].
    ///
    /// # Errors
    ///
    /// [`ObserveError`] for lags that are none or too many, or another number of axes.
    pub fn new(world: World, lags: Lags) -> Result<Self, ObserveError> {
        check_axes::<A>(&world)?;
        Ok(Self { unwrap: Unwrap::new(world), correlation: Correlation::new(lags)?, far: 0 })
    }

    /// Adds what another one counted; the entities that this one follows stay.
    ///
    /// # Errors
    ///
    /// [`ObserveError::OtherParameters`]; nothing was added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), ObserveError> {
        self.correlation.merge(&other.correlation)?;
        self.far += other.far + other.unwrap.far();
        Ok(())
    }
}

impl<A: Axes> Observable<A> for Displacement<A> {
    fn look(&mut self, look: &Look<'_, A>) -> Result<(), ObserveError> {
        look.check()?;
        let place = |place: &Vector<A>| [0, 1, 2].map(|axis| place.along(axis));
        self.unwrap.follow(look.ids.iter().copied().zip(look.places.iter().map(place)));
        if self.correlation.is_due(look.tick) {
            let at =
                |slot| self.unwrap.at(slot, [0.0; World::MOST_AXES]).into_iter().take(A::COUNT);
            let values = (0..look.ids.len()).flat_map(at).collect();
            self.correlation.meet(look.tick, look.ids, values, |before, now| {
                let way = now - before;
                way * way
            });
        }
        Ok(())
    }

    fn samples(&self) -> u64 {
        self.correlation.samples
    }

    fn table(&self) -> Table {
        const NAMES: [&str; World::MOST_AXES] = ["msd_x", "msd_y", "msd_z"];
        let mut table = self.correlation.table();
        table = table.real("msd", "length^2", self.correlation.means(None));
        for (axis, name) in NAMES.into_iter().enumerate().take(A::COUNT) {
            table = table.real(name, "length^2", self.correlation.means(Some(axis)));
        }
        table
            .whole("pairs", self.correlation.pairs.iter().copied())
            .count("far_moves", self.far + self.unwrap.far())
    }
}

/// The velocity autocorrelation.
#[derive(Clone, Debug)]
pub struct VelocityCorrelation<A: Axes = Plane> {
    correlation: Correlation<A>,
}

impl<A: Axes> VelocityCorrelation<A> {
    /// Has seen nobody yet.
    ///
    /// # Errors
    ///
    /// [`ObserveError`] for lags that are none or too many.
    pub fn new(lags: Lags) -> Result<Self, ObserveError> {
        Ok(Self { correlation: Correlation::new(lags)? })
    }

    /// Adds what another one counted; the origins of this one stay.
    ///
    /// # Errors
    ///
    /// [`ObserveError::OtherParameters`]; nothing was added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), ObserveError> {
        self.correlation.merge(&other.correlation)
    }
}

impl<A: Axes> Observable<A> for VelocityCorrelation<A> {
    fn look(&mut self, look: &Look<'_, A>) -> Result<(), ObserveError> {
        look.check()?;
        look.needs_velocities()?;
        if self.correlation.is_due(look.tick) {
            let of = |value: &flockwork_kernel::Vector<A>| {
                let value = *value;
                (0..A::COUNT).map(move |axis| f64::from(value.along(axis)))
            };
            let values = look.velocities.iter().flat_map(of).collect();
            self.correlation.meet(look.tick, look.ids, values, |before, now| before * now);
        }
        Ok(())
    }

    fn samples(&self) -> u64 {
        self.correlation.samples
    }

    fn table(&self) -> Table {
        let means = self.correlation.means(None);
        let first = means.first().copied().unwrap_or(f64::NAN);
        let step = f64::from(self.correlation.lags.every) * self.correlation.lags.dt;
        let mut integral = 0.0;
        let mut before = None;
        let diffusion: Vec<f64> = means
            .iter()
            .map(|now| {
                // By trapezoids, divided by the number of axes.
                integral += before.map_or(0.0, |before: f64| (before + now) / 2.0 * step);
                before = Some(*now);
                integral / A::COUNT as f64
            })
            .collect();
        let share: Vec<f64> = means.iter().map(|mean| mean / first).collect();
        self.correlation
            .table()
            .real("vacf", "length^2/time^2", means)
            .real("normalized", "", share)
            .real("diffusion", "length^2/time", diffusion)
            .whole("pairs", self.correlation.pairs.iter().copied())
    }
}
