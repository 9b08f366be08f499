//! What the indices promise besides queries: one canonical order, whatever the slots.

use flockwork_kernel::{Edge, World};
use flockwork_spatial::index::{Area, Index, reorder};
use flockwork_spatial::query::Query;
use flockwork_spatial::{Entities, Grid, Hit};
use quickcheck::quickcheck;

use super::world::{Random, Spread, entities, with_cells, with_hash};

fn case(seed: u64, edge: Edge, spread: Spread) -> (Grid, Vec<f32>, Vec<f32>, Vec<u32>) {
    let grid = Grid::new(World::new(30.0, 20.0, edge).unwrap(), 2.0, 200).unwrap();
    let (xs, ys, ids) = entities(&mut Random(seed), &grid, spread, 200);
    (grid, xs, ys, ids)
}

fn order_of(index: &impl Index) -> Vec<u32> {
    index.order().iter().map(|entry| entry.id()).collect()
}

quickcheck! {
    fn a_cell_index_is_sorted_by_row_column_and_id(seed: u64) -> bool {
        let (grid, xs, ys, ids) = case(seed, Edge::Open, Spread::Uniform);
        let mut naive: Vec<_> =
            (0..xs.len()).map(|i| (grid.cell(xs[i], ys[i]), ids[i])).collect();
        naive.sort_unstable();
        with_cells(grid, Entities { xs: &xs, ys: &ys, ids: &ids }, |index| {
            let cells = (0..grid.rows()).flat_map(|row| (0..grid.cols()).map(move |col| (row, col)));
            let listed: Vec<_> = cells
                .flat_map(|(row, col)| index.cell(row, col).iter().map(move |e| ((row, col), e.id())))
                .collect();
            listed == naive
                && order_of(index) == naive.iter().map(|&(_, id)| id).collect::<Vec<_>>()
                && index.cell(grid.rows(), 0).is_empty()
                && index.cell(0, grid.cols()).is_empty()
        })
    }

    fn a_hash_index_is_sorted_by_row_column_and_id(seed: u64, tiny: bool) -> bool {
        let (_, xs, ys, ids) = case(seed, Edge::Open, Spread::Uniform);
        let size = if tiny { 0.07 } else { 3.0 };
        let cell = |i: usize| ((ys[i] / size).floor() as i32, (xs[i] / size).floor() as i32);
        let mut naive: Vec<_> = (0..xs.len()).map(|i| (cell(i), ids[i])).collect();
        naive.sort_unstable();
        with_hash(size, Entities { xs: &xs, ys: &ys, ids: &ids }, |index| {
            let listed: Vec<_> = index
                .occupied()
                .iter()
                .flat_map(|cell| index.entries(cell).iter().map(|e| (cell.cell(), e.id())))
                .collect();
            listed == naive
                && order_of(index) == naive.iter().map(|&(_, id)| id).collect::<Vec<_>>()
        })
    }

    fn slots_change_no_result(seed: u64, torus: bool) -> bool {
        let edge = if torus { Edge::Periodic } else { Edge::Wall };
        let (grid, xs, ys, ids) = case(seed, edge, Spread::Clustered);
        let ask = |index: &dyn Fn(&mut [Hit]) -> usize| {
            let mut out = [Hit::default(); 9];
            let count = index(&mut out);
            out[..count].iter().map(|hit| (hit.id, hit.d2.to_bits())).collect::<Vec<_>>()
        };
        let columns = Entities { xs: &xs, ys: &ys, ids: &ids };
        let (first, order) = with_cells(grid, columns, |index| {
            let found = ask(&|out| index.radius(xs[0], ys[0], 1.5, out, 9).unwrap());
            (found, index.order().to_vec())
        });
        let (mut new_xs, mut new_ys, mut new_ids) = (xs.clone(), ys.clone(), ids.clone());
        reorder(&order, &xs, &mut new_xs).unwrap();
        reorder(&order, &ys, &mut new_ys).unwrap();
        reorder(&order, &ids, &mut new_ids).unwrap();
        let columns = Entities { xs: &new_xs, ys: &new_ys, ids: &new_ids };
        with_cells(grid, columns, |index| {
            let in_place = index.order().iter().zip(0..).all(|(entry, slot)| entry.slot() == slot);
            in_place && first == ask(&|out| index.radius(xs[0], ys[0], 1.5, out, 9).unwrap())
        })
    }

    fn any_area_is_visited_without_a_panic(seed: u64, x: (f64, f64), y: (f64, f64)) -> bool {
        for edge in [Edge::Periodic, Edge::Wall, Edge::Open] {
            let (grid, xs, ys, ids) = case(seed, edge, Spread::Seam);
            let columns = Entities { xs: &xs, ys: &ys, ids: &ids };
            let area = Area { x, y };
            let mut seen = 0;
            let mut count = |run: core::ops::Range<usize>, _| {
                seen += run.len();
                core::ops::ControlFlow::<()>::Continue(())
            };
            let _ = with_cells(grid, columns, |index| index.visit(&area, &mut count));
            let _ = with_hash(2.0, columns, |index| index.visit(&area, &mut count));
            assert!(seen <= 10 * xs.len());
        }
        true
    }
}

#[test]
fn nobody_is_found_among_nobody() {
    with_hash(1.0, Entities::default(), |index| {
        let mut out = [Hit::default(); 4];
        assert_eq!(index.nearest(0.0, 0.0, 4, &mut out), Ok(0));
        assert_eq!(index.radius(0.0, 0.0, 1.0e18, &mut out, 4), Ok(0));
        assert!(index.occupied().is_empty());
    });
}

#[test]
fn two_clusters_a_world_apart_are_searched_in_few_steps() {
    // A walk over all cells between them would take 2^60 steps.
    let xs = [-1.0e9, -1.0e9, 1.0e9];
    with_hash(1.0, Entities { xs: &xs, ys: &xs, ids: &[3, 1, 2] }, |index| {
        let mut out = [Hit::default(); 4];
        assert_eq!(index.nearest(5.0e3, 5.0e3, 4, &mut out), Ok(3));
        assert_eq!(out.map(|hit| hit.id), [2, 1, 3, 0]);
        assert_eq!(index.nearest(5.0e3, 5.0e3, 2, &mut out), Ok(2));
        assert_eq!(index.count_radius(0.0, 0.0, 2.0e9), Ok(3));
    });
}
