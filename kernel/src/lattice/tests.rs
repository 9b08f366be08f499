use quickcheck::quickcheck;

use super::*;
use crate::{Axis, Edge, Plane, Space, rng};

fn lattice(ends: u32, axes: usize, seed: u64) -> Lattice {
    let words = rng::draw(seed, 0, 0, 0);
    let axis = |at: u32| Axis {
        length: 0.1 + 20.0 * rng::unit(words[at as usize]),
        edge: Edge::NAMES[(ends / 3u32.pow(at) % 3) as usize].1,
    };
    let world = World::of(&[axis(0), axis(1), axis(2)][..axes]).unwrap();
    let cells = rng::draw(seed, 0, 1, 0).map(|word| 1 + rng::below(word, 7));
    Lattice::of(&world, &cells[..axes]).unwrap()
}

fn value(seed: u64, cell: Cell) -> f32 {
    let [word, ..] = rng::draw(seed, 1, cell[0] + 100 * cell[1] + 10_000 * cell[2], 0);
    rng::below(word, 1000) as f32
}

/// The value at a place in doubles: a sum over all cells, of which each counts by how near its middle is.
fn naive<A: Axes>(lattice: &Lattice, place: Vector<A>, at: impl Fn(Cell) -> f32) -> f64 {
    let weight = |axis: usize, line: u32| -> f64 {
        let Some(one) = lattice.world().axes().get(axis) else { return 1.0 };
        let count = f64::from(lattice.counts()[axis]);
        let u = f64::from(place.along(axis)) * count / f64::from(one.length) - 0.5;
        let hat = |middle: f64| {
            let apart = (u - middle).abs();
            if apart < 1.0 { 1.0 - apart } else { 0.0 }
        };
        let line = f64::from(line);
        if one.is_periodic() {
            return hat(line) + hat(line - count) + hat(line + count);
        }
        // Beyond the outermost middles all is as there.
        let first = if line == 0.0 && u < 0.0 { 1.0 } else { 0.0 };
        let last = if line == count - 1.0 && u > count - 1.0 { 1.0 } else { 0.0 };
        if first + last > 0.0 {
            1.0
        } else if u < 0.0 || u > count - 1.0 {
            0.0
        } else {
            hat(line)
        }
    };
    let cells = (0..lattice.len()).map(|number| lattice.cell_of(number));
    cells
        .map(|cell| {
            let all = (0..World::MOST_AXES).map(|axis| weight(axis, cell[axis]));
            all.product::<f64>() * f64::from(at(cell))
        })
        .sum()
}

fn has_its_twins<A: Axes>(ends: u32, seed: u64, id: u32) -> bool {
    let lattice = lattice(ends, A::COUNT, seed);
    let words = rng::draw(seed, 2, id, 0);
    let length = |axis: usize| lattice.world().axes().get(axis).map_or(0.0, |one| one.length);
    let along = |axis: usize| rng::unit(words[axis]) * length(axis);
    let place = Vector::<A>::of(along(0), along(1), along(2));
    let at = |cell: Cell| {
        assert!(
            lattice.cell_of(lattice.number(cell)) == cell && lattice.number(cell) < lattice.len()
        );
        value(seed, cell)
    };
    let cell = lattice.cell(place).unwrap();
    for (axis, line) in cell.into_iter().enumerate().take(A::COUNT) {
        let apart = (lattice.middle(axis, line) - place.along(axis)).abs();
        if apart > 0.5001 * lattice.side(axis) {
            return false;
        }
    }
    let smooth = f64::from(lattice.smooth(place, at));
    if lattice.here(place, at) != at(cell) || (smooth - naive(&lattice, place, at)).abs() > 0.01 {
        return false;
    }
    // The gradient is the slope of the twin between two places a little apart, but at a middle.
    let gradient = lattice.gradient(place, at);
    (0..A::COUNT).all(|axis| {
        let step = lattice.side(axis) * 0.01;
        let moved = |by: f32| {
            let to = |one: usize| place.along(one) + if one == axis { by } else { 0.0 };
            Vector::<A>::of(to(0), to(1), to(2))
        };
        let (low, high) = (moved(-step), moved(step));
        let u = place.along(axis) / lattice.side(axis) - 0.5;
        let kink = (u - u.round()).abs() < 0.02
            || lattice.cell(low).is_none()
            || lattice.cell(high).is_none();
        let rise = naive(&lattice, high, at) - naive(&lattice, low, at);
        let wide = f64::from(high.along(axis)) - f64::from(low.along(axis));
        kink || (f64::from(gradient.along(axis)) * wide - rise).abs() < 0.1
    })
}

quickcheck! {
    fn reading_matches_a_sum_over_all_cells(ends: u32, seed: u64, id: u32) -> bool {
        has_its_twins::<Plane>(ends, seed, id) && has_its_twins::<Space>(ends, seed, id)
    }
}

#[test]
fn ends_belong_to_the_outermost_cells_and_there_is_nothing_beyond() {
    let world = World::of(&[Axis::wall(3.0), Axis { length: 0.7, edge: Edge::Open }]).unwrap();
    let lattice = Lattice::new(&world, [3, 7]).unwrap();
    let at = |x: f32, y: f32| lattice.cell::<Plane>(Vector::of(x, y, 0.0));
    assert_eq!(at(3.0, 0.7), Some([2, 6, 0]));
    assert_eq!(at(0.0, 0.0), Some([0, 0, 0]));
    for (x, y) in [(1.0, -1e-6), (1.0, 0.7001), (f32::NAN, 0.1), (1.0, f32::INFINITY)] {
        assert_eq!(at(x, y), None);
        let place = Vector::<Plane>::of(x, y, 0.0);
        assert_eq!(lattice.here(place, |_| 7.0) + lattice.smooth(place, |_| 7.0), 0.0);
        assert_eq!(lattice.gradient(place, |_| 7.0), Vector::default());
    }
}

#[test]
fn a_lattice_without_cells_or_of_other_axes_or_too_many_is_refused() {
    let world = World::new(1.0, 1.0, Edge::Wall).unwrap();
    for (cells, name) in [
        (&[1][..], "axes"),
        (&[1, 1, 1], "axes"),
        (&[0, 1], "columns"),
        (&[1, MOST_CELLS + 1], "rows"),
        (&[1 << 15, 1 << 14], "cells"),
    ] {
        match Lattice::of(&world, cells) {
            Err(KernelError::InvalidParameter { name: found, .. }) => assert_eq!(found, name),
            other => panic!("{cells:?}: {other:?}"),
        }
    }
    assert_eq!(Lattice::of(&world, &[1 << 14, 1 << 14]).unwrap().len(), MOST as usize);
}
