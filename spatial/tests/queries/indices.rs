//! What the indices promise besides queries: one canonical order, whatever the slots.

use flockwork_kernel::{Axes, Edge, Plane, Space, Vec2, Vector, World};
use flockwork_spatial::index::{Area, Indexed, reorder};
use flockwork_spatial::query::Query;
use flockwork_spatial::{CellIndex, Entities, Grid, Hit};
use quickcheck::quickcheck;

use super::world::{Points, Random, Spread, entities, with_cells, with_hash};

fn grid<A: Axes>(edge: Edge) -> Grid {
    let world =
        if A::SPACE { World::space(30.0, 20.0, 10.0, edge) } else { World::new(30.0, 20.0, edge) };
    Grid::new(world.unwrap(), 2.0, 200).unwrap().bounded()
}

fn points(seed: u64, grid: &Grid, spread: Spread) -> Points {
    entities(&mut Random(seed), grid, spread, 200)
}

fn order_of(index: &impl Indexed) -> Vec<u32> {
    index.order().iter().map(|entry| entry.id()).collect()
}

/// Its entities by layer, row and column, and within a cell by id.
fn is_sorted_by_cell<A: Axes>(seed: u64) -> bool {
    let grid = grid::<A>(Edge::Open);
    let points = points(seed, &grid, Spread::Uniform);
    let columns = points.columns::<A>();
    let mut naive: Vec<_> = (0..)
        .zip(&points.ids)
        .map(|(slot, &id)| {
            let [col, row, layer] = grid.cell(columns.position(slot));
            ((layer, row, col), id)
        })
        .collect();
    naive.sort_unstable();
    with_cells(grid, columns, |index| {
        let mut listed = Vec::new();
        for layer in 0..grid.layers() {
            for row in 0..grid.rows() {
                for col in 0..grid.cols() {
                    let cell = index.cell([col, row, layer]);
                    listed.extend(cell.iter().map(|entry| ((layer, row, col), entry.id())));
                }
            }
        }
        let past = [[grid.cols(), 0, 0], [0, grid.rows(), 0], [0, 0, grid.layers()]];
        listed == naive
            && order_of(index) == naive.iter().map(|&(_, id)| id).collect::<Vec<_>>()
            && past.iter().all(|&cell| index.cell(cell).is_empty())
    })
}

fn hash_is_sorted_by_cell<A: Axes>(seed: u64, tiny: bool) -> bool {
    let points = points(seed, &grid::<A>(Edge::Open), Spread::Uniform);
    let columns = points.columns::<A>();
    let size = if tiny { 0.07 } else { 3.0 };
    let line = |value: f32| (value / size).floor() as i32;
    let mut naive: Vec<_> = (0..)
        .zip(&points.ids)
        .map(|(slot, &id)| {
            let place = columns.position(slot);
            ([2, 1, 0].map(|axis| line(place.along(axis))), id)
        })
        .collect();
    naive.sort_unstable();
    with_hash(size, columns, |index| {
        let mut listed = Vec::new();
        for cell in index.occupied() {
            let [col, row, layer] = cell.cell();
            let entries = index.entries(&cell).iter();
            listed.extend(entries.map(|entry| ([layer, row, col], entry.id())));
        }
        listed == naive && order_of(index) == naive.iter().map(|&(_, id)| id).collect::<Vec<_>>()
    })
}

