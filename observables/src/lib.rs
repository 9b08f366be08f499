//! What is measured of a crowd: numbers for a figure, from places, velocities and ids.
//!
//! Everything is counted in integers or added up exactly, and floats come only in the last division: so a
//! number does not depend on the order in which entities come, on how they are shared out, or on who adds
//! up. It knows no model and no scheduler: it takes slices, as the kernels and the index do.
//!
//! ```
//! use flockwork_kernel::{Edge, Vec2, World};
//! use flockwork_observables::{Look, Observable, Radial};
//!
//! let world = World::new(10.0, 10.0, Edge::Periodic)?;
//! let mut radial = Radial::new(world, 2.0, 4)?;
//! let places = [[1.0, 1.0], [1.0, 2.2], [1.0, 9.5]].map(Vec2::from);
//! radial.look(&Look { tick: 0, places: &places, ids: &[0, 1, 2], velocities: &[], groups: &[] })?;
//! assert_eq!(radial.pairs(), [0, 0, 1, 1]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | observable | what | asks for |
//! | --- | --- | --- |
//! | [`Radial`] | radial distribution g(r) | places |
//! | [`Structure`] | structure factor S(k) | places, periodic axes |
//! | [`Displacement`] | mean squared displacement | places, ids |
//! | [`VelocityCorrelation`] | velocity autocorrelation | velocities, ids |
//! | [`Speeds`] | histogram of speeds | velocities |
//! | [`NeighbourNumbers`] | histogram of the number of neighbours | places |
//! | [`Clusters`] | sizes of clusters | places |
//! | [`DensityMap`], [`FluxMap`] | maps on a grid | places, velocities |
//!
//! Each has a naive twin in [`naive`]. [`Unwrap`] follows entities over seams, [`Total`] adds up exactly.
//! [`BlockAverage`] is the mean of a series with its error.

#![forbid(unsafe_code)]

pub mod bins;
mod blocks;
pub mod clusters;
pub mod correlation;
pub mod histogram;
pub mod look;
pub mod map;
pub mod naive;
pub mod radial;
pub mod structure;
pub mod table;
pub mod total;
pub mod unwrap;

pub use bins::Bins;
pub use blocks::{BlockAverage, Mean};
pub use clusters::Clusters;
pub use correlation::{Displacement, Lags, VelocityCorrelation};
pub use histogram::{NeighbourNumbers, Speeds};
pub use look::{Look, Observable, ObserveError};
pub use map::{DensityMap, FluxMap};
pub use radial::Radial;
pub use structure::Structure;
pub use table::{Column, Table, Values};
pub use total::Total;
pub use unwrap::Unwrap;
