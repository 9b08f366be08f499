//! Models for flockwork, each in one file that a newcomer can copy.
//!
//! | model | what it is |
//! | --- | --- |
//! | [`Boids`] | flocks by separation, alignment and cohesion |

#![no_std]
#![forbid(unsafe_code)]

pub mod boids;

pub use boids::Boids;
