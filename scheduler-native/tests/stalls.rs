//! A worker that stalls ends the run with an error that names it, and leaves nothing behind.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use flockwork_kernel::{Edge, Vec2, World};
use flockwork_scheduler::{
    Around, ByRows, Cut, Never, ParamError, Phase, Place, Rows, Setup, SimulationError,
};
use flockwork_scheduler_native::{AnySimulation, Config, Entry, OnThreads, Options};

flockwork_kernel::columns! {
    /// An entity that stays where it is.
    mod stone {
        ghost {
            /// Position.
            position: vec(x, y),
        }
        owned {}
        scratch {}
    }
}

flockwork_scheduler::params! {
    /// Where it stalls.
    pub struct Where {
        /// 0 in `step` of the last tick but one, 1 in a statistic over time, 2 in the report, 3 nowhere.
        phase: u32 = 0, "", 0..=3;
    }
}

/// A gate that stalled threads wait at, how many do, and how many models there were and are gone.
static GATE: (Mutex<Gate>, Condvar) =
    (Mutex::new(Gate { open: false, made: 0, dropped: 0 }), Condvar::new());

/// One test uses the gate at a time.
static TURN: Mutex<()> = Mutex::new(());

struct Gate {
    open: bool,
    made: u32,
    dropped: u32,
}

/// The tick that never ends.
const WHEN: u64 = 5;

struct Stones {
    place: u32,
    asked: AtomicU32,
}

impl Stones {
    fn stall(&self, here: u32) {
        if self.place == here {
            let gate = GATE.0.lock().unwrap();
            let _open = GATE.1.wait_while(gate, |gate| !gate.open).unwrap();
        }
    }
}

impl Drop for Stones {
    fn drop(&mut self) {
        GATE.0.lock().unwrap_or_else(PoisonError::into_inner).dropped += 1;
        GATE.1.notify_all();
    }
}

flockwork_scheduler::stats! {
    /// What is reported of [`Stones`].
    struct StonesStats of ByRows<Stones> {
        /// How often it is asked for after the tick that stalls: in the tick itself, then in the report.
        asked: Derived, "" = |stones: &ByRows<Stones>, _, totals| {
            if totals.tick == WHEN && stones.inner().asked.fetch_add(1, Relaxed) == 1 {
                stones.inner().stall(2);
            }
            0.0
        };
        /// The last tick.
        last: Peak, "" = |stones: &ByRows<Stones>, _, totals| {
            if totals.tick == WHEN + 1 {
                stones.inner().stall(1);
            }
            totals.tick as f64
        };
    }
}

impl Rows for Stones {
    type Columns = stone::Columns;
    type Params = Where;
    type Stats = StonesStats;
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "stones";
    const ABOUT: &'static str = "a model that stalls";

    fn new(place: Where, _: &Setup) -> Result<Self, ParamError> {
        GATE.0.lock().unwrap().made += 1;
        Ok(Self { place: place.phase, asked: AtomicU32::new(0) })
    }

    fn radius(&self) -> f32 {
        1.0
    }

    fn spawn(&self, setup: &Setup, id: u32) -> stone::Row {
        let x = (id as f32 + 0.5) * setup.world.width() / setup.population as f32;
        stone::Row { position: Vec2::new(x, 5.0), ..Default::default() }
    }

    fn step(&self, me: &stone::Row, around: &mut Around<'_, '_, Self>) -> stone::Row {
        if around.tick.number == WHEN && me.id == 37 {
            self.stall(0);
        }
        *me
    }
}

fn build(phase: f64, workers: usize, deadline: Option<Duration>) -> Box<dyn AnySimulation> {
    let world = World::new(40.0, 10.0, Edge::Periodic).unwrap();
    let cut = Some(Cut::Grid { cols: 4, rows: 1, layers: 1 });
    let config = Config {
        setup: Setup { world, population: 40, seed: 1, dt: 1.0 },
        params: vec![("phase".into(), phase.into())],
        table: None,
        fields: Vec::new(),
        options: Options { workers, cut, deadline, ..Options::default() },
    };
    Entry::of::<ByRows<Stones>, OnThreads>().build(&config).unwrap()
}

/// Has a simulation stall, and checks what is left of it; gives where it did.
fn stalled(phase: u32, workers: usize) -> Place {
    const DEADLINE: Duration = Duration::from_millis(200);
    GATE.0.lock().unwrap().open = false;
    let mut world = build(phase.into(), workers, Some(DEADLINE));
    let error = match phase {
        2 => world.run(WHEN).and_then(|()| world.stats().map(drop)),
        _ => world.run(1000),
    };
    let error = error.unwrap_err();
    let SimulationError::Stalled { worker, place, deadline } = &error else { panic!("{error}") };
    assert!(*worker < workers as u32 && *deadline == DEADLINE.as_secs_f64());
    let text = error.to_string();
    assert!(text.contains(&format!("worker {worker} has stalled in phase `")), "{text}");
    // There is no state, and everybody who asks for it is told why.
    let lost = |found: Option<SimulationError>| assert_eq!(found.as_ref(), Some(&error));
    lost(world.run(1).err());
    lost(world.snapshot().err());
    lost(world.own_snapshot().err());
    lost(world.fingerprint().err());
    lost(world.rows().err());
    lost(world.own_rows().err());
    lost(world.stats().err());
    lost(world.metrics().err());
    lost(world.regions().err());
    lost(world.recount().err());
    // When the thread comes back after all, it finds that nobody waits, and all of it ends.
    drop(world);
    let mut gate = GATE.0.lock().unwrap();
    assert!(gate.made > gate.dropped, "the model was dropped under its thread");
    gate.open = true;
    GATE.1.notify_all();
    drop(GATE.1.wait_while(gate, |gate| gate.made > gate.dropped).unwrap());
    *place
}

#[test]
fn a_worker_that_stalls_is_named_and_what_it_holds_is_lost_not_broken() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    for workers in [1, 3] {
        // Entity 37 is in the last of four regions.
        let update = Place { phase: Phase::Neighbours, domain: Some(3), tick: WHEN };
        assert_eq!(stalled(0, workers), update);
        let remember = Place { phase: Phase::Remember, domain: None, tick: WHEN };
        assert_eq!(stalled(1, workers), remember);
        let report = Place { phase: Phase::Report, domain: None, tick: WHEN };
        assert_eq!(stalled(2, workers), report);
    }
}

#[test]
fn a_deadline_that_holds_changes_nothing() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut plain = build(3.0, 2, None);
    let mut watched = build(3.0, 2, Some(Duration::from_secs(60)));
    plain.run(50).unwrap();
    watched.run(50).unwrap();
    assert_eq!(watched.snapshot(), plain.snapshot());
    assert_eq!((watched.tick(), watched.stats()), (50, plain.stats()));
}
