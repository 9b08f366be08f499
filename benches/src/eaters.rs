//! A field with those who eat of it: as a model, and as a plain program over arrays.
//!
//! Eaters go straight on, and take of the cell that they are in. Cells spread and grow. The plain program rounds
//! nothing in the field, serves eaters in the order in which they are listed, and never sorts them.

use flockwork_kernel::simd::{F32x8, Isa};
use flockwork_kernel::{Plane, rng};
use flockwork_scheduler::{
    Field, Finish, Model, Never, Pair, ParamError, Pass, RefOf, Rule, Setup, Tick, TileOf,
};

flockwork_kernel::columns! {
    /// State of one eater.
    pub mod eater {
        ghost {
            /// Position, length.
            position: vec(x, y),
        }
        owned {
            /// Velocity, length per time.
            velocity: vec(vx, vy),
            /// What it has eaten, a small part of it.
            eaten: f32,
        }
        scratch {
            /// What it wants, and then what it gets.
            graze: f32,
        }
    }
}

/// Cells along each axis.
pub const SIDE: usize = 1_000;
/// The side of the world, which is periodic.
pub const LENGTH: f32 = 100.0;
/// What flows in a tick of 1 between two cells: this share of their difference.
pub const SHARE: f32 = 0.2;
/// How fast amounts grow.
pub const RATE: f32 = 0.05;
/// Up to which they grow.
pub const CAPACITY: f32 = 1_000_000.0;
/// What an eater wants in a tick.
pub const WANT: f32 = 5_000.0;
/// What it counts one of that as.
const PART: f32 = 1e-3;

flockwork_scheduler::params! {
    /// The model: its parameters.
    pub struct Eaters {
        /// Nobody is looked for, but cells are as large as this.
        radius: f32 = 0.5, "length", 1e-3..=1e3;
        /// They begin in a corner, whose sides are so much of the world's.
        corner: f32 = 1.0, "", 0.0..=1.0;
    }
}

/// What is in a cell at first.
pub fn amount(cell: u32) -> f32 {
    (rng::unit(rng::draw(1, 2, cell, 0)[0]) * CAPACITY).floor()
}

impl Model for Eaters {
    type Columns = eater::Columns;
    type Params = Self;
    type Stats = ();
    type Passes = (Self,);
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "eaters";
    const ABOUT: &'static str = "eaters of a field, to be timed";
    const FIELDS: &'static [Field<Self>] = &[Field::<Self>::new("grass", "", "what is eaten")
        .rule(|_| Rule {
            diffusion: SHARE * (LENGTH / SIDE as f32) * (LENGTH / SIDE as f32),
            growth: RATE,
            capacity: CAPACITY,
            ..Rule::NONE
        })
        .take("graze")];

    fn new(eaters: Self, _: &Setup) -> Result<Self, ParamError> {
        Ok(eaters)
    }

    fn spawn(&self, setup: &Setup, id: u32) -> eater::Row {
        let [x, y, angle, _] = setup.draw(id, 0);
        eater::Row {
            position: setup.place_in::<Plane>(x, y, 0) * self.corner,
            velocity: rng::direction_in::<Plane>(angle, 0) * 0.05,
            ..Default::default()
        }
    }

    #[inline(always)]
    fn update<S: Isa>(&self, me: &mut TileOf<'_, S, Self>, tick: &Tick<Self>) {
        let (position, velocity) = tick.drift(me.position.get(), me.velocity.get());
        me.position.set(position);
        me.velocity.set(velocity);
        me.eaten.set(me.eaten.get() + me.graze.get() * F32x8::splat(PART));
    }
}

impl Pass<Self> for Eaters {
    type Shown = ();
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = ();

    fn radius(model: &Self) -> f32 {
        model.radius
    }

    fn show(_: &Self, _: &RefOf<'_, Self>, _row: usize, _: &Tick<Self>) {}

    #[inline(always)]
    fn pair<S: Isa>(_: &Self, _: &(), _: &Pair<'_, S, Self>, _: &mut ()) {}

    #[inline(always)]
    fn finish<S: Isa>(_: &Self, all: &mut Finish<'_, '_, S, Self>) {
        all.left.graze.set(F32x8::splat(WANT));
    }
}

/// The same as a plain program: an array of structures, and one for the field.
pub struct PlainEaters {
    eaters: Vec<PlainEater>,
    field: Vec<f32>,
    next: Vec<f32>,
}

struct PlainEater {
    x: f32,
    y: f32,
    vx: f32,
    vy: f32,
    eaten: f32,
}

impl PlainEaters {
    /// Those of the model at tick 0.
    pub fn new(setup: &Setup) -> Self {
        let model = Eaters::default();
        let eaters = (0..setup.population).map(|id| {
            let eater::Row { position, velocity, .. } = model.spawn(setup, id);
            let (x, y, vx, vy) = (position.x, position.y, velocity.x, velocity.y);
            PlainEater { x, y, vx, vy, eaten: 0.0 }
        });
        let field: Vec<f32> = (0..(SIDE * SIDE) as u32).map(amount).collect();
        Self { eaters: eaters.collect(), next: field.clone(), field }
    }

    /// A tick of 1.
    pub fn step(&mut self) {
        for eater in &mut self.eaters {
            let along = |at: f32| ((at * (SIDE as f32 / LENGTH)) as usize).min(SIDE - 1);
            let cell = &mut self.field[along(eater.y) * SIDE + along(eater.x)];
            let got = if *cell < WANT { *cell } else { WANT };
            *cell -= got;
            eater.eaten += got * PART;
            eater.x = wrapped(eater.x + eater.vx);
            eater.y = wrapped(eater.y + eater.vy);
        }
        spread(&self.field, &mut self.next);
        grow(&mut self.next);
        core::mem::swap(&mut self.field, &mut self.next);
    }

    /// What is in all cells, and has been eaten.
    pub fn totals(&self) -> (f64, f64) {
        let field = self.field.iter().map(|amount| f64::from(*amount)).sum();
        (field, self.eaters.iter().map(|eater| f64::from(eater.eaten)).sum())
    }

    /// What is in a cell.
    pub fn cell(&self, number: usize) -> f32 {
        self.field[number]
    }
}

fn wrapped(at: f32) -> f32 {
    if at >= LENGTH {
        at - LENGTH
    } else if at < 0.0 {
        at + LENGTH
    } else {
        at
    }
}

/// Every cell takes from the four around it; the rows at the ends by themselves, so that the loop within is plain.
pub fn spread(from: &[f32], to: &mut [f32]) {
    for (row, to) in to.chunks_exact_mut(SIDE).enumerate() {
        let line = |row: usize| &from[row % SIDE * SIDE..][..SIDE];
        let (here, below, above) = (line(row), line(row + SIDE - 1), line(row + 1));
        let one = |left: f32, at: usize, right: f32| {
            here[at] + SHARE * (left + right + below[at] + above[at] - 4.0 * here[at])
        };
        to[0] = one(here[SIDE - 1], 0, here[1]);
        to[SIDE - 1] = one(here[SIDE - 2], SIDE - 1, here[0]);
        for at in 1..SIDE - 1 {
            to[at] = one(here[at - 1], at, here[at + 1]);
        }
    }
}

/// Every cell grows as logistic growth has it.
pub fn grow(field: &mut [f32]) {
    for amount in field {
        *amount += RATE * *amount * (1.0 - *amount / CAPACITY);
    }
}
