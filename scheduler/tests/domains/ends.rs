//! After an error in any phase the state is that of the last completed tick, and while a tick is
//! under way there is none to be seen.

use std::panic::{AssertUnwindSafe, catch_unwind};

use flockwork_scheduler::testing::{Broken, Shuffled, Slow};
use flockwork_scheduler::{
    DomainError, Partition, Phase, Progress, Serial, Simulation, SimulationError,
};
use quickcheck::{Gen, QuickCheck};

use crate::dots::{Dots, DotsParams};
use crate::plan::Plan;
use crate::states::{
    State, TRAPS, check_end, snap_between_ticks, snap_everywhere, states, with_trap,
};

#[test]
fn a_panic_in_any_function_of_a_model_leaves_the_last_completed_tick() {
    for rebalance in [false, true] {
        let plan = Plan { rebalance, ..Plan::usual() };
        snap_everywhere(&plan, 1, Serial::default);
        snap_everywhere(&plan, 1, || Shuffled::new(5));
    }
}

#[test]
fn a_panic_between_ticks_is_an_error_too() {
    snap_between_ticks(&Plan::usual(), Serial::default);
}

#[test]
fn any_trap_in_any_world_leaves_the_last_completed_tick() {
    fn property(seed: u64, trap: u8, tick: u8, at: u16) -> bool {
        let mut random = Gen::from_size_and_seed(100, seed);
        let plan = Plan::any(&mut |below| u32::arbitrary_below(&mut random, below));
        let (trap, _) = TRAPS[usize::from(trap) % TRAPS.len()];
        let tick = u64::from(tick % 4);
        let states = states(&plan, tick + 3);
        let Some(params) = with_trap(&plan, trap, &states, tick, at.into()) else { return true };
        let executor = Shuffled::new(seed);
        // A trap may snap as soon as the world is set up.
        let Ok(mut world) = (Plan { params, ..plan }).world(executor) else { return true };
        if let Some(error) = (0..tick + 3).find_map(|_| world.step().err()) {
            check_end(&plan, &mut world, &error, &states);
        }
        true
    }
    QuickCheck::new().tests(150).quickcheck(property as fn(u64, u8, u8, u16) -> bool);
}

/// Any number below another one.
trait Below {
    fn arbitrary_below(random: &mut Gen, below: u32) -> u32;
}

impl Below for u32 {
    fn arbitrary_below(random: &mut Gen, below: u32) -> u32 {
        use quickcheck::Arbitrary;
        u32::arbitrary(random) % below
    }
}

#[test]
fn numbers_that_are_none_lack_of_room_and_of_ids_leave_the_last_completed_tick() {
    let plan = Plan::usual();
    let poison = Plan { params: DotsParams { poison: 4, die: 0.0, ..plan.params }, ..plan };
    let good = Plan { params: DotsParams { die: 0.0, ..plan.params }, ..plan };
    let mut world = poison.world(Serial::default()).unwrap();
    let error = (0..9).find_map(|_| world.step().err()).unwrap();
    assert_eq!((world.tick(), world.population()), (3, states(&good, 3)[3].rows.len() as u64 / 34));
    check_end(&good, &mut world, &error, &states(&good, 6));

    let plan = Plan { params: DotsParams { breed: 0.5, die: 0.0, ..plan.params }, ..Plan::usual() };
    let partition = Partition { capacity: Some(60), ..plan.partition() };
    let mut world = plan.world_in(partition, Serial::default()).unwrap();
    let error = (0..100).find_map(|_| world.step().err()).unwrap();
    assert!(matches!(error, SimulationError::Domain(DomainError::Capacity { .. })), "{error}");
    let twin = states(&plan, world.tick() + 1);
    check_end(&plan, &mut world, &error, &twin);
}

#[test]
fn mail_or_sums_that_fail_at_any_call_leave_the_last_completed_tick() {
    for rebalance in [false, true] {
        let plan = Plan { rebalance, ..Plan::usual() };
        let states = states(&plan, 6);
        for panics in [false, true] {
            let (mut fails, mut moves) = (0, 0);
            for call in 0.. {
                let executor = Broken::new(2, call, panics);
                let mut world = plan.world(executor).unwrap();
                let ticks = || (0..4).find_map(|_| world.step().err());
                let error = match catch_unwind(AssertUnwindSafe(ticks)) {
                    Ok(None) => break,
                    Ok(Some(error)) => error,
                    // A panic of the executor itself is nobody's to catch but the caller's: until
                    // he asks again there may be no state, after that there is.
                    Err(_) => world.poll().unwrap_err(),
                };
                let told = matches!(error, SimulationError::Transport(_));
                assert!(told || panics && matches!(error, SimulationError::Panicked(_)), "{error}");
                assert!((2..4).contains(&world.tick()));
                moves += u32::from(world.tick() > 2);
                check_end(&plan, &mut world, &error, &states);
                fails += 1;
            }
            assert!(fails > 60, "{fails} calls");
            assert!(moves > 0 || !rebalance, "the world was not cut anew");
        }
    }
}

#[test]
fn while_a_tick_is_under_way_there_is_no_state_to_be_seen() {
    let plan = Plan { rebalance: true, ..Plan::usual() };
    let states = states(&plan, 6);
    let mut world = plan.world(Slow::default()).unwrap();
    finish(&mut world);
    let mut waited = 0;
    for tick in 0..6u64 {
        let seen = world.observe().unwrap();
        world.begin();
        let busy = SimulationError::Busy { tick };
        while world.tick() == tick {
            assert_eq!(world.snapshot().as_ref(), Err(&busy));
            assert_eq!(world.rows().as_ref(), Err(&busy));
            assert_eq!(world.fingerprint().as_ref(), Err(&busy));
            assert_eq!(world.visit(|_, _, _| {}).as_ref(), Err(&busy));
            assert_eq!(world.recount().as_ref(), Err(&busy));
            assert_eq!(world.domains().err().as_ref(), Some(&busy));
            assert_eq!(world.set_params(plan.params).as_ref(), Err(&busy));
            // What is known without looking at the entities is that of the last completed tick.
            let now = &states[tick as usize];
            assert_eq!(world.population(), now.rows.len() as u64 / crate::states::STRIDE as u64);
            assert_eq!(world.observation(), Some(seen));
            waited += u32::from(world.poll().unwrap() == Progress::Waiting);
        }
        finish(&mut world);
        assert_eq!(State::of(&world), states[tick as usize + 1]);
    }
    assert!(waited > 6);
    assert!(Phase::ALL.iter().all(|phase| !phase.name().is_empty()));
}

fn finish(world: &mut Simulation<Dots, Slow>) {
    while world.poll().unwrap() == Progress::Waiting {}
}
