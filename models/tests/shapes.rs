//! Lists of shapes that inputs give: nobody may stand in the way of what comes.

use flockwork_kernel::shapes::Shape;
use flockwork_kernel::{Axis, Edge, Plane, Space, Vec2, World};
use flockwork_models::crowd::CrowdParams;
use flockwork_models::{Boids, Crowd, Discs, LennardJones, Meadow, Sph, Tribes, Vicsek};
use flockwork_scheduler::geometry::{Placed, Role, Schedule};
use flockwork_scheduler::{
    Arithmetic, Cut, Given, Input, Model, Params, Partition, Refused, Serial, Setup,
    SimulationError,
};
use quickcheck::quickcheck;

use crate::common::{Draw, Sim, by_id, edited, setup};

fn list(shapes: &[Placed]) -> Vec<f64> {
    shapes.iter().flat_map(Placed::numbers).map(f64::from).collect()
}

fn shapes(shapes: &[Placed]) -> Given {
    ("shapes".into(), list(shapes).into())
}

fn input(given: Given) -> Input {
    Input::Params { params: vec![given] }
}

fn segment(role: Role, from: Vec2, to: Vec2) -> Placed {
    Placed::new(role, Schedule::default(), Shape::Segment([from, to]))
}

/// People without walls, some ticks on.
fn people(cut: Cut) -> Sim<Crowd> {
    let setup = setup((12.0, 6.0), Edge::Periodic, 30, 3, 0.02);
    let mut sim = edited::<Crowd>(setup, CrowdParams::default(), cut, &mut |_, _| {});
    (0..20).for_each(|_| sim.step().unwrap());
    sim
}

fn place_of(sim: &Sim<Crowd>, id: u32) -> Vec2 {
    by_id(sim, |c, row| c.row(row).position)[id as usize].1
}

fn refused(error: SimulationError) -> Refused {
    let SimulationError::Refused(refused) = error else { panic!("{error}") };
    refused
}

fn restored(sim: &Sim<Crowd>) -> Sim<Crowd> {
    let cut = Partition::new(Cut::Parts(2));
    Sim::restore(&sim.snapshot().unwrap(), Arithmetic::Same, cut, Serial::default()).unwrap()
}

const CUTS: [Cut; 3] = [Cut::Parts(1), Cut::Grid { cols: 3, rows: 2, layers: 1 }, Cut::Parts(5)];

#[test]
fn a_wall_on_somebody_is_refused_and_nothing_is_done() {
    for cut in CUTS {
        let mut sim = people(cut);
        let before = sim.snapshot().unwrap();
        let at = place_of(&sim, 17);
        let far = segment(Role::Wall, Vec2::new(1.0, 0.01), Vec2::new(1.01, 0.01));
        let through = |role| segment(role, at + Vec2::new(-0.1, 0.0), at + Vec2::new(0.1, 0.0));
        let wall = || input(shapes(&[far.clone(), through(Role::Wall)]));
        let speed = || input(("speed".into(), 1.0.into()));
        for (inputs, place) in [
            (vec![wall()], 0),
            // What comes after it and has nothing to do with it is not named.
            (vec![speed(), wall(), speed(), Input::Remove { id: 3 }], 1),
            (vec![input(shapes(&[])), wall(), Input::Door { shapes: vec![], open: true }], 1),
        ] {
            let refused = refused(sim.give(inputs).unwrap_err());
            assert_eq!((refused.tick, refused.place), (20, place));
            let text = &refused.problem;
            assert!(text.starts_with("`params` does not fit entity 17: it is "), "{text}");
            assert!(
                text.contains(" from shape 1, a wall: it must be at least 0.00078125"),
                "{text}"
            );
            assert_eq!(sim.snapshot().unwrap(), before);
        }
        let mut params = sim.params().clone();
        params.set("shapes", list(&[through(Role::Wall)])).unwrap();
        let error = sim.set_params(params).unwrap_err();
        assert!(matches!(error, SimulationError::Unfit { id: 17, .. }), "{error}");
        assert_eq!(sim.snapshot().unwrap(), before);
        // A door may close on somebody.
        sim.give(vec![input(shapes(&[through(Role::Door)]))]).unwrap();
        assert_eq!(restored(&sim).fingerprint(), sim.fingerprint());
    }
}

