//! A model that panics ends its simulation with an error, and nothing else.

use flockwork_kernel::{Edge, Vec2, World};
use flockwork_scheduler::{
    Around, ByRows, Cut, Never, ParamError, Partition, Phase, Place, Rows, Setup, Simulation,
    SimulationError,
};
use flockwork_scheduler_native::{Config, Entry, OnThreads, Options, Threads, ThreadsError};

flockwork_kernel::columns! {
    /// An entity that stays where it is.
    mod mine {
        ghost {
            /// Position.
            position: vec(x, y),
        }
        owned {}
        scratch {}
    }
}

flockwork_scheduler::params! {
    /// When it goes off.
    pub struct When {
        /// The tick.
        tick: u32 = 3, "tick", 0..=1000;
    }
}

/// Goes off in the entity with id 7.
struct Mines {
    when: When,
}

impl Rows for Mines {
    type Columns = mine::Columns;
    type Params = When;
    type Stats = ();
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "mines";
    const ABOUT: &'static str = "a model that panics";

    fn new(when: When, _: &Setup) -> Result<Self, ParamError> {
        Ok(Self { when })
    }

    fn radius(&self) -> f32 {
        1.0
    }

    fn spawn(&self, setup: &Setup, id: u32) -> mine::Row {
        let x = (id as f32 + 0.5) * setup.world.width() / setup.population as f32;
        mine::Row { position: Vec2::new(x, 5.0), ..Default::default() }
    }

    fn step(&self, me: &mine::Row, around: &mut Around<'_, '_, Self>) -> mine::Row {
        let now = around.tick.number == u64::from(self.when.tick);
        assert!(!(me.id == 7 && now), "boom");
        *me
    }
}

fn setup() -> Setup {
    let world = World::new(40.0, 10.0, Edge::Periodic).unwrap();
    Setup { world, population: 40, seed: 1, dt: 1.0 }
}

#[test]
fn a_panic_is_an_error_that_says_where_and_the_pool_lives_on() {
    let threads = Threads::new(2).unwrap();
    let pool = threads.pool();
    let partition = Partition::new(Cut::Grid { cols: 4, rows: 1, layers: 1 });
    let when = When { tick: 2 };
    let mut world =
        Simulation::<ByRows<Mines>, _>::new(setup(), when, partition, threads, None).unwrap();
    world.step().unwrap();
    world.step().unwrap();
    let error = world.step().unwrap_err();
    // Entity 7 is at 7.5 of 40: in the first of four regions.
    let SimulationError::Panicked(panicked) = &error else { panic!("{error}") };
    assert_eq!(panicked.message, "boom");
    assert_eq!(panicked.place, Place { phase: Phase::Neighbours, domain: Some(0), tick: 2 });
    assert!(panicked.worker < 2);
    assert_eq!(world.step().unwrap_err(), error);
    assert_eq!(world.tick(), 2);
    // Both threads still work.
    assert_eq!(pool.broadcast(|context| context.index()), [0, 1]);
    let (left, right) = pool.join(|| 20, || 22);
    assert_eq!(left + right, 42);
}

#[test]
fn a_model_behind_a_name_panics_in_the_same_way() {
    let config = Config {
        setup: setup(),
        params: vec![("tick".into(), 1.0.into())],
        table: None,
        fields: Vec::new(),
        options: Options { workers: 3, ..Options::default() },
    };
    let mut world = Entry::of::<ByRows<Mines>, OnThreads>().build(&config).unwrap();
    let error = world.run(10).unwrap_err();
    assert!(matches!(&error, SimulationError::Panicked(panicked) if panicked.place.tick == 1));
    let text = error.to_string();
    assert!(text.contains("panicked in phase `neighbours` of region 0 in tick 1"), "{text}");
    // Another one in the same process is none the worse.
    let mut world = Entry::of::<ByRows<Mines>, OnThreads>()
        .build(&Config { params: vec![("tick".into(), 999.0.into())], ..config })
        .unwrap();
    world.run(10).unwrap();
}

#[test]
fn workers_are_from_one_to_the_most() {
    for given in [0, 1025, usize::MAX] {
        let error = Threads::new(given).err().unwrap();
        assert_eq!(error, ThreadsError::Workers { given });
        assert!(error.to_string().contains("from 1 to 1024"), "{error}");
    }
}
