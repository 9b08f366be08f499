//! Many pieces with an index: the nearest one, the first one that a step crosses, and steps that pass none.

use crate::axes::{Axes, Plane, Third};
use crate::error::{KernelError, same_len};
use crate::integrate::Ends;
use crate::isa::Baseline;
use crate::simd::{F32x8, Isa, Mask8, U32x8, Vector8};
use crate::{Axis, LANES, World};

use super::index::Layout;
use super::piece::{Crossing, Piece};

/// A piece of a border that stops steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wall<A: Axes = Plane> {
    /// Where it is.
    pub piece: Piece<A>,
    /// The number of the shape that it is a part of.
    pub shape: u32,
    /// The door that it is, from 0 to 63; none if it is always there.
    pub door: Option<u8>,
}

impl<A: Axes> Wall<A> {
    /// Whether it is there while the doors of these bits are open.
    #[inline(always)]
    fn stands(&self, open: u64) -> bool {
        self.door.is_none_or(|door| open >> (door % 64) & 1 == 0)
    }
}

/// Pieces over a world, with an index.
///
/// `open` in its functions has a bit for each door: those with a 1 are open, and as good as not there.
#[derive(Clone, Copy, Debug)]
pub struct Walls<'a, A: Axes = Plane> {
    /// The axes that go round; the others are open.
    around: [Axis; World::MOST_AXES],
    layout: Layout,
    walls: &'a [Wall<A>],
    starts: &'a [u32],
    items: &'a [u32],
}

/// The nearest point of walls.
#[derive(Clone, Copy, Debug)]
pub struct Nearest<A: Axes = Plane, S: Isa = Baseline> {
    /// How far it is; infinite in lanes that have none within reach, where all else is zero.
    pub distance: F32x8<S>,
    /// The point.
    pub point: Vector8<A, S>,
    /// The direction from there to the place, of length 1: outwards for who is outside, inwards for who is inside, and
    /// zero where the place is on the wall.
    pub normal: Vector8<A, S>,
    /// The number of its shape.
    pub shape: U32x8<S>,
}

/// How far a step got.
#[derive(Clone, Copy, Debug)]
pub struct Walked<A: Axes = Plane, S: Isa = Baseline> {
    /// Where it ends, within the world along periodic axes.
    pub place: Vector8<A, S>,
    /// Lanes that a wall turned or stopped.
    pub touched: Mask8<S>,
    /// From the wall nearest to where it ends; zero in lanes that have none within reach.
    pub normal: Vector8<A, S>,
    /// How far that wall is; infinite in lanes that have none within reach.
    pub distance: F32x8<S>,
}

impl<'a, A: Axes> Walls<'a, A> {
    /// In how many straight pieces a step goes at most.
    pub const ROUNDS: usize = 12;

    /// Takes pieces and their index, as [`Layout`] made it of them.
    ///
    /// # Errors
    ///
    /// [`KernelError::LengthMismatch`] or [`KernelError::InvalidIndex`] if the index is not of these pieces.
    pub fn new(
        world: &World,
        layout: Layout,
        walls: &'a [Wall<A>],
        starts: &'a [u32],
        items: &'a [u32],
    ) -> Result<Self, KernelError> {
        same_len("starts", layout.cells() + 1, starts)?;
        same_len("items", starts.last().map_or(0, |all| *all as usize), items)?;
        let bad = |field, index, value| Err(KernelError::InvalidIndex { field, index, value });
        if let Some(at) = starts.windows(2).position(|pair| pair[0] > pair[1]) {
            return bad("starts", at + 1, starts[at + 1]);
        }
        if let Some(at) = items.iter().position(|item| *item as usize >= walls.len()) {
            return bad("items", at, items[at]);
        }
        Ok(Self::trusted(world, layout, walls, starts, items))
    }

    /// As [`Self::new`], of an index that is known to be of these pieces: of another one, answers are wrong.
    pub fn trusted(
        world: &World,
        layout: Layout,
        walls: &'a [Wall<A>],
        starts: &'a [u32],
        items: &'a [u32],
    ) -> Self {
        let mut around = [Axis::open(1.0); World::MOST_AXES];
        for (axis, own) in around.iter_mut().zip(world.axes()).filter(|(_, own)| own.is_periodic())
        {
            *axis = *own;
        }
        Self { around, layout, walls, starts, items }
    }

