//! Eight rows at a time: what code of lanes reads and writes instead of slices.
//!
//! [`columns!`](crate::columns!) makes of these the structs `Tile` (all columns, writable), `Look`
//! (those that travel, read only) and `Left` (scratch columns, writable), with a field for each
//! column or vector by its name.

use core::marker::PhantomData;
use core::ops::Range;

use super::{Element, One};
use crate::axes::{Axes, Third};
use crate::isa::Isa;
use crate::simd::{F32x8, Mask8, Vector8};

/// Up to eight rows of one column, writable.
#[derive(Debug)]
pub struct Lane<'a, S: Isa, T> {
    rows: &'a mut [T],
    set: PhantomData<S>,
}

impl<'a, S: Isa, T: Element> Lane<'a, S, T> {
    /// The rows of `column` in `range`; none where it lacks them.
    #[inline(always)]
    pub fn of(column: &'a mut [T], range: Range<usize>) -> Self {
        Self { rows: column.get_mut(range).unwrap_or(&mut []), set: PhantomData }
    }

    /// One value per lane; lanes past the last row are 0.
    #[inline(always)]
    pub fn get(&self) -> T::Lanes<S> {
        T::load::<S>(self.rows)
    }

    /// Writes one value per lane; lanes past the last row are dropped.
    #[inline(always)]
    pub fn set(&mut self, lanes: T::Lanes<S>) {
        T::store::<S>(lanes, self.rows);
    }

    /// The rows themselves, for what is done one by one.
    #[inline(always)]
    pub fn rows(&mut self) -> &mut [T] {
        self.rows
    }
}

impl<S: Isa, T: One> Lane<'_, S, T> {
    /// Lanes of this value. Those past the last row hold 0.
    #[inline(always)]
    pub fn is(&self, value: T::Value) -> Mask8<S> {
        T::same(self.get(), T::splat(value))
    }

    /// Writes `value` in the `lanes`; the others stay.
    #[inline(always)]
    pub fn put(&mut self, lanes: Mask8<S>, value: T::Value) {
        self.set(T::select(lanes, T::splat(value), self.get()));
    }
}

/// Up to eight rows of the columns that are one vector, writable.
#[derive(Debug)]
pub struct VectorLane<'a, S: Isa, A> {
    /// Components along x.
    pub x: Lane<'a, S, f32>,
    /// Components along y.
    pub y: Lane<'a, S, f32>,
    /// Components along z; none in the plane.
    pub z: Lane<'a, S, f32>,
    /// The axes.
    pub axes: PhantomData<A>,
}

impl<S: Isa, A: Axes> VectorLane<'_, S, A> {
    /// One vector per lane; lanes past the last row are 0.
    #[inline(always)]
    pub fn get(&self) -> Vector8<A, S> {
        let z = if A::SPACE { self.z.get() } else { F32x8::ZERO };
        Vector8::of(self.x.get(), self.y.get(), z)
    }

    /// Writes one vector per lane; lanes past the last row are dropped.
    #[inline(always)]
    pub fn set(&mut self, lanes: Vector8<A, S>) {
        self.x.set(lanes.x);
        self.y.set(lanes.y);
        if A::SPACE {
            self.z.set(lanes.z.or(F32x8::ZERO));
        }
    }

    /// Writes the `vectors` of the `lanes`; the others stay.
    #[inline(always)]
    pub fn put(&mut self, lanes: Mask8<S>, vectors: Vector8<A, S>) {
        self.set(Vector8::select(lanes, vectors, self.get()));
    }
}

/// Eight rows of one column, read only.
#[derive(Clone, Copy, Debug)]
pub struct LaneRef<'a, S: Isa, T> {
    rows: &'a [T],
    set: PhantomData<S>,
}

impl<'a, S: Isa, T: Element> LaneRef<'a, S, T> {
    /// The rows of `column` in `range`; none where it lacks them.
    #[inline(always)]
    pub fn of(column: &'a [T], range: Range<usize>) -> Self {
        Self { rows: column.get(range).unwrap_or(&[]), set: PhantomData }
    }

    /// One value per lane.
    #[inline(always)]
    pub fn get(&self) -> T::Lanes<S> {
        T::load::<S>(self.rows)
    }

    /// The rows themselves, for what is done one by one.
    #[inline(always)]
    pub fn rows(&self) -> &'a [T] {
        self.rows
    }
}

impl<S: Isa, T: One> LaneRef<'_, S, T> {
    /// Lanes of this value.
    #[inline(always)]
    pub fn is(&self, value: T::Value) -> Mask8<S> {
        T::same(self.get(), T::splat(value))
    }
}

/// Eight rows of the columns that are one vector, read only.
#[derive(Clone, Copy, Debug)]
pub struct VectorLaneRef<'a, S: Isa, A> {
    /// Components along x.
    pub x: LaneRef<'a, S, f32>,
    /// Components along y.
    pub y: LaneRef<'a, S, f32>,
    /// Components along z; none in the plane.
    pub z: LaneRef<'a, S, f32>,
    /// The axes.
    pub axes: PhantomData<A>,
}

impl<S: Isa, A: Axes> VectorLaneRef<'_, S, A> {
    /// One vector per lane.
    #[inline(always)]
    pub fn get(&self) -> Vector8<A, S> {
        let z = if A::SPACE { self.z.get() } else { F32x8::ZERO };
        Vector8::of(self.x.get(), self.y.get(), z)
    }
}
