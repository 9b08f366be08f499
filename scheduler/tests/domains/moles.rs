//! A model in rows that eats of a field: what it got it finds in `fed`; the same under any cut, and nothing is lost.

use flockwork_kernel::{Edge, World, field};
use flockwork_scheduler::prelude::*;
use flockwork_scheduler::{Cut, Partition, RowOf, Serial, Simulation, Sown, Start};

columns! {
    /// State of one mole.
    pub mod mole {
        ghost { position: vec(x, y), }
        owned { stomach: f32, }
        scratch { here: f32, bite: f32, }
    }
}

params! {
    /// The model.
    pub struct Moles {
        radius: f32 = 1.0, "length", 1e-3..=1e3;
    }
}

impl Rows for Moles {
    type Columns = mole::Columns;
    type Params = Self;
    type Stats = ();
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "moles";
    const ABOUT: &'static str = "a model in rows with a field, for tests";
    const FIELDS: &'static [Field<ByRows<Self>>] =
        &[Field::<ByRows<Self>>::new("worms", "", "what is eaten")
            .starts(|_| 100.0)
            .rule(|_| Rule { diffusion: 0.05, ..Rule::NONE })
            .here("here")
            .take("bite")];

    fn new(moles: Self, _: &Setup) -> Result<Self, ParamError> {
        Ok(moles)
    }

    fn radius(&self) -> f32 {
        self.radius
    }

    fn spawn(&self, setup: &Setup, id: u32) -> RowOf<ByRows<Self>> {
        let [x, y, ..] = setup.draw(id, 0);
        mole::Row { position: setup.place(x, y), ..Default::default() }
    }

    fn step(&self, me: &mole::Row, around: &mut Around<'_, '_, Self>) -> mole::Row {
        let [x, y, much, _] = around.draw(1).map(|word| rng::unit(word) - 0.5);
        let (position, _) = around.bound(me.position + Vec2::new(x, y), Vec2::new(x, y));
        mole::Row { position, bite: me.here * (0.6 + much), ..*me }
    }

    fn fed(&self, me: &mut mole::Row, _: &Tick<ByRows<Self>>) {
        me.stomach += me.bite;
    }
}

#[test]
fn a_model_in_rows_gets_its_part_under_any_cut() {
    let world = World::new(7.0, 5.0, Edge::Wall).unwrap();
    let setup = Setup { world, population: 60, seed: 4, dt: 0.25 };
    let sown = [Sown { cells: Some(vec![9, 4]), start: Some(Start::Amount(100.0)) }];
    let run = |cut: Cut| {
        let partition = Partition { cut, rebalance: Some(1.0), capacity: None };
        let made = Simulation::<ByRows<Moles>, _>::sown(
            setup,
            Moles::default(),
            partition,
            Serial::default(),
            &sown,
            None,
        );
        let mut sim = made.unwrap();
        for _ in 0..12 {
            sim.step().unwrap();
            let mut eaten = 0;
            sim.visit(|_, columns, row| eaten += columns.stomach[row] as u64).unwrap();
            let left = field::total(&sim.field(0).unwrap().unwrap());
            assert_eq!(eaten + left, 3600);
        }
        (sim.fingerprint().unwrap(), field::total(&sim.field(0).unwrap().unwrap()))
    };
    let (fingerprint, left) = run(Cut::Parts(1));
    assert!(left < 1800, "{left}");
    for cut in [Cut::Parts(3), Cut::Grid { cols: 2, rows: 2, layers: 1 }] {
        assert_eq!(run(cut).0, fingerprint, "{cut}");
    }
}
