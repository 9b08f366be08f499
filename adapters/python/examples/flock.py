"""A flock for 200 ticks: its statistics, its columns, and who is near whom.

    pip install ./adapters/python
    python adapters/python/examples/flock.py
"""

from __future__ import annotations

import flockwork

SCENARIO = """
model = "boids"
entities = 2000
seed = 1
dt = 0.05
[world]
width = 80
height = 40
edge = "periodic"
"""


def main() -> None:
    sim = flockwork.Simulation(SCENARIO)
    series = sim.run(200, every=50)
    for tick, polarization in zip(series.tick, series["polarization"]):
        print(f"tick {tick:3}: polarization {polarization:.3f}")
    frame = sim.frame()
    index = flockwork.Index(frame["position"], radius=1.0, world=sim.world)
    near = index.query_radius(None, 1.0, count_only=True)
    print(f"{frame.population} boids have {near.mean():.1f} neighbours on average")
    print(f"fingerprint {sim.fingerprint():016x}")


if __name__ == "__main__":
    main()
