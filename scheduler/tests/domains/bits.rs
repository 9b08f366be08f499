//! The same bits for any cut and any order of polls, and those of a naive twin.

use flockwork_kernel::{Axes, Edge, Plane, Space, World};
use flockwork_scheduler::testing::Shuffled;
use flockwork_scheduler::{Cut, Executor, Partition, Serial, Setup, Simulation};
use quickcheck::{Arbitrary, Gen, quickcheck};

use crate::dots::Dots;
use crate::naive::Naive;
use crate::plan::{Place, Plan};

impl Arbitrary for Plan {
    fn arbitrary(g: &mut Gen) -> Self {
        Self::any(&mut |most| u32::arbitrary(g) % most)
    }
}

/// A plan in space: any world, with ends of any kinds, and any cut along all axes.
#[derive(Clone, Copy, Debug)]
struct Deep(Plan);

impl Arbitrary for Deep {
    fn arbitrary(g: &mut Gen) -> Self {
        Self(Plan::any_in_space(&mut |most| u32::arbitrary(g) % most))
    }
}

/// Past two looks at the balance.
const TICKS: u64 = 18;

/// The state after every tick as packed rows.
fn history<A: Axes, X: Executor>(mut world: Simulation<Dots<A>, X>) -> Vec<Vec<u8>> {
    let mut states = vec![world.rows().unwrap()];
    for _ in 0..TICKS {
        world.step().unwrap();
        world.recount().unwrap();
        states.push(world.rows().unwrap());
    }
    states
}

fn whole<A: Axes>(plan: &Plan) -> Vec<Vec<u8>> {
    let one = Partition::new(Cut::Parts(1));
    history(plan.world_of::<A, _>(one, Serial::default()).unwrap())
}

/// Whether one domain does what the naive twin does.
fn is_the_naive_twin<A: Axes>(plan: &Plan) -> bool {
    let mut states = whole::<A>(plan).into_iter();
    let mut naive = Naive::new(plan.setup, plan.params, &states.next().unwrap());
    states.all(|state| {
        naive.step();
        naive.rows() == state
    })
}

/// The first tick whose state differs.
fn difference(left: &[Vec<u8>], right: &[Vec<u8>]) -> Option<usize> {
    left.iter().zip(right).position(|(left, right)| left != right)
}

quickcheck! {
    fn any_cut_gives_the_bits_of_one_domain(plan: Plan) -> bool {
        let many = history(plan.world(Serial::default()).unwrap());
        difference(&many, &whole::<Plane>(&plan)).is_none()
    }

    fn any_cut_along_all_axes_gives_the_bits_of_one_domain(plan: Deep) -> bool {
        let many = plan.0.world_of::<Space, _>(plan.0.partition(), Serial::default()).unwrap();
        difference(&history(many), &whole::<Space>(&plan.0)).is_none()
    }

    fn any_order_of_polls_gives_the_same_bits(plan: Plan, order: u64) -> bool {
        let late = history(plan.world(Shuffled::new(order)).unwrap());
        difference(&late, &whole::<Plane>(&plan)).is_none()
    }

    fn one_domain_gives_the_bits_of_the_naive_twin(plan: Plan) -> bool {
        is_the_naive_twin::<Plane>(&plan)
    }

    fn one_domain_in_space_gives_the_bits_of_the_naive_twin(plan: Deep) -> bool {
        is_the_naive_twin::<Space>(&plan.0)
    }
}

#[test]
fn in_the_usual_world_everything_happens() {
    let plan = Plan { rebalance: true, ..Plan::usual() };
    let mut world = plan.world(Serial::default()).unwrap();
    for _ in 0..40 {
        world.step().unwrap();
    }
    let counted = world.counters();
    for (what, count) in [
        ("migrations", counted.migrations),
        ("ghosts", counted.ghosts),
        ("events", counted.events),
        ("births", counted.births),
        ("deaths", counted.deaths),
        ("rebalances", world.rebalances()),
    ] {
        assert!(count > 0, "no {what}");
    }
    // The books know who was born and who died.
    let population = 120 + counted.births - counted.deaths;
    assert_eq!(world.population(), population);
    assert_eq!(world.rows().unwrap().len() as u64, population * crate::naive::stride() as u64);
}

#[test]
fn sums_and_history_do_not_depend_on_the_cut() {
    let seen = |cut| {
        let plan = Plan { cut, ..Plan::usual() };
        let mut world = plan.world(Serial::default()).unwrap();
        for _ in 0..TICKS {
            world.step().unwrap();
        }
        let observation = world.observe().unwrap();
        assert_eq!(observation.fingerprint, world.fingerprint().unwrap());
        let stats = world.report().unwrap();
        assert!(stats[0] > 0.0);
        // The snapshot holds the running integers too.
        (observation, stats, world.snapshot().unwrap())
    };
    assert_eq!(seen(Cut::Parts(1)), seen(Cut::Grid { cols: 2, rows: 3, layers: 1 }));
}

#[test]
fn parameters_may_change_between_ticks_under_any_cut() {
    let end = |cut| {
        let plan = Plan { cut, ..Plan::usual() };
        let mut world = plan.world(Serial::default()).unwrap();
        for tick in 0..TICKS {
            if tick == 5 {
                // Another radius is another grid.
                let params = crate::dots::DotsParams { radius: 0.6, ..plan.params };
                world.set_params(params).unwrap();
            }
            world.step().unwrap();
        }
        world.recount().unwrap();
        world.fingerprint().unwrap()
    };
    assert_eq!(end(Cut::Parts(1)), end(Cut::Parts(5)));
}

#[test]
fn a_cut_follows_entities_that_are_far_outside_of_their_open_world() {
    let world = World::new(30.0, 20.0, Edge::Open).unwrap();
    let usual = Plan::usual();
    let setup = Setup { world, population: 400, ..usual.setup };
    let cut = Cut::Parts(4);
    let plan = Plan { setup, cut, place: Place::Away, rebalance: true, ..usual };
    let partition = Partition::new(cut);
    let mut world = plan.world_in(partition, Serial::default()).unwrap();
    world.step().unwrap();
    // All are in one region.
    assert_eq!(world.imbalance(), 4.0);
    for _ in 0..40 {
        world.step().unwrap();
    }
    assert!(world.rebalances() > 0 && world.imbalance() < 1.5, "{}", world.imbalance());
    let regions = world.regions().to_vec();
    let mut alone = plan.world_in(Partition::new(Cut::Parts(1)), Serial::default()).unwrap();
    for _ in 0..41 {
        alone.step().unwrap();
    }
    assert_eq!(alone.fingerprint(), world.fingerprint(), "{regions:?}");
}
