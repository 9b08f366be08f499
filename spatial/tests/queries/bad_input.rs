//! Every error of building and asking: which it is, what it says, and that nothing was written.

use core::ops::ControlFlow;
use std::string::ToString;

use flockwork_kernel::{Edge, Plane, Vec2, World};
use flockwork_spatial::index::{duplicate_id, reorder};
use flockwork_spatial::query::Query;
use flockwork_spatial::{
    CellIndex, Entities, Entry, Grid, HashIndex, Hit, IndexError, QueryError, Segment, SegmentHit,
};

use super::UNTOUCHED;
use super::world::{with_cells, with_hash};

fn at(x: f32, y: f32) -> Vec2 {
    Vec2::new(x, y)
}

/// An entry that no query gives.
fn mark() -> Entry {
    Entry::new(77, 7777)
}

fn grid(edge: Edge) -> Grid {
    Grid::new(World::new(10.0, 20.0, edge).unwrap(), 1.0, 100).unwrap()
}

/// Builds a cell index in memory shortened by so many words; the error, and that nothing was written.
fn cell_error(edge: Edge, entities: Entities<'_>, short: usize) -> IndexError {
    let grid = grid(edge);
    let mut memory = vec![9; CellIndex::words(&grid, entities.ids.len() as u32) - short];
    let error = CellIndex::build(grid, &entities, &mut memory).unwrap_err();
    let duplicate = matches!(error, IndexError::DuplicateId { .. });
    assert!(duplicate || memory.iter().all(|&word| word == 9));
    error
}

/// As [`cell_error`], for a hash index.
fn hash_error(size: f32, entities: Entities<'_>, short: usize) -> IndexError {
    let mut memory = vec![9; HashIndex::<Plane>::words(entities.ids.len() as u32) - short];
    let error = HashIndex::build(size, &entities, &mut memory).unwrap_err();
    let duplicate = matches!(error, IndexError::DuplicateId { .. });
    assert!(duplicate || memory.iter().all(|&word| word == 9));
    error
}

#[test]
fn positions_that_are_not_numbers_are_named() {
    let signalling = f32::from_bits(0x7F80_0001);
    for bad in [f32::NAN, signalling, f32::INFINITY, f32::NEG_INFINITY] {
        let xs = [1.0, 2.0, bad, bad];
        let ys = [1.0, 2.0, 3.0, bad];
        let entities = Entities::plane(&xs, &ys, &[0, 1, 2, 3]);
        for edge in [Edge::Periodic, Edge::Wall, Edge::Open] {
            let error = cell_error(edge, entities, 0);
            assert!(matches!(error, IndexError::NotFinite { axis: "x", index: 2, .. }));
        }
        let swapped = Entities::plane(&ys, &xs, &[0, 1, 2, 3]);
        let error = hash_error(1.0, swapped, 0);
        assert!(matches!(error, IndexError::NotFinite { axis: "y", index: 2, .. }));
        let text = error.to_string();
        assert!(text.starts_with("y of slot 2 is ") && text.ends_with("a finite number"), "{text}");
    }
}

#[test]
fn positions_outside_the_world_are_named() {
    let entities = Entities::plane(&[1.0, 10.0, -0.0], &[20.0, 20.5, -1.0], &[0, 1, 2]);
    let outside = IndexError::Outside { axis: "y", index: 1, value: 20.5, low: 0.0, high: 20.0 };
    assert_eq!(cell_error(Edge::Periodic, entities, 0), outside);
    assert_eq!(cell_error(Edge::Wall, entities, 0), outside);
    assert_eq!(outside.to_string(), "y of slot 1 is 20.5: it must be from 0 to 20");
    with_cells(grid(Edge::Open), entities, |_| ());
    with_hash(1.0, entities, |_| ());
}

#[test]
fn positions_too_far_for_the_plane_or_its_cells_are_named() {
    let entities = Entities::plane(&[1.0, -2.0e18], &[1.0, 1.0], &[0, 1]);
    let outside = |low: f32, high: f32| IndexError::Outside {
        axis: "x",
        index: 1,
        value: -2.0e18,
        low,
        high,
    };
    assert_eq!(cell_error(Edge::Open, entities, 0), outside(-1.0e18, 1.0e18));
    assert_eq!(hash_error(1.0e12, entities, 0), outside(-1.0e18, 1.0e18));
    let entities = Entities::plane(&[1.0e6, 0.0], &[0.0, 0.0], &[0, 1]);
    assert!(matches!(
        hash_error(1.0e-4, entities, 0),
        IndexError::Outside { axis: "x", index: 0, .. }
    ));
}

