"""Who is near whom: the same as SciPy says."""

from __future__ import annotations

import gc
import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from flockwork import NOBODY, Index

FAST = settings(max_examples=60, deadline=None)


def cloud(seed: int, count: int, axes: int, clumped: bool = False) -> np.ndarray[Any, Any]:
    """Points below 10 along each axis, that far from all distances asked for that float32 tells."""
    random = np.random.default_rng(seed)
    points = random.random((count, axes))
    if clumped:
        points = points**4
    return (points * 10 % 10).astype(np.float32)


def tree(points: np.ndarray[Any, Any], periodic: bool) -> cKDTree:
    """SciPy's answers, in double precision."""
    return cKDTree(points.astype(np.float64) % (10 if periodic else np.inf), boxsize=10 if periodic else None)


def make(points: Any, radius: float, periodic: bool) -> Index:
    """An index of the same points in the same world."""
    axes = np.asarray(points).shape[1]
    return Index(points, radius, world=(10,) * axes) if periodic else Index(points, radius)


def clear_of(points: np.ndarray[Any, Any], at: np.ndarray[Any, Any], r: float, periodic: bool) -> bool:
    """Whether no distance is so near to the radius that rounding decides."""
    way = at.astype(np.float64)[:, None] - points.astype(np.float64)[None]
    if periodic:
        way -= 10 * np.round(way / 10)
    far = np.linalg.norm(way, axis=2)
    return bool((np.abs(far - r) > 1e-5).all())


@st.composite
def worlds(draw: st.DrawFn) -> tuple[np.ndarray[Any, Any], float, bool]:
    """Points, a radius that they are clear of, and whether their world is periodic."""
    axes = draw(st.sampled_from([2, 3]))
    points = cloud(draw(st.integers(0, 2**32)), draw(st.integers(0, 150)), axes, draw(st.booleans()))
    r = draw(st.floats(0.05, 4.5))
    periodic = draw(st.booleans())
    while not clear_of(points, points, r, periodic):
        r *= 1.00007
    return points, r, periodic


@FAST
@given(worlds(), st.floats(0.3, 3.0))
def test_neighbours_of_its_own_points(
    world: tuple[np.ndarray[Any, Any], float, bool], radius: float
) -> None:
    points, r, periodic = world
    index, peer = make(points, radius, periodic), tree(points, periodic)
    wanted = [set(near) - {i} for i, near in enumerate(peer.query_ball_point(points, r))]
    lists = index.query_radius(None, r, return_distance=True)
    assert len(lists) == len(points)
    assert [set(lists[i].tolist()) for i in range(len(points))] == wanted
    counts = index.query_radius(None, r, count_only=True)
    assert counts.tolist() == lists.counts().tolist() == [len(near) for near in wanted]
    assert lists.distances is not None and (lists.distances < r).all()
    pairs, far = index.pairs(r, return_distance=True)
    assert {tuple(pair) for pair in pairs.tolist()} == peer.query_pairs(r)
    assert len(pairs) == len(far) == sum(map(len, wanted)) // 2
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert np.array_equal(index.pairs(r), pairs)


@FAST
@given(worlds(), st.integers(0, 2**32), st.integers(0, 60))
def test_neighbours_of_other_points(
    world: tuple[np.ndarray[Any, Any], float, bool], seed: int, count: int
) -> None:
    points, r, periodic = world
    at = cloud(seed, count, points.shape[1])
    if not clear_of(points, at, r, periodic):
        return
    index, peer = make(points, 1.0, periodic), tree(points, periodic)
    wanted = peer.query_ball_point(at, r)
    lists = index.query_radius(at, r)
    assert [sorted(lists[i].tolist()) for i in range(count)] == [sorted(near) for near in wanted]
    assert lists.distances is None
    counts = index.query_radius(at, r, count_only=True)
    assert counts.tolist() == [len(near) for near in wanted] and counts.dtype == np.uint32


