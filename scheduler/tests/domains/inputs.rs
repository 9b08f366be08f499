//! Inputs between ticks: done as a whole or not at all, and the same under any cut.

use flockwork_kernel::Plane;
use flockwork_scheduler::inputs::{MOST, decode, encode};
use flockwork_scheduler::testing::{Broken, Shuffled, Slow};
use flockwork_scheduler::{
    Agenda, Cut, Dated, Executor, Input, Partition, Progress, Refused, Serial, Simulation,
    SimulationError,
};
use quickcheck::{Arbitrary, Gen, QuickCheck, quickcheck};

use crate::dots::Dots;
use crate::inputs_naive::Crowd;
use crate::naive::stride;
use crate::plan::Plan;

type World<X = Serial> = Simulation<Dots, X>;

fn values(values: &[(&str, f64)]) -> Vec<(String, f64)> {
    values.iter().map(|(name, value)| (name.to_string(), *value)).collect()
}

fn set(id: u32, numbers: &[(&str, f64)]) -> Input {
    Input::Set { id, values: values(numbers) }
}

fn spawn(numbers: &[(&str, f64)]) -> Input {
    Input::Spawn { values: values(numbers) }
}

fn poke(at: [f64; 2], radius: f64, numbers: &[(&str, f64)]) -> Input {
    Input::Poke { at: at.to_vec(), radius, values: values(numbers) }
}

/// The state of a world as its naive twin.
fn crowd<X: Executor>(world: &World<X>) -> Crowd {
    let rows = world.rows().unwrap();
    let rows = rows.chunks_exact(stride());
    Crowd {
        setup: *world.setup(),
        params: *world.params(),
        tick: world.tick(),
        rows: rows
            .map(|row| (u32::from_le_bytes(row[..4].try_into().unwrap()), row.to_vec()))
            .collect(),
        next_id: world.next_id(),
    }
}

/// Any input, of which few cannot be done; for a world with this next id.
fn any(plan: &Plan, next_id: u32, below: &mut dyn FnMut(u32) -> u32) -> Input {
    let unit = |below: &mut dyn FnMut(u32) -> u32| f64::from(below(1 << 20)) / f64::from(1 << 20);
    let place = |below: &mut dyn FnMut(u32) -> u32| {
        let off = if below(60) == 0 { 1.5 } else { 1.0 };
        let axes = plan.setup.world.axes();
        [0, 1].map(|axis: usize| match below(8) {
            0 => 0.0,
            1 => f64::from(axes[axis].length),
            _ => f64::from((unit(below) * f64::from(axes[axis].length) * off) as f32),
        })
    };
    let id = below(next_id + next_id / 64 + 1);
    match below(9) {
        0 => spawn(&[]),
        1 => {
            let [x, y] = place(below);
            spawn(&[("x", x), ("y", y), ("charge", unit(below))])
        }
        2 => Input::Remove { id },
        3 => {
            let [x, y] = place(below);
            set(id, &[("x", x), ("y", y)])
        }
        4 => set(
            id,
            &[
                ("energy", 3.0 * unit(below)),
                ("vy", unit(below) - 0.5),
                ("marks_1", below(258).into()),
            ],
        ),
        5 => set(id, &[("alive", f64::from(u8::from(below(4) > 0)))]),
        6 => {
            let params =
                vec![("talk".to_string(), unit(below).into()), ("breed".into(), 0.05.into())];
            Input::Params { params }
        }
        _ => {
            let radius =
                f64::from(plan.params.radius) * [0.0, 0.3, 1.0, 3.0, 40.0][below(5) as usize];
            let kill = if below(4) == 0 { 0.7 } else { 0.0 };
            poke(
                place(below),
                radius,
                &[("kick", unit(below)), ("heat", unit(below)), ("kill", kill)],
            )
        }
    }
}

