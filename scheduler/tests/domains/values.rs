//! What values may be in columns, wherever they come from: finite, in range, and never -0.0.

use flockwork_kernel::columns::{Columns as _, Reach};
use flockwork_kernel::{Edge, World, rng};
use flockwork_scheduler::{
    Arithmetic, Around, ByRows, Cut, Domain, DomainError, Never, ParamError, Params as _,
    Partition, Rows, Serial, Setup, Simulation, SimulationError, Tick, Topology, check_setup,
};

flockwork_kernel::columns! {
    /// State of one entity.
    pub mod thing {
        ghost {
            position: vec(x, y),
            heat: f32 where 0.0..=100.0,
        }
        owned {
            free: f32,
            pair: [f32; 2] where -1.0..=1.0,
            kind: u8 where 0..=3,
            size: u16 where 1..=9,
            alive: u8 where 0..=1,
        }
        scratch {}
    }
}

flockwork_scheduler::params! {
    /// What goes wrong, and when.
    pub struct ThingsParams {
        /// The column: 0 none, 1 x, 2 y, 3 heat, 4 free, 5 pair, 6 kind, 7 size.
        column: u32 = 0, "", 0..=7;
        /// The bits of what is left there.
        bits: u32 = 0, "", 0..=4294967295.0;
        /// The tick in which it is.
        at: u32 = 3, "", 0..=1000;
        /// The id of the entity; it is done to its newborn instead if that is above 1000.
        id: u32 = 17, "", 0..=2000;
        /// Whether the entity dies of it.
        dies: u32 = 0, "", 0..=1;
        /// Does nothing.
        idle: f32 = 0.0, "", -1.0..=1.0;
    }
}

/// The model.
pub struct Things(ThingsParams);

impl Things {
    fn spoil(&self, me: &mut thing::Row) {
        let bits = self.0.bits;
        let value = f32::from_bits(bits);
        match self.0.column {
            1 => me.position.x = value,
            2 => me.position.y = value,
            3 => me.heat = value,
            4 => me.free = value,
            5 => me.pair[1] = value,
            6 => me.kind = bits as u8,
            7 => me.size = bits as u16,
            _ => {}
        }
        if self.0.dies == 1 {
            me.alive = 0;
        }
    }
}

impl Rows for Things {
    type Columns = thing::Columns;
    type Params = ThingsParams;
    type Stats = ();
    type Event = Never;
    type Child = ();

    const NAME: &'static str = "things";
    const ABOUT: &'static str = "a model that goes wrong";

    fn new(params: ThingsParams, setup: &Setup) -> Result<Self, ParamError> {
        assert!(setup.dt.to_bits() != (-0.0f32).to_bits(), "a -0.0 came to the model");
        assert!(params.idle.to_bits() != (-0.0f32).to_bits(), "a -0.0 came to the model");
        Ok(Self(params))
    }

    fn radius(&self) -> f32 {
        1.0
    }

    fn spawn(&self, setup: &Setup, id: u32) -> thing::Row {
        let [x, y, heat, free] = setup.draw(id, 0);
        let [heat, free] = [heat, free].map(rng::unit);
        thing::Row {
            position: setup.place(x, y),
            heat: heat * 100.0,
            // What a model spawns is a door too.
            free: if setup.seed == 77 { -0.0 } else { (free * 4.0).round() * 0.0 },
            pair: [0.0, 0.25],
            kind: (id % 4) as u8,
            size: 1,
            alive: 1,
            ..Default::default()
        }
    }

    fn check(&self, me: &thing::Row) -> Result<(), String> {
        let [a, b] = me.pair;
        if a + b <= 1.0 { Ok(()) } else { Err("pair adds up to more than 1".into()) }
    }

    fn step(&self, me: &thing::Row, around: &mut Around<'_, '_, Self>) -> thing::Row {
        if me.id == 5 && around.tick.number == 2 {
            around.birth(());
        }
        let mut next = *me;
        if around.tick.number == u64::from(self.0.at) && me.id == self.0.id {
            self.spoil(&mut next);
        }
        next
    }

    fn born(&self, _: &(), parent: &mut thing::Row, _: &Tick<ByRows<Self>>) -> thing::Row {
        let mut child = thing::Row {
            position: parent.position,
            heat: 1.0,
            size: 1,
            alive: 1,
            ..Default::default()
        };
        if self.0.id > 1000 {
            self.spoil(&mut child);
        }
        child
    }
}

fn setup() -> Setup {
    let world = World::new(30.0, 20.0, Edge::Periodic).unwrap();
    Setup { world, population: 3000, seed: 1, dt: 0.0 }
}

type Things1 = Simulation<ByRows<Things>, Serial>;

fn world(setup: Setup, params: ThingsParams) -> Result<Things1, SimulationError> {
    let partition = Partition::new(Cut::Grid { cols: 3, rows: 2, layers: 1 });
    Simulation::new(setup, params, partition, Serial::default(), None)
}

