//! Looks at the entities of an area eight at a time: those nearer to a point than a radius.

use core::ops::ControlFlow;

use flockwork_kernel::isa::{self, Isa};
use flockwork_kernel::simd::{F32x8, Vector8};
use flockwork_kernel::{LANES, Vector};

use crate::index::{Area, Indexed};

/// Calls `each` with every entity of the area whose squared distance from a point is below
/// `limit`, in canonical order: its place in the order, that distance, and the shift of the image it
/// is seen in.
#[inline]
pub(super) fn visit<T: Indexed + ?Sized, B>(
    index: &T,
    area: Area,
    at: Vector<T::Axes>,
    limit: f32,
    each: impl FnMut(usize, f32, Vector<T::Axes>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    isa::dispatch(Near { index, area, at, limit, each })
}

struct Near<'a, T: Indexed + ?Sized, F> {
    index: &'a T,
    area: Area,
    at: Vector<T::Axes>,
    limit: f32,
    each: F,
}

impl<T, B, F> isa::Task for Near<'_, T, F>
where
    T: Indexed + ?Sized,
    F: FnMut(usize, f32, Vector<T::Axes>) -> ControlFlow<B>,
{
    type Output = ControlFlow<B>;

    #[inline(always)]
    fn run<S: Isa>(self) -> ControlFlow<B> {
        let Self { index, area, at, limit, mut each } = self;
        look::<S, T, B>(index, &area, at, limit, &mut each)
    }
}

/// [`visit`] with these instructions.
#[inline(always)]
pub(super) fn look<S: Isa, T: Indexed + ?Sized, B>(
    index: &T,
    area: &Area,
    point: Vector<T::Axes>,
    limit: f32,
    each: &mut impl FnMut(usize, f32, Vector<T::Axes>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let places = index.positions();
    let lanes = (Vector8::<T::Axes, S>::all(point), F32x8::<S>::splat(limit));
    index.visit(
        area,
        #[inline(always)]
        |run, shift| {
            if S::SCALAR {
                for at in run {
                    let d2 = (places.at(at) + shift - point).length_squared();
                    if d2 < limit {
                        each(at, d2, shift)?;
                    }
                }
                return ControlFlow::Continue(());
            }
            let (point, limit) = lanes;
            let image = Vector8::all(shift);
            for at in run.clone().step_by(LANES) {
                // Past the run stand others, which do not count.
                let d2 = (places.load::<S>(at) + image - point).length_squared();
                let mut near = d2.lt(limit).bits() & first(run.end - at);
                if near == 0 {
                    continue;
                }
                let d2 = d2.to_array();
                while near != 0 {
                    let lane = near.trailing_zeros() as usize % LANES;
                    near &= near - 1;
                    each(at + lane, d2[lane], shift)?;
                }
            }
            ControlFlow::Continue(())
        },
    )
}

/// As many of the lowest bits.
#[inline(always)]
pub(super) fn first(count: usize) -> u32 {
    if count < LANES { (1 << count) - 1 } else { 0xff }
}
