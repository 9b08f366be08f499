//! Whether a simulation fits into memory: told before it is built, not by the system that ends it.

use flockwork_scheduler_native::Checked;

use crate::human;

/// Checks that a simulation fits into the memory that is free now, with a tenth of it to spare.
///
/// # Errors
///
/// How much is needed and how much is free. Where that cannot be known, everything fits.
pub(crate) fn fits(checked: &Checked) -> Result<(), String> {
    match free() {
        Some(free) if checked.bytes_estimate > free / 10 * 9 => Err(format!(
            "about {} of memory are needed, but only {} are free",
            human::bytes(checked.bytes_estimate),
            human::bytes(free)
        )),
        _ => Ok(()),
    }
}

/// The memory that is free now, bytes; None where that cannot be known.
fn free() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib = line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?;
    kib.checked_mul(1024)
}
