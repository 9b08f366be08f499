//! The id of the arithmetic says the truth: a version or a golden number that changes changes it.

use flockwork_kernel::arithmetic::ID;
use flockwork_kernel::fingerprint::mix;

const LOCK: &str = include_str!("../../Cargo.lock");
const GOLDENS: [&str; 2] =
    [include_str!("../golden/kernels.txt"), include_str!("../../scheduler/golden/conformance.txt")];

/// The version of a package in the lock file.
fn version(package: &str) -> &'static str {
    let head = format!("name = \"{package}\"\nversion = \"");
    LOCK.split_once(&head).and_then(|(_, rest)| rest.split('"').next()).expect("it is locked")
}

/// A mix of all golden numbers, in order; what they are called is no part of it.
fn goldens() -> u64 {
    let lines = GOLDENS.into_iter().flat_map(str::lines).filter(|line| !line.starts_with('#'));
    let last = lines.filter_map(|line| line.split(' ').next_back());
    let numbers: Vec<u64> = last
        .filter(|word| word.len() == 16)
        .filter_map(|word| u64::from_str_radix(word, 16).ok())
        .collect();
    assert!(numbers.len() > 50, "{numbers:?}");
    numbers.into_iter().fold(0, |sum, number| mix(sum.rotate_left(8) ^ number))
}

#[test]
fn the_id_names_the_locked_versions_and_the_golden_numbers() {
    let (wide, libm) = (version("wide"), version("libm"));
    let found = format!("wide {wide}, libm {libm}, goldens {:016x}", goldens());
    assert_eq!(found, ID, "kernel/src/arithmetic.rs must follow what it is made of");
}
