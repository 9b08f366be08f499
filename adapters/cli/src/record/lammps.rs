//! A dump of LAMMPS, as its `dump custom` writes it.
//!
//! Ids are those of the entities, so they begin with 0. The type is 1 more than the chosen column,
//! or 1. Along an open axis the box reaches to the outermost entities; in the plane `z` is 0 in a
//! box from -0.5 to 0.5, as LAMMPS has it.

use std::fmt::Write as _;

use flockwork_kernel::World;

use super::Head;
use super::frame::{Frame, Slot, number};
use super::text::{Lines, printed};

/// What its lines are made of.
pub(super) struct Dump {
    world: World,
    slots: Vec<Slot>,
    species: Option<Slot>,
    /// The line that names the columns.
    names: String,
}

impl Dump {
    pub(super) fn new(head: Head) -> Self {
        let mut names = "ITEM: ATOMS".to_string();
        for slot in &head.slots {
            // A column that is called so would be taken for the type.
            let name = if slot.name == "type" { "own_type" } else { &slot.name };
            let _ = write!(names, " {name}");
            names += if slot.name == "id" { " type" } else { "" };
            names += if slot.name == "y" && !head.world.is_space() { " z" } else { "" };
        }
        names.push('\n');
        Self { world: head.world, slots: head.slots, species: head.species, names }
    }
}

impl Lines for Dump {
    fn head(&self, frame: &Frame<'_>) -> String {
        let kinds = self.world.axes().iter().map(|axis| match axis {
            axis if axis.is_periodic() => "pp",
            axis if axis.is_wall() => "ff",
            _ => "ss",
        });
        let flat = (!self.world.is_space()).then_some("pp");
        let kinds: Vec<&str> = kinds.chain(flat).collect();
        let mut text = format!(
            "ITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n{}\nITEM: BOX BOUNDS {}\n",
            frame.tick,
            frame.len(),
            kinds.join(" ")
        );
        for ((axis, name), begin) in
            self.world.axes().iter().zip(World::COORDINATES).zip(self.world.origin())
        {
            let slot = self.slots.iter().find(|slot| slot.name == name && axis.is_open());
            let end = begin + f64::from(axis.length);
            let (low, high) = slot.and_then(|slot| frame.span(slot)).unwrap_or((begin, end));
            let _ = writeln!(text, "{low:?} {high:?}");
        }
        text += if self.world.is_space() { "" } else { "-0.5 0.5\n" };
        text + &self.names
    }

    fn entity(&self, frame: &Frame<'_>, entity: usize, text: &mut String) {
        for (at, slot) in self.slots.iter().enumerate() {
            text.push_str(if at == 0 { "" } else { " " });
            frame.print(slot, entity, text);
            if slot.name == "id" {
                let species = self.species.as_ref();
                let value =
                    species.map_or(0.0, |slot| number(slot.kind(), frame.bits(slot, entity)));
                let _ = write!(text, " {}", value.max(0.0) as u64 + 1);
            } else if slot.name == "y" && !self.world.is_space() {
                text.push_str(" 0");
            }
        }
        text.push('\n');
    }
}

/// About how many bytes an entity of these columns takes.
pub(super) fn size(slots: &[Slot], entities: u64) -> u64 {
    4 + slots.iter().map(|slot| printed(slot.kind(), entities)).sum::<u64>()
}
