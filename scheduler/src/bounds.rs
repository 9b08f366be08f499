//! Where entities of a world may be: asked of every one that comes in, and after every tick.

use flockwork_kernel::axes::{Axes, Third};
use flockwork_kernel::simd::{F32x8, Isa, Mask8, Vector8};
use flockwork_kernel::{Axis, Edge, Vector, World};

use crate::precision::{Coarse, Needed};

/// Where entities of a world may be.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    axes: [Span; World::MOST_AXES],
    needed: Needed,
}

/// Where they may be along one axis.
#[derive(Clone, Copy)]
struct Span {
    /// The least place.
    low: f32,
    /// Below which a place must be.
    end: f32,
    /// How far the world goes; None where there is no end.
    side: Option<f32>,
}

impl Span {
    /// `reach` is how far places of an open axis are fine enough.
    fn of(axis: &Axis, reach: f32) -> Self {
        let side = axis.length;
        match axis.edge {
            Edge::Periodic => Self { low: 0.0, end: side, side: Some(side) },
            Edge::Wall => Self { low: 0.0, end: side.next_up(), side: Some(side) },
            Edge::Open => Self { low: -reach, end: reach.next_up(), side: None },
        }
    }

    #[inline(always)]
    fn lanes<S: Isa>(&self, at: F32x8<S>) -> Mask8<S> {
        at.ge(F32x8::splat(self.low)) & at.lt(F32x8::splat(self.end))
    }

    fn has(&self, at: f32) -> bool {
        at >= self.low && at < self.end
    }
}

/// Why a finite place is none where an entity may be.
pub(crate) enum Outside {
    /// It is outside of the world.
    World { column: &'static str, value: f32, side: f32 },
    /// Places there are too far apart.
    Precision(Coarse),
}

impl Bounds {
    /// Of a world in which a model needs this.
    pub(crate) fn of(world: &World, needed: Needed) -> Self {
        let reach = needed.reach_in(world);
        let mut axes = [Span::of(&Axis::open(1.0), reach); World::MOST_AXES];
        for (span, axis) in axes.iter_mut().zip(world.axes()) {
            *span = Span::of(axis, reach);
        }
        Self { axes, needed }
    }

    /// Lanes of places where entities may be.
    #[inline(always)]
    pub(crate) fn lanes<A: Axes, S: Isa>(&self, place: Vector8<A, S>) -> Mask8<S> {
        let [x, y, z] = &self.axes;
        let plane = x.lanes(place.x) & y.lanes(place.y);
        if A::SPACE { plane & z.lanes(place.z.or(F32x8::ZERO)) } else { plane }
    }

    /// Why an entity may not be at a finite place.
    pub(crate) fn outside<A: Axes>(&self, place: Vector<A>) -> Option<Outside> {
        let spans = self.axes.iter().take(A::COUNT).enumerate();
        let mut all = spans.map(|(axis, span)| (World::COORDINATES[axis], place.along(axis), span));
        let (column, value, span) = all.find(|(_, at, span)| !span.has(*at))?;
        Some(match span.side {
            Some(side) => Outside::World { column, value, side },
            None => Outside::Precision(Coarse { column, value, needed: self.needed }),
        })
    }
}
