//! Worlds to try: of every kind, and awkward ones among them.

use flockwork_kernel::{Edge, World};
use flockwork_scheduler::{Cut, Executor, Grid, Partition, Setup, Simulation, SimulationError};
use quickcheck::{Arbitrary, Gen};

use crate::dots::{Dots, DotsParams};

/// Where entities are at tick 0.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// Anywhere.
    Uniform,
    /// All in one cell.
    OneCell,
    /// On the borders of cells.
    Borders,
    /// At the seam, or the walls.
    Seam,
    /// All at two points, so that distances tie.
    TwoPoints,
}

/// A world and how it is cut.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub setup: Setup,
    pub params: DotsParams,
    pub place: Place,
    pub cut: Cut,
    pub rebalance: bool,
}

impl Plan {
    /// A world in which much happens, to change what matters.
    pub fn usual() -> Self {
        let world = World::new(9.0, 7.0, Edge::Torus).unwrap();
        Self {
            setup: Setup { world, population: 120, seed: 3, dt: 0.25 },
            params: DotsParams::default(),
            place: Place::Uniform,
            cut: Cut::Grid { rows: 2, cols: 2 },
            rebalance: false,
        }
    }

    pub fn partition(&self) -> Partition {
        // Any unevenness at all has the world cut anew.
        let rebalance = self.rebalance.then_some(1.0);
        Partition { cut: self.cut, rebalance, capacity: None }
    }

    /// Makes the world.
    pub fn world<X: Executor>(&self, executor: X) -> Result<Simulation<Dots, X>, SimulationError> {
        self.world_in(self.partition(), executor)
    }

    /// Makes the world, cut in another way.
    pub fn world_in<X: Executor>(
        &self,
        partition: Partition,
        executor: X,
    ) -> Result<Simulation<Dots, X>, SimulationError> {
        let grid = self.grid();
        let mut initial = |id: u32, row: &mut [u8]| {
            let x = f32::from_le_bytes(row[4..8].try_into().unwrap());
            let y = f32::from_le_bytes(row[8..12].try_into().unwrap());
            let world = self.setup.world;
            let x = self.coordinate(x, world.width(), grid.cols(), id);
            let y = self.coordinate(y, world.height(), grid.rows(), id / 7);
            row[4..8].copy_from_slice(&x.to_le_bytes());
            row[8..12].copy_from_slice(&y.to_le_bytes());
            Ok(())
        };
        Simulation::new(self.setup, self.params, partition, executor, Some(&mut initial))
    }

    pub fn grid(&self) -> Grid {
        Grid::new(self.setup.world, self.params.radius, self.setup.population).unwrap()
    }

    fn coordinate(&self, x: f32, side: f32, lines: u32, turn: u32) -> f32 {
        let most = match self.setup.world.edge() {
            Edge::Torus => side.next_down(),
            Edge::Walls | Edge::Open => side,
        };
        let x = match self.place {
            Place::Uniform => x,
            Place::OneCell => x / lines as f32,
            Place::Borders => (turn % lines) as f32 * (side / lines as f32),
            Place::Seam => [0.0, f32::MIN_POSITIVE, side.next_down(), most][turn as usize % 4],
            Place::TwoPoints => [side * 0.25, side * 0.25 + 0.5][turn as usize % 2],
        };
        if x > most { most } else { x }
    }
}

impl Arbitrary for Plan {
    fn arbitrary(g: &mut Gen) -> Self {
        let edge = *g.choose(&[Edge::Torus, Edge::Torus, Edge::Walls, Edge::Open]).unwrap();
        // In cells: a torus of two and a strip of one among them.
        let sides: &[f32] = match edge {
            Edge::Torus => &[2.01, 2.2, 3.3, 5.0, 8.7],
            Edge::Walls | Edge::Open => &[1.0, 1.4, 2.2, 5.0, 8.7],
        };
        let radius = *g.choose(&[1.0f32, 0.37, 12.5]).unwrap();
        let mut side = || *g.choose(sides).unwrap() * radius;
        let world = World::new(side(), side(), edge).unwrap();
        let population = *g.choose(&[1, 2, 7, 8, 9, 60, 150, 300]).unwrap();
        let setup = Setup { world, population, seed: u64::arbitrary(g), dt: radius * 0.25 };
        let places =
            [Place::Uniform, Place::OneCell, Place::Borders, Place::Seam, Place::TwoPoints];
        let most = *g.choose(&[0, 0, 1, 5]).unwrap();
        let params = DotsParams { radius, most, ..DotsParams::default() };
        let place = *g.choose(&places).unwrap();
        let plan = Self { setup, params, place, cut: Cut::Parts(1), rebalance: bool::arbitrary(g) };
        let grid = plan.grid();
        let up_to = |g: &mut Gen, most: u32| 1 + u32::arbitrary(g) % most;
        let cut = if bool::arbitrary(g) {
            Cut::Parts(up_to(g, grid.cells().min(9)))
        } else {
            Cut::Grid { rows: up_to(g, grid.rows().min(4)), cols: up_to(g, grid.cols().min(4)) }
        };
        Self { cut, ..plan }
    }
}
