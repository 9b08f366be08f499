//! What the framework wants of a model's columns, checked when the model is compiled.

use flockwork_kernel::World;
use flockwork_kernel::columns::{Column, Reach, Scalar};

use crate::field::Field;

/// Checks that the columns that the framework itself reads are of the types that it reads.
pub(crate) const fn check(schema: &[Column], axes: usize) -> Result<(), &'static str> {
    if axes > 2 && !is_place(schema, "z") {
        return Err(
            "a model in space needs the column `z: f32` under `ghost`: the place of an entity",
        );
    }
    if !is_place(schema, "x") {
        return Err("a model needs the column `x: f32` under `ghost`: the place of an entity");
    }
    if !is_place(schema, "y") {
        return Err("a model needs the column `y: f32` under `ghost`: the place of an entity");
    }
    match named(schema, "alive") {
        None => Ok(()),
        Some(Column {
            scalar: Scalar::U8 | Scalar::Bool,
            components: 1,
            reach: Reach::Owned | Reach::Ghost,
            ..
        }) => Ok(()),
        Some(_) => Err(
            "the column `alive` must be of type bool or u8, under `owned` or `ghost`: who has 0 there \
             dies",
        ),
    }
}

/// Checks that the columns are there in which entities meet fields.
pub(crate) const fn check_fields<M>(
    schema: &[Column],
    fields: &[Field<M>],
    axes: usize,
) -> Result<(), &'static str> {
    let mut at = 0;
    while at < fields.len() {
        let Field { here, smooth, gradient, take, put, .. } = &fields[at];
        let gradient = match gradient {
            Some([x, y, z]) => [Some(*x), Some(*y), if axes > 2 { Some(*z) } else { None }],
            None => [None; 3],
        };
        let all = [*here, *smooth, gradient[0], gradient[1], gradient[2], *take, *put];
        let mut one = 0;
        while one < all.len() {
            if let Some(name) = all[one] {
                let found = named(schema, name);
                let fits = matches!(
                    found,
                    Some(Column { scalar: Scalar::F32, components: 1, reach: Reach::Scratch, .. })
                );
                if !fits {
                    return Err(
                        "a column in which entities read a field, or say what they want of it or give, \
                         must be of type f32, under `scratch`",
                    );
                }
                let mut other = 0;
                while other < one {
                    if let Some(before) = all[other]
                        && same(before.as_bytes(), name.as_bytes())
                    {
                        return Err("a field has a column for one purpose alone");
                    }
                    other += 1;
                }
            }
            one += 1;
        }
        at += 1;
    }
    Ok(())
}

const fn is_place(schema: &[Column], name: &str) -> bool {
    matches!(
        named(schema, name),
        Some(Column { scalar: Scalar::F32, components: 1, reach: Reach::Ghost, .. })
    )
}

/// Where in a schema that was checked the columns are that the framework reads.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    /// The place along x, y and z; the last is there in space alone.
    pub(crate) place: [usize; World::MOST_AXES],
    pub(crate) alive: Option<usize>,
    /// Where the place begins in a packed row.
    pub(crate) packed: [usize; World::MOST_AXES],
}

impl Known {
    pub(crate) const fn of(schema: &[Column]) -> Self {
        let (mut place, mut packed) = ([usize::MAX; World::MOST_AXES], [0; World::MOST_AXES]);
        let mut axis = 0;
        while axis < World::MOST_AXES {
            // One that is missed is refused by `check`.
            if let Some(at) = index(schema, World::COORDINATES[axis]) {
                (place[axis], packed[axis]) = (at, before(schema, at));
            }
            axis += 1;
        }
        Self { place, alive: index(schema, "alive"), packed }
    }
}

/// The bytes of a row's columns before this one.
const fn before(schema: &[Column], column: usize) -> usize {
    let (mut at, mut bytes) = (0, 0);
    while at < column {
        bytes += schema[at].stride();
        at += 1;
    }
    bytes
}

/// The column of this name.
const fn named<'s>(schema: &'s [Column], name: &str) -> Option<&'s Column> {
    match index(schema, name) {
        Some(at) => Some(&schema[at]),
        None => None,
    }
}

/// Its place.
const fn index(schema: &[Column], name: &str) -> Option<usize> {
    let mut at = 0;
    while at < schema.len() {
        if same(schema[at].name.as_bytes(), name.as_bytes()) {
            return Some(at);
        }
        at += 1;
    }
    None
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: Column = Column::of::<f32>("x", Reach::Ghost, "");
    const Y: Column = Column::of::<f32>("y", Reach::Ghost, "");
    const ALIVE: Column = Column::of::<u8>("alive", Reach::Owned, "");

    #[track_caller]
    fn refused(schema: &[Column], column: &str) {
        let problem = check(schema, 2).unwrap_err();
        assert!(problem.contains(&alloc::format!("column `{column}")), "{problem}");
    }

    #[test]
    fn columns_that_the_framework_can_read_are_taken() {
        const { assert!(check(&[X, Y], 2).is_ok() && check(&[ALIVE, Y, X], 2).is_ok()) };
        // Other names mean nothing to it.
        let others = [X, Y, Column::of::<u32>("alive_for", Reach::Ghost, "")];
        assert_eq!(check(&others, 2), Ok(()));
    }

    #[test]
    fn a_model_without_a_place_or_with_one_that_neighbours_do_not_see_is_refused() {
        refused(&[Y], "x: f32");
        refused(&[X], "y: f32");
        refused(&[X, Column::of::<f32>("y", Reach::Owned, "")], "y: f32");
        refused(&[Column::of::<u32>("x", Reach::Ghost, ""), Y], "x: f32");
        refused(&[Column::of::<[f32; 2]>("x", Reach::Ghost, ""), Y], "x: f32");
    }

    #[test]
    fn in_space_there_is_a_third_coordinate() {
        let z = Column::of::<f32>("z", Reach::Ghost, "");
        assert_eq!(check(&[X, Y, z], 3), Ok(()));
        assert!(check(&[X, Y], 3).unwrap_err().contains("`z: f32`"));
        let known = Known::of(&[X, ALIVE, Y, z]);
        assert_eq!((known.place, known.packed), ([0, 2, 3], [0, 5, 9]));
    }

    #[test]
    fn a_column_alive_that_nobody_would_read_is_refused() {
        refused(&[X, Y, Column::of::<f32>("alive", Reach::Owned, "")], "alive`");
        refused(&[X, Y, Column::of::<u32>("alive", Reach::Ghost, "")], "alive`");
        refused(&[X, Y, Column::of::<u8>("alive", Reach::Scratch, "")], "alive`");
    }
}