fn slots_change_nothing<A: Axes>(seed: u64, edge: Edge) -> bool {
    let grid = grid::<A>(edge);
    let Points { places, ids } = points(seed, &grid, Spread::Clustered);
    let ask = |index: &CellIndex<'_, A>, at: Vector<A>| {
        let mut out = [Hit::default(); 9];
        let count = index.radius(at, 1.5, &mut out, 9).unwrap();
        out[..count].iter().map(|hit| (hit.id, hit.d2.to_bits())).collect::<Vec<_>>()
    };
    let columns = Entities::<A>::of(&places[0], &places[1], &places[2], &ids);
    let at = columns.position(0);
    let (first, order) =
        with_cells(grid, columns, |index| (ask(index, at), index.order().to_vec()));
    let (mut moved, mut new_ids) = (places.clone(), ids.clone());
    for (from, to) in places.iter().zip(&mut moved) {
        reorder(&order, from, to).unwrap();
    }
    reorder(&order, &ids, &mut new_ids).unwrap();
    let moved = Points { places: moved, ids: new_ids };
    with_cells(grid, moved.columns(), |index| {
        let in_place = index.order().iter().zip(0..).all(|(entry, slot)| entry.slot() == slot);
        in_place && first == ask(index, at)
    })
}

fn any_area_can_be_visited<A: Axes>(seed: u64, area: Area) -> bool {
    for edge in [Edge::Periodic, Edge::Wall, Edge::Open] {
        let grid = grid::<A>(edge);
        let points = points(seed, &grid, Spread::Seam);
        let mut seen = 0;
        let mut count = |run: core::ops::Range<usize>, _| {
            seen += run.len();
            core::ops::ControlFlow::<()>::Continue(())
        };
        let _ = with_cells(grid, points.columns::<A>(), |index| index.visit(&area, &mut count));
        let _ = with_hash(2.0, points.columns::<A>(), |index| index.visit(&area, &mut count));
        assert!(seen <= (3usize.pow(A::COUNT as u32) + 1) * points.ids.len());
    }
    true
}

quickcheck! {
    fn a_cell_index_is_sorted_by_layer_row_column_and_id(seed: u64) -> bool {
        is_sorted_by_cell::<Plane>(seed) && is_sorted_by_cell::<Space>(seed)
    }

    fn a_hash_index_is_sorted_by_layer_row_column_and_id(seed: u64, tiny: bool) -> bool {
        hash_is_sorted_by_cell::<Plane>(seed, tiny) && hash_is_sorted_by_cell::<Space>(seed, tiny)
    }

    fn slots_change_no_result(seed: u64, torus: bool) -> bool {
        let edge = if torus { Edge::Periodic } else { Edge::Wall };
        slots_change_nothing::<Plane>(seed, edge) && slots_change_nothing::<Space>(seed, edge)
    }

    fn any_area_is_visited_without_a_panic(
        seed: u64, x: (f32, f32), y: (f32, f32), z: (f32, f32)
    ) -> bool {
        let area = Area([x, y, z]);
        any_area_can_be_visited::<Plane>(seed, area) && any_area_can_be_visited::<Space>(seed, area)
    }
}

#[test]
fn nobody_is_found_among_nobody() {
    with_hash(1.0, Entities::<Plane>::default(), |index| {
        let mut out = [Hit::default(); 4];
        assert_eq!(index.nearest(Vec2::new(0.0, 0.0), 4, &mut out), Ok(0));
        assert_eq!(index.radius(Vec2::new(0.0, 0.0), 1.0e18, &mut out, 4), Ok(0));
        assert_eq!(index.occupied().count(), 0);
    });
}

#[test]
fn two_clusters_a_world_apart_are_searched_in_few_steps() {
    // A walk over all cells between them would take 2^60 steps.
    let xs = [-1.0e9, -1.0e9, 1.0e9];
    with_hash(1.0, Entities::plane(&xs, &xs, &[3, 1, 2]), |index| {
        let mut out = [Hit::default(); 4];
        assert_eq!(index.nearest(Vec2::new(5.0e3, 5.0e3), 4, &mut out), Ok(3));
        assert_eq!(out.map(|hit| hit.id), [2, 1, 3, 0]);
        assert_eq!(index.nearest(Vec2::new(5.0e3, 5.0e3), 2, &mut out), Ok(2));
        assert_eq!(index.count_radius(Vec2::new(0.0, 0.0), 2.0e9), Ok(3));
    });
}