/// Steps and gives by turns; the naive twin does the same between ticks, and one domain in all.
fn follows_the_twin<X: Executor>(plan: &Plan, seed: u64, executor: X) -> bool {
    let mut random = Gen::from_size_and_seed(100, seed);
    let mut below = |most: u32| u32::arbitrary(&mut random) % most;
    let mut world = plan.world(executor).unwrap();
    while world.poll().unwrap() == Progress::Waiting {}
    let mut alone = plan.world_in(Partition::new(Cut::Parts(1)), Serial::default()).unwrap();
    let (mut done, mut refused) = (0, 0);
    for _ in 0..5 {
        let count = below(12);
        let mut next_id = world.next_id();
        let mut inputs = Vec::new();
        for _ in 0..count {
            inputs.push(any(plan, next_id, &mut below));
            next_id += u32::from(matches!(inputs.last(), Some(Input::Spawn { .. })));
        }
        assert_eq!(decode(&encode(&inputs)).as_ref(), Ok(&inputs));
        let mut twin = crowd(&world);
        let expected = twin.give(&inputs);
        let answer = world.give(inputs.clone());
        match (expected, answer) {
            (Ok(()), Ok(answer)) => {
                assert_eq!(answer.tick, world.tick());
                let spawned = inputs.iter().filter(|i| matches!(i, Input::Spawn { .. })).count();
                assert_eq!(answer.ids.len(), spawned);
                assert!(answer.ids.iter().all(|id| *id < world.next_id()));
                done += count;
            }
            (Err(place), Err(SimulationError::Refused(refusal))) => {
                assert_eq!(refusal.place as usize, place, "{refusal}: {inputs:?}");
                refused += 1;
            }
            (expected, answer) => panic!("{expected:?} and {answer:?} of {inputs:?}"),
        }
        assert_eq!(crowd(&world), twin, "{inputs:?}");
        world.recount().unwrap();
        let _ = alone.give(inputs);
        for _ in 0..2 {
            world.step().unwrap();
            alone.step().unwrap();
        }
        assert_eq!(world.rows().unwrap(), alone.rows().unwrap());
    }
    done + refused > 0 || world.tick() > 0
}

#[test]
fn any_batches_do_what_the_naive_twin_does_under_any_cut() {
    fn property(plan: Plan, seed: u64) -> bool {
        follows_the_twin(&plan, seed, Serial::default())
            && follows_the_twin(&plan, seed, Shuffled::new(seed))
            && follows_the_twin(&plan, seed, Slow::default())
    }
    QuickCheck::new().tests(150).quickcheck(property as fn(Plan, u64) -> bool);
}

quickcheck! {
    fn any_bytes_are_a_batch_or_an_error(bytes: Vec<u8>) -> bool {
        decode(&bytes).is_ok_and(|inputs| encode(&inputs) == bytes) || decode(&bytes).is_err()
    }
}

fn usual(cut: Cut) -> World {
    Plan { cut, ..Plan::usual() }.world(Serial::default()).unwrap()
}

/// What a batch is refused with; nothing may have changed.
#[track_caller]
fn refused(inputs: Vec<Input>) -> Refused {
    let mut all = Vec::new();
    for cut in [Cut::Parts(1), Cut::Grid { cols: 3, rows: 2, layers: 1 }] {
        let mut world = usual(cut);
        world.step().unwrap();
        let before = world.snapshot().unwrap();
        let error = world.give(inputs.clone()).unwrap_err();
        assert_eq!(world.snapshot().unwrap(), before);
        world.recount().unwrap();
        let mut twin = usual(cut);
        twin.step().unwrap();
        twin.step().unwrap();
        // It can go on.
        world.step().unwrap();
        assert_eq!(world.snapshot().unwrap(), twin.snapshot().unwrap());
        let SimulationError::Refused(refusal) = error else { panic!("{error}") };
        all.push(refusal);
    }
    assert_eq!(all[0], all[1], "another cut says something else");
    all.remove(0)
}

#[test]
fn what_cannot_be_done_is_told_and_nothing_is() {
    let good = || set(1, &[("energy", 2.0)]);
    for (input, problem) in [
        (
            set(2, &[("weight", 1.0)]),
            "the model has no column `weight`; it has x, y, vx, vy, charge",
        ),
        (set(2, &[("id", 1.0)]), "no column `id`"),
        (set(2, &[("energy", 1.0), ("energy", 1.0)]), "`energy` is given twice"),
        (set(2, &[("energy", f64::NAN)]), "`energy` is NaN: it must be"),
        (set(2, &[("energy", 1e39)]), "`energy` is"),
        (
            set(2, &[("marks_1", 256.0)]),
            "`marks_1` is 256: it must be a whole number from 0 to 255",
        ),
        (set(2, &[("x", 9.5)]), "`x` is 9.5: it must be inside the world, from 0 to 9"),
        (set(4_000_000_000, &[("energy", 1.0)]), "entity 4000000000, which is not there"),
        (Input::Remove { id: 4_000 }, "`remove` is for entity 4000, which is not there"),
        (Input::Remove { id: u32::MAX }, "which is not there"),
        (spawn(&[("x", 1.0)]), "it has a column `x` but no `y`"),
        (spawn(&[("x", -1.0), ("y", 1.0)]), "`x` is -1: it must be inside the world"),
        (poke([1.0, 7.5], 1.0, &[]), "`at` is 7.5 along y: it must be inside the world"),
        (poke([1.0, 1.0], -1.0, &[]), "`radius` is -1"),
        (poke([1.0, 1.0], f64::INFINITY, &[]), "`radius` is inf"),
        (poke([1.0, 1.0], 1.0, &[("love", 1.0)]), "a poke has no `love`; it has kick, heat, kill"),
        (poke([1.0, 1.0], 1.0, &[("heat", f64::INFINITY)]), "`heat` is inf"),
        (poke([1.0, 1.0], 99.0, &[("kick", 1e38)]), "is inf: it must be finite"),
        (poke([1.0, 1.0], 99.0, &[("snap", 1.0)]), "the trap has snapped"),
        (Input::Poke { at: vec![1.0], radius: 1.0, values: Vec::new() }, "it must have 2"),
        (Input::Params { params: vec![("mood".into(), 1.0.into())] }, "mood"),
        (Input::Params { params: vec![("talk".into(), 7.0.into())] }, "talk"),
        (Input::Params { params: vec![("radius".into(), 900.0.into())] }, "radius"),
    ] {
        let refusal = refused(vec![good(), input.clone(), good()]);
        assert_eq!((refusal.place, refusal.tick), (1, 1), "{input:?}");
        assert!(refusal.problem.contains(problem), "{input:?}: {}", refusal.problem);
    }
}

