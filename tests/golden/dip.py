"""Dips and their p-values by the Python package diptest, a port of R's package of that name."""

import json
from pathlib import Path

import diptest
import numpy as np

SEED = 20240705


def samples():
    """Samples of many shapes: smooth, in groups, with ties, with spikes, tiny."""
    rng = np.random.default_rng(SEED)
    for n in [4, 5, 6, 7, 9, 13, 30, 77, 200, 501]:
        yield rng.uniform(size=n)
        yield rng.standard_normal(n)
        yield rng.standard_normal(n) + 5.0 * (np.arange(n) % 2)
        yield np.exp(rng.standard_normal(n))
        yield rng.integers(0, 5, n).astype(float)
        yield np.where(rng.uniform(size=n) < 0.4, 0.0, rng.exponential(size=n))
        yield np.arange(n) * 0.25
    yield np.full(9, 2.0)
    yield np.repeat([0.0, 1.0], 10)
    yield np.repeat([0.0, 1.0, 5.0], [10, 1, 20])
    yield 1e6 + rng.standard_normal(60) + 4.0 * (np.arange(60) % 3)


def write_dip(directory):
    """Writes dip.json: values, the dip, and its p-value by interpolation in the package's table."""
    written = []
    for x in samples():
        # Without the option the package gives 0 for values with one mode, where the definition gives 1 / (2 n).
        x = np.round(np.sort(x), 4)
        case = {"x": x.tolist(), "dip": float(diptest.dipstat(x, allow_zero=False))}
        case["p"] = float(diptest.diptest(x, allow_zero=False)[1])
        written.append(case)
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "dip.json").write_text(json.dumps(written) + "\n")


if __name__ == "__main__":
    write_dip(Path(__file__).parent / "dip")