@FAST
@given(worlds(), st.integers(0, 2**32), st.integers(1, 12))
def test_the_nearest(world: tuple[np.ndarray[Any, Any], float, bool], seed: int, k: int) -> None:
    points, _, periodic = world
    if len(points) == 0:
        return
    at = cloud(seed, 40, points.shape[1])
    index, peer = make(points, 1.0, periodic), tree(points, periodic)
    wanted, _ = peer.query(at, k=range(1, k + 1))
    far, ids = index.query_knn(at, k)
    assert far.shape == ids.shape == (40, k)
    assert far.dtype == np.float32 and ids.dtype == np.uint32
    assert np.allclose(far, wanted, rtol=1e-5, atol=1e-5)
    assert (ids[np.isinf(far)] == NOBODY).all() and (ids[~np.isinf(far)] < len(points)).all()
    own, others = index.query_knn(None, k)
    wanted, _ = peer.query(points, k=range(2, k + 2))
    assert np.allclose(own, wanted, rtol=1e-5, atol=1e-5)
    assert not (others == np.arange(len(points))[:, None]).any()


def test_many_points_in_one_place_are_not_their_own_neighbours() -> None:
    index = Index(np.ones((20, 2), np.float32), 1.0)
    far, ids = index.query_knn(None, 3)
    assert (far == 0).all()
    assert not (ids == np.arange(20)[:, None]).any() and (ids < 20).all()
    assert index.query_radius(None, 1.0, count_only=True).tolist() == [19] * 20
    assert len(index.pairs(0.5)) == 190


def test_a_corridor_of_walls_and_an_open_world() -> None:
    points = cloud(1, 400, 2)
    edge = ("periodic", "wall")
    index = Index(points, 0.7, world=(10, 10), edge=edge)
    assert (index.world, index.edge, index.axes) == ((10.0, 10.0), edge, 2)
    peer = cKDTree(points.astype(np.float64), boxsize=(10, 0))
    assert {tuple(pair) for pair in index.pairs(0.7).tolist()} == peer.query_pairs(0.7)
    away = points + np.float32(1000)
    assert len(Index(away, 0.7, world=(10, 10), edge="open").pairs(0.7)) > 100


KINDS: list[Any] = [
    lambda points: points.astype(np.float64),
    lambda points: np.asfortranarray(points),
    lambda points: np.repeat(points, 2, axis=0)[::2],
    lambda points: points[:, ::-1][:, ::-1],
    lambda points: points.tolist(),
    lambda points: points.astype(">f4"),
    lambda points: np.frombuffer(b"\0" + points.tobytes(), np.float32, offset=1).reshape(-1, 2),
    lambda points: np.ma.masked_array(points),
]


@pytest.mark.parametrize("kind", KINDS)
def test_points_of_any_type_and_strides(kind: Any) -> None:
    points = cloud(2, 300, 2)
    wanted = Index(points, 0.5).pairs(0.5)
    index = Index(kind(points), 0.5)
    assert np.array_equal(index.pairs(0.5), wanted)
    lists, same = index.query_radius(kind(points), 0.5), index.query_radius(points, 0.5)
    assert np.array_equal(lists.ids, same.ids) and np.array_equal(lists.starts, same.starts)


def test_whole_numbers_are_points() -> None:
    points = np.array([[0, 0], [3, 4], [3, 5]])
    assert Index(points, 2.0).pairs(1.5).tolist() == [[1, 2]]
    assert Index(points.astype(np.uint8), 2.0).query_knn([3, 4], 2)[0].tolist() == [[0.0, 1.0]]


def test_one_point_is_an_array_of_one() -> None:
    index = Index([[1.0, 1.0], [2.0, 2.0]], 1.0)
    assert index.query_radius([1, 1], 0.5)[0].tolist() == [0]
    assert index.query_radius([1, 1], 0.5, count_only=True).tolist() == [1]
    far, ids = index.query_knn([1, 1], 3)
    assert ids.tolist() == [[0, 1, NOBODY]] and far[0, 2] == np.inf


