//! No parameters and no state that are allowed may give a state that is not finite, a -0 where the
//! other builds have +0, or a panic.

use flockwork_kernel::columns::{Columns, Reach, Scalar};
use flockwork_kernel::{Precision, World};
use flockwork_models::{Boids, Crowd, Discs, LennardJones, Tribes, Vicsek};
use flockwork_scheduler::{Cut, Model, Params, Partition, Serial, Setup, Simulation, Stat, Stats};
use quickcheck::QuickCheck;

use crate::common::{Draw, put};

/// Any parameters that are allowed: often at an end of their range, else the default.
fn any_params<P: Params>(draw: &mut Draw) -> P {
    let mut params = P::default();
    for param in P::TABLE {
        let ends = param.kind.ends();
        let end = draw.below(5) as usize;
        params.set(param.name, ends.get(end).cloned().unwrap_or_else(param.default)).unwrap();
    }
    params
}

/// A world in which any parameters may run, with many entities in one place; None if the model
/// refuses.
fn any_world<M: Model>(draw: &mut Draw) -> Option<Simulation<M, Serial>> {
    let params = any_params::<M::Params>(draw);
    let side = [1.0, 30.0, 4e6, 1e9][draw.below(4) as usize];
    let world = World::new(side, 0.7 * side, draw.edge()).unwrap();
    let world = world.with_precision(Precision::Any);
    let dt = [0.0, 0.01, 1.0, 100.0][draw.below(4) as usize];
    let setup = Setup { world, population: 1 + draw.below(40), seed: 3, dt };
    let together = draw.once_in(2);
    let mut initial = |id: u32, row: &mut [u8]| {
        if together && !id.is_multiple_of(3) {
            put::<M>(row, "x", &(0.5 * side).to_le_bytes());
            put::<M>(row, "y", &0.0f32.to_le_bytes());
        }
        Ok(())
    };
    let partition = Partition::new(Cut::Parts(1));
    Simulation::new(setup, params, partition, Serial::default(), Some(&mut initial)).ok()
}

/// Every number of every entity that travels.
fn numbers<M: Model>(sim: &Simulation<M, Serial>) -> Vec<(&'static str, f32)> {
    let rows = sim.rows().unwrap();
    let travels = || M::Columns::SCHEMA.iter().filter(|column| column.reach >= Reach::Owned);
    let stride: usize = travels().map(|column| column.stride()).sum();
    let mut found = Vec::new();
    for row in rows.chunks_exact(stride) {
        let mut at = 0;
        for column in travels() {
            if column.scalar == Scalar::F32 {
                for bytes in row[at..at + column.stride()].chunks_exact(4) {
                    found.push((column.name, f32::from_le_bytes(bytes.try_into().unwrap())));
                }
            }
            at += column.stride();
        }
    }
    found
}

/// Runs one world; true if all numbers stayed good.
fn stays_sound<M: Model>(seed: u64) -> bool {
    let mut draw = Draw::new(seed);
    let Some(mut sim) = any_world::<M>(&mut draw) else { return true };
    for tick in 0..4 {
        if let Err(error) = sim.step() {
            println!("{}: {error}, {:?} {:?}", M::NAME, sim.params(), sim.setup());
            return false;
        }
        for (column, value) in numbers(&sim) {
            let negative_zero = value == 0.0 && value.is_sign_negative();
            if !value.is_finite() || negative_zero {
                println!(
                    "{}: {column} is {value:?} after tick {tick}, {:?} {:?}",
                    M::NAME,
                    sim.params(),
                    sim.setup()
                );
                return false;
            }
        }
        sim.observe().unwrap();
        let names = <M::Stats as Stats<M>>::LIST.iter().flat_map(Stat::names);
        for (name, value) in names.zip(sim.report().unwrap()) {
            // Null is what nobody has: of a tribe that died out, or of no tick yet.
            let nobody = sim.population() == 0
                || name.starts_with("tribe")
                || ["order_mean", "along_x", "flow"].contains(&name.as_str());
            // And what is told per time, if no time passes.
            let per_time = ["collision_rate", "pressure", "compressibility"];
            let timeless = sim.setup().dt == 0.0 && per_time.contains(&name.as_str());
            if !(value.is_finite() || nobody || timeless) {
                println!("{}: {name}, {:?} {:?}", M::NAME, sim.params(), sim.setup());
                return false;
            }
        }
    }
    true
}

macro_rules! stays_sound {
    ($($name:ident $model:ty;)+) => {$(
        #[test]
        fn $name() {
            let mut cases = QuickCheck::new().tests(3000);
            cases.quickcheck(stays_sound::<$model> as fn(u64) -> bool);
        }
    )+};
}

stays_sound! {
    boids_stay_sound Boids;
    tribes_stay_sound Tribes;
    vicsek_stays_sound Vicsek;
    discs_stay_sound Discs;
    lennard_jones_stays_sound LennardJones;
    crowds_stay_sound Crowd;
}

#[test]
fn most_extreme_worlds_are_not_refused() {
    fn made<M: Model>() -> usize {
        (0..200).filter(|&seed| any_world::<M>(&mut Draw::new(seed)).is_some()).count()
    }
    let counts = [
        made::<Boids>(),
        made::<Tribes>(),
        made::<Vicsek>(),
        made::<Discs>(),
        made::<LennardJones>(),
    ];
    // People must find room, and in most of these worlds there is none.
    let crowds = made::<Crowd>();
    println!("{counts:?} and {crowds} of 200");
    assert!(counts.iter().all(|&count| count > 20) && crowds > 4, "{counts:?}, {crowds}");
}
