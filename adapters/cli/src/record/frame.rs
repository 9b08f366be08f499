//! What of a recorded tick is written: chosen columns of chosen entities.

use std::fmt::Write as _;
use std::ops::Range;

use flockwork_kernel::World;
use flockwork_kernel::columns::Scalar;
use flockwork_scheduler::FieldNow;

use crate::rows::{Field, UNWRAPPED};

/// What a column holds in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// What the model has.
    Of(Scalar),
    /// A place in 64 bits: with the origin added, or not wrapped.
    F64,
}

impl Type {
    /// Bytes of one value.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Of(scalar) => scalar.size(),
            Self::F64 => 8,
        }
    }

    /// Whether it has decimals.
    pub(super) fn is_real(self) -> bool {
        matches!(self, Self::F64 | Self::Of(Scalar::F32))
    }
}

/// Where the values of a column come from.
#[derive(Clone, Debug)]
enum Source {
    /// A scalar of the packed row.
    Row(Field),
    /// The place along an axis as if the axis had no end.
    Unwrapped(usize),
}

/// A column of a recording: one number of each entity.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) name: String,
    source: Source,
}

impl Slot {
    pub(super) fn of(field: Field) -> Self {
        Self { name: field.name.clone(), source: Source::Row(field) }
    }

    pub(super) fn unwrapped(axis: usize) -> Self {
        Self { name: UNWRAPPED[axis].to_string(), source: Source::Unwrapped(axis) }
    }

    pub(super) fn kind(&self) -> Type {
        match &self.source {
            Source::Row(field) if field.shift.is_none() => Type::Of(field.scalar),
            _ => Type::F64,
        }
    }
}

/// The chosen entities and fields of a tick.
pub(super) struct Frame<'r> {
    pub(super) tick: u64,
    pub(super) time: f64,
    /// The packed row of each.
    rows: Vec<&'r [u8]>,
    /// Where each is as if no axis had an end, if that is wanted.
    unwrapped: Vec<[f64; World::MOST_AXES]>,
    /// The chosen fields, where the format has a place for them.
    pub(super) fields: Vec<FieldNow>,
}

impl<'r> Frame<'r> {
    pub(super) fn new(
        tick: u64,
        time: f64,
        rows: Vec<&'r [u8]>,
        unwrapped: Vec<[f64; World::MOST_AXES]>,
        fields: Vec<FieldNow>,
    ) -> Self {
        Self { tick, time, rows, unwrapped, fields }
    }

    /// How many entities there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The bits of a column of an entity: of 64 if it has as many, else the lowest.
    pub(super) fn bits(&self, slot: &Slot, entity: usize) -> u64 {
        let row = self.rows.get(entity).copied().unwrap_or_default();
        match &slot.source {
            Source::Row(field) => match field.shift {
                Some(shift) => (field.value(row) + shift).to_bits(),
                None => field.bits(row),
            },
            Source::Unwrapped(axis) => {
                self.unwrapped.get(entity).map_or(0, |place| place[*axis].to_bits())
            }
        }
    }

    /// The bits of a column, one entity after the other.
    pub(super) fn all<'s>(&'s self, slot: &'s Slot) -> impl ExactSizeIterator<Item = u64> + 's {
        (0..self.len()).map(|entity| self.bits(slot, entity))
    }

    /// Adds a column's bytes, lowest first.
    #[cfg(feature = "npz")]
    pub(super) fn bytes(&self, slot: &Slot, to: &mut Vec<u8>) {
        let size = slot.kind().size();
        self.all(slot).for_each(|bits| to.extend_from_slice(&bits.to_le_bytes()[..size]));
    }

    /// The least and the largest value of a column; None if there is nobody.
    pub(super) fn span(&self, slot: &Slot) -> Option<(f64, f64)> {
        let values = self.all(slot).map(|bits| number(slot.kind(), bits));
        values.fold(None, |span, value| match span {
            None => Some((value, value)),
            Some((low, high)) => Some((low.min(value), high.max(value))),
        })
    }

    /// Prints a value with as many digits as give it back.
    pub(super) fn print(&self, slot: &Slot, entity: usize, to: &mut String) {
        let bits = self.bits(slot, entity);
        // Writing to a text cannot fail.
        let _ = match slot.kind() {
            Type::F64 => write!(to, "{:?}", f64::from_bits(bits)),
            Type::Of(Scalar::F32) => write!(to, "{:?}", f32::from_bits(bits as u32)),
            Type::Of(Scalar::I32) => write!(to, "{}", bits as u32 as i32),
            Type::Of(_) => write!(to, "{bits}"),
        };
    }
}