/// The error of a world in which this is left in this column, after so many good ticks.
fn error_of(params: ThingsParams) -> (u64, SimulationError) {
    let mut world = world(setup(), params).unwrap();
    for _ in 0..10 {
        if let Err(error) = world.step() {
            return (world.tick(), error);
        }
    }
    panic!("nothing was found")
}

#[test]
fn a_value_that_is_no_number_is_found_in_its_tick_in_every_column() {
    for (column, name) in [(1, "x"), (2, "y"), (3, "heat"), (4, "free"), (5, "pair")] {
        for bad in
            [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::from_bits(0x7f80_0001)]
        {
            let params = ThingsParams { column, bits: bad.to_bits(), ..ThingsParams::default() };
            let (ticks, error) = error_of(params);
            assert_eq!(ticks, 3);
            let wanted = DomainError::NonFinite { id: 17, column: name, tick: 3 };
            assert_eq!(error, wanted.into());
            let text = error.to_string();
            assert!(text.contains(&format!("column `{name}` of entity 17")), "{text}");
        }
    }
}

#[test]
fn a_value_outside_of_its_range_is_found_in_its_tick_in_every_column() {
    let f = f32::to_bits;
    for (column, bits, name, value) in [
        (3, f(-1.0e-30), "heat", f64::from(-1.0e-30f32)),
        (3, f(3.0e38), "heat", f64::from(3.0e38f32)),
        (5, f(1.000_000_1), "pair", f64::from(1.000_000_1f32)),
        (6, 200, "kind", 200.0),
        (7, 0, "size", 0.0),
        (7, 10, "size", 10.0),
    ] {
        let params = ThingsParams { column, bits, ..ThingsParams::default() };
        let (ticks, error) = error_of(params);
        let SimulationError::Domain(DomainError::OutOfRange { id, column, value: found, tick }) =
            error
        else {
            panic!("{error}")
        };
        assert_eq!((ticks, tick, id, column.name, found), (3, 3, 17, name, value));
    }
    let params = ThingsParams { column: 6, bits: 200, ..ThingsParams::default() };
    let text = error_of(params).1.to_string();
    let wanted =
        "column `kind` of entity 17 is 200 after tick 3: it must be a whole number from 0 to 3";
    assert!(text.starts_with(wanted), "{text}");
}

#[test]
fn what_a_newborn_has_is_looked_at_and_what_dies_takes_it_along() {
    let nan = ThingsParams { column: 4, bits: f32::NAN.to_bits(), ..ThingsParams::default() };
    let (ticks, error) = error_of(ThingsParams { id: 2000, ..nan });
    let wanted = DomainError::NonFinite { id: 3000, column: "free", tick: 2 };
    assert_eq!((ticks, error), (2, wanted.into()));
    let mut world = world(setup(), ThingsParams { dies: 1, ..nan }).unwrap();
    for _ in 0..10 {
        world.step().unwrap();
    }
    assert_eq!(world.population(), 3000);
}

#[test]
fn every_state_can_be_restored_that_a_tick_has_left() {
    for bits in [0.0f32, 100.0, -0.0] {
        let params = ThingsParams { column: 3, bits: bits.to_bits(), ..ThingsParams::default() };
        let mut world = world(setup(), params).unwrap();
        for _ in 0..5 {
            world.step().unwrap();
        }
        restore(&world.snapshot().unwrap()).unwrap();
    }
}

fn restore(bytes: &[u8]) -> Result<Things1, SimulationError> {
    Simulation::restore(bytes, Arithmetic::Same, Partition::new(Cut::Parts(2)), Serial::default())
}

/// Where a column begins in a packed row.
fn place(name: &str) -> usize {
    let schema = thing::Columns::SCHEMA;
    let before = schema.iter().take_while(|column| column.name != name);
    before.map(|column| column.stride()).sum()
}

/// A world of which a table changes one entity.
fn edited(name: &str, bytes: &[u8]) -> Result<Things1, SimulationError> {
    let at = place(name);
    let mut edit = |id: u32, row: &mut [u8]| {
        if id == 8 {
            // An id of its own, which errors must tell.
            row[..4].copy_from_slice(&70_000u32.to_le_bytes());
            row[at..at + bytes.len()].copy_from_slice(bytes);
        }
        Ok(())
    };
    let (params, partition) = (ThingsParams::default(), Partition::new(Cut::Parts(2)));
    Simulation::new(setup(), params, partition, Serial::default(), Some(&mut edit))
}

