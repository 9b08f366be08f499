"""Large crowds of simple agents, and who is near whom.

A `Simulation` is a world that is stepped, with the same bits on any number of workers. Its columns at
one tick are arrays in a `Frame`, its statistics over ticks are in a `Series`. An `Index` answers who is
near whom among any points.

What was given wrongly is a `ValueError` (of the wrong type, a `TypeError`) that says what is wrong,
where, and what is allowed; nothing was changed then. All arrays that come out are read-only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from typing import Any, Final, Literal, Protocol, final, overload, type_check_only

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["NOBODY", "Frame", "Index", "Lists", "Mean", "Series", "Simulation", "SimulationError", "models"]

NOBODY: Final[int]
"""The id in `Index.query_knn` where there are fewer than `k` points."""

@type_check_only
class _Columns(Protocol):
    """Arrays by name: a dict, a `Frame`, a `pandas.DataFrame`."""

    def keys(self) -> Iterable[str]: ...
    def __getitem__(self, name: str, /) -> ArrayLike: ...

class SimulationError(RuntimeError):
    """The simulation has ended: what is still shown of it is its last completed tick."""

def models() -> dict[str, dict[str, Any]]:
    """The models that a scenario may name: what each is, its parameters, columns and statistics."""

@final
class Simulation:
    """A world that is stepped.

    The scenario is a dict, the text of a scenario (TOML or JSON, of more than one line or in braces), or
    the path of a file with one. `set` changes some of it: `{"seed": 2, "params.max_speed": 3.0}`.
    `workers` is how many threads compute, by default one for each core; it changes no result.

    `initial` gives columns of the entities at tick 0, by the names of `Frame` or one number each
    (`position`, or `x` and `y`); the model makes up the others.

    Threads of Python may share a simulation: they wait for one another. None holds the interpreter while
    it computes or waits. Ctrl-C ends a run after a whole tick. A process that was forked cannot step one
    that its parent made.
    """

    def __new__(
        cls,
        scenario: Mapping[str, Any] | str | PathLike[str],
        *,
        workers: int | None = None,
        set: Mapping[str, Any] | None = None,
        initial: _Columns | None = None,
    ) -> Simulation: ...
    @staticmethod
    def restore(snapshot: bytes, *, workers: int | None = None) -> Simulation:
        """Goes on from the bytes of a snapshot, with the same bits on any number of workers."""

    def step(self, ticks: int = 1) -> None:
        """Computes so many ticks."""

    def run(
        self,
        ticks: int | None = None,
        *,
        every: int = 1,
        until: str | None = None,
        steady: str | Sequence[str] | None = None,
    ) -> Series:
        """Computes so many ticks, by default up to the scenario's last one, and gives the statistics
        before the first, after every so many, and after the last.

        It ends at the first of these ticks at which the condition `until` holds, such as
        `"infected == 0"`, or all statistics of `steady` are steady, such as `"order:2%"`: written as the
        options of `flockwork run`."""

    def frame(self, *names: str) -> Frame:
        """The columns of all entities at this tick, or those of some names, in ascending order of id.

        They are taken out of the simulation's memory once. They stay as they are."""

    def memory(self, name: str) -> list[NDArray[Any]]:
        """A column as it lies in the simulation's memory, without a copy: an array for each region.

        The rows are in an order that changes with every tick, and one that is no entity has
        the number 4294967295 in `memory("cell")`. As long as such an array is there, or a view of it,
        whatever would change that memory raises a `RuntimeError`."""

    def stats(self) -> dict[str, float]:
        """The statistics of this tick; NaN for one that has no value."""

    def set_params(self, **params: Any) -> None:
        """Sets parameters between two ticks: all that are given, or none."""

    def send(self, inputs: list[dict[str, Any]]) -> list[int]:
        """Gives inputs between two ticks: all are done, in their order, or none and the first that
        cannot be is told. `[{"remove": 17}, {"spawn": {"x": 1, "y": 2}}]`; the ids of those spawned."""

    def log(self) -> str:
        """What came in since tick 0, and the fingerprint of this tick, as `flockwork replay` reads it. A
        simulation that goes on from a snapshot has none: a `ValueError`."""

    def field(self, name: str) -> NDArray[np.float32]:
        """What the cells of a field of the model hold, as `amounts[row, column]`, or in space
        `amounts[layer, row, column]`."""

    @property
    def params(self) -> dict[str, float | str | list[float]]:
        """The parameters and their values now."""

    def snapshot(self) -> bytes:
        """The whole state, for `restore` and for `flockwork run --resume`."""

    def fingerprint(self) -> int:
        """64 bits that are the same for the same state, whatever computed it."""

    def metrics(self) -> dict[str, Any]:
        """What it has done and how long that took: `ticks`, `workers`, `regions`, `tick_seconds` of all ticks
        together, `median_tick_seconds`, `phase_seconds` added up over regions, `memory_bytes`."""

    @property
    def model(self) -> str:
        """The name of its model."""

    @property
    def tick(self) -> int:
        """Ticks done."""

    @property
    def last_tick(self) -> int:
        """The tick up to which the scenario wants to be run; of a snapshot its own."""

    @property
    def population(self) -> int:
        """How many entities there are."""

    @property
    def workers(self) -> int:
        """How many threads compute."""

    @property
    def dt(self) -> float:
        """Time per tick."""

    @property
    def seed(self) -> int:
        """The seed."""

    @property
    def world(self) -> tuple[float, ...]:
        """The length of the world along each axis."""

    @property
    def edge(self) -> tuple[str, ...]:
        """How the world ends along each axis: "periodic", "wall" or "open"."""

    @property
    def origin(self) -> tuple[float, ...]:
        """Where the corner of the world is: positions in a frame are from there."""

