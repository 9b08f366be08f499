//! Fields: what lies in the cells of a grid of their own over the world, such as grass, scent or heat.
//!
//! An amount is a whole number from 0 to [`MOST`], kept as `f32`: see [`flockwork_kernel::field`]. Entities and
//! fields meet in scratch columns, which a model names in [`Model::FIELDS`](crate::Model::FIELDS):
//!
//! | what | when | what the column holds |
//! | --- | --- | --- |
//! | [`Field::here`] | before the first pass | the amount in the cell of the entity's place |
//! | [`Field::smooth`] | before the first pass | the amount at its place, linear between the middles of cells |
//! | [`Field::gradient`] | before the first pass | how fast that rises along each axis, per length |
//! | [`Field::take`] | 0 before the first pass | what the entity wants, from the passes; from then on what it gets |
//! | [`Field::put`] | 0 before the first pass | what it gives, from the passes |
//!
//! What is read is of the begin of the tick. If those in a cell want more than there is, all get the same share of
//! what they want, rounded down ([`Given`](flockwork_kernel::field::Given)); what rounding leaves stays in the cell.
//! Then what is given is added, up to [`MOST`], and the field's [`Rule`] takes the whole field to the next tick: it
//! decays, spreads and grows, in this order.
//!
//! Wants and gifts count as the whole number below them: nothing where they are below 1 or NaN, and [`MOST`] where
//! they are more. Outside of the world, where an axis is open, there is no field: there an entity reads 0 and gets
//! nothing, and what it gives is gone.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use flockwork_kernel::field::Growth;
pub use flockwork_kernel::field::{MOST, MOST_CELLS};
pub use flockwork_kernel::lattice::Lattice;
use flockwork_kernel::{World, rng};

/// A field of a model `M`.
pub struct Field<M> {
    /// Its name in scenario files.
    pub name: &'static str,
    /// The unit of its amounts.
    pub unit: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    pub(crate) start: fn(&M) -> f32,
    pub(crate) rule: fn(&M) -> Rule,
    pub(crate) here: Option<&'static str>,
    pub(crate) smooth: Option<&'static str>,
    pub(crate) gradient: Option<[&'static str; World::MOST_AXES]>,
    pub(crate) take: Option<&'static str>,
    pub(crate) put: Option<&'static str>,
}

impl<M> Field<M> {
    /// A field that is empty at first, and stays as entities leave it.
    pub const fn new(name: &'static str, unit: &'static str, about: &'static str) -> Self {
        Self {
            name,
            unit,
            about,
            start: |_| 0.0,
            rule: |_| Rule::NONE,
            here: None,
            smooth: None,
            gradient: None,
            take: None,
            put: None,
        }
    }

    /// With so much in each cell at first, where a scenario says nothing else: the whole number below it.
    pub const fn starts(mut self, start: fn(&M) -> f32) -> Self {
        self.start = start;
        self
    }

    /// With a rule, made of the model's parameters.
    pub const fn rule(mut self, rule: fn(&M) -> Rule) -> Self {
        self.rule = rule;
        self
    }

    /// The scratch column of `f32` that has the amount in an entity's cell.
    pub const fn here(mut self, column: &'static str) -> Self {
        self.here = Some(column);
        self
    }

    /// The one that has the amount at an entity's place.
    pub const fn smooth(mut self, column: &'static str) -> Self {
        self.smooth = Some(column);
        self
    }

    /// Those that have how fast it rises along x, y and z there: the components of a `vec`.
    pub const fn gradient(mut self, columns: [&'static str; World::MOST_AXES]) -> Self {
        self.gradient = Some(columns);
        self
    }

    /// The one in which entities say what they want, and find what they get.
    pub const fn take(mut self, column: &'static str) -> Self {
        self.take = Some(column);
        self
    }

    /// The one in which they say what they give.
    pub const fn put(mut self, column: &'static str) -> Self {
        self.put = Some(column);
        self
    }

    /// Whether entities can change it.
    pub(crate) const fn is_open(&self) -> bool {
        self.take.is_some() || self.put.is_some()
    }

    /// What it begins with where nothing else is said.
    pub(crate) fn sown(&self, model: &M) -> Start {
        Start::Amount((self.start)(model))
    }
}

/// What a field does by itself in each tick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// The rate at which amounts vanish, 1 / time: a share of `decay dt` of each in a tick, rounded down.
    pub decay: f32,
    /// The coefficient of diffusion, length² / time. In a tick flows between two cells side by side a share of
    /// `diffusion dt / h²` of their difference, h being how long a cell is along that axis; all axes together may
    /// have at most 1/2.
    pub diffusion: f32,
    /// The rate of logistic growth, 1 / time: see [`Growth`].
    pub growth: f32,
    /// What comes at least where there is room, amount / time: the whole number below `seeds dt` in a tick.
    pub seeds: f32,
    /// Where growth ends.
    pub capacity: f32,
}

impl Rule {
    /// Nothing happens.
    pub const NONE: Self =
        Self { decay: 0.0, diffusion: 0.0, growth: 0.0, seeds: 0.0, capacity: MOST };