#[test]
fn who_leaves_in_the_same_batch_is_not_in_the_way() {
    for cut in CUTS {
        let at = place_of(&people(cut), 17);
        let wall = segment(Role::Wall, at + Vec2::new(-0.1, 0.0), at + Vec2::new(0.1, 0.0));
        let wall = input(shapes(&[wall]));
        let values = vec![("x".into(), f64::from(at.x)), ("y".into(), f64::from(at.y + 0.3))];
        for away in [Input::Remove { id: 17 }, Input::Set { id: 17, values }] {
            for turned in [false, true] {
                let mut sim = people(cut);
                let mut inputs = vec![wall.clone(), away.clone()];
                if turned {
                    inputs.reverse();
                }
                sim.give(inputs).unwrap();
                let mut again = restored(&sim);
                for _ in 0..3 {
                    assert_eq!(again.fingerprint(), sim.fingerprint());
                    sim.step().unwrap();
                    again.step().unwrap();
                }
            }
        }
        // And who comes is: by an input before the wall, or after it.
        let mut sim = people(cut);
        let values = |y: f32| vec![("x".into(), f64::from(at.x)), ("y".into(), f64::from(y))];
        let comes = |y| Input::Spawn { values: values(y) };
        let before = sim.snapshot().unwrap();
        let gone = Input::Remove { id: 17 };
        let inputs = vec![gone.clone(), comes(at.y), wall.clone(), comes(at.y + 0.4)];
        let first = refused(sim.give(inputs).unwrap_err());
        assert!(first.place == 2 && first.problem.contains("fit entity 30: "), "{first}");
        let inputs = vec![gone, wall.clone(), comes(at.y + 0.4), comes(at.y)];
        let second = refused(sim.give(inputs).unwrap_err());
        assert!(second.place == 3 && second.problem.contains("from shape 0, a wall"), "{second}");
        assert_eq!(sim.snapshot().unwrap(), before);
    }
}

#[test]
fn a_clearance_that_somebody_has_not_is_refused() {
    for cut in CUTS {
        let setup = setup((40.0, 40.0), Edge::Wall, 30, 3, 0.02);
        let params = CrowdParams { sight: 40.0, ..CrowdParams::default() };
        let mut sim = edited::<Crowd>(setup, params, cut, &mut |_, _| {});
        (0..5).for_each(|_| sim.step().unwrap());
        sim.give(vec![Input::Set {
            id: 4,
            values: vec![("x".into(), 0.03125), ("y".into(), 7.0)],
        }])
        .unwrap();
        let before = sim.snapshot().unwrap();
        let given = |clearance: f64| vec![input(("clearance".into(), clearance.into()))];
        let refused = refused(sim.give(given(3.2)).unwrap_err());
        let text = "`params` does not fit entity 4: it is 0.03125 from the end of the world: it must be \
                    at least 0.05 from all walls";
        assert!(refused.problem.contains(text), "{refused}");
        assert_eq!(sim.snapshot().unwrap(), before);
        sim.give(given(0.01)).unwrap();
        assert_eq!(restored(&sim).fingerprint(), sim.fingerprint());
    }
}

#[test]
fn a_crowd_that_nobody_is_in_fills_through_its_source() {
    let square = |role, x: f32| {
        let (low, high) = (Vec2::new(x, 2.0), Vec2::new(x + 1.0, 4.0));
        Placed::new(role, Schedule::default(), Shape::Box { low, high })
    };
    let plan = [square(Role::Source, 0.5), square(Role::Goal, 10.5), square(Role::Sink, 10.5)];
    let mut params = CrowdParams { inflow: 5.0, ..CrowdParams::default() };
    params.set("shapes", list(&plan)).unwrap();
    let mut prints = Vec::new();
    for cut in CUTS {
        let setup = setup((12.0, 6.0), Edge::Wall, 0, 3, 0.05);
        let partition = Partition::new(cut);
        let sim = Sim::<Crowd>::new(setup, params.clone(), partition, Serial::default(), None);
        let mut sim = sim.unwrap();
        assert_eq!((sim.population(), sim.next_id()), (0, 0));
        (0..100).for_each(|_| sim.step().unwrap());
        assert_eq!((sim.population(), sim.next_id()), (25, 25));
        let mut again = restored(&sim);
        for sim in [&mut sim, &mut again] {
            (0..200).for_each(|_| sim.step().unwrap());
            assert!(sim.population() < u64::from(sim.next_id()), "somebody has left");
        }
        assert_eq!(again.fingerprint(), sim.fingerprint());
        prints.push(sim.fingerprint().unwrap());
    }
    assert!(prints.iter().all(|print| *print == prints[0]));
    // A source in which there is no room, through which somebody is to come.
    let wall = segment(Role::Wall, Vec2::new(1.0, 1.5), Vec2::new(1.0, 4.5));
    params.set("shapes", list(&[plan[0].clone(), wall])).unwrap();
    params.clearance = 0.9;
    let full = Sim::<Crowd>::new(
        setup((12.0, 6.0), Edge::Wall, 0, 3, 0.05),
        params,
        Partition::new(Cut::Parts(1)),
        Serial::default(),
        None,
    );
    let text = full.err().unwrap().to_string();
    assert!(text.contains("1 people do not fit into a source: there are 0 places"), "{text}");
}

