//! Places that are too far apart: what is refused, what ends, and what goes on because it says so.

use flockwork_kernel::{Edge, Precision, World};
use flockwork_scheduler::{
    Arithmetic, Around, ByRows, Coarse, Cut, DomainError, Needed, Never, ParamError, Partition,
    Rows, Serial, Setup, Simulation, SimulationError,
};

flockwork_kernel::columns! {
    /// State of one entity.
    pub mod runner {
        ghost {
            position: vec(x, y),
        }
        owned {
            velocity: vec(vx, vy),
        }
        scratch {}
    }
}

flockwork_scheduler::params! {
    /// How they run.
    pub struct Run {
        /// Everybody's speed along x, but for entity 7, who goes so fast to the other side.
        far: f32 = 0.0, "length / time", 0.0..=1e9;
        /// The speed that is named as the least; 0 for none.
        least: f32 = 0.0, "length / time", 0.0..=1e9;
        /// The interaction radius.
        radius: f32 = 1.0, "length", 1e-3..=1e3;
    }
}

/// Everybody stays, but for entity 7, who goes left and down.
struct Runners(Run);

impl Rows for Runners {
    type Columns = runner::Columns;
    type Params = Run;
    type Stats = ();
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "runners";
    const ABOUT: &'static str = "one who runs away";

    fn new(run: Run, _: &Setup) -> Result<Self, ParamError> {
        Ok(Self(run))
    }

    fn radius(&self) -> f32 {
        self.0.radius
    }

    fn slowest(&self) -> Option<f32> {
        (self.0.least > 0.0).then_some(self.0.least)
    }

    fn spawn(&self, setup: &Setup, id: u32) -> runner::Row {
        let [x, y, ..] = setup.draw(id, 0);
        runner::Row { position: setup.place(x, y), ..Default::default() }
    }

    fn step(&self, me: &runner::Row, around: &mut Around<'_, '_, Self>) -> runner::Row {
        let mut next = *me;
        if me.id == 7 {
            next.position.y -= self.0.far * around.tick.setup.dt;
        }
        next
    }
}

type World7 = Simulation<ByRows<Runners>, Serial>;

fn setup(world: World) -> Setup {
    Setup { world, population: 60, seed: 1, dt: 1.0 }
}

fn begun(world: World, run: Run, cut: Cut) -> Result<World7, SimulationError> {
    Simulation::new(setup(world), run, Partition::new(cut), Serial::default(), None)
}

fn made(width: f32, edge: Edge) -> World {
    World::new(width, 30.0, edge).unwrap()
}

const ONE: Cut = Cut::Parts(1);

#[test]
fn a_world_whose_far_end_is_too_coarse_is_refused_unless_it_says_so() {
    for edge in [Edge::Periodic, Edge::Wall, Edge::Open] {
        // Of radius 1 places reach to 16384.
        assert!(begun(made(16384.0, edge), Run::default(), ONE).is_ok(), "{edge:?}");
        let wide = made(16400.0, edge);
        let error = begun(wide, Run::default(), ONE).err().unwrap();
        let needed = Needed::Radius(1.0);
        let coarse = Coarse { column: "x", value: 16400.0, needed };
        assert_eq!(error, SimulationError::TooCoarse(coarse), "{edge:?}");
        let said = error.to_string();
        for part in ["reaches to 16400 along x", "0.001953125 apart", "at most 0.0009765625"] {
            assert!(said.contains(part), "{said}");
        }
        let any = begun(wide.with_precision(Precision::Any), Run::default(), ONE).unwrap();
        assert_eq!(any.resolution().spacing, 0.001953125);
        // What the slowest mover needs is more than that.
        let run = Run { least: 0.01, ..Run::default() };
        let error = begun(made(16000.0, edge), run, ONE).err().unwrap();
        assert!(error.to_string().contains("1/64 of the slowest mover's step (speed 0.01, dt 1)"));
        assert!(begun(made(30.0, edge), Run { least: 0.01, ..run }, ONE).is_ok());
    }
}

