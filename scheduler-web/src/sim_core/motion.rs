//! Motion, eight entities at a time, in one pass over the columns.

use flockwork_kernel::integrate::{EdgeLanes, Timestep};
use flockwork_kernel::isa::{self, Isa, Task};
use flockwork_kernel::simd::{F32x8, Mask8};
use flockwork_kernel::{Edge, LANES, World};

/// Entities that move: with their accelerations, or as fast as they are.
pub struct Motion<'a, const FORCES: bool> {
    pub world: &'a World,
    pub dt: Timestep,
    pub x: &'a mut [f32],
    pub y: &'a mut [f32],
    pub vx: &'a mut [f32],
    pub vy: &'a mut [f32],
    /// Not looked at without `FORCES`.
    pub ax: &'a [f32],
    pub ay: &'a [f32],
}

/// Moves them; gives how many met the edge of the world. All slices must be of one length.
pub fn advance<const FORCES: bool>(motion: Motion<'_, FORCES>) -> u32 {
    isa::dispatch(motion)
}

impl<const FORCES: bool> Task for Motion<'_, FORCES> {
    type Output = u32;

    #[inline(always)]
    fn run<S: Isa>(self) -> u32 {
        let Self { world, dt, x, y, vx, vy, ax, ay } = self;
        let dt = dt.lanes::<S>();
        let edge = EdgeLanes::<S>::of(world);
        let (width, height) = (F32x8::splat(world.width()), F32x8::splat(world.height()));
        let open = world.edge() == Edge::Open;
        let mut met = 0;
        let places = x.chunks_mut(LANES).zip(y.chunks_mut(LANES));
        let speeds = vx.chunks_mut(LANES).zip(vy.chunks_mut(LANES));
        let forces = ax.chunks(LANES).zip(ay.chunks(LANES));
        for (((x, y), (vx, vy)), (ax, ay)) in places.zip(speeds).zip(forces) {
            let (mut u, mut v) = (F32x8::<S>::load(vx), F32x8::load(vy));
            if FORCES {
                u += F32x8::load(ax) * dt;
                v += F32x8::load(ay) * dt;
            }
            let (mut p, mut q) = (F32x8::load(x) + u * dt, F32x8::load(y) + v * dt);
            // Lanes past the last entity stand at the origin, which is inside.
            let inside = p.ge(F32x8::ZERO) & p.lt(width) & q.ge(F32x8::ZERO) & q.lt(height);
            let turned = !open && !inside.all();
            if turned {
                met += (!inside).bits().count_ones();
                (p, q, u, v) = edge.apply(p, q, u, v);
            }
            p.store(x);
            q.store(y);
            if FORCES || turned {
                u.store(vx);
                v.store(vy);
            }
        }
        met
    }
}

/// The first value that is not finite: the number of its column, and its row. Columns may be empty.
pub fn not_finite(columns: &[&[f32]]) -> Option<(usize, usize)> {
    let bad = |column: &&[f32]| !isa::dispatch(Finite(column));
    let column = columns.iter().position(bad)?;
    Some((column, columns[column].iter().position(|value| !value.is_finite())?))
}

/// Whether all values are finite.
struct Finite<'a>(&'a [f32]);

impl Task for Finite<'_> {
    type Output = bool;

    #[inline(always)]
    fn run<S: Isa>(self) -> bool {
        let mut finite = Mask8::<S>::all_lanes();
        for values in self.0.chunks(LANES) {
            finite = finite & F32x8::load(values).is_finite();
        }
        finite.all()
    }
}