/// Any model, in a world that nobody is in.
fn empty<M: Model>(axes: usize, dt: f32) -> Result<(), SimulationError> {
    let axes = vec![Axis { length: 20.0, edge: Edge::Periodic }; axes];
    let setup = Setup { world: World::of(&axes).unwrap(), population: 0, seed: 5, dt };
    let partition = Partition::new(Cut::Parts(2));
    let params = M::Params::default();
    let mut sim = Sim::<M>::new(setup, params, partition, Serial::default(), None)?;
    for come in [0, 3] {
        let spawn = Input::Spawn { values: vec![] };
        let answer = sim.give(vec![spawn; come])?;
        assert_eq!(answer.ids, (0..come as u32).collect::<Vec<_>>(), "{}", M::NAME);
        (0..3).try_for_each(|_| sim.step())?;
        sim.observe()?;
        sim.report().unwrap();
    }
    assert_eq!(sim.population(), 3, "{}", M::NAME);
    Ok(())
}

#[test]
fn every_model_may_begin_with_nobody_unless_it_needs_some() {
    empty::<Boids<Plane>>(2, 0.05).unwrap();
    empty::<Boids<Space>>(3, 0.05).unwrap();
    empty::<Tribes<Plane>>(2, 0.05).unwrap();
    empty::<Vicsek<Plane>>(2, 1.0).unwrap();
    empty::<Discs<Plane>>(2, 0.05).unwrap();
    empty::<LennardJones<Plane>>(2, 0.002).unwrap();
    empty::<Meadow<Plane>>(2, 0.05).unwrap();
    empty::<Crowd>(2, 0.05).unwrap();
    // Its walls are particles.
    let walls = empty::<Sph<Plane>>(2, 0.001).unwrap_err().to_string();
    assert!(walls.contains("the population must be more than the walls have"), "{walls}");
}

/// Some shape for some use, most of them within a world of 10 by 8.
fn some(draw: &mut Draw) -> Placed {
    let mut place = || Vec2::new(draw.between(-0.2, 10.2), draw.between(-0.2, 8.2));
    let (a, b, c) = (place(), place(), place());
    let corners = [a, b, c];
    let shape = match draw.below(4) {
        0 => Shape::Segment([a, b]),
        1 => Shape::Ball { centre: a, radius: draw.between(0.1, 1.5) },
        2 => Shape::Box { low: a, high: a + Vec2::new(draw.between(0.2, 3.0), 1.0) },
        _ => Shape::Polygon(&corners),
    };
    let roles = [Role::Wall, Role::Wall, Role::Door, Role::Goal, Role::Source, Role::Sink];
    let role = roles[draw.below(6) as usize];
    let schedule = Schedule { from: 3, until: 9, every: if draw.once_in(2) { 20 } else { 0 } };
    Placed::new(role, if role == Role::Door { schedule } else { Schedule::default() }, shape)
}

quickcheck! {
    fn any_list_of_shapes_is_refused_or_can_be_gone_on_from(seed: u64) -> bool {
        let mut draw = Draw::new(seed);
        let edge = draw.edge();
        let mut setup = setup((10.0, 8.0), edge, 1 + draw.below(12), seed, draw.between(0.01, 0.1));
        setup.seed = seed;
        let mut params = CrowdParams { cell: 0.5, sight: draw.between(0.5, 3.0), ..CrowdParams::default() };
        let begins: Vec<Placed> = (0..draw.below(4)).map(|_| some(&mut draw)).collect();
        params.set("shapes", list(&begins)).unwrap();
        let cut = draw.cut::<Plane>();
        let begun = Sim::<Crowd>::new(setup, params, Partition::new(Cut::Parts(1)), Serial::default(), None);
        let Ok(mut sim) = begun else { return true };
        for _ in 0..6 {
            (0..draw.below(4)).for_each(|_| sim.step().unwrap());
            let before = sim.snapshot().unwrap();
            let shapes: Vec<Placed> = (0..draw.below(6)).map(|_| some(&mut draw)).collect();
            let mut inputs = vec![input(self::shapes(&shapes))];
            if draw.once_in(3) {
                let clearance = draw.between(0.01, 0.25);
                inputs.push(Input::Params { params: vec![("clearance".into(), f64::from(clearance).into())] });
            }
            if draw.once_in(3) {
                inputs.push(Input::Door { shapes: vec![draw.below(4)], open: draw.once_in(2) });
            }
            if draw.once_in(3) {
                inputs.push(Input::Remove { id: draw.below(setup.population) });
            }
            let done = sim.give(inputs);
            let after = sim.snapshot().unwrap();
            assert!(done.is_ok() || after == before);
            let again = Sim::<Crowd>::restore(&after, Arithmetic::Same, Partition::new(cut), Serial::default());
            let again = again.or_else(|error| match error {
                SimulationError::Cut(_) => Sim::<Crowd>::restore(
                    &after, Arithmetic::Same, Partition::new(Cut::Parts(1)), Serial::default(),
                ),
                error => Err(error),
            });
            let mut again = again.unwrap();
            assert_eq!(again.fingerprint(), sim.fingerprint());
            sim.step().unwrap();
            again.step().unwrap();
            assert_eq!(again.fingerprint(), sim.fingerprint());
        }
        true
    }
}
