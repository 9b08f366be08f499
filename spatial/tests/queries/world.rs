//! Worlds, distributions and the two indices, in the plane and in space: the cases of the query
//! tests.

use flockwork_kernel::{Axes, Axis, Vector, World};
use flockwork_spatial::index::{Indexed, Periods};
use flockwork_spatial::naive::{Lines, Naive};
use flockwork_spatial::{CellIndex, Entities, Grid, HashIndex, Index, Segment};

/// What is done with an index and the case it holds.
pub trait Check {
    /// Whether indices in borrowed memory are checked as well as those that own it, which are of
    /// both kinds in one type: each type more takes long to compile.
    const BORROWED: bool = true;

    fn check<I: Indexed>(&self, index: &I, case: &mut Case<'_, I::Axes>);
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

/// A world, the radius of its grid, and how many entities are expected.
pub struct Setting {
    axes: &'static [Axis],
    pub radius: f32,
    expected: u32,
}

impl Setting {
    pub fn grid(&self) -> Grid {
        Grid::new(World::of(self.axes).unwrap(), self.radius, self.expected).unwrap()
    }
}

const fn setting(axes: &'static [Axis], radius: f32, expected: u32) -> Setting {
    Setting { axes, radius, expected }
}

const PLANE: [Setting; 12] = [
    setting(&[Axis::periodic(100.0), Axis::periodic(60.0)], 5.0, 400),
    // Two cells wide and high.
    setting(&[Axis::periodic(10.0), Axis::periodic(10.0)], 4.99, 40),
    // Two cells high, many wide.
    setting(&[Axis::periodic(100.0), Axis::periodic(0.7)], 0.3, 90_000),
    setting(&[Axis::periodic(0.3), Axis::periodic(0.7)], 0.02, 1000),
    // Far sparser than one entity a cell.
    setting(&[Axis::periodic(1.0e6), Axis::periodic(1.0e6)], 1.0, 10),
    setting(&[Axis::wall(100.0), Axis::wall(60.0)], 7.0, 400),
    // One cell.
    setting(&[Axis::wall(10.0), Axis::wall(10.0)], 10.0, 40),
    setting(&[Axis::open(50.0), Axis::open(50.0)], 3.0, 4000),
    setting(&[Axis::open(1.0e-3), Axis::open(1.0e3)], 1.0e-3, 40),
    // Corridors, narrower than the radius and not.
    setting(&[Axis::periodic(60.0), Axis::wall(0.5)], 3.0, 400),
    setting(&[Axis::wall(30.0), Axis::periodic(50.0)], 3.0, 400),
    setting(&[Axis::periodic(40.0), Axis::open(20.0)], 3.0, 400),
];

const SPACE: [Setting; 10] = [
    setting(&[Axis::periodic(30.0), Axis::periodic(18.0), Axis::periodic(24.0)], 5.0, 4000),
    // Two cells along each axis.
    setting(&[Axis::periodic(10.0), Axis::periodic(10.0), Axis::periodic(10.0)], 4.99, 40),
    // Far sparser than one entity a cell.
    setting(&[Axis::periodic(1.0e6), Axis::periodic(1.0e6), Axis::periodic(1.0e6)], 1.0, 10),
    // One cell.
    setting(&[Axis::wall(10.0), Axis::wall(10.0), Axis::wall(10.0)], 10.0, 40),
    setting(&[Axis::open(50.0), Axis::open(50.0), Axis::open(50.0)], 6.0, 4000),
    // A layer, and a pipe, narrower than the radius.
    setting(&[Axis::periodic(40.0), Axis::periodic(30.0), Axis::wall(0.5)], 3.0, 400),
    setting(&[Axis::wall(1.5), Axis::open(2.0), Axis::periodic(40.0)], 3.0, 400),
    setting(&[Axis::periodic(30.0), Axis::wall(20.0), Axis::open(10.0)], 2.0, 900),
    setting(&[Axis::open(9.0), Axis::periodic(7.0), Axis::wall(8.0)], 1.0, 9000),
    setting(&[Axis::open(1.0e-3), Axis::wall(1.0e3), Axis::periodic(0.7)], 0.3, 4000),
];

/// The worlds of the plane or of space.
pub fn settings<A: Axes>() -> &'static [Setting] {
    if A::SPACE { &SPACE } else { &PLANE }
}

/// Columns of positions and ids.
pub struct Points {
    pub places: [Vec<f32>; World::MOST_AXES],
    pub ids: Vec<u32>,
}

impl Points {
    pub fn columns<A: Axes>(&self) -> Entities<'_, A> {
        let [xs, ys, zs] = &self.places;
        Entities::of(xs, ys, zs, &self.ids)
    }
}

/// A value for each axis.
type Three<T> = [T; World::MOST_AXES];

pub fn vector<A: Axes>([x, y, z]: Three<f32>) -> Vector<A> {
    Vector::of(x, y, z)
}

