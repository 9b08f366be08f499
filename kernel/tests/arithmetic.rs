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

/// A mix of every word of the golden files but comments, in order.
fn goldens() -> u64 {
    let lines = GOLDENS.into_iter().flat_map(str::lines).filter(|line| !line.starts_with('#'));
    let bytes = lines.flat_map(|line| line.bytes().chain([b'\n']));
    bytes.fold(0, |sum: u64, byte| mix(sum.rotate_left(8) ^ u64::from(byte)))
}

#[test]
fn the_id_names_the_locked_versions_and_the_golden_numbers() {
    let (wide, libm) = (version("wide"), version("libm"));
    let found = format!("wide {wide}, libm {libm}, goldens {:016x}", goldens());
    assert_eq!(found, ID, "kernel/src/arithmetic.rs must follow what it is made of");
}
