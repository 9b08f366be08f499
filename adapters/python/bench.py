"""How fast the index and stepping are, beside SciPy, scikit-learn and the same in Rust.

    cargo build --release --manifest-path adapters/python/Cargo.toml --example rust
    python adapters/python/bench.py [--points N] [--rounds N] [--rust PATH]

Everything runs on one thread. Results are held against SciPy's before anything is timed. The contestants
take turns in each round; a time is processor time, and a factor is the median over rounds of the ratio
within a round, so a busy machine disturbs it little.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Before NumPy: nobody may have more threads than the others.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
from scipy.spatial import cKDTree

import flockwork

NEIGHBOURS = 20
CONTACTS = 3
NEAREST = 8


class Rust:
    """The same calls in Rust, in a process of its own that answers each line with its time."""

    def __init__(self, program: Path, points: np.ndarray[Any, Any], edge: str) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "points"
        path.write_bytes(points.tobytes())
        self.process = subprocess.Popen(
            [program, path, str(points.shape[1]), "1", edge],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *words: object) -> float:
        """Seconds of processor time."""
        assert self.process.stdin and self.process.stdout
        print(*words, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())


def cpu(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


Contestants = dict[str, Callable[[], float]]


def compare(title: str, rounds: int, contestants: Contestants, points: int) -> None:
    """Prints the median of each one's time, and how many times longer than ours it is."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for contestant in contestants.values():
        contestant()
    names = list(contestants)
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            times[name].append(contestants[name]())
    print(f"\n{title}")
    for name, all_of_it in times.items():
        ratios = [one / ours for one, ours in zip(all_of_it, times["flockwork"])]
        each = statistics.median(all_of_it) / points * 1e9
        print(f"  {name:<28} {each:10.1f} ns each   {statistics.median(ratios):7.3f}")


def cloud(points: int, axes: int, neighbours: float) -> tuple[np.ndarray[Any, Any], float]:
    """Points in a unit square or cube, and the radius with so many neighbours."""
    random = np.random.default_rng(1)
    at = random.random((points, axes), dtype=np.float32)
    volume = neighbours / points
    r = (volume / np.pi) ** 0.5 if axes == 2 else (volume * 3 / (4 * np.pi)) ** (1 / 3)
    return at, float(np.float32(r))


def check(found: object, wanted: object, what: str) -> None:
    """Ends the benchmark if something is not what it must be."""
    if not np.array_equal(np.asarray(found), np.asarray(wanted)):
        sys.exit(f"{what}: the results differ")


def near_enough(counts: np.ndarray[Any, Any], wanted: np.ndarray[Any, Any], what: str) -> None:
    """A distance that is the radius but for rounding may fall on either side."""
    off = np.abs(counts.astype(np.int64) - np.asarray(wanted, np.int64)).sum()
    if off > len(counts) // 5000 + 2:
        sys.exit(f"{what}: {off} neighbours differ from SciPy's")


