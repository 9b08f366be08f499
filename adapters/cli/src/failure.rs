//! Why a command ends without success, and how it prints.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use console::Style;
use flockwork_scheduler_native::RunError;

use crate::human;

/// This process's number, and how many there are.
static PROCESS: [AtomicU32; 2] = [AtomicU32::new(0), AtomicU32::new(1)];

/// Waits for all processes.
static WAIT: OnceLock<fn()> = OnceLock::new();

/// Says that this process is one of several that run the same command together: all but the first
/// print nothing but what goes wrong, and write only what is theirs alone. `wait` comes back when all
/// have called it, however long that takes.
pub fn be_process(number: u32, of: u32, wait: fn()) {
    PROCESS[0].store(number, Ordering::Relaxed);
    PROCESS[1].store(of, Ordering::Relaxed);
    WAIT.get_or_init(|| wait);
}

/// Waits until all processes have come here.
pub(crate) fn wait_for_all() {
    if let Some(wait) = WAIT.get() {
        wait();
    }
}

/// This process's number, and how many there are.
pub(crate) fn process() -> (u32, u32) {
    (PROCESS[0].load(Ordering::Relaxed), PROCESS[1].load(Ordering::Relaxed))
}

/// Whether another process speaks for this one.
pub(crate) fn silent() -> bool {
    process().0 != 0
}

/// Whether there shall be no remarks.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Says whether there shall be no remarks.
pub(crate) fn be_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// How long a process waits for another one that knows better why the run ends, and will then end
/// this one.
const LISTEN: Duration = Duration::from_secs(3);

/// Why a command ends without success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line, a scenario or another input is wrong: exit code 2.
    Usage(String),
    /// Something went wrong while running: exit code 1.
    Run(String),
    /// A worker has stalled: exit code 3.
    Stalled(String),
    /// Another process has failed, and this one cannot go on without it: exit code 1.
    Elsewhere(String),
    /// The command has already said what is wrong: exit code 1.
    Found,
    /// The user interrupted it: exit code 130, as shells do.
    Interrupted,
}

impl Failure {
    pub(crate) fn usage(problem: impl fmt::Display) -> Self {
        Self::Usage(problem.to_string())
    }

    pub(crate) fn run(problem: impl fmt::Display) -> Self {
        Self::Run(problem.to_string())
    }

    /// What is wrong.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Usage(problem)
            | Self::Run(problem)
            | Self::Stalled(problem)
            | Self::Elsewhere(problem) => problem,
            Self::Found => "something is wrong",
            Self::Interrupted => "it was interrupted",
        }
    }

    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Run(_) | Self::Elsewhere(_) | Self::Found => 1,
            Self::Stalled(_) => 3,
            Self::Interrupted => 130,
        }
    }

    /// Says on the standard error output what is wrong.
    pub(crate) fn print(&self) {
        let (number, of) = process();
        let who = if of > 1 { format!("rank {number}: ") } else { String::new() };
        // All processes read the same command line: the first one speaks for all, if it fails too.
        let other_speaks = match self {
            Self::Usage(_) => silent(),
            Self::Elsewhere(_) => true,
            _ => false,
        };
        if other_speaks {
            std::thread::sleep(LISTEN);
        }
        if matches!(self, Self::Found | Self::Interrupted) {
            return;
        }
        // What it quotes may come from anybody's file.
        let problem = human::escaped(self.text(), "\n");
        let red = Style::new().for_stderr().red().bold();
        // Nothing can be done if even this cannot be printed.
        let _ = writeln!(io::stderr(), "{} {who}{problem}", red.apply_to("error:"));
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        match error {
            RunError::Stalled { .. } => Self::Stalled(error.to_string()),
            other => Self::run(other),
        }
    }
}

/// Prints to the standard output; a reader that has gone away is no error.
pub(crate) fn emit(text: &str) -> Result<(), Failure> {
    if silent() {
        return Ok(());
    }
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::run(format_args!("cannot write to the standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints a remark to the standard error output, unless the user wants none.
pub(crate) fn note(text: impl fmt::Display) {
    if !QUIET.load(Ordering::Relaxed) {
        remark("note:", &text);
    }
}

/// Prints what a user must know, however quiet a command shall be.
pub(crate) fn warn(text: impl fmt::Display) {
    remark("warning:", &text);
}

fn remark(kind: &str, text: &dyn fmt::Display) {
    if silent() {
        return;
    }
    let text = human::escaped(&text.to_string(), "\n");
    let yellow = Style::new().for_stderr().yellow().bold();
    // A remark that cannot be printed is not worth a failure.
    let _ = writeln!(io::stderr(), "{} {text}", yellow.apply_to(kind));
}
