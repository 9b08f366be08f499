//! The plane and space: what code that is written once for both is generic over.
//!
//! A vector always has x and y. Its third component is of type [`Axes::Third`]: a number in
//! [`Space`], and [`Nothing`] in the [`Plane`], where it takes no memory and no instruction. So code
//! for both has the bits in the plane that code for the plane alone would have.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::{Axes, Plane, Space, Vector};
//!
//! /// Written once for both.
//! fn middle<A: Axes>(a: Vector<A>, b: Vector<A>) -> Vector<A> {
//!     0.5 * (a + b)
//! }
//! assert_eq!(middle::<Plane>([0.0, 0.0].into(), [2.0, 4.0].into()), [1.0, 2.0].into());
//! assert_eq!(middle::<Space>([0.0; 3].into(), [2.0; 3].into()), [1.0; 3].into());
//! ```

use core::fmt::Debug;
use core::ops::{Add, Div, Mul, Neg, Sub};

use bytemuck::{Pod, Zeroable};

use crate::simd::{F32x8, Isa};

/// Which axes there are: [`Plane`] or [`Space`].
pub trait Axes:
    sealed::Sealed + Copy + Debug + Default + PartialEq + Send + Sync + 'static
{
    /// Whether there is a third one.
    const SPACE: bool;
    /// How many there are.
    const COUNT: usize = if Self::SPACE { 3 } else { 2 };
    /// The third component of a vector.
    type Third<T: Component>: Third<T>;
    /// One of each row of cells in which neighbours are: three, or nine in space.
    type Rows<T: Copy + Default>: Copy + Default + AsRef<[T]> + AsMut<[T]>;
}

/// Along x and y.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plane;

/// Along x, y and z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Space;

mod sealed {
    /// There are no other axes: bytes are read as vectors of these.
    pub trait Sealed {}
    impl Sealed for super::Plane {}
    impl Sealed for super::Space {}
}

impl Axes for Plane {
    const SPACE: bool = false;
    type Third<T: Component> = Nothing;
    type Rows<T: Copy + Default> = [T; 3];
}

impl Axes for Space {
    const SPACE: bool = true;
    type Third<T: Component> = T;
    type Rows<T: Copy + Default> = [T; 9];
}

/// What is in the plane or in space.
pub trait Of {
    /// Its axes.
    type Axes: Axes;
}

/// One of each axis.
impl<T> Of for [T; 2] {
    type Axes = Plane;
}

/// One of each axis.
impl<T> Of for [T; 3] {
    type Axes = Space;
}

/// The axes of which there are so many: what takes a column for each of `N` axes is for these.
pub type Count<const N: usize> = <[(); N] as Of>::Axes;

/// A component of a vector: an `f32` or eight in lanes; or the number of a line of cells.
pub trait Component:
    Third<Self> + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self>
{
    /// Zero.
    const ZERO: Self;
}

impl Component for f32 {
    const ZERO: Self = 0.0;
}

impl Component for i32 {
    const ZERO: Self = 0;
}

impl<S: Isa> Component for F32x8<S> {
    const ZERO: Self = Self::ZERO;
}

/// The third component of a vector, or nothing.
pub trait Third<T>:
    Copy
    + Debug
    + Default
    + PartialEq
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Neg<Output = Self>
    + Mul<T, Output = Self>
    + Div<T, Output = Self>
{
    /// Takes a component, which is dropped in the plane.
    fn of(value: T) -> Self;
    /// The component; `absent` in the plane.
    fn or(self, absent: T) -> T;
}

impl Third<f32> for f32 {
    #[inline(always)]
    fn of(value: f32) -> Self {
        value
    }
    #[inline(always)]
    fn or(self, _: f32) -> f32 {
        self
    }
}

impl Third<i32> for i32 {
    #[inline(always)]
    fn of(value: i32) -> Self {
        value
    }
    #[inline(always)]
    fn or(self, _: i32) -> i32 {
        self
    }
}

impl<S: Isa> Third<F32x8<S>> for F32x8<S> {
    #[inline(always)]
    fn of(value: Self) -> Self {
        value
    }
    #[inline(always)]
    fn or(self, _: Self) -> Self {
        self
    }
}

/// The third component of a vector in the plane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Nothing;

impl<T> Third<T> for Nothing {
    #[inline(always)]
    fn of(_: T) -> Self {
        Self
    }
    #[inline(always)]
    fn or(self, absent: T) -> T {
        absent
    }
}

impl Add for Nothing {
    type Output = Self;
    #[inline(always)]
    fn add(self, _: Self) -> Self {
        self
    }
}

impl Sub for Nothing {
    type Output = Self;
    #[inline(always)]
    fn sub(self, _: Self) -> Self {
        self
    }
}

impl Neg for Nothing {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self
    }
}

impl<T> Div<T> for Nothing {
    type Output = Self;
    #[inline(always)]
    fn div(self, _: T) -> Self {
        self
    }
}

impl<T> Mul<T> for Nothing {
    type Output = Self;
    #[inline(always)]
    fn mul(self, _: T) -> Self {
        self
    }
}