    /// What it does in a tick on these cells.
    ///
    /// # Errors
    ///
    /// What is wrong, to go on after "field `grass`: ".
    pub(crate) fn steps(&self, lattice: &Lattice, dt: f32) -> Result<Steps, String> {
        let Self { decay, diffusion, growth, seeds, capacity } = *self;
        for (name, value) in
            [("decay", decay), ("diffusion", diffusion), ("growth", growth), ("seeds", seeds)]
        {
            if !(value >= 0.0 && value * dt < f32::INFINITY) {
                return Err(alloc::format!(
                    "its {name} is {value}: it must be a number of at least 0"
                ));
            }
        }
        if decay * dt > 1.0 {
            return Err(alloc::format!(
                "its decay is {decay}, with which more would vanish than there is in a tick of {dt}: it \
                 must be at most {}",
                1.0 / dt
            ));
        }
        if !(1.0..=MOST).contains(&capacity) {
            return Err(alloc::format!(
                "its capacity is {capacity}: it must be a whole number from 1 to {MOST}"
            ));
        }
        let axes = lattice.world().axes().len();
        let inverse = |axis: usize| {
            let side = f64::from(lattice.side(axis));
            1.0 / (side * side)
        };
        let all: f64 = (0..axes).map(inverse).sum();
        let most = 0.5 / (f64::from(dt) * all);
        if f64::from(diffusion) > most {
            return Err(alloc::format!(
                "its diffusion is {diffusion}, with which amounts would swing from tick to tick: with these \
                 cells and a dt of {dt} it must be at most {}",
                most as f32
            ));
        }
        let mut shares = [0.0; World::MOST_AXES];
        for (axis, share) in shares.iter_mut().enumerate().take(axes) {
            // A little less than the bound, where rounding would go beyond it.
            *share = (f64::from(diffusion) * f64::from(dt) * inverse(axis) * (1.0 - 1e-6)) as f32;
        }
        Ok(Steps {
            decay: decay * dt,
            shares,
            growth: Growth {
                rate: growth * dt,
                seeds: seeds * dt,
                capacity: whole(capacity) as f32,
            },
        })
    }
}

/// A rule in one tick.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps {
    pub(crate) decay: f32,
    pub(crate) shares: [f32; World::MOST_AXES],
    pub(crate) growth: Growth,
}

/// How a field begins: its cells, and what is in them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sown {
    /// How many cells it has along each axis; about one for each radius of the model if None.
    pub cells: Option<Vec<u32>>,
    /// What is in them; what the model says if None.
    pub start: Option<Start>,
}

/// A field as it is between two ticks.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldNow {
    /// Its name.
    pub name: String,
    /// How many cells it has along each axis.
    pub cells: Vec<u32>,
    /// What is in each: by layer, row and column, from the corner of the world on.
    pub amounts: Vec<f32>,
}

/// How many cells a field has along each axis of its world.
pub(crate) fn cells(lattice: &Lattice) -> Vec<u32> {
    lattice.counts().into_iter().take(lattice.world().axes().len()).collect()
}

/// What is in the cells of a field at first.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// The same in all: the whole number below it.
    Amount(f32),
    /// A whole number drawn for each, all from the first to the last alike.
    Noise {
        /// The least.
        least: f32,
        /// The most.
        most: f32,
    },
    /// One for each: by layer, row and column, from the corner of the world on.
    Cells(Vec<f32>),
}

impl Start {
    /// Checks it for a number of cells.
    ///
    /// # Errors
    ///
    /// What is wrong, to go on after "field `grass`: ".
    pub(crate) fn check(&self, lattice: &Lattice) -> Result<(), String> {
        let amount = |value: f32| (0.0..=MOST).contains(&value);
        let said = |what: fmt::Arguments<'_>, value: f32| {
            Err(alloc::format!("{what} is {value}: it must be a number from 0 to {MOST}"))
        };
        match self {
            Self::Amount(value) if !amount(*value) => said(format_args!("its start"), *value),
            Self::Noise { least, .. } if !amount(*least) => said(format_args!("the least"), *least),
            Self::Noise { most, .. } if !amount(*most) => said(format_args!("the most"), *most),
            Self::Noise { least, most } if least > most => Err(alloc::format!(
                "noise from {least} to {most}: the first must be at most the second"
            )),
            Self::Cells(values) if values.len() != lattice.len() => Err(alloc::format!(
                "{} values for {} cells: there must be one for each",
                values.len(),
                lattice.len()
            )),
            Self::Cells(values) => match values.iter().position(|value| !amount(*value)) {
                Some(at) => {
                    let [col, row, layer] = lattice.cell_of(at);
                    said(format_args!("the amount in cell {col}, {row}, {layer}"), values[at])
                }
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// The amount in a cell of field number `field`.
    pub(crate) fn amount(&self, seed: u64, field: usize, number: usize) -> f32 {
        match self {
            Self::Amount(value) => whole(*value) as f32,
            Self::Noise { least, most } => {
                let [word, ..] = rng::draw(seed, 0, number as u32, NOISE + field as u32);
                let (least, most) = (whole(*least), whole(*most));
                (least + rng::below(word, most - least + 1)) as f32
            }
            Self::Cells(values) => values.get(number).map_or(0.0, |value| whole(*value) as f32),
        }
    }
}

/// The stream of random numbers of the first field's noise: far from those of models.
const NOISE: u32 = 0x4e01_5e00;

/// The whole number below a want, a gift or an amount: 0 where it is none, and at most [`MOST`].
#[inline]
pub(crate) fn whole(value: f32) -> u32 {
    // A cast of what is below 0, or NaN, is 0.
    (value as u32).min(MOST as u32)
}

/// A field cannot be as it is said.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldError {
    /// The field.
    pub field: String,
    /// What is wrong, and what is allowed.
    pub problem: String,
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "field `{}`: {}", self.field, self.problem)
    }
}

impl core::error::Error for FieldError {}
