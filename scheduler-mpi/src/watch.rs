//! The process that watches over a rank and says how it died.
//!
//! A rank that is killed says nothing, and launchers differ in what they do then: one asks the other
//! ranks to end and waits a moment, another kills them at once. So what a launcher starts is not the
//! rank. It starts the rank as its child, and waits. When that dies it knows which rank it was, of
//! what, in which tick and with which checkpoint (see [`crate::words`]), and says so before the
//! launcher learns of it.
//!
//! Signals that ask for an end, or to stop and go on, are passed on to the rank, which is in a
//! process group of its own, so that it gets none twice. If the watcher is killed, the rank says so
//! and ends: see [`crate::guard`].

use std::ffi::{CStr, OsString};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitCode, ExitStatus};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, getpid, kill_process};
use signal_hook::consts::{
    SIGABRT, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1,
};
use signal_hook::iterator::Signals;

use crate::words::{Stage, State, Words};
use crate::{guard, process};

/// What the processes that watch are called, and what only theirs are.
pub const NAME: &CStr = c"flockwork-watch";

/// Tells a rank who watches over it: the process, the number of the file they share, and the
/// process that started the watcher.
const VARIABLE: &str = "FLOCKWORK_WATCHED_BY";

/// How long a rank has to hear a signal that was sent to all.
const HEARING: Duration = Duration::from_millis(100);

/// How long the watcher of a rank that has given up waits for one that knows why.
const FIRST: Duration = Duration::from_millis(500);

/// How often a watcher looks whether its rank is stopped.
const LOOK: Duration = Duration::from_millis(500);

/// Gives the exit code once the rank has ended, or None in the rank itself.
pub fn begin() -> Option<ExitCode> {
    if let Some((watcher, launcher, words)) = watched() {
        guard::begin(watcher, launcher, words);
        return None;
    }
    match Watcher::start() {
        Ok(watcher) => Some(watcher.wait()),
        Err(error) => {
            eprintln!("note: nobody watches over this rank, and can say how it died: {error}");
            None
        }
    }
}

/// Who watches over this process, if it is a rank.
fn watched() -> Option<(u32, u32, Words)> {
    let said = std::env::var(VARIABLE).ok()?;
    let mut numbers = said.split(':').map(str::parse::<u32>);
    let mut next = || numbers.next()?.ok();
    let (watcher, number, launcher) = (next()?, next()?, next()?);
    // A program that a rank starts has the variable too.
    let mine = std::os::unix::process::parent_id() == watcher;
    let words = Words::of(watcher, number.try_into().ok()?).ok()?;
    mine.then_some((watcher, launcher, words))
}

struct Watcher {
    child: Child,
    words: Arc<Words>,
    signals: Signals,
    launcher: u32,
    /// How many wishes to end have come here.
    wishes: u64,
}

impl Watcher {
    fn start() -> std::io::Result<Self> {
        let words = Arc::new(Words::new()?);
        // Before there is a child: nothing it does is missed.
        let signals =
            Signals::new([SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1])?;
        let launcher = std::os::unix::process::parent_id();
        let mut arguments = std::env::args_os();
        let own = std::env::current_exe()?;
        let mut command = Command::new(&own);
        command.arg0(arguments.next().unwrap_or_else(|| OsString::from(&own))).args(arguments);
        let said = format!("{}:{}:{launcher}", std::process::id(), words.number());
        let child = command.env(VARIABLE, said).process_group(0).spawn()?;
        // The rank keeps the program's name. Only for who looks at a list of processes.
        let _ = rustix::thread::set_name(NAME);
        Ok(Self { child, words, signals, launcher, wishes: 0 })
    }

