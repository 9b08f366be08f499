//! Crates outside of this repository, which Cargo builds: they take their time, so they are apart from
//! the tests that wait for signals of a run.

mod deny_list;
mod new;
#[path = "../cli/place.rs"]
mod place;

use place::{Place, repository, tree};
