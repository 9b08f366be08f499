//! Models for flockwork, each in one file that a newcomer can copy.
//!
//! | model | what it is |
//! | --- | --- |
//! | [`Boids`] | flocks by separation, alignment and cohesion |
//! | [`Tribes`] | tribes that graze, flock, hunt, flee, breed and evolve |
//! | [`Vicsek`] | self-propelled walkers that align, with noise |
//! | [`Discs`] | elastic hard discs |
//! | [`LennardJones`] | molecules that attract from afar and repel nearby |

#![no_std]
#![forbid(unsafe_code)]

pub mod boids;
pub mod discs;
pub mod lennard_jones;
pub mod tribes;
pub mod vicsek;

pub use boids::Boids;
pub use discs::Discs;
pub use lennard_jones::LennardJones;
pub use tribes::Tribes;
pub use vicsek::Vicsek;
