//! The naive twin of inputs: one list of packed rows, everybody looked at for every input.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use flockwork_kernel::{Axis, Edge, Plane};
use flockwork_scheduler::{Input, Model, Params, Setup};

use crate::dots::{Dots, DotsParams};

/// Where the numbers of a dot of the plane are in its packed row.
const X: usize = 4;
const VX: usize = 12;
const CHARGE: usize = 20;
const ENERGY: usize = 24;
const AGE: usize = 28;
const MARKS: usize = 30;
const ALIVE: usize = 33;

/// All dots as packed rows by id.
#[derive(Clone, Debug, PartialEq)]
pub struct Crowd {
    pub setup: Setup,
    pub params: DotsParams,
    pub tick: u64,
    pub rows: BTreeMap<u32, Vec<u8>>,
    pub next_id: u32,
}

impl Crowd {
    /// Does all inputs of a batch, or none and gives the place of the first that cannot be done.
    pub fn give(&mut self, inputs: &[Input]) -> Result<(), usize> {
        let before = self.clone();
        for (place, input) in inputs.iter().enumerate() {
            if self.one(input).is_none() {
                *self = before;
                return Err(place);
            }
        }
        Ok(())
    }

    fn one(&mut self, input: &Input) -> Option<()> {
        match input {
            Input::Spawn { values } => {
                let has = |name: &str| values.iter().any(|(known, _)| known == name);
                if has("x") != has("y") || has("vx") != has("vy") {
                    return None;
                }
                let mut row = self.spawned();
                self.write(&mut row, values)?;
                self.rows.insert(self.next_id, row);
                self.next_id += 1;
            }
            Input::Remove { id } => drop(self.rows.remove(id)?),
            Input::Set { id, values } => {
                let mut row = self.rows.get(id)?.clone();
                self.write(&mut row, values)?;
                self.rows.insert(*id, row);
            }
            Input::Params { params } => self.params = self.params.with(params).ok()?,
            Input::Poke { at, radius, values } => {
                let mut point = [0.0; 2];
                for (axis, at) in at.iter().enumerate() {
                    point[axis] = coordinate(*at, self.setup.world.axes()[axis])?;
                }
                let number = |name: &str| {
                    values.iter().find(|(known, _)| known == name).map_or(0.0, |(_, v)| *v as f32)
                };
                let numbers = ["kick", "heat", "kill"].map(number);
                let ids: Vec<u32> = self.rows.keys().copied().collect();
                for id in ids {
                    self.poke(id, point, *radius as f32, numbers);
                }
            }
            _ => return None,
        }
        // Who is not alive is gone.
        self.rows.retain(|_, row| row[ALIVE] != 0);
        Some(())
    }

    fn poke(&mut self, id: u32, point: [f32; 2], radius: f32, [kick, heat, kill]: [f32; 3]) {
        let row = self.rows.get_mut(&id).unwrap();
        let axes = self.setup.world.axes();
        let offset: Vec<f32> = (0..2)
            .map(|axis| {
                let way = read(row, X + 4 * axis) - point[axis];
                let length = axes[axis].length;
                let images = if axes[axis].is_periodic() {
                    vec![way, way - length, way + length]
                } else {
                    vec![way]
                };
                images.into_iter().reduce(|a, b| if b.abs() < a.abs() { b } else { a }).unwrap()
            })
            .collect();
        if offset[0] * offset[0] + offset[1] * offset[1] > radius * radius {
            return;
        }
        for (axis, way) in offset.into_iter().enumerate() {
            let at = VX + 4 * axis;
            let velocity = read(row, at) + way * kick;
            put(row, at, velocity + 0.0);
        }
        let energy = read(row, ENERGY) * 0.5 + heat;
        put(row, ENERGY, energy + 0.0);
        row[AGE..AGE + 2].copy_from_slice(&(self.tick as u16).to_le_bytes());
        row[MARKS] = row[MARKS].wrapping_add(1);
        row[ALIVE] = u8::from(energy >= kill);
    }

    fn spawned(&self) -> Vec<u8> {
        let dots = Dots::<Plane> { params: self.params, axes: PhantomData };
        let dot = dots.spawn(&self.setup, self.next_id);
        let mut row = self.next_id.to_le_bytes().to_vec();
        for number in
            [dot.position.x, dot.position.y, dot.velocity.x, dot.velocity.y, dot.charge, dot.energy]
        {
            row.extend(number.to_le_bytes());
        }
        row.extend(dot.age.to_le_bytes());
        row.extend(dot.marks);
        row.push(dot.alive);
        row
    }

    fn write(&self, row: &mut [u8], values: &[(String, f64)]) -> Option<()> {
        for (name, value) in values {
            let value = *value;
            let small = (value == value.trunc() && (0.0..=255.0).contains(&value)).then_some(value);
            match name.as_str() {
                "x" | "y" => {
                    let axis = usize::from(name == "y");
                    let place = coordinate(value, self.setup.world.axes()[axis])?;
                    put(row, X + 4 * axis, place);
                }
                "vx" => put(row, VX, value as f32),
                "vy" => put(row, VX + 4, value as f32),
                "charge" => put(row, CHARGE, value as f32),
                "energy" => put(row, ENERGY, value as f32),
                "marks_1" => row[MARKS + 1] = small? as u8,
                "alive" => row[ALIVE] = small? as u8,
                _ => return None,
            }
        }
        let names: std::collections::BTreeSet<_> = values.iter().map(|(name, _)| name).collect();
        (names.len() == values.len()).then_some(())
    }
}

/// A coordinate in the world, if it is in it.
fn coordinate(value: f64, axis: Axis) -> Option<f32> {
    let value = value as f32 + 0.0;
    match axis.edge {
        Edge::Open => Some(value),
        _ if !(0.0..=axis.length).contains(&value) => None,
        Edge::Periodic if value == axis.length => Some(0.0),
        _ => Some(value),
    }
}

fn read(row: &[u8], at: usize) -> f32 {
    f32::from_le_bytes(row[at..at + 4].try_into().unwrap())
}

fn put(row: &mut [u8], at: usize, value: f32) {
    row[at..at + 4].copy_from_slice(&value.to_le_bytes());
}
