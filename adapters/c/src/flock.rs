//! The three rules of a flock over the index's own points: what neighbours ask for, by the pass.

use flockwork_kernel::simd::{F32x8, Isa, Vector8};
use flockwork_kernel::steer::flock::Flock as Rules;
use flockwork_kernel::{Axes, LANES, Vector};
use flockwork_spatial::neighbours::{Tile, Visit};
use flockwork_spatial::{Indexed, Neighbours as _, Pair, Points as _};

use crate::columns::{Columns, Points};
use crate::index::{Face, Index, ask, in_kind};
use crate::memory::one;
use crate::status::{Fault, Status};
use crate::steering::numbers;

/// How strongly each rule of a flock works, and how far.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Flock {
    /// How far an entity sees.
    pub radius: f32,
    /// Away from neighbours, each with 1 / distance.
    pub separation: f32,
    /// To the mean velocity of neighbours.
    pub alignment: f32,
    /// To the mean place of neighbours.
    pub cohesion: f32,
}

impl Flock {
    /// All must be finite; the radius is checked by the index.
    fn checked(self) -> Result<Self, Fault> {
        let Self { separation, alignment, cohesion, .. } = self;
        let all = [("separation", separation), ("alignment", alignment), ("cohesion", cohesion)];
        match all.iter().find(|(_, weight)| !weight.is_finite()) {
            None => Ok(self),
            Some((name, weight)) => Err(Fault::invalid(format_args!(
                "`flock.{name}` is {weight}: it must be a finite number"
            ))),
        }
    }
}

/// Steers each point of an index by the three rules of a flock over its neighbours: writes the change of
/// velocity to `out`, by slot, as `velocities` are. It looks at all at once, many times faster than asking
/// for each.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fw_index_flock(
    index: *const Index,
    flock: *const Flock,
    velocities: *const Points,
    out: *const Columns,
) -> Status {
    // SAFETY: as the caller promises.
    unsafe {
        ask(index, |index| {
            let rules = one("flock", flock)?.checked()?;
            in_kind!(index, |index: A| go::<A>(index, rules, velocities, out))
        })
    }
}

unsafe fn go<A: Face>(
    index: &impl Indexed<Axes = A>,
    rules: Flock,
    velocities: *const Points,
    out: *const Columns,
) -> Result<(), Fault> {
    // SAFETY: as the caller promises.
    let by_slot = unsafe { A::given("velocities", velocities) }?;
    let (points, given) = (index.order().len(), by_slot.len());
    if given != points {
        return Err(Fault::invalid(format_args!(
            "`velocities` has {given} entities: it must have {points}, as the index"
        )));
    }
    let velocities: Vec<Vector<A>> =
        index.order().iter().map(|entry| by_slot.at(entry.slot() as usize)).collect();
    let axis = |at: usize| vec![0.0; if at < A::COUNT { points } else { 0 }];
    let changes = [axis(0), axis(1), axis(2)];
    let mut steer = Steer { rules, velocities: &velocities, changes };
    index.visit_each(rules.radius, &velocities, &mut steer)?;
    // SAFETY: as the caller promises.
    unsafe { A::take("out", out, &steer.changes) }
}

/// The flock in lanes.
struct Steer<'a, A: Axes> {
    rules: Flock,
    /// In the order of the index.
    velocities: &'a [Vector<A>],
    /// Along each axis, by slot.
    changes: [Vec<f32>; 3],
}

impl<A: Axes> Visit for Steer<'_, A> {
    type Axes = A;
    type Shown = Vector<A>;
    type Tile<S: Isa> = Vector8<A, S>;
    type Sum<S: Isa> = Rules<A, S>;
    const SELECTIVE: bool = true;

    #[inline(always)]
    fn load<S: Isa>(&mut self, tile: Tile<'_>) -> (Vector8<A, S>, Rules<A, S>) {
        let [mut x, mut y, mut z] = [[0.0; LANES]; 3];
        let own = self.velocities.iter().skip(tile.first).take(tile.entries.len());
        for (lane, velocity) in own.enumerate() {
            (x[lane], y[lane], z[lane]) = (velocity.x, velocity.y, velocity.along(2));
        }
        let [x, y, z] = [x, y, z].map(F32x8::from_array);
        (Vector8::of(x, y, z), Rules::default())
    }

    #[inline(always)]
    fn pair<S: Isa>(
        &mut self,
        _: &Vector8<A, S>,
        other: &Vector<A>,
        pair: &Pair<A, S>,
        sum: &mut Rules<A, S>,
    ) {
        sum.add(pair.near, pair.offset, pair.d2, Vector8::all(*other));
    }

    #[inline(always)]
    fn finish<S: Isa>(&mut self, tile: Tile<'_>, own: &Vector8<A, S>, sum: &Rules<A, S>) {
        let (away, along, together) = sum.finish(*own);
        let change = away * F32x8::splat(self.rules.separation)
            + along * F32x8::splat(self.rules.alignment)
            + together * F32x8::splat(self.rules.cohesion);
        for (column, lanes) in self.changes.iter_mut().zip(numbers(change)) {
            for (entry, change) in tile.entries.iter().zip(lanes) {
                if let Some(place) = column.get_mut(entry.slot() as usize) {
                    *place = change;
                }
            }
        }
    }
}