/// One world, its entities, and where queries come from.
pub struct Case<'a, A: Axes> {
    pub random: Random,
    /// The lengths of the world.
    lengths: Three<f32>,
    /// Where its corner is.
    corner: Three<f32>,
    /// The sides of a cell.
    cell: Three<f32>,
    entities: Entities<'a, A>,
    periods: Periods,
    lines: Three<i64>,
    cell_of: &'a dyn Fn(Vector<A>) -> Three<i64>,
}

/// Runs the check for every world, distribution and index.
pub fn for_all<A: Axes, C: Check>(seed: u64, most: usize, check: &C) -> bool {
    let mut random = Random(seed);
    for setting in settings::<A>() {
        let (grid, radius) = (setting.grid().bounded(), setting.radius);
        let mut lengths = [1.0; World::MOST_AXES];
        for (length, axis) in lengths.iter_mut().zip(grid.world().axes()) {
            *length = axis.length;
        }
        for spread in SPREADS {
            let points = entities(&mut random, &grid, spread, most);
            let mut in_grid = |grid: &Grid, check: &mut dyn FnMut(&mut Case<'_, A>)| {
                let cell_of = |place| grid.cell(place).map(i64::from);
                let lines = grid.lines();
                check(&mut Case {
                    random: Random(random.next()),
                    lengths,
                    corner: [0.0; World::MOST_AXES],
                    cell: core::array::from_fn(|axis| lengths[axis] / lines[axis] as f32),
                    entities: points.columns(),
                    periods: periods(grid.world()),
                    lines: lines.map(i64::from),
                    cell_of: &cell_of,
                });
            };
            if C::BORROWED {
                with_cells(grid, points.columns::<A>(), |index| {
                    in_grid(&grid, &mut |case| check.check(index, case));
                });
            }
            let mut owned = Index::<A>::new(*grid.world(), radius).unwrap();
            owned.rebuild(&points.columns()).unwrap();
            in_grid(owned.grid().unwrap(), &mut |case| check.check(&owned, case));
            let size = radius * [0.01, 1.0, 1.0, 30.0][random.below(4)];
            let (corner, points) = moved(&mut random, points, size);
            let line = |value: f32| f64::from(value / size).floor() as i64;
            let cell_of = |place: Vector<A>| [0, 1, 2].map(|axis| line(place.along(axis)));
            let mut case = Case {
                random: Random(random.next()),
                lengths,
                corner,
                cell: [size; World::MOST_AXES],
                entities: points.columns(),
                periods: Periods::default(),
                lines: [0; World::MOST_AXES],
                cell_of: &cell_of,
            };
            if C::BORROWED {
                with_hash(size, points.columns::<A>(), |index| check.check(index, &mut case));
            }
            owned = Index::unbounded(size).unwrap();
            owned.rebuild(&points.columns()).unwrap();
            check.check(&owned, &mut case);
        }
    }
    true
}

/// Which axes are periodic, and how long they are.
fn periods(world: &World) -> Periods {
    let mut periods = Periods::default();
    for (period, axis) in periods.iter_mut().zip(world.axes()) {
        *period = axis.is_periodic().then_some(axis.length);
    }
    periods
}

/// The same entities around another corner, which may be far away.
fn moved(random: &mut Random, mut points: Points, size: f32) -> (Three<f32>, Points) {
    // Cells are numbered no further.
    let far = if size < 0.01 { 1.0e3 } else { 1.0e6 };
    let corner = [0; World::MOST_AXES].map(|_| [0.0, 0.0, -7.0, far, -far][random.below(5)]);
    for (column, corner) in points.places.iter_mut().zip(corner) {
        column.iter_mut().for_each(|value| *value += corner);
    }
    (corner, points)
}

