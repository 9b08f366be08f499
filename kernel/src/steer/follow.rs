//! Following a flow field or a path that the caller holds in slices.

use crate::error::{KernelError, finite, non_negative, same_len};
use crate::simd::{F32x8, Isa, V2};
use crate::{LANES, World};

use super::seek;

/// Velocities on a grid over the world, one at the centre of each cell.
///
/// Between centres they are interpolated bilinearly. Along a periodic axis the grid goes round; along
/// another the outermost cells reach on without end.
#[derive(Clone, Copy, Debug)]
pub struct FlowField<'a> {
    columns: u32,
    rows: u32,
    per_metre: (f32, f32),
    /// Whether it goes round along x, and along y.
    round: (bool, bool),
    vxs: &'a [f32],
    vys: &'a [f32],
}

impl<'a> FlowField<'a> {
    /// The largest number of columns and of rows.
    pub const MAX: u32 = 1 << 16;

    /// Takes a field of `columns` times `rows` velocities, row by row from y = 0, in metres per
    /// second.
    ///
    /// # Errors
    ///
    /// [`KernelError::InvalidParameter`] if there are no columns or rows, or more than
    /// [`FlowField::MAX`]; [`KernelError::LengthMismatch`] if a slice has not columns * rows
    /// values; [`KernelError::NonFinite`] if one of them is infinite or NaN.
    pub fn new(
        world: &World,
        columns: u32,
        rows: u32,
        vxs: &'a [f32],
        vys: &'a [f32],
    ) -> Result<Self, KernelError> {
        for (name, value) in [("columns", columns), ("rows", rows)] {
            if value == 0 || value > Self::MAX {
                return Err(KernelError::InvalidParameter { name, value: value as f32 });
            }
        }
        let cells = u64::from(columns) * u64::from(rows);
        let cells = usize::try_from(cells).unwrap_or(usize::MAX);
        same_len("vxs", cells, vxs)?;
        same_len("vys", cells, vys)?;
        finite("vxs", vxs)?;
        finite("vys", vys)?;
        let round = (world.x().is_periodic(), world.y().is_periodic());
        let per_metre = (columns as f32 / world.width(), rows as f32 / world.height());
        Ok(Self { columns, rows, per_metre, round, vxs, vys })
    }

    /// The velocity of the field at `position`, metres per second.
    #[inline(always)]
    pub fn sample<S: Isa>(&self, position: V2<S>) -> V2<S> {
        let (left, right, tx) =
            between(position.x * F32x8::splat(self.per_metre.0), self.columns, self.round.0);
        let (low, high, ty) =
            between(position.y * F32x8::splat(self.per_metre.1), self.rows, self.round.1);
        blend(
            blend(self.at(left, low), self.at(right, low), tx),
            blend(self.at(left, high), self.at(right, high), tx),
            ty,
        )
    }

    #[inline(always)]
    fn at<S: Isa>(&self, columns: [u32; LANES], rows: [u32; LANES]) -> V2<S> {
        let read = |values: &[f32]| {
            F32x8::from_array(core::array::from_fn(|lane| {
                let cell =
                    u64::from(rows[lane]) * u64::from(self.columns) + u64::from(columns[lane]);
                values.get(cell as usize).copied().unwrap_or(0.0)
            }))
        };
        V2::new(read(self.vxs), read(self.vys))
    }
}

/// The cells whose centres lie before and after `place`, in cells, and how far on it is
/// between them, from 0 to 1.
#[inline(always)]
fn between<S: Isa>(
    place: F32x8<S>,
    count: u32,
    round: bool,
) -> ([u32; LANES], [u32; LANES], F32x8<S>) {
    let size = F32x8::splat(count as f32);
    let place = place - F32x8::splat(0.5);
    let place = if round {
        place - (place / size).floor() * size
    } else {
        place.clamp(F32x8::ZERO, size - F32x8::ONE)
    };
    // Rounding may leave the cell number at `count`; NaN counts as 0.
    let before = place.to_index(count - 1);
    let t = (place - before.to_f32()).clamp(F32x8::ZERO, F32x8::ONE);
    let last = if round { 0 } else { count - 1 };
    let before = before.to_array();
    (before, before.map(|cell| if cell + 1 < count { cell + 1 } else { last }), t)
}