    /// The pieces.
    pub fn pieces(&self) -> &'a [Wall<A>] {
        self.walls
    }

    /// How far from a place walls are found.
    pub fn reach(&self) -> f32 {
        self.layout.reach()
    }

    /// Lets `asked` see the pieces near every place, in order.
    #[inline(always)]
    fn near<S: Isa, Q: Question<A, S>>(&self, place: Vector8<A, S>, open: u64, mut asked: Q) -> Q {
        let lanes = self.layout.cell(place);
        let cells = lanes.to_array();
        let mut left = Mask8::<S>::all_lanes().bits();
        while left != 0 {
            let cell = cells[left.trailing_zeros() as usize % LANES] as usize;
            let here = U32x8::splat(cell as u32).eq(lanes);
            left &= !here.bits();
            let list = match (self.starts.get(cell), self.starts.get(cell + 1)) {
                (Some(from), Some(to)) => *from as usize..*to as usize,
                _ => 0..0,
            };
            for item in self.items.get(list).unwrap_or(&[]) {
                match self.walls.get(*item as usize) {
                    Some(wall) if wall.stands(open) => asked.meet(wall, here),
                    _ => {}
                }
            }
        }
        asked
    }

    /// The nearest point of walls within reach of each place.
    #[inline(always)]
    pub fn nearest<S: Isa>(&self, place: Vector8<A, S>, open: u64) -> Nearest<A, S> {
        let none = Nearer {
            place,
            d2: F32x8::splat(f32::INFINITY),
            point: Vector8::zero(),
            shape: U32x8::ZERO,
        };
        let Nearer { d2, point, shape, .. } = S::split(
            #[inline(always)]
            || self.near(place, open, none),
        );
        let distance = d2.sqrt();
        let some = distance.le(F32x8::splat(self.reach()));
        let normal = (place - point).normalized().keep(some);
        Nearest {
            distance: some.select(distance, F32x8::splat(f32::INFINITY)),
            point: point.keep(some),
            normal,
            shape: some.select_u32(shape, U32x8::ZERO),
        }
    }

    /// Where the step from each place along `way` first crosses a wall; of several at once the first piece
    /// counts.
    #[inline(always)]
    pub fn crossing<S: Isa>(
        &self,
        from: Vector8<A, S>,
        way: Vector8<A, S>,
        open: u64,
    ) -> Crossing<A, S> {
        // A piece that a short step crosses is within reach of its begin, and one of a longer step may be
        // anywhere. Pieces beyond the step change nothing.
        let mut first = First { from, way, found: Crossing::none() };
        if way.length().le(F32x8::splat(self.reach())).all() {
            return self.near(from, open, first).found;
        }
        for wall in self.walls {
            if wall.stands(open) {
                first.meet(wall, Mask8::all_lanes());
            }
        }
        first.found
    }

    /// Walks from each place along `way` without passing a wall, and slides along those that it meets.
    ///
    /// A place that is at least a 64th of `clearance` from every wall stays so and on its side, whatever the way
    /// and its rounding: each part of a step is shorter than the distance to the nearest wall, so it
    /// cannot reach it, and one that would end nearer is not made. As a rule a step keeps the clearance; one
    /// that begins nearer is moved away. A way that takes more than [`Self::ROUNDS`] parts ends there, and one that is not
    /// finite is not walked. The clearance should be at most half of the reach, and at least 2^-16 of the
    /// longest axis.
    #[inline(always)]
    pub fn walk<S: Isa>(
        &self,
        clearance: F32x8<S>,
        place: Vector8<A, S>,
        way: Vector8<A, S>,
        open: u64,
    ) -> Walked<A, S> {
        let half = F32x8::splat(0.5);
        let mut now = Step { place, near: self.nearest(place, open) };
        let mut rest = way.keep(way.is_finite());
        let mut touched = Mask8::none();
        for _ in 0..Self::ROUNDS {
            let into = rest.dot(now.near.normal);
            let inwards = into.lt(F32x8::ZERO);
            let at_wall = now.near.distance.le(clearance * F32x8::splat(1.0625));
            let slides = inwards & at_wall;
            touched |= slides;
            rest = Vector8::select(slides, rest - now.near.normal * into, rest);
            let length = rest.length();
            let going = length.gt(F32x8::ZERO);
            if !going.any() {
                break;
            }
            let distance = now.near.distance.min(F32x8::splat(self.reach()));
            let ahead = distance - clearance;
            let aside = ahead.max(distance * half);
            let free = (inwards & !at_wall).select(ahead, aside);
            let share = (free / length).min(F32x8::ONE);
            let step = rest * share;
            let made = S::split(
                #[inline(always)]
                || self.try_step(&mut now, step, going, clearance, open),
            );
            rest = Vector8::select(made, rest - step, Vector8::zero());
        }
        touched |= !rest.is_zero();
        // Whom sliding brought nearer to another wall, or a closing door found in its way.
        let missing = clearance - now.near.distance;
        let step = missing.min(now.near.distance * half);
        let close = missing.gt(F32x8::ZERO);
        let step = now.near.normal * step;
        S::split(
            #[inline(always)]
            || self.try_step(&mut now, step, close, clearance, open),
        );
        let Step { place, near } = now;
        Walked { place, touched, normal: near.normal, distance: near.distance }
    }

    /// Makes a part of a step that is shorter than the distance to the nearest wall, unless it ends too near to
    /// one; gives the lanes in which it was made.
    #[inline(always)]
    fn try_step<S: Isa>(
        &self,
        now: &mut Step<A, S>,
        step: Vector8<A, S>,
        wanted: Mask8<S>,
        clearance: F32x8<S>,
        open: u64,
    ) -> Mask8<S> {
        let place = self.around(now.place + step);
        let near = self.nearest(place, open);
        let floor = clearance * F32x8::splat(1.0 / 64.0);
        let clear = near.distance.ge(floor) | near.distance.ge(now.near.distance);
        let made = wanted & clear & place.is_finite();
        now.place = Vector8::select(made, place, now.place);
        now.near = Nearest {
            distance: made.select(near.distance, now.near.distance),
            point: Vector8::select(made, near.point, now.near.point),
            normal: Vector8::select(made, near.normal, now.near.normal),
            shape: made.select_u32(near.shape, now.near.shape),
        };
        made
    }

    /// The place, brought back into the world along periodic axes.
    #[inline(always)]
    fn around<S: Isa>(&self, place: Vector8<A, S>) -> Vector8<A, S> {
        let [x, y, z] = self.around;
        let (x, _) = Ends::of(x).apply(place.x, F32x8::ZERO);
        let (y, _) = Ends::of(y).apply(place.y, F32x8::ZERO);
        let (z, _) = Ends::of(z).apply(place.z.or(F32x8::ZERO), F32x8::ZERO);
        Vector8::of(x, y, z)
    }
}

