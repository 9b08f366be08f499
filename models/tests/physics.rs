//! What models must do as physics or as a crowd, held against theory.

mod common;

#[path = "physics/boids.rs"]
mod boids;
#[path = "physics/discs.rs"]
mod discs;
#[path = "physics/gas.rs"]
mod gas;
#[path = "physics/lennard_jones.rs"]
mod lennard_jones;
#[path = "physics/memory.rs"]
mod memory;
#[path = "physics/points.rs"]
mod points;
#[path = "physics/space.rs"]
mod space;
#[path = "physics/starts.rs"]
mod starts;
#[path = "physics/tribes.rs"]
mod tribes;
#[path = "physics/vicsek.rs"]
mod vicsek;