/// Steers to the velocity that the field has where the entity will be in `seconds`.
#[inline(always)]
pub fn flow<S: Isa>(
    field: &FlowField<'_>,
    position: V2<S>,
    velocity: V2<S>,
    seconds: F32x8<S>,
) -> V2<S> {
    field.sample(position + velocity * seconds) - velocity
}

/// A path: straight pieces between points, with a width.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    xs: &'a [f32],
    ys: &'a [f32],
    radius: f32,
}

impl<'a> Path<'a> {
    /// Takes the points of a path and how far from its middle an entity may be, all in metres.
    ///
    /// # Errors
    ///
    /// [`KernelError::InvalidParameter`] if `radius` is negative or not finite;
    /// [`KernelError::LengthMismatch`] if `ys` is not as long as `xs`, or both are empty;
    /// [`KernelError::NonFinite`] if a coordinate is infinite or NaN.
    pub fn new(xs: &'a [f32], ys: &'a [f32], radius: f32) -> Result<Self, KernelError> {
        let radius = non_negative("radius", radius)?;
        same_len("ys", xs.len(), ys)?;
        if xs.is_empty() {
            return Err(KernelError::LengthMismatch { field: "xs", expected: 1, found: 0 });
        }
        finite("xs", xs)?;
        finite("ys", ys)?;
        Ok(Self { xs, ys, radius })
    }

    /// The point of the path nearest to `position`, and the direction of the path there (length 1,
    /// or zero for a path of one point).
    ///
    /// Of two points at the same distance it is the one on the earlier piece.
    #[inline(always)]
    pub fn nearest<S: Isa>(&self, position: V2<S>) -> (V2<S>, V2<S>) {
        let corner = |i: usize| {
            let read = |values: &[f32]| values.get(i).copied().unwrap_or(0.0);
            V2::splat(read(self.xs), read(self.ys))
        };
        let mut from = corner(0);
        let (mut nearest, mut direction) = (from, V2::ZERO);
        let mut shortest = F32x8::splat(f32::INFINITY);
        for i in 1..self.xs.len() {
            let to = corner(i);
            let piece = to - from;
            let along = (position - from).dot(piece) / piece.length_squared();
            // A piece without length gives NaN, which the clamp makes 0.
            let point = from + piece * along.clamp(F32x8::ZERO, F32x8::ONE);
            let distance = (position - point).length_squared();
            let nearer = distance.lt(shortest);
            shortest = nearer.select(distance, shortest);
            nearest = V2::select(nearer, point, nearest);
            direction = V2::select(nearer, piece.normalized(), direction);
            from = to;
        }
        (nearest, direction)
    }
}

/// Steers back to the path if the entity will be off it in `seconds`; else zero.
///
/// The target lies on the path's tangent, as far on from the nearest point as the entity goes in
/// `seconds`.
#[inline(always)]
pub fn path<S: Isa>(
    path: &Path<'_>,
    position: V2<S>,
    velocity: V2<S>,
    max_speed: F32x8<S>,
    seconds: F32x8<S>,
) -> V2<S> {
    let ahead = position + velocity * seconds;
    let (nearest, direction) = path.nearest(ahead);
    let off = (ahead - nearest).length().gt(F32x8::splat(path.radius));
    let target = nearest + direction * (velocity.length() * seconds);
    seek(position, velocity, target, max_speed).keep(off)
}

#[inline(always)]
fn blend<S: Isa>(a: V2<S>, b: V2<S>, part: F32x8<S>) -> V2<S> {
    a + (b - a) * part
}