@final
class Frame:
    """The columns of all entities at one tick, in ascending order of id.

    A vector is one array of shape (n, 2) or (n, 3): `position`, `velocity`; `frame["x"]` is a view of
    it. A frame is a mapping from names to arrays.
    """

    @property
    def tick(self) -> int:
        """Ticks done when it was taken."""

    @property
    def population(self) -> int:
        """How many entities there were."""

    def __getitem__(self, name: str, /) -> NDArray[Any]: ...
    def __contains__(self, name: object, /) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def keys(self) -> list[str]:
        """The names of its arrays."""

    def dataframe(self) -> Any:
        """A `pandas.DataFrame` with every number of an entity in a column of its own, by id."""

@final
class Series:
    """The statistics of some ticks: a mapping from each one's name to an array over these ticks."""

    @property
    def tick(self) -> NDArray[np.uint64]:
        """The ticks."""

    @property
    def stopped(self) -> str | None:
        """The rule by which the run ended; None if it did all of its ticks."""

    def means(self) -> dict[str, Mean]:
        """The mean of each statistic over these ticks, with its block-averaged error."""

    def __getitem__(self, name: str, /) -> NDArray[np.float64]: ...
    def __contains__(self, name: object, /) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def keys(self) -> list[str]:
        """The names of the statistics."""

    def dataframe(self) -> Any:
        """A `pandas.DataFrame` with a column for each statistic, by tick."""

@final
class Mean:
    """The mean of a statistic over a series."""

    @property
    def mean(self) -> float:
        """The mean."""

    @property
    def error(self) -> float:
        """Its standard error, block-averaged; NaN if the series is too short to tell."""

    @property
    def samples(self) -> int:
        """How many values it is of: NaN is none."""

    @property
    def correlation(self) -> float:
        """How many samples in a row are worth one that is independent; NaN if that is not known."""

@final
class Index:
    """Points in the plane or in space, and who is near whom.

    It is cheapest for queries of about `radius`; any other may be asked for. Without a `world` it is
    unbounded. In one of such lengths each axis ends as `edge` says, "periodic" unless it is given; there a
    radius must be below half of each periodic length.

    Points are kept as `float32`. A C-contiguous array of that type is read where it lies (do not write to
    it meanwhile), and anything else is copied once. The id of a point is its row. Two points are near
    each other if their distance is below the radius.

    Threads of Python may ask one index at once, and none holds the interpreter while it is answered.
    """

    def __new__(
        cls,
        points: ArrayLike | None,
        radius: float,
        *,
        world: Sequence[float] | None = None,
        edge: str | Sequence[str] | None = None,
    ) -> Index: ...
    def rebuild(self, points: ArrayLike) -> None:
        """Forgets all points, and indexes these. After an error it is what it was."""

    @overload
    def query_radius(
        self,
        points: ArrayLike | None,
        r: float,
        *,
        count_only: Literal[True],
        return_distance: Literal[False] = False,
    ) -> NDArray[np.uint32]: ...
    @overload
    def query_radius(
        self,
        points: ArrayLike | None,
        r: float,
        *,
        count_only: Literal[False] = False,
        return_distance: bool = False,
    ) -> Lists:
        """Who is closer than `r` to each of some points, or, for None, to each of its own points, without
        that point itself: the fastest way to ask for all of them.

        One point of shape (2,) or (3,) is as an array of one."""

    def query_knn(
        self, points: ArrayLike | None, k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.uint32]]:
        """The `k` nearest to each of some points, or, for None, to each of its own points, without that
        point itself: distances and ids, both of shape (n, k), by distance and then by id.

        Where there are fewer the distance is infinite and the id is `NOBODY`."""

    @overload
    def pairs(self, r: float, *, return_distance: Literal[False] = False) -> NDArray[np.uint32]: ...
    @overload
    def pairs(
        self, r: float, *, return_distance: Literal[True]
    ) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
        """Every pair of its points closer than `r`, once, in an array of shape (n, 2), the lower id first;
        and their distances if they are asked for."""

    def __len__(self) -> int: ...
    @property
    def radius(self) -> float:
        """The radius it was made for."""

    @property
    def axes(self) -> int | None:
        """2 in the plane and 3 in space; None if it is unbounded and had no points yet."""

    @property
    def world(self) -> tuple[float, ...] | None:
        """The length of its world along each axis; None if it is unbounded."""

    @property
    def edge(self) -> tuple[str, ...] | None:
        """How its world ends along each axis; None if it is unbounded."""

@final
class Lists:
    """A list of neighbours for each point: `lists[i]` is a view of the ids near point `i`.

    All lists lie in one array, list after list, each in the index's own order.
    """

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each list begins in `ids`, and the end of the last."""

    @property
    def ids(self) -> NDArray[np.uint32]:
        """The ids of all neighbours."""

    @property
    def distances(self) -> NDArray[np.float32] | None:
        """The distance of each; None if it was not asked for."""

    def __len__(self) -> int: ...
    def __getitem__(self, at: int, /) -> NDArray[np.uint32]: ...
    def __iter__(self) -> Iterator[NDArray[np.uint32]]: ...
    def counts(self) -> NDArray[np.int64]:
        """How many are in each list."""

    def to_scipy(self, columns: int) -> Any:
        """The same as a `scipy.sparse.csr_array` with so many columns: the distances, or ones."""
