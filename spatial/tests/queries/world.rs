//! Worlds, distributions and the two indices: the cases of the query tests.

use flockwork_kernel::{Edge, World};
use flockwork_spatial::index::Index;
use flockwork_spatial::naive::{Lines, Naive};
use flockwork_spatial::{
    CellIndex, CellScratch, Entities, Entry, Grid, HashIndex, HashScratch, Segment,
};

/// What is done with an index and the case it holds.
pub trait Check {
    fn check(&self, index: &impl Index, case: &mut Case<'_>);
}

/// Splitmix64 (Steele, Lea, Flood, 2014, doi:10.1145/2660193.2660195).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// From 0 up to but not including 1.
    pub fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u32 << 24) as f32
    }
}

/// Where the entities are.
#[derive(Clone, Copy, Debug)]
pub enum Spread {
    Uniform,
    Clustered,
    OneCell,
    CellBorders,
    Seam,
    Empty,
    Alone,
    OnePoint,
}

pub const SPREADS: [Spread; 8] = [
    Spread::Uniform,
    Spread::Clustered,
    Spread::OneCell,
    Spread::CellBorders,
    Spread::Seam,
    Spread::Empty,
    Spread::Alone,
    Spread::OnePoint,
];

/// Width, height, edge, radius of the grid, expected entities.
pub const WORLDS: [(f32, f32, Edge, f32, u32); 9] = [
    (100.0, 60.0, Edge::Periodic, 5.0, 400),
    // Two cells wide and high.
    (10.0, 10.0, Edge::Periodic, 4.99, 40),
    // Two cells high, many wide.
    (100.0, 0.7, Edge::Periodic, 0.3, 90_000),
    (0.3, 0.7, Edge::Periodic, 0.02, 1000),
    // Far sparser than one entity a cell.
    (1.0e6, 1.0e6, Edge::Periodic, 1.0, 10),
    (100.0, 60.0, Edge::Wall, 7.0, 400),
    // One cell.
    (10.0, 10.0, Edge::Wall, 10.0, 40),
    (50.0, 50.0, Edge::Open, 3.0, 4000),
    (1.0e-3, 1.0e3, Edge::Open, 1.0e-3, 40),
];

/// One world, its entities, and where queries come from.
pub struct Case<'a> {
    pub random: Random,
    world: World,
    cell: (f32, f32),
    entities: Entities<'a>,
    torus: Option<(f32, f32)>,
    lines: (i64, i64),
    cell_of: &'a dyn Fn(f32, f32) -> (i64, i64),
}

/// Runs the check for every world, distribution and index.
pub fn for_all(seed: u64, most: usize, check: &impl Check) -> bool {
    let mut random = Random(seed);
    for (width, height, edge, radius, expected) in WORLDS {
        let world = World::new(width, height, edge).unwrap();
        let grid = Grid::new(world, radius, expected).unwrap();
        for spread in SPREADS {
            let (xs, ys, ids) = entities(&mut random, &grid, spread, most);
            let entities = Entities { xs: &xs, ys: &ys, ids: &ids };
            with_cells(grid, entities, |index| {
                let cell_of = |x, y| {
                    let (row, col) = grid.cell(x, y);
                    (i64::from(row), i64::from(col))
                };
                let mut case = Case {
                    random: Random(random.next()),
                    world,
                    cell: (width / grid.cols() as f32, height / grid.rows() as f32),
                    entities,
                    torus: index.torus(),
                    lines: (i64::from(grid.rows()), i64::from(grid.cols())),
                    cell_of: &cell_of,
                };
                check.check(index, &mut case);
            });
            let size = radius * [0.01, 1.0, 1.0, 30.0][random.below(4)];
            with_hash(size, entities, |index| {
                let cell_of = |x: f32, y: f32| {
                    let line = |value: f32| f64::from(value / size).floor() as i64;
                    (line(y), line(x))
                };
                let mut case = Case {
                    random: Random(random.next()),
                    world: World::new(width, height, Edge::Open).unwrap(),
                    cell: (size, size),
                    entities,
                    torus: None,
                    lines: (0, 0),
                    cell_of: &cell_of,
                };
                check.check(index, &mut case);
            });
        }
    }
    true
}