/// What is asked of pieces, one after the other.
trait Question<A: Axes, S: Isa> {
    /// Meets a piece that is in the lists of these lanes.
    fn meet(&mut self, wall: &Wall<A>, lanes: Mask8<S>);
}

/// The nearest point so far.
struct Nearer<A: Axes, S: Isa> {
    place: Vector8<A, S>,
    d2: F32x8<S>,
    point: Vector8<A, S>,
    shape: U32x8<S>,
}

impl<A: Axes, S: Isa> Question<A, S> for Nearer<A, S> {
    #[inline(always)]
    fn meet(&mut self, wall: &Wall<A>, lanes: Mask8<S>) {
        let point = wall.piece.nearest(self.place);
        let d2 = (self.place - point).length_squared();
        let nearer = lanes & d2.lt(self.d2);
        self.d2 = nearer.select(d2, self.d2);
        self.point = Vector8::select(nearer, point, self.point);
        self.shape = nearer.select_u32(U32x8::splat(wall.shape), self.shape);
    }
}

/// The first crossing so far.
struct First<A: Axes, S: Isa> {
    from: Vector8<A, S>,
    way: Vector8<A, S>,
    found: Crossing<A, S>,
}

impl<A: Axes, S: Isa> Question<A, S> for First<A, S> {
    #[inline(always)]
    fn meet(&mut self, wall: &Wall<A>, lanes: Mask8<S>) {
        let crossing = wall.piece.crossing(self.from, self.way);
        let earlier = lanes & crossing.share.lt(self.found.share);
        self.found = self.found.or(crossing, earlier);
    }
}

/// Where a step has got to.
struct Step<A: Axes, S: Isa> {
    place: Vector8<A, S>,
    near: Nearest<A, S>,
}
