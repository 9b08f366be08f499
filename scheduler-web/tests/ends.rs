//! After an error on one of several ranks each rank has its part of the last tick that it completed.
//! Where that is the same one everywhere, the parts make a snapshot from which the world goes on;
//! elsewhere they are refused.

#![allow(dead_code)]

use flockwork_scheduler::{
    Arithmetic, Cut, MergeError, Partition, Progress, Serial, Simulation, SimulationError, snapshot,
};
use flockwork_scheduler_web::board::BoardPort;
use flockwork_scheduler_web::{Board, Boxes, Ranks};

#[path = "../../scheduler/tests/domains/dots.rs"]
mod dots;
#[path = "../../scheduler/tests/domains/plan.rs"]
mod plan;
#[path = "../../scheduler/tests/domains/states.rs"]
mod states;

use dots::{Dots, DotsParams};
use plan::Plan;
use states::{TRAPS, states, with_trap};

const RANKS: u32 = 3;
const WHEN: u64 = 3;

/// The error of a rank, and its part of a snapshot after it.
type End = (SimulationError, Vec<u8>);

/// Runs the ranks of a world over a board until they fail, each on a thread of its own.
fn run(plan: &Plan) -> Vec<Option<End>> {
    let board = Board::new(RANKS);
    let board = &board;
    let rank = |rank| {
        let mail = Ranks::new(rank, RANKS, BoardPort::new(board, rank));
        let mut world = plan.world(mail).unwrap();
        let error = (0..WHEN + 2).find_map(|_| world.step().err())?;
        // As the interface does for a rank whose poll fails.
        board.fail(rank);
        assert_eq!(world.step().as_ref(), Err(&error));
        Some((error, world.snapshot().unwrap()))
    };
    std::thread::scope(|scope| {
        let ranks: Vec<_> = (0..RANKS).map(|number| scope.spawn(move || rank(number))).collect();
        ranks.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

#[test]
fn the_parts_of_all_ranks_are_of_the_last_completed_tick() {
    let usual = Plan::usual();
    let plan = Plan { cut: Cut::Parts(7), ..usual };
    let states = states(&plan, WHEN + 3);
    let mut merged = 0;
    for (trap, phase) in TRAPS {
        let ends = (0..1000).find_map(|at| {
            let params = with_trap(&plan, trap, &states, WHEN, at)?;
            run(&Plan { params, ..plan }).into_iter().collect::<Option<Vec<End>>>()
        });
        let ends = ends.unwrap_or_else(|| panic!("{trap:?} did not snap"));
        let mut panicked = 0;
        for (error, _) in &ends {
            match error {
                SimulationError::Panicked(one) => {
                    assert_eq!((one.place.phase, one.place.tick), (phase, WHEN));
                    panicked += 1;
                }
                SimulationError::Transport(_) => {}
                other => panic!("{trap:?}: {other}"),
            }
        }
        assert!(panicked > 0);
        let parts: Vec<&[u8]> = ends.iter().map(|(_, part)| part.as_slice()).collect();
        // A rank may hear of the failure before it has completed the tick before that one.
        let tick = |part: &&[u8]| snapshot::header(part).unwrap().tick;
        let (least, most) = (parts.iter().map(tick).min(), parts.iter().map(tick).max());
        assert_eq!(most, Some(WHEN), "{trap:?}");
        if least != most {
            assert_eq!(least, Some(WHEN - 1), "{trap:?}");
            assert_eq!(snapshot::merge(&parts), Err(MergeError::OtherWorld));
            continue;
        }
        merged += 1;
        let whole = snapshot::merge(&parts).unwrap();
        let partition = Partition::new(Cut::Parts(2));
        let executor = Serial::default();
        let mut again =
            Simulation::<Dots, _>::restore(&whole, Arithmetic::Same, partition, executor).unwrap();
        assert_eq!(again.tick(), WHEN);
        again.set_params(plan.params).unwrap();
        for wanted in &states[WHEN as usize..] {
            assert!(again.rows().unwrap() == wanted.rows, "{trap:?}");
            again.step().unwrap();
        }
    }
    assert!(merged > 0, "the ranks never failed in the same tick");
}

#[test]
fn a_rank_whose_mail_is_under_way_has_no_state_to_show() {
    let plan = Plan { params: DotsParams::default(), cut: Cut::Parts(4), ..Plan::usual() };
    let mut world = plan.world(Ranks::new(0, 2, Boxes::new(2))).unwrap();
    // Its ghosts at tick 0 have not come yet.
    assert_eq!(world.poll().unwrap(), Progress::Waiting);
    assert_eq!(world.snapshot().err(), Some(SimulationError::Busy { tick: 0 }));
    assert!(world.domains().is_err() && world.rows().is_err() && world.fingerprint().is_err());
}
