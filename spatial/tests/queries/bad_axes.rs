//! Errors of building and asking that depend on the axis: which it is in space, and which end it has.

use std::string::ToString;

use flockwork_kernel::{Axis, Space, Vec3, World};
use flockwork_spatial::query::Query;
use flockwork_spatial::{
    CellIndex, Entities, Entry, Grid, HashIndex, Hit, IndexError, QueryError, Segment, SegmentHit,
};

use super::world::{with_cells, with_hash};

/// 10 long and periodic, 2 and walled, 5 and open.
fn grid() -> Grid {
    let axes = [Axis::periodic(10.0), Axis::wall(2.0), Axis::open(5.0)];
    Grid::new(World::of(&axes).unwrap(), 4.0, 100).unwrap()
}

/// Builds a cell index in memory for so many; the error, and that nothing was written.
fn cell_error(entities: Entities<'_, Space>, most: u32) -> IndexError {
    let mut memory = vec![9; CellIndex::words(&grid(), most)];
    let error = CellIndex::build(grid(), &entities, &mut memory).unwrap_err();
    assert!(memory.iter().all(|&word| word == 9));
    error
}

/// As [`cell_error`], for a hash index.
fn hash_error(entities: Entities<'_, Space>, most: u32) -> IndexError {
    let mut memory = vec![9; HashIndex::<Space>::words(most)];
    let error = HashIndex::build(1.0, &entities, &mut memory).unwrap_err();
    assert!(memory.iter().all(|&word| word == 9));
    error
}

#[test]
fn the_third_axis_is_named() {
    let (ones, ids) = ([1.0; 3], [0, 1, 2]);
    let column = |zs| Entities::space(&ones, &ones, zs, &ids);
    for error in [cell_error, hash_error] {
        let found = error(column(&[1.0, f32::NAN, 1.0]), 3);
        assert!(matches!(found, IndexError::NotFinite { axis: "z", index: 1, .. }), "{found}");
        let found = error(column(&[1.0, 1.0, -2.0e18]), 3);
        assert!(matches!(found, IndexError::Outside { axis: "z", index: 2, .. }), "{found}");
        let found = error(column(&[1.0, 1.0]), 3);
        let short = IndexError::LengthMismatch { column: "zs", expected: 3, found: 2 };
        assert_eq!(found, short);
        let found = error(column(&ones), 1);
        assert!(matches!(found, IndexError::TooShort { slice: "memory", .. }), "{found}");
    }
}

#[test]
fn entities_of_other_axes_than_the_world_are_an_error() {
    let (ones, ids) = ([1.0; 3], [0, 1, 2]);
    let entities = Entities::plane(&ones, &ones, &ids);
    let error = CellIndex::build(grid(), &entities, &mut []).unwrap_err();
    assert_eq!(error, IndexError::OtherAxes { world: 3, entities: 2 });
    assert_eq!(
        error.to_string(),
        "the world has 3 axes, the entities have 2: they must have as many"
    );
}

#[test]
fn each_axis_limits_positions_by_its_own_end() {
    let (ones, ids) = ([1.0; 3], [0, 1, 2]);
    let error = cell_error(Entities::space(&[1.0, 10.5, 1.0], &ones, &ones, &ids), 3);
    let outside = |axis, value, high| IndexError::Outside { axis, index: 1, value, low: 0.0, high };
    assert_eq!(error, outside("x", 10.5, 10.0));
    let error = cell_error(Entities::space(&ones, &[1.0, 2.5, 1.0], &ones, &ids), 3);
    assert_eq!(error, outside("y", 2.5, 2.0));
    let far = [-1.0e9, 1.0, 1.0e9];
    with_cells(grid(), Entities::space(&ones, &ones, &far, &ids), |index| {
        assert_eq!(index.count_radius(Vec3::new(1.0, 1.0, 1.0e9), 1.0), Ok(1));
    });
}

#[test]
fn each_axis_limits_queries_by_its_own_end() {
    let (ones, ids) = ([1.0; 3], [0, 1, 2]);
    let entities = Entities::space(&ones, &ones, &ones, &ids);
    with_cells(grid(), entities, |index| {
        let mut out = [Hit::default(); 3];
        // Walls and open ends keep no query in; the periodic axis does.
        assert_eq!(index.count_radius(Vec3::new(1.0, -7.0, 900.0), 4.0), Ok(0));
        let outside = QueryError::PointOutside { axis: "x", value: -0.5, low: 0.0, high: 10.0 };
        assert_eq!(index.count_radius(Vec3::new(-0.5, 1.0, 1.0), 4.0), Err(outside));
        let error = index.nearest(Vec3::new(1.0, 1.0, f32::NAN), 1, &mut out).unwrap_err();
        assert!(matches!(error, QueryError::PointNotFinite { axis: "z", .. }));
        // The radius may be wider than the walls are apart.
        assert_eq!(index.count_radius(Vec3::new(1.0, 1.0, 1.0), 4.9), Ok(3));
        let error = index.count_radius(Vec3::new(1.0, 1.0, 1.0), 5.0).unwrap_err();
        assert!(matches!(error, QueryError::RadiusTooWide { axis: "x", radius: 5.0, .. }));
        let mut inside = [Entry::default(); 3];
        let low = Vec3::new(-9.5, -40.0, -50.0);
        let found = index.box_query(low, Vec3::new(0.5, 40.0, 50.0), &mut inside, 3);
        assert_eq!(found, Ok(3));
        let error = index.box_query(low, Vec3::new(0.5, 40.0, -51.0), &mut inside, 3).unwrap_err();
        assert!(matches!(error, QueryError::PointOutside { axis: "z", value: -51.0, .. }));
        let error = index.box_query(low, Vec3::new(0.6, 40.0, 50.0), &mut inside, 3).unwrap_err();
        assert!(matches!(error, QueryError::PointOutside { axis: "x", value: 0.6, .. }));
        let from = Vec3::new(1.0, 1.0, -30.0);
        let upright = Segment { from, to: Vec3::new(1.0, 1.0, 30.0), radius: 4.0 };
        let mut along = [SegmentHit::default(); 3];
        assert_eq!(index.segment(&upright, &mut along, 3), Ok(3));
        let level = Segment { from, to: Vec3::new(4.0, 1.0, 30.0), radius: 4.0 };
        let error = index.segment(&level, &mut along, 3).unwrap_err();
        assert!(matches!(error, QueryError::SegmentTooLong { axis: "x", extent: 11.0, .. }));
    });
    with_hash(1.0, entities, |index| {
        let at = Vec3::new(1.0, 1.0, 1.1e18);
        let outside =
            QueryError::PointOutside { axis: "z", value: 1.1e18, low: -1.0e18, high: 1.0e18 };
        assert_eq!(index.count_radius(at, 1.0), Err(outside));
    });
}
