//! Which places are inside a world: asked of every entity that comes in, and after every tick.

use flockwork_kernel::simd::{F32x8, Isa, Mask8};
use flockwork_kernel::{Edge, World};

/// Where places of a bounded world are.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// The least place along either axis.
    low: f32,
    /// Below which a place along x must be, and one along y.
    ends: (f32, f32),
    sides: (f32, f32),
}

impl Bounds {
    pub(crate) fn of(world: &World) -> Self {
        let sides = (world.width(), world.height());
        let (low, ends) = match world.edge() {
            Edge::Periodic => (0.0, sides),
            Edge::Wall => (0.0, (sides.0.next_up(), sides.1.next_up())),
            Edge::Open => (f32::MIN, (f32::INFINITY, f32::INFINITY)),
        };
        Self { low, ends, sides }
    }

    /// Lanes of finite places inside.
    #[inline(always)]
    pub(crate) fn lanes<S: Isa>(&self, x: F32x8<S>, y: F32x8<S>) -> Mask8<S> {
        let low = F32x8::splat(self.low);
        (x.ge(low) & x.lt(F32x8::splat(self.ends.0)))
            & (y.ge(low) & y.lt(F32x8::splat(self.ends.1)))
    }

    /// The column, value and side of a finite place that is not.
    pub(crate) fn outside(&self, x: f32, y: f32) -> Option<(&'static str, f32, f32)> {
        let inside = |value: f32, end: f32| value >= self.low && value < end;
        if !inside(x, self.ends.0) {
            Some(("x", x, self.sides.0))
        } else if !inside(y, self.ends.1) {
            Some(("y", y, self.sides.1))
        } else {
            None
        }
    }
}
