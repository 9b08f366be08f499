//! What a world must look like after an error: as a twin without the error did, a tick before.

use flockwork_scheduler::{
    Arithmetic, Cut, Executor, Partition, Phase, Region, Serial, Simulation, SimulationError,
};

use crate::dots::{Dots, DotsParams, SNAP, Trap};
use crate::plan::Plan;

/// Everything that can be seen of a world at some tick.
#[derive(Debug, PartialEq)]
pub struct State {
    tick: u64,
    pub rows: Vec<u8>,
    fingerprint: u64,
    population: u64,
    next_id: u32,
    owned: u64,
    regions: Vec<Region>,
    /// What was done, without the times.
    done: [u64; 8],
}

impl State {
    pub fn of<X: Executor>(world: &Simulation<Dots, X>) -> Self {
        world.recount().unwrap();
        let counters = world.counters();
        Self {
            tick: world.tick(),
            rows: world.rows().unwrap(),
            fingerprint: world.fingerprint().unwrap(),
            population: world.population(),
            next_id: world.next_id(),
            owned: world.domains().unwrap().iter().map(|domain| domain.census().owned).sum(),
            regions: world.regions().to_vec(),
            done: [
                counters.work,
                counters.bytes,
                counters.messages,
                counters.migrations,
                counters.ghosts,
                counters.events,
                counters.births,
                counters.deaths,
            ],
        }
    }

    /// The ids and ages of all dots.
    fn ages(&self) -> impl Iterator<Item = (u32, u16)> + '_ {
        self.rows.chunks_exact(STRIDE).map(|row| {
            let id = u32::from_le_bytes(row[..4].try_into().unwrap());
            (id, u16::from_le_bytes(row[28..30].try_into().unwrap()))
        })
    }
}

/// Bytes of a packed dot.
pub const STRIDE: usize = 34;

/// The states of a plan's world, tick by tick.
pub fn states(plan: &Plan, ticks: u64) -> Vec<State> {
    let mut world = plan.world(Serial::default()).unwrap();
    let mut states = vec![State::of(&world)];
    for _ in 0..ticks {
        world.step().unwrap();
        states.push(State::of(&world));
    }
    states
}

/// Checks a world that has ended in an error against the states it went through before, and that
/// it can go on from its snapshot.
pub fn check_end<X: Executor>(
    plan: &Plan,
    world: &mut Simulation<Dots, X>,
    error: &SimulationError,
    states: &[State],
) {
    let found = State::of(world);
    let wanted = &states[world.tick() as usize];
    if plan.rebalance {
        // The twin may have been cut anew after this tick, where this world failed.
        assert_eq!((&found.rows, found.next_id), (&wanted.rows, wanted.next_id), "{error}");
    } else {
        assert_eq!(&found, wanted, "{error}");
    }
    // The error stays, and nothing can be begun or changed any more.
    assert_eq!(world.step().as_ref(), Err(error));
    world.begin();
    assert_eq!(world.poll().as_ref(), Err(error));
    world.begin_observation();
    assert_eq!(world.observe().as_ref(), Err(error));
    assert_eq!(world.set_params(plan.params).as_ref(), Err(error));
    assert_eq!(State::of(world), found);
    // Once the cause is gone it goes on from there.
    let bytes = world.snapshot().unwrap();
    let partition = Partition::new(Cut::Parts(plan.cells().min(2)));
    let mut again =
        Simulation::<Dots, _>::restore(&bytes, Arithmetic::Same, partition, Serial::default())
            .unwrap();
    again.set_params(plan.params).unwrap();
    for wanted in &states[world.tick() as usize..] {
        assert_eq!(again.rows().as_ref(), Ok(&wanted.rows), "{error}");
        if wanted.tick + 1 < states.len() as u64 {
            again.step().unwrap();
        }
    }
    let history = |bytes: &[u8]| flockwork_scheduler::snapshot::header(bytes).unwrap().history;
    let mut twin = plan.world(Serial::default()).unwrap();
    (0..world.tick()).for_each(|_| twin.step().unwrap());
    assert_eq!(history(&bytes), history(&twin.snapshot().unwrap()), "{error}");
}

