//! Numbers that are given in 64 bits and kept in 32: what is lost where one has no room.
//!
//! Rounding is no loss here. A number that becomes 0, or infinite, is another one.

use core::fmt;

/// A number in 32 bits.
///
/// # Errors
///
/// [`Lost`] if it becomes 0 and is not, or infinite and is not.
pub const fn narrow(given: f64) -> Result<f32, Lost> {
    let kept = given as f32;
    if kept == 0.0 && given != 0.0 || kept.is_infinite() && given.is_finite() {
        return Err(Lost { given });
    }
    Ok(kept)
}

/// A number has no room in 32 bits; displayed it is the number, and what it becomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lost {
    /// What was given.
    pub given: f64,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let becomes = if self.given as f32 == 0.0 { "0" } else { "infinite" };
        write!(f, "{:e}, which becomes {becomes} as a number of 32 bits", self.given)
    }
}

impl core::error::Error for Lost {}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn a_number_that_becomes_another_one_is_said_with_what_it_becomes() {
        for good in [0.0, -0.0, 0.1, 1e-45, f64::from(f32::MAX), f64::INFINITY] {
            assert_eq!(narrow(good), Ok(good as f32));
        }
        assert!(narrow(f64::NAN).unwrap().is_nan());
        let said = |given| narrow(given).unwrap_err().to_string();
        assert_eq!(said(1e-60), "1e-60, which becomes 0 as a number of 32 bits");
        assert_eq!(said(-1e-46), "-1e-46, which becomes 0 as a number of 32 bits");
        assert_eq!(said(1e39), "1e39, which becomes infinite as a number of 32 bits");
    }
}
