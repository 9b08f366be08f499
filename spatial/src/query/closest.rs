//! The nearest of few candidates, without a branch that depends on how near they are.
//!
//! All that are within reach are put on a list first. The place of each among the results is then the
//! number of those that are nearer: eight of them are compared with one after the other. A heap, or a
//! list that is kept in order, takes a branch for each step, and mispredicts half of them.

use core::ops::ControlFlow;

use flockwork_kernel::isa::{self, Isa};
use flockwork_kernel::simd::{F32x8, U32x8};
use flockwork_kernel::{LANES, Vector};

use super::{Hit, near};
use crate::index::{Area, Indexed};

/// So many candidates have room.
const ROOM: usize = 64;

/// Writes the nearest of an area to `out`, by (d2, id), whose squared distance is below a limit; gives
/// how many of these there are, which may be more than places. None if they are too many, or two are as
/// far: `out` then holds nothing of use.
pub(super) struct Closest<'a, T: Indexed + ?Sized> {
    pub(super) index: &'a T,
    pub(super) area: Area,
    pub(super) at: Vector<T::Axes>,
    pub(super) limit: f32,
    pub(super) out: &'a mut [Hit],
}

impl<T: Indexed + ?Sized> isa::Task for Closest<'_, T> {
    type Output = Option<usize>;

    #[inline(always)]
    fn run<S: Isa>(self) -> Option<usize> {
        let Self { index, area, at, limit, out } = self;
        let (mut places, mut d2s, mut found) = ([0; ROOM], [f32::INFINITY; ROOM], 0);
        let flow = near::look::<S, T, ()>(
            index,
            &area,
            at,
            limit,
            0,
            #[inline(always)]
            |place, d2, _| {
                if found == ROOM {
                    return ControlFlow::Break(());
                }
                (places[found], d2s[found]) = (place, d2);
                found += 1;
                ControlFlow::Continue(())
            },
        );
        if flow.is_break() {
            return None;
        }
        let order = index.order();
        let mut ties = false;
        for from in (0..found).step_by(LANES) {
            let mine = F32x8::<S>::load(&d2s[from..]);
            let (mut nearer, mut alike) = (U32x8::ZERO, U32x8::ZERO);
            for &d2 in &d2s[..found] {
                let other = F32x8::splat(d2);
                other.lt(mine).count(&mut nearer);
                other.eq(mine).count(&mut alike);
            }
            let (ranks, alike) = (nearer.to_array(), alike.to_array());
            for lane in 0..LANES.min(found - from) {
                ties |= alike[lane] != 1;
                if let Some(hit) = out.get_mut(ranks[lane] as usize) {
                    *hit = Hit::of(order[places[from + lane]], d2s[from + lane]);
                }
            }
        }
        if ties { None } else { Some(found) }
    }
}
