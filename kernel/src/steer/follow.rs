//! Following a flow field or a path that the caller holds in slices: a column for each axis,
//! `[xs, ys]` in the plane, `[xs, ys, zs]` in space.

use crate::axes::{Axes, Count, Of, Third};
use crate::error::{KernelError, PLACES, VELOCITIES, finite, non_negative, same_len};
use crate::simd::{F32x8, Isa, Vector8};
use crate::{LANES, World};

use super::seek;

/// Velocities on a grid over the world, one at the centre of each cell.
///
/// Between centres they are interpolated linearly along each axis. Along a periodic axis the grid goes
/// round; along another the outermost cells reach on without end.
#[derive(Clone, Copy, Debug)]
pub struct FlowField<'a, const N: usize = 2> {
    lines: [Lines; World::MOST_AXES],
    velocities: [&'a [f32]; N],
}

/// The cells along an axis.
#[derive(Clone, Copy, Debug)]
struct Lines {
    count: u32,
    per_metre: f32,
    /// Whether they go round.
    round: bool,
}

/// The cells around eight places along an axis.
#[derive(Clone, Copy, Debug)]
struct Around<S: Isa> {
    before: [u32; LANES],
    after: [u32; LANES],
    /// How far on the place is between their centres, from 0 to 1.
    part: F32x8<S>,
}

