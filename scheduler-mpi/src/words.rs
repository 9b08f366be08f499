//! How far a rank is, where the process that watches over it can read it.
//!
//! A rank writes, its watcher reads when the rank has died. They share a file in memory, which the
//! kernel keeps whatever becomes of the rank. See [`crate::watch`].

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// How far a rank is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Which rank it is, once MPI has said so.
    pub rank: Option<u32>,
    /// Where in the run.
    pub stage: Stage,
    /// The last checkpoint that is complete: its tick and where it is.
    pub checkpoint: Option<(u64, PathBuf)>,
}

/// Where in the run a rank is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// MPI starts.
    #[default]
    Starting,
    /// The world is set up.
    NotYet,
    /// This tick is computed.
    Tick(u64),
    /// After the last tick.
    Done,
}

impl State {
    /// What has happened to whom, with when, and how to go on.
    pub fn tell(&self, what: &str) -> String {
        let when = match self.stage {
            Stage::Starting | Stage::NotYet => "before the first tick".into(),
            Stage::Tick(tick) => format!("in tick {tick}"),
            Stage::Done => return format!("error: {what} after the last tick"),
        };
        match (&self.checkpoint, self.stage) {
            (Some((tick, path)), _) => format!(
                "error: {what} {when}; the run can go on from tick {tick} with --resume {}",
                path.display()
            ),
            (None, _) => format!("error: {what} {when}; there is no checkpoint to resume from"),
        }
    }
}

/// The shared file. Numbers are eight bytes each, at fixed places, so none is ever half written.
#[derive(Debug)]
pub struct Words(File);

/// What the file is called, for who looks at open files.
const NAME: &str = "flockwork";

/// Places in the file.
const RANK: u64 = 0;
const STAGE: u64 = 8;
const SAID: u64 = 16;
const ASKED: u64 = 24;
const HEARD: u64 = 32;
const CHECKPOINT: u64 = 40;
const PATH_LEN: u64 = 48;
const PATH: u64 = 56;

/// Stages as numbers; ticks begin after them.
const STARTING: u64 = 0;
const NOT_YET: u64 = 1;
const DONE: u64 = 2;
const FIRST_TICK: u64 = 3;

