//! Crowds of scenarios in text, with the feature `scenario`.
#![cfg(feature = "scenario")]

use std::path::Path;

use bevy_flockwork::kernel::Plane;
use bevy_flockwork::{Crowd, CrowdError, Options, Plan};
use flockwork_models::Boids;

type Flock = Boids<Plane>;

const TEXT: &str = "model = 'boids'\nentities = 500\nseed = 3\ndt = 0.05\n\
                    [world]\nwidth = 20\nheight = 10\n[params]\nmax_speed = 3\n";

#[test]
fn a_scenario_is_the_crowd_that_is_made_in_rust() {
    let plan = Plan::<Flock>::from_scenario(TEXT, Path::new(".")).unwrap();
    let mut read = Crowd::new(plan.options(Options::threads(2))).unwrap();
    let mut made = {
        let setup = *read.simulation().setup();
        let params = Boids { max_speed: 3.0, ..Flock::default() };
        Crowd::new(Plan::<Flock>::new(setup, params)).unwrap()
    };
    for _ in 0..5 {
        assert_eq!(read.fingerprint(), made.fingerprint());
        read.step().unwrap();
        made.step().unwrap();
    }
    read.reset().unwrap();
    assert_eq!(read.tick(), 0);
    assert_eq!(read.params().max_speed, 3.0);
}

#[test]
fn what_is_wrong_with_a_scenario_is_told() {
    let wrong = |text: &str| match Plan::<Flock>::from_scenario(text, Path::new(".")) {
        Err(CrowdError::Scenario(problem)) => problem,
        other => panic!("{other:?}"),
    };
    assert!(wrong(&TEXT.replace("max_speed", "max_sped")).contains("max_sped"));
    assert!(wrong(&TEXT.replace("boids", "tribes")).contains("tribes"));
}
