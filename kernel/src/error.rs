//! What can be wrong with the input of a kernel.

use core::fmt;

use crate::World;

/// The input of a kernel is not usable. Nothing was changed, but where [`KernelError::NonFinite`] says
/// otherwise.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum KernelError {
    /// Slices that describe the same entities differ in length.
    LengthMismatch {
        /// The argument whose length differs.
        field: &'static str,
        /// The length of the first slice.
        expected: usize,
        /// The length of this slice.
        found: usize,
    },
    /// A value of an entity is infinite or NaN.
    ///
    /// Kernels that go once through columns of moving entities or of their energies
    /// ([`crate::integrate::slices`], [`crate::integrate::packed`], [`crate::life::slices`]) leave every
    /// entity as it is that has such a value, compute all others, and tell the first. All else checks
    /// first and changes nothing.
    NonFinite {
        /// The argument it is in.
        field: &'static str,
        /// The first place where it is.
        index: usize,
    },
    /// A parameter is infinite, NaN, or outside what it allows.
    InvalidParameter {
        /// The parameter.
        name: &'static str,
        /// What was given.
        value: f32,
    },
    /// An index points outside the entities, or a list of indices is not in order.
    InvalidIndex {
        /// The argument it is in.
        field: &'static str,
        /// The first place where it is.
        index: usize,
        /// What stands there.
        value: u32,
    },
}

impl fmt::Display for KernelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LengthMismatch { field, expected, found } => {
                write!(f, "{field} has {found} values: it must have {expected}")
            }
            Self::NonFinite { field, index } => {
                write!(f, "{field}[{index}] is infinite or NaN: it must be a finite number")
            }
            Self::InvalidParameter { name, value } => {
                write!(f, "{name} is {value}: it must be finite and within its documented range")
            }
            Self::InvalidIndex { field, index, value } => {
                write!(f, "{field}[{index}] is {value}: it is out of range or out of order")
            }
        }
    }
}

impl core::error::Error for KernelError {}

/// Checks that `slice` has the length `expected`.
pub(crate) fn same_len<T>(
    field: &'static str,
    expected: usize,
    slice: &[T],
) -> Result<(), KernelError> {
    if slice.len() == expected {
        return Ok(());
    }
    Err(KernelError::LengthMismatch { field, expected, found: slice.len() })
}

/// Checks that all values are finite. A bit test, so that signalling NaN counts too.
pub(crate) fn finite(field: &'static str, values: &[f32]) -> Result<(), KernelError> {
    const EXPONENT: u32 = 0x7f80_0000;
    let bad = |value: &f32| value.to_bits() & EXPONENT == EXPONENT;
    // Without an early exit the usual case is one vectorised pass.
    if !values.iter().fold(false, |any, value| any | bad(value)) {
        return Ok(());
    }
    let index = values.iter().position(bad).unwrap_or(0);
    Err(KernelError::NonFinite { field, index })
}

/// The names that errors have for columns of each axis.
pub(crate) const PLACES: [&str; World::MOST_AXES] = ["xs", "ys", "zs"];
pub(crate) const VELOCITIES: [&str; World::MOST_AXES] = ["vxs", "vys", "vzs"];
pub(crate) const ACCELERATIONS: [&str; World::MOST_AXES] = ["axs", "ays", "azs"];

/// Checks that all columns are as long as the first.
pub(crate) fn same_lens(fields: &[(&[&'static str], &[&[f32]])]) -> Result<(), KernelError> {
    let columns = || fields.iter().flat_map(|(names, columns)| names.iter().zip(*columns));
    let expected = columns().next().map_or(0, |(_, first)| first.len());
    columns().try_for_each(|(field, values)| same_len(field, expected, values))
}

/// Checks that a parameter is finite and at least 0; gives it with -0.0 made +0.0.
pub(crate) fn non_negative(name: &'static str, value: f32) -> Result<f32, KernelError> {
    if (0.0..=f32::MAX).contains(&value) {
        return Ok(value + 0.0);
    }
    Err(KernelError::InvalidParameter { name, value })
}

/// What is left of `values` from `start` on.
#[inline(always)]
pub(crate) fn tail<T>(values: &[T], start: usize) -> &[T] {
    values.get(start..).unwrap_or(&[])
}

/// What is left of `values` from `start` on, writable.
#[inline(always)]
pub(crate) fn tail_mut<T>(values: &mut [T], start: usize) -> &mut [T] {
    values.get_mut(start..).unwrap_or(&mut [])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_first_bad_value_is_named() {
        let signalling = f32::from_bits(0x7f80_0001);
        for bad in [f32::NAN, signalling, f32::INFINITY, f32::NEG_INFINITY] {
            let error = finite("vx", &[0.0, f32::MAX, bad, bad]).unwrap_err();
            assert_eq!(error, KernelError::NonFinite { field: "vx", index: 2 });
        }
        assert_eq!(finite("vx", &[-0.0, 1.0e-45, f32::MIN]), Ok(()));
    }

    #[test]
    fn messages_say_what_where_and_what_is_allowed() {
        let error = same_len("ys", 3, &[1.0, 2.0]).unwrap_err();
        assert_eq!(error.to_string(), "ys has 2 values: it must have 3");
        let error = KernelError::NonFinite { field: "xs", index: 7 };
        assert_eq!(error.to_string(), "xs[7] is infinite or NaN: it must be a finite number");
        for bad in [-1.0, f32::NAN, f32::INFINITY] {
            assert!(non_negative("dt", bad).unwrap_err().to_string().starts_with("dt is "));
        }
    }
}
