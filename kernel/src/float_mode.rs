//! Whether the calling thread computes as every other one does: rounds to the nearest number, and
//! keeps numbers below the smallest normal one.
//!
//! A processor has a mode for each thread (MXCSR on x86-64, FPCR on 64-bit ARM) that any library in
//! the process may change, and that a thread inherits from the one that started it. Another mode
//! gives other bits, so whoever computes calls [`check`]: the schedulers do so on every thread, in
//! every tick. The kernels over slices do not; who calls them alone may.
//!
//! The mode is found by computing, so that it needs no instruction of a kind of processor.
//!
//! # Example
//!
//! ```
//! flockwork_kernel::float_mode::check().expect("this thread rounds to nearest");
//! ```

use core::fmt;
use core::hint::black_box;

/// A mode of computing with `f32` and `f64` that changes results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatMode {
    /// Rounds up.
    Upward,
    /// Rounds down.
    Downward,
    /// Rounds towards zero.
    TowardZero,
    /// Makes zero of results below the smallest normal number (FTZ, FZ).
    FlushesResults,
    /// Takes operands below the smallest normal number for zero (DAZ).
    FlushesOperands,
}

impl fmt::Display for FloatMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Upward => "rounds up",
            Self::Downward => "rounds down",
            Self::TowardZero => "rounds towards zero",
            Self::FlushesResults => "flushes subnormal results to zero (FTZ)",
            Self::FlushesOperands => "takes subnormal numbers for zero (DAZ)",
        })
    }
}

/// Checks the mode of the calling thread; takes some ten operations.
///
/// # Errors
///
/// [`FloatMode`], of several the first.
#[inline(never)]
pub fn check() -> Result<(), FloatMode> {
    // WebAssembly, and JavaScript, have one mode.
    if cfg!(target_family = "wasm") {
        return Ok(());
    }
    let one = black_box(1.0f32);
    // Half of the distance from 1 to the next number: a tie, which goes to 1 where all is well.
    let half = black_box(f32::EPSILON * 0.5);
    // Three quarters of it, which goes to the next number.
    let most = black_box(f32::EPSILON * 0.75);
    let (up, down, near) = (one + half, -one - half, one + most);
    if up > one {
        return Err(FloatMode::Upward);
    }
    if down < -one {
        return Err(FloatMode::Downward);
    }
    if near == one {
        return Err(FloatMode::TowardZero);
    }
    // 2^-149 times 2^126 is a normal number, and 2^-126 times 1/2 is none.
    let large = black_box(f32::from_bits((126 + 127) << 23));
    let smallest = black_box(f32::from_bits(1));
    if (smallest * large).to_bits() == 0 {
        return Err(FloatMode::FlushesOperands);
    }
    if (black_box(f32::MIN_POSITIVE) * black_box(0.5)).to_bits() == 0 {
        return Err(FloatMode::FlushesResults);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_mode_is_good() {
        assert_eq!(check(), Ok(()));
    }

    /// Every mode the processor has, on a thread of its own.
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    #[test]
    fn every_other_mode_is_found() {
        for (mode, wanted) in modes::ALL {
            let found = std::thread::spawn(move || {
                modes::set(mode);
                let found = check();
                modes::set(modes::USUAL);
                found
            });
            assert_eq!(found.join().unwrap(), Err(wanted));
        }
    }

    #[cfg(target_arch = "x86_64")]
    mod modes {
        use super::FloatMode;

        pub const USUAL: u32 = 0x1f80;
        pub const ALL: [(u32, FloatMode); 5] = [
            (USUAL | 0x4000, FloatMode::Upward),
            (USUAL | 0x2000, FloatMode::Downward),
            (USUAL | 0x6000, FloatMode::TowardZero),
            (USUAL | 0x8000, FloatMode::FlushesResults),
            (USUAL | 0x0040, FloatMode::FlushesOperands),
        ];

        #[allow(unsafe_code)]
        pub fn set(mode: u32) {
            // SAFETY: a valid MXCSR with all exceptions masked; the thread computes nothing but the
            // probe under it.
            unsafe { core::arch::asm!("ldmxcsr [{}]", in(reg) &mode, options(nostack)) }
        }
    }

    #[cfg(target_arch = "aarch64")]
    mod modes {
        use super::FloatMode;

        pub const USUAL: u32 = 0;
        pub const ALL: [(u32, FloatMode); 4] = [
            (1 << 22, FloatMode::Upward),
            (2 << 22, FloatMode::Downward),
            (3 << 22, FloatMode::TowardZero),
            // FZ does both; operands are seen first.
            (1 << 24, FloatMode::FlushesOperands),
        ];

        #[allow(unsafe_code)]
        pub fn set(mode: u32) {
            // SAFETY: a valid FPCR; the thread computes nothing but the probe under it.
            unsafe {
                core::arch::asm!("msr fpcr, {}", in(reg) u64::from(mode), options(nostack, nomem));
            }
        }
    }
}