def test_a_rebuild_keeps_nothing_of_before_and_an_error_everything() -> None:
    index = Index(None, 1.0)
    assert index.axes is None and index.world is None and index.edge is None
    assert (len(index), index.radius) == (0, 1.0)
    assert index.query_radius([[1, 1]], 1.0, count_only=True).tolist() == [0]
    assert len(index.query_radius([[1, 1, 1]], 1.0)) == 1 and len(index.query_radius(None, 1.0)) == 0
    assert index.query_knn([[1, 1]], 2)[1].tolist() == [[NOBODY, NOBODY]]
    assert index.pairs(1.0).shape == (0, 2)
    with pytest.raises(ValueError, match="y of slot 1 is NaN"):
        index.rebuild(np.array([[0, 0], [0, np.nan]]))
    assert index.axes is None
    index.rebuild(cloud(3, 100, 2))
    assert len(index) == 100 and getattr(index, "axes") == 2
    assert repr(index) == "<flockwork.Index of 100 points, for radius 1>"
    index.rebuild([[1.0, 1.0], [1.5, 1.0]])
    assert index.pairs(1.0).tolist() == [[0, 1]]
    bads: list[Any] = [[[1, float("inf")], [1, 1]], [[1, 1, 1]], "points", [[1e39, 0]]]
    for bad in bads:
        with pytest.raises(ValueError):
            index.rebuild(bad)
        assert index.pairs(1.0).tolist() == [[0, 1]]
    index.rebuild(np.empty((0, 2)))
    assert len(index) == 0 and index.pairs(1.0).shape == (0, 2)


# Wrong types are given on purpose.
Wrong: Any = Index
GOOD: Any = Index([[1.0, 1.0], [2.0, 2.0]], 1.0, world=(10, 10))
BAD: list[tuple[Any, type[Exception], str]] = [
    (lambda: Wrong([1, 2, 3], 1.0), ValueError, r"points has the shape \(3,\): it must be an array of"),
    (lambda: Wrong([[1, 2, 3, 4]], 1.0), ValueError, r"shape \(1, 4\)"),
    (lambda: Wrong(np.zeros((2, 2, 2)), 1.0), ValueError, r"shape \(2, 2, 2\)"),
    (lambda: Wrong([[1], [2, 3]], 1.0), ValueError, "NumPy makes no array of it"),
    (lambda: Wrong([["a", "b"]], 1.0), ValueError, "it holds"),
    (lambda: Wrong(np.zeros((2, 2), complex), 1.0), ValueError, "complex128"),
    (lambda: Wrong([[0, 1e39]], 1.0), ValueError, r"points\[0, 1\] is 1e39: float32"),
    (lambda: Wrong([[0, 1], [np.nan, 0]], 1.0), ValueError, "x of slot 1 is NaN"),
    (lambda: Wrong([[0, 1], [11, 0]], 1.0, world=(10, 10)), ValueError, "x of slot 1 is 11.*from 0 to 10"),
    (lambda: Wrong([[0, 1, 2]], 1.0, world=(10, 10)), ValueError, "3 coordinates each: the index is of 2"),
    (lambda: Wrong(None, 0), ValueError, "0"),
    (lambda: Wrong(None, -1.0), ValueError, "-1"),
    (lambda: Wrong(None, float("nan")), ValueError, "NaN"),
    (lambda: Wrong(None, 5.5, world=(10, 10)), ValueError, "5.5"),
    (lambda: Wrong(None, "1"), TypeError, "radius is of type str: it must be a number"),
    (lambda: Wrong(None, 1.0, world=10), TypeError, "world is of type int"),
    (lambda: Wrong(None, 1.0, world=(10,)), ValueError, "axes"),
    (lambda: Wrong(None, 1.0, world=(10, -1)), ValueError, "-1"),
    (lambda: Wrong(None, 1.0, edge="wall"), ValueError, "there is no world"),
    (lambda: Wrong(None, 1.0, world=(9, 9), edge="round"), ValueError, "edge is 'round': it must be"),
    (lambda: Wrong(None, 1.0, world=(9, 9), edge=("wall",)), ValueError, "a word for each axis"),
    (lambda: Wrong(None, 1.0, world=(9, 9), edge=3), ValueError, "edge is 3"),
    (lambda: GOOD.query_radius([[0, 0]], 0), ValueError, "radius of a query is 0"),
    (lambda: GOOD.query_radius(None, 6.0), ValueError, "periodic"),
    (lambda: GOOD.query_radius([[1, 1], [20, 1]], 1.0), ValueError, r"points\[1\]: x of a query is 20"),
    (lambda: GOOD.query_radius([[1, 1, 1]], 1.0), ValueError, "index is of 2"),
    (lambda: GOOD.query_radius([[1, 1]], None), TypeError, "r is of type NoneType"),
    (lambda: GOOD.query_radius([[1, 1]], 1.0, count_only=True, return_distance=True), ValueError, "both"),
    (lambda: GOOD.query_knn([[1, 1]], 0), ValueError, "k is 0: it must be a whole number from 1"),
    (lambda: GOOD.query_knn([[1, np.nan]], 1), ValueError, r"points\[0\]: y of a query is NaN"),
    (lambda: GOOD.query_knn([[1, 1]], 2.0), TypeError, "k is of type float"),
    (lambda: GOOD.pairs(-1), ValueError, "-1"),
    (lambda: GOOD.pairs(5.0), ValueError, "periodic"),
]


