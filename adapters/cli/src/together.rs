//! Steps that all processes of a run take together.

use flockwork_scheduler_native::AnySimulation;

use crate::failure::Failure;
use crate::left;

/// What a step that each process has done comes to: an error of one is an error of all.
///
/// The others get `problem`. On an error every process removes what it has half done and calls
/// `clear`, and none goes on before all have: the first one that ends takes the others with it.
pub(crate) fn together<T>(
    simulation: &dyn AnySimulation,
    own: Result<T, Failure>,
    problem: &str,
    clear: impl FnOnce(),
) -> Result<T, Failure> {
    if simulation.agree(own.is_ok()) {
        return own;
    }
    left::abandon();
    clear();
    simulation.agree(true);
    own.and_then(|_| Err(Failure::Elsewhere(problem.to_string())))
}
