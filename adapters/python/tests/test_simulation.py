"""Worlds that are stepped."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT, flock
from golden import Case, read, step_to

import flockwork
from flockwork import Simulation, SimulationError

GOLDEN = [
    case
    for case in read(ROOT / "scheduler/golden/conformance.txt")
    if not case.crowded and case.scenario["entities"] <= 5000
]
TABLES = read(ROOT / "scheduler/golden/tables.txt")


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case.name)
def test_native_golden_fingerprints(case: Case) -> None:
    sim = Simulation(case.scenario, workers=2)
    for tick, fingerprint in case.at:
        step_to(sim, case, tick)
        assert f"{sim.fingerprint():016x}" == f"{fingerprint:016x}", tick


@pytest.mark.parametrize("case", TABLES, ids=lambda case: case.name)
def test_worlds_that_begin_with_arrays_have_the_golden_fingerprints(case: Case) -> None:
    sim = Simulation(case.scenario, workers=1, initial=case.initial)
    for tick, fingerprint in case.at:
        sim.step(tick - sim.tick)
        assert f"{sim.fingerprint():016x}" == f"{fingerprint:016x}", tick


def test_there_are_golden_cases() -> None:
    assert len(GOLDEN) >= 5 and len(TABLES) == 3


def test_a_dict_a_text_and_a_file_are_the_same_world(
    scenario: dict[str, Any], tmp_path: Path
) -> None:
    toml = 'model = "boids"\nentities = 500\nticks = 20\ndt = 0.05\n[world]\nwidth=20\nheight=10\n'
    path = tmp_path / "flock.toml"
    path.write_text(toml)
    numpied = flock(entities=np.int32(500), dt=np.float64(0.05))
    makers: list[Any] = [scenario, toml, json.dumps(scenario), path, str(path), numpied]
    prints = set()
    for maker in makers:
        sim = Simulation(maker)
        sim.step(5)
        prints.add(sim.fingerprint())
    assert len(prints) == 1


def test_no_number_of_workers_changes_a_bit(scenario: dict[str, Any]) -> None:
    prints = set()
    for workers in (1, 2, 3):
        sim = Simulation(scenario, workers=workers)
        assert sim.workers == workers
        sim.step(20)
        prints.add(sim.fingerprint())
    assert len(prints) == 1


def test_what_a_simulation_says_of_itself(scenario: dict[str, Any]) -> None:
    world = {"width": 20, "height": 10, "depth": 8, "edge": ["periodic", "wall", "open"]}
    sim = Simulation(scenario | {"seed": 3, "world": world | {"origin": [5.0, 0.0, 1.5]}})
    assert (sim.model, sim.tick, sim.last_tick, sim.population) == ("boids", 0, 20, 500)
    assert sim.seed == 3 and sim.dt == pytest.approx(0.05)
    assert sim.world == (20.0, 10.0, 8.0)
    assert sim.edge == ("periodic", "wall", "open")
    assert sim.origin == (5.0, 0.0, 1.5)
    assert repr(sim) == "<flockwork.Simulation of boids: 500 entities at tick 0>"
    sim.step()
    assert sim.tick == 1


def test_changes_are_made_to_the_scenario(scenario: dict[str, Any]) -> None:
    sim = Simulation(scenario, set={"entities": 300, "params.max_speed": 3.0, "world.edge": "wall"})
    assert (sim.population, sim.params["max_speed"], sim.edge) == (300, 3.0, ("wall", "wall"))


def test_a_snapshot_goes_on_with_the_same_bits(scenario: dict[str, Any]) -> None:
    whole = Simulation(scenario, workers=1)
    whole.step(4)
    saved = whole.snapshot()
    whole.step(6)
    again = Simulation.restore(saved, workers=2)
    assert (again.tick, again.population) == (4, 500)
    again.step(6)
    assert again.fingerprint() == whole.fingerprint()
    with pytest.raises(ValueError, match="snapshot"):
        Simulation.restore(saved[:-1])
    with pytest.raises(ValueError, match="snapshot"):
        Simulation.restore(b"")


def test_parameters_change_between_ticks_all_or_none(scenario: dict[str, Any]) -> None:
    sim = Simulation(scenario)
    sim.step(3)
    before = sim.params
    assert before["max_speed"] == 2.0
    with pytest.raises(ValueError, match="max_sped"):
        sim.set_params(min_speed=1.0, max_sped=3.0)
    with pytest.raises(ValueError, match="max_speed"):
        sim.set_params(min_speed=1.0, max_speed=-1.0)
    assert sim.params == before
    sim.set_params(max_speed=3, min_speed=np.float32(1.0))
    assert (sim.params["max_speed"], sim.params["min_speed"]) == (3.0, 1.0)
    other = Simulation(scenario)
    other.step(3)
    sim.step(5)
    other.step(5)
    assert sim.fingerprint() != other.fingerprint()


def test_inputs_of_all_kinds_and_their_log(scenario: dict[str, Any]) -> None:
    meadow = {"model": "meadow", "entities": 200, "dt": 0.02, "world": {"width": 20, "height": 10}}
    sim = Simulation(meadow | {"field": {"grass": {"cells": [20, 10], "start": 100}}})
    assert sim.field("grass").shape == (10, 20)
    before = sim.fingerprint()
    refused: list[tuple[dict[str, Any], str]] = [
        ({"remove": 9999}, "input 1 at tick 0: `remove` is for entity 9999"),
        ({"field": {"name": "gras", "at": [1, 1], "radius": 1, "set": 1}}, "no field `gras`"),
        ({"door": {"shape": 0, "open": True}}, "has no shapes, so no doors"),
        ({"hug": 1}, "an input has one of spawn"),
    ]
    for bad, problem in refused:
        with pytest.raises(ValueError, match=problem):
            sim.send([{"spawn": {}}, bad])
        assert sim.fingerprint() == before
    paint = {"field": {"name": "grass", "low": [0, 0], "high": [1, 1], "set": 7}}
    assert sim.send([paint, {"spawn": {"x": 1, "y": 2}}, {"remove": 7}]) == [200]
    assert sim.field("grass")[0, 0] == 7 and sim.field("grass")[5, 5] > 50
    with pytest.raises(ValueError, match="did you mean `grass`"):
        sim.field("gras")
    sim.step(3)
    lines = [json.loads(line) for line in sim.log().splitlines()]
    assert lines[0]["model"] == "meadow" and lines[-1]["fingerprint"] == f"{sim.fingerprint():016x}"
    assert [line["number"] for line in lines[1:-1]] == [0, 1, 2]
    with pytest.raises(ValueError, match="has no log"):
        Simulation.restore(sim.snapshot()).log()


def test_doors_by_name_and_by_number_and_a_snapshot_that_keeps_inputs() -> None:
    shapes = [
        {"kind": "box", "role": "goal", "low": [8, 1], "high": [9.5, 4]},
        {"name": "way", "kind": "chain", "role": "door", "corners": [[5, 0], [5, 5]]},
    ]
    world = {"width": 10, "height": 5, "edge": "wall"}
    crowd = {"model": "crowd", "entities": 4, "dt": 0.05, "world": world, "shape": shapes}
    ends = set()
    for door in [1, "way", [1]]:
        sim = Simulation(crowd)
        sim.send([{"door": {"shape": door, "open": True}}])
        sim.step(200)
        assert (sim.frame("x")["position"][:, 0] > 5).all()
        ends.add(sim.fingerprint())
    sim = Simulation(crowd | {"input": [{"at": 0, "door": {"shape": "way", "open": True}}]})
    again = Simulation.restore(sim.snapshot())
    again.step(200)
    ends.add(again.fingerprint())
    assert len(ends) == 1


def test_statistics_over_ticks(scenario: dict[str, Any]) -> None:
    sim = Simulation(scenario)
    series = sim.run(every=8)
    assert series.tick.tolist() == [0, 8, 16, 20]
    assert list(series) == series.keys() == ["mean_speed", "polarization"]
    assert len(series) == 2 and "polarization" in series and 3 not in series
    assert series["mean_speed"].dtype == np.float64 and len(series["mean_speed"]) == 4
    other = Simulation(scenario)
    other.step(20)
    assert other.stats() == {name: series[name][-1] for name in series}
    assert repr(series) == "<flockwork.Series of 4 ticks: mean_speed, polarization>"
    assert sim.run().tick.tolist() == [20]
    assert sim.run(0).tick.tolist() == [20]
    assert sim.run(2).tick.tolist() == [20, 21, 22]
    with pytest.raises(KeyError, match="mean_speed, polarization"):
        series["speed"]


def test_means_of_a_series_and_rules_to_stop(scenario: dict[str, Any]) -> None:
    series = Simulation(scenario).run(400, every=4)
    means = series.means()
    assert list(means) == series.keys() and series.stopped is None
    speed = means["mean_speed"]
    assert speed.samples == 101
    assert speed.mean == pytest.approx(series["mean_speed"].mean(), rel=1e-12)
    assert math.isnan(speed.error) or speed.error > 0
    assert re.fullmatch(r"<flockwork.Mean \S+( ± \S+|, error not known), of 101>", repr(speed))
    ends = Simulation(scenario).run(400, every=4, until="tick >= 22 and mean_speed > 0")
    assert ends.tick.tolist() == [0, 4, 8, 12, 16, 20, 24]
    assert ends.stopped == "until: tick >= 22 and mean_speed > 0"
    steady = Simulation(scenario).run(400, every=1, steady=["population:1%:16"])
    assert (len(steady.tick), steady.stopped) == (16, "steady: population:1%:16")
    assert Simulation(scenario).run(400, every=1, steady="population:1%:16").tick[-1] == 15
    with pytest.raises(ValueError, match='`until` is "speed > 1": .*mean_speed'):
        Simulation(scenario).run(4, until="speed > 1")
    with pytest.raises(ValueError, match="`steady` is .*NAME:TOLERANCE"):
        Simulation(scenario).run(4, steady="mean_speed")


def test_statistics_as_a_dataframe(scenario: dict[str, Any]) -> None:
    pandas = pytest.importorskip("pandas")
    table = Simulation(scenario).run(4, every=2).dataframe()
    assert isinstance(table, pandas.DataFrame)
    assert table.index.name == "tick" and table.index.tolist() == [0, 2, 4]
    assert list(table.columns) == ["mean_speed", "polarization"]


def test_without_pandas_a_dataframe_says_what_to_install(
    scenario: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    sim = Simulation(scenario)
    with pytest.raises(ImportError, match="pip install pandas"):
        sim.run(1).dataframe()
    assert dict(sim.run(1))["mean_speed"].shape == (2,)


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({}, ValueError, "`model` is missing"),
        (flock(model="birds"), ValueError, "boids"),
        (flock(entities=-1), ValueError, "`entities` is -1"),
        (flock(entitis=5), ValueError, "entitis"),
        (flock(dt=float("nan")), ValueError, "dt|JSON"),
        (flock(dt=object()), ValueError, "neither a number"),
        (flock(world={"width": 20, "height": 10, "edge": "round"}), ValueError, "periodic"),
        (flock(params={"max_speed": "fast"}), ValueError, "max_speed"),
        (flock(world=3), ValueError, "world"),
        ("model = 'boids'\nentities = \n", ValueError, ":2:"),
        ("{", ValueError, "JSON"),
        ("/no/such/file.toml", ValueError, "no/such/file.toml"),
        (Path("/no/such/file.toml"), ValueError, "no/such/file.toml"),
        (5, TypeError, "of type int"),
        (None, TypeError, "of type NoneType"),
    ],
)
def test_bad_scenarios_are_named(given: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Simulation(given)


def test_bad_numbers_are_named(scenario: dict[str, Any]) -> None:
    for workers in (0, -1, 10**6, 2**70):
        with pytest.raises(ValueError, match="workers is"):
            Simulation(scenario, workers=workers)
    with pytest.raises(TypeError, match="workers is of type str"):
        Simulation(scenario, workers="two")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="dt"):
        Simulation(scenario, set={"dt": -1})
    sim = Simulation(scenario)
    with pytest.raises(ValueError, match="ticks is -1: it must be a whole number of at least 0"):
        sim.step(-1)
    with pytest.raises(TypeError, match="ticks is of type float"):
        sim.step(1.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="every is 0"):
        sim.run(1, every=0)
    assert sim.tick == 0


def test_bad_tables_are_named(scenario: dict[str, Any]) -> None:
    place = np.full((500, 2), 5.0)
    bad: list[tuple[Any, str]] = [
        ({"position": place[:400]}, "400"),
        ({"x": place[:, 0]}, "`y`"),
        ({"position": place, "velocity": place[:9]}, "velocity.*9"),
        ({"colour": place[:, 0]}, "colour"),
        ({"position": place + 1e9}, "`x`"),
        ({"position": np.full((500, 2), np.nan)}, "`x`"),
        ({"position": np.zeros((500, 2, 2))}, "dimensions"),
        ({"position": "here"}, "no numbers"),
        ({"position": np.zeros((500, 4))}, "position"),
        ({"velocity": np.zeros((500, 3))}, "velocity"),
        ({}, "no columns|columns|at least"),
    ]
    for initial, words in bad:
        with pytest.raises(ValueError, match=words):
            Simulation(scenario, initial=initial)
    with pytest.raises(TypeError, match="of type int"):
        Simulation(scenario, initial=3)  # type: ignore[arg-type]


def test_a_frame_and_a_dataframe_begin_a_world_again(scenario: dict[str, Any]) -> None:
    pytest.importorskip("pandas")
    tribes = {"model": "tribes", "entities": 300, "dt": 0.05, "world": {"width": 28, "height": 14}}
    vicsek = {"model": "vicsek", "entities": 300, "dt": 0.05, "world": {"width": 20, "height": 10}}
    for one in (scenario, tribes, vicsek):
        sim = Simulation(one)
        frame = sim.frame()
        again = Simulation(one, initial=frame)
        assert again.fingerprint() == sim.fingerprint(), one["model"]
        table = Simulation(one, initial=frame.dataframe().reset_index())
        assert table.fingerprint() == sim.fingerprint(), one["model"]
        del one["entities"]
        assert Simulation(one, initial=frame).population == sim.population


def test_other_threads_of_python_go_on_while_it_computes() -> None:
    sim = Simulation(flock(entities=20_000, world={"width": 80, "height": 40}), workers=1)
    turns = 0
    done = threading.Event()

    def compute() -> None:
        sim.step(20)
        done.set()

    thread = threading.Thread(target=compute)
    thread.start()
    while not done.is_set():
        turns += 1
    thread.join()
    assert sim.tick == 20 and turns > 100


def test_threads_of_python_share_a_simulation(scenario: dict[str, Any]) -> None:
    sim = Simulation(scenario, workers=2)
    frames: list[flockwork.Frame] = []

    def work() -> None:
        for _ in range(10):
            sim.step()
            frames.append(sim.frame("position"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alone = Simulation(scenario)
    places = {}
    for _ in range(40):
        alone.step()
        places[alone.tick] = alone.frame("position")["position"]
    assert sim.fingerprint() == alone.fingerprint()
    for frame in frames:
        assert np.array_equal(frame["position"], places[frame.tick])


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_ends_a_long_run_after_a_whole_tick(scenario: dict[str, Any]) -> None:
    code = f"""
