//! Processes of this machine, as `/proc` shows them.

use std::fs;

/// What is known of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The process that started it.
    pub parent: u32,
    /// Whether it is stopped.
    pub stopped: bool,
}

/// Looks at a process; None if it has ended, or is about to.
pub fn known(process: u32) -> Option<Known> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may hold anything.
    let mut rest = stat.rsplit_once(") ")?.1.split(' ');
    let (state, parent) = (rest.next()?, rest.next()?.parse().ok()?);
    if matches!(state, "Z" | "X") || is_being_killed(process) {
        return None;
    }
    Some(Known { parent, stopped: matches!(state, "T" | "t") })
}

/// Whether a signal is on its way that ends it whatever it does.
fn is_being_killed(process: u32) -> bool {
    const KILL: u64 = 1 << 8;
    let Ok(status) = fs::read_to_string(format!("/proc/{process}/status")) else { return true };
    let pending = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    };
    (pending("SigPnd:") | pending("ShdPnd:")) & KILL != 0
}

/// The processes of this name that a process has started.
pub fn children(parent: u32, name: &str) -> Vec<u32> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let named = |process: u32| {
        fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|found| found.trim() == name)
    };
    numbers
        .filter(|process| known(*process).is_some_and(|known| known.parent == parent))
        .filter(|process| named(*process))
        .collect()
}

/// The name of this machine.
pub fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn a_process_is_known_until_it_ends() {
        let mut child = Command::new("sleep").arg("100").spawn().unwrap();
        let running = Known { parent: std::process::id(), stopped: false };
        assert_eq!(known(child.id()), Some(running));
        assert!(children(std::process::id(), "sleep").contains(&child.id()));
        assert!(children(std::process::id(), "no-such-name").is_empty());
        child.kill().unwrap();
        // Asked at once: it may not have ended yet.
        assert_eq!(known(child.id()), None);
        child.wait().unwrap();
        assert_eq!(known(child.id()), None);
        assert!(!host().is_empty());
    }
}
