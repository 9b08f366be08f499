//! Models for flockwork, each in one file that a newcomer can copy.
//!
//! | model | what it is |
//! | --- | --- |
//! | [`Boids`] | flocks by separation, alignment and cohesion |
//! | [`Tribes`] | tribes that graze, flock, hunt, flee, breed and evolve |
//! | [`Vicsek`] | self-propelled walkers that align, with noise |
//! | [`Discs`] | elastic hard discs |
//! | [`LennardJones`] | molecules that attract from afar and repel nearby |
//! | [`Meadow`] | sheep that flock and flee, and wolves with a sight of their own |
//! | [`Sph`] | a liquid with a free surface, of smoothed particles |
//! | [`Crowd`] | people with goals, among walls and doors |
//!
//! Every file has the same parts, in the order in which they come to work: the columns of an
//! entity, the parameters, the record (what an entity shows to its neighbours), the sum over
//! neighbours, and the functions of [`Model`](flockwork_scheduler::Model). To write your own, copy
//! the one that is most like it:
//!
//! | if it has | copy |
//! | --- | --- |
//! | neighbours that pull and push | `boids.rs`, the plainest |
//! | chance, or a statistic over many ticks | `vicsek.rs` |
//! | velocities and forces of physics | `lennard_jones.rs` |
//! | pairs that must agree on something | `discs.rs` |
//! | events, birth, death, heredity | `tribes.rs` |
//! | some who see further than others | `meadow.rs` |
//! | passes that read what an earlier one left with neighbours | `sph.rs` |
//! | walls, doors, goals, sources and sinks | `crowd.rs` |
//!
//! Two rules are easy to break, and results then depend on how the world is cut: in `pair`, a lane
//! that is not in `pair.near` must add +0.0, which is what `keep` does, and sums must begin at
//! +0.0, not at -0.0.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod boids;
pub mod crowd;
pub mod discs;
pub mod lennard_jones;
pub mod meadow;
pub mod sph;
#[cfg(feature = "threads")]
pub mod threads;
pub mod tribes;
pub mod vicsek;

pub use boids::Boids;
pub use crowd::Crowd;
pub use discs::Discs;
pub use lennard_jones::LennardJones;
pub use meadow::Meadow;
pub use sph::Sph;
pub use tribes::Tribes;
pub use vicsek::Vicsek;
