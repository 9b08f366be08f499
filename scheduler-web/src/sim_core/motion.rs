//! Motion, eight entities at a time, in one pass over the columns.

use flockwork_kernel::integrate::{EdgeLanes, Timestep};
use flockwork_kernel::isa::{self, Isa, Task};
use flockwork_kernel::simd::{F32x8, Mask8, V2};
use flockwork_kernel::{Axis, LANES, Plane, World};

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

/// What all steps of one call have in common.
struct Step<S: Isa> {
    dt: F32x8<S>,
    edge: EdgeLanes<Plane, S>,
    x: Between<S>,
    y: Between<S>,
}

/// The ends of an axis.
struct Between<S: Isa> {
    length: F32x8<S>,
    /// All lanes if it has none.
    open: Mask8<S>,
}

impl<S: Isa> Between<S> {
    #[inline(always)]
    fn of(axis: Axis) -> Self {
        let open = if axis.is_open() { Mask8::all_lanes() } else { Mask8::none() };
        Self { length: F32x8::splat(axis.length), open }
    }

    /// Which places are between them.
    #[inline(always)]
    fn has(&self, at: F32x8<S>) -> Mask8<S> {
        at.ge(F32x8::ZERO) & at.lt(self.length) | self.open
    }
}

/// Positions, speeds and accelerations along x and y.
type Six<S> = [F32x8<S>; 6];

impl<S: Isa> Step<S> {
    /// Where eight entities come to, how fast they are then, and how many met the edge.
    #[inline(always)]
    fn of<const FORCES: bool>(&self, [x, y, vx, vy, ax, ay]: Six<S>) -> ([F32x8<S>; 4], u32) {
        let (mut vx, mut vy) = (vx, vy);
        if FORCES {
            vx += ax * self.dt;
            vy += ay * self.dt;
        }
        let (x, y) = (x + vx * self.dt, y + vy * self.dt);
        // Lanes past the last entity stand at the origin, which is inside.
        let inside = self.x.has(x) & self.y.has(y);
        if inside.all() {
            return ([x, y, vx, vy], 0);
        }
        let (at, v) = self.edge.bound(V2::new(x, y), V2::new(vx, vy));
        ([at.x, at.y, v.x, v.y], (!inside).bits().count_ones())
    }
}

impl<const FORCES: bool> Task for Motion<'_, FORCES> {
    type Output = u32;

    #[inline(always)]
    fn run<S: Isa>(self) -> u32 {
        let Self { world, dt, x, y, vx, vy, ax, ay } = self;
        let step = Step::<S> {
            dt: dt.lanes(),
            edge: EdgeLanes::of(world),
            x: Between::of(world.x()),
            y: Between::of(world.y()),
        };
        let mut met = 0;
        let ((x, end_x), (y, end_y)) = (x.as_chunks_mut::<LANES>(), y.as_chunks_mut::<LANES>());
        let ((vx, end_vx), (vy, end_vy)) =
            (vx.as_chunks_mut::<LANES>(), vy.as_chunks_mut::<LANES>());
        let ((ax, end_ax), (ay, end_ay)) = (ax.as_chunks::<LANES>(), ay.as_chunks::<LANES>());
        let eights = x.iter_mut().zip(y).zip(vx.iter_mut().zip(vy)).zip(ax.iter().zip(ay));
        for (((x, y), (vx, vy)), (ax, ay)) in eights {
            let six = [
                F32x8::from_array(*x),
                F32x8::from_array(*y),
                F32x8::from_array(*vx),
                F32x8::from_array(*vy),
                F32x8::from_array(*ax),
                F32x8::from_array(*ay),
            ];
            let (new, turned) = step.of::<FORCES>(six);
            (*x, *y) = (new[0].to_array(), new[1].to_array());
            if FORCES || turned > 0 {
                (*vx, *vy) = (new[2].to_array(), new[3].to_array());
            }
            met += turned;
        }
        let six = [
            F32x8::load(end_x),
            F32x8::load(end_y),
            F32x8::load(end_vx),
            F32x8::load(end_vy),
            F32x8::load(end_ax),
            F32x8::load(end_ay),
        ];
        let (new, turned) = step.of::<FORCES>(six);
        for (column, new) in [end_x, end_y, end_vx, end_vy].into_iter().zip(new) {
            new.store(column);
        }
        met + turned
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
        let (eights, end) = self.0.as_chunks::<LANES>();
        let mut finite = F32x8::<S>::load(end).is_finite();
        for values in eights {
            finite &= F32x8::from_array(*values).is_finite();
        }
        finite.all()
    }
}
