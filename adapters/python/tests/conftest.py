"""Where the repository is, and a small world."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


def flock(**changes: Any) -> dict[str, Any]:
    """The scenario of a small flock."""
    scenario: dict[str, Any] = {
        "model": "boids",
        "entities": 500,
        "ticks": 20,
        "dt": 0.05,
        "world": {"width": 20, "height": 10},
    }
    return scenario | changes


@pytest.fixture
def scenario() -> dict[str, Any]:
    return flock()
