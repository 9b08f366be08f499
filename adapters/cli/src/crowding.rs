//! How many neighbours entities really have: on average, and at most.
//!
//! The cost of a tick grows with the candidates of each entity, so a crowd in one place costs the
//! square of its number, whatever the average density says. Entities at the very same place are
//! counted once for all of them; where even that would take long, the entities of all cells in
//! reach stand for the neighbours, which is what a tick has to test.

use flockwork_kernel::World;
use flockwork_scheduler::Grid;
use flockwork_scheduler_native::{AnySimulation, RunError};
use serde::Serialize;

use crate::human;
use crate::rows;

/// The neighbours of all entities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Crowding {
    /// The mean over all entities.
    pub(crate) mean: f64,
    /// The most that one entity has.
    pub(crate) most: u64,
    /// Whether neighbours were counted, and not all entities of the cells in reach.
    pub(crate) exact: bool,
}

/// The most pairs of places that are compared, in all or for each place, so that a run never waits
/// longer for this than for some ticks.
const MOST_PAIRS: (u64, u64) = (100_000_000, 200);

/// A crowd worth a word has this many neighbours, and this many times the mean.
const CROWDED: (u64, f64) = (1000, 20.0);

impl Crowding {
    /// Counts the neighbours in a simulation that one process holds; None if several share it, or
    /// nobody is there.
    pub(crate) fn of(simulation: &dyn AnySimulation) -> Result<Option<Self>, RunError> {
        if simulation.process().1 > 1 {
            return Ok(None);
        }
        let (rows, schema) = (simulation.rows()?, simulation.schema());
        let grid = simulation.grid();
        Ok(count(&grid, &rows::places(schema, &rows, grid.world())))
    }

    /// In words.
    pub(crate) fn describe(&self) -> String {
        let what = if self.exact { "neighbours" } else { "entities in reach" };
        let (mean, most) = (human::short(self.mean), human::count(self.most));
        format!("{mean} {what} on average, {most} at most")
    }

    /// What to do about a crowd that makes ticks slow; None if there is none.
    pub(crate) fn remedy(&self) -> Option<String> {
        let crowded = self.most >= CROWDED.0 && self.most as f64 > CROWDED.1 * (self.mean + 1.0);
        // Where nearly all are in the crowd, the mean is as large as the most.
        let everybody = self.mean >= CROWDED.0 as f64;
        (crowded || everybody).then(|| {
            format!(
                "an entity has {} entities around it, and a crowd costs the square of its number \
                 in every tick: spread them out or take a smaller radius",
                human::count(self.most)
            )
        })
    }
}

/// Along x, y and z; in the plane z is 0.
type At = [f32; World::MOST_AXES];

/// A place, and how many entities are there.
#[derive(Clone, Copy)]
struct Spot {
    /// The number of its cell.
    cell: u64,
    at: At,
    here: u32,
}

/// The cells in which somebody is.
struct Occupied {
    /// Their numbers, in ascending order.
    cells: Vec<u64>,
    /// Where each begins among the spots, and the end.
    starts: Vec<usize>,
    /// How many entities there are before each, and in all.
    people: Vec<u64>,
}

impl Occupied {
    fn of(spots: &[Spot]) -> Self {
        let mut occupied = Self { cells: Vec::new(), starts: vec![0], people: vec![0] };
        let mut people = 0;
        for chunk in spots.chunk_by(|a, b| a.cell == b.cell) {
            people += chunk.iter().map(|spot| u64::from(spot.here)).sum::<u64>();
            occupied.cells.push(chunk[0].cell);
            occupied.starts.push(occupied.starts[occupied.starts.len() - 1] + chunk.len());
            occupied.people.push(people);
        }
        occupied
    }

    /// Those among runs of consecutive numbers, as runs of places in the lists.
    fn within(&self, runs: &mut Vec<(u64, u64)>) -> Vec<(usize, usize)> {
        let place = |number: u64| self.cells.partition_point(|cell| *cell < number);
        runs.drain(..).map(|(from, to)| (place(from), place(to))).collect()
    }
}

