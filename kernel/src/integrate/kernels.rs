//! What kernels over slices do with each entity, wherever its vectors lie.

use crate::axes::{Count, Of, Third};
use crate::error::{KernelError, non_negative};
use crate::isa::Isa;
use crate::simd::{F32x8, Vector8};
use crate::sweep::{Eight, Kernel, Order};
use crate::{Axis, World};

use super::{Ends, Timestep, drag_factor, euler};

/// The first `N` axes of `world`; one that it lacks has no ends.
pub(super) fn axes<const N: usize>(world: &World) -> [Axis; N] {
    core::array::from_fn(|at| world.axes().get(at).copied().unwrap_or(Axis::open(1.0)))
}

/// Whether velocities turn round at one of them.
pub(super) fn has_walls(axes: &[Axis]) -> bool {
    axes.iter().any(|axis| axis.is_wall())
}

/// The ends of the axes of each register.
#[inline(always)]
fn ends<const N: usize, S: Isa>(axes: [Axis; N], order: Order) -> [Ends<S>; N] {
    let mut ends = [Ends::of(Axis::open(1.0)); N];
    for (k, ends) in ends.iter_mut().enumerate() {
        *ends = match order {
            Order::Columns => Ends::of(axes.get(k).copied().unwrap_or_default()),
            Order::Packed => Ends::of_lanes(order.axes(axes, k)),
        };
    }
    ends
}

/// x += v dt, and velocities that do not change.
#[derive(Clone, Copy)]
pub(super) struct Drift<const N: usize> {
    pub dt: Timestep,
    pub axes: [Axis; N],
}

impl<const N: usize> Kernel<N, 1, 1> for Drift<N> {
    type Ready<S: Isa> = (F32x8<S>, [Ends<S>; N]);

    #[inline(always)]
    fn ready<S: Isa>(&self, order: Order) -> Self::Ready<S> {
        (self.dt.lanes(), ends(self.axes, order))
    }

    #[inline(always)]
    fn component<S: Isa>(
        (dt, ends): &Self::Ready<S>,
        k: usize,
        [x]: [F32x8<S>; 1],
        [v]: [F32x8<S>; 1],
    ) -> ([F32x8<S>; 1], F32x8<S>) {
        let x = x + v * *dt;
        ([ends[k].apply(x, v).0], x)
    }
}

/// The same with velocities that turn round at walls.
impl<const N: usize> Kernel<N, 2, 0> for Drift<N> {
    type Ready<S: Isa> = (F32x8<S>, [Ends<S>; N]);

    #[inline(always)]
    fn ready<S: Isa>(&self, order: Order) -> Self::Ready<S> {
        (self.dt.lanes(), ends(self.axes, order))
    }

    #[inline(always)]
    fn component<S: Isa>(
        (dt, ends): &Self::Ready<S>,
        k: usize,
        [x, v]: [F32x8<S>; 2],
        _: [F32x8<S>; 0],
    ) -> ([F32x8<S>; 2], F32x8<S>) {
        let x = x + v * *dt;
        let (at, v) = ends[k].apply(x, v);
        ([at, v], x)
    }
}

/// v += a dt, x += v dt, and the ends.
#[derive(Clone, Copy)]
pub(super) struct Step<const N: usize> {
    pub dt: Timestep,
    pub axes: [Axis; N],
}

impl<const N: usize> Kernel<N, 2, 1> for Step<N> {
    type Ready<S: Isa> = (F32x8<S>, [Ends<S>; N]);

    #[inline(always)]
    fn ready<S: Isa>(&self, order: Order) -> Self::Ready<S> {
        (self.dt.lanes(), ends(self.axes, order))
    }

    #[inline(always)]
    fn component<S: Isa>(
        (dt, ends): &Self::Ready<S>,
        k: usize,
        [x, v]: [F32x8<S>; 2],
        [a]: [F32x8<S>; 1],
    ) -> ([F32x8<S>; 2], F32x8<S>) {
        let (x, v) = euler(x, v, a, *dt);
        let (at, v) = ends[k].apply(x, v);
        ([at, v], x)
    }
}

/// v += a dt / 2, x += v dt.
#[derive(Clone, Copy)]
pub(super) struct VerletFirst(pub Timestep);

impl<const N: usize> Kernel<N, 2, 1> for VerletFirst {
    type Ready<S: Isa> = (F32x8<S>, F32x8<S>);

    #[inline(always)]
    fn ready<S: Isa>(&self, _: Order) -> Self::Ready<S> {
        (self.0.lanes(), self.0.lanes() * F32x8::splat(0.5))
    }

    #[inline(always)]
    fn component<S: Isa>(
        (dt, half): &Self::Ready<S>,
        _: usize,
        [x, v]: [F32x8<S>; 2],
        [a]: [F32x8<S>; 1],
    ) -> ([F32x8<S>; 2], F32x8<S>) {
        let v = v + a * *half;
        let x = x + v * *dt;
        ([x, v], x)
    }
}

