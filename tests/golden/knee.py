"""Knees by the Python package kneed, with linear interpolation.

Increasing convex and decreasing concave curves are evenly spaced here: kneed turns their y around but not the
spacing of their x.
"""

import json
import warnings
from pathlib import Path

import numpy as np
from kneed import KneeLocator

SEED = 20240704
SHAPES = [("concave", "increasing"), ("convex", "decreasing"), ("convex", "increasing"), ("concave", "decreasing")]


def shaped(x, curve, direction, rng, noise):
    """A curve over x of the stated shape, with noise."""
    unit = (x - x[0]) / (x[-1] - x[0])
    y = 1.0 - np.exp(-rng.uniform(2.0, 9.0) * unit)
    if curve == "convex":
        y = -y
    if (curve == "concave") == (direction == "decreasing"):
        y = y[::-1]
    return np.round(100.0 * y + noise * rng.standard_normal(len(x)), 3)


def cases():
    rng = np.random.default_rng(SEED)
    for curve, direction in SHAPES:
        turned = (curve == "concave") == (direction == "decreasing")
        for noise in [0.0, 2.0, 10.0]:
            for n in [3, 5, 10, 30]:
                x = np.arange(1.0, n + 1.0)
                if not turned and n > 5:
                    x = np.cumsum(rng.integers(1, 4, n)).astype(float)
                yield x, shaped(x, curve, direction, rng, noise), curve, direction


def write_knee(directory):
    """Writes knee.json: for each curve and sensitivity the first knee and all of them."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for x, y, curve, direction in cases():
        for sensitivity in [0.0, 1.0, 3.0]:
            shape = {"S": sensitivity, "curve": curve, "direction": direction}
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                first = KneeLocator(x, y, **shape)
                every = KneeLocator(x, y, online=True, **shape)
            case = {"x": x.tolist(), "y": y.tolist(), **shape}
            case["knee"] = None if first.knee is None else float(first.knee)
            case["all"] = sorted(float(knee) for knee in every.all_knees)
            written.append(case)
    (directory / "knee.json").write_text(json.dumps(written) + "\n")


if __name__ == "__main__":
    write_knee(Path(__file__).parent / "knee")
