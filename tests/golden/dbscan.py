"""DBSCAN by scikit-learn: labels and core rows.

Data are drawn here. Some lie on grids, where many distances equal eps: such rows are neighbours.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.cluster import DBSCAN

SEED = 20240305
SKLEARN_METRICS = {"squared-euclidean": "sqeuclidean"}


def clumps(rng, sizes, d, noise):
    """Groups of unequal size and spread, and rows anywhere between; in no order."""
    parts = [rng.normal(rng.normal(0.0, 3.0, d), 0.3 + 0.15 * g, (n, d)) for g, n in enumerate(sizes)]
    parts.append(rng.uniform(-7.0, 7.0, (noise, d)))
    return np.round(rng.permutation(np.vstack(parts)), 5)


def rings(rng, n):
    """Two rings, one inside the other: clusters that are not round."""
    angle, radius = rng.uniform(0.0, 2.0 * np.pi, n), np.where(np.arange(n) % 3 == 0, 1.0, 3.0)
    x = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return np.round(x + rng.normal(0.0, 0.1, x.shape), 5)


def case(x, eps, min_samples, metric="euclidean", sample_weight=None):
    model = DBSCAN(eps=eps, min_samples=min_samples, metric=SKLEARN_METRICS.get(metric, metric))
    model.fit(x, sample_weight=sample_weight)
    return {
        "x": x.tolist(),
        "eps": float(eps),
        "min_samples": min_samples,
        "metric": metric,
        "sample_weight": None if sample_weight is None else sample_weight.tolist(),
        "expected": {"labels": model.labels_.tolist(), "core": model.core_sample_indices_.tolist()},
    }


def cases():
    rng = np.random.default_rng(SEED)
    x = clumps(rng, [120, 60, 30, 90], 3, 40)
    flat = clumps(rng, [150, 100, 60], 2, 60)
    wide = clumps(rng, [70, 60, 40], 40, 12)
    grid = rng.integers(0, 16, (260, 2)).astype(float)
    cube = rng.integers(0, 7, (220, 3)).astype(float)
    copies = x[rng.integers(0, 40, 200)]
    # Two clusters, and rows that are within reach of both.
    between = np.array([[0, 0], [0, 1], [0, -1], [2, 0], [4, 0], [4, 1], [4, -1], [2, 5], [9, 9]], dtype=float)
    whole, parts = rng.integers(0, 4, len(flat)).astype(float), np.round(rng.gamma(1.0, 1.0, len(flat)), 4)
    return {
        "clumps": case(x, 0.8, 6),
        "clumps-near": case(x, 0.4, 4),
        "clumps-far": case(x, 3.0, 25),
        "flat-manhattan": case(flat, 0.6, 5, "manhattan"),
        "flat-chebyshev": case(flat, 0.35, 5, "chebyshev"),
        "flat-squares": case(flat, 0.15, 5, "squared-euclidean"),
        "rings": case(rings(rng, 300), 0.35, 5),
        "cosine": case(x, 0.01, 8, "cosine"),
        "wide": case(wide, 5.5, 5),
        "wide-cosine": case(wide, 0.15, 5, "cosine"),
        "grid": case(grid, 1.0, 4),
        "grid-diagonal": case(grid, np.sqrt(2.0), 6),
        "grid-manhattan": case(grid, 2.0, 8, "manhattan"),
        "cube-chebyshev": case(cube, 1.0, 12, "chebyshev"),
        "cube": case(cube, 2.0, 12),
        "copies": case(copies, 1e-3, 4),
        "between": case(between, 2.0, 4),
        "between-backwards": case(between[::-1], 2.0, 4),
        "weights-whole": case(flat, 0.3, 7, sample_weight=whole),
        "weights": case(flat, 0.4, 6, sample_weight=parts),
        "one-is-enough": case(flat, 0.25, 1),
        "all-noise": case(x, 0.01, 5),
        "column": case(x[:, :1], 0.05, 5),
    }


def write_dbscan(directory):
    """Writes one file per case: the input and what the reference makes of it."""
    for name, content in cases().items():
        Path(directory, f"{name}.json").write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    write_dbscan(Path(__file__).parent / "dbscan")
