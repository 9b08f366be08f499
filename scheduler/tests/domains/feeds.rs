//! What happens is told alike under every cut, with inputs between ticks, as a naive twin tells it.

use std::collections::BTreeMap;

use flockwork_kernel::columns::Columns;
use flockwork_scheduler::feed::{self, Kind, Number, Within};
use flockwork_scheduler::{Cut, Feed, Input, Model, Record, Serial, Simulation, Watch, WatchError};
use quickcheck::{Arbitrary, Gen, QuickCheck};

use crate::dots::{Dots, DotsParams};
use crate::plan::Plan;

type World = Simulation<Dots, Serial>;

const NOBODY: u32 = u32::MAX;

fn schema() -> &'static [flockwork_kernel::columns::Column] {
    <Dots as Model>::Columns::SCHEMA
}

fn number(name: &str) -> Number {
    Number::named(schema(), name).unwrap()
}

/// Place, energy and a mark of everybody.
fn people(world: &World) -> BTreeMap<u32, ([f32; 2], f32, u8)> {
    let mut all = BTreeMap::new();
    let mut each = |id, columns: &flockwork_scheduler::RefOf<'_, Dots>, row: usize| {
        let me = <Dots as Model>::Columns::row(columns, row);
        all.insert(id, ([me.position.x, me.position.y], me.energy, me.marks[2]));
    };
    world.visit(&mut each).unwrap();
    all
}

fn watch(limit: usize) -> Watch {
    let columns = vec![number("energy"), number("marks_2")];
    Watch { columns, limit, ..Watch::default() }
}

/// Everything of a turn, by kind and id.
fn naive(world: &World, before: &BTreeMap<u32, ([f32; 2], f32, u8)>) -> Vec<(Kind, u32, u32)> {
    let after = people(world);
    let mut told: Vec<_> = world.born().map(|id| (Kind::Birth, id, NOBODY)).collect();
    let mut events: Vec<_> = world.events().unwrap().map(|e| (e.target, e.source)).collect();
    events.sort_unstable();
    told.extend(events.into_iter().map(|(target, source)| (Kind::Event, target, source)));
    let known = before.keys().copied().chain(world.born());
    let gone = known.filter(|id| !after.contains_key(id));
    told.extend(gone.map(|id| (Kind::Death, id, NOBODY)));
    told
}

/// A batch of inputs that spawns, removes and kills.
fn inputs(world: &World) -> Vec<Input> {
    let ids: Vec<u32> = people(world).into_keys().collect();
    let Some(&id) = ids.get(ids.len() / 2) else { return Vec::new() };
    let at = vec![f64::from(id % 7), f64::from(id % 5)];
    let kill = vec![("kill".into(), 1.0)];
    let spawn = Input::Spawn { values: Vec::new() };
    vec![spawn.clone(), Input::Remove { id }, spawn, Input::Poke { at, radius: 1.0, values: kill }]
}

#[test]
fn records_are_those_of_a_naive_twin() {
    fn property(seed: u64) -> bool {
        let mut random = Gen::from_size_and_seed(100, seed);
        let plan = Plan::any(&mut |below| u32::arbitrary(&mut random) % below);
        let mut world = plan.world(Serial::default()).unwrap();
        let mut feed = Feed::new(schema(), watch(1 << 16)).unwrap();
        world.feed(&mut feed).unwrap();
        assert!(feed.records().is_empty(), "nothing has happened");
        for turn in 0..6 {
            let before = people(&world);
            world.step().unwrap();
            let expected = naive(&world, &before);
            for _ in 0..2 {
                world.feed(&mut feed).unwrap();
            }
            let told = feed.records();
            let keys: Vec<_> = told.iter().map(|one| (one.kind, one.id, one.other)).collect();
            let wanted: Vec<_> =
                expected.iter().map(|(kind, id, other)| (*kind as u32, *id, *other)).collect();
            assert_eq!(keys, wanted);
            assert_eq!(feed.matched(), wanted.len() as u64);
            let after = people(&world);
            for one in told {
                assert_eq!(one.tick, turn + 1);
                let Some((place, energy, mark)) = after.get(&one.id) else { continue };
                assert_eq!(one.place[..2], place[..]);
                assert_eq!(one.columns[..2], [f64::from(*energy), f64::from(*mark)]);
            }
            feed.take();
        }
        true
    }
    QuickCheck::new().tests(40).quickcheck(property as fn(u64) -> bool);
}

/// All that a world tells in ten ticks, with inputs after every third.
fn told(cut: Cut, rebalance: bool, watch: &Watch) -> (Vec<Record>, u64, u64) {
    let params = DotsParams { inflow: 3, ..DotsParams::default() };
    let plan = Plan { cut, rebalance, params, ..Plan::usual() };
    let mut world = plan.world(Serial::default()).unwrap();
    let mut feed = Feed::new(schema(), watch.clone()).unwrap();
    for tick in 0..10 {
        world.step().unwrap();
        world.feed(&mut feed).unwrap();
        if tick % 3 == 2 {
            world.give(inputs(&world)).unwrap();
            world.feed(&mut feed).unwrap();
        }
    }
    (feed.records().to_vec(), feed.matched(), world.rebalances())
}

