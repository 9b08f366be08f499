//! The radial distribution g(r): how much likelier than by chance somebody is so far away.
//!
//! ```text
//! g(r) = pairs in the shell / pairs expected there of entities spread evenly
//!      = sum over looks of pairs / sum over looks of N (N - 1) / 2 * w(shell) / V
//! ```
//!
//! Of two groups, ordered pairs of one of the first and one of the second are counted, and their number at any
//! distance is expected instead: of the same two groups with N_a and N_b entities, of which N_ab are of both,
//! N_a N_b - N_ab.
//!
//! w is the area or volume of the shell. Where the world has walls a shell around an entity reaches past
//! them: w is then the mean of what is inside, over entities spread evenly in the box, which is known in
//! closed form (the isotropic set covariance of a rectangle or box). So g is 1 of chance in walled
//! worlds too. An open axis has no end, and so there is no density: its length in the world stands for it,
//! without a correction.
//!
//! # Reference
//!
//! M. P. Allen, D. J. Tildesley, "Computer Simulation of Liquids", 2nd edition, 2017, section 8.2; D. Stoyan,
//! W. S. Kendall, J. Mecke, "Stochastic Geometry and its Applications", 1995, for the covariance.

use std::f64::consts::PI;
use std::marker::PhantomData;

use flockwork_kernel::isa::Isa;
use flockwork_kernel::simd::F32x8;
use flockwork_kernel::{Axes, LANES, Plane, World};
use flockwork_spatial::index::{Indexed, reorder};
use flockwork_spatial::neighbours::{Neighbours, Tile, Visit, nothing};
use flockwork_spatial::{Index, Pair};

use crate::bins::Bins;
use crate::look::{Look, Observable, ObserveError};
use crate::table::Table;

/// Counts pairs by their distance.
#[derive(Clone, Debug)]
pub struct Radial<A: Axes = Plane> {
    world: World,
    bins: Bins,
    index: Index<A>,
    pairs: Vec<u64>,
    samples: u64,
    /// Over all looks: entities from which others are seen, who these are, and pairs at any distance.
    entities: u64,
    others: u64,
    all_pairs: u128,
    /// Whether pairs are of two groups, and counted from the first to the second.
    grouped: bool,
}

/// Bits of [`Look::groups`]: those from whom others are seen, and these.
const FROM: u8 = 1;
const TO: u8 = 2;

impl<A: Axes> Radial<A> {
    /// Counts in `bins` up to the distance `r`, which need not be near to a model's own radius.
    ///
    /// # Errors
    ///
    /// [`ObserveError`] if `r` is not below half of a periodic axis, above a walled one, or no number
    /// above 0; if there are no bins or too many; if the world has other axes.
    pub fn new(world: World, r: f32, bins: u32) -> Result<Self, ObserveError> {
        crate::look::check_axes::<A>(&world)?;
        let bins = Bins::new("r", f64::from(r), bins)?;
        let walls = world.axes().iter().filter(|axis| axis.is_wall());
        let reach =
            walls.map(|axis| axis.length).fold(f32::INFINITY, |a, b| if b < a { b } else { a });
        if r > reach {
            let allowed = format!("at most {reach}, the length between two walls");
            return Err(ObserveError::Parameter { name: "r", value: f64::from(r), allowed });
        }
        let index = Index::new(world, r)?;
        let pairs = vec![0; bins.len()];
        Ok(Self {
            world,
            bins,
            index,
            pairs,
            samples: 0,
            entities: 0,
            others: 0,
            all_pairs: 0,
            grouped: false,
        })
    }

    /// The same from entities of one group to those of another one, which may share entities or be the same:
    /// bit 0 of [`Look::groups`] says who is of the first, and bit 1 who is of the second.
    ///
    /// # Errors
    ///
    /// As [`Radial::new`].
    pub fn between(world: World, r: f32, bins: u32) -> Result<Self, ObserveError> {
        Ok(Self { grouped: true, ..Self::new(world, r, bins)? })
    }

    /// Pairs by their distance, over all looks; of two groups each as often as it leads from the first to
    /// the second.
    pub fn pairs(&self) -> &[u64] {
        &self.pairs
    }

    /// Adds what another one counted, of a world of the same axes.
    ///
    /// # Errors
    ///
    /// [`ObserveError::OtherParameters`]; nothing was added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), ObserveError> {
        if (self.world, self.bins, self.grouped) != (other.world, other.bins, other.grouped) {
            return Err(ObserveError::OtherParameters);
        }
        self.pairs.iter_mut().zip(&other.pairs).for_each(|(own, other)| *own += other);
        self.samples += other.samples;
        self.entities += other.entities;
        self.others += other.others;
        self.all_pairs += other.all_pairs;
        Ok(())
    }

    /// The mean area or volume, inside the world, of a ball of this radius around an entity.
    fn ball(&self, r: f64) -> f64 {
        let walls: Vec<f64> = (self.world.axes().iter())
            .filter(|axis| axis.is_wall())
            .map(|axis| r / f64::from(axis.length))
            .collect();
        // Sums over one, two and three walled axes, by the means of |cos| and products of it.
        let one: f64 = walls.iter().sum();
        let squares: f64 = walls.iter().map(|wall| wall * wall).sum();
        let two = (one * one - squares) / 2.0;
        if A::SPACE {
            let three = if walls.len() == 3 { walls.iter().product() } else { 0.0 };
            let mean = 1.0 / 3.0 - one / 8.0 + two * 2.0 / (15.0 * PI) - three / (24.0 * PI);
            4.0 * PI * r * r * r * mean
        } else {
            let mean = 0.5 - one * 2.0 / (3.0 * PI) + two / (4.0 * PI);
            2.0 * PI * r * r * mean
        }
    }
}

