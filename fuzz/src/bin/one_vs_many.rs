//! Any cut and any order of polls give the bits of one domain, and of the naive twin.

#![no_main]

use flockwork_fuzz::naive::Naive;
use flockwork_fuzz::plan::Plan;
use flockwork_fuzz::{Budget, Bytes};
use flockwork_scheduler::testing::Shuffled;
use flockwork_scheduler::{Cut, Serial};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut bytes = Bytes(data);
    let plan = Plan::any_up_to(Budget::ENTITIES, &mut |count| bytes.below(count));
    let whole = Plan { cut: Cut::Parts(1), rebalance: false, ..plan };
    let mut one = whole.world(Serial::default()).unwrap();
    let mut many = plan.world(Shuffled::new(bytes.word().into())).unwrap();
    let mut naive = Naive::new(plan.setup, plan.params, &one.rows().unwrap());
    let mut budget = Budget::new();
    for _ in 0..1 + bytes.below(17) {
        if !budget.tick(one.population()) {
            break;
        }
        one.step().unwrap();
        many.step().unwrap();
        many.recount().unwrap();
        naive.step();
        let rows = one.rows().unwrap();
        assert!(many.rows().unwrap() == rows, "{plan:?} differs from one domain");
        assert!(naive.rows() == rows, "{plan:?} differs from the naive twin");
    }
});