/// The traps that snap in a tick, and the phase they snap in.
pub const TRAPS: [(Trap, Phase); 9] = [
    (Trap::Record, Phase::Sort),
    (Trap::Load, Phase::Neighbours),
    (Trap::Pair, Phase::Neighbours),
    (Trap::Finish, Phase::Neighbours),
    (Trap::Apply, Phase::Apply),
    (Trap::Born, Phase::Born),
    (Trap::Update, Phase::Update),
    (Trap::Tally, Phase::Tally),
    (Trap::Remember, Phase::Remember),
];

/// The parameters with a trap for the dot at this place of the state at this tick; None if nobody
/// is there.
pub fn with_trap(
    plan: &Plan,
    trap: Trap,
    states: &[State],
    tick: u64,
    at: usize,
) -> Option<DotsParams> {
    // Sums are made at the end of the tick, when everybody is older.
    let state = &states[tick as usize + usize::from(trap == Trap::Tally)];
    let count = state.ages().count();
    let (id, age) = state.ages().nth(at % count.max(1))?;
    Some(DotsParams {
        trap: trap as u32,
        trap_tick: tick as u32,
        trap_id: id,
        trap_age: age.into(),
        ..plan.params
    })
}

/// Has a world panic in every function of the model that is called in a tick; `make` makes its
/// executor, of so many workers.
pub fn snap_everywhere<X: Executor>(plan: &Plan, workers: u32, make: impl Fn() -> X) {
    const WHEN: u64 = 3;
    let states = states(plan, WHEN + 3);
    for (trap, phase) in TRAPS {
        // Not everybody gets an event or has a child in this tick.
        let error = (0..1000).find_map(|at| {
            let params = with_trap(plan, trap, &states, WHEN, at)?;
            let mut world = Plan { params, ..*plan }.world(make()).unwrap();
            let error = (0..WHEN + 3).find_map(|_| world.step().err())?;
            check_end(plan, &mut world, &error, &states);
            Some(error)
        });
        let Some(SimulationError::Panicked(panicked)) = error else {
            panic!("{trap:?} did not snap: {error:?}")
        };
        assert_eq!(panicked.message, SNAP);
        assert_eq!(panicked.place.phase, phase, "{trap:?}");
        assert_eq!(panicked.place.domain.is_some(), trap != Trap::Remember, "{trap:?}");
        assert_eq!(panicked.place.tick, WHEN, "{trap:?}");
        assert!(panicked.worker < workers);
    }
}

/// Has what is called outside of ticks panic: an error too, and the world is none the worse.
pub fn snap_between_ticks<X: Executor>(plan: &Plan, make: impl Fn() -> X) {
    let trapped = |trap: Trap| {
        let params = DotsParams { trap: trap as u32, trap_tick: 2, ..plan.params };
        Plan { params, ..*plan }
    };
    for (trap, phase) in [(Trap::New, Phase::SetUp), (Trap::Spawn, Phase::Spawn)] {
        let error = trapped(trap).world(make()).err().unwrap();
        let SimulationError::Panicked(panicked) = &error else { panic!("{error}") };
        assert_eq!((panicked.message.as_str(), panicked.place.phase), (SNAP, phase));
    }
    let mut world = plan.world(make()).unwrap();
    world.step().unwrap();
    let before = State::of(&world);
    let error = world.set_params(trapped(Trap::New).params).unwrap_err();
    assert!(matches!(error, SimulationError::Panicked(_)), "{error}");
    assert_eq!(State::of(&world), before);
    // A report that panics ends nothing.
    world.step().unwrap();
    world.set_params(trapped(Trap::Report).params).unwrap();
    world.observe().unwrap();
    let error = world.report().unwrap_err();
    let SimulationError::Panicked(panicked) = &error else { panic!("{error}") };
    assert_eq!((panicked.place.phase, panicked.place.tick), (Phase::Report, 2));
    world.step().unwrap();
    world.observe().unwrap();
    assert_eq!(world.report().unwrap().len(), 12);
}
