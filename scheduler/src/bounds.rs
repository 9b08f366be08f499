//! Where entities of a world may be: asked of every one that comes in, and after every tick.

use flockwork_kernel::simd::{F32x8, Isa, Mask8};
use flockwork_kernel::{Edge, World};

use crate::precision::{Coarse, Needed};

/// Where entities of a world may be.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    x: Span,
    y: Span,
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
    fn of(edge: Edge, side: f32, reach: f32) -> Self {
        match edge {
            Edge::Torus => Self { low: 0.0, end: side, side: Some(side) },
            Edge::Walls => Self { low: 0.0, end: side.next_up(), side: Some(side) },
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
        let (edge, reach) = (world.edge(), needed.reach_in(world));
        let span = |side| Span::of(edge, side, reach);
        Self { x: span(world.width()), y: span(world.height()), needed }
    }

    /// Lanes of places where entities may be.
    #[inline(always)]
    pub(crate) fn lanes<S: Isa>(&self, x: F32x8<S>, y: F32x8<S>) -> Mask8<S> {
        self.x.lanes(x) & self.y.lanes(y)
    }

    /// Why an entity may not be at a finite place.
    pub(crate) fn outside(&self, x: f32, y: f32) -> Option<Outside> {
        let axes = [("x", x, &self.x), ("y", y, &self.y)];
        let (column, value, span) = axes.into_iter().find(|(_, at, span)| !span.has(*at))?;
        Some(match span.side {
            Some(side) => Outside::World { column, value, side },
            None => Outside::Precision(Coarse { column, value, needed: self.needed }),
        })
    }
}
