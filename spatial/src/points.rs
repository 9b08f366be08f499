//! Points as programs have them: arrays, vectors, columns, or whatever an accessor finds one in.
//!
//! An index reads each point a few times while it is built and keeps a copy of it. So nobody has to
//! take points apart into columns, or to put columns together.
//!
//! | points | what they are |
//! | --- | --- |
//! | `[P]`, `[P; N]`, `Vec<P>` | of any [`Point`] `P`: `[f32; 2]`, `[f32; 3]`, [`Vector`], those of `glam` and `mint` |
//! | `(xs, ys)`, `(xs, ys, zs)` | columns: slices, arrays or vectors |
//! | [`Places`], [`Entities`] | columns, and columns with ids |
//! | [`By`] | anything, and a function that finds a point in it |
//!
//! Points have ids: their slots, unless they bring some.

use flockwork_kernel::Vector;
use flockwork_kernel::axes::{Axes, Plane, Space};

use crate::index::{Entities, IndexError, Places};

/// A point in the plane or in space.
pub trait Point<A: Axes> {
    /// The point as a vector.
    fn vector(&self) -> Vector<A>;
}

impl<A: Axes> Point<A> for Vector<A> {
    #[inline(always)]
    fn vector(&self) -> Vector<A> {
        *self
    }
}

impl<A: Axes, P: Point<A> + ?Sized> Point<A> for &P {
    #[inline(always)]
    fn vector(&self) -> Vector<A> {
        (**self).vector()
    }
}

/// Says how a type is a point: its components in the plane or in space.
macro_rules! point {
    ($($axes:ident: $type:ty, |$point:ident| ($($component:expr),+);)+) => {$(
        impl Point<$axes> for $type {
            #[inline(always)]
            fn vector(&self) -> Vector<$axes> {
                let $point = self;
                Vector::<$axes>::new($($component),+)
            }
        }
    )+};
}

point! {
    Plane: [f32; 2], |at| (at[0], at[1]);
    Space: [f32; 3], |at| (at[0], at[1], at[2]);
    Plane: (f32, f32), |at| (at.0, at.1);
    Space: (f32, f32, f32), |at| (at.0, at.1, at.2);
}

#[cfg(feature = "glam")]
point! {
    Plane: glam::Vec2, |at| (at.x, at.y);
    Space: glam::Vec3, |at| (at.x, at.y, at.z);
    Space: glam::Vec3A, |at| (at.x, at.y, at.z);
}

#[cfg(feature = "mint")]
point! {
    Plane: mint::Point2<f32>, |at| (at.x, at.y);
    Plane: mint::Vector2<f32>, |at| (at.x, at.y);
    Space: mint::Point3<f32>, |at| (at.x, at.y, at.z);
    Space: mint::Vector3<f32>, |at| (at.x, at.y, at.z);
}

/// Points in the plane or in space. The place of a point among them is its slot.
pub trait Points<A: Axes> {
    /// How many there are.
    fn len(&self) -> usize;

    /// The one in a slot, which is below [`Points::len`].
    fn at(&self, slot: usize) -> Vector<A>;

    /// Their ids, each of them once; None if these are the slots.
    fn ids(&self) -> Option<&[u32]> {
        None
    }

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether there are as many of everything.
    ///
    /// # Errors
    ///
    /// [`IndexError::LengthMismatch`] names a column that is not as long as the first.
    fn check(&self) -> Result<(), IndexError> {
        match self.ids() {
            Some(ids) => same("ids", self.len(), ids.len()),
            None => Ok(()),
        }
    }
}

fn same(column: &'static str, expected: usize, found: usize) -> Result<(), IndexError> {
    if found != expected {
        return Err(IndexError::LengthMismatch { column, expected, found });
    }
    Ok(())
}

impl<A: Axes, P: Point<A>> Points<A> for [P] {
    #[inline(always)]
    fn len(&self) -> usize {
        <[P]>::len(self)
    }

    #[inline(always)]
    fn at(&self, slot: usize) -> Vector<A> {
        self[slot].vector()
    }
}

impl<A: Axes, P: Point<A>, const N: usize> Points<A> for [P; N] {
    #[inline(always)]
    fn len(&self) -> usize {
        N
    }

    #[inline(always)]
    fn at(&self, slot: usize) -> Vector<A> {
        self[slot].vector()
    }
}

#[cfg(feature = "alloc")]
impl<A: Axes, P: Point<A>> Points<A> for alloc::vec::Vec<P> {
    #[inline(always)]
    fn len(&self) -> usize {
        <[P]>::len(self)
    }