/// Builds a cell index in slices that are too long, and shows that it leaves the rest alone.
pub fn with_cells<R>(
    grid: Grid,
    entities: Entities<'_>,
    each: impl FnOnce(&CellIndex<'_>) -> R,
) -> R {
    let needs = CellIndex::needs(&grid, entities.ids.len() as u32);
    let mut starts = vec![9; needs.starts + 1];
    let mut order = vec![Entry::new(9, 9); needs.order + 1];
    let mut cell_of = vec![9; needs.cell_of + 1];
    let (mut xs, mut ys) = (vec![9.0; needs.positions + 1], vec![9.0; needs.positions + 1]);
    let scratch = CellScratch {
        starts: &mut starts,
        order: &mut order,
        cell_of: &mut cell_of,
        xs: &mut xs,
        ys: &mut ys,
    };
    let result = each(&CellIndex::build(grid, entities, scratch).unwrap());
    assert_eq!((starts.last(), cell_of.last()), (Some(&9), Some(&9)));
    assert_eq!(order.last(), Some(&Entry::new(9, 9)));
    assert_eq!((xs.last(), ys.last()), (Some(&9.0), Some(&9.0)));
    result
}

/// As [`with_cells`], for a hash index.
pub fn with_hash<R>(
    size: f32,
    entities: Entities<'_>,
    each: impl FnOnce(&HashIndex<'_>) -> R,
) -> R {
    let needs = HashIndex::needs(entities.ids.len() as u32);
    let mut starts = vec![9; needs.starts + 1];
    let mut order = vec![Entry::new(9, 9); needs.order + 1];
    let mut cell_of = vec![9; needs.cell_of + 1];
    let mut occupied = vec![Default::default(); needs.occupied + 1];
    let (mut xs, mut ys) = (vec![9.0; needs.positions + 1], vec![9.0; needs.positions + 1]);
    let scratch = HashScratch {
        starts: &mut starts,
        order: &mut order,
        cell_of: &mut cell_of,
        xs: &mut xs,
        ys: &mut ys,
        occupied: &mut occupied,
    };
    let result = each(&HashIndex::build(size, entities, scratch).unwrap());
    assert_eq!((starts.last(), cell_of.last()), (Some(&9), Some(&9)));
    assert_eq!(order.last(), Some(&Entry::new(9, 9)));
    assert_eq!((xs.last(), ys.last()), (Some(&9.0), Some(&9.0)));
    assert_eq!(occupied.last(), Some(&Default::default()));
    result
}

/// Positions as the world allows them, and shuffled ids with gaps.
pub fn entities(
    random: &mut Random,
    grid: &Grid,
    spread: Spread,
    most: usize,
) -> (Vec<f32>, Vec<f32>, Vec<u32>) {
    let count = match spread {
        Spread::Empty => 0,
        Spread::Alone => 1,
        _ => 2 + random.below(most),
    };
    let world = grid.world();
    let (mut xs, mut ys) = (Vec::new(), Vec::new());
    let centre = (random.share(), random.share());
    for _ in 0..count {
        xs.push(coordinate(random, spread, world.width(), grid.cols(), centre.0, world.edge()));
        ys.push(coordinate(random, spread, world.height(), grid.rows(), centre.1, world.edge()));
    }
    let mut ids: Vec<u32> = (0..count as u32).map(|i| i * 3 + 1).collect();
    for at in (1..count).rev() {
        ids.swap(at, random.below(at + 1));
    }
    if count > 3 {
        ids[0] = u32::MAX;
        ids[1] = 0;
    }
    (xs, ys, ids)
}

fn coordinate(
    random: &mut Random,
    spread: Spread,
    side: f32,
    lines: u32,
    centre: f32,
    edge: Edge,
) -> f32 {
    let line = side / lines as f32;
    let value = match spread {
        Spread::Uniform | Spread::Empty | Spread::Alone => random.share() * side,
        Spread::Clustered => (centre + 0.03 * (random.share() - 0.5)) * side,
        Spread::OneCell => ((centre * lines as f32).floor() + random.share()) * line,
        Spread::CellBorders => {
            let border = random.below(lines as usize + 1) as f32 * line;
            [border.next_down(), border, border.next_up()][random.below(3)]
        }
        Spread::Seam => {
            [0.0, -0.0, f32::MIN_POSITIVE, line * 0.1, side * 0.999, side.next_down(), side]
                [random.below(7)]
        }
        Spread::OnePoint => centre * side,
    };
    if edge == Edge::Open {
        // Some leave the rectangle that was expected.
        return if random.below(3) == 0 { (value - 0.3 * side) * 4.0 } else { value };
    }
    if value < 0.0 {
        0.0
    } else if value > side {
        side
    } else {
        value
    }
}

impl Case<'_> {
    pub fn naive(&self) -> Naive<'_> {
        Naive { entities: self.entities, torus: self.torus }
    }

    pub fn lines(&self) -> Lines<&dyn Fn(f32, f32) -> (i64, i64)> {
        Lines { count: self.lines, cell: self.cell_of }
    }

    pub fn count(&self) -> usize {
        self.entities.ids.len()
    }

    /// Anywhere, on an entity, on a seam, on a cell border; outside where that is allowed.
    pub fn point(&mut self) -> (f32, f32) {
        let (width, height) = (self.world.width(), self.world.height());
        let mut point = (self.random.share() * width, self.random.share() * height);
        match self.random.below(5) {
            0 if self.count() > 0 => {
                let slot = self.random.below(self.count());
                point = (self.entities.xs[slot], self.entities.ys[slot]);
            }
            1 => point.0 = [0.0, -0.0, width, width.next_down()][self.random.below(4)],
            2 => point.1 = [0.0, f32::MIN_POSITIVE, height][self.random.below(3)],
            3 => point.0 = (point.0 / self.cell.0).floor() * self.cell.0,
            _ => {}
        }
        if self.torus.is_none() && self.random.below(4) == 0 {
            point = (point.0 * 7.0 - 3.0 * width, point.1 * 7.0 - 3.0 * height);
        }
        point
    }

    /// From far below a cell to all that is allowed; now and then the distance of two entities.
    pub fn radius(&mut self) -> f32 {
        let (width, height) = (self.world.width(), self.world.height());
        let side = if width < height { width } else { height };
        let widest = if self.torus.is_some() { side * 0.499_99 } else { side * 3.0 };
        let radius = match self.random.below(6) {
            0 => widest,
            1 => self.cell.0,
            2 => self.cell.1 * 1.0e-3,
            3 if self.count() > 1 => {
                let (xs, a, b) = (self.entities.xs, 0, self.random.below(self.count()));
                (xs[a] - xs[b]).abs()
            }
            _ => self.random.share() * widest,
        };
        if radius > widest {
            widest
        } else if radius < 1.0e-18 {
            side * 0.1
        } else {
            radius
        }
    }

    /// A box, across the seam where there is one.
    pub fn corners(&mut self) -> ((f32, f32), (f32, f32)) {
        let from = self.point();
        let axis = |random: &mut Random, from: f32, side: f32, torus: bool| {
            let low = if torus && random.below(2) == 0 { from - side } else { from };
            let high = match random.below(5) {
                0 => low,
                1 => low + side,
                2 => (low + side).next_down(),
                _ => low + random.share() * side,
            };
            (low, if high < low { low } else { high })
        };
        let torus = self.torus.is_some();
        let x = axis(&mut self.random, from.0, self.world.width(), torus);
        let y = axis(&mut self.random, from.1, self.world.height(), torus);
        ((x.0, y.0), (x.1, y.1))
    }

    /// A segment, across the seam where there is one; sometimes level, upright or a point.
    pub fn segment(&mut self) -> Segment {
        let from = self.point();
        let radius = match self.radius() {
            // Leaves room for the way.
            radius if self.torus.is_some() => radius * 0.4,
            radius => radius,
        };
        let way = |random: &mut Random, side: f32| {
            let most = side * 0.9998 - 2.0 * radius;
            match random.below(4) {
                0 => 0.0,
                1 => -most,
                _ => (2.0 * random.share() - 1.0) * most,
            }
        };
        let x = way(&mut self.random, self.world.width());
        let y = way(&mut self.random, self.world.height());
        Segment { from, to: (from.0 + x, from.1 + y), radius }
    }
}
