//! Looks at the entities of an area eight at a time: those nearer to a point than a radius.

use core::ops::ControlFlow;

use flockwork_kernel::isa::{self, Isa};
use flockwork_kernel::simd::{F32x8, Mask8, U32x8, Vector8};
use flockwork_kernel::{Axes, LANES, Vector};

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
        let Self { index, area, at, limit, each } = self;
        look::<S, T, B>(index, &area, at, limit, 0, each)
    }
}

/// Candidates whose answers wait until there are some, eight at a time.
struct Waiting<A: Axes> {
    /// Who of them is near, eight bits each.
    near: u64,
    count: usize,
    from: [usize; LANES],
    shift: [Vector<A>; LANES],
    d2: [[f32; LANES]; LANES],
}

impl<A: Axes> Waiting<A> {
    #[inline(always)]
    fn new() -> Self {
        let (from, d2) = ([0; LANES], [[0.0; LANES]; LANES]);
        Self { near: 0, count: 0, from, shift: [Vector::default(); LANES], d2 }
    }

    /// Shows them, in order.
    #[inline(always)]
    fn show<B>(
        &mut self,
        each: &mut impl FnMut(usize, f32, Vector<A>) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut near = self.near;
        while near != 0 {
            let bit = near.trailing_zeros() as usize;
            near &= near - 1;
            let (part, lane) = (bit / LANES % LANES, bit % LANES);
            each(self.from[part] + lane, self.d2[part][lane], self.shift[part])?;
        }
        (self.near, self.count) = (0, 0);
        ControlFlow::Continue(())
    }
}

/// [`visit`] with these instructions, of those alone whose place in the order is `after` or later.
///
/// Up to 64 candidates are tried before the first of them is shown: the end of each eight's list would
/// be mispredicted, and so is only that of all of them.
#[inline(always)]
pub(super) fn look<S: Isa, T: Indexed + ?Sized, B>(
    index: &T,
    area: &Area,
    point: Vector<T::Axes>,
    limit: f32,
    after: usize,
    mut each: impl FnMut(usize, f32, Vector<T::Axes>) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let places = index.positions();
    if S::SCALAR {
        for (run, shift) in index.runs(area) {
            for at in run.start.max(after)..run.end {
                let d2 = (places.at(at) + shift - point).length_squared();
                if d2 < limit {
                    each(at, d2, shift)?;
                }
            }
        }
        return ControlFlow::Continue(());
    }
    let (point, limit) = (Vector8::<T::Axes, S>::all(point), F32x8::<S>::splat(limit));
    let mut waiting = Waiting::new();
    for (run, shift) in index.runs(area) {
        let image = Vector8::all(shift);
        for at in (run.start.max(after)..run.end).step_by(LANES) {
            let part = waiting.count % LANES;
            // Past the run stand others, which do not count.
            let d2 = (places.load::<S>(at) + image - point).length_squared();
            let near = d2.lt(limit).bits() & first(run.end - at);
            waiting.near |= u64::from(near) << (part * LANES);
            (waiting.from[part], waiting.shift[part]) = (at, shift);
            waiting.d2[part] = d2.to_array();
            waiting.count += 1;
            if waiting.count == LANES {
                waiting.show(&mut each)?;
            }
        }
    }
    waiting.show(&mut each)
}

/// As many of the lowest bits.
#[inline(always)]
pub(super) fn first(count: usize) -> u32 {
    if count < LANES { (1 << count) - 1 } else { 0xff }
}

/// Counts the entities of an area whose squared distance from a point is below a limit.
pub(super) struct Count<'a, T: Indexed + ?Sized> {
    pub(super) index: &'a T,
    pub(super) area: Area,
    pub(super) at: Vector<T::Axes>,
    pub(super) limit: f32,
}

impl<T: Indexed + ?Sized> isa::Task for Count<'_, T> {
    type Output = u32;

    #[inline(always)]
    fn run<S: Isa>(self) -> u32 {
        count::<S, T>(self.index, &self.area, self.at, self.limit)
    }
}

/// [`Count`] with these instructions.
#[inline(always)]
pub(super) fn count<S: Isa, T: Indexed + ?Sized>(
    index: &T,
    area: &Area,
    point: Vector<T::Axes>,
    limit: f32,
) -> u32 {
    let places = index.positions();
    let (point, limit) = (Vector8::<T::Axes, S>::all(point), F32x8::<S>::splat(limit));
    let mut counts = U32x8::ZERO;
    for (run, shift) in index.runs(area) {
        let image = Vector8::all(shift);
        for at in run.clone().step_by(LANES) {
            let d2 = (places.load::<S>(at) + image - point).length_squared();
            (d2.lt(limit) & Mask8::first(run.end - at)).count(&mut counts);
        }
    }
    counts.to_array().iter().sum()
}
