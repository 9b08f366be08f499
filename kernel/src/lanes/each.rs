//! The lanes of a mask, one after the other.

use super::{LANES, Mask8};
use crate::isa::Isa;

/// The lanes in which a mask is true, ascending: see [`Mask8::lanes`].
#[derive(Clone, Debug)]
pub struct Lanes(u32);

impl<S: Isa> Mask8<S> {
    /// The lanes in which it is true, ascending.
    #[inline(always)]
    pub fn lanes(self) -> Lanes {
        Lanes(self.bits())
    }
}

impl Iterator for Lanes {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        // Nothing but lanes is in there: the compiler sees that each is below their number.
        let lane = self.0.trailing_zeros() as usize % LANES;
        self.0 &= self.0 - 1;
        Some(lane)
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use crate::{F32x8, Mask8};

    #[test]
    fn lanes_are_those_in_which_a_mask_is_true() {
        let numbers = F32x8::from_array([3.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
        let lanes: Vec<usize> = numbers.gt(F32x8::ZERO).lanes().collect();
        assert_eq!(lanes, [0, 2, 7]);
        assert_eq!(Mask8::none().lanes().next(), None);
        assert_eq!(Mask8::all_lanes().lanes().count(), 8);
    }
}
