//! Mistakes of an author: each is an error that names what, where and what is allowed.

use flockwork_kernel::isa::Isa;
use flockwork_kernel::{Edge, Vec2, World};
use flockwork_scheduler::{
    Around, ByRows, Cut, DomainError, Event, Finish, Model, Never, Pair, ParamError, Partition,
    Pass, Phase, RefOf, Rows, Serial, Setup, Simulation, SimulationError, Tick, TileOf,
};

flockwork_kernel::columns! {
    /// State of one entity.
    pub mod thing {
        ghost {
            position: vec(x, y),
        }
        owned {}
        scratch {}
    }
}

flockwork_scheduler::params! {
    /// What goes wrong.
    pub struct Mistake {
        /// 0 nothing, 1 a place left of the world, 2 one above it, 3 one at its far side, 4 an event for
        /// nobody.
        kind: u32 = 0, "", 0..=4;
    }
}

/// Everybody stays in place, but for entity 7 in tick 3.
struct Things(Mistake);

impl Rows for Things {
    type Columns = thing::Columns;
    type Params = Mistake;
    type Stats = ();
    type Event = u32;
    type Child = Never;

    const NAME: &'static str = "things";
    const ABOUT: &'static str = "a model with mistakes";

    fn new(mistake: Mistake, _: &Setup) -> Result<Self, ParamError> {
        Ok(Self(mistake))
    }

    fn radius(&self) -> f32 {
        1.0
    }

    fn spawn(&self, setup: &Setup, id: u32) -> thing::Row {
        let [x, y, ..] = setup.draw(id, 0);
        thing::Row { position: setup.place(x, y), ..Default::default() }
    }

    fn step(&self, me: &thing::Row, around: &mut Around<'_, '_, Self>) -> thing::Row {
        let mut next = *me;
        if me.id != 7 || around.tick.number != 3 {
            return next;
        }
        let world = around.tick.setup.world;
        match self.0.kind {
            1 => next.position.x = -0.5,
            2 => next.position.y = world.height() + 100.0,
            3 => next.position = Vec2::new(world.width(), world.height()),
            4 => around.send(1_000_000, 5),
            _ => {}
        }
        next
    }

    fn apply(&self, _: &mut thing::Row, _: &Event<u32>, _: &Tick<ByRows<Self>>) {}
}

/// The error of six ticks, and how many were done.
fn error_of(kind: u32, edge: Edge, cut: Cut) -> (u64, Option<DomainError>) {
    let world = World::new(20.0, 10.0, edge).unwrap();
    let setup = Setup { world, population: 200, seed: 1, dt: 1.0 };
    let partition = Partition::new(cut);
    let mut world = Simulation::<ByRows<Things>, _>::new(
        setup,
        Mistake { kind },
        partition,
        Serial::default(),
        None,
    )
    .unwrap();
    for _ in 0..6 {
        match world.step() {
            Ok(()) => {}
            Err(SimulationError::Domain(error)) => return (world.tick(), Some(error)),
            Err(error) => panic!("{error}"),
        }
    }
    (world.tick(), None)
}

const CUTS: [Cut; 3] = [Cut::Parts(1), Cut::Grid { cols: 3, rows: 2, layers: 1 }, Cut::Parts(7)];

#[test]
fn a_place_outside_of_a_bounded_world_ends_the_run_under_every_cut() {
    for cut in CUTS {
        for (kind, edge, column, value, side) in [
            (1, Edge::Periodic, "x", -0.5, 20.0),
            (1, Edge::Wall, "x", -0.5, 20.0),
            (2, Edge::Periodic, "y", 110.0, 10.0),
            (2, Edge::Wall, "y", 110.0, 10.0),
            // The far side of a torus is its begin; a wall can be touched.
            (3, Edge::Periodic, "x", 20.0, 20.0),
        ] {
            let wanted = DomainError::Outside { id: 7, column, value, side, tick: 3 };
            assert_eq!(error_of(kind, edge, cut), (3, Some(wanted)), "{edge:?} {cut}");
        }
        assert_eq!(error_of(3, Edge::Wall, cut), (6, None));
        for kind in 0..4 {
            assert_eq!(error_of(kind, Edge::Open, cut), (6, None));
        }
    }
    let error = error_of(2, Edge::Wall, Cut::Parts(1)).1.unwrap().to_string();
    assert!(
        error
            .starts_with("column `y` of entity 7 is 110 after tick 3: it must be inside the world"),
        "{error}"
    );
}

#[test]
fn a_candidate_that_there_is_not_ends_the_run() {
    for cut in CUTS {
        let (tick, error) = error_of(4, Edge::Periodic, cut);
        let Some(DomainError::NoCandidate { index, count, tick: at }) = error else {
            panic!("{error:?}")
        };
        assert_eq!((tick, index, at), (3, 1_000_000, 3));
        assert!(count < 1000);
        let said = error.unwrap().to_string();
        assert!(said.contains("candidate 1000000 in tick 3"), "{said}");
    }
}

flockwork_kernel::columns! {
    /// State of one entity that has a secret.
    pub mod keeper {
        ghost {
            position: vec(x, y),
        }
        owned {
            secret: f32,
        }
        scratch {}
    }
}

/// It shows its neighbours what they cannot see.
struct Gossip;

impl Model for Gossip {
    type Columns = keeper::Columns;
    type Params = Mistake;
    type Stats = ();
    type Passes = (Self,);
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "gossip";
    const ABOUT: &'static str = "shows a column that ghosts do not have";

    fn new(_: Mistake, _: &Setup) -> Result<Self, ParamError> {
        Ok(Self)
    }

    fn spawn(&self, setup: &Setup, id: u32) -> keeper::Row {
        let [x, y, ..] = setup.draw(id, 0);
        keeper::Row { position: setup.place(x, y), secret: 1.0, ..Default::default() }
    }
    fn update<S: Isa>(&self, _: &mut TileOf<'_, S, Self>, _: &Tick<Self>) {}
}

impl Pass<Self> for Gossip {
    type Shown = f32;
    type Tile<S: Isa> = ();
    type Sum<S: Isa> = ();

    fn radius(_: &Self) -> f32 {
        1.0
    }

    fn show(_: &Self, now: &RefOf<'_, Self>, row: usize, _: &Tick<Self>) -> f32 {
        now.secret[row]
    }

    fn pair<S: Isa>(_: &Self, _: &(), _: &Pair<'_, S, Self>, _: &mut ()) {}

    fn finish<S: Isa>(_: &Self, _: &mut Finish<'_, '_, S, Self>) {}
}

#[test]
fn to_show_a_column_that_ghosts_do_not_have_ends_the_run_under_every_cut() {
    for cut in CUTS {
        let world = World::new(20.0, 10.0, Edge::Periodic).unwrap();
        let setup = Setup { world, population: 200, seed: 1, dt: 1.0 };
        let (params, partition) = (Mistake { kind: 0 }, Partition::new(cut));
        let mut world =
            Simulation::<Gossip, _>::new(setup, params, partition, Serial::default(), None)
                .unwrap();
        let error = world.step().unwrap_err();
        let SimulationError::Panicked(panicked) = &error else { panic!("{error}") };
        assert_eq!((panicked.place.phase, world.tick()), (Phase::Sort, 0), "{error}");
    }
}