/// v += a dt / 2.
#[derive(Clone, Copy)]
pub(super) struct VerletSecond(pub Timestep);

impl<const N: usize> Kernel<N, 1, 1> for VerletSecond {
    type Ready<S: Isa> = F32x8<S>;

    #[inline(always)]
    fn ready<S: Isa>(&self, _: Order) -> Self::Ready<S> {
        self.0.lanes() * F32x8::splat(0.5)
    }

    #[inline(always)]
    fn component<S: Isa>(
        half: &Self::Ready<S>,
        _: usize,
        [v]: [F32x8<S>; 1],
        [a]: [F32x8<S>; 1],
    ) -> ([F32x8<S>; 1], F32x8<S>) {
        let v = v + a * *half;
        ([v], v)
    }
}

/// The ends alone.
#[derive(Clone, Copy)]
pub(super) struct Bound<const N: usize>(pub [Axis; N]);

impl<const N: usize> Kernel<N, 1, 0> for Bound<N> {
    type Ready<S: Isa> = [Ends<S>; N];

    #[inline(always)]
    fn ready<S: Isa>(&self, order: Order) -> Self::Ready<S> {
        ends(self.0, order)
    }

    #[inline(always)]
    fn component<S: Isa>(
        ends: &Self::Ready<S>,
        k: usize,
        [x]: [F32x8<S>; 1],
        _: [F32x8<S>; 0],
    ) -> ([F32x8<S>; 1], F32x8<S>) {
        ([ends[k].apply(x, F32x8::ZERO).0], x)
    }
}

/// The same with velocities that turn round at walls.
impl<const N: usize> Kernel<N, 2, 0> for Bound<N> {
    type Ready<S: Isa> = [Ends<S>; N];

    #[inline(always)]
    fn ready<S: Isa>(&self, order: Order) -> Self::Ready<S> {
        ends(self.0, order)
    }

    #[inline(always)]
    fn component<S: Isa>(
        ends: &Self::Ready<S>,
        k: usize,
        [x, v]: [F32x8<S>; 2],
        _: [F32x8<S>; 0],
    ) -> ([F32x8<S>; 2], F32x8<S>) {
        let (at, turned) = ends[k].apply(x, v);
        ([at, turned], x + v)
    }
}

/// Linear drag.
#[derive(Clone, Copy)]
pub(super) struct Drag {
    pub dt: Timestep,
    pub rate: f32,
}

impl<const N: usize> Kernel<N, 1, 0> for Drag {
    type Ready<S: Isa> = F32x8<S>;

    #[inline(always)]
    fn ready<S: Isa>(&self, _: Order) -> Self::Ready<S> {
        drag_factor(F32x8::splat(self.rate), self.dt.lanes())
    }

    #[inline(always)]
    fn component<S: Isa>(
        factor: &Self::Ready<S>,
        _: usize,
        [v]: [F32x8<S>; 1],
        _: [F32x8<S>; 0],
    ) -> ([F32x8<S>; 1], F32x8<S>) {
        ([v * *factor], v)
    }
}

/// Speeds between bounds. Looks at whole vectors.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    low: f32,
    high: f32,
}

impl Limit {
    pub(super) fn new(low: f32, high: f32) -> Result<Self, KernelError> {
        let low = non_negative("low", low)?;
        let high = non_negative("high", high)?;
        if high < low {
            return Err(KernelError::InvalidParameter { name: "high", value: high });
        }
        Ok(Self { low, high })
    }
}

impl<const N: usize> Kernel<N, 1, 0> for Limit
where
    [(); N]: Of,
{
    type Ready<S: Isa> = (F32x8<S>, F32x8<S>);

    #[inline(always)]
    fn ready<S: Isa>(&self, _: Order) -> Self::Ready<S> {
        (F32x8::splat(self.low), F32x8::splat(self.high))
    }

    #[inline(always)]
    fn apply<S: Isa>(
        (low, high): &Self::Ready<S>,
        [velocities]: &[Eight<S, N>; 1],
        _: &[Eight<S, N>; 0],
    ) -> ([Eight<S, N>; 1], F32x8<S>) {
        let velocity = Vector8::<Count<N>, S>::of_axes(velocities);
        let witness = velocity.x + velocity.y + velocity.z.or(F32x8::ZERO);
        ([velocity.clamped(*low, *high).to_axes()], witness)
    }

    /// The speed is that of the whole vector: see [`Self::apply`].
    #[inline(always)]
    fn component<S: Isa>(
        _: &Self::Ready<S>,
        _: usize,
        v: [F32x8<S>; 1],
        _: [F32x8<S>; 0],
    ) -> ([F32x8<S>; 1], F32x8<S>) {
        (v, v[0])
    }
}
