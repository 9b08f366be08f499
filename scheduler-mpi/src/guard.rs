//! Errors, panics and deaths end all ranks at once, with a word on why.
//!
//! A rank that fails says so itself and ends the job. A rank that is killed says nothing: the
//! launcher then asks the others to terminate, and gives them a moment. In that moment the lowest
//! rank of each machine that still lives says who is missing, how far the run was, and from which
//! checkpoint it can go on.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, Once, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use signal_hook::consts::SIGTERM;
use signal_hook::iterator::Signals;

use crate::network::Network;

/// The tick that is being computed.
static TICK: AtomicU64 = AtomicU64::new(NOT_YET);

/// The last checkpoint that is complete: its tick and where it is.
static CHECKPOINT: Mutex<Option<(u64, PathBuf)>> = Mutex::new(None);

/// The ranks of this machine with their processes, and which of them this one is.
static HERE: OnceLock<(u32, Vec<(u32, u32)>)> = OnceLock::new();

/// Says how far the run is; from the first tick on the deaths of others are noticed.
pub fn at_tick(tick: u64) {
    // Not before: the command line listens to the same signal, and would replace what it finds.
    static LISTEN: Once = Once::new();
    LISTEN.call_once(listen);
    TICK.store(tick, Ordering::Relaxed);
}

/// Says which checkpoint is complete.
pub fn checkpoint(tick: u64, path: PathBuf) {
    at_tick(tick);
    *CHECKPOINT.lock().unwrap_or_else(PoisonError::into_inner) = Some((tick, path));
}

/// A panic anywhere ends all ranks: without that the others would wait for ever.
pub fn abort_on_panic() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        usual(info);
        eprintln!("error: this was {}", when());
        flockwork_cli::abandon();
        // Threads other than the first may not call MPI: the launcher ends the other ranks.
        std::process::exit(101);
    }));
}

/// Watches over the other ranks from now on; collective.
pub fn watch(network: &Network, patience: Duration) {
    let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.bytes().fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let all = network.gather(&[host, std::process::id().into()]);
    let here = (0..)
        .zip(all.chunks_exact(2))
        .filter(|(_, one)| one[0] == host)
        .map(|(rank, one)| (rank, one[1] as u32))
        .collect();
    let own = network.rank();
    HERE.get_or_init(|| (own, here));
    std::thread::spawn(move || {
        let (mut tick, mut since) = (TICK.load(Ordering::Relaxed), Instant::now());
        loop {
            std::thread::sleep(Duration::from_millis(500).min(patience));
            let now = TICK.load(Ordering::Relaxed);
            if now != tick {
                (tick, since) = (now, Instant::now());
            } else if since.elapsed() > patience && now != DONE {
                let seconds = patience.as_secs_f64();
                say(&format!("rank {own} has waited {seconds} s for a rank that hangs"));
                flockwork_cli::abandon();
                std::process::exit(1);
            }
        }
    });
}

/// Has a thread wait for the launcher's word that the job is to end.
fn listen() {
    let Some((own, here)) = HERE.get() else { return };
    let mut signals = match Signals::new([SIGTERM]) {
        Ok(signals) => signals,
        Err(error) => {
            eprintln!("note: rank {own} cannot tell when others die: {error}");
            return;
        }
    };
    std::thread::spawn(move || {
        for _ in signals.forever() {
            let (alive, dead): (Vec<_>, Vec<_>) =
                here.iter().partition(|(_, process)| is_alive(*process));
            if dead.is_empty() {
                // A wish to stop, which the command line hears too.
                continue;
            }
            // One of those that live speaks for this machine.
            if alive.first().is_some_and(|(rank, _)| rank == own) {
                let dead: Vec<String> = dead
                    .iter()
                    .map(|(rank, process)| format!("rank {rank} (process {process}) has died"))
                    .collect();
                say(&dead.join(", "));
            }
            flockwork_cli::abandon();
            // Not at once: the others must not take this one for dead before its time.
            std::thread::sleep(GRACE);
            std::process::exit(1);
        }
    });
}

/// How long a rank that is asked to end remains, for the others to see: less than the launcher
/// waits.
const GRACE: Duration = Duration::from_millis(400);

/// Before the first tick there is nothing to go on from.
const NOT_YET: u64 = u64::MAX - 1;

/// After the last tick nobody is missed.
const DONE: u64 = u64::MAX;

/// The ticks are done.
pub fn done() {
    TICK.store(DONE, Ordering::Relaxed);
}

/// How far the run is.
fn when() -> String {
    match TICK.load(Ordering::Relaxed) {
        NOT_YET => "before the first tick".to_string(),
        DONE => "after the last tick".to_string(),
        tick => format!("in tick {tick}"),
    }
}

fn say(what: &str) {
    let (tick, when) = (TICK.load(Ordering::Relaxed), when());
    let known = CHECKPOINT.lock().unwrap_or_else(PoisonError::into_inner);
    match &*known {
        Some((at, path)) if tick != DONE => eprintln!(
            "error: {what} {when}; the run can go on from tick {at} with --resume {}",
            path.display()
        ),
        None if tick < NOT_YET => {
            eprintln!("error: {what} {when}; there is no checkpoint to resume from");
        }
        None if tick == NOT_YET => eprintln!("error: {what} {when}"),
        // All has been said.
        _ => {}
    }
}

/// Whether a process of this machine lives; one that has ended but is still listed does not.
fn is_alive(process: u32) -> bool {
    fs::read_to_string(format!("/proc/{process}/stat"))
        .ok()
        .and_then(|stat| stat.rsplit(") ").next().map(|rest| !rest.starts_with(['Z', 'X'])))
        .unwrap_or(false)
}
