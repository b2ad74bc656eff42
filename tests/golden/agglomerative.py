"""Hierarchical clustering by SciPy: trees, cuts, and what is said of trees.

`tied` marks data with equal distances, whose trees depend on the order of comparisons: only what a
tree says of itself can be compared there. `order_total` is the sum of neighbours' distances in SciPy's
leaf order, which is not always the least (its issue 11227).
"""

import json
from pathlib import Path

import numpy as np
from scipy.cluster import hierarchy
from scipy.spatial.distance import pdist

SEED = 20240302
OF_CENTRES = ["ward", "centroid", "median"]
OF_DISTANCES = ["single", "complete", "average", "weighted"]
SCIPY_METRICS = {"euclidean": "euclidean", "manhattan": "cityblock", "cosine": "cosine"}


def groups(rng, sizes, d):
    """Skewed groups of unequal size and spread."""
    parts = [rng.normal(4.0 * g, 0.5 + 0.4 * g, (n, d)) for g, n in enumerate(sizes)]
    x = np.vstack(parts)
    x[:, 0] = np.exp(x[:, 0] / 6.0)
    return np.round(x, 6)


def cases():
    """Rows, metric, whether distances are tied; or distances alone."""
    rng = np.random.default_rng(SEED)
    x = groups(rng, [14, 9, 5, 12], 4)
    wide = groups(rng, [8, 12], 9)
    grid = np.array([[i, j] for i in range(4) for j in range(3)] * 2, dtype=float)
    points = 30
    return {
        "euclidean": (x, "euclidean", False),
        "manhattan": (x, "manhattan", False),
        "cosine": (x, "cosine", False),
        "offset": (x + 1e5, "euclidean", False),
        "wide": (wide, "euclidean", False),
        "two-rows": (x[:2], "euclidean", False),
        "grid-twice": (grid, "euclidean", True),
        "precomputed": (np.round(rng.gamma(2.0, 1.0, points * (points - 1) // 2), 9), None, False),
    }


def cuts(z, heights):
    """Labels by the three criteria. SciPy counts clusters by cophenetic height: `maxclust` is left out where
    centres come nearer by merging."""
    n = len(z) + 1
    out = []
    if hierarchy.is_monotonic(z):
        for k in sorted({1, 2, min(3, n), min(7, n), n}):
            out.append(("maxclust", float(k), 0, hierarchy.fcluster(z, k, "maxclust")))
    for t in heights:
        out.append(("distance", t, 0, hierarchy.fcluster(z, t, "distance")))
    for t, depth in [(0.5, 2), (0.7071, 2), (1.0, 2), (1.15, 3), (1.5, 4)]:
        out.append(("inconsistent", t, depth, hierarchy.fcluster(z, t, "inconsistent", depth)))
    return [
        {"criterion": criterion, "t": t, "depth": depth, "labels": labels.tolist()}
        for criterion, t, depth, labels in out
    ]


def between(z):
    """Heights halfway between some merges, so that rounding decides no cut."""
    heights = np.sort(np.unique(z[:, 2]))
    middles = (heights[1:] + heights[:-1]) / 2
    wide = middles[np.diff(heights) > 1e-6]
    return wide[:: max(1, len(wide) // 5)].tolist() + [float(heights[-1] * 1.5 + 1.0)]


def tree(distances, linkage):
    z = hierarchy.linkage(distances, linkage)
    order = hierarchy.leaves_list(hierarchy.optimal_leaf_ordering(z, distances))
    n = len(z) + 1
    square = np.zeros((n, n))
    square[np.triu_indices(n, 1)] = distances
    square += square.T
    return {
        "linkage": linkage,
        "matrix": z.tolist(),
        "cophenetic_correlation": None if n < 3 else float(hierarchy.cophenet(z, distances)[0]),
        "inconsistent": {str(depth): hierarchy.inconsistent(z, depth).tolist() for depth in (1, 2, 4)},
        "cuts": cuts(z, between(z)),
        "leaves": hierarchy.leaves_list(z).tolist(),
        "order_total": float(square[order[:-1], order[1:]].sum()),
    }


def reference(x, metric, tied):
    distances = x if metric is None else pdist(x, SCIPY_METRICS[metric])
    linkages = OF_DISTANCES + (OF_CENTRES if metric == "euclidean" else [])
    return {
        "x": None if metric is None else x.tolist(),
        "metric": metric,
        "distances": distances.tolist() if metric is None else None,
        "tied": tied,
        "trees": [tree(distances, linkage) for linkage in linkages],
    }


def write_agglomerative(directory):
    """Writes one JSON file per case into `directory`."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, case in cases().items():
        (directory / f"{name}.json").write_text(json.dumps(reference(*case)) + "\n")


if __name__ == "__main__":
    write_agglomerative(Path(__file__).parent / "agglomerative")
