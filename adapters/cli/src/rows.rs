//! Reads the packed entities that a simulation hands out.

use flockwork_kernel::World;
use flockwork_kernel::columns::{Column, Reach, Scalar};
use flockwork_scheduler_native::Rows;

/// The names of places as if no axis had an end, in recordings.
pub(crate) const UNWRAPPED: [&str; World::MOST_AXES] = ["xu", "yu", "zu"];

/// One scalar of each entity.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// The column's name; with `_` and its number if the column has several components.
    pub(crate) name: String,
    /// The scalar type.
    pub(crate) scalar: Scalar,
    /// Where it stands in a packed row, in bytes.
    pub(crate) offset: usize,
    /// What is added to it in 64 bits where it is written: of positions, in a world with an origin.
    pub(crate) shift: Option<f64>,
}

/// The scalars of a packed row, in order.
pub(crate) fn fields(schema: &[Column]) -> Vec<Field> {
    let mut offset = 0;
    let mut fields = Vec::new();
    for column in schema.iter().filter(|column| column.reach >= Reach::Owned) {
        for component in 0..column.components {
            let name = match column.components {
                1 => column.name.to_string(),
                _ => format!("{}_{component}", column.name),
            };
            fields.push(Field { name, scalar: column.scalar, offset, shift: None });
            offset += column.scalar.size();
        }
    }
    fields
}

/// The same, with positions shifted to where the world lies.
pub(crate) fn placed(schema: &[Column], world: &World) -> Vec<Field> {
    let mut fields = fields(schema);
    let origin = world.origin();
    if origin != [0.0; 3] {
        for (name, shift) in World::COORDINATES.into_iter().zip(origin) {
            if let Some(field) = fields.iter_mut().find(|field| field.name == name) {
                field.shift = Some(shift);
            }
        }
    }
    fields
}

impl Field {
    /// The bits of this scalar in one row, widened to 64; 0 for a row that is too short.
    pub(crate) fn bits(&self, row: &[u8]) -> u64 {
        let mut bytes = [0; 8];
        let size = self.scalar.size();
        if let Some(found) = row.get(self.offset..self.offset + size) {
            bytes[..size].copy_from_slice(found);
        }
        u64::from_le_bytes(bytes)
    }

    /// The value in one row; of 64 bits the nearest that there is.
    pub(crate) fn value(&self, row: &[u8]) -> f64 {
        let bytes = row.get(self.offset..self.offset + self.scalar.size());
        bytes.map_or(0.0, |bytes| self.scalar.read(bytes))
    }

    /// The value in every row, as `f32`.
    pub(crate) fn values(&self, rows: &Rows) -> Vec<f32> {
        each(rows).map(|row| self.value(row) as f32).collect()
    }
}

/// The values of a column in every row, as `f32`; None if there is no such column.
pub(crate) fn column(schema: &[Column], rows: &Rows, name: &str) -> Option<Vec<f32>> {
    let fields = fields(schema);
    fields.iter().find(|field| field.name == name).map(|field| field.values(rows))
}

/// The place of every entity along x, y and z; in the plane z is 0.
pub(crate) fn places(
    schema: &[Column],
    rows: &Rows,
    world: &World,
) -> Vec<[f32; World::MOST_AXES]> {
    let mut places = vec![[0.0; World::MOST_AXES]; each(rows).len()];
    for (axis, name) in World::COORDINATES.iter().enumerate().take(world.axes().len()) {
        let column = column(schema, rows, name).unwrap_or_default();
        places.iter_mut().zip(column).for_each(|(place, value)| place[axis] = value);
    }
    places
}

/// The packed rows.
pub(crate) fn each(rows: &Rows) -> std::slice::ChunksExact<'_, u8> {
    rows.bytes.chunks_exact(rows.stride.max(1))
}

/// The first entity in which two states differ.
#[derive(Debug, PartialEq)]
pub(crate) struct Difference {
    /// Its id.
    pub(crate) id: u32,
    /// What differs about it.
    pub(crate) what: What,
}

/// What differs about an entity.
#[derive(Debug, PartialEq)]
pub(crate) enum What {
    /// It is only in the first state.
    OnlyFirst,
    /// It is only in the second state.
    OnlySecond,
    /// A scalar of it.
    Scalar {
        /// Its name.
        name: String,
        /// In the first state, with its bits.
        first: (f64, u64),
        /// In the second state, with its bits.
        second: (f64, u64),
    },
}