/// What bits mean.
pub(super) fn number(kind: Type, bits: u64) -> f64 {
    match kind {
        Type::F64 => f64::from_bits(bits),
        Type::Of(Scalar::F32) => f32::from_bits(bits as u32).into(),
        Type::Of(Scalar::I32) => f64::from(bits as u32 as i32),
        Type::Of(_) => bits as f64,
    }
}

/// Columns that are one thing: a vector, or the numbers of a column that has several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// What they have in common of their names.
    pub(super) name: String,
    /// The places of the columns.
    pub(super) slots: Range<usize>,
    /// Whether they are numbers along the axes of the world.
    is_vector: bool,
}

impl Group {
    /// How many numbers it has where vectors have three also in the plane.
    pub(super) fn width(&self) -> usize {
        if self.is_vector { World::MOST_AXES } else { self.slots.len() }
    }
}

/// What the position is called.
pub(super) const POSITION: &str = "position";

/// Groups columns that follow each other: `x, y, z` are the position, `vx, vy` is the vector `v` and
/// `genes_0, genes_1` are `genes`.
pub(super) fn groups(slots: &[Slot]) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut at = 0;
    while let Some(rest) = slots.get(at..).filter(|rest| !rest.is_empty()) {
        let (name, count, is_vector) = group(rest);
        groups.push(Group { name, slots: at..at + count, is_vector });
        at += count;
    }
    groups
}

/// The group that begins with the first column, how many are in it, and whether it is a vector.
fn group(slots: &[Slot]) -> (String, usize, bool) {
    let first = &slots[0];
    let alike = |names: &dyn Fn(usize) -> String| {
        let same =
            |(at, slot): &(usize, &Slot)| slot.name == names(*at) && slot.kind() == first.kind();
        slots.iter().enumerate().take_while(same).count()
    };
    let unwrapped =
        alike(&|at| UNWRAPPED.get(at).map_or(String::new(), |name| (*name).to_string()));
    if unwrapped > 1 {
        return ("unwrapped".to_string(), unwrapped, true);
    }
    if let Some(stem) = first.name.strip_suffix('x') {
        let axis = |at: usize| World::COORDINATES.get(at).map(|axis| format!("{stem}{axis}"));
        let count = alike(&|at| axis(at).unwrap_or_default());
        if count > 1 {
            let name = if stem.is_empty() { POSITION } else { stem.trim_end_matches('_') };
            return (name.to_string(), count, true);
        }
    }
    if let Some(stem) = first.name.strip_suffix("_0") {
        let count = alike(&|at| format!("{stem}_{at}"));
        if count > 1 {
            return (stem.to_string(), count, false);
        }
    }
    (first.name.clone(), 1, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(names: &[(&str, Scalar)]) -> Vec<Slot> {
        let field = |(name, scalar): &(&str, Scalar)| Field {
            name: (*name).to_string(),
            scalar: *scalar,
            offset: 0,
            shift: None,
        };
        names.iter().map(|one| Slot::of(field(one))).collect()
    }

    #[test]
    fn columns_of_one_vector_are_grouped_by_their_names() {
        let f = Scalar::F32;
        let mut all = slots(&[
            ("id", Scalar::U32),
            ("x", f),
            ("y", f),
            ("vx", f),
            ("vy", f),
            ("half_x", f),
            ("half_y", f),
            ("genes_0", f),
            ("genes_1", f),
            ("genes_3", f),
            ("ux", f),
            ("max", f),
            ("tribe", Scalar::U8),
        ]);
        all.extend([Slot::unwrapped(0), Slot::unwrapped(1)]);
        let found = groups(&all);
        let found: Vec<(&str, usize)> =
            found.iter().map(|group| (group.name.as_str(), group.slots.len())).collect();
        let wanted = [
            ("id", 1),
            (POSITION, 2),
            ("v", 2),
            ("half", 2),
            ("genes", 2),
            ("genes_3", 1),
            ("ux", 1),
            ("max", 1),
            ("tribe", 1),
            ("unwrapped", 2),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn numbers_are_printed_so_that_they_come_back() {
        let slot = &slots(&[("x", Scalar::F32)])[0];
        let awkward = [0.0f32, -0.0, 0.1, 1.0 / 3.0, 1.0e-45, f32::MIN_POSITIVE, 1.0e30, f32::MAX];
        // Tables are read in 64 bits, so a number is rounded twice.
        let many = (0..u32::MAX).step_by(16_411).map(f32::from_bits).filter(|one| one.is_finite());
        for value in awkward.into_iter().chain(many) {
            let row = value.to_le_bytes();
            let frame = Frame::new(0, 0.0, vec![&row[..]], Vec::new(), Vec::new());
            let mut text = String::new();
            frame.print(slot, 0, &mut text);
            assert_eq!((text.parse::<f64>().unwrap() as f32).to_bits(), value.to_bits(), "{text}");
        }
    }
}
