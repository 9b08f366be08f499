//! The naive twin of [`Dots`](crate::dots::Dots): all pairs, plain `f32`, one list of entities.
//!
//! It shares with the scheduler the random numbers, the parameters, and the cell of a position; the
//! cell is the canonical order's definition.

use std::collections::BTreeMap;

use flockwork_kernel::columns::Reach;
use flockwork_kernel::{Axis, Edge, Vec2};
use flockwork_scheduler::{Grid, Setup};

use crate::dots::{DotsParams, arrival, luck};

/// One dot.
#[derive(Clone, Debug)]
struct Dot {
    x: f32,
    y: f32,
    vx: f32,
    vy: f32,
    charge: f32,
    energy: f32,
    age: u16,
    marks: [u8; 3],
}

/// All dots by id.
pub struct Naive {
    setup: Setup,
    params: DotsParams,
    grid: Grid,
    dots: BTreeMap<u32, Dot>,
    next_id: u32,
    tick: u64,
}

/// What a dot does to another one: (target, source, kind, value).
type Letter = (u32, u32, u32, [f32; 4]);

impl Naive {
    /// Takes all dots from packed rows.
    pub fn new(setup: Setup, params: DotsParams, rows: &[u8]) -> Self {
        let grid = Grid::new(setup.world, params.radius, setup.population).unwrap();
        let dots: BTreeMap<u32, Dot> = rows.chunks_exact(stride()).map(read).collect();
        let next_id = dots.last_key_value().unwrap().0 + 1;
        Self { setup, params, grid, dots, next_id, tick: 0 }
    }

    /// All dots as packed rows in order of their ids.
    pub fn rows(&self) -> Vec<u8> {
        self.dots.iter().flat_map(|(id, dot)| write(*id, dot)).collect()
    }

    /// One tick.
    pub fn step(&mut self) {
        let mut letters: Vec<Letter> = Vec::new();
        let mut births: Vec<(u32, f32, f32)> = Vec::new();
        let mut force: BTreeMap<u32, (f32, f32)> = BTreeMap::new();
        for (&id, own) in &self.dots {
            let near = self.neighbours(id, own);
            let (mut x, mut y) = (0.0f32, 0.0f32);
            let mut nearest: Option<(f32, u32)> = None;
            for &(other, dx, dy, d2) in &near {
                x += dx * self.dots[&other].charge;
                y += dy * self.dots[&other].charge;
                if nearest.is_none_or(|(least, _)| d2 < least) {
                    nearest = Some((d2, other));
                }
            }
            force.insert(id, (x, y));
            let (Some((_, nearest)), Some(&(last, ..))) = (nearest, near.last()) else { continue };
            let [talk, breed, ..] = luck(&self.setup, self.tick, id);
            if talk < self.params.talk {
                let value = [own.charge, own.energy, 0.5, 0.25];
                letters.push((nearest, id, 1, value));
                letters.push((last, id, 0, value));
            }
            if breed < self.params.breed {
                for child in 0..self.params.litter {
                    births.push((id, self.dots[&nearest].charge, last as f32 + child as f32));
                }
            }
        }
        letters.sort_by_key(|letter| (letter.0, letter.1, letter.2));
        for (target, _, kind, [charge, energy, keep, give]) in letters {
            let dot = self.dots.get_mut(&target).unwrap();
            dot.energy = dot.energy * keep + energy * give;
            dot.charge = dot.charge * 0.75 + charge * 0.125 + kind as f32;
            dot.marks[kind as usize] = dot.marks[kind as usize].wrapping_add(1);
        }
        let mut children = Vec::new();
        for (parent, charge, gift) in births {
            let dot = self.dots.get_mut(&parent).unwrap();
            dot.energy *= 0.5;
            let marks = [0, 0, dot.marks[2].wrapping_add(1)];
            let (vx, vy, energy) = (0.0 - dot.vy, dot.vx, dot.energy + gift);
            let child = Dot { vx, vy, charge, energy, age: 0, marks, ..dot.clone() };
            children.push((self.next_id, child));
            self.next_id += 1;
        }
        let (setup, tick, params) = (self.setup, self.tick, self.params);
        for number in 0..if tick % 3 == 1 { params.inflow } else { 0 } {
            let row = arrival(&setup, tick, number);
            let (x, y, vx, vy) = (row.position.x, row.position.y, 0.0, 0.0);
            let (charge, energy) = (row.charge, row.energy);
            let child = Dot { x, y, vx, vy, charge, energy, age: 0, marks: [0; 3] };
            children.push((self.next_id, child));
            self.next_id += 1;
        }
        for (id, dot) in &mut self.dots {
            move_on(dot, force[id], &setup);
        }
        self.dots.retain(|id, _| luck(&setup, tick, *id)[2] >= params.die);
        self.dots.extend(children);
        self.tick += 1;
    }

