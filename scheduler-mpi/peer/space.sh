#!/bin/sh
# Runs LAMMPS (Debian's package `lammps`) and Flockwork on the same Lennard-Jones melt in space, 32,000
# molecules, one process and one thread each, and prints of both what there is after 100 steps, and the
# processor time of a step. Each round has other velocities.
#
#   scheduler-mpi/peer/space.sh [ROUNDS]
#
# Builds nothing: `cargo build --release` first, or name a program in FLOCKWORK. LAMMPS begins with the
# temperature that Flockwork's velocities have.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
rounds=${1:-3}
steps=100
program=${FLOCKWORK:-$here/../../target/release/flockwork}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=1 OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1

for tool in lmp "$program"; do
    command -v "$tool" >/dev/null || { echo "there is no $tool" >&2; exit 2; }
done

# What a command prints goes to the file; its processor time in seconds comes out.
seconds() {
    file=$1
    shift
    ("$@" >"$file" && times) | tail -1 |
        awk '{ for (i = 1; i <= 2; i++) { split($i, t, /[ms]/); s += 60 * t[1] + t[2] } print s }'
}

# Statistics are of the tick before the last one.
flockwork() {
    seconds /dev/null "$program" run "$here/melt-space.toml" --ticks "$(($1 + 1))" --workers 1 \
        --seed "$seed" --quiet --report "$work/report.json"
}

statistic() {
    sed -n 's/.*"'"$1"'": *\([0-9.e-]*\).*/\1/p' "$work/report.json" | tail -1
}

lammps() {
    seconds "$work/lammps" lmp -in "$here/melt-space.lmp" -var steps "$1" \
        -var temperature "$temperature" -var seed "$seed" -log none
}

echo "$(lmp -h | sed -n 's/^Large-scale.* - \(.*\)$/LAMMPS \1/p' | head -1), $(lscpu |
    sed -n 's/^Model name: *//p'), load $(cut -d' ' -f1 /proc/loadavg), $(date -u +%F)"
echo "after $steps steps; us are processor time for each molecule and step"
for seed in $(seq "$rounds"); do
    before=$(flockwork 0)
    # LAMMPS takes off the three degrees of freedom of the whole.
    temperature=$(statistic temperature | awk '{ printf "%.7f", $1 * 32000 / 31999 }')
    after=$(flockwork "$steps")
    echo "$before $after $(statistic total_energy) $(statistic temperature) $(statistic pressure)" |
        awk -v steps="$steps" '{ print "Flockwork", ($2 - $1) * 1e6 / steps / 32000, $3, $4, $5 }'
    before=$(lammps 0)
    after=$(lammps "$steps")
    awk -v us="$before $after" -v steps="$steps" '$1 == steps && NF == 6 { t = $2; e = $5; p = $6 }
         END { split(us, s)
               print "LAMMPS", (s[2] - s[1]) * 1e6 / steps / 32000, e, t * 31999 / 32000, p }' \
        "$work/lammps"
done >"$work/rounds"
awk '{ n[$1]++; if (n[$1] == 1 || $2 < us[$1]) us[$1] = $2
       for (i = 3; i <= 5; i++) { sum[$1, i] += $i; square[$1, i] += $i * $i }
       printf "%-9s  round %d  %.3f us  total energy %.5f  temperature %.5f  pressure %.4f\n",
              $1, n[$1], $2, $3, $4, $5 }
     END { for (who in n) {
               printf "%-9s  least %.3f us, mean", who, us[who]
               split("x x energy temperature pressure", name)
               for (i = 3; i <= 5; i++) {
                   mean = sum[who, i] / n[who]
                   spread = square[who, i] / n[who] - mean * mean
                   printf "  %s %.5f +- %.5f", name[i], mean, sqrt(spread > 0 ? spread : 0)
               }
               print "" } }' "$work/rounds"