/// Builds a cell index in memory that is too long, and shows that it leaves the rest alone.
pub fn with_cells<A: Axes, R>(
    grid: Grid,
    entities: Entities<'_, A>,
    each: impl FnOnce(&CellIndex<'_, A>) -> R,
) -> R {
    let mut memory = vec![9; CellIndex::words(&grid, entities.ids.len() as u32) + 1];
    let result = each(&CellIndex::build(grid, &entities, &mut memory).unwrap());
    assert_eq!(memory.last(), Some(&9));
    result
}

/// As [`with_cells`], for a hash index.
pub fn with_hash<A: Axes, R>(
    size: f32,
    entities: Entities<'_, A>,
    each: impl FnOnce(&HashIndex<'_, A>) -> R,
) -> R {
    let mut memory = vec![9; HashIndex::<A>::words(entities.ids.len() as u32) + 1];
    let result = each(&HashIndex::build(size, &entities, &mut memory).unwrap());
    assert_eq!(memory.last(), Some(&9));
    result
}

/// Positions as the world allows them, and shuffled ids with gaps.
pub fn entities(random: &mut Random, grid: &Grid, spread: Spread, most: usize) -> Points {
    let count = match spread {
        Spread::Empty => 0,
        Spread::Alone => 1,
        _ => 2 + random.below(most),
    };
    let mut places = [const { Vec::new() }; World::MOST_AXES];
    let centre = [random.share(), random.share(), random.share()];
    for _ in 0..count {
        for (at, axis) in grid.world().axes().iter().enumerate() {
            let value = coordinate(random, spread, *axis, grid.inside().lines()[at], centre[at]);
            places[at].push(value);
        }
    }
    if !grid.world().is_space() {
        places[2] = vec![0.0; count];
    }
    let mut ids: Vec<u32> = (0..count as u32).map(|i| i * 3 + 1).collect();
    for at in (1..count).rev() {
        ids.swap(at, random.below(at + 1));
    }
    if count > 3 {
        ids[0] = u32::MAX;
        ids[1] = 0;
    }
    Points { places, ids }
}

fn coordinate(random: &mut Random, spread: Spread, axis: Axis, lines: u32, centre: f32) -> f32 {
    let side = axis.length;
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
    if axis.is_open() {
        // Some leave the box that was expected.
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

impl<A: Axes> Case<'_, A> {
    pub fn naive(&self) -> Naive<'_, A> {
        Naive { entities: self.entities, periods: self.periods }
    }

    pub fn lines(&self) -> Lines<&dyn Fn(Vector<A>) -> Three<i64>> {
        Lines { count: self.lines, cell: self.cell_of }
    }

    pub fn count(&self) -> usize {
        self.entities.ids.len()
    }

    /// Anywhere, on an entity, on a seam, on a cell border; outside where that is allowed.
    pub fn point(&mut self) -> Vector<A> {
        let lengths = self.lengths;
        let mut point = lengths.map(|length| self.random.share() * length);
        let axis = self.random.below(A::COUNT);
        let length = lengths[axis];
        match self.random.below(5) {
            0 if self.count() > 0 => {
                let slot = self.random.below(self.count());
                return self.entities.position(slot as u32);
            }
            1 | 2 => {
                point[axis] = [0.0, -0.0, f32::MIN_POSITIVE, length.next_down(), length]
                    [self.random.below(5)];
            }
            3 => point[axis] = (point[axis] / self.cell[axis]).floor() * self.cell[axis],
            _ => {}
        }
        let out = self.random.below(4) == 0;
        for axis in 0..A::COUNT {
            if self.periods[axis].is_none() {
                if out {
                    point[axis] = point[axis] * 7.0 - 3.0 * lengths[axis];
                }
                point[axis] += self.corner[axis];
            }
        }
        vector(point)
    }

    /// From far below a cell to all that is allowed; now and then the distance of two entities.
    pub fn radius(&mut self) -> f32 {
        let shortest = |lengths: &mut dyn Iterator<Item = f32>| lengths.reduce(f32::min);
        let side = shortest(&mut self.lengths[..A::COUNT].iter().copied()).unwrap();
        let periodic = shortest(&mut self.periods.iter().flatten().copied());
        let widest = periodic.map_or(side * 3.0, |side| side * 0.499_99);
        let radius = match self.random.below(6) {
            0 => widest,
            1 => self.cell[0],
            2 => self.cell[1] * 1.0e-3,
            3 if self.count() > 1 => {
                let (xs, a, b) = (self.entities.places.xs, 0, self.random.below(self.count()));
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
    pub fn corners(&mut self) -> (Vector<A>, Vector<A>) {
        let from = self.point();
        let (mut lows, mut highs) = ([0.0; World::MOST_AXES], [0.0; World::MOST_AXES]);
        for axis in 0..A::COUNT {
            let (from, side) = (from.along(axis), self.lengths[axis]);
            let periodic = self.periods[axis].is_some();
            let low = if periodic && self.random.below(2) == 0 { from - side } else { from };
            let high = match self.random.below(5) {
                0 => low,
                1 => low + side,
                2 => (low + side).next_down(),
                _ => low + self.random.share() * side,
            };
            (lows[axis], highs[axis]) = (low, high.max(low));
        }
        (vector(lows), vector(highs))
    }

    /// A segment, across the seam where there is one; sometimes along an axis or a point.
    pub fn segment(&mut self) -> Segment<A> {
        let from = self.point();
        let radius = match self.radius() {
            // Leaves room for the way.
            radius if self.periods.iter().any(Option::is_some) => radius * 0.4,
            radius => radius,
        };
        let mut to = [0.0; World::MOST_AXES];
        for (axis, to) in to.iter_mut().enumerate().take(A::COUNT) {
            let side = self.lengths[axis];
            let most = match self.periods[axis] {
                Some(length) => length * 0.9998 - 2.0 * radius,
                None => side,
            };
            let way = match self.random.below(4) {
                0 => 0.0,
                1 => -most,
                _ => (2.0 * self.random.share() - 1.0) * most,
            };
            *to = from.along(axis) + way;
        }
        Segment { from, to: vector(to), radius }
    }
}
