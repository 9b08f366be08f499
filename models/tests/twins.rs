//! Every model against a twin: the same rules in plain scalar code over all pairs, with the same
//! bits in every column.

mod common;

#[path = "twins/boids.rs"]
mod boids;
#[path = "twins/discs.rs"]
mod discs;
#[path = "twins/lennard_jones.rs"]
mod lennard_jones;
#[path = "twins/tribes.rs"]
mod tribes;
#[path = "twins/vicsek.rs"]
mod vicsek;
