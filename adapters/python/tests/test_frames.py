"""Columns as arrays: what they hold, and for how long."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import numpy as np
import pytest
from conftest import flock

from flockwork import Simulation

CELL_OF_NOBODY = 4294967295


def test_columns_are_in_order_of_id_with_vectors_in_rows(scenario: dict[str, Any]) -> None:
    sim = Simulation(scenario, workers=3)
    sim.step(3)
    frame = sim.frame()
    assert (frame.tick, frame.population) == (3, 500)
    assert list(frame) == frame.keys() == ["id", "position", "velocity"]
    assert len(frame) == 3 and "vx" in frame and "ax" not in frame and 4 not in frame
    assert frame["id"].tolist() == list(range(500)) and frame["id"].dtype == np.uint32
    for name in ("position", "velocity"):
        assert frame[name].shape == (500, 2) and frame[name].dtype == np.float32
        assert frame[name].flags.c_contiguous
    assert np.array_equal(frame["y"], frame["position"][:, 1])
    assert np.shares_memory(frame["y"], frame["position"])
    speed = np.linalg.norm(frame["velocity"], axis=1)
    assert speed.mean() == pytest.approx(sim.stats()["mean_speed"], rel=1e-5)
    assert repr(frame) == "<flockwork.Frame of tick 3: 500 entities, id, position, velocity>"
    with pytest.raises(KeyError, match="position"):
        frame["acceleration"]


def test_vectors_in_space_have_three_numbers() -> None:
    world = {"width": 8, "height": 8, "depth": 8}
    frame = Simulation(flock(world=world)).frame()
    assert frame["position"].shape == frame["velocity"].shape == (500, 3)
    assert np.array_equal(frame["vz"], frame["velocity"][:, 2])


def test_some_columns_are_taken_by_name(scenario: dict[str, Any]) -> None:
    sim = Simulation(scenario)
    assert sim.frame("velocity", "x").keys() == ["velocity", "position"]
    with pytest.raises(ValueError, match=r"\"speed\": there are id, position, velocity"):
        sim.frame("speed")


def test_every_kind_of_column(scenario: dict[str, Any]) -> None:
    tribes = Simulation(
        {"model": "tribes", "entities": 200, "dt": 0.05, "world": {"width": 28, "height": 14}}
    )
    tribes.step(30)
    frame = tribes.frame()
    assert frame["genes"].ndim == 2 and frame["genes"].shape == (frame.population, 9)
    assert frame["tribe"].dtype.kind == "u"
    assert (np.diff(frame["id"].astype(np.int64)) > 0).all()
    vicsek = Simulation(scenario | {"model": "vicsek"}).frame()
    assert np.linalg.norm(vicsek["u"], axis=1) == pytest.approx(1.0, rel=1e-5)


def test_a_dataframe_has_a_column_for_each_number(scenario: dict[str, Any]) -> None:
    pytest.importorskip("pandas")
    frame = Simulation(scenario).frame()
    table = frame.dataframe()
    assert list(table.columns) == ["x", "y", "vx", "vy"] and table.index.name == "id"
    assert np.array_equal(table["vy"].to_numpy(), frame["vy"])


def test_a_frame_never_changes_and_outlives_its_simulation(scenario: dict[str, Any]) -> None:
    sim = Simulation(scenario, workers=2)
    frame = sim.frame()
    view = frame["position"][::2]
    kept = view.copy()
    sim.step(10)
    sim.set_params(max_speed=3.0)
    assert np.array_equal(view, kept)
    assert not np.array_equal(sim.frame()["position"][::2], kept)
    del frame, sim
    gc.collect()
    assert np.array_equal(view, kept)


def test_arrays_of_a_frame_cannot_be_written_to(scenario: dict[str, Any]) -> None:
    sim = Simulation(scenario)
    frame = sim.frame()
    series = sim.run(1)
    for array in [*(frame[name] for name in frame), frame["x"], series.tick, series["mean_speed"]]:
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.setflags(write=True)


def live(sim: Simulation, name: str) -> np.ndarray[Any, Any]:
    """A column out of the simulation's own memory, of those that are entities."""
    parts = zip(sim.memory(name), sim.memory("cell"))
    return np.concatenate([column[cell != CELL_OF_NOBODY] for column, cell in parts])


def test_the_simulations_own_memory_without_a_copy(scenario: dict[str, Any]) -> None:
    for workers in (1, 3):
        sim = Simulation(scenario, workers=workers)
        sim.step(4)
        frame = sim.frame()
        order = np.argsort(live(sim, "id"))
        for name in ("x", "y", "vx", "vy"):
            assert np.array_equal(live(sim, name)[order], frame[name])
        first = sim.memory("x")[0]
        assert np.shares_memory(first, sim.memory("x")[0]) and not first.flags.owndata
    tribes = Simulation(
        {"model": "tribes", "entities": 200, "dt": 0.05, "world": {"width": 28, "height": 14}}
    )
    order = np.argsort(live(tribes, "id"))
    genes = tribes.frame("genes")["genes"]
    assert np.array_equal(live(tribes, "genes")[order], genes)
    assert np.array_equal(live(tribes, "genes_3")[order], genes[:, 3])
    with pytest.raises(ValueError, match="genes"):
        tribes.memory("jeans")


def test_nothing_changes_memory_that_is_looked_at(scenario: dict[str, Any]) -> None:
    sim = Simulation(scenario)
    columns = sim.memory("x")
    view = columns[0][::3]
    kept = view.copy()
    del columns
    for change in (sim.step, lambda: sim.run(1), lambda: sim.set_params(max_speed=3.0)):
        with pytest.raises(RuntimeError, match="let go of them"):
            change()
    assert sim.tick == 0 and np.array_equal(view, kept)
    sim.step(0)
    sim.stats(), sim.snapshot(), sim.fingerprint(), sim.frame()
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 0
    with pytest.raises(ValueError, match="WRITEABLE"):
        view.setflags(write=True)
    del view
    gc.collect()
    sim.step()
    assert sim.tick == 1


def test_lent_memory_keeps_the_simulation_alive() -> None:
    view = Simulation(flock(), workers=2).memory("x")[-1]
    kept = view.copy()
    gc.collect()
    # Memory that was freed would be used again by these.
    others = [Simulation(flock(seed=seed)) for seed in range(5)]
    assert np.array_equal(view, kept) and len(others) == 5


def test_arrays_are_freed_with_their_last_view(scenario: dict[str, Any]) -> None:
    frame = Simulation(scenario).frame()
    owner = frame["position"].base
    assert owner is not None
    watched = weakref.ref(frame["position"])
    del frame, owner
    gc.collect()
    assert watched() is None


def test_a_world_without_anybody_has_empty_columns() -> None:
    scenario = {"model": "tribes", "entities": 1, "dt": 1.0, "world": {"width": 28, "height": 14}}
    sim = Simulation(scenario)
    for _ in range(60):
        if sim.population == 0:
            break
        sim.step(50)
    frame = sim.frame()
    assert len(frame["id"]) == frame.population
    assert frame["position"].shape == (frame.population, 2)
