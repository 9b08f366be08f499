//! Every model against a twin: the same rules in plain scalar code over all pairs, with the same
//! bits in every column.

mod boids;
mod crowd;
mod discs;
mod lennard_jones;
mod meadow;
mod sph;
mod tribes;
mod vicsek;
