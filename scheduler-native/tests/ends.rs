//! After a panic in any function of a model the state is that of the last completed tick, on threads
//! as on the serial scheduler.

#![allow(dead_code)]

use flockwork_scheduler_native::Threads;

#[path = "../../scheduler/tests/domains/dots.rs"]
mod dots;
#[path = "../../scheduler/tests/domains/plan.rs"]
mod plan;
#[path = "../../scheduler/tests/domains/states.rs"]
mod states;

use plan::Plan;

#[test]
fn a_panic_in_any_function_of_a_model_leaves_the_last_completed_tick() {
    for (workers, rebalance) in [(1, false), (3, true)] {
        let plan = Plan { rebalance, ..Plan::usual() };
        states::snap_everywhere(&plan, workers, || Threads::new(workers as usize).unwrap());
        states::snap_between_ticks(&plan, || Threads::new(workers as usize).unwrap());
    }
}
