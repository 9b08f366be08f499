"""The golden files of the schedulers: worlds, and the fingerprints they must have."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from flockwork import Simulation

EDGES = {"torus": "periodic", "walls": "wall"}


@dataclass
class Case:
    """One world."""

    name: str
    scenario: dict[str, Any] = field(default_factory=lambda: {"params": {}, "world": {}})
    initial: dict[str, Any] = field(default_factory=dict)
    crowded: bool = False
    inputs: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    at: list[tuple[int, int]] = field(default_factory=list)


def read(path: Path) -> list[Case]:
    """All cases of a file; `scheduler/src/conformance.rs` says what its lines mean."""
    cases: list[Case] = []
    for line in path.read_text().splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        key, rest = words[0], words[1:]
        if key == "case":
            cases.append(Case(rest[0]))
            continue
        case = cases[-1]
        if key == "model":
            case.scenario["model"] = rest[0]
        elif key in ("entities", "seed"):
            case.scenario[key] = int(rest[0])
        elif key == "dt":
            case.scenario["dt"] = float(rest[0])
        elif key == "world":
            case.scenario["world"] = world(rest)
        elif key == "set":
            case.scenario["params"][rest[0]] = value(rest[1:])
        elif key in ("open", "close"):
            shapes = [int(word) for word in rest[1:]]
            case.inputs.append((int(rest[0]), {"door": {"shape": shapes, "open": key == "open"}}))
        elif key == "change":
            case.inputs.append((int(rest[0]), {"params": {rest[1]: value(rest[2:])}}))
        elif key == "crowded":
            case.crowded = True
        elif key == "column":
            step, count, unit = (int(word) for word in rest[1:])
            rows = np.arange(case.scenario["entities"])
            put(case.initial, rest[0], (rows * step % count) / unit)
        elif key == "at":
            case.at.append((int(rest[0]), int(rest[1], 16)))
        else:
            raise ValueError(f"{path}: {line}")
    return cases


def step_to(sim: Simulation, case: Case, tick: int) -> None:
    """Steps to a tick, from an earlier one, and gives on the way what comes in."""
    for at in sorted({at for at, _ in case.inputs if sim.tick <= at < tick}):
        sim.step(at - sim.tick)
        sim.send([given for when, given in case.inputs if when == at])
    sim.step(tick - sim.tick)


def value(words: list[str]) -> Any:
    """A value of a parameter."""
    values = [number(word) for word in words]
    return values[0] if len(values) == 1 else values


def number(word: str) -> Any:
    """A number, or else a word."""
    try:
        return float(word)
    except ValueError:
        return word.strip('"')


def world(words: list[str]) -> dict[str, Any]:
    """`W H EDGE`, or length and edge of each axis in turn."""
    sides = ("width", "height", "depth")
    if len(words) == 3:
        edge = EDGES.get(words[2], words[2])
        return {"width": float(words[0]), "height": float(words[1]), "edge": edge}
    lengths = dict(zip(sides, map(float, words[::2])))
    return lengths | {"edge": [EDGES.get(word, word) for word in words[1::2]]}


def put(initial: dict[str, Any], name: str, values: Any) -> None:
    """Adds a column, or one number of one, which is what a table calls it too."""
    initial[name] = values
