#!/bin/sh
# Flow through a bottleneck over its width, beside experiments: a sweep over seeds for each width, and a plot of all.
# The first word is the program, if it is not `flockwork` on the path.
set -eu
here=$(dirname "$0")
flockwork=${1:-flockwork}
mkdir -p bottleneck
grep -v '^#' "$here/experiments.csv" > bottleneck/flow.csv
for width in 0.8 0.9 1.0 1.1 1.2 1.4 1.6 1.8 2.0 2.2 2.5; do
    # The gap between the boxes is around y = 4.
    low=$(echo "$width" | awk '{ print 4 - $1 / 2 }')
    high=$(echo "$width" | awk '{ print 4 + $1 / 2 }')
    sed "s/high = \[13, 3.4\]/high = [13, $low]/; s/low = \[11, 4.6\]/low = [11, $high]/" \
        "$here/../../scenarios/crowd-bottleneck.toml" > "bottleneck/$width.toml"
    "$flockwork" sweep "bottleneck/$width.toml" --seeds 1..10 --every 500 --out "bottleneck/$width"
    # `flow` of the last tick is a mean over the run.
    awk -F, -v width="$width" '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        { print "0,crowd," width "," $column["seed"] "," $column["flow_last"] "," }
    ' "bottleneck/$width/runs.csv" >> bottleneck/flow.csv
done
"$flockwork" plot bottleneck/flow.csv --x width --y flow --by who --x-label "Width (m)" \
    --y-label "Flow (1/s)" --out bottleneck.svg
