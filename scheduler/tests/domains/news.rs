//! What a simulation tells of its last tick: births, deaths and events, under any cut.

use std::collections::BTreeSet;

use flockwork_scheduler::{Cut, Serial, Simulation};
use quickcheck::{Arbitrary, Gen, QuickCheck};

use crate::dots::{Dots, DotsParams};
use crate::plan::Plan;

type World = Simulation<Dots, Serial>;

fn ids(world: &World) -> BTreeSet<u32> {
    let mut ids = BTreeSet::new();
    world.visit(|id, _, _| assert!(ids.insert(id), "{id} is there twice")).unwrap();
    ids
}

/// Everything that was sent in the last tick, in an order that no cut changes.
fn events(world: &World) -> Vec<(u32, u32, [u32; 5])> {
    let events = world.events().unwrap();
    let mut all: Vec<_> =
        events.map(|event| (event.target, event.source, event.value.map(f32::to_bits))).collect();
    all.sort_unstable();
    all
}

#[test]
fn births_and_deaths_lead_from_one_tick_to_the_next() {
    fn property(seed: u64) -> bool {
        let mut random = Gen::from_size_and_seed(100, seed);
        let plan = Plan::any(&mut |below| u32::arbitrary(&mut random) % below);
        let mut world = plan.world(Serial::default()).unwrap();
        assert!(world.born().is_empty() && world.died().unwrap().next().is_none());
        let mut before = ids(&world);
        for _ in 0..6 {
            world.step().unwrap();
            let born: BTreeSet<u32> = world.born().collect();
            let died: BTreeSet<u32> = world.died().unwrap().collect();
            assert_eq!(died.len(), world.died().unwrap().count(), "somebody died twice");
            assert!(born.is_disjoint(&before), "{born:?} were there before");
            before.extend(born);
            assert!(died.is_subset(&before), "{died:?} were not there");
            before.retain(|id| !died.contains(id));
            assert_eq!(before, ids(&world));
        }
        true
    }
    QuickCheck::new().tests(60).quickcheck(property as fn(u64) -> bool);
}

#[test]
fn events_are_told_under_every_cut_alike() {
    let cuts = [Cut::Parts(1), Cut::Parts(5), Cut::Grid { cols: 3, rows: 2, layers: 1 }];
    let mut worlds = cuts.map(|cut| {
        let rebalance = cut == Cut::Parts(5);
        Plan { cut, rebalance, ..Plan::usual() }.world(Serial::default()).unwrap()
    });
    let (mut sent, mut counted) = (0, 0);
    for _ in 0..8 {
        worlds.iter_mut().for_each(|world| world.step().unwrap());
        let [one, others @ ..] = &worlds;
        let all = events(one);
        others.iter().for_each(|other| assert_eq!(all, events(other)));
        sent += all.len() as u64;
        counted = one.counters().events;
    }
    assert!(sent > 0);
    assert_eq!(sent, counted, "some that were sent were not told");
    assert!(worlds[1].rebalances() > 0);
}

#[test]
fn after_a_tick_that_failed_nothing_is_told() {
    let params = DotsParams { poison: 4, inflow: 3, ..DotsParams::default() };
    let mut world = Plan { params, ..Plan::usual() }.world(Serial::default()).unwrap();
    let error = std::iter::repeat_with(|| world.step()).take(9).find_map(Result::err);
    assert!(error.is_some());
    assert!(world.born().is_empty());
    assert_eq!(world.died().unwrap().count() + world.events().unwrap().count(), 0);
}