const CUTS: [(Cut, bool); 3] = [
    (Cut::Parts(1), false),
    (Cut::Parts(5), true),
    (Cut::Grid { cols: 3, rows: 2, layers: 1 }, false),
];

#[test]
fn every_cut_tells_the_same_in_the_same_order() {
    let all = CUTS.map(|(cut, rebalance)| told(cut, rebalance, &watch(1 << 16)));
    for kind in [Kind::Birth, Kind::Event, Kind::Death] {
        let count = all[0].0.iter().filter(|one| one.kind == kind as u32).count();
        assert!(count > 0, "no {kind:?} at all");
    }
    assert!(all[1].2 > 0, "the world was never cut anew");
    for (records, matched, _) in &all {
        assert_eq!(records, &all[0].0);
        assert_eq!(*matched, records.len() as u64);
    }
}

#[test]
fn a_feed_keeps_the_newest_of_those_that_are_asked_for() {
    let (every, ..) = told(Cut::Parts(1), false, &watch(1 << 16));
    let energy = Within { number: number("energy"), min: 0.5, max: 1.25 };
    let wanted = |one: &&Record| one.kind != 1 && (0.5..=1.25).contains(&one.columns[0]);
    let few: Vec<Record> = every.iter().filter(wanted).copied().collect();
    for limit in [1, 3, 10, 100] {
        let asked = Watch { within: vec![energy], events: false, ..watch(limit) };
        let newest = &few[few.len().saturating_sub(limit)..];
        for (cut, rebalance) in CUTS {
            let (records, matched, _) = told(cut, rebalance, &asked);
            assert_eq!((&records[..], matched), (newest, few.len() as u64), "{limit} of {cut:?}");
        }
    }
}

#[test]
fn what_several_processes_keep_is_what_one_would_keep() {
    let (all, ..) = told(Cut::Parts(1), false, &watch(1 << 16));
    for limit in [1, 7, 50, all.len()] {
        // Each process has the entities of some ids.
        let parts = [0, 1, 2].map(|part| {
            let own: Vec<Record> = all.iter().filter(|one| one.id % 3 == part).copied().collect();
            own[own.len().saturating_sub(limit)..].to_vec()
        });
        let bytes = [&parts[0], &parts[1], &parts[2]].map(|part| bytemuck::cast_slice(part));
        assert_eq!(feed::merge(&bytes, limit), &all[all.len() - limit..]);
    }
}

#[test]
fn arrays_hold_what_records_hold() {
    let (records, ..) = told(Cut::Parts(1), false, &watch(1 << 16));
    let (n, bytes) = (records.len(), feed::arrays(&records, 2, 3));
    assert_eq!(bytes.len(), n * (8 + 2 * 8 + 4 + 4 + 12 + 3 * 4 + 1));
    let f64_at = |at: usize| f64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    for (row, one) in records.iter().enumerate() {
        assert_eq!(f64_at(8 * row), one.tick as f64);
        assert_eq!([f64_at(8 * (n + row)), f64_at(8 * (2 * n + row))], one.columns[..2]);
        assert_eq!([u32_at(24 * n + 4 * row), u32_at(28 * n + 4 * row)], [one.id, one.other]);
        let floats = |at: usize| f32::from_bits(u32_at(at));
        for axis in 0..3 {
            assert_eq!(floats(32 * n + 12 * row + 4 * axis), one.place[axis]);
            assert_eq!(floats(44 * n + 12 * row + 4 * axis), one.values[axis]);
        }
        assert_eq!(u32::from(bytes[56 * n + row]), one.kind);
    }
}

#[test]
fn what_cannot_be_watched_is_told() {
    let refused = |watch| Feed::new(schema(), watch).unwrap_err();
    assert_eq!(refused(Watch { limit: 0, ..Watch::default() }), WatchError::Limit(0));
    let columns = vec![number("energy"); 9];
    assert_eq!(refused(Watch { columns, ..Watch::default() }), WatchError::Columns(9));
    let none = Number { column: number("energy").column, component: 1 };
    let error = refused(Watch { columns: vec![none], ..Watch::default() });
    assert_eq!(error.to_string(), "no number 1 of a column `energy` that outlives a tick");
    let within = vec![Within { number: Number { column: 99, component: 0 }, min: 0.0, max: 1.0 }];
    assert!(matches!(refused(Watch { within, ..Watch::default() }), WatchError::Number { .. }));
    assert_eq!(Number::named(schema(), "force"), None);
}