#[test]
fn tables_and_snapshots_are_held_to_the_ranges_and_to_what_the_model_wants() {
    let f = |value: f32| value.to_le_bytes().to_vec();
    let good = edited("id", &[]).unwrap().snapshot().unwrap();
    for (name, bytes, wanted) in [
        ("heat", f(3.0e38), "column `heat` of entity 70000 is 3"),
        ("heat", f(-1.0), "column `heat` of entity 70000 is -1: it must be a number from 0 to 100"),
        ("pair", f(1.5), "column `pair` of entity 70000 is 1.5: it must be a number from -1 to 1"),
        (
            "kind",
            vec![4],
            "column `kind` of entity 70000 is 4: it must be a whole number from 0 to 3",
        ),
        (
            "size",
            vec![0, 0],
            "column `size` of entity 70000 is 0: it must be a whole number from 1",
        ),
        ("free", f(f32::NAN), "column `free` of entity 70000 is NaN: it must be finite"),
        ("pair", [f(0.75), f(0.5)].concat(), "entity 70000: pair adds up to more than 1"),
    ] {
        let text = edited(name, &bytes).err().expect("it was taken").to_string();
        assert!(text.starts_with(wanted), "{text}");
        // The same in a snapshot: it is the last entity there.
        let mut bad = good.clone();
        let at = bad.len()
            - flockwork_kernel::columns::packed_len(thing::Columns::SCHEMA, Reach::Owned)
            + place(name);
        bad[at..at + bytes.len()].copy_from_slice(&bytes);
        let text = restore(&crate::snapshots::sealed(bad)).err().expect("it was taken").to_string();
        assert!(text.starts_with(wanted), "{text}");
    }
}

#[test]
fn zeros_of_both_signs_have_one_fingerprint_through_every_door() {
    let fingerprint = |mut world: Things1| {
        let before = world.fingerprint();
        for _ in 0..5 {
            world.step().unwrap();
        }
        (before, world.fingerprint())
    };
    let usual = ThingsParams::default();
    // Columns that a table writes.
    for name in ["x", "y", "heat", "free", "pair"] {
        let of = |zero: f32| fingerprint(edited(name, &zero.to_le_bytes()).unwrap());
        assert_eq!(of(0.0), of(-0.0), "table, {name}");
    }
    // What a model spawns: seed 77 does it with -0.0 in every entity.
    let spawned = world(Setup { seed: 77, ..setup() }, usual).unwrap();
    spawned.visit(|_, columns, row| assert_eq!(columns.free[row].to_bits(), 0)).unwrap();
    // Snapshots.
    let good = edited("id", &[]).unwrap().snapshot().unwrap();
    let stride = flockwork_kernel::columns::packed_len(thing::Columns::SCHEMA, Reach::Owned);
    for name in ["x", "heat", "free"] {
        let of = |zero: f32| {
            let mut bytes = good.clone();
            let at = bytes.len() - stride + place(name);
            bytes[at..at + 4].copy_from_slice(&zero.to_le_bytes());
            fingerprint(restore(&crate::snapshots::sealed(bytes)).unwrap())
        };
        assert_eq!(of(0.0), of(-0.0), "snapshot, {name}");
    }
    // What an update leaves, and what a newborn gets.
    for (column, id) in [(1, 17), (3, 17), (4, 17), (5, 17), (4, 2000)] {
        let of = |zero: f32| {
            let params = ThingsParams { column, id, bits: zero.to_bits(), ..usual };
            let mut world = world(setup(), params).unwrap();
            for _ in 0..5 {
                world.step().unwrap();
            }
            // The parameters are part of what is written, but of no fingerprint.
            world.fingerprint()
        };
        assert_eq!(of(0.0), of(-0.0), "update, column {column}");
    }
    // Set-up and parameters, also those that are set later.
    let of = |zero: f32| {
        let mut setup = setup();
        setup.dt = zero;
        let mut world = world(setup, ThingsParams { idle: zero, ..usual }).unwrap();
        let begun = world.snapshot().unwrap();
        world.set_params(ThingsParams { idle: zero, ..usual }).unwrap();
        world.step().unwrap();
        (begun, world.snapshot().unwrap())
    };
    assert_eq!(of(0.0), of(-0.0));
    let mut params = usual;
    params.set("idle", -0.0).unwrap();
    assert_eq!(params.idle.to_bits(), 0);
    // It is not 0 that was given, but what there are bits for is.
    let error = params.set("idle", -1.0e-60).unwrap_err().to_string();
    assert!(error.contains("params.idle is -1e-60, which becomes 0"), "{error}");
}

#[test]
fn a_domain_alone_is_a_door_too() {
    let (_, grid, _) = check_setup::<ByRows<Things>>(&setup(), &ThingsParams::default()).unwrap();
    let topology = Topology::new(grid, Cut::Parts(1)).unwrap();
    let mut domain = Domain::<ByRows<Things>>::new(0, topology.into(), 64).unwrap();
    let mut row =
        vec![0; flockwork_kernel::columns::packed_len(thing::Columns::SCHEMA, Reach::Owned)];
    let mut put = |name: &str, bytes: &[u8]| {
        row[place(name)..place(name) + bytes.len()].copy_from_slice(bytes);
        row.clone()
    };
    put("size", &1u16.to_le_bytes());
    put("free", &(-0.0f32).to_le_bytes());
    domain.admit(&put("alive", &[1])).unwrap();
    domain.visit(|columns, row| assert_eq!(columns.free[row].to_bits(), 0));
    let error = domain.admit(&put("kind", &[200])).unwrap_err();
    assert!(matches!(error, DomainError::OutOfRange { value: 200.0, .. }), "{error}");
    assert_eq!(domain.census().owned, 1);
    domain.visit_mut(|columns, row| columns.heat[row] = -0.0);
    domain.visit(|columns, row| assert_eq!(columns.heat[row].to_bits(), 0));
}
