#!/bin/sh
# Figure 2a of Vicsek et al., 1995: runs the sweep, or goes on with one that was interrupted, and plots
# it. The first word is the program, if it is not `flockwork` on the path.
set -eu
here=$(dirname "$0")
flockwork=${1:-flockwork}
"$flockwork" sweep "$here/vicsek.toml" --set params.eta=0:5:0.25 --set entities=40,100,400 --scale \
    --seeds 1..10 --from 1000 --out figure-2a
"$flockwork" plot figure-2a --y order --y-label "Order v_{a}" --x-label "Noise η (rad)" --out figure-2a.svg