    /// The neighbours of a dot in canonical order: (id, dx, dy, squared distance).
    fn neighbours(&self, id: u32, own: &Dot) -> Vec<(u32, f32, f32, f32)> {
        let world = self.setup.world;
        let images = |axis: Axis| if axis.is_periodic() { -1..=1 } else { 0..=0 };
        let mut found = Vec::new();
        for (&other, dot) in &self.dots {
            let [col, row, _] = self.grid.cell(Vec2::new(dot.x, dot.y));
            for up in images(world.y()) {
                for along in images(world.x()) {
                    if other == id && up == 0 && along == 0 {
                        continue;
                    }
                    let dx = image(dot.x, along, world.width()) - own.x;
                    let dy = image(dot.y, up, world.height()) - own.y;
                    let d2 = dx * dx + dy * dy;
                    if d2 < self.params.radius * self.params.radius {
                        let row = i64::from(row) + up * i64::from(self.grid.rows());
                        let col = i64::from(col) + along * i64::from(self.grid.cols());
                        found.push(((row, col, other), (other, dx, dy, d2)));
                    }
                }
            }
        }
        if self.params.most > 0 {
            found.sort_by_key(|(_, (id, _, _, d2))| (d2.to_bits(), *id));
            found.truncate(self.params.most as usize);
        }
        found.sort_by_key(|(order, _)| *order);
        found.into_iter().map(|(_, near)| near).collect()
    }
}

/// A coordinate seen so many worlds further.
fn image(x: f32, worlds: i64, side: f32) -> f32 {
    match worlds {
        -1 => x - side,
        0 => x,
        _ => x + side,
    }
}

fn move_on(dot: &mut Dot, (ax, ay): (f32, f32), setup: &Setup) {
    let (dt, world) = (setup.dt, setup.world);
    dot.vx = (dot.vx + ax * dt) * 0.5;
    dot.vy = (dot.vy + ay * dt) * 0.5;
    dot.x += dot.vx * dt;
    dot.y += dot.vy * dt;
    (dot.x, dot.vx) = bound(world.x(), dot.x, dot.vx);
    (dot.y, dot.vy) = bound(world.y(), dot.y, dot.vy);
    dot.age = dot.age.wrapping_add(1);
    dot.energy *= 0.9375;
}

fn bound(axis: Axis, x: f32, v: f32) -> (f32, f32) {
    match axis.edge {
        Edge::Periodic => (wrap(x, axis.length), v),
        Edge::Wall => reflect(x, v, axis.length),
        Edge::Open => (x, v),
    }
}

fn wrap(x: f32, side: f32) -> f32 {
    let mut x = x - (x * (1.0 / side)).floor() * side;
    if x < 0.0 {
        x += side;
    }
    if x >= side {
        x -= side;
    }
    if (0.0..side).contains(&x) { x + 0.0 } else { 0.0 }
}

fn reflect(x: f32, v: f32, side: f32) -> (f32, f32) {
    if x < 0.0 {
        return (if -x <= side { -x } else { 0.0 }, v.abs());
    }
    if x > side {
        let back = side + side - x;
        return (if back >= 0.0 { back } else { side } + 0.0, 0.0 - v.abs());
    }
    (x + 0.0, v + 0.0)
}

/// Bytes of a packed row.
pub fn stride() -> usize {
    use flockwork_kernel::columns::{Columns, packed_len};
    packed_len(crate::dots::dot::Columns::SCHEMA, Reach::Owned)
}

fn read(row: &[u8]) -> (u32, Dot) {
    let word = |at: usize| u32::from_le_bytes(row[at..at + 4].try_into().unwrap());
    let real = |at: usize| f32::from_bits(word(at));
    let dot = Dot {
        x: real(4),
        y: real(8),
        vx: real(12),
        vy: real(16),
        charge: real(20),
        energy: real(24),
        age: u16::from_le_bytes([row[28], row[29]]),
        marks: [row[30], row[31], row[32]],
    };
    (word(0), dot)
}

fn write(id: u32, dot: &Dot) -> Vec<u8> {
    let mut row = id.to_le_bytes().to_vec();
    for value in [dot.x, dot.y, dot.vx, dot.vy, dot.charge, dot.energy] {
        row.extend(value.to_le_bytes());
    }
    row.extend(dot.age.to_le_bytes());
    row.extend(dot.marks);
    row.push(1);
    row
}
