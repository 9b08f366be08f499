//! What a model is written with, in one line: `use flockwork_scheduler::prelude::*;`.

pub use flockwork_kernel::simd::{Count8, F32x8, I32x8, Isa, Mask8, Sum8, U32x8, V2};
pub use flockwork_kernel::{LANES, Vec2, columns, math, rng};

pub use crate::field::{Field, Rule};
pub use crate::letter::Never;
pub use crate::model::{Event, Finish, LookOf, Model, Pair, Pass, Poke, RefOf, Tick, TileOf};
pub use crate::params;
pub use crate::params::{List, ParamError, Text, choices};
pub use crate::rows::{Around, ByRows, Neighbour, Rows};
pub use crate::start::Setup;
pub use crate::stats;
