//! Extended XYZ: text that OVITO and ASE read.
//!
//! Each tick is a frame: the number of entities, a line that describes the columns and the world, then
//! a line for each entity. Vectors have three numbers also in the plane, with 0 for the last. The
//! position is `pos`, the velocity `velo`. The species is an element's symbol: that of the
//! atomic number which is 1 more than the chosen column, or `X`, which ASE takes for no element.

use std::fmt::Write as _;
use std::io::Write;

use flockwork_kernel::World;

use super::frame::{Frame, Group, POSITION, Slot, Type, groups, number};
use super::{Head, Last, Writer};
use crate::failure::Failure;
use crate::output::{Draft, Ready, Target};

/// How much text is gathered before it is written, in bytes.
const BLOCK: usize = 1 << 16;

const SYMBOLS: [&str; 118] = [
    "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl",
    "Ar", "K", "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As",
    "Se", "Br", "Kr", "Rb", "Sr", "Y", "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In",
    "Sn", "Sb", "Te", "I", "Xe", "Cs", "Ba", "La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb",
    "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W", "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl",
    "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra", "Ac", "Th", "Pa", "U", "Np", "Pu", "Am", "Cm", "Bk",
    "Cf", "Es", "Fm", "Md", "No", "Lr", "Rf", "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh",
    "Fl", "Mc", "Lv", "Ts", "Og",
];

/// A file in the making.
pub(super) struct Xyz<'a> {
    draft: Draft<'a>,
    target: &'a Target,
    slots: Vec<Slot>,
    /// In the order of the file: the position first.
    groups: Vec<Group>,
    species: Option<Slot>,
    /// What is the same in the second line of each frame.
    line: String,
}

impl<'a> Xyz<'a> {
    pub(super) fn begin(target: &'a Target, head: Head) -> Result<Self, Failure> {
        let mut groups = groups(&head.slots);
        // Those that look for the position want it here.
        groups.sort_by_key(|group| group.name != POSITION);
        let mut line = world(&head.world);
        line += " Properties=species:S:1";
        for group in &groups {
            let kind = if head.slots[group.slots.start].kind().is_real() { 'R' } else { 'I' };
            let _ = write!(line, ":{}:{kind}:{}", property(&group.name), group.width());
        }
        let model = head.about.iter().find(|(key, _)| *key == "model");
        line.extend(model.map(|(_, name)| format!(" model={name}")));
        let draft = target.draft()?;
        Ok(Self { draft, target, slots: head.slots, groups, species: head.species, line })
    }

    fn print(&self, frame: &Frame<'_>, entity: usize, text: &mut String) {
        text.push_str(self.species.as_ref().map_or("X", |slot| {
            let value = number(slot.kind(), frame.bits(slot, entity));
            let whole = value >= 0.0 && value.fract() == 0.0;
            SYMBOLS.get(value as usize).filter(|_| whole).copied().unwrap_or("X")
        }));
        for group in &self.groups {
            for slot in &self.slots[group.slots.clone()] {
                text.push(' ');
                frame.print(slot, entity, text);
            }
            for _ in group.slots.len()..group.width() {
                text.push_str(" 0.0");
            }
        }
        text.push('\n');
    }
}

impl<'a> Writer<'a> for Xyz<'a> {
    fn write(&mut self, frame: &Frame<'_>) -> Result<(), Failure> {
        let (line, time, tick) = (&self.line, frame.time, frame.tick);
        let mut text = format!("{}\n{line} Time={time:?} tick={tick}\n", frame.len());
        for entity in 0..frame.len() {
            self.print(frame, entity, &mut text);
            if text.len() >= BLOCK {
                self.draft
                    .write_all(text.as_bytes())
                    .map_err(|error| self.target.failed(&error))?;
                text.clear();
            }
        }
        self.draft.write_all(text.as_bytes()).map_err(|error| self.target.failed(&error))
    }

    fn finish(self: Box<Self>, _: &Last) -> Result<Ready<'a>, Failure> {
        self.draft.finish()
    }
}

/// What a group is called by the programs that read it.
fn property(name: &str) -> &str {
    match name {
        POSITION => "pos",
        "v" => "velo",
        other => other,
    }
}

/// The cell: an axis that has an end has the world's length; in the plane the third one is 1 long.
fn world(world: &World) -> String {
    let length = |axis: usize| world.axes().get(axis).map_or(1.0, |axis| axis.length);
    let periodic = |axis: usize| world.axes().get(axis).is_some_and(|axis| axis.is_periodic());
    let mark = |axis| if periodic(axis) { 'T' } else { 'F' };
    let mut text = format!(
        "Lattice=\"{:?} 0.0 0.0 0.0 {:?} 0.0 0.0 0.0 {:?}\" pbc=\"{} {} {}\"",
        length(0),
        length(1),
        length(2),
        mark(0),
        mark(1),
        mark(2)
    );
    let [x, y, z] = world.origin();
    if [x, y, z] != [0.0; 3] {
        let _ = write!(text, " Origin=\"{x:?} {y:?} {z:?}\"");
    }
    text
}

/// About how many bytes an entity of these columns takes.
pub(super) fn size(slots: &[Slot], entities: u64) -> u64 {
    let padded: usize =
        groups(slots).iter().map(|group| 4 * (group.width() - group.slots.len())).sum();
    2 + padded as u64 + slots.iter().map(|slot| printed(slot.kind(), entities)).sum::<u64>()
}

/// About how many bytes a value takes in text, with the space before it.
pub(super) fn printed(kind: Type, entities: u64) -> u64 {
    match kind {
        Type::F64 => 19,
        kind if kind.is_real() => 11,
        kind if kind.size() == 1 => 2,
        // Mostly ids.
        _ => 1 + u64::from(entities.max(1).ilog10() + 1),
    }
}
