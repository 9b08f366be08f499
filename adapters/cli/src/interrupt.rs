//! The user's wish to stop: an interrupt, TERM or HUP.

use std::sync::atomic::{AtomicBool, Ordering};

#[cfg(unix)]
use crate::failure;
use crate::left;

static STOP: AtomicBool = AtomicBool::new(false);

/// Whether there is something that can stop by itself.
static RUNNING: AtomicBool = AtomicBool::new(false);

/// Says that from now on somebody looks at [`stopped`]; before, the first signal ends the process.
pub(crate) fn heed() {
    RUNNING.store(true, Ordering::SeqCst);
}

/// Whether the user has asked to stop.
pub(crate) fn stopped() -> bool {
    STOP.load(Ordering::SeqCst)
}

/// From now on a signal asks to stop, and the same one again ends the process at once; either way
/// nothing half-done is left.
///
/// Another one does not end it: a launcher passes on as TERM what the terminal has already sent as an
/// interrupt.
#[cfg(unix)]
pub(crate) fn listen() {
    use std::sync::Arc;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::iterator::Signals;

    // Where it is heard, a file that grows beyond what the system allows is an error of writing,
    // not the end of the process.
    let _ = signal_hook::flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)));
    let mut heard = vec![SIGINT, SIGTERM];
    if !is_ignored(SIGHUP) {
        heard.push(SIGHUP);
    }
    // Without a handler a signal ends the process, as it does everywhere else.
    let Ok(mut signals) = Signals::new(heard) else { return };
    std::thread::spawn(move || {
        let mut seen = Vec::new();
        for signal in signals.forever() {
            STOP.store(true, Ordering::SeqCst);
            // Of several processes none ends alone: they stop together before the first tick.
            let setting_up = !RUNNING.load(Ordering::SeqCst) && failure::process().1 == 1;
            if seen.contains(&signal) || setting_up {
                left::abandon();
                std::process::exit(130);
            }
            seen.push(signal);
        }
    });
}

/// From now on an interrupt asks to stop, and a second one ends the process at once.
#[cfg(not(unix))]
pub(crate) fn listen() {
    // Without a handler an interrupt ends the process, as it does everywhere else.
    let _ = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::SeqCst) || !RUNNING.load(Ordering::SeqCst) {
            left::abandon();
            std::process::exit(130);
        }
    });
}

/// Whether the process was started so that it does not hear a signal, as `nohup` does.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}
