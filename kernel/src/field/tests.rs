use std::vec::Vec;

use super::*;
use crate::{Axis, Edge, rng};
use quickcheck::quickcheck;

fn world(ends: u32, axes: usize) -> World {
    let axis =
        |at: u32| Axis { length: 3.0, edge: Edge::NAMES[(ends / 3u32.pow(at) % 3) as usize].1 };
    World::of(&[axis(0), axis(1), axis(2)][..axes]).unwrap()
}

/// Amounts of all sizes.
fn some(count: usize, seed: u64) -> Vec<f32> {
    let amount = |i: usize| {
        let [word, size, ..] = rng::draw(seed, 0, i as u32, 0);
        (rng::below(word, 1 << 24) >> rng::below(size, 25)) as f32
    };
    (0..count).map(amount).collect()
}

/// The cells beside one, by coordinates.
fn naive(world: &World, cells: &[u32], shares: &[f32], from: &[f32]) -> Vec<f32> {
    let all: usize = cells.iter().map(|count| *count as usize).product();
    let place = |cell: usize| {
        let mut rest = cell;
        cells
            .iter()
            .map(|count| {
                let at = rest % *count as usize;
                rest /= *count as usize;
                at as i64
            })
            .collect::<Vec<_>>()
    };
    let number = |place: &[i64]| {
        let mut number = 0;
        for (at, axis) in (0..cells.len()).rev().zip(world.axes().iter().rev()) {
            let count = i64::from(cells[at]);
            let line = if axis.is_periodic() { place[at].rem_euclid(count) } else { place[at] };
            if !(0..count).contains(&line) {
                return None;
            }
            number = number * count as usize + line as usize;
        }
        Some(number)
    };
    let mut to: Vec<i64> = from.iter().map(|amount| *amount as i64).collect();
    for cell in 0..all {
        for axis in 0..cells.len() {
            let mut after = place(cell);
            after[axis] += 1;
            let Some(after) = number(&after) else { continue };
            let flow = ((from[cell] - from[after]) * shares[axis]).trunc() as i64;
            to[cell] -= flow;
            to[after] += flow;
        }
    }
    to.into_iter().map(|amount| amount as f32).collect()
}

/// What flows between two cells is taken from one and given to the other.
fn spreading_is_exchange(seed: u64, ends: u32, sizes: (u8, u8, u8)) -> bool {
    let cells = [sizes.0 % 40, sizes.1 % 9, sizes.2 % 6].map(|count| u32::from(count) + 1);
    let word = |at: u32| rng::unit(rng::draw(seed, 1, at, 0)[0]);
    let flat = {
        let (world, cells) = (world(ends, 2), [cells[0], cells[1]]);
        let shares = [word(0) * 0.25, word(1) * 0.25];
        let from = some((cells[0] * cells[1]) as usize, seed);
        let mut to = from.clone();
        diffuse(&world, cells, shares, &from, &mut to).unwrap();
        to == naive(&world, &cells, &shares, &from)
            && total(&to) == total(&from)
            && amounts("to", &to).is_ok()
    };
    let world = world(ends, 3);
    let growth =
        Growth { rate: word(5), seeds: word(6) * 50.0, capacity: some(1, seed ^ 1)[0].max(1.0) };
    let shares = [word(2) / 6.0, word(3) / 6.0, word(4) / 6.0];
    let from = some(cells.iter().product::<u32>() as usize, seed);
    let mut to = from.clone();
    diffuse(&world, cells, shares, &from, &mut to).unwrap();
    let (mut both, mut grown) = (from.clone(), to.clone());
    diffuse_and_grow(&world, cells, shares, growth, &from, &mut both).unwrap();
    grow(growth, &mut grown).unwrap();
    flat && to == naive(&world, &cells, &shares, &from)
        && both == grown
        && total(&to) == total(&from)
        && amounts("to", &to).is_ok()
}

/// The largest shares there are leave no cell below 0.
fn nobody_owes_anything(seed: u64) -> bool {
    let sixth = 1.0f32 / 6.0;
    let sixth = if f64::from(sixth) * 3.0 > 0.5 { sixth.next_down() } else { sixth };
    let world = world(0, 3);
    let mut from = some(64, seed);
    from.iter_mut().skip(1).step_by(2).for_each(|amount| *amount = 0.0);
    let mut to = from.clone();
    diffuse(&world, [4; 3], [sixth; 3], &from, &mut to).unwrap();
    amounts("to", &to).is_ok() && total(&to) == total(&from)
}

/// Every set has the result of one cell at a time.
fn rules_have_the_same_bits_in_lanes(seed: u64, count: u8, rate: u8, seeds: u8) -> bool {
    let field = some(usize::from(count), seed);
    let capacity = some(1, seed ^ 1)[0].max(1.0);
    let (rate, seeds) = (f32::from(rate) / 64.0, f32::from(seeds) / 2.0);
    let (mut grown, mut one) = (field.clone(), field.clone());
    let growth = Growth { rate, seeds, capacity };
    grow(growth, &mut grown).unwrap();
    for amount in &mut one {
        let room = (capacity - *amount).max(0.0);
        *amount += (rate / capacity * *amount * room).max(seeds).min(room).floor();
    }
    let bounded = grown
        .iter()
        .zip(&field)
        .all(|(now, before)| now >= before && *now <= capacity.max(*before));
    let share = (rate / 4.0).min(1.0);
    let (mut less, mut left) = (field.clone(), field.clone());
    let gone = decay(share, &mut less).unwrap();
    left.iter_mut().for_each(|amount| *amount -= (*amount * share).floor());
    grown == one
        && bounded
        && less == left
        && gone + total(&less) == total(&field)
        && amounts("grown", &grown).is_ok()
        && amounts("less", &less).is_ok()
}

