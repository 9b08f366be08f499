//! Instruction sets: what the lanes of [`crate::lanes`] are made of, and which one runs.
//!
//! Code of lanes is generic over an [`Isa`]. [`dispatch`] runs a [`Task`] with the best one that
//! the processor has. All of them give the same bits. [`Single`] has one lane instead of eight: with it
//! code of lanes is code for one entity.
//!
//! A type that stands for more than the build has, such as `avx2`'s, cannot be named outside of
//! this module: only [`dispatch`] brings it into play, after it has asked the processor. So safe
//! code can never compute with instructions that are not there.
//!
//! The compiler uses those instructions only in what is inlined into the body of [`dispatch`]'s
//! function for them. So every function of lanes is `#[inline(always)]`, every closure of lanes
//! too, and what is to be a function of its own goes through [`Isa::apart`].
//!
//! # Example
//!
//! ```
//! use flockwork_kernel::isa::{self, Isa, Single, Task};
//! use flockwork_kernel::simd::F32x8;
//!
//! /// Halves numbers; written once, compiled for every set.
//! struct Halve<'a>(&'a mut [f32]);
//!
//! impl Task for Halve<'_> {
//!     type Output = ();
//!     #[inline(always)]
//!     fn run<S: Isa>(self) {
//!         for eight in self.0.chunks_mut(S::WIDTH) {
//!             (F32x8::<S>::load(eight) * 0.5).store(eight);
//!         }
//!     }
//! }
//!
//! let mut numbers = [1.0; 19];
//! isa::dispatch(Halve(&mut numbers)); // AVX-512, AVX2, or what the build is for
//! Halve(&mut numbers).run::<Single>(); // one at a time
//! assert_eq!(numbers, [0.25; 19]);
//! ```

use core::fmt::{self, Debug};
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

#[cfg(all(target_arch = "x86_64", not(target_feature = "avx2")))]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod baseline;
#[cfg(all(target_arch = "wasm32", not(target_feature = "simd128")))]
mod plain;
mod single;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use baseline::Baseline;
pub use single::Single;

use crate::LANES;

mod sealed {
    pub trait Sealed {}
}

