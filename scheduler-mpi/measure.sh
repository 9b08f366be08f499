#!/bin/sh
# Measures on this machine what docs/CLUSTER.md says: the constants of its cost model, and how one
# rank compares with two and four. Rounds are interleaved, and the machine should be quiet.
#
#   cargo build --release --bins --examples && ./measure.sh [ROUNDS]
#
# BUILD names another folder of programs than target/release.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
rounds=${1:-3}
build=${BUILD:-$here/target/release}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1

# The first number of a key in the report.
value() {
    sed -n "s/^ *\"$1\": *\([0-9.e+-]*\),*$/\1/p" report.json | head -1
}

# The sum of a key over all that have it.
total() {
    sed -n "s/^ *\"$1\": *\([0-9.e+-]*\),*$/\1/p" report.json | awk '{ sum += $1 } END { print sum + 0 }'
}

# run RANKS SCENARIO ENTITIES TICKS MORE: one line of figures.
run() {
    ranks=$1 model=$2 entities=$3 ticks=$4
    shift 4
    mpirun -n "$ranks" "$build/flockwork-mpi" run "$here/../scenarios/$model-100k.toml" --quiet \
        --entities "$entities" --scale --ticks "$ticks" --workers 1 --report report.json "$@" >/dev/null
    seconds=$(value seconds)
    echo "$model ranks=$ranks entities=$entities $* ms_mean=$(value mean) ms_p50=$(value p50)" \
        "ms_min=$(value min) ghosts=$(value ghosts_mean)" \
        "share=$(echo "$(total communicate_ms) $seconds $ranks" | awk '{ printf "%.3f", $1 / 1000 / $2 / $3 }')" \
        "sent_per_tick=$(total sent_bytes_per_tick) raw_per_tick=$(total raw_bytes_per_tick)" \
        "births=$(value births) bytes_per_entity=$(echo "$(value peak_memory_bytes) $ranks $entities" |
            awk '{ printf "%.0f", $1 * $2 / $3 }')"
}

echo "$(lscpu | sed -n 's/^Model name: *//p'), $(nproc) cores"
round=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    echo "round $round, load $(cat /proc/loadavg)"
    for ranks in 2 4; do
        mpirun -n $ranks "$build/examples/network"
    done
    for model in boids tribes lennard_jones; do
        run 1 $model 100000 60 --regions 1
        run 2 $model 200000 60 --regions 2
        run 4 $model 400000 60 --regions 4
    done
    run 1 boids 100000 60 --regions 12x12 --no-rebalance
    run 1 tribes 100000 60 --regions 12x12 --no-rebalance
    run 2 boids 100000 60 --regions 2
    run 4 boids 100000 60 --regions 4
    FLOCKWORK_DELTAS=on run 2 boids 200000 60 --regions 2
    FLOCKWORK_DELTAS=on run 2 tribes 200000 60 --regions 2
done
