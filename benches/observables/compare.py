"""Holds what `--observe` counts against freud on a recording of the same run, and what follows from it.

    python compare.py RECORDING.parquet OBSERVABLES.json

The run: see README.md here. Needs freud-analysis, numpy and pyarrow.
"""

import json
import sys

import freud
import numpy as np
import pyarrow.parquet as pq

recording, observables = sys.argv[1:]
with open(observables) as file:
    found = json.load(file)
world, dt = found["world"], found["dt"]
flat = "depth" not in world
sides = np.array([world["width"], world["height"], world.get("depth", 0.0)])
axes = 2 if flat else 3
box = freud.box.Box(*sides[:axes])


def columns(name):
    one = next(one for one in found["observables"] if one["name"] == name)
    return one, {column["name"]: np.array(column["values"], float) for column in one["columns"]}


# One row group for each tick, its rows by id.
file = pq.ParquetFile(recording)
ticks, places, velocities = [], [], []
for group in range(file.num_row_groups):
    table = file.read_row_group(group)
    ticks.append(table["tick"][0].as_py())
    order = np.argsort(table["id"].to_numpy())

    def vectors(names):
        out = np.zeros((len(order), 3))
        for axis, name in enumerate(names[:axes]):
            out[:, axis] = table[name].to_numpy()[order]
        return out

    places.append(vectors("xyz"))
    velocities.append(vectors(("vx", "vy", "vz")))
ticks, places, velocities = np.array(ticks), np.array(places), np.array(velocities)

# g(r): the same pairs in every bin. freud counts each pair twice.
one, rdf = columns("rdf")
params = one["params"]
theirs = freud.density.RDF(params["bins"], params["r"], normalization_mode="finite_size")
due = ticks[(ticks % params["every"] == 0) & (ticks >= params["from"])]
assert one["samples"] == len(due), (one["samples"], len(due))
for tick in due:
    at = places[ticks == tick][0] - sides / 2 * (np.arange(3) < axes)
    theirs.compute((box, at.astype(np.float32)), reset=False)
ours, freuds = rdf["pairs"], np.array(theirs.bin_counts) / 2
print(f"g(r): {int(ours.sum())} pairs here, {int(freuds.sum())} in freud; "
      f"{int(np.abs(ours - freuds).sum() / 2)} in another bin, at most {int(np.abs(ours - freuds).max())} in one")
g = np.array(theirs.rdf)
print(f"      largest difference of g: {np.abs(rdf['g'] - g).max():.2e} of up to {g.max():.3f}")

# Unwrapped by the shorter way, as the image counters do.
steps = np.diff(places, axis=0)
for axis in range(axes):
    steps[..., axis] -= sides[axis] * np.round(steps[..., axis] / sides[axis])
unwrapped = places[0] + np.concatenate([np.zeros_like(places[:1]), np.cumsum(steps, axis=0)])


def lagged(name, values, product):
    """The mean by lag, over the origins that the program takes."""
    one, table = columns(name)
    params = one["params"]
    every = params["every"]
    # So many looks, every so many ticks, with all recorded ticks in between.
    looks = {tick: value for tick, value in zip(ticks, values) if tick % every == 0}
    means = []
    for lag in range(params["lags"] + 1):
        pairs = [(looks[t], looks[t + lag * every]) for t in looks
                 if t % (every * params["origins"]) == 0 and t + lag * every in looks]
        means.append(np.mean([product(a, b).sum(axis=1).mean() for a, b in pairs]))
    return table, np.array(means)


msd, twin = lagged("msd", unwrapped, lambda a, b: (b - a) ** 2)
print(f"msd:  largest relative difference {np.nanmax(np.abs(msd['msd'][1:] / twin[1:] - 1)):.2e}")
vacf, twin = lagged("vacf", velocities, lambda a, b: a * b)
print(f"vacf: largest difference {np.abs(vacf['vacf'] - twin).max():.2e} of {twin[0]:.4f}")

# freud's own, which takes every look as an origin, on looks of the same spacing and without seams.
every = columns("msd")[0]["params"]["every"]
chosen = ticks % every == 0
theirs = freud.msd.MSD(mode="window").compute(unwrapped[chosen]).msd
lags = min(len(theirs) // 2, len(msd["msd"]))
print(f"      beside freud's window over all origins: {np.abs(msd['msd'][1:lags] / theirs[1:lags] - 1).max():.2e}")

# Diffusion by Einstein and by Green and Kubo up to the same time, errors from five parts of the run.
def einstein(msd, time):
    half = len(time) // 2
    return np.polyfit(time[half:], msd[half:], 1)[0] / (2 * axes)


def window(values, product, lags):
    count = len(values)
    return np.array([product(values[: count - lag], values[lag:]).sum(axis=2).mean() for lag in range(lags)])


def error(values):
    return np.std(values, ddof=1) / np.sqrt(len(values))


parts = np.array_split(np.flatnonzero(chosen), 5)
lags = min(len(msd["time"]), len(parts[0]) // 2)
time = msd["time"][:lags]
parts = [einstein(window(unwrapped[part], lambda a, b: (b - a) ** 2, lags), time) for part in parts]
print(f"D from the slope of the msd from {time[len(time) // 2]:.2f} to {time[-1]:.2f}: "
      f"{einstein(msd['msd'][:lags], time):.4f} +- {error(parts):.4f}")
until = np.searchsorted(vacf["time"], time[-1] - 1e-9) + 1
chosen = np.flatnonzero(ticks % columns("vacf")[0]["params"]["every"] == 0)
parts = [np.trapezoid(window(velocities[part], lambda a, b: a * b, until), vacf["time"][:until]) / axes
         for part in np.array_split(chosen, 5)]
print(f"D from the integral of the vacf to {vacf['time'][until - 1]:.2f}: "
      f"{vacf['diffusion'][until - 1]:.4f} +- {error(parts):.4f}")