#[test]
fn later_inputs_see_what_earlier_ones_did() {
    let next = usual(Cut::Parts(1)).next_id();
    let good = vec![
        spawn(&[("x", 1.0), ("y", 2.0)]),
        set(next, &[("x", 8.0), ("energy", 0.5)]),
        spawn(&[]),
        Input::Remove { id: next + 1 },
        Input::Remove { id: 5 },
        set(6, &[("x", 4.0), ("y", 3.0)]),
        poke([4.0, 3.0], 0.0, &[("heat", 10.0)]),
    ];
    let mut fingerprints = Vec::new();
    for cut in [Cut::Parts(1), Cut::Grid { cols: 3, rows: 2, layers: 1 }] {
        let mut world = usual(cut);
        let answer = world.give(good.clone()).unwrap();
        assert_eq!((answer.tick, answer.ids), (0, vec![next, next + 1]));
        assert_eq!((world.next_id(), world.born()), (next + 2, next..next + 2));
        assert_eq!(world.died().unwrap().collect::<Vec<_>>(), [5]);
        assert_eq!(world.population(), u64::from(next));
        let six = crowd(&world).rows[&6].clone();
        assert!(f32::from_le_bytes(six[24..28].try_into().unwrap()) > 10.0);
        fingerprints.push(world.fingerprint().unwrap());
    }
    assert_eq!(fingerprints[0], fingerprints[1]);
    for (then, problem) in [
        (vec![Input::Remove { id: 5 }], "entity 5, which was removed by an input before it"),
        (vec![set(next + 1, &[])], "which was removed"),
        (vec![set(next + 2, &[])], "which is not there"),
        (vec![set(6, &[("alive", 0.0)]), set(6, &[])], "entity 6, which has died by an input"),
        (vec![poke([4.0, 3.0], 0.0, &[("kill", 99.0)]), set(6, &[])], "which has died"),
    ] {
        let inputs: Vec<Input> = good.iter().cloned().chain(then).collect();
        let (last, mut world) = (inputs.len() - 1, usual(Cut::Parts(3)));
        let SimulationError::Refused(refusal) = world.give(inputs).unwrap_err() else { panic!() };
        assert_eq!(refusal.place as usize, last);
        assert!(refusal.problem.contains(problem), "{}", refusal.problem);
    }
}

#[test]
fn a_batch_may_have_so_many_inputs_and_no_more() {
    let mut world = usual(Cut::Parts(2));
    let mut inputs = vec![set(3, &[("energy", 1.0)]); MOST];
    world.give(inputs.clone()).unwrap();
    inputs.push(set(3, &[]));
    let error = world.give(inputs).unwrap_err().to_string();
    assert!(error.contains("there are 65537 inputs for one tick: at most 65536 may be"), "{error}");
    assert_eq!(world.give(Vec::new()).unwrap().ids, []);
}

#[test]
fn where_memory_is_fixed_more_than_fit_are_refused() {
    let plan = Plan::usual();
    let partition = Partition { capacity: Some(64), ..plan.partition() };
    let mut world = plan.world_in(partition, Serial::default()).unwrap();
    let before = world.snapshot().unwrap();
    let many = vec![spawn(&[("x", 1.0), ("y", 1.0)]); 60];
    let error = world.give(many).unwrap_err().to_string();
    assert!(error.contains("has room for 64 entities"), "{error}");
    assert_eq!(world.snapshot().unwrap(), before);
    world.give(vec![spawn(&[("x", 1.0), ("y", 1.0)]); 3]).unwrap();
    world.step().unwrap();
}

