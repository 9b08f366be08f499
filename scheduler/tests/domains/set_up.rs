//! Everything a simulation refuses to begin with, and what it says.

use flockwork_kernel::{Edge, World};
use flockwork_scheduler::{
    Arithmetic, Cut, CutError, GridError, Initial, Input, ParamError, Params, Partition, Serial,
    Setting, Setup, Simulation, SimulationError,
};

use crate::dots::{Dots, DotsParams};
use crate::plan::Plan;

fn error(plan: &Plan) -> SimulationError {
    let error = plan_world(plan, None).unwrap_err();
    assert!(!error.to_string().is_empty());
    error
}

fn plan_world(plan: &Plan, initial: Option<&mut Initial<'_>>) -> Result<u64, SimulationError> {
    let partition = plan.partition();
    Simulation::<Dots, _>::new(plan.setup, plan.params, partition, Serial::default(), initial)
        .map(|world| world.fingerprint().unwrap())
}

fn with(change: impl FnOnce(&mut Setup)) -> Plan {
    let mut plan = Plan::usual();
    change(&mut plan.setup);
    plan
}

/// The world in which `change` has changed the packed row of entity 5.
fn with_row(edge: Edge, change: impl Fn(&mut [u8])) -> Result<u64, SimulationError> {
    let world = World::new(9.0, 7.0, edge).unwrap();
    let mut initial = |id: u32, row: &mut [u8]| {
        if id == 5 {
            change(row);
        }
        Ok(())
    };
    plan_world(&with(|setup| setup.world = world), Some(&mut initial))
}

fn put(row: &mut [u8], at: usize, value: f32) {
    row[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

#[test]
fn a_world_without_anybody_goes_on_and_takes_in_who_comes() {
    for cut in [Cut::Parts(1), Cut::Parts(3)] {
        let mut empty = with(|setup| setup.population = 0);
        empty.cut = cut;
        let mut world = empty.world(Serial::default()).unwrap();
        (0..3).for_each(|_| world.step().unwrap());
        assert_eq!((world.population(), world.next_id(), world.fingerprint()), (0, 0, Ok(0)));
        let bytes = world.snapshot().unwrap();
        let mut again = Simulation::<Dots, _>::restore(
            &bytes,
            Arithmetic::Same,
            Partition::new(cut),
            Serial::default(),
        )
        .unwrap();
        for world in [&mut world, &mut again] {
            let answer = world.give(vec![Input::Spawn { values: vec![] }; 2]).unwrap();
            assert_eq!(answer.ids, [0, 1]);
            (0..3).for_each(|_| world.step().unwrap());
            assert!(world.population() >= 1, "{}", world.population());
        }
        assert_eq!(world.fingerprint(), again.fingerprint());
    }
}

#[test]
fn populations_from_none_to_the_most_are_allowed() {
    let expected = SimulationError::Population { given: u32::MAX.into() };
    assert_eq!(error(&with(|setup| setup.population = u32::MAX)), expected);
    let mut alone = with(|setup| setup.population = 1);
    alone.cut = Cut::Parts(7);
    let mut world = alone.world(Serial::default()).unwrap();
    for _ in 0..20 {
        world.step().unwrap();
    }
}

#[test]
fn a_world_may_die_out() {
    let mut plan = with(|setup| setup.population = 3);
    plan.params = DotsParams { die: 1.0, ..plan.params };
    let mut world = plan.world(Serial::default()).unwrap();
    for _ in 0..20 {
        world.step().unwrap();
    }
    assert_eq!(
        (world.population(), world.fingerprint().unwrap(), world.rows().unwrap().len()),
        (0, 0, 0)
    );
    let again = Simulation::<Dots, _>::restore(
        &world.snapshot().unwrap(),
        Arithmetic::Same,
        plan.partition(),
        Serial::default(),
    );
    assert_eq!(again.unwrap().population(), 0);
}

#[test]
fn a_timestep_is_a_number_of_at_least_zero() {
    for given in [-1.0, f32::NAN, f32::INFINITY] {
        let error = error(&with(|setup| setup.dt = given));
        assert!(matches!(error, SimulationError::Timestep { .. }), "{error}");
    }
    plan_world(&with(|setup| setup.dt = 0.0), None).unwrap();
}

#[test]
fn a_radius_fits_the_world_and_a_cut_the_grid() {
    let wide =
        Plan { params: DotsParams { radius: 4.0, ..DotsParams::default() }, ..Plan::usual() };
    let partition = wide.partition();
    let error_of = |plan: &Plan| {
        Simulation::<Dots, _>::new(plan.setup, plan.params, partition, Serial::default(), None)
            .err()
            .unwrap()
    };
    assert!(matches!(error_of(&wide), SimulationError::Grid(GridError::RadiusTooWide { .. })));
    for radius in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let bad = Plan { params: DotsParams { radius, ..wide.params }, ..wide };
        assert!(matches!(error_of(&bad), SimulationError::Grid(GridError::InvalidRadius { .. })));
    }
    for cut in [
        Cut::Parts(0),
        Cut::Parts(u32::MAX),
        Cut::Grid { cols: 1, rows: 100, layers: 1 },
        Cut::Grid { cols: 2, rows: 1 << 31, layers: 1 },
        Cut::Grid { cols: 1, rows: 1, layers: 2 },
    ] {
        let bad = error(&Plan { cut, ..Plan::usual() });
        assert!(matches!(bad, SimulationError::Cut(CutError::WorldTooSmall { .. })), "{bad}");
    }
}

#[test]
fn numbers_are_finite_and_positions_in_the_world() {
    for (at, column) in [(4, "x"), (8, "y"), (12, "vx"), (20, "charge"), (24, "energy")] {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let error = with_row(Edge::Periodic, |row| put(row, at, bad)).unwrap_err();
            let SimulationError::NonFinite { id: 5, column: found, .. } = error else {
                panic!("{error}")
            };
            assert_eq!(found, column);
        }
    }
    for (edge, x, fits) in [
        (Edge::Periodic, 9.0, false),
        (Edge::Wall, 9.0, true),
        (Edge::Wall, 9.5, false),
        (Edge::Periodic, -0.1, false),
        (Edge::Open, -1.0e4, true),
    ] {
        let made = with_row(edge, |row| put(row, 4, x));
        match made {
            Ok(_) => assert!(fits, "{edge:?} {x}"),
            Err(error) => {
                assert!(!fits, "{edge:?} {x}: {error}");
                let expected =
                    SimulationError::OutOfWorld { id: 5, column: "x", value: x, side: 9.0 };
                assert_eq!(error, expected);
            }
        }
    }
}