/// Nobody gets more than they want, all together no more than there is, and as much as fits.
fn shares_are_fair(there: u32, wants: Vec<u32>) -> bool {
    let there = (there % (1 << 24 | 1)) as f32;
    let wanted: u64 = wants.iter().map(|wants| u64::from(*wants)).sum();
    let given = Given::of(there, wanted);
    let parts: Vec<u64> = wants.iter().map(|wants| given.to(u64::from(*wants))).collect();
    let sum: u64 = parts.iter().sum();
    let enough = wanted <= there as u64;
    let least = if enough { wanted } else { (there as u64).saturating_sub(wants.len() as u64) };
    sum <= there as u64
        && sum >= least
        && parts.iter().zip(&wants).all(|(part, wants)| {
            *part <= u64::from(*wants) && (!enough || *part == u64::from(*wants))
        })
        && given.left() as u64 <= there as u64 - sum
}

#[test]
fn twins() {
    quickcheck(spreading_is_exchange as fn(u64, u32, (u8, u8, u8)) -> bool);
    quickcheck(nobody_owes_anything as fn(u64) -> bool);
    quickcheck(rules_have_the_same_bits_in_lanes as fn(u64, u8, u8, u8) -> bool);
    quickcheck(shares_are_fair as fn(u32, Vec<u32>) -> bool);
}

/// How far a wave is from the exact solution of diffusion after one unit of time, by its height.
fn error_of_a_wave(cells: u32) -> f64 {
    let world = World::new(1.0, 1.0, Edge::Periodic).unwrap();
    let (half, around) = (8_388_608.0f64, std::f64::consts::TAU);
    let wave = |cell: u32| (around * (f64::from(cell) + 0.5) / f64::from(cells)).cos();
    let mut from: Vec<f32> =
        (0..cells).map(|cell| (half + half * wave(cell)).floor() as f32).collect();
    let mut to = from.clone();
    // D = 1/64 and a share of 1/4: a tick is 16 / cells² long.
    let ticks = cells * cells / 16;
    for _ in 0..ticks {
        diffuse(&world, [cells, 1], [0.25, 0.0], &from, &mut to).unwrap();
        std::mem::swap(&mut from, &mut to);
    }
    let height = half * (-around * around / 64.0).exp();
    let error = from.iter().enumerate().map(|(cell, amount)| {
        (f64::from(*amount) - half - height * wave(cell as u32)).abs() / half
    });
    error.fold(0.0, f64::max)
}

#[test]
fn a_wave_decays_as_the_exact_solution_says_within_the_order_of_the_scheme() {
    let errors = [16, 32, 64].map(error_of_a_wave);
    assert!(errors[0] < 2.5e-3, "{errors:?}");
    for pair in errors.windows(2) {
        // Second order: a quarter of the error with half of the cell.
        assert!((3.5..4.5).contains(&(pair[0] / pair[1])), "{errors:?}");
    }
}

#[test]
fn what_is_no_field_is_refused() {
    let world = world(0, 2);
    let mut to = [0.0; 6];
    let bad = |cells, shares, from: &[f32], to: &mut [f32]| {
        diffuse(&world, cells, shares, from, to).unwrap_err()
    };
    let parameter = |name, value| KernelError::InvalidParameter { name, value };
    let from = [1.0; 6];
    assert_eq!(bad([0, 6], [0.1; 2], &from, &mut to), parameter("columns", 0.0));
    assert_eq!(bad([6, 1], [0.3, 0.3], &from, &mut to), parameter("share along y", 0.3));
    assert_eq!(bad([6, 1], [-0.1, 0.3], &from, &mut to), parameter("share along x", -0.1));
    let short = KernelError::LengthMismatch { field: "from", expected: 8, found: 6 };
    assert_eq!(bad([4, 2], [0.1; 2], &from, &mut to), short);
    assert_eq!(diffuse(&world, [3, 2, 1], [0.1; 3], &from, &mut to), Err(parameter("axes", 3.0)));
    for value in [0.5, -1.0, f32::NAN, f32::INFINITY, 16_777_218.0] {
        let mut from = from;
        from[4] = value;
        let found = bad([6, 1], [0.1; 2], &from, &mut to);
        assert_eq!(found, KernelError::NonFinite { field: "from", index: 4 });
        assert!(
            grow(Growth { rate: 0.1, seeds: 0.0, capacity: 5.0 }, &mut from).is_err()
                && decay(0.1, &mut from).is_err()
        );
    }
    assert_eq!(to, [0.0; 6]);
    for (growth, name, value) in [
        (Growth { rate: 0.1, seeds: 0.0, capacity: 0.5 }, "capacity", 0.5),
        (Growth { rate: -0.1, seeds: 0.0, capacity: 5.0 }, "rate", -0.1),
        (Growth { rate: 0.1, seeds: f32::INFINITY, capacity: 5.0 }, "seeds", f32::INFINITY),
    ] {
        assert_eq!(grow(growth, &mut to), Err(parameter(name, value)));
        let both = diffuse_and_grow(&world, [6, 1], [0.1; 2], growth, &[1.0; 6], &mut to);
        assert_eq!(both, Err(parameter(name, value)));
    }
    assert_eq!(to, [0.0; 6]);
    assert_eq!(decay(1.5, &mut to), Err(parameter("share", 1.5)));
}

#[test]
fn a_cell_is_filled_to_the_brim() {
    let mut amount = MOST - 5.0;
    assert_eq!((put(&mut amount, 3), amount), (0, MOST - 2.0));
    assert_eq!((put(&mut amount, u64::MAX), amount), (u64::MAX - 2, MOST));
}
