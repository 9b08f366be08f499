"""The types in the stubs are those of the module."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("mypy")

HERE = Path(__file__).resolve().parent


def run(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=HERE.parent
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_stubs_say_what_the_module_has() -> None:
    options = ["--mypy-config-file", "pyproject.toml", "--allowlist", "tests/stubtest.txt"]
    run("-m", "mypy.stubtest", "flockwork", *options)


def test_programs_are_checked_strictly() -> None:
    run("-m", "mypy", "--strict", "tests", "examples", "bench.py")