/// Compares two states whose rows are sorted by id.
pub(crate) fn first_difference(
    schema: &[Column],
    first: &Rows,
    second: &Rows,
) -> Option<Difference> {
    let fields = fields(schema);
    let id = |row: &[u8]| fields.first().map_or(0, |field| field.bits(row) as u32);
    let (mut left, mut right) = (each(first).peekable(), each(second).peekable());
    loop {
        let (a, b) = match (left.peek(), right.peek()) {
            (None, None) => return None,
            (Some(a), None) => return Some(Difference { id: id(a), what: What::OnlyFirst }),
            (None, Some(b)) => return Some(Difference { id: id(b), what: What::OnlySecond }),
            (Some(a), Some(b)) => (*a, *b),
        };
        match id(a).cmp(&id(b)) {
            std::cmp::Ordering::Less => {
                return Some(Difference { id: id(a), what: What::OnlyFirst });
            }
            std::cmp::Ordering::Greater => {
                return Some(Difference { id: id(b), what: What::OnlySecond });
            }
            std::cmp::Ordering::Equal => {}
        }
        if let Some(field) = fields.iter().find(|field| field.bits(a) != field.bits(b)) {
            let what = What::Scalar {
                name: field.name.clone(),
                first: (field.value(a), field.bits(a)),
                second: (field.value(b), field.bits(b)),
            };
            return Some(Difference { id: id(a), what });
        }
        left.next();
        right.next();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn column(name: &'static str, scalar: Scalar, components: u32, reach: Reach) -> Column {
        let (min, max) = scalar.limits();
        Column { name, scalar, components, reach, about: "", min, max }
    }

    const SCHEMA: &[Column] = &[
        column("id", Scalar::U32, 1, Reach::Ghost),
        column("x", Scalar::F32, 1, Reach::Ghost),
        column("tribe", Scalar::U8, 1, Reach::Owned),
        column("ages", Scalar::U16, 2, Reach::Owned),
        column("ax", Scalar::F32, 1, Reach::Scratch),
    ];

    fn rows(entities: &[(u32, f32, u8, [u16; 2])]) -> Rows {
        let mut bytes = Vec::new();
        for (id, x, tribe, ages) in entities {
            bytes.extend(id.to_le_bytes());
            bytes.extend(x.to_le_bytes());
            bytes.push(*tribe);
            ages.iter().for_each(|age| bytes.extend(age.to_le_bytes()));
        }
        Rows { bytes, stride: 13 }
    }

    #[test]
    fn fields_are_the_travelling_scalars_in_order() {
        let names: Vec<String> = fields(SCHEMA).into_iter().map(|field| field.name).collect();
        assert_eq!(names, ["id", "x", "tribe", "ages_0", "ages_1"]);
        let rows = rows(&[(7, 1.5, 3, [10, 500])]);
        let values: Vec<f64> =
            fields(SCHEMA).iter().map(|field| field.value(&rows.bytes)).collect();
        assert_eq!(values, [7.0, 1.5, 3.0, 10.0, 500.0]);
        assert_eq!(fields(SCHEMA)[4].bits(&[]), 0);
    }

    #[test]
    fn the_first_difference_is_named() {
        let one = rows(&[(1, 0.0, 0, [0; 2]), (4, 2.0, 1, [0; 2])]);
        let same = rows(&[(1, 0.0, 0, [0; 2]), (4, 2.0, 1, [0; 2])]);
        assert_eq!(first_difference(SCHEMA, &one, &same), None);
        let zero = rows(&[(1, -0.0, 0, [0; 2]), (4, 2.0, 1, [0; 2])]);
        let found = first_difference(SCHEMA, &one, &zero).unwrap();
        assert_eq!(found.id, 1);
        assert!(matches!(found.what, What::Scalar { ref name, .. } if name == "x"));
        let ages = rows(&[(1, 0.0, 0, [0; 2]), (4, 2.0, 1, [0, 9])]);
        let found = first_difference(SCHEMA, &one, &ages).unwrap();
        assert!(matches!(found.what, What::Scalar { ref name, .. } if name == "ages_1"));
        let gone = rows(&[(4, 2.0, 1, [0; 2])]);
        let found = first_difference(SCHEMA, &one, &gone).unwrap();
        assert_eq!(found, Difference { id: 1, what: What::OnlyFirst });
        let more = rows(&[(1, 0.0, 0, [0; 2]), (4, 2.0, 1, [0; 2]), (9, 0.0, 0, [0; 2])]);
        let found = first_difference(SCHEMA, &one, &more).unwrap();
        assert_eq!(found, Difference { id: 9, what: What::OnlySecond });
    }
}
