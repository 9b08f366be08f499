//! What a model is written with, in one line: `use flockwork_scheduler::prelude::*;`.

pub use flockwork_kernel::simd::{Count8, F32x8, I32x8, Isa, Mask8, Sum8, U32x8, V2};
pub use flockwork_kernel::{LANES, Vec2, columns, math, rng};

pub use crate::{
    Around, ByRows, Event, Finish, LookOf, Model, Neighbour, Never, Pair, ParamError, RefOf, Rows,
    Setup, Tick, TileOf, params, stats,
};
