//! Which places are inside a world: asked of every entity that comes in, and after every tick.

use flockwork_kernel::axes::{Axes, Third};
use flockwork_kernel::simd::{F32x8, Isa, Mask8, Vector8};
use flockwork_kernel::{Axis, Edge, Vector, World};

/// Where places of a world are.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    axes: [Ends; World::MOST_AXES],
}

/// Where places along one axis are.
#[derive(Clone, Copy)]
struct Ends {
    /// The least place.
    low: f32,
    /// Below which a place must be.
    end: f32,
    length: f32,
}

impl Ends {
    fn of(axis: &Axis) -> Self {
        let length = axis.length;
        let (low, end) = match axis.edge {
            Edge::Periodic => (0.0, length),
            Edge::Wall => (0.0, length.next_up()),
            Edge::Open => (f32::MIN, f32::INFINITY),
        };
        Self { low, end, length }
    }

    #[inline(always)]
    fn lanes<S: Isa>(&self, value: F32x8<S>) -> Mask8<S> {
        value.ge(F32x8::splat(self.low)) & value.lt(F32x8::splat(self.end))
    }
}

/// A finite place that is not inside.
pub(crate) struct Outside {
    pub(crate) column: &'static str,
    pub(crate) value: f32,
    pub(crate) side: f32,
}

impl Bounds {
    pub(crate) fn of(world: &World) -> Self {
        let mut axes = [Ends::of(&Axis::open(1.0)); World::MOST_AXES];
        for (ends, axis) in axes.iter_mut().zip(world.axes()) {
            *ends = Ends::of(axis);
        }
        Self { axes }
    }

    /// Lanes of finite places inside.
    #[inline(always)]
    pub(crate) fn lanes<A: Axes, S: Isa>(&self, place: Vector8<A, S>) -> Mask8<S> {
        let [x, y, z] = &self.axes;
        let plane = x.lanes(place.x) & y.lanes(place.y);
        if A::SPACE { plane & z.lanes(place.z.or(F32x8::ZERO)) } else { plane }
    }

    /// The first coordinate of a finite place that is not.
    pub(crate) fn outside<A: Axes>(&self, place: Vector<A>) -> Option<Outside> {
        let ends = self.axes.iter().take(A::COUNT).enumerate();
        let mut all = ends.map(|(axis, ends)| (World::COORDINATES[axis], place.along(axis), ends));
        let found = all.find(|(_, value, ends)| !(*value >= ends.low && *value < ends.end));
        found.map(|(column, value, ends)| Outside { column, value, side: ends.length })
    }
}
