//! What the tests of models share: worlds with entities in awkward places, and a plain search for
//! neighbours that the twins use.

#![allow(dead_code)] // each test binary uses its own part

use flockwork_kernel::columns::{Columns, Reach};
use flockwork_kernel::{Axes, Axis, Edge, World, rng};
use flockwork_scheduler::{
    Cut, Grid, Initial, Model, Params, Partition, RefOf, Serial, Setup, Simulation, Stat, Stats,
};

pub mod twin;

/// A simulation on the calling thread.
pub type Sim<M> = Simulation<M, Serial>;

/// Parameters by name, as a scenario gives them.
pub fn params<P: Params>(values: &[(&str, f64)]) -> P {
    let mut params = P::default();
    for (name, value) in values {
        params.set(name, *value).unwrap();
    }
    params
}

/// A set-up in a world of this size.
pub fn setup(size: (f32, f32), edge: Edge, population: u32, seed: u64, dt: f32) -> Setup {
    Setup { world: World::new(size.0, size.1, edge).unwrap(), population, seed, dt }
}

/// A world as the model spawns it, in one domain.
pub fn spawned<M: Model>(setup: Setup, params: M::Params) -> Sim<M> {
    Sim::new(setup, params, Partition::new(Cut::Parts(1)), Serial::default(), None).unwrap()
}

/// A world whose entities begin at `places`, under a cut; uncut where the world is too small.
pub fn placed<M: Model>(setup: Setup, params: M::Params, cut: Cut, places: &[[f32; 3]]) -> Sim<M> {
    edited(setup, params, cut, &mut |id, row| {
        let along = setup.world.axes().len();
        for (name, at) in ["x", "y", "z"].into_iter().zip(places[id as usize]).take(along) {
            put::<M>(row, name, &at.to_le_bytes());
        }
    })
}

/// A world whose entities `edit` changes, given number and packed row.
pub fn edited<M: Model>(
    setup: Setup,
    params: M::Params,
    cut: Cut,
    edit: &mut dyn FnMut(u32, &mut [u8]),
) -> Sim<M> {
    let mut make = |cut| {
        let mut initial = |id: u32, row: &mut [u8]| {
            edit(id, row);
            Ok(())
        };
        let initial: &mut Initial<'_> = &mut initial;
        Sim::new(setup, params.clone(), Partition::new(cut), Serial::default(), Some(initial))
    };
    make(cut).or_else(|_| make(Cut::Parts(1))).unwrap()
}

/// Writes a column of a packed row.
pub fn put<M: Model>(row: &mut [u8], column: &str, bytes: &[u8]) {
    let travels = M::Columns::SCHEMA.iter().filter(|column| column.reach >= Reach::Owned);
    let mut at = 0;
    for known in travels {
        if known.name == column {
            assert_eq!(known.stride(), bytes.len());
            row[at..at + bytes.len()].copy_from_slice(bytes);
            return;
        }
        at += known.stride();
    }
    panic!("no column {column}");
}

/// What `read` makes of every entity, in order of their ids.
pub fn by_id<M: Model, T>(
    sim: &Sim<M>,
    mut read: impl FnMut(&RefOf<'_, M>, usize) -> T,
) -> Vec<(u32, T)> {
    let mut all = Vec::new();
    sim.visit(|id, columns, row| all.push((id, read(columns, row)))).unwrap();
    all.sort_by_key(|(id, _)| *id);
    all
}

/// The statistics, by name.
pub fn stats<M: Model>(sim: &mut Sim<M>) -> impl Fn(&str) -> f64 + use<M> {
    sim.observe().unwrap();
    let values = sim.report().unwrap();
    let names: Vec<_> = <M::Stats as Stats<M>>::LIST.iter().flat_map(Stat::names).collect();
    assert_eq!(values.len(), names.len());
    move |name| {
        let at = names.iter().position(|stat| stat == name).unwrap();
        values[at]
    }
}

/// A small world drawn from one number, for quickcheck.
#[derive(Debug)]
pub struct Draw {
    seed: u64,
    next: u32,
}

impl Draw {
    pub fn new(seed: u64) -> Self {
        Self { seed, next: 0 }
    }

    /// From 0 up to but without 1.
    pub fn unit(&mut self) -> f32 {
        self.next += 1;
        rng::unit(rng::draw(self.seed, 0, self.next, 1 << 20)[0])
    }

    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `count`.
    pub fn below(&mut self, count: u32) -> u32 {
        (self.unit() * count as f32) as u32
    }

    /// True once in `count` times.
    pub fn once_in(&mut self, count: u32) -> bool {
        self.below(count) == 0
    }

    pub fn edge(&mut self) -> Edge {
        [Edge::Periodic, Edge::Wall, Edge::Open][self.below(3) as usize]
    }

    pub fn cut<A: Axes>(&mut self) -> Cut {
        let (parts, layers) = if A::SPACE { (5, 2) } else { (3, 1) };
        [Cut::Parts(1), Cut::Parts(parts), Cut::Grid { cols: 2, rows: 2, layers }]
            [self.below(3) as usize]
    }

    /// A world for an interaction radius: a few radii wide, sometimes narrow.
    pub fn setup<A: Axes>(&mut self, radius: f32, dt: f32) -> Setup {
        let most = if A::SPACE { 120 } else { 70 };
        let population = if self.once_in(8) { 1 } else { 2 + self.below(most) };
        let axes: Vec<Axis> = (0..A::COUNT).map(|_| self.axis(radius)).collect();
        Setup { world: World::of(&axes).unwrap(), population, seed: self.seed, dt }
    }

    fn axis(&mut self, radius: f32) -> Axis {
        let edge = self.edge();
        let narrow = edge != Edge::Periodic && self.once_in(4);
        let sides = if narrow { (0.2, 2.0) } else { (2.1, 9.0) };
        Axis { length: radius * self.between(sides.0, sides.1), edge }
    }

    /// Places for all entities: uniform, clustered, on the borders of cells, at the seam, on a
    /// lattice, or far apart with many in one place.
    pub fn places(&mut self, setup: &Setup, radius: f32) -> Vec<[f32; 3]> {
        let grid = Grid::new(setup.world, radius, setup.population).unwrap();
        let lines = grid.inside().lines();
        let kind = self.below(6);
        let mut place = || {
            let centre = (1.0 + self.below(3) as f32) * 0.25;
            let mut place = [0.0; 3];
            for (axis, along) in setup.world.axes().iter().enumerate() {
                let side = along.length;
                let at = match kind {
                    0 => self.unit() * side,
                    1 => {
                        let centre = if axis == 1 { 1.0 - centre } else { centre };
                        centre * side + radius * self.between(-1.0, 1.0)
                    }
                    2 => side * self.below(lines[axis]) as f32 / lines[axis] as f32,
                    3 => {
                        let off = radius * self.unit();
                        if self.once_in(2) { off } else { side - off }
                    }
                    _ => side * 0.25 * self.below(4) as f32,
                };
                place[axis] = inside(at, side);
            }
            place
        };
        (0..setup.population).map(|_| place()).collect()
    }
}

/// Inside every kind of world.
fn inside(x: f32, side: f32) -> f32 {
    if x >= 0.0 && x < side { x } else { 0.0 }
}
