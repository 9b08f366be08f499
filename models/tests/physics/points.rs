use flockwork_kernel::Edge;
use flockwork_models::Tribes;
use flockwork_scheduler::Cut;

use crate::common::{Sim, by_id, edited, params, put, setup};

/// How many neighbours each animal has: with no costs it gains 1 less a part for each of them.
fn counts(sim: &mut Sim<Tribes>, crowding: f64) -> Vec<f64> {
    sim.step().unwrap();
    by_id(sim, |c, row| ((1.0 - f64::from(c.energy[row])) * crowding).round())
        .into_iter()
        .map(|(_, count)| count)
        .collect()
}

#[test]
fn points_without_a_plan_have_the_neighbours_of_poisson() {
    const ANIMALS: u32 = 20_000;
    const CROWDING: f64 = 1000.0;
    let setup = setup((100.0, 62.0), Edge::Periodic, ANIMALS, 9, 1.0);
    let values = params(&[
        ("tribes", 1.0),
        ("vision", 1.5),
        ("grazing", 1.0),
        ("crowding", CROWDING),
        ("basal", 0.0),
        ("sight", 0.0),
        ("motion", 0.0),
        ("maturity", 1e4),
    ]);
    let mut sim = edited::<Tribes>(
        setup,
        values,
        Cut::Grid { cols: 3, rows: 2, layers: 1 },
        &mut |_, row| {
            put::<Tribes>(row, "genes", bytemuck::bytes_of(&[0.0f32; 9]));
            put::<Tribes>(row, "age", &0.0f32.to_le_bytes());
            put::<Tribes>(row, "energy", &1e-9f32.to_le_bytes());
        },
    );
    let found = counts(&mut sim, CROWDING);
    let n = f64::from(ANIMALS);
    assert_eq!(found.len(), ANIMALS as usize);
    let chance = std::f64::consts::PI * 1.5 * 1.5 / (100.0 * 62.0);
    let mean = found.iter().sum::<f64>() / n;
    let variance = found.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / n;
    let theory = (n - 1.0) * chance;
    // On a torus pairs are independent of each other, two by two.
    let pairs = n * (n - 1.0) / 2.0;
    let error = 2.0 * (pairs * chance * (1.0 - chance)).sqrt() / n;
    println!("mean {mean} variance {variance} theory {theory} error {error}");
    assert!((mean - theory).abs() < 4.0 * error, "{mean} {theory} {error}");
    assert!((variance / theory - 1.0).abs() < 0.06, "{variance} {theory}");
}