@pytest.mark.parametrize(("bad", "error", "words"), BAD)
def test_bad_input_is_named(bad: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        bad()


def test_results_cannot_be_written_to_and_outlive_the_index() -> None:
    points = cloud(4, 500, 2)
    index = Index(points, 0.5)
    lists = index.query_radius(None, 0.5, return_distance=True)
    one = lists[7]
    assert np.shares_memory(one, lists.ids) and np.array_equal(one, lists[-493])
    kept = one.copy()
    far, ids = index.query_knn(points, 3)
    for array in (lists.starts, lists.ids, lists.distances, one, far, ids, index.pairs(0.5)):
        assert array is not None and not array.flags.writeable
    index.rebuild(points[:5])
    del lists, index
    gc.collect()
    assert np.array_equal(one, kept)


def test_lists_know_their_places() -> None:
    lists = Index([[1, 1], [1, 2], [9, 9]], 2.0).query_radius(None, 1.5)
    assert (len(lists), lists.starts.tolist(), lists.ids.tolist()) == (3, [0, 1, 2, 2], [1, 0])
    assert [near.tolist() for near in lists] == [[1], [0], []]
    assert repr(lists) == "<flockwork.Lists of 3 points: 2 neighbours>"
    for at in (3, -4, 2**40):
        with pytest.raises(IndexError, match="there are 3"):
            lists[at]
    matrix = lists.to_scipy(3)
    assert matrix.shape == (3, 3) and matrix.toarray().tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]


def test_what_it_was_given_may_change_afterwards() -> None:
    points = cloud(5, 300, 2)
    index = Index(points, 0.5)
    wanted = index.pairs(0.5)
    points[:] = 0
    assert np.array_equal(index.pairs(0.5), wanted)


def test_threads_ask_one_index() -> None:
    points = cloud(6, 5000, 2)
    index = Index(points, 0.3)
    wanted = index.query_radius(points, 0.3)
    found: list[bool] = []

    def ask() -> None:
        for _ in range(5):
            lists = index.query_radius(points, 0.3)
            found.append(np.array_equal(lists.ids, wanted.ids))
            index.rebuild(points)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 20