    #[inline(always)]
    fn at(&self, slot: usize) -> Vector<A> {
        self[slot].vector()
    }
}

impl<A: Axes, P: Points<A> + ?Sized> Points<A> for &P {
    #[inline(always)]
    fn len(&self) -> usize {
        (**self).len()
    }

    #[inline(always)]
    fn at(&self, slot: usize) -> Vector<A> {
        (**self).at(slot)
    }

    fn ids(&self) -> Option<&[u32]> {
        (**self).ids()
    }

    fn check(&self) -> Result<(), IndexError> {
        (**self).check()
    }
}

impl<X: AsRef<[f32]>, Y: AsRef<[f32]>> Points<Plane> for (X, Y) {
    #[inline(always)]
    fn len(&self) -> usize {
        self.0.as_ref().len()
    }

    #[inline(always)]
    fn at(&self, slot: usize) -> Vector<Plane> {
        Vector::<Plane>::new(self.0.as_ref()[slot], self.1.as_ref()[slot])
    }

    fn check(&self) -> Result<(), IndexError> {
        same("ys", self.0.as_ref().len(), self.1.as_ref().len())
    }
}

impl<X: AsRef<[f32]>, Y: AsRef<[f32]>, Z: AsRef<[f32]>> Points<Space> for (X, Y, Z) {
    #[inline(always)]
    fn len(&self) -> usize {
        self.0.as_ref().len()
    }

    #[inline(always)]
    fn at(&self, slot: usize) -> Vector<Space> {
        let (x, y, z) = (self.0.as_ref()[slot], self.1.as_ref()[slot], self.2.as_ref()[slot]);
        Vector::<Space>::new(x, y, z)
    }

    fn check(&self) -> Result<(), IndexError> {
        let len = self.0.as_ref().len();
        same("ys", len, self.1.as_ref().len())?;
        same("zs", len, self.2.as_ref().len())
    }
}

impl<A: Axes> Points<A> for Places<'_, A> {
    #[inline(always)]
    fn len(&self) -> usize {
        self.xs.len()
    }

    #[inline(always)]
    fn at(&self, slot: usize) -> Vector<A> {
        Places::at(self, slot)
    }

    fn check(&self) -> Result<(), IndexError> {
        same("ys", self.xs.len(), self.ys.len())?;
        if A::SPACE { same("zs", self.xs.len(), self.zs.len()) } else { Ok(()) }
    }
}

impl<A: Axes> Points<A> for Entities<'_, A> {
    #[inline(always)]
    fn len(&self) -> usize {
        self.places.xs.len()
    }

    #[inline(always)]
    fn at(&self, slot: usize) -> Vector<A> {
        self.places.at(slot)
    }

    fn ids(&self) -> Option<&[u32]> {
        Some(self.ids)
    }

    fn check(&self) -> Result<(), IndexError> {
        Points::check(&self.places)?;
        same("ids", Points::len(self), self.ids.len())
    }
}

/// Things, and a function that finds the point of each.
///
/// ```
/// use flockwork_spatial::points::{By, Points};
/// use flockwork_kernel::Plane;
///
/// struct Ship { name: &'static str, at: [f32; 2] }
/// let ships = [Ship { name: "Argo", at: [1.0, 2.0] }];
/// let points = By(&ships, |ship: &Ship| ship.at);
/// assert_eq!(Points::<Plane>::len(&points), 1);
/// # assert_eq!(ships[0].name, "Argo");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct By<'a, T, F>(pub &'a [T], pub F);

impl<A: Axes, T, P: Point<A>, F: Fn(&T) -> P> Points<A> for By<'_, T, F> {
    #[inline(always)]
    fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    fn at(&self, slot: usize) -> Vector<A> {
        (self.1)(&self.0[slot]).vector()
    }
}

/// Points, and ids for them.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a, P: ?Sized> {
    /// The points.
    pub points: &'a P,
    /// As many ids, each of them once.
    pub ids: &'a [u32],
}

impl<A: Axes, P: Points<A> + ?Sized> Points<A> for Named<'_, P> {
    #[inline(always)]
    fn len(&self) -> usize {
        self.points.len()
    }

    #[inline(always)]
    fn at(&self, slot: usize) -> Vector<A> {
        self.points.at(slot)
    }

    fn ids(&self) -> Option<&[u32]> {
        Some(self.ids)
    }

    fn check(&self) -> Result<(), IndexError> {
        self.points.check()?;
        same("ids", self.points.len(), self.ids.len())
    }
}