#[test]
fn who_goes_too_far_in_an_open_world_ends_the_run_with_id_tick_and_both_numbers() {
    let run = Run { far: 5000.0, ..Run::default() };
    let mut ends = Vec::new();
    for cut in [ONE, Cut::Grid { cols: 3, rows: 2, layers: 1 }, Cut::Parts(7)] {
        let mut world = begun(made(60.0, Edge::Open), run, cut).unwrap();
        let error = loop {
            if let Err(error) = world.step() {
                break error;
            }
        };
        let SimulationError::Domain(DomainError::TooFar { id: 7, coarse, tick: 3 }) = error else {
            panic!("{error}")
        };
        assert_eq!((coarse.column, coarse.needed), ("y", Needed::Radius(1.0)));
        assert!(coarse.value < -16384.0, "{coarse:?}");
        let said = error.to_string();
        for part in ["column `y` of entity 7 is -1", "after tick 3", "0.001953125", "0.0009765625"]
        {
            assert!(said.contains(part), "{said}");
        }
        // The last completed tick is there, and can be kept.
        assert_eq!(world.tick(), 3);
        ends.push(world.fingerprint().unwrap());
        let snapshot = world.snapshot().unwrap();
        let again: World7 = Simulation::restore(
            &snapshot,
            Arithmetic::Same,
            Partition::new(ONE),
            Serial::default(),
        )
        .unwrap();
        assert_eq!(again.fingerprint().unwrap(), ends[0]);
    }
    assert!(ends.iter().all(|end| *end == ends[0]));
}

#[test]
fn a_world_that_takes_places_as_they_are_lets_everybody_go() {
    let run = Run { far: 1.0e9, ..Run::default() };
    let open = made(60.0, Edge::Open);
    let mut any = begun(open.with_precision(Precision::Any), run, ONE).unwrap();
    for _ in 0..4 {
        any.step().unwrap();
    }
    // It changes no bit of what does not need it.
    let slow = Run { far: 3.0, ..run };
    let mut worlds = [open, open.with_precision(Precision::Any)]
        .map(|world| begun(world, slow, Cut::Parts(4)).unwrap());
    for _ in 0..20 {
        worlds.iter_mut().for_each(|world| world.step().unwrap());
    }
    assert_eq!(worlds[0].fingerprint(), worlds[1].fingerprint());
}

#[test]
fn an_entity_that_comes_in_too_far_out_is_refused() {
    let mut far = |id: u32, row: &mut [u8]| {
        if id == 5 {
            row[4..8].copy_from_slice(&(-70_000.0f32).to_le_bytes());
        }
        Ok(())
    };
    let setup = setup(made(60.0, Edge::Open));
    let made = |setup, far: &mut flockwork_scheduler::Initial<'_>| {
        let partition = Partition::new(ONE);
        World7::new(setup, Run::default(), partition, Serial::default(), Some(far))
    };
    let error = made(setup, &mut far).err().unwrap();
    let coarse = Coarse { column: "x", value: -70_000.0, needed: Needed::Radius(1.0) };
    assert_eq!(error, SimulationError::TooFar { id: 5, coarse });
    assert!(error.to_string().starts_with("column `x` of entity 5 is -70000: places there are"));
    let any = Setup { world: setup.world.with_precision(Precision::Any), ..setup };
    assert!(made(any, &mut far).is_ok());
}

#[test]
fn parameters_that_need_more_than_the_world_resolves_are_refused_and_nothing_is_set() {
    let mut world = begun(made(9000.0, Edge::Periodic), Run::default(), ONE).unwrap();
    let finer = Run { radius: 0.25, ..Run::default() };
    let error = world.set_params(finer).unwrap_err();
    assert!(error.to_string().contains("1/1024 of the radius 0.25"), "{error}");
    assert_eq!(world.params(), &Run::default());
    world.step().unwrap();
}

#[test]
fn parameters_that_need_more_than_there_is_where_somebody_is_are_refused_and_nothing_is_set() {
    let run = Run { far: 3000.0, ..Run::default() };
    for cut in [ONE, Cut::Parts(5)] {
        let mut world = begun(made(60.0, Edge::Open), run, cut).unwrap();
        let mut other = begun(made(60.0, Edge::Open), run, cut).unwrap();
        for _ in 0..2 {
            world.step().unwrap();
            other.step().unwrap();
        }
        // Entity 7 is some 6000 below: of this speed places reach to 4096, of a quarter of the radius too.
        for finer in [Run { least: 0.02, ..run }, Run { radius: 0.25, ..run }] {
            let error = world.set_params(finer).unwrap_err();
            let SimulationError::TooFar { id: 7, coarse } = error else { panic!("{error}") };
            assert!(coarse.column == "y" && coarse.value < -4096.0, "{coarse:?}");
            assert_eq!(world.params(), &run);
        }
        // What reaches as far is taken, and the run goes on as if nothing had been asked.
        world.set_params(Run { radius: 0.5, ..run }).unwrap();
        world.poll().unwrap();
        world.set_params(run).unwrap();
        world.step().unwrap();
        other.step().unwrap();
        assert_eq!(world.fingerprint(), other.fingerprint());
        // In a world that takes places as they are nobody is asked.
        let open = made(60.0, Edge::Open).with_precision(Precision::Any);
        let mut any = begun(open, run, cut).unwrap();
        any.step().unwrap();
        any.step().unwrap();
        any.set_params(Run { least: 0.02, ..run }).unwrap();
        any.step().unwrap();
    }
}
