//! What is measured of a crowd: numbers for a figure, from places, velocities and ids.
//!
//! Everything is counted in integers, so a number does not depend on the order in which entities come,
//! on how they are shared out, or on who adds up. It knows no model and no scheduler: it takes slices,
//! as the kernels and the index do.

#![forbid(unsafe_code)]

mod blocks;

pub use blocks::{BlockAverage, Mean};