impl<'a, const N: usize> FlowField<'a, N>
where
    [(); N]: Of,
{
    /// The largest number of cells along an axis.
    pub const MAX: u32 = 1 << 16;

    /// Takes a field of so many columns, rows and, in space, layers: velocities along each axis, in
    /// metres per second, row by row from y = 0, and layer by layer from z = 0.
    ///
    /// # Errors
    ///
    /// [`KernelError::InvalidParameter`] if there are no columns, rows or layers, or more than
    /// [`FlowField::MAX`], or layers in a flat world; [`KernelError::LengthMismatch`] if a slice has
    /// not one value for each cell; [`KernelError::NonFinite`] if one of them is infinite or NaN.
    pub fn new(
        world: &World,
        cells: [u32; N],
        velocities: [&'a [f32]; N],
    ) -> Result<Self, KernelError> {
        let mut all = 1u64;
        let names = ["columns", "rows", "layers"];
        for (at, (name, count)) in names.into_iter().zip(cells).enumerate() {
            if at >= world.axes().len() || !(1..=Self::MAX).contains(&count) {
                return Err(KernelError::InvalidParameter { name, value: count as f32 });
            }
            all *= u64::from(count);
        }
        let all = usize::try_from(all).unwrap_or(usize::MAX);
        let columns = || VELOCITIES.into_iter().zip(velocities);
        columns().try_for_each(|(field, column)| same_len(field, all, column))?;
        columns().try_for_each(|(field, column)| finite(field, column))?;
        Ok(Self::trusted(world, cells, velocities))
    }

    /// As [`Self::new`], of a field that is known to be one: a value that is missing counts as 0.
    pub fn trusted(world: &World, cells: [u32; N], velocities: [&'a [f32]; N]) -> Self {
        let mut lines = [Lines { count: 1, per_metre: 0.0, round: false }; World::MOST_AXES];
        for ((count, axis), lines) in cells.into_iter().zip(world.axes()).zip(&mut lines) {
            let count = count.max(1);
            let per_metre = count as f32 / axis.length;
            *lines = Lines { count, per_metre, round: axis.is_periodic() };
        }
        Self { lines, velocities }
    }

    /// The velocity of the field at `position`, metres per second.
    #[inline(always)]
    pub fn sample<S: Isa>(&self, position: Vector8<Count<N>, S>) -> Vector8<Count<N>, S> {
        let [columns, rows, layers] = self.lines;
        let (x, y) = (columns.around(position.x), rows.around(position.y));
        if !<Count<N>>::SPACE {
            return self.layer(&x, &y, [0; LANES]);
        }
        let z = layers.around(position.z.or(F32x8::ZERO));
        blend(self.layer(&x, &y, z.before), self.layer(&x, &y, z.after), z.part)
    }

    /// The velocity between the centres of four cells of each lane's layer.
    #[inline(always)]
    fn layer<S: Isa>(
        &self,
        x: &Around<S>,
        y: &Around<S>,
        layers: [u32; LANES],
    ) -> Vector8<Count<N>, S> {
        let low = (self.at(x.before, y.before, layers), self.at(x.after, y.before, layers));
        let high = (self.at(x.before, y.after, layers), self.at(x.after, y.after, layers));
        blend(blend(low.0, low.1, x.part), blend(high.0, high.1, x.part), y.part)
    }

    #[inline(always)]
    fn at<S: Isa>(
        &self,
        columns: [u32; LANES],
        rows: [u32; LANES],
        layers: [u32; LANES],
    ) -> Vector8<Count<N>, S> {
        let [across, up, _] = self.lines.map(|lines| u64::from(lines.count));
        let cells = core::array::from_fn(|lane| {
            let line = u64::from(layers[lane]) * up + u64::from(rows[lane]);
            (line * across + u64::from(columns[lane])) as usize
        });
        Vector8::gather(&self.velocities, cells)
    }
}

impl Lines {
    /// The cells whose centres lie before and after each place.
    #[inline(always)]
    fn around<S: Isa>(&self, place: F32x8<S>) -> Around<S> {
        let Self { count, per_metre, round } = *self;
        let size = F32x8::splat(count as f32);
        let place = place * F32x8::splat(per_metre) - F32x8::splat(0.5);
        let place = if round {
            place - (place / size).floor() * size
        } else {
            place.clamp(F32x8::ZERO, size - F32x8::ONE)
        };
        // Rounding may leave the cell number at `count`; NaN counts as 0.
        let cells = place.to_index(count - 1);
        let part = (place - cells.to_f32()).clamp(F32x8::ZERO, F32x8::ONE);
        let last = if round { 0 } else { count - 1 };
        let before = cells.to_array();
        let after = before.map(|cell| if cell + 1 < count { cell + 1 } else { last });
        Around { before, after, part }
    }
}

/// Steers to the velocity that the field has where the entity will be in `seconds`.
#[inline(always)]
pub fn flow<const N: usize, S: Isa>(
    field: &FlowField<'_, N>,
    position: Vector8<Count<N>, S>,
    velocity: Vector8<Count<N>, S>,
    seconds: F32x8<S>,
) -> Vector8<Count<N>, S>
where
    [(); N]: Of,
{
    field.sample(position + velocity * seconds) - velocity
}

/// A path: straight pieces between points, with a width.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a, const N: usize = 2> {
    points: [&'a [f32]; N],
    radius: f32,
}

impl<'a, const N: usize> Path<'a, N>
where
    [(); N]: Of,
{
    /// Takes the points of a path and how far from its middle an entity may be, all in metres.
    ///
    /// # Errors
    ///
    /// [`KernelError::InvalidParameter`] if `radius` is negative or not finite;
    /// [`KernelError::LengthMismatch`] if a column is not as long as the first, or all are empty;
    /// [`KernelError::NonFinite`] if a coordinate is infinite or NaN.
    pub fn new(points: [&'a [f32]; N], radius: f32) -> Result<Self, KernelError> {
        let radius = non_negative("radius", radius)?;
        let len = points.first().map_or(0, |xs| xs.len());
        let columns = || PLACES.into_iter().zip(points);
        columns().try_for_each(|(field, column)| same_len(field, len, column))?;
        if len == 0 {
            return Err(KernelError::LengthMismatch { field: "xs", expected: 1, found: 0 });
        }
        columns().try_for_each(|(field, column)| finite(field, column))?;
        Ok(Self { points, radius })
    }

    /// The point of the path nearest to `position`, and the direction of the path there (length 1,
    /// or zero for a path of one point).
    ///
    /// Of two points at the same distance it is the one on the earlier piece.
    #[inline(always)]
    pub fn nearest<S: Isa>(
        &self,
        position: Vector8<Count<N>, S>,
    ) -> (Vector8<Count<N>, S>, Vector8<Count<N>, S>) {
        let mut from = self.corner(0);
        let (mut nearest, mut direction) = (from, Vector8::zero());
        let mut shortest = F32x8::splat(f32::INFINITY);
        for i in 1..self.points.first().map_or(0, |xs| xs.len()) {
            let to = self.corner(i);
            let piece = to - from;
            let along = (position - from).dot(piece) / piece.length_squared();
            // A piece without length gives NaN, which the clamp makes 0.
            let point = from + piece * along.clamp(F32x8::ZERO, F32x8::ONE);
            let distance = (position - point).length_squared();
            let nearer = distance.lt(shortest);
            shortest = nearer.select(distance, shortest);
            nearest = Vector8::select(nearer, point, nearest);
            direction = Vector8::select(nearer, piece.normalized(), direction);
            from = to;
        }
        (nearest, direction)
    }

    /// A point of the path, in every lane.
    #[inline(always)]
    fn corner<S: Isa>(&self, at: usize) -> Vector8<Count<N>, S> {
        Vector8::gather(&self.points, [at; LANES])
    }
}

/// Steers back to the path if the entity will be off it in `seconds`; else zero.
///
/// The target lies on the path's tangent, as far on from the nearest point as the entity goes in
/// `seconds`.
#[inline(always)]
pub fn path<const N: usize, S: Isa>(
    path: &Path<'_, N>,
    position: Vector8<Count<N>, S>,
    velocity: Vector8<Count<N>, S>,
    max_speed: F32x8<S>,
    seconds: F32x8<S>,
) -> Vector8<Count<N>, S>
where
    [(); N]: Of,
{
    let ahead = position + velocity * seconds;
    let (nearest, direction) = path.nearest(ahead);
    let off = (ahead - nearest).length().gt(F32x8::splat(path.radius));
    let target = nearest + direction * (velocity.length() * seconds);
    seek(position, velocity, target, max_speed).keep(off)
}

#[inline(always)]
fn blend<A: Axes, S: Isa>(a: Vector8<A, S>, b: Vector8<A, S>, part: F32x8<S>) -> Vector8<A, S> {
    a + (b - a) * part
}

#[cfg(test)]
mod tests;