impl Words {
    /// Makes the file.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn new() -> std::io::Result<Self> {
        let file = rustix::fs::memfd_create(NAME, rustix::fs::MemfdFlags::CLOEXEC)?;
        Ok(Self(File::from(file)))
    }

    /// What the file is called in the process that made it.
    pub fn number(&self) -> i32 {
        self.0.as_raw_fd()
    }

    /// Opens the file of another process of the same user.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn of(process: u32, number: i32) -> std::io::Result<Self> {
        let path = format!("/proc/{process}/fd/{number}");
        Ok(Self(fs::OpenOptions::new().read(true).write(true).open(path)?))
    }

    /// Opens the files that another process of the same user shares.
    pub fn all_of(process: u32) -> Vec<Self> {
        let open = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
        let shared = open.filter(|file| {
            let name = format!("/memfd:{NAME} ");
            fs::read_link(file.path()).is_ok_and(|path| path.to_string_lossy().starts_with(&name))
        });
        let numbers = shared.filter_map(|file| file.file_name().to_str()?.parse().ok());
        numbers.filter_map(|number| Self::of(process, number).ok()).collect()
    }

    /// Writes which rank it is.
    pub fn set_rank(&self, rank: u32) {
        self.put(RANK, u64::from(rank) + 1);
    }

    /// Writes where in the run it is.
    pub fn set_stage(&self, stage: Stage) {
        self.put(
            STAGE,
            match stage {
                Stage::Starting => STARTING,
                Stage::NotYet => NOT_YET,
                Stage::Done => DONE,
                Stage::Tick(tick) => tick.saturating_add(FIRST_TICK),
            },
        );
    }

    /// Writes which checkpoint is complete.
    pub fn set_checkpoint(&self, tick: u64, path: &Path) {
        let path = path.as_os_str().as_encoded_bytes();
        let _ = self.0.write_all_at(path, PATH);
        self.put(PATH_LEN, path.len() as u64);
        self.put(CHECKPOINT, tick.saturating_add(1));
    }

    /// Writes that somebody has said why the rank ends.
    pub fn set_said(&self) {
        self.put(SAID, 1);
    }

    /// Whether somebody has.
    pub fn said(&self) -> bool {
        self.get(SAID) != 0
    }

    /// Writes that the rank was asked to end.
    pub fn set_asked(&self) {
        self.put(ASKED, 1);
    }

    /// Whether it was.
    pub fn asked(&self) -> bool {
        self.get(ASKED) != 0
    }

    /// Writes that the rank has heard one more wish to end.
    pub fn hear(&self) {
        self.put(HEARD, self.heard() + 1);
    }

    /// How many it has heard.
    pub fn heard(&self) -> u64 {
        self.get(HEARD)
    }

    /// Reads how far the rank is.
    pub fn state(&self) -> State {
        let stage = match self.get(STAGE) {
            STARTING => Stage::Starting,
            NOT_YET => Stage::NotYet,
            DONE => Stage::Done,
            tick => Stage::Tick(tick - FIRST_TICK),
        };
        let checkpoint = self.get(CHECKPOINT).checked_sub(1).map(|tick| {
            let mut path = vec![0; self.get(PATH_LEN) as usize];
            let _ = self.0.read_exact_at(&mut path, PATH);
            (tick, PathBuf::from(String::from_utf8_lossy(&path).into_owned()))
        });
        State { rank: self.get(RANK).checked_sub(1).map(|rank| rank as u32), stage, checkpoint }
    }

    // A file in memory that is open takes what is written, unless memory is out: then a rank goes
    // on all the same, and what is said of it is old.
    fn put(&self, place: u64, number: u64) {
        let _ = self.0.write_all_at(&number.to_ne_bytes(), place);
    }

    fn get(&self, place: u64) -> u64 {
        let mut bytes = [0; 8];
        match self.0.read_exact_at(&mut bytes, place) {
            Ok(()) => u64::from_ne_bytes(bytes),
            // Nothing was written there or behind it.
            Err(_) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_rank_writes_its_watcher_reads() {
        let words = Words::new().unwrap();
        let reader = Words::of(std::process::id(), words.number()).unwrap();
        assert!(!Words::all_of(std::process::id()).is_empty());
        assert_eq!(reader.state(), State::default());
        assert!(!reader.said() && !reader.asked());
        words.set_rank(0);
        words.set_stage(Stage::Tick(0));
        words.set_checkpoint(0, Path::new("a/b c"));
        words.set_said();
        let state = reader.state();
        assert_eq!((state.rank, state.stage), (Some(0), Stage::Tick(0)));
        assert_eq!(state.checkpoint, Some((0, "a/b c".into())));
        assert!(reader.said() && !reader.asked());
        words.hear();
        words.hear();
        assert_eq!(reader.heard(), 2);
        words.set_checkpoint(90, Path::new("a"));
        for stage in [Stage::Starting, Stage::NotYet, Stage::Tick(97), Stage::Done] {
            words.set_stage(stage);
            assert_eq!(reader.state().stage, stage);
        }
        assert_eq!(reader.state().checkpoint, Some((90, "a".into())));
    }

    #[test]
    fn what_happened_is_told_with_when_and_how_to_go_on() {
        let mut state = State { rank: Some(1), ..State::default() };
        let told = |state: &State| state.tell("rank 1 has died");
        let none = "there is no checkpoint to resume from";
        assert_eq!(told(&state), format!("error: rank 1 has died before the first tick; {none}"));
        state.stage = Stage::Tick(7);
        assert_eq!(told(&state), format!("error: rank 1 has died in tick 7; {none}"));
        state.checkpoint = Some((5, "saved".into()));
        let on = "the run can go on from tick 5 with --resume saved";
        assert_eq!(told(&state), format!("error: rank 1 has died in tick 7; {on}"));
        state.stage = Stage::Done;
        assert_eq!(told(&state), "error: rank 1 has died after the last tick");
    }
}
