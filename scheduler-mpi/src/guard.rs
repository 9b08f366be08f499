//! Errors, panics and deaths end all ranks at once, with a word on why.
//!
//! A rank that fails says so itself and ends the job. Of a rank that is killed the process that
//! watches over it speaks ([`crate::watch`]); if that one is killed, its rank does, here. Of a rank
//! that hangs the others speak ([`crate::roll`]). Each says which rank it is, on which machine, in
//! which tick, and from which checkpoint the run can go on.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::os::unix::process::parent_id;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Mutex, Once, OnceLock, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR2};
use signal_hook::iterator::Signals;

use crate::network::Network;
use crate::process;
use crate::watch::{self, NAME};
use crate::words::{Stage, State, Words};

/// How long to wait for a rank if nothing else is said.
pub const USUAL_PATIENCE: Duration = Duration::from_secs(300);

/// How far this rank is.
static STATE: Mutex<State> =
    Mutex::new(State { rank: None, stage: Stage::Starting, checkpoint: None });

/// The same, for the process that watches over this rank.
static WORDS: OnceLock<Words> = OnceLock::new();

/// All ranks, as messages have them, and how long each may be waited for.
static JOB: OnceLock<Job> = OnceLock::new();

struct Job {
    names: Vec<String>,
    patience: Duration,
    /// Whether all ranks are on this machine.
    here: bool,
}

/// What has started the process that watches over this rank.
static LAUNCHER: OnceLock<u32> = OnceLock::new();

/// A rank as messages have it.
pub fn name(rank: Option<u32>, host: &str, process: u32) -> String {
    match rank {
        Some(rank) => format!("rank {rank} on {host} (process {process})"),
        None => format!("a rank on {host} (process {process})"),
    }
}

/// The patience that this process's environment asks for.
pub fn patience_of_environment() -> Option<Duration> {
    let seconds = std::env::var("FLOCKWORK_PATIENCE").ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// How long a rank may be waited for.
pub(crate) fn patience() -> Duration {
    let asked = || patience_of_environment().unwrap_or(USUAL_PATIENCE);
    JOB.get().map_or_else(asked, |job| job.patience)
}

/// What a rank is called.
pub(crate) fn name_of(rank: u32) -> String {
    let known = JOB.get().and_then(|job| job.names.get(rank as usize).cloned());
    known.unwrap_or_else(|| format!("rank {rank}"))
}

/// Says which rank this is.
pub fn start(rank: u32) {
    with_state(|state| {
        (state.rank, state.stage) = (Some(rank), Stage::NotYet);
        if let Some(words) = WORDS.get() {
            words.set_rank(rank);
            words.set_stage(Stage::NotYet);
        }
    });
}

/// Tells all ranks of each other, and how long one may be waited for; collective.
pub fn watch(network: &Network, patience: Duration) {
    /// Numbers for the name of a machine.
    const HOST: usize = 8;
    let mut host = process::host().into_bytes();
    host.resize(8 * HOST, 0);
    let numbers = host.chunks_exact(8).map(|eight| eight.try_into().unwrap_or_default());
    let mut own: Vec<u64> = numbers.map(u64::from_ne_bytes).collect();
    own.push(std::process::id().into());
    let all = network.gather(&own);
    let names = (0..).zip(all.chunks_exact(HOST + 1)).map(|(rank, one)| {
        let host: Vec<u8> = one[..HOST].iter().flat_map(|number| number.to_ne_bytes()).collect();
        let host = String::from_utf8_lossy(&host);
        name(Some(rank), host.trim_end_matches('\0'), one[HOST] as u32)
    });
    let here = all.chunks_exact(HOST + 1).all(|one| one[..HOST] == own[..HOST]);
    JOB.get_or_init(|| Job { names: names.collect(), patience, here });
}

/// Says how far the run is; from the first tick on this rank says which wishes to end it hears.
pub fn at_tick(tick: u64) {
    static LISTEN: Once = Once::new();
    LISTEN.call_once(listen);
    set_stage(Stage::Tick(tick));
}

/// Counts the wishes to end, so that the watcher passes none on that has come here too: some
/// launchers tell all processes, others the one that they started.
fn listen() {
    // Not before the first tick: until the command line listens as well, such a wish ends the rank.
    if let Ok(mut signals) = Signals::new([SIGTERM, SIGINT, SIGHUP]) {
        std::thread::spawn(move || {
            for _ in signals.forever() {
                WORDS.get().into_iter().for_each(Words::hear);
            }
        });
    }
}

/// The ticks are done.
pub fn done() {
    set_stage(Stage::Done);
}

fn set_stage(stage: Stage) {
    with_state(|state| {
        state.stage = stage;
        if let Some(words) = WORDS.get() {
            words.set_stage(stage);
        }
    });
}

/// Says which checkpoint is complete.
pub fn checkpoint(tick: u64, path: PathBuf) {
    with_state(|state| {
        if let Some(words) = WORDS.get() {
            words.set_stage(Stage::Tick(tick));
            words.set_checkpoint(tick, &path);
        }
        state.stage = Stage::Tick(tick);
        state.checkpoint = Some((tick, path));
    });
}

/// Says that what ends this rank has been said.
pub fn said() {
    if let Some(words) = WORDS.get() {
        words.set_said();
    }
    if let Some(launcher) = LAUNCHER.get() {
        watch::hush(*launcher);
    }
}

/// Says how to go on after an error of this rank, which has been said, if there is a way.
pub fn failed() {
    if with_state(|state| state.checkpoint.is_some() && state.stage != Stage::Done) {
        say(&format!("{} has failed", own_name()));
    }
    said();
}

/// Does something that may panic. That ends all ranks: without that the others would wait for ever.
///
/// A model's panic does not come here: it is an error of the tick, with phase, domain and worker.
pub fn or_abort<T>(network: &Network, what: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(what)).unwrap_or_else(|_| {
        say(&format!("{} has panicked", own_name()));
        flockwork_cli::abandon();
        network.abort(101)
    })
}