    /// Waits for the rank's end.
    fn wait(mut self) -> ExitCode {
        let (words, child) = (Arc::clone(&self.words), self.child.id());
        std::thread::spawn(move || look(&words, child));
        loop {
            let came: Vec<i32> = self.signals.wait().collect();
            for signal in came {
                self.pass_on(signal);
            }
            match self.child.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) => return self.ended(status),
                Err(error) => {
                    eprintln!("error: the rank cannot be waited for: {error}");
                    return ExitCode::from(1);
                }
            }
        }
    }

    fn pass_on(&mut self, signal: i32) {
        let process = self.child.id();
        match signal {
            SIGCHLD => {}
            SIGCONT => send(process, Signal::CONT),
            SIGTSTP => {
                send(process, Signal::STOP);
                let _ = kill_process(getpid(), Signal::STOP);
            }
            SIGUSR1 => send(process, Signal::USR1),
            _ => {
                self.words.set_asked();
                self.wishes += 1;
                // Where all processes are told, the rank has heard it too, and would take a second
                // one for impatience.
                let (words, child) = (&self.words, &mut self.child);
                let mut is_known = || words.heard() >= self.wishes || has_ended(child);
                wait_until(HEARING, &mut is_known);
                if is_known() {
                    return;
                }
                // A rank that is stopped would hear of it when nobody is left to wait for it.
                let stopped = process::known(process).is_some_and(|known| known.stopped);
                let asked = match signal {
                    _ if stopped => Signal::KILL,
                    SIGHUP => Signal::HUP,
                    SIGINT => Signal::INT,
                    SIGQUIT => Signal::QUIT,
                    _ => Signal::TERM,
                };
                send(process, asked);
            }
        }
    }

    /// Says how the rank ended, unless that is known, and gives the exit code.
    fn ended(&self, status: ExitStatus) -> ExitCode {
        let code = match (status.code(), status.signal()) {
            (Some(code), _) => code as u8,
            // As shells have it.
            (None, signal) => 128u8.wrapping_add(signal.unwrap_or(0) as u8),
        };
        let gave_up =
            matches!((status.code(), status.signal()), (Some(1..), _) | (_, Some(SIGABRT)));
        if gave_up {
            self.let_others_speak();
        }
        if !status.success() && !self.words.said() && !self.words.asked() {
            let state = self.words.state();
            let how = match status.signal() {
                Some(signal) => format!("has died of {}", name_of(signal)),
                None => format!("has ended with code {code}"),
            };
            eprintln!("{}", state.tell(&format!("{} {how}", name(&state, self.child.id()))));
        }
        if !status.success() && !self.words.asked() {
            hush(self.launcher);
            if self.words.state().stage == Stage::Starting {
                self.give_up();
            }
        }
        ExitCode::from(code)
    }

    /// Waits until something has been said, for a moment: a rank that gives up may do so because
    /// another was killed under its hands (an MPI library that reads from another's memory aborts
    /// then), and its end can be known here before the other's is known there.
    fn let_others_speak(&self) {
        wait_until(FIRST, || self.words.said() || self.words.asked());
    }

    /// Ends the other ranks of this machine: a launcher may take the end of a rank that it does not
    /// know yet for no reason to do so, and the others would wait for it. That of Open MPI does it
    /// by itself.
    fn give_up(&self) {
        if std::env::var_os("PMI_RANK").is_some() {
            let own = std::process::id();
            let others = process::children(self.launcher, &NAME.to_string_lossy());
            others.iter().filter(|other| **other != own).for_each(|other| {
                send(*other, Signal::TERM);
            });
        }
    }
}

/// Waits until something is so, for that long at most.
fn wait_until(most: Duration, mut is_so: impl FnMut() -> bool) {
    let step = Duration::from_millis(5);
    let mut left = most;
    while !left.is_zero() && !is_so() {
        std::thread::sleep(step);
        left = left.saturating_sub(step);
    }
}

/// Whether nothing remains to be told to a process.
fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

/// Tells the other ranks of this machine that all has been said: their watchers are about to be
/// killed, and they would take that for what began it.
pub(crate) fn hush(launcher: u32) {
    if rank_of_environment().is_none() {
        // What started this starts others too, that have nothing to do with it.
        return;
    }
    for other in process::children(launcher, &NAME.to_string_lossy()) {
        Words::all_of(other).iter().for_each(Words::set_said);
    }
}

/// Ends a rank that is stopped for too long when the others cannot find out: while MPI starts, at
/// the end, and if there are no others.
fn look(words: &Words, child: u32) {
    let patience = guard::patience_of_environment().unwrap_or(guard::USUAL_PATIENCE);
    // Looks, not time: if the whole machine stands still, none is counted.
    let (mut stopped, mut starting) = (Duration::ZERO, Duration::ZERO);
    loop {
        std::thread::sleep(LOOK);
        let state = words.state();
        let Some(known) = process::known(child) else { return };
        stopped = if known.stopped { stopped + LOOK } else { Duration::ZERO };
        starting = if state.stage == Stage::Starting { starting + LOOK } else { Duration::ZERO };
        let most = if matches!(state.stage, Stage::Tick(_) | Stage::NotYet) { 2 } else { 1 };
        let problem = if stopped > patience * most {
            format!("hangs: it has been stopped for {} s", stopped.as_secs())
        } else if starting > patience * 3 {
            format!("has waited {} s for MPI to start on all ranks", starting.as_secs())
        } else {
            continue;
        };
        eprintln!("{}", state.tell(&format!("{} {problem}", name(&state, child))));
        words.set_said();
        send(child, Signal::KILL);
        return;
    }
}

/// A rank as messages have it.
fn name(state: &State, process: u32) -> String {
    guard::name(state.rank.or_else(rank_of_environment), &process::host(), process)
}

/// The rank as launchers tell it before MPI does.
fn rank_of_environment() -> Option<u32> {
    ["PMIX_RANK", "OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"]
        .iter()
        .find_map(|name| std::env::var(name).ok()?.parse().ok())
}

fn name_of(signal: i32) -> String {
    match signal_hook::low_level::signal_name(signal) {
        Some(name) => format!("signal {signal} ({name})"),
        None => format!("signal {signal}"),
    }
}

/// Sends a signal to a process, which may have ended.
fn send(process: u32, signal: Signal) {
    if let Some(process) = Pid::from_raw(process as i32) {
        let _ = kill_process(process, signal);
    }
}