#[test]
fn another_radius_is_another_grid() {
    let end = |cut| {
        let mut world = usual(cut);
        world.step().unwrap();
        let params = vec![("radius".to_string(), 0.6.into())];
        let inputs = vec![Input::Params { params }, spawn(&[]), set(0, &[("x", 8.9)])];
        world.give(inputs).unwrap();
        (0..3).for_each(|_| world.step().unwrap());
        world.recount().unwrap();
        (world.fingerprint().unwrap(), world.params().radius)
    };
    assert_eq!(end(Cut::Parts(1)), end(Cut::Grid { cols: 2, rows: 3, layers: 1 }));
}

#[test]
fn inputs_that_fail_on_their_way_leave_the_last_completed_tick() {
    let plan = Plan::usual();
    for calls in 0..60 {
        let mut world: World<Broken> = plan.world(Broken::new(2, calls, false)).unwrap();
        world.step().unwrap();
        world.step().unwrap();
        let before = world.snapshot().unwrap();
        let params = vec![("talk".to_string(), 0.9.into())];
        let inputs = vec![
            spawn(&[]),
            Input::Remove { id: world_id(&world) },
            poke([4.0, 4.0], 3.0, &[("kick", 1.0)]),
            Input::Params { params },
        ];
        if let Err(error) = world.give(inputs) {
            assert!(matches!(error, SimulationError::Transport(_)), "{error}");
            assert_eq!(world.snapshot().unwrap(), before);
            world.recount().unwrap();
            assert!(world.give(Vec::new()).is_err(), "it has ended");
        } else {
            assert!(calls > 30, "nothing failed");
        }
    }
}

fn world_id<X: Executor>(world: &World<X>) -> u32 {
    *crowd(world).rows.keys().next().unwrap()
}

#[test]
fn while_something_goes_on_nothing_is_taken() {
    let mut world: Simulation<Dots<Plane>, Serial> = usual(Cut::Parts(2));
    world.begin();
    let busy = world.begin_inputs(Vec::new()).unwrap_err();
    assert_eq!(busy, SimulationError::Busy { tick: 0 });
    assert_eq!(world.take_answer().unwrap_err(), busy);
    world.poll().unwrap();
    world.begin_inputs(vec![spawn(&[])]).unwrap();
    assert!(world.domains().is_ok());
    world.poll().unwrap();
    assert_eq!(world.take_answer().unwrap().tick, 1);
    assert!(world.take_answer().is_err());
}

#[test]
fn an_agenda_gives_inputs_by_tick_and_number() {
    let dated = |tick, number| Dated { tick, number, input: Input::Remove { id: number } };
    let mut agenda = Agenda::default();
    agenda.add(0, vec![dated(5, 2), dated(3, 9), dated(5, 1)]).unwrap();
    let before = agenda.clone();
    let late = agenda.add(4, vec![dated(7, 0), dated(3, 1)]).unwrap_err();
    assert!(late.contains("for tick 3, which is over: 4 ticks are done"), "{late}");
    let twice = agenda.add(0, vec![dated(7, 0), dated(5, 1)]).unwrap_err();
    assert_eq!(twice, "two inputs of tick 5 have the number 1");
    let many = (0..=MOST as u32).map(|number| dated(8, number)).collect();
    assert!(agenda.add(0, many).unwrap_err().contains("more than 65536 inputs for tick 8"));
    assert_eq!(agenda, before);
    assert_eq!(agenda.next(), Some(3));
    assert_eq!(agenda.take(4), []);
    assert_eq!(agenda.next(), Some(5));
    assert_eq!(agenda.take(5), [Input::Remove { id: 1 }, Input::Remove { id: 2 }]);
    assert!(agenda.is_empty());
}

#[test]
fn memory_of_a_batch_is_counted_and_kept_until_a_tick_without_one() {
    let mut random = Gen::from_size_and_seed(100, 3);
    let mut plan = Plan::arbitrary(&mut random);
    plan.setup.population = 5000;
    plan.cut = Cut::Parts(1);
    let mut world = plan.world(Serial::default()).unwrap();
    let kick = || poke([1.0, 1.0], 1e6, &[("kick", 0.01)]);
    (0..3).for_each(|_| world.step().unwrap());
    let before = world.memory_bytes();
    world.give(vec![kick(); 3]).unwrap();
    let given = world.memory_bytes();
    // Of everybody at least the row that they had, and a place.
    assert!(given > before + world.population() as usize * (stride() + 12), "{before} {given}");
    world.step().unwrap();
    world.step().unwrap();
    let quiet = world.memory_bytes();
    assert!(quiet < before + before / 8, "{before} {quiet}");
}