#[test]
fn ids_are_unique() {
    let twice = with_row(Edge::Periodic, |row| row[..4].copy_from_slice(&9u32.to_le_bytes()));
    assert_eq!(twice.unwrap_err(), SimulationError::DuplicateId { id: 9 });
}

#[test]
fn what_the_caller_refuses_is_handed_on() {
    let mut initial = |id: u32, _: &mut [u8]| match id {
        7 => Err(SimulationError::Initial("no".into())),
        _ => Ok(()),
    };
    let error = plan_world(&Plan::usual(), Some(&mut initial)).unwrap_err();
    assert_eq!(error, SimulationError::Initial("no".into()));
}

#[test]
fn parameters_are_known_and_in_range() {
    let mut params = DotsParams::default();
    assert!(matches!(params.set("speed", 1.0), Err(ParamError::Unknown { .. })));
    let refused = [("talk", Setting::Number(1.5)), ("talk", Setting::Number(f64::NAN))];
    let others = [("most", Setting::Number(1.5)), ("talk", "x".into()), ("talk", vec![1.0].into())];
    for (name, value) in refused.into_iter().chain(others) {
        let error = params.set(name, value).unwrap_err();
        assert!(matches!(error, ParamError::NotAllowed { .. }), "{error}");
    }
    assert_eq!(params, DotsParams::default());
    for (index, param) in DotsParams::TABLE.iter().enumerate() {
        for end in param.kind.ends() {
            params.set(param.name, end.clone()).unwrap();
            // What it is rounded to is written as what was set, and may be set.
            let rounded = params.get(index).unwrap();
            assert_eq!(rounded.to_string(), end.to_string());
            params.set(param.name, rounded).unwrap();
        }
    }
    assert_eq!(params.get(DotsParams::TABLE.len()), None);
}

#[test]
fn refused_parameters_change_nothing() {
    let plan = Plan::usual();
    let mut world = plan.world(Serial::default()).unwrap();
    let wide = DotsParams { radius: 4.0, ..plan.params };
    assert!(matches!(world.set_params(wide), Err(SimulationError::Grid(_))));
    assert_eq!(*world.params(), plan.params);
    world.begin();
    let busy = world.set_params(plan.params).unwrap_err();
    assert_eq!(busy, SimulationError::Busy { tick: 0 });
    let mut other = plan.world(Serial::default()).unwrap();
    world.step().unwrap();
    other.step().unwrap();
    other.step().unwrap();
    assert_eq!((world.tick(), world.fingerprint()), (2, other.fingerprint()));
}

#[test]
fn entities_that_are_placed_as_plain_numbers_begin_where_those_placed_as_bytes_do() {
    let plan = Plan::usual();
    let placed = |x: f32| {
        let (setup, params) = (plan.setup, plan.params);
        let mut place = |id: u32, row: &mut crate::dots::dot::Row<flockwork_scheduler::Plane>| {
            if id == 5 {
                (row.id, row.position.x) = (999, x);
            }
        };
        let partition = plan.partition();
        Simulation::<Dots, _>::placed(setup, params, partition, Serial::default(), &mut place)
            .map(|world| world.fingerprint().unwrap())
    };
    assert_eq!(placed(2.5), with_row(Edge::Periodic, |row| put(row, 4, 2.5)));
    assert_ne!(placed(2.5), placed(2.75));
    let outside = placed(100.0);
    assert!(matches!(outside, Err(SimulationError::OutOfWorld { id: 5, .. })), "{outside:?}");
}
