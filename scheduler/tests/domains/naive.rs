//! The naive twin of [`Dots`](crate::dots::Dots): all pairs, plain `f32`, one list of entities.
//!
//! It shares with the scheduler the random numbers, the parameters, and the cell of a position; the
//! cell is the canonical order's definition.

use std::collections::BTreeMap;

use flockwork_kernel::columns::{Columns, Reach, packed_len};
use flockwork_kernel::{Axis, Edge, Plane, Space, Vec3};
use flockwork_scheduler::{Grid, Setup};

use crate::dots::{DotsParams, arrival, dot, luck, turned};

/// One dot. In the plane what is along z is 0.
#[derive(Clone, Debug)]
struct Dot {
    at: Vec3,
    v: Vec3,
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

/// A neighbour: its id, the way to it, and the squared distance.
type Near = (u32, Vec3, f32);

impl Naive {
    /// Takes all dots from packed rows.
    pub fn new(setup: Setup, params: DotsParams, rows: &[u8]) -> Self {
        let grid = Grid::new(setup.world, params.radius, setup.population).unwrap();
        let axes = setup.world.axes().len();
        let dots = rows.chunks_exact(stride_along(axes)).map(|row| read(row, axes));
        let dots: BTreeMap<u32, Dot> = dots.collect();
        let next_id = dots.last_key_value().unwrap().0 + 1;
        Self { setup, params, grid, dots, next_id, tick: 0 }
    }

    /// All dots as packed rows in order of their ids.
    pub fn rows(&self) -> Vec<u8> {
        let axes = self.setup.world.axes().len();
        self.dots.iter().flat_map(|(id, dot)| write(*id, dot, axes)).collect()
    }

    /// One tick.
    pub fn step(&mut self) {
        let mut letters: Vec<Letter> = Vec::new();
        let mut births: Vec<(u32, f32, f32)> = Vec::new();
        let mut forces: BTreeMap<u32, Vec3> = BTreeMap::new();
        for (&id, own) in &self.dots {
            let near = self.neighbours(id, own);
            let mut force = Vec3::default();
            let mut nearest: Option<(f32, u32)> = None;
            for &(other, offset, d2) in &near {
                force += offset * self.dots[&other].charge;
                if nearest.is_none_or(|(least, _)| d2 < least) {
                    nearest = Some((d2, other));
                }
            }
            forces.insert(id, force);
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
            let energy = dot.energy + gift;
            let child = Dot { v: turned(dot.v), charge, energy, age: 0, marks, ..dot.clone() };
            children.push((self.next_id, child));
            self.next_id += 1;
        }
        let (setup, tick, params) = (self.setup, self.tick, self.params);
        for number in 0..if tick % 3 == 1 { params.inflow } else { 0 } {
            let row = arrival::<Space>(&setup, tick, number);
            let (at, charge, energy) = (row.position, row.charge, row.energy);
            let child = Dot { at, v: Vec3::ZERO, charge, energy, age: 0, marks: [0; 3] };
            children.push((self.next_id, child));
            self.next_id += 1;
        }
        for (id, dot) in &mut self.dots {
            move_on(dot, forces[id], &setup);
        }
        self.dots.retain(|id, _| luck(&setup, tick, *id)[2] >= params.die);
        self.dots.extend(children);
        self.tick += 1;
    }

    /// The neighbours of a dot in canonical order.
    fn neighbours(&self, id: u32, own: &Dot) -> Vec<Near> {
        let axes = self.setup.world.axes();
        // The worlds in which its images are.
        let images = |axis: usize| match axes.get(axis) {
            Some(axis) if axis.is_periodic() => -1..=1,
            _ => 0..=0,
        };
        // A coordinate of a dot, and its line, so many worlds further.
        let image = |dot: &Dot, line: u32, axis: usize, worlds: i64| match axes.get(axis) {
            None => (i64::from(line), 0.0),
            Some(along) => {
                let line = i64::from(line) + worlds * i64::from(self.grid.lines()[axis]);
                (line, image(dot.at.along(axis), worlds, along.length))
            }
        };
        let mut found = Vec::new();
        for (&other, dot) in &self.dots {
            let [col, row, layer] = self.grid.cell(dot.at);
            for back in images(2) {
                for up in images(1) {
                    for along in images(0) {
                        if other == id && (back, up, along) == (0, 0, 0) {
                            continue;
                        }
                        let (col, x) = image(dot, col, 0, along);
                        let (row, y) = image(dot, row, 1, up);
                        let (layer, z) = image(dot, layer, 2, back);
                        let offset = Vec3::new(x, y, z) - own.at;
                        let d2 = offset.x * offset.x + offset.y * offset.y + offset.z * offset.z;
                        if d2 < self.params.radius * self.params.radius {
                            found.push(((layer, row, col, other), (other, offset, d2)));
                        }
                    }
                }
            }
        }
        if self.params.most > 0 {
            found.sort_by_key(|(_, (id, _, d2))| (d2.to_bits(), *id));
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

fn move_on(dot: &mut Dot, force: Vec3, setup: &Setup) {
    dot.v = (dot.v + force * setup.dt) * 0.5;
    dot.at += dot.v * setup.dt;
    let (mut at, mut v) = ([0.0; 3], [0.0; 3]);
    for (axis, along) in setup.world.axes().iter().enumerate() {
        (at[axis], v[axis]) = bound(*along, dot.at.along(axis), dot.v.along(axis));
    }
    (dot.at, dot.v) = (Vec3::new(at[0], at[1], at[2]), Vec3::new(v[0], v[1], v[2]));
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

/// Bytes of a packed row in the plane.
pub fn stride() -> usize {
    packed_len(dot::Columns::<Plane>::SCHEMA, Reach::Owned)
}

/// The same in a world of so many axes.
fn stride_along(axes: usize) -> usize {
    if axes == 2 { stride() } else { packed_len(dot::Columns::<Space>::SCHEMA, Reach::Owned) }
}

fn read(row: &[u8], axes: usize) -> (u32, Dot) {
    let word = |at: usize| u32::from_le_bytes(row[4 * at..4 * at + 4].try_into().unwrap());
    let real = |at: usize| f32::from_bits(word(at));
    let vector =
        |at: usize| Vec3::new(real(at), real(at + 1), if axes == 3 { real(at + 2) } else { 0.0 });
    let rest = &row[4 * (3 + 2 * axes)..];
    let dot = Dot {
        at: vector(1),
        v: vector(1 + axes),
        charge: real(1 + 2 * axes),
        energy: real(2 + 2 * axes),
        age: u16::from_le_bytes([rest[0], rest[1]]),
        marks: [rest[2], rest[3], rest[4]],
    };
    (word(0), dot)
}

fn write(id: u32, dot: &Dot, axes: usize) -> Vec<u8> {
    let mut row = id.to_le_bytes().to_vec();
    for vector in [dot.at, dot.v] {
        (0..axes).for_each(|axis| row.extend(vector.along(axis).to_le_bytes()));
    }
    for value in [dot.charge, dot.energy] {
        row.extend(value.to_le_bytes());
    }
    row.extend(dot.age.to_le_bytes());
    row.extend(dot.marks);
    row.push(1);
    row
}
