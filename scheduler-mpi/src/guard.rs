//! Errors, panics and deaths end all ranks at once, with a word on why.
//!
//! A rank that fails says so itself and ends the job. A rank that is killed says nothing: the
//! launcher then asks the others to terminate, and gives them a moment. In that moment the lowest
//! rank of each machine that still lives says who is missing, how far the run was, and from which
//! checkpoint it can go on.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use signal_hook::consts::SIGTERM;
use signal_hook::iterator::Signals;

use crate::network::Network;

/// The tick that is being computed.
static TICK: AtomicU64 = AtomicU64::new(0);

/// The last checkpoint that is complete: its tick and where it is.
static CHECKPOINT: Mutex<Option<(u64, PathBuf)>> = Mutex::new(None);

/// Says how far the run is.
pub fn at_tick(tick: u64) {
    TICK.store(tick, Ordering::Relaxed);
}

/// Says which checkpoint is complete.
pub fn checkpoint(tick: u64, path: PathBuf) {
    *CHECKPOINT.lock().unwrap_or_else(PoisonError::into_inner) = Some((tick, path));
}

/// A panic anywhere ends all ranks: without that the others would wait for ever.
pub fn abort_on_panic() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        usual(info);
        eprintln!("error: this was after tick {}", TICK.load(Ordering::Relaxed));
        // Threads other than the first may not call MPI: the launcher ends the other ranks.
        std::process::exit(101);
    }));
}

/// Watches over the other ranks of this machine from now on; collective.
///
/// # Errors
///
/// If signals cannot be listened to.
pub fn watch(network: &Network, patience: Duration) -> std::io::Result<()> {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.bytes().fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let all = network.gather(&[host, std::process::id().into()]);
    let here: Vec<(u32, u32)> = (0..)
        .zip(all.chunks_exact(2))
        .filter(|(_, one)| one[0] == host)
        .map(|(rank, one)| (rank, one[1] as u32))
        .collect();
    let own = network.rank();
    let mut signals = Signals::new([SIGTERM])?;
    std::thread::spawn(move || {
        for _ in signals.forever() {
            let alive = |process: &&(u32, u32)| is_alive(process.1);
            // One of those that live speaks for this machine.
            if here.iter().find(alive).is_some_and(|(rank, _)| *rank == own) {
                let dead: Vec<String> = here
                    .iter()
                    .filter(|process| !alive(process))
                    .map(|(rank, process)| format!("rank {rank} (process {process}) has died"))
                    .collect();
                say(&dead);
            }
            // Not at once: the others must not take this one for dead before its time.
            std::thread::sleep(GRACE);
            std::process::exit(1);
        }
    });
    std::thread::spawn(move || {
        let (mut tick, mut since) = (TICK.load(Ordering::Relaxed), Instant::now());
        loop {
            std::thread::sleep(Duration::from_millis(500).min(patience));
            let now = TICK.load(Ordering::Relaxed);
            if now != tick {
                (tick, since) = (now, Instant::now());
            } else if since.elapsed() > patience && now != DONE {
                let seconds = patience.as_secs_f64();
                say(&[format!("rank {own} has waited for {seconds} s, for a rank that hangs")]);
                std::process::exit(1);
            }
        }
    });
    Ok(())
}

/// How long a rank that is asked to end remains, for the others to see: less than the launcher
/// waits.
const GRACE: Duration = Duration::from_millis(400);

/// After the last tick nobody is missed.
const DONE: u64 = u64::MAX;

/// The ticks are done.
pub fn done() {
    at_tick(DONE);
}

fn say(what: &[String]) {
    let what = if what.is_empty() {
        "the job was ended from outside".to_string()
    } else {
        what.join(", ")
    };
    let tick = match TICK.load(Ordering::Relaxed) {
        DONE => "after the last tick".to_string(),
        tick => format!("in tick {tick}"),
    };
    let known = CHECKPOINT.lock().unwrap_or_else(PoisonError::into_inner);
    match &*known {
        Some((at, path)) => eprintln!(
            "error: {what} {tick}; the run can go on from tick {at} with --resume {}",
            path.display()
        ),
        None => eprintln!("error: {what} {tick}; there is no checkpoint to resume from"),
    }
}

/// Whether a process of this machine lives; one that has ended but is still listed does not.
fn is_alive(process: u32) -> bool {
    fs::read_to_string(format!("/proc/{process}/stat"))
        .ok()
        .and_then(|stat| stat.rsplit(") ").next().map(|rest| !rest.starts_with(['Z', 'X'])))
        .unwrap_or(false)
}
