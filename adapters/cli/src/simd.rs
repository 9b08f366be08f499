//! The instruction sets the command was built for, computes with, and the processor has.

use flockwork_kernel::isa::{self, Set};

/// The instruction sets, weakest first, that the numbers of one block of entities can go through.
const LEVELS: [&str; 4] = ["SSE2", "AVX", "AVX2", "AVX-512"];

/// The instruction set that the command was built for.
pub(crate) fn built() -> &'static str {
    if cfg!(any(target_arch = "x86_64", target_arch = "x86")) {
        LEVELS[built_level()]
    } else if cfg!(target_feature = "neon") {
        "NEON"
    } else if cfg!(target_feature = "simd128") {
        "SIMD128"
    } else {
        "scalar"
    }
}

fn built_level() -> usize {
    if cfg!(all(
        target_feature = "avx512f",
        target_feature = "avx512vl",
        target_feature = "avx512dq"
    )) {
        3
    } else if cfg!(target_feature = "avx2") {
        2
    } else if cfg!(target_feature = "avx") {
        1
    } else {
        0
    }
}

/// The instruction set that lanes are computed with.
pub(crate) fn used() -> &'static str {
    match isa::chosen() {
        Set::Avx2 => LEVELS[2],
        Set::Avx512 => LEVELS[3],
        _ => built(),
    }
}

/// The best instruction set that the processor has.
pub(crate) fn cpu() -> &'static str {
    #[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
    return LEVELS[cpu_level()];
    #[cfg(not(any(target_arch = "x86_64", target_arch = "x86")))]
    return built();
}

#[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
fn cpu_level() -> usize {
    use std::arch::is_x86_feature_detected as has;
    if has!("avx512f") && has!("avx512vl") && has!("avx512dq") {
        3
    } else if has!("avx2") {
        2
    } else {
        usize::from(has!("avx"))
    }
}