/// Counts the neighbours of entities at these places.
fn count(grid: &Grid, places: &[At]) -> Option<Crowding> {
    let spots = spots(grid, places);
    let occupied = Occupied::of(&spots);
    let Occupied { cells, starts, people } = &occupied;
    let mut runs = Vec::new();
    let mut pairs = 0u64;
    let mut reach = Vec::with_capacity(cells.len());
    for (at, &cell) in cells.iter().enumerate() {
        spans(grid, cell, &mut runs);
        let near = occupied.within(&mut runs);
        let others: usize = near.iter().map(|&(from, to)| starts[to] - starts[from]).sum();
        pairs = pairs.saturating_add(((starts[at + 1] - starts[at]) * others) as u64);
        reach.push(near);
    }
    let exact = pairs <= MOST_PAIRS.0.max(MOST_PAIRS.1 * spots.len() as u64);
    let (mut sum, mut most) = (0u64, 0u64);
    for (at, reach) in reach.iter().enumerate() {
        for spot in &spots[starts[at]..starts[at + 1]] {
            let near: u64 = if exact {
                let near = reach.iter().flat_map(|&(from, to)| &spots[starts[from]..starts[to]]);
                near.filter(|other| is_near(grid, spot, other))
                    .map(|other| u64::from(other.here))
                    .sum()
            } else {
                reach.iter().map(|&(from, to)| people[to] - people[from]).sum()
            };
            // Nobody is a neighbour of itself.
            let near = near - 1;
            sum += near * u64::from(spot.here);
            most = most.max(near);
        }
    }
    let mean = sum as f64 / places.len() as f64;
    (!places.is_empty()).then_some(Crowding { mean, most, exact })
}

/// The places of all entities, by cell; those of the very same place together.
fn spots(grid: &Grid, places: &[At]) -> Vec<Spot> {
    let spot = |&at: &At| {
        let cell = std::array::from_fn(|axis| grid.line(axis, at[axis]));
        Spot { cell: grid.number(cell), at, here: 1 }
    };
    let key = |spot: &Spot| (spot.cell, spot.at.map(f32::to_bits));
    let mut all: Vec<Spot> = places.iter().map(spot).collect();
    all.sort_unstable_by_key(key);
    all.dedup_by(|next, kept| {
        let same = key(next) == key(kept);
        kept.here += u32::from(same);
        same
    });
    all
}

/// The cells in which neighbours of a cell's entities can be, as runs of consecutive numbers.
fn spans(grid: &Grid, cell: u64, into: &mut Vec<(u64, u64)>) {
    let cell = grid.cell_of(cell);
    let along = |axis: usize| {
        let periodic = grid.world().axes().get(axis).is_some_and(|axis| axis.is_periodic());
        lines(cell[axis], grid.margins()[axis], grid.lines()[axis], periodic)
    };
    let each = |axis: usize| along(axis).into_iter().flatten().flat_map(|(from, to)| from..to);
    for layer in each(2) {
        for row in each(1) {
            let first = grid.number([0, row, layer]);
            let runs = along(0).into_iter().flatten();
            into.extend(runs.map(|(from, to)| (first + u64::from(from), first + u64::from(to))));
        }
    }
}

/// The lines at most `reach` away from one of `count`, each once: one run, or two around a seam.
fn lines(at: u32, reach: u32, count: u32, periodic: bool) -> [Option<(u32, u32)>; 2] {
    let (from, to) = (i64::from(at) - i64::from(reach), i64::from(at) + i64::from(reach) + 1);
    let count = i64::from(count);
    let run = |from: i64, to: i64| (from < to).then_some((from as u32, to as u32));
    if !periodic {
        return [run(from.max(0), to.min(count)), None];
    }
    if to - from >= count {
        return [run(0, count), None];
    }
    let around = if from < 0 { run(from + count, count) } else { run(0, to - count) };
    [run(from.max(0), to.min(count)), around]
}

