//! The fingerprint of a state: one number that is the same if and only if (but for chance) every
//! bit of every entity is.
//!
//! It is the wrapping sum over entities of a mix of (id, all bits of the columns that travel), so
//! it depends neither on the order of entities nor on who owns them, and parts may be added up in
//! any order.
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::fingerprint::Fingerprint;
//!
//! let of = |id, x: f32| {
//!     let mut fingerprint = Fingerprint::of(id);
//!     fingerprint.column(&x);
//!     fingerprint.finish()
//! };
//! assert_eq!(of(0, 1.0).wrapping_add(of(1, 2.0)), of(1, 2.0).wrapping_add(of(0, 1.0)));
//! assert_ne!(of(0, 0.0), of(0, -0.0));
//! ```

use crate::columns::Element;

/// The fingerprint of one entity, built column by column in schema order.
#[derive(Clone, Copy, Debug)]
pub struct Fingerprint {
    state: u64,
}

impl Fingerprint {
    /// Begins with the entity's id.
    #[inline(always)]
    pub fn of(id: u32) -> Self {
        Self { state: mix(u64::from(id) ^ 0x5851_f42d_4c95_7f2d) }
    }

    /// Adds all bits of one column's value.
    #[inline(always)]
    pub fn column<T: Element>(&mut self, value: &T) {
        value.bits(|bits| {
            self.state =
                (self.state.rotate_left(23) ^ u64::from(bits)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        });
    }

    /// The mix of everything that was added.
    #[inline(always)]
    pub fn finish(self) -> u64 {
        mix(self.state)
    }
}

/// The finaliser of SplitMix64.
///
/// # Reference
///
/// G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", 2014,
/// doi:10.1145/2660193.2660195.
#[inline(always)]
pub fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(id: u32, values: &[f32]) -> u64 {
        let mut fingerprint = Fingerprint::of(id);
        for value in values {
            fingerprint.column(value);
        }
        fingerprint.finish()
    }

    #[test]
    fn every_bit_counts() {
        let base = of(1, &[1.0, 2.0, 3.0]);
        assert_ne!(base, of(2, &[1.0, 2.0, 3.0]));
        assert_ne!(base, of(1, &[2.0, 1.0, 3.0]));
        for bit in 0..32 {
            let flipped = f32::from_bits(2.0f32.to_bits() ^ (1 << bit));
            assert_ne!(base, of(1, &[1.0, flipped, 3.0]));
        }
    }

    #[test]
    fn the_value_is_fixed() {
        assert_eq!(of(7, &[0.5, -1.25]), 2_412_007_123_984_847_046);
    }
}
