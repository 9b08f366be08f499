//! Places as if no axis had an end: how often each entity went around.
//!
//! An entity is taken to have gone the shorter way between two looks ([`Unwrap`]). So that is right as
//! long as nobody goes half of a periodic axis, or more, between two recorded ticks.

use flockwork_kernel::World;
use flockwork_observables::Unwrap;

use super::choice::id_of;
use crate::rows::Field;

/// Follows all entities that are recorded.
#[derive(Debug)]
pub(super) struct Unwrapped {
    /// The place along each axis of the world.
    fields: Vec<Field>,
    unwrap: Unwrap,
}

impl Unwrapped {
    /// For a world, whose entities have these fields.
    pub(super) fn new(world: &World, fields: &[Field]) -> Self {
        let axes = World::COORDINATES.iter().take(world.axes().len());
        let fields =
            axes.filter_map(|name| fields.iter().find(|field| field.name == *name)).cloned();
        Self { fields: fields.collect(), unwrap: Unwrap::new(*world) }
    }

    /// Looks at all entities that are recorded, by id; those that are not here have left.
    pub(super) fn look(&mut self, rows: &[&[u8]]) -> Vec<[f64; World::MOST_AXES]> {
        let mut origin = [0.0; World::MOST_AXES];
        for (origin, field) in origin.iter_mut().zip(&self.fields) {
            *origin = field.shift.unwrap_or(0.0);
        }
        self.unwrap.follow(rows.iter().map(|row| {
            let mut place = [0.0; World::MOST_AXES];
            for (place, field) in place.iter_mut().zip(&self.fields) {
                *place = field.value(row) as f32;
            }
            (id_of(row), place)
        }));
        (0..rows.len()).map(|slot| self.unwrap.at(slot, origin)).collect()
    }
}

#[cfg(test)]
mod tests {
    use flockwork_kernel::Axis;
    use flockwork_kernel::columns::Scalar;

    use super::*;

    fn row(id: u32, x: f32, y: f32) -> Vec<u8> {
        [id.to_le_bytes(), x.to_le_bytes(), y.to_le_bytes()].concat()
    }

    #[test]
    fn who_goes_around_a_periodic_axis_goes_on_beyond_its_end() {
        let world = World::of(&[Axis::periodic(10.0), Axis::wall(10.0)]).unwrap();
        let field = |name: &str, offset, shift| Field {
            name: name.to_string(),
            scalar: Scalar::F32,
            offset,
            shift,
        };
        let fields = [field("x", 4, Some(1000.0)), field("y", 8, None)];
        let mut unwrap = Unwrapped::new(&world, &fields);
        let mut look = |x: f32, y: f32| {
            let rows = [row(7, x, y), row(9, 1.0, 1.0)];
            let rows: Vec<&[u8]> = rows.iter().map(|row| &row[..]).collect();
            let found = unwrap.look(&rows);
            assert_eq!(found[1], [1001.0, 1.0, 0.0]);
            [found[0][0] - 1000.0, found[0][1]]
        };
        assert_eq!(look(8.0, 9.0), [8.0, 9.0]);
        assert_eq!(look(2.0, 1.0), [12.0, 1.0]);
        assert_eq!(look(6.0, 9.0), [16.0, 9.0]);
        assert_eq!(look(0.5, 1.0), [20.5, 1.0]);
        assert_eq!(look(9.5, 1.0), [19.5, 1.0]);
        assert_eq!(look(6.0, 1.0), [16.0, 1.0]);
        assert_eq!(look(2.0, 1.0), [12.0, 1.0]);
        assert_eq!(look(9.0, 1.0), [9.0, 1.0]);
        assert_eq!(look(5.0, 1.0), [5.0, 1.0]);
        assert_eq!(look(1.0, 1.0), [1.0, 1.0]);
        assert_eq!(look(8.0, 1.0), [-2.0, 1.0]);
        // Who was away begins anew.
        assert_eq!(unwrap.look(&[]), [[0.0; 3]; 0]);
        let again = row(7, 8.0, 1.0);
        assert_eq!(unwrap.look(&[&again]), [[1008.0, 1.0, 0.0]]);
    }
}
