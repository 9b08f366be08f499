//! A plain grid, the cell lists of zelll and the k-d tree of kiddo.

use kiddo::{ImmutableKdTree, SquaredEuclidean};
use zelll::CellGrid;

use crate::{Finder, Flock, RADIUS, Sums};

#[inline(always)]
fn apart(a: [f32; 3], b: [f32; 3]) -> ([f32; 3], f32) {
    let d = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
    (d, d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
}

/// A grid as somebody would write it: points are copied cell by cell, and each looks at the 27 cells
/// around, three at once since they are neighbours in memory too.
pub struct Plain {
    lines: usize,
    side: f32,
    starts: Vec<u32>,
    cell_of: Vec<u32>,
    order: Vec<Point>,
    out: Vec<Sums>,
}

#[derive(Clone, Copy, Default)]
struct Point {
    place: [f32; 3],
    velocity: [f32; 3],
    slot: u32,
}

impl Plain {
    /// For a flock of this size.
    pub fn new(flock: &Flock) -> Self {
        let lines = (flock.points.side / RADIUS).floor() as usize;
        let count = flock.places.len();
        Self {
            lines,
            side: flock.points.side,
            starts: vec![0; lines * lines * lines + 1],
            cell_of: vec![0; count],
            order: vec![Point::default(); count],
            out: vec![Sums::default(); count],
        }
    }

    fn cell(&self, place: [f32; 3]) -> [usize; 3] {
        place.map(|at| ((at / self.side * self.lines as f32) as usize).min(self.lines - 1))
    }
}

impl Finder for Plain {
    fn name(&self) -> &'static str {
        "plain grid"
    }

    fn index(&mut self, flock: &Flock) {
        self.starts.fill(0);
        for (slot, &place) in flock.places.iter().enumerate() {
            let [x, y, z] = self.cell(place);
            let cell = (z * self.lines + y) * self.lines + x;
            self.cell_of[slot] = cell as u32;
            self.starts[cell + 1] += 1;
        }
        let mut before = 0;
        for start in &mut self.starts[1..] {
            (*start, before) = (before, before + *start);
        }
        for (slot, &cell) in self.cell_of.iter().enumerate() {
            let next = &mut self.starts[cell as usize + 1];
            let (place, velocity) = (flock.places[slot], flock.velocities[slot]);
            self.order[*next as usize] = Point { place, velocity, slot: slot as u32 };
            *next += 1;
        }
    }

    fn sum(&mut self, _: &Flock) {
        let around = |line: usize| line.saturating_sub(1)..=(line + 1).min(self.lines - 1);
        for (at, point) in self.order.iter().enumerate() {
            let [x, y, z] = self.cell(point.place);
            let mut sums = Sums::default();
            for z in around(z) {
                for y in around(y) {
                    let row = (z * self.lines + y) * self.lines;
                    let (first, last) = (row + around(x).start(), row + around(x).end());
                    let span = self.starts[first] as usize..self.starts[last + 1] as usize;
                    let from = span.start;
                    for (offset, other) in self.order[span].iter().enumerate() {
                        let (d, d2) = apart(point.place, other.place);
                        if d2 < RADIUS * RADIUS && from + offset != at {
                            sums.add(d, d2, other.velocity);
                        }
                    }
                }
            }
            self.out[point.slot as usize] = sums;
        }
    }

    fn sums(&self) -> Vec<Sums> {
        self.out.clone()
    }
}

/// zelll.
pub struct Cells {
    grid: CellGrid<(u32, [f32; 3]), 3, f32>,
    out: Vec<Sums>,
}

fn numbered(flock: &Flock) -> impl Iterator<Item = (u32, [f32; 3])> + Clone + '_ {
    (0u32..).zip(flock.places.iter().copied())
}

impl Cells {
    /// For a flock of this size.
    pub fn new(flock: &Flock) -> Self {
        let grid = CellGrid::new(numbered(flock), RADIUS);
        Self { grid, out: vec![Sums::default(); flock.places.len()] }
    }
}

impl Finder for Cells {
    fn name(&self) -> &'static str {
        "zelll 0.5"
    }

    fn index(&mut self, flock: &Flock) {
        self.grid.rebuild_mut(numbered(flock), Some(RADIUS));
    }

    /// Each pair comes once.
    fn sum(&mut self, flock: &Flock) {
        self.out.fill(Sums::default());
        for (&(a, at), &(b, other)) in self.grid.particle_pairs() {
            let (d, d2) = apart(at, other);
            if d2 < RADIUS * RADIUS {
                let (a, b) = (a as usize, b as usize);
                self.out[a].add(d, d2, flock.velocities[b]);
                self.out[b].add(d.map(|d| -d), d2, flock.velocities[a]);
            }
        }
    }

    fn sums(&self) -> Vec<Sums> {
        self.out.clone()
    }
}

/// kiddo.
pub struct Tree {
    tree: ImmutableKdTree<f32, 3>,
    out: Vec<Sums>,
}

impl Tree {
    /// For a flock of this size.
    pub fn new(flock: &Flock) -> Self {
        let tree = ImmutableKdTree::new_from_slice(&flock.places).expect("points make a tree");
        Self { tree, out: vec![Sums::default(); flock.places.len()] }
    }
}

impl Finder for Tree {
    fn name(&self) -> &'static str {
        "kiddo 6.3"
    }

    fn index(&mut self, flock: &Flock) {
        self.tree = ImmutableKdTree::new_from_slice(&flock.places).expect("points make a tree");
    }

    fn sum(&mut self, flock: &Flock) {
        for (slot, (place, out)) in flock.places.iter().zip(&mut self.out).enumerate() {
            let mut sums = Sums::default();
            let query = self.tree.query(place).within::<SquaredEuclidean<f32>>(RADIUS * RADIUS);
            query.unsorted().visit(|found| {
                let other = found.item as usize;
                if other != slot {
                    let (d, d2) = apart(*place, flock.places[other]);
                    sums.add(d, d2, flock.velocities[other]);
                }
            });
            *out = sums;
        }
    }

    fn sums(&self) -> Vec<Sums> {
        self.out.clone()
    }
}