impl<A: Axes> Observable<A> for Radial<A> {
    fn look(&mut self, look: &Look<'_, A>) -> Result<(), ObserveError> {
        look.check()?;
        if self.grouped {
            look.needs_groups()?;
        }
        self.index.rebuild_with_ids(look.places, look.ids)?;
        let r = self.bins.most() as f32;
        let last = self.pairs.len() as u32 - 1;
        let scale = self.pairs.len() as f32 / r;
        let bins = BinLanes { scale, last };
        let (entities, others, all_pairs) = if self.grouped {
            let mut groups = vec![0; look.places.len()];
            reorder(self.index.order(), look.groups, &mut groups)?;
            let mut count =
                CountGroups { pairs: &mut self.pairs, bins, own: &groups, axes: PhantomData };
            self.index.visit_pairs(r, &groups, &mut count)?;
            let of = |bits: u8| groups.iter().filter(|own| **own & bits == bits).count() as u64;
            let (from, to) = (of(FROM), of(TO));
            (from, to, u128::from(from) * u128::from(to) - u128::from(of(FROM | TO)))
        } else {
            let mut count = Count { pairs: &mut self.pairs, bins, axes: PhantomData };
            self.index.visit_pairs(r, nothing(look.places.len()), &mut count)?;
            let all = look.places.len() as u64;
            (all, all, u128::from(all) * u128::from(all.saturating_sub(1)) / 2)
        };
        self.samples += 1;
        self.entities += entities;
        self.others += others;
        self.all_pairs += all_pairs;
        Ok(())
    }

    fn samples(&self) -> u64 {
        self.samples
    }

    fn table(&self) -> Table {
        let density = self.all_pairs as f64 / self.world.size();
        let g = self.pairs.iter().enumerate().map(|(bin, pairs)| {
            let shell = self.ball(self.bins.begin(bin + 1)) - self.ball(self.bins.begin(bin));
            *pairs as f64 / (density * shell)
        });
        let within = self.pairs.iter().scan(0, |sum, pairs| {
            *sum += if self.grouped { *pairs } else { 2 * pairs };
            Some(*sum as f64 / self.entities as f64)
        });
        let table = Table::default()
            .real("r", "length", self.bins.middles())
            .real("g", "", g)
            .real("within", "", within)
            .whole("pairs", self.pairs.iter().copied())
            .count("entities", self.entities);
        if self.grouped { table.count("others", self.others) } else { table }
    }
}

/// Finds bins in lanes.
#[derive(Clone, Copy)]
struct BinLanes {
    /// Bins per length.
    scale: f32,
    last: u32,
}

impl BinLanes {
    #[inline(always)]
    fn of<A: Axes, S: Isa>(self, pair: &Pair<A, S>) -> [u32; LANES] {
        (pair.d2.sqrt() * F32x8::splat(self.scale)).to_index(self.last).to_array()
    }
}

/// Counts the pairs that it meets, in lanes.
struct Count<'a, A> {
    pairs: &'a mut [u64],
    bins: BinLanes,
    axes: PhantomData<A>,
}

impl<A: Axes> Visit for Count<'_, A> {
    type Axes = A;
    type Shown = ();
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = ();
    const SELECTIVE: bool = true;

    #[inline(always)]
    fn pair<S: Isa>(&mut self, _: &(), _: &(), pair: &Pair<A, S>, _: &mut ()) {
        let bins = self.bins.of(pair);
        for lane in pair.near.lanes() {
            if let Some(count) = self.pairs.get_mut(bins[lane] as usize) {
                *count += 1;
            }
        }
    }

    #[inline(always)]
    fn finish<S: Isa>(&mut self, _: Tile<'_>, _: &(), _: &()) {}
}

/// The same of two groups.
struct CountGroups<'a, A> {
    pairs: &'a mut [u64],
    bins: BinLanes,
    /// The groups of each, in the order of the index.
    own: &'a [u8],
    axes: PhantomData<A>,
}

impl<A: Axes> Visit for CountGroups<'_, A> {
    type Axes = A;
    type Shown = u8;
    type Tile<S: Isa> = [u8; LANES];
    type Sum<S: Isa> = ();
    const SELECTIVE: bool = true;

    #[inline(always)]
    fn load<S: Isa>(&mut self, tile: Tile<'_>) -> ([u8; LANES], ()) {
        let mut groups = [0; LANES];
        let own = self.own.iter().skip(tile.first).take(tile.entries.len());
        groups.iter_mut().zip(own).for_each(|(place, own)| *place = *own);
        (groups, ())
    }

    #[inline(always)]
    fn pair<S: Isa>(&mut self, own: &[u8; LANES], other: &u8, pair: &Pair<A, S>, _: &mut ()) {
        let bins = self.bins.of(pair);
        let leads = |from: u8, to: u8| u64::from(from & FROM != 0 && to & TO != 0);
        for lane in pair.near.lanes() {
            if let Some(count) = self.pairs.get_mut(bins[lane] as usize) {
                *count += leads(own[lane], *other) + leads(*other, own[lane]);
            }
        }
    }

    #[inline(always)]
    fn finish<S: Isa>(&mut self, _: Tile<'_>, _: &[u8; LANES], _: &()) {}
}
