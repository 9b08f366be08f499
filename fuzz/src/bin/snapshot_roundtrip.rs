//! A world goes on with the same bits from its snapshot, under any cut.

#![no_main]

use flockwork_fuzz::dots::Dots;
use flockwork_fuzz::plan::Plan;
use flockwork_fuzz::{Budget, Bytes};
use flockwork_scheduler::testing::Shuffled;
use flockwork_scheduler::{Arithmetic, Partition, Serial, Simulation};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let plan = Plan::any_up_to(Budget::ENTITIES, &mut |count| bytes.below(count));
    let mut world = plan.world(Serial::default()).unwrap();
    // One half before the snapshot, one after it.
    let [mut before, mut after] = [Budget::new(), Budget::new()];
    for _ in 0..bytes.below(12) {
        if !before.tick(world.population()) {
            break;
        }
        world.step().unwrap();
    }
    let snapshot = world.snapshot().unwrap();
    let cut = plan.any_cut(&mut |count| bytes.below(count));
    let partition = Partition { cut, rebalance: Some(1.0), capacity: None };
    let executor = Shuffled::new(bytes.word().into());
    let mut again =
        Simulation::<Dots, _>::restore(&snapshot, Arithmetic::Same, partition, executor).unwrap();
    assert_eq!(again.snapshot().unwrap(), snapshot);
    for _ in 0..10 {
        if !after.tick(world.population()) {
            break;
        }
        world.step().unwrap();
        again.step().unwrap();
        assert_eq!(again.fingerprint(), world.fingerprint());
    }
    assert_eq!(again.snapshot(), world.snapshot());
});