/// Whether two places are closer than the radius, around the seams of periodic axes too.
fn is_near(grid: &Grid, a: &Spot, b: &Spot) -> bool {
    let mut square = 0.0;
    for ((axis, a), b) in grid.world().axes().iter().zip(a.at).zip(b.at) {
        let offset = (f64::from(a) - f64::from(b)).abs();
        let around = f64::from(axis.length) - offset;
        let offset = if axis.is_periodic() { offset.min(around) } else { offset };
        square += offset * offset;
    }
    square < f64::from(grid.radius()) * f64::from(grid.radius())
}

#[cfg(test)]
mod tests {
    use flockwork_kernel::{Axis, Edge, rng};

    use super::*;

    fn naive(grid: &Grid, places: &[At]) -> (f64, u64) {
        let spots: Vec<Spot> = places.iter().map(|&at| Spot { cell: 0, at, here: 1 }).collect();
        let near = |a: &Spot| spots.iter().filter(|b| is_near(grid, a, b)).count() as u64 - 1;
        let counts: Vec<u64> = spots.iter().map(near).collect();
        let sum: u64 = counts.iter().sum();
        (sum as f64 / counts.len() as f64, counts.into_iter().max().unwrap_or(0))
    }

    fn points(count: u32, world: &World, seed: u64) -> Vec<At> {
        let draw = |id, lane: usize| rng::unit(rng::draw(seed, 0, id, 1)[lane]);
        // Every third one stands on another.
        let own = |id: u32| if id.is_multiple_of(3) { id / 2 } else { id };
        let length = |axis: usize| world.axes().get(axis).map_or(0.0, |axis| axis.length);
        let place = |id| std::array::from_fn(|axis| draw(own(id), axis) * length(axis));
        (0..count).map(place).collect()
    }

    #[test]
    fn neighbours_are_counted_as_each_with_each_does() {
        let corridor = [Axis::periodic(20.0), Axis::wall(1.5)];
        let tower = [Axis::periodic(4.1), Axis::wall(6.0), Axis::open(5.0)];
        for (world, radius) in [
            (World::new(20.0, 12.0, Edge::Periodic), 1.0),
            (World::new(4.1, 9.0, Edge::Periodic), 2.0),
            (World::new(20.0, 12.0, Edge::Wall), 1.5),
            (World::new(3.0, 3.0, Edge::Open), 3.0),
            (World::of(&corridor), 2.0),
            (World::space(7.0, 9.0, 5.0, Edge::Periodic), 1.0),
            (World::of(&tower), 2.0),
        ] {
            for count in [1, 7, 200, 900] {
                let world = world.unwrap();
                let grid = Grid::new(world, radius, count).unwrap();
                let places = points(count, &world, u64::from(count));
                let found = super::count(&grid, &places).unwrap();
                let wanted = naive(&grid, &places);
                assert_eq!((found.mean, found.most, found.exact), (wanted.0, wanted.1, true));
            }
        }
    }

    #[test]
    fn a_crowd_is_counted_without_comparing_each_with_each() {
        let world = World::new(1000.0, 1000.0, Edge::Periodic).unwrap();
        let grid = Grid::new(world, 1.0, 100_000).unwrap();
        let crowd = count(&grid, &[[5.0, 7.0, 0.0]; 100_000]).unwrap();
        assert_eq!(crowd, Crowding { mean: 99_999.0, most: 99_999, exact: true });
        assert!(crowd.remedy().unwrap().contains("99,999"));
        // Close together, but nowhere the same.
        let row: Vec<At> = (0..100_000).map(|i| [5.0 + i as f32 * 1.0e-6, 7.0, 0.0]).collect();
        let crowd = count(&grid, &row).unwrap();
        assert_eq!((crowd.most, crowd.exact), (99_999, false));
        assert!(crowd.describe().contains("entities in reach"));
        let even = Crowding { mean: 20.0, most: 45, exact: true };
        assert_eq!(even.remedy(), None);
    }
}
