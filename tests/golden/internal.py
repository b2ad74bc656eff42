"""Internal indices: Calinski-Harabasz and Davies-Bouldin by scikit-learn, density-based validity by hdbscan.

Sums of squares, the Xie-Beni index, the simplified silhouette and the Dunn index, which these lack, are written
out.

hdbscan's `validity_index` is the published package that follows the paper: core distances within a row's own
cluster, inner rows and edges of the tree, noise in the weights. But which of several minimal spanning trees it takes
depends on the order of the rows, and its values with it. So the tree is SciPy's, of edges in the order of reachability
and then of distance; core distances and separations are hdbscan's. Clusters whose validity by hdbscan is the same in
every order are listed with that value. There are no clusters of one or two rows and no duplicates, on which hdbscan
departs from the paper.
"""

import json
from pathlib import Path

import numpy as np
from hdbscan.validity import all_points_core_distance, density_separation, validity_index
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial.distance import cdist
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from silhouette import blobs

SEED = 20240312
METRICS = {
    "euclidean": "euclidean",
    "squared-euclidean": "sqeuclidean",
    "manhattan": "cityblock",
    "chebyshev": "chebyshev",
    "cosine": "cosine",
}


def cases():
    rng = np.random.default_rng(SEED)
    clear, clear_labels = blobs(rng, [30, 25, 45], 4, 6.0)
    near, near_labels = blobs(rng, [60, 12, 30, 20], 7, 1.0)
    noisy = np.where(rng.random(100) < 0.15, -1, clear_labels)
    plane, plane_labels = blobs(rng, [80, 40, 30], 2, 4.0)
    return {
        "clear": (clear, clear_labels),
        "near": (near, near_labels),
        "noise": (clear, noisy),
        "plane": (plane, plane_labels),
        "random-labels": (clear, rng.integers(0, 5, 100)),
        "one-column": (plane[:, :1], plane_labels),
    }


def centroids(x, labels):
    return np.array([x[labels == c].mean(axis=0) for c in range(labels.max() + 1)])


def about_centroids(x, labels):
    means = centroids(x, labels)
    squares = ((x - means[labels]) ** 2).sum(axis=1)
    sizes = np.bincount(labels)
    distances = cdist(x, means)
    own = distances[np.arange(len(x)), labels]
    distances[np.arange(len(x)), labels] = np.inf
    other = distances.min(axis=1)
    apart = cdist(means, means, "sqeuclidean") + np.diag(np.full(len(means), np.inf))
    return {
        "within": float(squares.sum()),
        "per_cluster": np.bincount(labels, squares).tolist(),
        "between": float((sizes * ((means - x.mean(axis=0)) ** 2).sum(axis=1)).sum()),
        "total": float(((x - x.mean(axis=0)) ** 2).sum()),
        "calinski_harabasz": calinski_harabasz_score(x, labels),
        "davies_bouldin": davies_bouldin_score(x, labels),
        "xie_beni": float(squares.sum() / len(x) / apart.min()),
        "simplified_silhouette": ((other - own) / np.maximum(own, other)).tolist(),
    }


def dunn(x, labels, metric):
    distances = cdist(x, x, metric)
    together = labels[:, None] == labels[None, :]
    return [float(distances[~together].min()), float(distances[together].max())]


def settled(x, labels, metric):
    """The validity of each cluster by hdbscan, None where it depends on the order of the rows."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(30):
        order = rng.permutation(len(x))
        found.append(validity_index(x[order], labels[order], metric=metric, per_cluster_scores=True)[1])
    is_settled = np.isclose(found, found[0], rtol=1e-10, atol=0).all(axis=0)
    return [float(value) if same else None for value, same in zip(found[0], is_settled)]


def inside(x, metric):
    """Core distances, inner rows and sparseness of one cluster."""
    distances = cdist(x, x, metric)
    cores = all_points_core_distance(distances.copy(), d=x.shape[1])
    reachability = np.maximum(distances, np.maximum(cores[:, None], cores[None, :]))
    upper = np.triu_indices(len(x), 1)
    order = np.lexsort((distances[upper], reachability[upper]))
    ranks = np.zeros_like(distances)
    ranks[upper[0][order], upper[1][order]] = np.arange(1, len(order) + 1)
    tree = np.argwhere(minimum_spanning_tree(ranks).toarray() > 0)
    degrees = np.bincount(tree.ravel(), minlength=len(x))
    inner_edges = tree[(degrees[tree] > 1).all(axis=1)]
    return cores, np.flatnonzero(degrees > 1), reachability[inner_edges[:, 0], inner_edges[:, 1]].max()


def density_based(x, labels, metric):
    clusters = range(labels.max() + 1)
    cores, inner, sparseness = zip(*(inside(x[labels == c], metric) for c in clusters))

    def separation(a, b):
        return density_separation(x, labels, a, b, inner[a], inner[b], cores[a], cores[b], metric=metric)

    apart = [min(separation(a, b) for b in clusters if b != a) for a in clusters]
    per_cluster = [(a - s) / max(a, s) for a, s in zip(apart, sparseness)]
    value = sum(np.sum(labels == c) * per_cluster[c] for c in clusters) / len(labels)
    return {"value": float(value), "per_cluster": per_cluster, "settled": settled(x, labels, metric)}


def write_internal(directory):
    """Writes one JSON file per case into `directory`."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, (x, labels) in cases().items():
        used = labels >= 0
        case = {
            "x": x.tolist(),
            "labels": labels.tolist(),
            "about_centroids": about_centroids(x[used], labels[used]),
            "dunn": {name: dunn(x[used], labels[used], metric) for name, metric in METRICS.items()},
            "dbcv": {
                name: density_based(x, labels, metric) for name, metric in METRICS.items() if name != "cosine"
            },
        }
        (directory / f"{name}.json").write_text(json.dumps(case) + "\n")


if __name__ == "__main__":
    write_internal(Path(__file__).parent / "internal")
