//! One entity in code of lanes: what `scalar` modules are made with.
//!
//! A twin puts its arguments into lanes of [`Single`], calls the function of lanes and takes the result
//! out again. So there is one source for both, and both have the same bits; `kernel/tests/twins.rs`
//! holds each lane of every instruction set against the twin.

use crate::axes::{Axes, Third};
use crate::isa::Single;
use crate::simd::{F32x8, Mask8, U32x8, Vector8};
use crate::vector::Vector;

/// What one entity has where lanes have one of each.
pub(crate) trait Twin {
    type Lanes;
    fn lane(self) -> Self::Lanes;
    fn of(lanes: Self::Lanes) -> Self;
}

/// The value in a lane.
#[inline(always)]
pub(crate) fn lane<T: Twin>(value: T) -> T::Lanes {
    value.lane()
}

/// The value that is in the lane.
#[inline(always)]
pub(crate) fn one<T: Twin>(lanes: T::Lanes) -> T {
    T::of(lanes)
}

impl Twin for f32 {
    type Lanes = F32x8<Single>;
    #[inline(always)]
    fn lane(self) -> Self::Lanes {
        F32x8::splat(self)
    }
    #[inline(always)]
    fn of(lanes: Self::Lanes) -> Self {
        lanes.to_array()[0]
    }
}

impl Twin for u32 {
    type Lanes = U32x8<Single>;
    #[inline(always)]
    fn lane(self) -> Self::Lanes {
        U32x8::splat(self)
    }
    #[inline(always)]
    fn of(lanes: Self::Lanes) -> Self {
        lanes.to_array()[0]
    }
}

impl Twin for bool {
    type Lanes = Mask8<Single>;
    #[inline(always)]
    fn lane(self) -> Self::Lanes {
        if self { Mask8::all_lanes() } else { Mask8::none() }
    }
    #[inline(always)]
    fn of(lanes: Self::Lanes) -> Self {
        lanes.any()
    }
}

impl<A: Axes> Twin for Vector<A> {
    type Lanes = Vector8<A, Single>;
    #[inline(always)]
    fn lane(self) -> Self::Lanes {
        Vector8::all(self)
    }
    #[inline(always)]
    fn of(lanes: Self::Lanes) -> Self {
        Vector::of(one(lanes.x), one(lanes.y), one(lanes.z.or(F32x8::ZERO)))
    }
}

macro_rules! tuples {
    ($($name:ident $at:tt),+) => {
        impl<$($name: Twin),+> Twin for ($($name,)+) {
            type Lanes = ($($name::Lanes,)+);
            #[inline(always)]
            fn lane(self) -> Self::Lanes {
                ($(self.$at.lane(),)+)
            }
            #[inline(always)]
            fn of(lanes: Self::Lanes) -> Self {
                ($($name::of(lanes.$at),)+)
            }
        }
    };
}

tuples!(X 0, Y 1);
tuples!(X 0, Y 1, Z 2);
