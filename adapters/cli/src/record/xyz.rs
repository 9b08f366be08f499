//! Extended XYZ: text that OVITO and ASE read.
//!
//! Each tick is a frame: the number of entities, a line that describes the columns and the world, then
//! a line for each entity. Vectors have three numbers also in the plane, with 0 for the last. The
//! position is `pos`, the velocity `velo`. The species is an element's symbol: that of the
//! atomic number which is 1 more than the chosen column, or `X`, which ASE takes for no element.

use std::fmt::Write as _;

use flockwork_kernel::World;

use super::Head;
use super::frame::{Frame, Group, POSITION, Slot, groups, number};
use super::text::{Lines, printed};

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

/// What its lines are made of.
pub(super) struct Xyz {
    slots: Vec<Slot>,
    /// In the order of the file: the position first.
    groups: Vec<Group>,
    species: Option<Slot>,
    /// What is the same in the second line of each frame.
    line: String,
}

impl Xyz {
    pub(super) fn new(head: Head) -> Self {
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
        Self { slots: head.slots, groups, species: head.species, line }
    }
}

impl Lines for Xyz {
    fn head(&self, frame: &Frame<'_>) -> String {
        let (line, time, tick) = (&self.line, frame.time, frame.tick);
        format!("{}\n{line} Time={time:?} tick={tick}\n", frame.len())
    }

    fn entity(&self, frame: &Frame<'_>, entity: usize, text: &mut String) {
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