def index(arguments: argparse.Namespace, axes: int, periodic: bool) -> None:
    """Build and query in one world."""
    count, rounds = arguments.points, arguments.rounds
    at, r = cloud(count, axes, NEIGHBOURS)
    _, touch = cloud(count, axes, CONTACTS)
    asked = np.random.default_rng(2).permutation(at)
    box = {"world": (1,) * axes} if periodic else {}
    where = f"{count} points, {axes} axes, {'periodic' if periodic else 'unbounded'}"
    size = 1 if periodic else None

    ours = flockwork.Index(at, r, **box)  # type: ignore[arg-type]
    tree = cKDTree(at, boxsize=size)
    near_enough(
        ours.query_radius(asked, r, count_only=True),
        tree.query_ball_point(asked, r, return_length=True, workers=1),
        "counts",
    )
    own = ours.query_radius(None, r, count_only=True)
    check(own, ours.query_radius(at, r, count_only=True) - 1, "own points")
    near_enough(np.array([len(ours.pairs(touch))]), np.array([len(tree.query_pairs(touch))]), "pairs")
    far, _ = ours.query_knn(asked, NEAREST)
    if not np.allclose(far, tree.query(asked, NEAREST, workers=1)[0], rtol=1e-4, atol=1e-6):
        sys.exit("nearest: the results differ")

    rust = Rust(arguments.rust, at, "periodic" if periodic else "open") if arguments.rust else None
    order = np.random.default_rng(2).permutation(count).astype(np.uint32)
    if rust:
        rust_order = Path(rust.folder.name) / "order"
        rust_order.write_bytes(order.tobytes())
        rust.ask("order", rust_order)
    shuffled = at[order]
    from sklearn.neighbors import KDTree

    learn = None if periodic else KDTree(at)

    def both(
        title: str,
        flock: Callable[[], object],
        scipy: Callable[[], object] | None,
        sklearn: Callable[[], object] | None,
        *line: object,
    ) -> None:
        contestants: Contestants = {"flockwork": lambda: cpu(flock)}
        if rust and line:
            contestants["the same in Rust"] = lambda: rust.ask(*line)
        if scipy:
            contestants["SciPy cKDTree"] = lambda: cpu(scipy)
        if sklearn and learn:
            contestants["scikit-learn KDTree"] = lambda: cpu(sklearn)
        compare(f"{title}: {where}", rounds, contestants, count)

    both("build", lambda: ours.rebuild(at), lambda: cKDTree(at, boxsize=size), lambda: KDTree(at), "build", r)
    both(
        "counts within a radius, 20 neighbours, of points in any order",
        lambda: ours.query_radius(shuffled, r, count_only=True),
        lambda: tree.query_ball_point(shuffled, r, return_length=True, workers=1),
        lambda: learn and learn.query_radius(shuffled, r, count_only=True),
        "count",
        r,
    )
    both(
        "lists within a radius, 20 neighbours, of points in any order",
        lambda: ours.query_radius(shuffled, r),
        lambda: tree.query_ball_point(shuffled, r, workers=1),
        lambda: learn and learn.query_radius(shuffled, r),
        "lists",
        r,
    )
    both(
        "8 nearest, of points in any order",
        lambda: ours.query_knn(shuffled, NEAREST),
        lambda: tree.query(shuffled, NEAREST, workers=1),
        lambda: learn and learn.query(shuffled, NEAREST),
        "nearest",
        NEAREST,
    )
    both(
        "counts of its own points, 20 neighbours",
        lambda: ours.query_radius(None, r, count_only=True),
        lambda: tree.query_ball_point(at, r, return_length=True, workers=1),
        lambda: learn and learn.query_radius(at, r, count_only=True),
        "count_own",
        r,
    )
    both(
        "lists of its own points, 20 neighbours",
        lambda: ours.query_radius(None, r),
        lambda: tree.query_ball_point(at, r, workers=1),
        lambda: learn and learn.query_radius(at, r),
        "lists_own",
        r,
    )
    both(
        "all pairs, 3 contacts each",
        lambda: ours.pairs(touch),
        lambda: tree.query_pairs(touch, output_type="ndarray"),
        None,
        "pairs",
        touch,
    )


def steps(arguments: argparse.Namespace) -> None:
    """What Python adds to a tick: the time of a call beside that of the ticks in it, as Rust has it."""
    scenario = Path(__file__).resolve().parents[2] / "scenarios/boids-100k.toml"
    sim = flockwork.Simulation(scenario, workers=1)
    sim.step(3)
    print(f"\none tick of {scenario.name}, one worker: beside the ticks as Rust measures them")

    def each(look: Callable[[], object]) -> Callable[[], object]:
        def ten() -> None:
            for _ in range(10):
                sim.step()
                look()

        return ten

    works: dict[str, Callable[[], object]] = {
        "step(10)": lambda: sim.step(10),
        "step(), ten times": each(lambda: None),
        "step() and memory(x), (y)": each(lambda: (sim.memory("x"), sim.memory("y")) and None),
        "step() and frame()": each(sim.frame),
        "step() and stats()": each(sim.stats),
    }
    for title, work in works.items():
        ratios = []
        for _ in range(arguments.rounds):
            before, begin = sim.metrics()["tick_seconds"], time.perf_counter()
            work()
            whole = time.perf_counter() - begin
            ratios.append(whole / (sim.metrics()["tick_seconds"] - before))
        print(f"  {title:<28} {statistics.median(ratios):7.4f}")


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast the index and stepping are.")
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--rust", type=Path, help="the example `rust`, built for release")
    arguments = parser.parse_args()
    print(f"flockwork, NumPy {np.__version__}, Python {sys.version.split()[0]}, one thread")
    print("time of each, and the time as a multiple of flockwork's")
    steps(arguments)
    for axes, periodic in ((2, False), (2, True), (3, False)):
        index(arguments, axes, periodic)


if __name__ == "__main__":
    main()
