//! The neighbour pass against the theory of Poisson points, through a model that only counts.

use core::ops::Range;

use flockwork_kernel::{Edge, F32x8, rng};
use flockwork_scheduler::{Context, Model, MutOf, ParamError, RefOf, ScratchOf, Setup, Tick};
use flockwork_spatial::{Pair, Positioned};

use crate::common::{by_id, params, setup, spawned};

flockwork_kernel::columns! {
    /// A point that counts its neighbours.
    pub mod point {
        ghost {
            /// Position along x.
            x: f32,
            /// Position along y.
            y: f32,
        }
        owned {
            /// Neighbours in the last tick.
            count: f32,
        }
        scratch {
            /// Neighbours in this tick.
            new_count: f32,
        }
    }
}

flockwork_scheduler::params! {
    /// How far a neighbour may be.
    pub struct CounterParams {
        /// Points closer than this are neighbours.
        radius: f32 = 1.0, "length", 1e-6..=1e6;
    }
}

struct Counter(CounterParams);

#[derive(Clone, Copy, Default)]
struct Seen(f32, f32);

impl Positioned for Seen {
    fn x(&self) -> f32 {
        self.0
    }
    fn y(&self) -> f32 {
        self.1
    }
}

impl Model for Counter {
    type Columns = point::Columns;
    type Params = CounterParams;
    type Record = Seen;
    type Tile = ();
    type Sum = F32x8;

    const NAME: &'static str = "counter";
    const ABOUT: &'static str = "points that count their neighbours";

    fn new(params: CounterParams, _setup: &Setup) -> Result<Self, ParamError> {
        Ok(Self(params))
    }

    fn radius(&self) -> f32 {
        self.0.radius
    }

    fn spawn(&self, setup: &Setup, id: u32, columns: &mut MutOf<'_, Self>, row: usize) {
        let [x, y, ..] = rng::draw(setup.seed, 0, id, 0);
        columns.x[row] = rng::unit(x) * setup.world.width();
        columns.y[row] = rng::unit(y) * setup.world.height();
    }

    fn record(&self, columns: &RefOf<'_, Self>, row: usize) -> Seen {
        Seen(columns.x[row], columns.y[row])
    }

    fn load(&self, _columns: &RefOf<'_, Self>, _at: usize) -> ((), F32x8) {
        ((), F32x8::ZERO)
    }

    fn pair(&self, _tile: &(), _other: &Seen, pair: &Pair, sum: &mut F32x8) {
        *sum += pair.near.keep(F32x8::ONE);
    }

    fn finish(
        &self,
        at: usize,
        _count: usize,
        _tile: &(),
        sum: &F32x8,
        _columns: &RefOf<'_, Self>,
        scratch: &mut ScratchOf<'_, Self>,
        _context: &mut Context<'_, Self>,
    ) {
        sum.store(&mut scratch.new_count[at..]);
    }

    fn update(&self, columns: &mut MutOf<'_, Self>, rows: Range<usize>, _tick: &Tick) {
        columns.count[rows.clone()].copy_from_slice(&columns.new_count[rows]);
    }
}

#[test]
fn points_at_random_have_as_many_neighbours_as_poisson_says() {
    let count = 20_000u32;
    for (side, radius, seed) in [(70.7f32, 1.0f64, 1), (100.0, 0.5, 2), (30.0, 1.3, 3)] {
        let world = setup((side, side), Edge::Torus, count, seed, 1.0);
        let mut sim = spawned::<Counter>(world, params(&[("radius", radius)]));
        sim.step().unwrap();
        let counts = by_id(&sim, |c, row| f64::from(c.count[row]));
        let n = f64::from(count);
        let mean = counts.iter().map(|(_, count)| count).sum::<f64>() / n;
        let spread = counts.iter().map(|(_, count)| (count - mean).powi(2)).sum::<f64>() / n;
        let area = f64::from(side) * f64::from(side);
        let expected = (n - 1.0) * core::f64::consts::PI * radius * radius / area;
        // The number of pairs varies by the root of its mean: 4 standard errors.
        let error = 4.0 * (2.0 * expected / n).sqrt();
        assert!((mean - expected).abs() < error, "{mean} {expected}");
        // Of a Poisson number the variance is the mean.
        assert!((spread / expected - 1.0).abs() < 0.15, "{spread} {expected}");
    }
}
