//! What Flockwork does: the sort and the neighbour pass.

use flockwork_kernel::isa::{self, Isa};
use flockwork_kernel::simd::{Count8, F32x8, Sum8, U32x8, V3};
use flockwork_kernel::{Edge, LANES, Space, Vec3, World};
use flockwork_spatial::sort::sort_by_cell;
use flockwork_spatial::{Block, Candidate, Cells, Cutoff, Entry, Grid, Pair, Visitor, pass};

use crate::{Finder, Flock, INVERSE, RADIUS, Sums};

/// The grid, and all that it needs.
pub struct Library {
    grid: Grid,
    cell_of: Vec<u32>,
    starts: Vec<u32>,
    order: Vec<Entry>,
    records: Vec<Candidate<Vec3, Space>>,
    out: Vec<Sums>,
}

impl Library {
    /// For a flock of this size.
    pub fn new(flock: &Flock) -> Self {
        let side = flock.points.side;
        let cube = World::space(side, side, side, Edge::Wall).expect("a cube");
        let grid = Grid::new(cube, RADIUS, flock.points.count()).expect("the radius fits");
        let cells = Cells::count(grid.lines(), grid.margins()).expect("they are few");
        let count = flock.places.len();
        Self {
            grid,
            cell_of: vec![0; count],
            starts: vec![0; cells as usize + 1],
            order: vec![Entry::default(); count],
            records: vec![Candidate::default(); count],
            out: vec![Sums::default(); count],
        }
    }
}

impl Finder for Library {
    fn name(&self) -> &'static str {
        "flockwork"
    }

    fn index(&mut self, flock: &Flock) {
        isa::dispatch(FindCells { flock, grid: &self.grid, cells: &mut self.cell_of });
        let cells = self.starts.len() as u32 - 1;
        let ids = &flock.points.ids;
        sort_by_cell(&self.cell_of, ids, cells, &mut self.starts, &mut self.order)
            .expect("everything fits");
        for (record, entry) in self.records.iter_mut().zip(&self.order) {
            let slot = entry.slot() as usize;
            let vector = |[x, y, z]: [f32; 3]| Vec3::new(x, y, z);
            record.place = vector(flock.places[slot]);
            record.shown = vector(flock.velocities[slot]);
        }
    }

    fn sum(&mut self, _: &Flock) {
        isa::dispatch(Pass(self));
    }

    fn sums(&self) -> Vec<Sums> {
        let mut sums = vec![Sums::default(); self.out.len()];
        for (entry, &out) in self.order.iter().zip(&self.out) {
            sums[entry.slot() as usize] = out;
        }
        sums
    }
}

struct FindCells<'a> {
    flock: &'a Flock,
    grid: &'a Grid,
    cells: &'a mut [u32],
}

impl isa::Task for FindCells<'_> {
    type Output = ();
    #[inline(always)]
    fn run<S: Isa>(self) {
        let Self { flock: Flock { points, .. }, grid, cells } = self;
        let (lines, margins) = (grid.lines(), grid.margins());
        let bordered = |axis: usize| U32x8::<S>::splat(lines[axis] + 2 * margins[axis]);
        let (cols, rows) = (bordered(0), bordered(1));
        let [x, y, z] = margins;
        let (x, y, z) = (U32x8::splat(x), U32x8::splat(y), U32x8::splat(z));
        for at in (0..cells.len()).step_by(LANES) {
            let along = |from: &[f32]| F32x8::<S>::load(&from[at..]);
            let place = V3::of(along(&points.xs), along(&points.ys), along(&points.zs));
            let [col, row, layer] = grid.cell_lanes::<Space, S>(place);
            (((layer + z) * rows + row + y) * cols + col + x).store(&mut cells[at..]);
        }
    }
}

struct Pass<'a>(&'a mut Library);

impl isa::Task for Pass<'_> {
    type Output = u64;
    #[inline(always)]
    fn run<S: Isa>(self) -> u64 {
        let Library { grid, starts, order, records, out, .. } = self.0;
        let cells = Cells { starts, lines: grid.lines(), margins: grid.margins() };
        let cutoff = Cutoff { radius: RADIUS, most: None };
        pass::neighbour_pass::<S, _>(&cells, cutoff, records, order, &mut Add(out))
            .expect("everything fits")
    }
}

struct Add<'a>(&'a mut [Sums]);

/// The sums of eight points.
#[derive(Clone, Copy, Default)]
struct Sums8<S: Isa> {
    count: Count8<S>,
    offset: Sum8<V3<S>>,
    velocity: Sum8<V3<S>>,
    push: Sum8<V3<S>>,
}

impl<S: Isa> Visitor<S> for Add<'_> {
    type Axes = Space;
    type Shown = Vec3;
    type Tile = ();
    type Sum = Sums8<S>;
    /// As boids in space.
    const SELECTIVE: bool = true;

    #[inline(always)]
    fn load(&mut self, _: Block) -> ((), Sums8<S>) {
        ((), Sums8::default())
    }

    #[inline(always)]
    fn pair(&mut self, _: &(), velocity: &Vec3, pair: &Pair<Space, S>, sum: &mut Sums8<S>) {
        let push = (F32x8::ONE - pair.d2 * F32x8::splat(INVERSE)).max(F32x8::ZERO);
        sum.count.add(pair.near);
        sum.velocity.add(pair.near, V3::all(*velocity));
        sum.offset.add(pair.near, pair.offset);
        sum.push.add(pair.near, pair.offset * push);
    }

    #[inline(always)]
    fn finish(&mut self, Block { at, count, .. }: Block, _: &(), sum: &Sums8<S>) {
        let counts = sum.count.get().to_array();
        let [offset, velocity, push] = [sum.offset, sum.velocity, sum.push].map(Sum8::get);
        let offset = [offset.x.to_array(), offset.y.to_array(), offset.z.to_array()];
        let velocity = [velocity.x.to_array(), velocity.y.to_array(), velocity.z.to_array()];
        let push = [push.x.to_array(), push.y.to_array(), push.z.to_array()];
        for (lane, out) in self.0[at..at + count].iter_mut().enumerate() {
            *out = Sums {
                count: counts[lane] as u32,
                offset: [offset[0][lane], offset[1][lane], offset[2][lane]],
                velocity: [velocity[0][lane], velocity[1][lane], velocity[2][lane]],
                push: [push[0][lane], push[1][lane], push[2][lane]],
            };
        }
    }
}
