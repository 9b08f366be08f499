//! The same question at many points: they are checked first, and the best instructions chosen once.

use core::ops::ControlFlow;

use flockwork_kernel::Vector;
use flockwork_kernel::isa::{self, Isa};

use super::inputs::{reach, usable_point, usable_radius};
use super::{Hit, QueryError, near};
use crate::index::{Area, Indexed};
use crate::points::Points;

/// Checks a radius and all points; gives how wide to look.
pub(super) fn usable<T: Indexed + ?Sized>(
    index: &T,
    points: &(impl Points<T::Axes> + ?Sized),
    r: f32,
) -> Result<f32, QueryError> {
    let periods = index.periods();
    usable_radius(&periods, r)?;
    if let Err(error) = points.check() {
        return Err(QueryError::Points(error));
    }
    for slot in 0..points.len() {
        if let Err(error) = usable_point(&periods, points.at(slot)) {
            return Err(error.of_point(slot as u32));
        }
    }
    Ok(reach(&periods, r, 0.0))
}

/// Counts around each point.
pub(super) struct CountAt<'a, T: ?Sized, P: ?Sized> {
    pub(super) index: &'a T,
    pub(super) points: &'a P,
    pub(super) wide: f32,
    pub(super) limit: f32,
    pub(super) out: &'a mut [u32],
}

impl<T: Indexed + ?Sized, P: Points<T::Axes> + ?Sized> isa::Task for CountAt<'_, T, P> {
    type Output = ();

    #[inline(always)]
    fn run<S: Isa>(self) {
        let Self { index, points, wide, limit, out } = self;
        for (slot, count) in out.iter_mut().enumerate() {
            let at = points.at(slot);
            *count = near::count::<S, T>(index, &Area::around(at, wide), at, limit);
        }
    }
}

/// Shows who is near each point.
pub(super) struct VisitAt<'a, T: ?Sized, P: ?Sized, F> {
    pub(super) index: &'a T,
    pub(super) points: &'a P,
    pub(super) wide: f32,
    pub(super) limit: f32,
    pub(super) each: F,
}

impl<T, P, B, F> isa::Task for VisitAt<'_, T, P, F>
where
    T: Indexed + ?Sized,
    P: Points<T::Axes> + ?Sized,
    F: FnMut(u32, Hit) -> ControlFlow<B>,
{
    type Output = ControlFlow<B>;

    #[inline(always)]
    fn run<S: Isa>(self) -> ControlFlow<B> {
        let Self { index, points, wide, limit, mut each } = self;
        let order = index.order();
        for slot in 0..points.len() {
            let at = points.at(slot);
            let area = Area::around(at, wide);
            near::look::<S, T, B>(
                index,
                &area,
                at,
                limit,
                0,
                #[inline(always)]
                |place, d2, _: Vector<T::Axes>| each(slot as u32, Hit::of(order[place], d2)),
            )?;
        }
        ControlFlow::Continue(())
    }
}