import flockwork, os, signal, threading
# A test command in the background of a shell ignores the signal, and so would its children.
signal.signal(signal.SIGINT, signal.default_int_handler)
sim = flockwork.Simulation({scenario!r}, workers=1)
timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
timer.start()
try:
    sim.step(10**12)
except KeyboardInterrupt:
    tick = sim.tick
    again = flockwork.Simulation({scenario!r}, workers=2)
    again.step(tick)
    sim.step(1), again.step(1)
    assert sim.fingerprint() == again.fingerprint() and tick > 0
    print("interrupted")
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert run.stdout == "interrupted\n", run.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_says_that_it_has_no_threads(scenario: dict[str, Any]) -> None:
    sim = Simulation(scenario)
    child = os.fork()
    if child == 0:
        try:
            sim.step()
        except RuntimeError as error:
            os._exit(0 if "fork" in str(error) else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    sim.step()


def spawned(scenario: dict[str, Any]) -> int:
    """What a process of its own comes to."""
    sim = Simulation(scenario, workers=1)
    sim.step(3)
    return sim.fingerprint()


def test_processes_make_their_own(scenario: dict[str, Any]) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(spawned, (scenario,)) == spawned(scenario)


def test_the_models_are_described() -> None:
    models = flockwork.models()
    assert {"boids", "tribes", "vicsek", "discs", "lennard_jones"} <= set(models)
    boids = models["boids"]
    assert boids["params"]["max_speed"]["default"] == 2.0
    assert set(boids["columns"]) == {"id", "x", "y", "vx", "vy"}
    assert "z" in boids["columns_in_space"] and "polarization" in boids["stats"]


def test_a_simulation_error_is_a_runtime_error() -> None:
    assert issubclass(SimulationError, RuntimeError)


def test_who_goes_too_far_ends_the_run_at_its_last_tick() -> None:
    """Two flocks of one that fly apart in an open world, to where places are told too coarsely."""
    world = {"width": 20, "height": 20, "edge": "open"}
    params = {"min_speed": 2.0, "max_speed": 2.0}
    initial = {"position": [[5, 5], [15, 15]], "velocity": [[-2, 0], [2, 0]]}
    scenario = {"model": "boids", "dt": 100.0, "world": world, "params": params}
    sim = Simulation(scenario, initial=initial)
    with pytest.raises(SimulationError, match="entity [01]") as told:
        sim.step(1000)
    tick = sim.tick
    assert 10 < tick < 1000
    frame = sim.frame()
    assert frame.tick == tick and abs(frame["x"]).max() > 10_000
    with pytest.raises(SimulationError) as again:
        sim.step()
    assert str(again.value) == str(told.value) and sim.tick == tick
    assert sim.snapshot() and sim.fingerprint()


def test_a_wall_on_somebody_is_refused_and_a_world_may_begin_with_nobody() -> None:
    world = {"width": 12, "height": 12}
    sim = Simulation({"model": "crowd", "entities": 0, "dt": 0.02, "world": world})
    assert sim.send([{"spawn": {"x": 6, "y": 6}}]) == [0]
    wall = [0, 0, 0, 0, 0, 4, 5.5, 6, 6.5, 6]
    words = "entity 0: it is 0 from shape 0, a wall"
    with pytest.raises(ValueError, match=f"does not fit {words}"):
        sim.send([{"params": {"shapes": wall}}])
    with pytest.raises((ValueError, SimulationError), match=words):
        sim.set_params(shapes=wall)
    sim.send([{"remove": 0}, {"params": {"shapes": wall}}])
    sim.step(2)
    assert sim.population == 0
