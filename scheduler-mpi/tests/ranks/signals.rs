//! Signals to stop: from the launcher, to one rank alone, and as the recipe for Slurm passes them on.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::job::{Job, Place, built, is_mpich, root, scenario, signal};

fn line() -> String {
    format!("run {} --entities 2000 --scale --workers 1", scenario("tribes-10k"))
}

/// Waits for a checkpoint of the interval.
fn wait_for_checkpoint(place: &Place, job: &mut Job, folder: &str) {
    let saved = place.path(folder).join("checkpoint.json");
    job.wait_for("checkpoint", || saved.exists().then_some(()));
}

/// The tick of the newest state, which must be that of the report, and one that can be gone on from.
#[track_caller]
fn stopped_at(place: &Place, folder: &str, report: &str) -> u64 {
    let tick = place.json(&format!("{folder}/checkpoint.json"))["tick"].as_u64().unwrap();
    let report = place.json(report);
    assert_eq!((&report["last_tick"], &report["interrupted"]), (&tick.into(), &true.into()));
    assert_eq!(place.native(&format!("run --resume {folder} --ticks 0")), report["fingerprint"]);
    tick
}

#[test]
fn a_signal_to_any_rank_stops_all_after_the_same_tick_with_a_checkpoint() {
    for (rank, name) in [(0, "TERM"), (2, "INT")] {
        let place = Place::new();
        let run = format!("-n 3 flockwork-mpi {} --ticks 1M --report a.json --quiet", line());
        let mut job = place.start(&format!("{run} --checkpoint saved --checkpoint-every 400"), &[]);
        let process = job.rank(rank);
        wait_for_checkpoint(&place, &mut job, "saved");
        signal(name, process);
        job.end().failed(130, &[]);
        assert!(stopped_at(&place, "saved", "a.json") >= 400);
    }
}

#[test]
fn a_launcher_that_is_told_to_stop_gives_the_ranks_the_time_for_a_checkpoint() {
    if is_mpich() {
        eprintln!("skipped: the launcher of MPICH kills the ranks at once");
        return;
    }
    let place = Place::new();
    let run = format!("-n 2 flockwork-mpi {} --ticks 1M --report a.json --quiet", line());
    let patient = [("OMPI_MCA_odls_base_sigkill_timeout", "10")];
    let mut job =
        place.start(&format!("{run} --checkpoint saved --checkpoint-every 400"), &patient);
    wait_for_checkpoint(&place, &mut job, "saved");
    signal("TERM", job.launcher());
    let ended = job.end();
    assert!(!ended.status.success());
    assert!(stopped_at(&place, "saved", "a.json") >= 400, "{}", ended.err);
}

/// Stands in for Slurm's launcher: it starts the ranks, and passes TERM on to each of them.
const SRUN: &str = r#"#!/bin/bash
shift
"${MPIRUN:-mpirun}" -n 2 "$@" &
job=$!
pass() {
    for process in /proc/[0-9]*; do
        mapfile -d '' -t of 2> /dev/null < "$process/environ" || continue
        case "$(printf '%s\n' "${of[@]}")" in
            *"FLOCKWORK_TEST=$FLOCKWORK_TEST"*) ;;
            *) continue ;;
        esac
        for variable in "${of[@]}"; do
            case "$variable" in
                OMPI_COMM_WORLD_RANK=* | PMI_RANK=*) kill -TERM "${process#/proc/}" ;;
            esac
        done
    done
}
trap pass TERM
wait "$job"
code=$?
while kill -0 "$job" 2> /dev/null; do wait "$job"; code=$?; done
exit "$code"
"#;

#[test]
fn the_recipe_for_slurm_stops_with_a_checkpoint_and_goes_on_when_sent_again() {
    let place = Place::new();
    let guide = fs::read_to_string(root().join("docs/CLUSTER.md")).unwrap();
    let section = guide.split("### Slurm").nth(1).unwrap();
    let recipe = section.split("```sh\n").nth(1).unwrap().split("```").next().unwrap();
    let mut script = recipe.to_string();
    // The same on a small scale.
    for (from, to) in [
        ("scenarios/tribes-1m.toml", scenario("tribes-10k").as_str()),
        ("--entities 100M", "--entities 2000"),
        ("--regions 2048", "--regions 4"),
        ("--ticks 100k", "--ticks $TICKS"),
    ] {
        assert!(script.contains(from), "{recipe}");
        script = script.replace(from, to);
    }
    assert!(script.contains("--signal=B:TERM@"), "only the script is signalled");
    place.write("recipe.sh", &script);
    fs::create_dir(place.path("bin")).unwrap();
    place.write("bin/srun", SRUN);
    fs::set_permissions(place.path("bin/srun"), fs::Permissions::from_mode(0o755)).unwrap();
    symlink(built("flockwork-mpi"), place.path("bin/flockwork-mpi")).unwrap();

    let scratch = place.path("").display().to_string();
    let path = format!("{scratch}bin:{}", std::env::var("PATH").unwrap());
    let start = |ticks: &str| {
        let env = [
            ("PATH", path.as_str()),
            ("SCRATCH", &scratch),
            ("SLURM_CPUS_PER_TASK", "1"),
            ("TICKS", ticks),
        ];
        place.script("recipe.sh", &env)
    };
    let mut job = start("1M");
    wait_for_checkpoint(&place, &mut job, "flock");
    signal("TERM", job.launcher());
    job.end().failed(130, &[]);
    let tick = stopped_at(&place, "flock", "flock.json");
    let ended = start("7").end();
    assert_eq!(ended.fingerprint(), place.native(&format!("{} --ticks {}", line(), tick + 7)));
}