#[test]
fn columns_of_other_lengths_are_named() {
    let (long, short) = ([1.0; 3], [1.0; 2]);
    let entities = Entities::plane(&long, &short, &[0, 1, 2]);
    let error = IndexError::LengthMismatch { column: "ys", expected: 3, found: 2 };
    assert_eq!(cell_error(Edge::Periodic, entities, 0), error);
    assert_eq!(error.to_string(), "column ys has 2 entities: it must have 3, as xs");
    let entities = Entities::plane(&long, &long, &[0, 1, 2, 3]);
    let error = IndexError::LengthMismatch { column: "ids", expected: 3, found: 4 };
    assert_eq!(hash_error(1.0, entities, 0), error);
}

#[test]
fn memory_one_word_too_short_is_named() {
    let entities = Entities::plane(&[1.0; 3], &[1.0; 3], &[0, 1, 2]);
    for error in [cell_error(Edge::Periodic, entities, 1), hash_error(1.0, entities, 1)] {
        let IndexError::TooShort { slice, needed, given } = error else {
            panic!("another error");
        };
        assert_eq!((slice, given), ("memory", needed - 1));
        let text = format!("slice memory has {given} places and needs {needed}");
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn sizes_of_cells_that_are_no_use_are_named() {
    for size in [0.0, -0.0, -1.0, f32::NAN, f32::INFINITY, 1.0e-19, 2.0e18] {
        let error = hash_error(size, Entities::default(), 0);
        assert!(matches!(error, IndexError::InvalidSize { .. }), "{size}");
        assert!(error.to_string().ends_with("it must be from 1e-18 to 1e18"), "{error}");
    }
}

#[test]
fn two_entities_of_one_id_are_noticed_in_a_cell_or_by_looking_for_them() {
    let ids = [4, 7, 9, 7, 4];
    let together = Entities::plane(&[1.0; 5], &[1.0; 5], &ids);
    let error = IndexError::DuplicateId { index: 3, id: 7 };
    assert_eq!(cell_error(Edge::Wall, together, 0), error);
    assert_eq!(hash_error(1.0, together, 0), error);
    assert_eq!(error.to_string(), "slot 3 has id 7, as an earlier slot: ids must be unique");
    let apart = Entities::plane(&[1.0, 3.0, 5.0, 7.0, 9.0], together.places.ys, &ids);
    with_cells(grid(Edge::Wall), apart, |_| ());
    with_hash(1.0, apart, |_| ());
    let mut scratch = [mark(); 5];
    assert_eq!(duplicate_id(&ids, &mut scratch), Ok(Some((3, 7))));
    assert_eq!(duplicate_id(&ids[..3], &mut scratch), Ok(None));
    assert_eq!(
        duplicate_id(&ids, &mut scratch[..4]),
        Err(IndexError::TooShort { slice: "scratch", needed: 5, given: 4 })
    );
}

#[test]
fn reordering_needs_every_slot_and_enough_places() {
    let order = [Entry::new(5, 2), Entry::new(6, 0)];
    let mut out = [0u16; 3];
    let short = IndexError::TooShort { slice: "out", needed: 2, given: 1 };
    assert_eq!(reorder(&order, &[7, 8, 9], &mut out[..1]), Err(short));
    let missing = IndexError::NoSuchSlot { slot: 2, slots: 2 };
    assert_eq!(reorder(&order, &[7, 8], &mut out), Err(missing));
    assert_eq!(missing.to_string(), "the order names slot 2, but the column has only 2");
    assert_eq!(out, [0; 3]);
    assert_eq!(reorder(&order, &[7, 8, 9], &mut out), Ok(()));
    assert_eq!(out, [9, 7, 0]);
}

/// Asks an index that holds two entities everything it must refuse.
fn refuses(index: &impl Query<Axes = Plane>, torus: bool) {
    let mut out = [UNTOUCHED; 2];
    let mut entries = [mark(); 2];
    let mut along = [SegmentHit { id: 77, slot: 7777, t: -7.0, d2: -7.0 }; 2];
    let (marked_along, line) =
        (along, Segment { from: at(1.0, 1.0), to: at(2.0, 3.0), radius: 1.0 });
    for r in [0.0, -0.0, -1.0, f32::NAN, f32::INFINITY, 1.0e-19, 1.1e18] {
        let is = |error| matches!(error, QueryError::InvalidRadius { .. });
        assert!(is(index.radius(at(1.0, 1.0), r, &mut out, 2).unwrap_err()), "{r}");
        assert!(is(index.count_radius(at(1.0, 1.0), r).unwrap_err()));
        assert!(is(index.visit_radius(at(1.0, 1.0), r, called).unwrap_err()));
        assert!(is(index.pairs_within(r, |_, _, _| called(UNTOUCHED)).unwrap_err()));
        let line = Segment { radius: r, ..line };
        assert!(is(index.segment(&line, &mut along, 2).unwrap_err()));
        assert!(is(index.first_on_segment(&line).unwrap_err()));
    }
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let is = |error, axis| matches!(error, QueryError::PointNotFinite { axis: at, .. } if at == axis);
        assert!(is(index.radius(at(bad, 1.0), 1.0, &mut out, 2).unwrap_err(), "x"));
        assert!(is(index.nearest(at(1.0, bad), 2, &mut out).unwrap_err(), "y"));
        assert!(is(index.count_radius(at(1.0, bad), 1.0).unwrap_err(), "y"));
        assert!(is(index.visit_radius(at(bad, bad), 1.0, called).unwrap_err(), "x"));
        for (low, high, axis) in [
            ((bad, 1.0), (2.0, 2.0), "x"),
            ((1.0, 1.0), (bad, 2.0), "x"),
            ((1.0, bad), (2.0, 2.0), "y"),
            ((1.0, 1.0), (2.0, bad), "y"),
        ] {
            assert!(is(
                index.box_query(at(low.0, low.1), at(high.0, high.1), &mut entries, 2).unwrap_err(),
                axis
            ));
        }
        let line = Segment { to: at(1.0, bad), ..line };
        assert!(is(index.segment(&line, &mut along, 2).unwrap_err(), "y"));
    }
    let mut counts = [77; 2];
    for bad in [f32::NAN, f32::INFINITY, -1.1e18] {
        let points = [[1.0, 1.0], [2.0, bad], [bad, bad]];
        let error = index.count_at(&points, 1.0, &mut counts).unwrap_err();
        assert!(matches!(error, QueryError::BadPoint { index: 1, axis: "y", .. }), "{error}");
        assert!(error.to_string().starts_with("y of point 1 is "), "{error}");
        let visited = index.visit_at(&points, 1.0, |_, _| called(UNTOUCHED));
        assert!(matches!(visited, Err(QueryError::BadPoint { index: 1, .. })));
    }
    let three = [[1.0, 1.0]; 3];
    let short = QueryError::OutTooShort { needed: 3, given: 2 };
    assert_eq!(index.count_at(&three, 1.0, &mut counts), Err(short));
    let uneven = index.count_at(&([1.0, 2.0], [1.0]), 1.0, &mut counts).unwrap_err();
    assert!(matches!(uneven, QueryError::Points(IndexError::LengthMismatch { .. })));
    assert_eq!(counts, [77; 2]);
    let far = if torus { 10.5 } else { 1.1e18 };
    let limits = if torus { (0.0, 10.0) } else { (-1.0e18, 1.0e18) };
    let outside = QueryError::PointOutside { axis: "x", value: far, low: limits.0, high: limits.1 };
    assert_eq!(index.radius(at(far, 1.0), 1.0, &mut out, 2), Err(outside));
    assert_eq!(index.nearest(at(far, 1.0), 2, &mut out), Err(outside));
    let beyond = Segment { from: at(far, 1.0), ..line };
    assert_eq!(index.segment(&beyond, &mut along, 2), Err(outside));
    let upside_down = index.box_query(at(1.0, 3.0), at(2.0, 2.0), &mut entries, 2).unwrap_err();
    assert!(matches!(
        upside_down,
        QueryError::PointOutside { axis: "y", value: 2.0, low: 3.0, .. }
    ));
    let none = Err(QueryError::NoResults);
    assert_eq!(index.radius(at(1.0, 1.0), 1.0, &mut out, 0), none);
    assert_eq!(index.nearest(at(1.0, 1.0), 0, &mut out), none);
    assert_eq!(index.box_query(at(1.0, 1.0), at(2.0, 2.0), &mut entries, 0), none);
    assert_eq!(index.segment(&line, &mut along, 0), none);
    let short = Err(QueryError::OutTooShort { needed: 3, given: 2 });
    assert_eq!(index.radius(at(1.0, 1.0), 1.0, &mut out, 3), short);
    assert_eq!(index.nearest(at(1.0, 1.0), 3, &mut out), short);
    assert_eq!(index.box_query(at(1.0, 1.0), at(2.0, 2.0), &mut entries, 3), short);
    assert_eq!(index.segment(&line, &mut along, 3), short);
    assert_eq!((out, entries, along), ([UNTOUCHED; 2], [mark(); 2], marked_along));
}

fn called(_: Hit) -> ControlFlow<()> {
    panic!("called back in spite of an error")
}

#[test]
fn queries_that_cannot_be_answered_are_refused() {
    let entities = Entities::plane(&[1.0, 1.5], &[1.0, 1.5], &[0, 1]);
    with_cells(grid(Edge::Periodic), entities, |index| refuses(index, true));
    with_cells(grid(Edge::Wall), entities, |index| refuses(index, false));
    with_cells(grid(Edge::Open), entities, |index| refuses(index, false));
    with_hash(1.0, entities, |index| refuses(index, false));
}

#[test]
fn a_torus_refuses_what_is_wider_than_itself() {
    let entities = Entities::plane(&[1.0, 1.5], &[1.0, 1.5], &[0, 1]);
    with_cells(grid(Edge::Periodic), entities, |index| {
        let mut out = [UNTOUCHED; 2];
        let error = QueryError::RadiusTooWide { axis: "x", radius: 5.0, widest: 10.0 * 0.499_99 };
        assert_eq!(index.radius(at(1.0, 1.0), 5.0, &mut out, 2), Err(error));
        assert_eq!(index.count_radius(at(1.0, 1.0), 5.0), Err(error));
        assert_eq!(index.visit_radius(at(1.0, 1.0), 5.0, called), Err(error));
        assert_eq!(index.pairs_within(5.0, |_, _, _| called(UNTOUCHED)), Err(error));
        assert!(
            error.to_string().contains("is 5: along the periodic x it must be at most 4.9999"),
            "{error}"
        );
        let mut entries = [mark(); 2];
        let wide = index.box_query(at(1.0, 1.0), at(11.5, 2.0), &mut entries, 2);
        let corner = QueryError::PointOutside { axis: "x", value: 11.5, low: 1.0, high: 11.0 };
        assert_eq!(wide, Err(corner));
        assert_eq!(corner.to_string(), "x of a query is 11.5: it must be from 1 to 11");
        assert!(index.box_query(at(-10.5, 1.0), at(-1.0, 2.0), &mut entries, 2).is_err());
        let long = Segment { from: at(1.0, 1.0), to: at(9.5, 1.0), radius: 1.0 };
        let error = index.first_on_segment(&long).unwrap_err();
        assert!(matches!(error, QueryError::SegmentTooLong { axis: "x", extent: 10.5, .. }));
        assert!(error.to_string().contains("extends 10.5 along the periodic x"), "{error}");
        assert_eq!((out, entries), ([UNTOUCHED; 2], [mark(); 2]));
    });
}

#[test]
fn the_remaining_messages_say_what_is_allowed() {
    let texts = [
        (QueryError::NoResults.to_string(), "at least 1"),
        (QueryError::OutTooShort { needed: 3, given: 2 }.to_string(), "2 places and needs 3"),
        (QueryError::InvalidRadius { radius: -1.0 }.to_string(), "is -1: it must be from 1e-18"),
        (
            QueryError::PointNotFinite { axis: "x", value: f32::NAN }.to_string(),
            "x of a query is NaN: it must be a finite number",
        ),
        (
            IndexError::TooMany { count: 1 << 32, most: u32::MAX - 1 }.to_string(),
            "4294967296 entities were given: there may be at most 4294967294",
        ),
    ];
    for (text, part) in texts {
        assert!(text.contains(part), "{text}");
    }
}
