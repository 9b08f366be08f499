use flockwork_kernel::Edge;
use flockwork_models::Tribes;
use flockwork_models::tribes::{TribesParams, TribesStats};
use flockwork_scheduler::Stats;

use crate::common::{setup, spawned, stats};

const GENES: [&str; 9] = [
    "gene_speed",
    "gene_vision",
    "gene_aggression",
    "gene_fear",
    "gene_cohesion",
    "gene_separation",
    "gene_thrift",
    "gene_fertility",
    "gene_wander",
];

#[test]
fn the_ecology_lives_and_evolves() {
    for seed in [1, 2] {
        let begin = 4000u32;
        let setup = setup((48.0, 33.0), Edge::Periodic, begin, seed, 0.05);
        let mut sim = spawned::<Tribes>(setup, TribesParams::default());
        let first = stats(&mut sim);
        for name in GENES {
            assert!((first(name) - 0.5).abs() < 0.02, "{name} {}", first(name));
        }
        let (mut least, mut most) = (u64::MAX, 0);
        for _ in 0..2000 {
            sim.step().unwrap();
            least = least.min(sim.population());
            most = most.max(sim.population());
        }
        sim.recount().unwrap();
        let last = stats(&mut sim);
        let counters = sim.counters();
        println!("{seed}: {least}..{most}, {counters:?}");
        for stat in <TribesStats as Stats<Tribes>>::LIST {
            println!("  {} {}", stat.name, last(stat.name));
        }
        assert!(least > u64::from(begin) / 4 && most < 8 * u64::from(begin), "{least} {most}");
        let mut living = 0.0;
        for tribe in 0..4 {
            let count = last(&format!("tribe{tribe}_population"));
            assert!(count > 50.0, "tribe {tribe} has {count}");
            living += count;
        }
        assert_eq!(living, sim.population() as f64);
        assert!(counters.events > 1000, "{} bites", counters.events);
        assert!(counters.births > 1000 && counters.deaths > 1000);
        let moved = GENES.iter().filter(|name| (last(name) - 0.5).abs() > 0.1).count();
        assert!(moved >= 1, "no gene has moved");
        assert!(GENES.iter().all(|name| (0.0..=1.0).contains(&last(name))));
    }
}
