//! What models must do as physics or as a crowd, held against theory.

mod boids;
mod crowd;
mod discs;
mod gas;
mod lennard_jones;
mod memory;
mod points;
mod space;
mod sph;
mod starts;
mod tribes;
mod vicsek;
