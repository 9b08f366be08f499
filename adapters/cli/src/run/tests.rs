//! A tick that fails: the command says why and leaves nothing of it behind.

use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use flockwork_kernel::Vec2;
use flockwork_scheduler::{Around, ByRows, Never, ParamError, Rows, Setup};

use super::*;
use crate::args::WorkerArgs;

/// The tick that fails.
const WHEN: u64 = 5;

flockwork_kernel::columns! {
    /// One entity.
    pub mod thing {
        ghost {
            /// Position.
            position: vec(x, y),
        }
        owned {}
        scratch {}
    }
}

flockwork_scheduler::params! {
    /// How it fails.
    pub struct How {
        /// 0 not at all, 1 by a panic, 2 by a position that is none, 3 by a worker that stalls.
        how: u32 = 0, "", 0..=3;
    }
}

/// Everybody stays in place, until it fails.
struct Failing {
    how: u32,
}

impl Rows for Failing {
    type Columns = thing::Columns;
    type Params = How;
    type Stats = ();
    type Event = Never;
    type Child = Never;

    const NAME: &'static str = "failing";
    const ABOUT: &'static str = "fails";

    fn new(how: How, _setup: &Setup) -> Result<Self, ParamError> {
        Ok(Self { how: how.how })
    }

    fn radius(&self) -> f32 {
        1.0
    }

    fn spawn(&self, _setup: &Setup, id: u32) -> thing::Row {
        let position = Vec2::new((id % 10) as f32 + 0.5, (id / 10) as f32 + 0.5);
        thing::Row { position, ..Default::default() }
    }

    fn step(&self, me: &thing::Row, around: &mut Around<'_, '_, Self>) -> thing::Row {
        let mut next = *me;
        if around.tick.number != WHEN || me.id != 42 {
            return next;
        }
        match self.how {
            0 => {}
            1 => panic!("all is lost"),
            2 => next.position.x = f32::NAN,
            _ => {
                // Nobody ever sends anything.
                let (_keep, nobody) = mpsc::channel::<()>();
                let _ = nobody.recv();
            }
        }
        next
    }
}

/// Runs into the failure with every kind of output; gives why the command ends.
fn failure(folder: &Path, how: u32) -> Failure {
    let scenario = folder.join("s.toml");
    let world = "[world]\nwidth = 10\nheight = 10\n";
    let head = "model = 'failing'\nentities = 100\ndt = 0.1\nticks = 8\n";
    fs::write(&scenario, format!("{head}{world}[params]\nhow = {how}\n")).unwrap();
    let registry = Registry::new().with::<ByRows<Failing>>();
    let at = |name: &str| Some(folder.join(name));
    let args = RunArgs {
        scenario: Some(scenario),
        workers: WorkerArgs {
            workers: Some(2),
            // Of the one that stalls; a busy machine may take long over the others.
            deadline: (how == 3).then_some(Duration::from_millis(400)),
            ..WorkerArgs::default()
        },
        report: at("r.json"),
        record: at("r.parquet").filter(|_| cfg!(feature = "parquet")),
        every: Some(1).filter(|_| cfg!(feature = "parquet")),
        picture: at("p.png").filter(|_| cfg!(feature = "picture")),
        snapshot: at("s.snap"),
        checkpoint: at("c"),
        checkpoint_every: Some(2),
        quiet: true,
        ..RunArgs::default()
    };
    run(&registry, &args).expect_err("the run does not fail")
}

#[test]
fn after_a_tick_that_fails_only_checkpoints_of_completed_ticks_are_there() {
    for (how, code, words) in [
        (1, 1, "all is lost"),
        (2, 1, "entity 42"),
        (3, 3, "has stalled in phase `neighbours` of region"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let failure = failure(folder.path(), how);
        assert_eq!(failure.code(), code);
        let (Failure::Run(problem) | Failure::Stalled(problem)) = &failure else {
            panic!("{failure:?}")
        };
        assert!(problem.contains(words) && problem.contains("tick 5"), "{problem}");
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["c", "s.toml"]);
        let manifest = fs::read_to_string(folder.path().join("c/checkpoint.json")).unwrap();
        assert!(manifest.contains("\"tick\": 4"), "{manifest}");
    }
}
