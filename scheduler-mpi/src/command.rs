//! The command line on the ranks of a job.
//!
//! The first rank's environment counts for all:
//!
//! | variable | what it says |
//! | --- | --- |
//! | `FLOCKWORK_DELTAS` | `auto`, `on` or `off`: whether ghosts are sent as differences; `auto` measures |
//! | `FLOCKWORK_PATIENCE` | how many seconds a rank is waited for before it is named and the job ends; 300 |

use std::process::ExitCode;
use std::time::Duration;

use flockwork_cli::Registry;
use mpi::Threading;

use crate::codec::Deltas;
use crate::network::Network;
use crate::{guard, watch, world};

/// Runs the command line with these models, and gives the exit code. A program of your own calls this
/// first thing: the process that it is in may be the one that watches over the rank.
pub fn main(registry: Registry) -> ExitCode {
    if let Some(code) = watch::begin() {
        return code;
    }
    let Some((universe, _)) = mpi::initialize_with_threading(Threading::Funneled) else {
        eprintln!("error: MPI was started twice");
        return ExitCode::from(1);
    };
    let network = Network::new();
    guard::start(network.rank());
    if let Some(problem) = alone(&network) {
        eprintln!("error: {problem}");
        guard::said();
        return ExitCode::from(2);
    }
    let Some((deltas, patience)) = agree(&network) else {
        guard::said();
        return ExitCode::from(2);
    };
    guard::watch(&network, patience);
    world::choose(&network, deltas);
    flockwork_cli::be_process(network.rank(), network.size(), || Network::new().meet());
    let (code, failed) = guard::or_abort(&network, || flockwork_cli::run_main(registry));
    if failed {
        // The others may still be in the midst of it.
        guard::failed();
        network.abort(code.into());
    }
    // Whoever hangs before this is named; after it there is nothing to wait for.
    network.sum(&mut [0]);
    guard::done();
    if code != 0 {
        guard::said();
    }
    drop(universe);
    ExitCode::from(code)
}

/// What is wrong if the launcher has started several processes and each of them is all of the job:
/// they would all do the same, into the same files.
fn alone(network: &Network) -> Option<String> {
    let said = |name| std::env::var(name).ok()?.parse::<u32>().ok();
    let launchers = [("Open MPI", "OMPI_COMM_WORLD_SIZE"), ("MPICH", "PMI_SIZE")];
    let mut several = launchers.iter().filter_map(|(who, name)| Some((who, said(name)?)));
    let (launcher, processes) = several.find(|(_, processes)| *processes > 1)?;
    (network.size() == 1).then(|| {
        format!(
            "the launcher of {launcher} has started {processes} processes, of which each is alone: \
             this program was built for another MPI. Start it with that one's launcher, or build \
             it with MPICC set to the compiler wrapper of {launcher}"
        )
    })
}

/// What the first rank's environment says; None if it is wrong, which that rank then says.
fn agree(network: &Network) -> Option<(Deltas, Duration)> {
    const CHOICES: [Deltas; 3] = [Deltas::Auto, Deltas::On, Deltas::Off];
    const BAD: u64 = u64::MAX;
    let mut numbers = [BAD; 2];
    if network.rank() == 0 {
        match deltas().and_then(|deltas| Ok([deltas, patience()?])) {
            Ok(said) => numbers = said,
            Err(problem) => eprintln!("error: {problem}"),
        }
    }
    let [deltas, patience] = numbers.map(|number| network.lead(number));
    let deltas = CHOICES.get(usize::try_from(deltas).ok()?)?;
    Some((*deltas, Duration::from_secs(patience)))
}

fn deltas() -> Result<u64, String> {
    match std::env::var("FLOCKWORK_DELTAS").as_deref() {
        Err(_) | Ok("auto") => Ok(0),
        Ok("on") => Ok(1),
        Ok("off") => Ok(2),
        Ok(given) => {
            Err(format!("FLOCKWORK_DELTAS is `{given}`: it must be `auto`, `on` or `off`"))
        }
    }
}

fn patience() -> Result<u64, String> {
    const MOST_S: u64 = 1_000_000;
    let Ok(given) = std::env::var("FLOCKWORK_PATIENCE") else {
        return Ok(guard::USUAL_PATIENCE.as_secs());
    };
    given.parse().ok().filter(|seconds| (1..=MOST_S).contains(seconds)).ok_or_else(|| {
        format!(
            "FLOCKWORK_PATIENCE is `{given}`: it must be a number of seconds from 1 to {MOST_S}"
        )
    })
}
