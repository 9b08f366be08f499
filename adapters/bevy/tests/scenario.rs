//! Crowds of scenarios in text, with the feature `scenario`.
#![cfg(feature = "scenario")]

use std::path::Path;

use bevy_flockwork::kernel::Plane;
use bevy_flockwork::{Crowd, CrowdError, Options, Plan};
use flockwork_models::{Boids, Crowd as People, Meadow};
use flockwork_scheduler::{Area, Change, Input};

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
fn inputs_change_fields_and_open_doors_or_are_refused() {
    let text = "model = 'meadow'\nentities = 200\ndt = 0.02\n[world]\nwidth = 20\nheight = 10\n\
                [field.grass]\ncells = [20, 10]\nstart = 100\n";
    let plan = Plan::<Meadow<Plane>>::from_scenario(text, Path::new(".")).unwrap();
    let mut meadow = Crowd::new(plan).unwrap();
    let area = Area::Box { low: vec![0.0, 0.0], high: vec![1.0, 1.0] };
    let paint = |name: &str| Input::Field {
        name: name.into(),
        area: area.clone(),
        change: Change::Set(7.0),
    };
    meadow.give(vec![paint("grass")]).unwrap();
    let (cells, amounts) = meadow.field("grass").unwrap().unwrap();
    assert_eq!((cells, amounts.len(), amounts[0]), (vec![20, 10], 200, 7.0));
    assert!(meadow.field("gras").unwrap().is_none());
    let error = meadow.give(vec![paint("gras")]).unwrap_err().to_string();
    assert!(error.contains("no field `gras`"), "{error}");

    let text = "model = 'crowd'\nentities = 4\ndt = 0.05\n[world]\nwidth = 10\nheight = 5\nedge = 'wall'\n\
                [[shape]]\nkind = 'box'\nrole = 'goal'\nlow = [8, 1]\nhigh = [9.5, 4]\n\
                [[shape]]\nkind = 'chain'\nrole = 'door'\ncorners = [[5, 0], [5, 5]]\n";
    let mut crowd =
        Crowd::new(Plan::<People>::from_scenario(text, Path::new(".")).unwrap()).unwrap();
    let door = |shape| Input::Door { shapes: vec![shape], open: true };
    let error = crowd.give(vec![door(0)]).unwrap_err().to_string();
    assert!(error.contains("shape 0 is a goal: only a door"), "{error}");
    crowd.give(vec![door(1)]).unwrap();
    for _ in 0..200 {
        crowd.step().unwrap();
    }
    let places = crowd.simulation().domains().unwrap().iter().flat_map(|domain| {
        let places = domain.places();
        (0..domain.cells().len()).map(move |row| places.at(row).x)
    });
    assert!(places.into_iter().all(|x| x > 5.0), "all have gone through the door");

    let scheduled = format!("{TEXT}[[input]]\nat = 3\nremove = 1\n");
    let refused = Plan::<Flock>::from_scenario(&scheduled, Path::new(".")).unwrap_err();
    assert!(refused.to_string().contains("a crowd follows no schedule"), "{refused}");
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
