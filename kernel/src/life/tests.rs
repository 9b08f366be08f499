use std::vec::Vec;

use super::*;
use crate::F32x8;
use crate::LANES;
use crate::integrate::Timestep;
use quickcheck::quickcheck;

fn s(value: f32) -> F32x8 {
    F32x8::splat(value)
}

fn first(value: F32x8) -> f32 {
    value.to_array()[0]
}

/// `count` numbers from -`low` to `high`.
fn numbers(count: usize, seed: u64, low: f32, high: f32) -> Vec<f32> {
    (0..count).map(|i| low + rng::unit(rng::draw(seed, 0, i as u32, 0)[0]) * (high - low)).collect()
}

fn genes(seed: u64, id: u32) -> Genes {
    core::array::from_fn(|i| rng::unit(rng::draw(seed, 0, id, i as u32)[0]))
}

#[test]
fn damage_and_metabolism_have_known_values() {
    assert_eq!(first(damage(s(10.0), s(0.25), s(4.0))), 7.0);
    assert_eq!(first(damage(s(10.0), s(0.0), s(40.0))), 0.0);
    assert_eq!(first(damage(s(10.0), s(7.0), s(40.0))), 10.0);
    assert_eq!(first(damage(s(10.0), s(0.0), s(-4.0))), 10.0);
    assert_eq!(first(metabolic_rate(s(2.0), s(0.5), s(16.0), s(3.0))), 16.0 + 72.0);
    assert_eq!(first(metabolic_rate(s(2.0), s(0.0), s(1.0), s(3.0e38))), 2.0);
    assert_eq!(first(metabolize(s(1.0), s(88.0), s(0.5))), 0.0);
    assert_eq!(first(metabolize(s(50.0), s(88.0), s(0.5))), 6.0);
}

#[test]
fn nobody_gives_more_than_there_is() {
    let pair = |giver, taker, amount| {
        let (giver, taker) = transfer(s(giver), s(taker), s(amount));
        (first(giver), first(taker))
    };
    assert_eq!(pair(3.0, 1.0, 2.0), (1.0, 3.0));
    assert_eq!(pair(3.0, 1.0, 9.0), (0.0, 4.0));
    assert_eq!(pair(3.0, 1.0, -9.0), (3.0, 1.0));
    assert_eq!(pair(3.0, 1.0, f32::NAN), (3.0, 1.0));
    assert_eq!(transfer_units(5, 7, 9), (0, 12));
    assert_eq!(transfer_units(5, u32::MAX - 1, 9), (4, u32::MAX));
}

#[test]
fn mutation_has_the_rate_and_the_reach_it_says() {
    let middle = [0.5; GENES];
    let mutation = Mutation::new(0.3, 0.25).unwrap();
    let (mut changed, mut sum) = (0u32, 0.0f64);
    for id in 0..10_000 {
        for gene in mutate(&middle, mutation, 11, 5, id, 40) {
            assert!((gene - 0.5).abs() <= 0.25);
            changed += u32::from(gene != 0.5);
            sum += f64::from(gene) - 0.5;
        }
    }
    assert!((f64::from(changed) / 90_000.0 - 0.3).abs() < 0.006, "{changed}");
    assert!((sum / 27_000.0).abs() < 0.005, "{sum}");
    let always = Mutation::new(1.0, 1.0).unwrap();
    let mutant = mutate(&[f32::NAN; GENES], always, 1, 2, 3, 4);
    assert_eq!(mutant, [0.0; GENES]);
    let never = Mutation::new(0.0, 1.0).unwrap();
    assert_eq!(mutate(&middle, never, 1, 2, 3, 4), middle);
    for bad in [-0.1, 1.1, f32::NAN] {
        assert!(Mutation::new(bad, 0.5).is_err() && Mutation::new(0.5, bad).is_err());
    }
}

#[test]
fn every_gene_comes_from_either_parent_about_as_often() {
    let mut from_b = [0u32; GENES];
    for child in 0..10_000 {
        let genes = crossover(&[0.0; GENES], &[1.0; GENES], 3, 4, child, 5);
        for (count, gene) in from_b.iter_mut().zip(genes) {
            *count += gene as u32;
        }
    }
    assert!(from_b.iter().all(|count| (4_800..5_200).contains(count)), "{from_b:?}");
}

#[test]
fn genes_are_drawn_independently() {
    let mutation = Mutation::new(0.5, 0.25).unwrap();
    let draws: [fn(u32, Mutation) -> Genes; 3] = [
        |id, _| crossover(&[0.0; GENES], &[1.0; GENES], 3, 4, id, 5),
        |id, _| blend(&[0.0; GENES], &[1.0; GENES], 3, 4, id, 5).map(|x| f32::from(x < 0.5)),
        |id, m| mutate(&[0.5; GENES], m, 3, 4, id, 5).map(|x| f32::from(x != 0.5)),
    ];
    for draw in draws {
        let all: Vec<Genes> = (0..4_000).map(|id| draw(id, mutation)).collect();
        for i in 0..GENES {
            for j in 0..i {
                let equal = all.iter().filter(|genes| genes[i] == genes[j]).count();
                assert!((1_800..2_200).contains(&equal), "{i} {j}: {equal}");
            }
        }
    }
}

