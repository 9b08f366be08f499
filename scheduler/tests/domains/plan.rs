//! Worlds to try: of every kind, and awkward ones among them.

use flockwork_kernel::{Axes, Axis, Edge, Plane, World};
use flockwork_scheduler::{Cut, Executor, Grid, Partition, Setup, Simulation, SimulationError};

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
    Far,
    Away,
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
        let world = World::new(9.0, 7.0, Edge::Periodic).unwrap();
        Self {
            setup: Setup { world, population: 120, seed: 3, dt: 0.25 },
            params: DotsParams::default(),
            place: Place::Uniform,
            cut: Cut::Grid { cols: 2, rows: 2, layers: 1 },
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
        self.world_of::<Plane, X>(partition, executor)
    }

    /// The same of a plan in the plane or in space.
    pub fn world_of<A: Axes, X: Executor>(
        &self,
        partition: Partition,
        executor: X,
    ) -> Result<Simulation<Dots<A>, X>, SimulationError> {
        let cells = self.grid().inside();
        let mut initial = |id: u32, row: &mut [u8]| {
            // The places are behind the id.
            let (_, places) = row.split_at_mut(4);
            let axes = self.setup.world.axes().iter().zip(cells.lines());
            for (place, ((axis, lines), turn)) in
                places.chunks_exact_mut(4).zip(axes.zip([id, id / 7, id / 3]))
            {
                let at = f32::from_le_bytes(place.try_into().unwrap());
                place.copy_from_slice(&self.coordinate(at, *axis, lines, turn).to_le_bytes());
            }
            Ok(())
        };
        Simulation::new(self.setup, self.params, partition, executor, Some(&mut initial))
    }

    pub fn grid(&self) -> Grid {
        Grid::new(self.setup.world, self.params.radius, self.setup.population).unwrap()
    }

    /// How many cells there are in the world: it can be cut into as many regions.
    pub fn cells(&self) -> u32 {
        self.grid().inside().lines().iter().product()
    }

    fn coordinate(&self, x: f32, axis: Axis, lines: u32, turn: u32) -> f32 {
        let side = axis.length;
        let most = match axis.edge {
            Edge::Periodic => side.next_down(),
            Edge::Wall | Edge::Open => side,
        };
        let x = match self.place {
            Place::Uniform => x,
            Place::OneCell => x / lines as f32,
            Place::Borders => (turn % lines) as f32 * (side / lines as f32),
            Place::Seam => [0.0, f32::MIN_POSITIVE, side.next_down(), most][turn as usize % 4],
            Place::TwoPoints => [side * 0.25, side * 0.25 + 0.5][turn as usize % 2],
            // In crowds far from each other, where there is room for that.
            Place::Far if axis.is_open() => {
                let crowds = [-3000.0, -1.0, 0.0, 0.0, 900.0, 9000.0];
                return self.params.radius * (crowds[turn as usize % 6] + x / side);
            }
            Place::Away if axis.is_open() => return x + 40.0 * side,
            Place::Far | Place::Away => x,
        };
        if x > most { most } else { x }
    }
}

impl Plan {
    /// Any world and any cut that fits it; `below` gives any number below another one.
    pub fn any(below: &mut dyn FnMut(u32) -> u32) -> Self {
        Self::any_up_to(300, below)
    }

    /// The same in space.
    pub fn any_in_space(below: &mut dyn FnMut(u32) -> u32) -> Self {
        Self::any_along(World::MOST_AXES, 300, below)
    }

    /// The same with at most so many entities at tick 0.
    pub fn any_up_to(most: u32, below: &mut dyn FnMut(u32) -> u32) -> Self {
        Self::any_along(2, most, below)
    }

    fn any_along(axes: usize, most: u32, below: &mut dyn FnMut(u32) -> u32) -> Self {
        fn one_of<T: Copy>(of: &[T], below: &mut dyn FnMut(u32) -> u32) -> T {
            of[below(of.len() as u32) as usize]
        }
        let radius = one_of(&[1.0f32, 0.37, 12.5], below);
        let mut axis = || {
            let edge = one_of(&[Edge::Periodic, Edge::Periodic, Edge::Wall, Edge::Open], below);
            // In radii: two cells that meet on both sides, and a corridor narrower than one among them.
            let sides: &[f32] = match edge {
                Edge::Periodic => &[2.01, 2.2, 3.3, 5.0, 8.7],
                Edge::Wall | Edge::Open => &[0.3, 1.0, 1.4, 2.2, 5.0, 8.7],
            };
            Axis { length: one_of(sides, below) * radius, edge }
        };
        let axes: Vec<Axis> = (0..axes).map(|_| axis()).collect();
        let world = World::of(&axes).unwrap();
        let population = one_of(&[1, 2, 7, 8, 9, 60, 150, 300], below).min(most);
        let seed = below(u32::MAX).into();
        let setup = Setup { world, population, seed, dt: radius * 0.25 };
        let most = one_of(&[0, 0, 1, 5], below);
        let litter = one_of(&[1, 1, 3], below);
        let inflow = one_of(&[0, 0, 1, 5], below);
        // As many children all in all, or the world would fill up.
        let breed = 0.1 / litter as f32;
        let params = DotsParams { radius, most, breed, litter, inflow, ..DotsParams::default() };
        let place = one_of(
            &[
                Place::Uniform,
                Place::OneCell,
                Place::Borders,
                Place::Seam,
                Place::TwoPoints,
                Place::Far,
                Place::Away,
            ],
            below,
        );
        let rebalance = below(2) == 1;
        let plan = Self { setup, params, place, cut: Cut::Parts(1), rebalance };
        Self { cut: plan.any_cut(below), ..plan }
    }

    /// Any cut that fits this world.
    pub fn any_cut(&self, below: &mut dyn FnMut(u32) -> u32) -> Cut {
        if below(2) == 0 {
            Cut::Parts(1 + below(self.cells().min(9)))
        } else {
            let [cols, rows, layers] = self.grid().inside().lines();
            let rows = 1 + below(rows.min(4));
            let cols = 1 + below(cols.min(4));
            let layers = if layers > 1 { 1 + below(layers.min(4)) } else { 1 };
            Cut::Grid { cols, rows, layers }
        }
    }
}
