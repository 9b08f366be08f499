//! Inputs are taken or refused, as lines of JSON and as bytes; what is said about them is short and harmless,
//! and bytes that are read are written back as they were. A world that refuses a batch is as it was, and goes on.

#![no_main]

use flockwork_cli::read;
use flockwork_fuzz::check_message;
use flockwork_kernel::Plane;
use flockwork_models::{Boids, Crowd, Meadow};
use flockwork_scheduler::inputs::{self, Input};
use flockwork_scheduler::{
    Cut, Model, Params, Partition, Serial, Setup, Simulation, SimulationError,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Err(problem) = read::inputs(data) {
        check_message(&problem);
    }
    let Ok(batch) = inputs::decode(data) else { return };
    assert_eq!(inputs::encode(&batch), data);
    // Parameters may ask for more cells than a fuzzer has time for.
    if batch.iter().any(|input| matches!(input, Input::Params { .. })) {
        return;
    }
    give::<Boids<Plane>>(&[], &batch);
    give::<Meadow<Plane>>(&[], &batch);
    // A goal, a wall and a door.
    let shapes = [
        &[2.0, 2.0, 0.0, 0.0, 0.0, 4.0, 8.0, 1.0, 9.5, 4.0][..],
        &[0.0, 0.0, 0.0, 0.0, 0.0, 4.0, 5.0, 0.0, 5.0, 2.0],
        &[0.0, 1.0, 5.0, 9.0, 20.0, 4.0, 5.0, 2.0, 5.0, 5.0],
    ];
    give::<Crowd>(&shapes.concat(), &batch);
});

/// Gives a batch to a small world in two regions.
fn give<M: Model>(shapes: &[f64], batch: &[Input]) {
    let world = flockwork_fuzz::small();
    let mut params = M::Params::default();
    if !shapes.is_empty() {
        params.set("shapes", shapes.to_vec()).expect("they are sound");
    }
    let setup = Setup { world, population: 12, seed: 1, dt: 0.01 };
    let partition = Partition::new(Cut::Parts(2));
    let made = Simulation::<M, _>::new(setup, params, partition, Serial::default(), None);
    let mut simulation = made.expect("the set-up is sound");
    let before = simulation.snapshot().expect("it stands");
    match simulation.give(batch.to_vec()) {
        Ok(_) => simulation.recount().expect("the books hold"),
        Err(SimulationError::Refused(refusal)) => {
            assert!((refusal.place as usize) < batch.len());
            assert_eq!(simulation.snapshot().expect("it stands"), before);
        }
        Err(error) => panic!("{error}"),
    }
    // What is allowed may still be too much for a model, which is then told.
    let _ = simulation.step();
}