#[test]
fn bad_input_is_named_and_whoever_has_it_is_left_out() {
    let dt = Timestep::new(0.5).unwrap();
    let mut energies = [1.0, 2.0, 3.0];
    let error = slices::damage(&mut energies, &[0.0; 3], &[0.0, 1.0, f32::NAN]).unwrap_err();
    assert_eq!(error, KernelError::NonFinite { field: "hits", index: 2 });
    let error = slices::damage(&mut energies, &[0.0; 2], &[0.0; 3]).unwrap_err();
    assert_eq!(error, KernelError::LengthMismatch { field: "armours", expected: 3, found: 2 });
    let error = slices::metabolize(dt, -1.0, 0.0, &mut energies, &[1.0; 3], &[1.0; 3]).unwrap_err();
    assert_eq!(error, KernelError::InvalidParameter { name: "basal", value: -1.0 });
    let error = slices::transfer(&mut energies, &mut [0.0; 3], &[f32::INFINITY; 3]).unwrap_err();
    assert_eq!(error, KernelError::NonFinite { field: "amounts", index: 0 });
    // Only the first call computed anything, and left the last one out.
    assert_eq!(energies, [1.0, 1.0, 3.0]);
}

quickcheck! {
    fn energy_on_a_grid_is_conserved_to_the_bit(giver: u32, taker: u32, amount: u32) -> bool {
        let grid = |bits: u32| (bits >> 9) as f32 * 0.015_625;
        let (giver, taker, amount) = (grid(giver), grid(taker), grid(amount));
        let (left, got) = transfer(s(giver), s(taker), s(amount));
        let (left, got) = (first(left), first(got));
        left + got == giver + taker && left >= 0.0 && got >= taker && got - taker <= amount
    }

    fn units_are_conserved(giver: u32, taker: u32, amount: u32) -> bool {
        let (left, got) = transfer_units(giver, taker, amount);
        u64::from(left) + u64::from(got) == u64::from(giver) + u64::from(taker)
            && left <= giver && giver - left <= amount
    }

    fn any_bits_keep_energy_at_or_above_zero(energy: u32, armour: u32, hits: u32) -> bool {
        let [energy, armour, hits] = [energy, armour, hits].map(|b| s(f32::from_bits(b)));
        first(damage(energy, armour, hits)) >= 0.0
            && first(metabolize(energy, armour, hits)) >= 0.0
            && first(gift(energy, hits)) >= 0.0
    }

    fn slices_match_one_entity_at_a_time(count: u8, seed: u64) -> bool {
        let count = usize::from(count % 30);
        let mut energies = numbers(count, seed, 0.0, 10.0);
        let armours = numbers(count, seed ^ 1, -0.5, 1.5);
        let hits = numbers(count, seed ^ 2, -1.0, 9.0);
        let mut others = numbers(count, seed ^ 3, 0.0, 10.0);
        let (before, taken) = (energies.clone(), others.clone());
        slices::damage(&mut energies, &armours, &hits).unwrap();
        let dt = Timestep::new(0.25).unwrap();
        slices::metabolize(dt, 0.5, 0.125, &mut energies, &others, &hits).unwrap();
        let after = energies.clone();
        slices::transfer(&mut energies, &mut others, &hits).unwrap();
        (0..count).all(|i| {
            let armour = armours[i].clamp(0.0, 1.0);
            let hit = if hits[i] > 0.0 { hits[i] } else { 0.0 };
            let left = before[i] - hit * (1.0 - armour);
            let left = if left > 0.0 { left } else { 0.0 };
            let root = libm::sqrtf(taken[i]);
            let rate = 0.5 * (root * libm::sqrtf(root)) + 0.125 * taken[i] * hits[i] * hits[i];
            let left = left - rate * 0.25;
            let left = if left > 0.0 { left } else { 0.0 };
            let moved = if hit < left { hit } else { left };
            after[i].to_bits() == left.to_bits()
                && energies[i] == left - moved
                && others[i] == taken[i] + moved
        })
    }

    fn children_have_their_parents_genes(seed: u64, tick: u64, child: u32) -> bool {
        let (a, b) = (genes(seed, 1), genes(seed, 2));
        let crossed = crossover(&a, &b, seed, tick, child, 7);
        let complement = crossover(&b, &a, seed, tick, child, 7);
        let blended = blend(&a, &b, seed, tick, child, 7);
        let clones = blend(&a, &a, seed, tick, child, 7) == a
            && crossover(&a, &a, seed, tick, child, 7) == a;
        clones && (0..GENES).all(|i| {
            let (low, high) = if a[i] < b[i] { (a[i], b[i]) } else { (b[i], a[i]) };
            (crossed[i] == a[i] && complement[i] == b[i] || crossed[i] == b[i] && complement[i] == a[i])
                && (low..=high).contains(&blended[i])
        })
    }

    fn mutants_stay_between_zero_and_one(seed: u64, rate: u32, amount: u32, bits: [u32; 9]) -> bool {
        let mutation = Mutation::new(rng::unit(rate), rng::unit(amount)).unwrap();
        let mutant = mutate(&bits.map(f32::from_bits), mutation, seed, 1, 2, 3);
        mutant.iter().all(|gene| (0.0..=1.0).contains(gene))
    }

    fn rates_have_one_answer_per_lane(sizes: [u32; 8]) -> bool {
        let sizes = sizes.map(f32::from_bits);
        let all = metabolic_rate(s(1.5), s(0.5), F32x8::from_array(sizes), s(2.0)).to_array();
        (0..LANES).all(|i| {
            let one = first(metabolic_rate(s(1.5), s(0.5), s(sizes[i]), s(2.0)));
            one.to_bits() == all[i].to_bits() && one >= 0.0
        })
    }
}
