"""What the command records is read by the programs that it is for, with the same numbers."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import ase.io
import numpy
import pandas
import polars
import pyarrow.parquet
import pytest
import vtk
from vtk.util.numpy_support import vtk_to_numpy

SPACE = """
model = "boids"
entities = 300
ticks = 20
dt = 0.05
[world]
width = 10
height = 8
depth = 9
edge = ["periodic", "wall", "open"]
"""
FIELDS = """
model = "meadow"
entities = 200
ticks = 20
dt = 0.05
[world]
width = 12
height = 9
origin = [100, 200]
[field.grass]
cells = [6, 3]
start = [0, 9000]
"""
AXES = ("x", "y", "z")


def flockwork(folder: Path, *arguments: str) -> str:
    command = [os.environ["FLOCKWORK"], *arguments, "--quiet"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("formats")
    (folder / "s.toml").write_text(SPACE)
    for ending in ("parquet", "npz", "xyz", "lammpstrj", "pvd"):
        flockwork(folder, "run", "s.toml", "--record", f"a.{ending}", "--record-unwrapped")
    return folder


@pytest.fixture(scope="module")
def arrays(folder: Path) -> dict[str, numpy.ndarray]:
    with numpy.load(folder / "a.npz") as found:
        return dict(found)


def vectors(arrays: dict[str, numpy.ndarray], names: tuple[str, ...], at: int) -> numpy.ndarray:
    return numpy.stack([arrays[name][at] for name in names], axis=1)


def test_pandas_and_polars_read_parquet(folder: Path, arrays: dict[str, numpy.ndarray]) -> None:
    frame = pandas.read_parquet(folder / "a.parquet")
    other = polars.read_parquet(folder / "a.parquet")
    assert list(frame.columns) == other.columns
    for name in ("x", "y", "z", "vx", "vy", "vz", "xu", "yu", "zu"):
        assert (frame[name].to_numpy() == other[name].to_numpy()).all()
        assert (frame[name].to_numpy().reshape(arrays[name].shape) == arrays[name]).all()
        assert frame[name].dtype == arrays[name].dtype
    notes = pyarrow.parquet.read_metadata(folder / "a.parquet").metadata
    assert notes[b"flockwork.scenario_text"].decode() == SPACE
    assert json.loads(notes[b"flockwork.columns"])["vx"] == "Velocity, length per time. Along x."
    assert json.loads(str(arrays["about"]))["fingerprint"] == notes[b"flockwork.fingerprint"].decode()


def test_a_table_goes_through_pandas_and_polars_and_back_with_the_same_bits(folder: Path) -> None:
    (folder / "t.toml").write_text(SPACE.replace("entities = 300", 'initial = "t.csv"'))
    wanted = flockwork(folder, "run", "t.toml", "--set", "initial=a.parquet", "--at", "20")
    frame = pandas.read_parquet(folder / "a.parquet")
    frame = frame[frame["tick"] == 20].drop(columns=["tick", "xu", "yu", "zu"])
    wide = frame.astype({"id": "int64", "x": "float64", "y": "float64", "z": "float64"})
    # With the index, as they write it if they are not told otherwise.
    frame.to_csv(folder / "p.csv")
    wide.to_csv(folder / "w.csv", index=False)
    frame.to_parquet(folder / "p.parquet")
    wide.to_parquet(folder / "w.parquet", index=True)
    other = polars.from_pandas(frame.reset_index(drop=True))
    other.write_csv(folder / "o.csv")
    other.write_parquet(folder / "o.parquet", compression="snappy")
    names = frame.assign(id=[f"n{number}" for number in frame["id"]])
    names.to_parquet(folder / "n.parquet")
    for file in ("p.csv", "w.csv", "p.parquet", "w.parquet", "o.csv", "o.parquet", "n.parquet"):
        assert flockwork(folder, "run", "t.toml", "--set", f"initial={file}") == wanted, file


def test_ase_reads_xyz_and_dumps_and_what_it_writes_is_read(
    folder: Path, arrays: dict[str, numpy.ndarray]
) -> None:
    frames = ase.io.read(folder / "a.xyz", index=":")
    dumps = ase.io.read(folder / "a.lammpstrj", index=":", format="lammps-dump-text")
    assert len(frames) == len(dumps) == len(arrays["tick"])
    for at, (frame, dump) in enumerate(zip(frames, dumps)):
        place = vectors(arrays, AXES, at)
        assert (frame.positions.astype("f4") == place).all()
        assert (frame.arrays["velo"].astype("f4") == vectors(arrays, ("vx", "vy", "vz"), at)).all()
        assert (frame.arrays["unwrapped"] == vectors(arrays, ("xu", "yu", "zu"), at)).all()
        assert list(frame.pbc) == [True, False, False] and frame.info["tick"] == arrays["tick"][at]
        assert frame.info["Time"] == arrays["time"][at]
        assert (dump.positions.astype("f4") == place).all()
    wanted = flockwork(folder, "run", "t.toml", "--set", "initial=a.xyz", "--frame", "-1",
                       "--columns", "id=id,x=x,y=y,z=z")
    del frames[-1].arrays["unwrapped"], frames[-1].arrays["velo"]
    ase.io.write(folder / "b.xyz", frames[-1])
    assert flockwork(folder, "run", "t.toml", "--set", "initial=b.xyz") != ""
    assert wanted != ""


def test_vtk_reads_the_points_of_each_tick(folder: Path, arrays: dict[str, numpy.ndarray]) -> None:
    for at, tick in enumerate(arrays["tick"]):
        reader = vtk.vtkXMLPolyDataReader()
        reader.SetFileName(str(folder / "a-ticks" / f"tick-{tick:09}.vtp"))
        reader.Update()
        points = reader.GetOutput()
        assert (vtk_to_numpy(points.GetPoints().GetData()) == vectors(arrays, AXES, at)).all()
        velocity = vtk_to_numpy(points.GetPointData().GetArray("velocity"))
        assert (velocity == vectors(arrays, ("vx", "vy", "vz"), at)).all()
        assert points.GetNumberOfVerts() == len(arrays["id"])
        time = points.GetFieldData().GetArray("TimeValue").GetValue(0)
        assert time == arrays["time"][at]
        assert f'timestep="{time}"' in (folder / "a.pvd").read_text()


def test_numpy_and_vtk_read_what_is_in_the_cells_of_fields(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(FIELDS)
    for words in (["--record", "a.npz", "--fields", "a.csv"], ["--record", "a.pvd"]):
        flockwork(tmp_path, "run", "s.toml", *words)
    table = pandas.read_csv(tmp_path / "a.csv")
    with numpy.load(tmp_path / "a.npz") as found:
        grass, ticks = found["field_grass"], found["tick"]
    assert grass.shape == (3, 3, 6) and grass.dtype == "f4"
    for at, tick in enumerate(ticks):
        wanted = numpy.zeros((3, 6))
        for row in table[table["tick"] == tick].itertuples():
            wanted[round((row.y - 201.5) / 3), round((row.x - 101) / 2)] = row.amount
        assert wanted.any() and (grass[at] == wanted).all()
        reader = vtk.vtkXMLImageDataReader()
        name = f"a-ticks/tick-{tick:09}-grass.vti"
        reader.SetFileName(str(tmp_path / name))
        reader.Update()
        image = reader.GetOutput()
        cells = vtk_to_numpy(image.GetCellData().GetArray("grass"))
        assert (cells.reshape(3, 6) == wanted).all()
        assert image.GetBounds() == (100, 112, 200, 209, 0, 0)
        assert f'part="1" file="{name}"' in (tmp_path / "a.pvd").read_text()