/// Says what has happened, in which tick, and how to go on.
pub(crate) fn say(what: &str) {
    with_state(|state| eprintln!("{}", state.tell(what)));
    said();
}

/// What this rank is called.
pub(crate) fn own_name() -> String {
    name(with_state(|state| state.rank), &process::host(), std::process::id())
}

fn with_state<T>(with: impl FnOnce(&mut State) -> T) -> T {
    with(&mut STATE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Notices the end of the process `watcher`, which watches over this rank and shares `words` with
/// it; `launcher` has started it.
pub(crate) fn begin(watcher: u32, launcher: u32, words: Words) {
    WORDS.get_or_init(|| words);
    LAUNCHER.get_or_init(|| launcher);
    // The kernel's word on it comes at once; a look now and then is for the rest.
    let signals = Signals::new([SIGUSR2]);
    let asked = rustix::process::set_parent_process_death_signal(Some(Signal::USR2));
    if let (Ok(mut signals), Ok(())) = (signals, asked) {
        std::thread::spawn(move || {
            for _ in signals.forever() {
                if parent_id() != watcher {
                    orphaned(watcher, launcher);
                }
            }
        });
    }
    std::thread::spawn(move || {
        const LOOK: Duration = Duration::from_millis(250);
        let mut stopped = Duration::ZERO;
        loop {
            std::thread::sleep(LOOK);
            if parent_id() != watcher {
                orphaned(watcher, launcher);
            }
            let is_stopped = process::known(watcher).is_some_and(|known| known.stopped);
            stopped = if is_stopped { stopped + LOOK } else { Duration::ZERO };
            if stopped > patience() {
                let name = name(with_state(|state| state.rank), &process::host(), watcher);
                say(&format!("{name} hangs: it has been stopped for {} s", stopped.as_secs()));
                if let Some(watcher) = Pid::from_raw(watcher as i32) {
                    let _ = kill_process(watcher, Signal::KILL);
                }
            }
        }
    });
}

/// Ends this rank, since nobody waits for it any more. Says so if it is the one that this began
/// with, and not one of all that a launcher kills at the end of a job.
fn orphaned(watcher: u32, launcher: u32) -> ! {
    let words = WORDS.get();
    if !words.is_some_and(|words| words.said() || words.asked()) {
        // A launcher that kills all does so in less time than this, and one that learns of a death
        // needs longer. The first rank of a machine to come here keeps the others from speaking.
        std::thread::sleep(Duration::from_millis(1));
        let others = process::children(launcher, &NAME.to_string_lossy());
        let turn = SocketAddr::from_abstract_name(format!("flockwork-{launcher}"))
            .and_then(|name| UnixListener::bind_addr(&name));
        // Of several machines none can tell where it began.
        let here = JOB.get().is_some_and(|job| job.here);
        if here && !others.is_empty() && turn.is_ok() {
            let name = name(with_state(|state| state.rank), &process::host(), watcher);
            say(&format!("{name} has died"));
            std::thread::sleep(Duration::from_millis(300));
        }
    }
    flockwork_cli::abandon();
    std::process::exit(1);
}
