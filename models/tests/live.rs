//! Parameters that act at tick 0 alone say so, and cannot be set later.

use flockwork_kernel::{Edge, World};
use flockwork_models::{Boids, Discs, LennardJones, Tribes, Vicsek};
use flockwork_scheduler::{
    Cut, Model, ParamError, Params, Partition, Serial, Setting, Setup, Simulation, SimulationError,
};

/// A value that is allowed beside these.
fn another<P: Params>(params: &P, name: &str) -> P {
    let index = P::TABLE.iter().position(|param| param.name == name).unwrap();
    let (param, now) = (P::TABLE[index], params.get(index).unwrap());
    let mut other = params.clone();
    let near = match now {
        Setting::Number(now) => vec![Setting::Number(0.5 * now), Setting::Number(2.0 * now)],
        _ => Vec::new(),
    };
    for value in near.into_iter().chain(param.kind.ends()) {
        if other.set(name, value).is_ok() && other.get(index) != params.get(index) {
            return other;
        }
    }
    panic!("{name} has no other value");
}

fn start_only<M: Model>(setup: Setup, expected: &[&str]) {
    let names: Vec<&str> =
        M::Params::TABLE.iter().filter(|param| !param.live).map(|param| param.name).collect();
    assert_eq!(names, expected, "{}", M::NAME);
    let partition = Partition::new(Cut::Parts(2));
    let make = || {
        let params = M::Params::default();
        Simulation::<M, _>::new(setup, params, partition, Serial::default(), None).unwrap()
    };
    let (mut world, mut untouched) = (make(), make());
    for name in names {
        let other = another(world.params(), name);
        match world.set_params(other).unwrap_err() {
            SimulationError::Param(ParamError::NotLive { param, .. }) => {
                assert_eq!(param.name, name, "{}", M::NAME);
            }
            error => panic!("{} of {}: {error}", name, M::NAME),
        }
        // The same value again is no change.
        world.set_params(world.params().clone()).unwrap();
        world.step().unwrap();
        untouched.step().unwrap();
        assert_eq!(world.fingerprint(), untouched.fingerprint(), "{name} of {}", M::NAME);
    }
}

#[test]
fn a_parameter_that_acts_at_tick_0_alone_cannot_be_set_later() {
    let world = World::new(24.0, 24.0, Edge::Periodic).unwrap();
    let setup = Setup { world, population: 120, seed: 5, dt: 0.01 };
    start_only::<Boids>(setup, &[]);
    start_only::<Discs>(setup, &["speed"]);
    start_only::<LennardJones>(setup, &["temperature"]);
    start_only::<Tribes>(setup, &["tribes", "territory"]);
    start_only::<Vicsek>(setup, &[]);
}

#[test]
fn the_error_names_the_parameter_and_the_value_that_it_keeps() {
    let params = <LennardJones as Model>::Params::default();
    let hot = another(&params, "temperature");
    let text = hot.check_live(&params).unwrap_err().to_string();
    assert!(text.contains("params.temperature acts at tick 0 alone, where it was 1"), "{text}");
    params.check_live(&params).unwrap();
}
