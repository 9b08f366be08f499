#!/bin/sh
# Runs LAMMPS (Debian's package `lammps`) and Flockwork on the same two-dimensional Lennard-Jones
# melt, on 1 and 2 ranks in turn, and prints microseconds per particle and tick of both.
#
#   scheduler-mpi/peer/compare.sh [STEPS]
#
# Builds nothing: `cargo build --release` in scheduler-mpi first, or name a program in
# FLOCKWORK_MPI. The ranks of Flockwork have one thread each.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
steps=${1:-500}
warmup=100
program=${FLOCKWORK_MPI:-$here/../target/release/flockwork-mpi}
scenario=$here/../../scenarios/lennard_jones-100k.toml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMP_NUM_THREADS=1

for tool in lmp mpirun "$program"; do
    command -v "$tool" >/dev/null || { echo "there is no $tool" >&2; exit 2; }
done

# The last "Loop time of T on P procs for S steps with N atoms" is that of the measured steps.
lammps() {
    mpirun -n "$1" lmp -in "$here/melt.lmp" -var steps "$steps" -var warmup "$warmup" \
        -log none -screen "$work/lammps" >/dev/null
    awk '/^Loop time of/ { us = $4 * 1e6 / $9 / $12 } /^ *[0-9]+ +[0-9]/ { temp = $2 }
         END { printf "%.4f %.3f\n", us, temp }' "$work/lammps"
}

# Ticks are timed without set-up; the melt is warmed up in a run of its own.
flockwork() {
    mpirun -n "$1" "$program" run --resume "$work/warm.snap" --ticks "$steps" --workers 1 --quiet \
        --report "$work/report.json" >/dev/null
    sed -n 's/.*"seconds": *\([0-9.e-]*\).*/seconds \1/p; s/.*"population": *\([0-9]*\).*/count \1/p
            s/.*"temperature": *\([0-9.e-]*\).*/temp \1/p' "$work/report.json" |
        awk -v steps="$steps" '/^seconds/ { s = $2 } /^count/ { n = $2 } /^temp/ { t = $2 }
             END { printf "%.4f %.3f\n", s * 1e6 / n / steps, t }'
}

mpirun -n 1 "$program" snapshot "$scenario" --ticks "$warmup" --workers 1 --quiet \
    --out "$work/warm.snap" >/dev/null
echo "$(lmp -h | sed -n 's/^Large-scale.* - \(.*\)$/LAMMPS \1/p' | head -1), $(lscpu |
    sed -n 's/^Model name: *//p'), load $(cut -d' ' -f1 /proc/loadavg)"
echo "ranks  round  lammps us/particle/tick (temperature)  flockwork us/particle/tick (temperature)"
for ranks in 1 2; do
    for round in 1 2 3; do
        set -- $(lammps $ranks) $(flockwork $ranks)
        echo "$ranks      $round      $1 ($2)                        $3 ($4)"
    done
done