/// An instruction set.
#[allow(missing_docs)]
pub trait Isa: sealed::Sealed + Copy + Debug + Default + PartialEq + Send + Sync + 'static {
    const NAME: &'static str;
    /// Whether a lane is a number of its own, so that every operation is eight and code of lanes
    /// is long. Engines of JavaScript optimise no function that is too long.
    const SCALAR: bool;
    /// How many of the [`LANES`] lanes there are: all, but for [`Single`].
    const WIDTH: usize = LANES;

    type F32: Copy + Send + Sync + 'static;
    type U32: Copy + Send + Sync + 'static;
    type Mask: Copy + Send + Sync + 'static;

    const ZERO: Self::F32;
    const ONE: Self::F32;
    /// 0, 1, ... 7.
    const INDEX: Self::F32;
    const ZERO_U32: Self::U32;

    /// Runs `body` as a function of its own that may use these instructions.
    fn apart<R>(body: impl FnOnce() -> R) -> R;

    /// Runs `body`; where code of lanes is long, as a function of its own.
    #[inline(always)]
    fn split<R>(body: impl FnOnce() -> R) -> R {
        if Self::SCALAR { Self::apart(body) } else { body() }
    }

    fn splat(value: f32) -> Self::F32;
    fn new(values: [f32; LANES]) -> Self::F32;
    fn array(a: Self::F32) -> [f32; LANES];
    fn add(a: Self::F32, b: Self::F32) -> Self::F32;
    fn sub(a: Self::F32, b: Self::F32) -> Self::F32;
    fn mul(a: Self::F32, b: Self::F32) -> Self::F32;
    fn div(a: Self::F32, b: Self::F32) -> Self::F32;
    fn neg(a: Self::F32) -> Self::F32;
    fn abs(a: Self::F32) -> Self::F32;
    fn sqrt(a: Self::F32) -> Self::F32;
    fn floor(a: Self::F32) -> Self::F32;
    /// The smaller operand; the second one where they are equal or either is NaN.
    #[inline(always)]
    fn min(a: Self::F32, b: Self::F32) -> Self::F32 {
        Self::select(Self::lt(a, b), a, b)
    }
    /// The larger operand; the second one where they are equal or either is NaN.
    #[inline(always)]
    fn max(a: Self::F32, b: Self::F32) -> Self::F32 {
        Self::select(Self::gt(a, b), a, b)
    }
    fn lt(a: Self::F32, b: Self::F32) -> Self::Mask;
    fn le(a: Self::F32, b: Self::F32) -> Self::Mask;
    fn gt(a: Self::F32, b: Self::F32) -> Self::Mask;
    fn ge(a: Self::F32, b: Self::F32) -> Self::Mask;
    fn equal(a: Self::F32, b: Self::F32) -> Self::Mask;
    /// Towards 0, in two's complement. For lanes from -2^31 up to, and not with, 2^31.
    fn trunc(a: Self::F32) -> Self::U32;
    fn to_bits(a: Self::F32) -> Self::U32;
    fn from_bits(a: Self::U32) -> Self::F32;

    fn splat_u32(value: u32) -> Self::U32;
    fn new_u32(values: [u32; LANES]) -> Self::U32;
    fn array_u32(a: Self::U32) -> [u32; LANES];
    fn add_u32(a: Self::U32, b: Self::U32) -> Self::U32;
    fn sub_u32(a: Self::U32, b: Self::U32) -> Self::U32;
    fn mul_u32(a: Self::U32, b: Self::U32) -> Self::U32;
    fn and_u32(a: Self::U32, b: Self::U32) -> Self::U32;
    fn or_u32(a: Self::U32, b: Self::U32) -> Self::U32;
    fn xor_u32(a: Self::U32, b: Self::U32) -> Self::U32;
    fn shl_u32(a: Self::U32, bits: u32) -> Self::U32;
    fn shr_u32(a: Self::U32, bits: u32) -> Self::U32;
    fn max_u32(a: Self::U32, b: Self::U32) -> Self::U32;
    fn eq_u32(a: Self::U32, b: Self::U32) -> Self::Mask;
    fn mul_low_high(a: Self::U32, b: Self::U32) -> (Self::U32, Self::U32);
    /// For lanes from -2^24 to 2^24, in two's complement.
    fn to_f32(a: Self::U32) -> Self::F32;

    fn none() -> Self::Mask;
    fn select(mask: Self::Mask, yes: Self::F32, no: Self::F32) -> Self::F32;
    fn select_u32(mask: Self::Mask, yes: Self::U32, no: Self::U32) -> Self::U32;
    fn keep(mask: Self::Mask, value: Self::F32) -> Self::F32;
    /// `sum` plus `value` where the mask is true. For sums that are not -0.0.
    #[inline(always)]
    fn add_where(mask: Self::Mask, sum: Self::F32, value: Self::F32) -> Self::F32 {
        Self::add(sum, Self::keep(mask, value))
    }
    /// `counts` plus 1 where the mask is true.
    fn count(mask: Self::Mask, counts: Self::U32) -> Self::U32;
    fn bits(mask: Self::Mask) -> u32;
    fn any(mask: Self::Mask) -> bool;
    fn all(mask: Self::Mask) -> bool;
    fn and(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    fn or(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    fn xor(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    fn not(a: Self::Mask) -> Self::Mask;
}

/// Work that is done with the best instructions there are.
pub trait Task {
    /// What comes out.
    type Output;
    /// Does it. Must be `#[inline(always)]`.
    fn run<S: Isa>(self) -> Self::Output;
}

/// Does the task with the best instructions that this processor has, or with the forced ones.
#[inline]
pub fn dispatch<T: Task>(task: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    if matches!(forced(), None | Some(Set::Avx512)) && avx512::available() {
        return avx512::run(task);
    }
    #[cfg(all(target_arch = "x86_64", not(target_feature = "avx2")))]
    if forced() != Some(Set::Baseline) && avx2::available() {
        return avx2::run(task);
    }
    // A function of its own, as for other sets: engines of JavaScript optimise no function that is
    // too long, and the phases of a tick in one would be.
    Baseline::apart(
        #[inline(always)]
        || task.run::<Baseline>(),
    )
}

/// Does the task with every instruction set that this processor has, whatever is forced; for
/// tests.
pub fn each<T: Task + Copy>(task: T) {
    task.run::<Baseline>();
    #[cfg(all(target_arch = "x86_64", not(target_feature = "avx2")))]
    if avx2::available() {
        avx2::run(task);
    }
    #[cfg(target_arch = "x86_64")]
    if avx512::available() {
        avx512::run(task);
    }
}

/// The instruction sets that [`dispatch`] knows. Results do not depend on them; speed does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(u8)]
pub enum Set {
    /// What the build is for: SSE2 on x86-64 unless it was built for more.
    Baseline = 1,
    /// AVX2, in a build for x86-64 that is not for AVX2 itself.
    Avx2 = 2,
    /// AVX-512 on registers of 256 bits (F, VL and DQ), in any build for x86-64.
    Avx512 = 3,
}

impl Set {
    /// All of them, slowest first.
    pub const ALL: [Self; 3] = [Self::Baseline, Self::Avx2, Self::Avx512];

    /// Its name, in small letters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Baseline => Baseline::NAME,
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// The one of this name, in letters of any size.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.name().eq_ignore_ascii_case(name))
    }

    /// Whether this build has it and this processor too.
    pub fn is_available(self) -> bool {
        match self {
            Self::Baseline => true,
            #[cfg(all(target_arch = "x86_64", not(target_feature = "avx2")))]
            Self::Avx2 => avx2::available(),
            #[cfg(not(all(target_arch = "x86_64", not(target_feature = "avx2"))))]
            Self::Avx2 => false,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => avx512::available(),
            #[cfg(not(target_arch = "x86_64"))]
            Self::Avx512 => false,
        }
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The instruction set that [`dispatch`] takes now.
pub fn chosen() -> Set {
    struct Chosen;
    impl Task for Chosen {
        type Output = &'static str;
        #[inline(always)]
        fn run<S: Isa>(self) -> &'static str {
            S::NAME
        }
    }
    Set::named(dispatch(Chosen)).unwrap_or(Set::Baseline)
}

/// Has [`dispatch`] take this set from now on, in the whole process; None leaves it the choice.
///
/// # Errors
///
/// [`Unavailable`] if this build or this processor does not have it; nothing was changed then.
pub fn force(set: Option<Set>) -> Result<(), Unavailable> {
    if let Some(set) = set.filter(|set| !set.is_available()) {
        return Err(Unavailable(set));
    }
    FORCED.store(set.map_or(0, |set| set as u8), Relaxed);
    Ok(())
}

/// The set that is forced, if one is.
#[inline]
pub fn forced() -> Option<Set> {
    let number = FORCED.load(Relaxed);
    Set::ALL.into_iter().find(|set| *set as u8 == number)
}

/// The set that is forced, as a number; 0 if none is.
static FORCED: AtomicU8 = AtomicU8::new(0);

/// An instruction set was to be forced that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unavailable(pub Set);

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the instruction set {} is not there; there is ", self.0)?;
        let there = Set::ALL.into_iter().filter(|set| set.is_available());
        for (at, set) in there.enumerate() {
            write!(f, "{}{set}", if at == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl core::error::Error for Unavailable {}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::ToString;

    use super::*;

    #[test]
    fn a_set_is_forced_or_refused_by_name() {
        assert_eq!(Set::named("AVX2"), Some(Set::Avx2));
        assert_eq!(Set::named("mmx"), None);
        let before = chosen();
        assert!(force(Some(Set::Baseline)).is_ok());
        assert_eq!((chosen(), forced()), (Set::Baseline, Some(Set::Baseline)));
        assert!(force(None).is_ok());
        assert_eq!(forced(), None);
        assert_eq!(chosen(), before);
        let best = Set::ALL.into_iter().rfind(|set| set.is_available());
        assert_eq!(Some(before), best);
        for set in Set::ALL {
            match force(Some(set)) {
                Ok(()) => assert!(set.is_available() && chosen() == set),
                Err(refused) => {
                    assert!(!set.is_available());
                    let text = refused.to_string();
                    assert!(
                        text.contains(&format!("{set} is not there; there is baseline")),
                        "{text}"
                    );
                }
            }
        }
        assert!(force(None).is_ok());
    }
}
