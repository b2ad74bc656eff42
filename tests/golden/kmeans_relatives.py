"""The relatives of k-means: bisecting and mini-batch k-means by scikit-learn, k-means within bounds on
the sizes of clusters by SciPy's linear programming.

All data are drawn here, by the generators of kmeans.py.
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, kron, eye_array
from scipy.spatial.distance import cdist
from sklearn.cluster import BisectingKMeans, MiniBatchKMeans

from kmeans import mall_like, standardised, wholesale_like

SEED = 20240302


def farthest(x, n_clusters, random_state):
    """The row farthest from the mean, and the row farthest from that one."""
    first = np.argmax(((x - x.mean(axis=0)) ** 2).sum(axis=1))
    second = np.argmax(((x - x[first]) ** 2).sum(axis=1))
    return x[[first, second]]


class PinnedBisectingKMeans(BisectingKMeans):
    """Takes the two centres of a split from a function: the original expects n_clusters of them."""

    def _validate_center_shape(self, x, centers):
        assert centers.shape == (2, x.shape[1])


def bisecting(x, n_clusters, bisecting_strategy, new_rows):
    model = PinnedBisectingKMeans(
        n_clusters, init=farthest, n_init=1, tol=0.0, max_iter=300, bisecting_strategy=bisecting_strategy
    ).fit(x)
    expected = {
        "labels": model.labels_.tolist(),
        "centers": model.cluster_centers_.tolist(),
        "inertia": float(model.inertia_),
        "new_labels": model.predict(new_rows).tolist(),
    }
    given = {"n_clusters": n_clusters, "bisecting_strategy": bisecting_strategy.replace("_", "-")}
    return {"x": x.tolist(), "new_rows": new_rows.tolist()} | given | {"expected": expected}


def online(x, init, sizes, sample_weight=None):
    """Batches one after the other, as many rows each as `sizes` says, nothing reassigned."""
    model = MiniBatchKMeans(len(init), init=init, n_init=1, reassignment_ratio=0.0)
    at, inertias = 0, []
    for size in sizes:
        batch = slice(at, at + size)
        centers = getattr(model, "cluster_centers_", init)
        weight = np.ones(size) if sample_weight is None else sample_weight[batch]
        inertias.append(float((cdist(x[batch], centers, "sqeuclidean").min(axis=1) * weight).sum()))
        model.partial_fit(x[batch], sample_weight=None if sample_weight is None else weight)
        at += size
    expected = {"centers": model.cluster_centers_.tolist(), "counts": model._counts.tolist(), "inertias": inertias}
    weights = None if sample_weight is None else sample_weight.tolist()
    return {"x": x.tolist(), "init": init.tolist(), "sizes": sizes, "sample_weight": weights, "expected": expected}


def assigned(x, centers, least, most):
    """The cheapest assignment within bounds: a vertex of a transport polytope, so whole rows."""
    n, k = len(x), len(centers)
    cost = cdist(x, centers, "sqeuclidean")
    each_once = kron(eye_array(n), np.ones((1, k)))
    sizes = kron(np.ones((1, n)), eye_array(k))
    bounds = np.concatenate([np.full(k, most), np.full(k, -least)])
    found = linprog(
        cost.ravel(),
        A_ub=csr_array(np.vstack([sizes.toarray(), -sizes.toarray()])),
        b_ub=bounds,
        A_eq=csr_array(each_once),
        b_eq=np.ones(n),
        method="highs-ds",
    )
    share = found.x.reshape(n, k)
    assert found.success and np.all(np.abs(share - share.round()) < 1e-7)
    labels = share.argmax(axis=1)
    return labels, cost[np.arange(n), labels].sum()


def bounded(x, init, least, most):
    """Assignments by linear programming and means in turn, until labels repeat."""
    labels, first_cost = assigned(x, init, least, most)
    for _ in range(100):
        centers = np.array([x[labels == c].mean(axis=0) for c in range(len(init))])
        again, cost = assigned(x, centers, least, most)
        if np.array_equal(again, labels):
            break
        labels = again
    expected = {
        "first_cost": float(first_cost),
        "labels": labels.tolist(),
        "centers": centers.tolist(),
        "inertia": float(cost),
    }
    return {"x": x.tolist(), "init": init.tolist(), "min": least, "max": most, "expected": expected}


def cases():
    rng = np.random.default_rng(SEED)
    mall, wholesale = mall_like(rng), standardised(np.log1p(wholesale_like(rng)))
    # Whole numbers would tie: rows as far from one centre as from another.
    mall = mall + rng.normal(0, 0.2, mall.shape)
    skewed = np.exp(wholesale[:300, :3])
    new = rng.permuted(wholesale, axis=0)[:100]
    weight = rng.integers(0, 4, len(mall)).astype(float)
    return {
        "bisecting-inertia": bisecting(mall, 6, "biggest_inertia", rng.permuted(mall, axis=0)),
        "bisecting-largest": bisecting(mall, 6, "largest_cluster", rng.permuted(mall, axis=0)),
        "bisecting-wholesale": bisecting(wholesale, 8, "biggest_inertia", new),
        "bisecting-skewed": bisecting(skewed, 9, "largest_cluster", skewed[::-1]),
        "online": online(mall, mall[[3, 33, 77, 133, 181]], [20, 50, 30, 1, 99]),
        "online-weighted": online(mall, mall[[3, 33, 77, 133, 181]], [60, 60, 80], weight),
        "online-wholesale": online(wholesale, wholesale[[5, 105, 205, 305]], [110] * 4),
        "sizes-equal": bounded(mall, mall[[3, 33, 77, 133, 181]], 40, 40),
        "sizes-least": bounded(mall, mall[[3, 33, 77, 133, 181]], 35, 200),
        "sizes-most": bounded(wholesale[:240], wholesale[[5, 105, 205, 35]], 1, 62),
        "sizes-skewed": bounded(skewed, skewed[[0, 50, 100, 150, 200, 250]], 30, 70),
    }


def write_kmeans_relatives(directory):
    """Writes one file per case: the input and what the reference makes of it."""
    for name, case in cases().items():
        Path(directory, f"{name}.json").write_text(json.dumps(case) + "\n")


if __name__ == "__main__":
    write_kmeans_relatives(Path(__file__).parent / "kmeans_relatives")
