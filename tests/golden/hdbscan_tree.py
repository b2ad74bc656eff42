"""HDBSCAN: labels and probabilities by scikit-learn, with an epsilon by the hdbscan package, as are outlier
scores and new rows.

The hdbscan package leaves the row itself out of `min_samples`, so its value is one less. Both packages
take merges at equal distances in an arbitrary order. Rows that leave a cluster at exactly the distance
at which it splits off or splits are listed as tied: whether they belong to it is arbitrary.
"""

import json
from pathlib import Path

import hdbscan
import numpy as np
from sklearn.cluster import HDBSCAN
from sklearn.cluster._hdbscan._tree import _condense_tree
from scipy.spatial.distance import cdist

from kmeans import standardised, wholesale_like

SEED = 20240305


def groups(rng, n, d, spread):
    """Three groups of unequal size and density, a tenth of the rows uniform."""
    sizes = [n // 2, n // 4, n - n // 2 - n // 4 - n // 10]
    centers = rng.normal(0, spread, (3, d))
    parts = [rng.normal(c, s, (m, d)) for c, s, m in zip(centers, [1.0, 0.5, 0.25], sizes)]
    return rng.permutation(np.vstack(parts + [rng.uniform(-2 * spread, 2 * spread, (n // 10, d))]))


def moons(rng, n):
    """Two half circles, one inside the other's arms."""
    angle = rng.uniform(0, np.pi, n)
    upper = np.column_stack([np.cos(angle), np.sin(angle)])
    lower = np.column_stack([1 - np.cos(angle), 0.5 - np.sin(angle)])
    x = np.where(rng.random(n)[:, None] < 0.6, upper, lower)
    return x + rng.normal(0, 0.08, x.shape)


def tied(tree):
    """Rows whose last cluster is born, or splits, just where they leave it."""
    parent, child, at, size = (tree[name] for name in tree.dtype.names)
    born = dict(zip(child[size > 1].tolist(), at[size > 1].tolist()))
    splits = dict(zip(parent[size > 1].tolist(), at[size > 1].tolist()))
    is_tied = [s == 1 and v in (born.get(p), splits.get(p)) for p, v, s in zip(parent.tolist(), at.tolist(), size)]
    return sorted(child[np.array(is_tied)].tolist())


def scikit_learns_tree(model, min_cluster_size):
    tree = _condense_tree(model._single_linkage_tree_, min_cluster_size)
    return tree[["parent", "child", "value", "cluster_size"]]


def assigned(x, given, new_rows):
    """`approximate_predict`, with the core distances of the fit."""
    model = hdbscan.HDBSCAN(
        given["min_cluster_size"],
        min_samples=given["min_samples"] - 1,
        metric=given["metric"],
        cluster_selection_method="eom" if given["selection"] == "excess-of-mass" else "leaf",
        approx_min_span_tree=False,
        prediction_data=True,
    ).fit(x)
    distances = cdist(x, x, "cityblock" if given["metric"] == "manhattan" else given["metric"])
    model.prediction_data_.core_distances = np.sort(distances)[:, given["min_samples"] - 1]
    labels, probabilities = hdbscan.approximate_predict(model, new_rows)
    return {
        "outlier_scores": model.outlier_scores_.tolist(),
        "fit_labels": model.labels_.tolist(),
        "tied": tied(model.condensed_tree_.to_numpy()),
        "new_labels": labels.tolist(),
        "new_probabilities": probabilities.tolist(),
    }


def case(x, min_cluster_size, min_samples, new_rows=None, **params):
    """A clustering; with `new_rows` also what the hdbscan package says of it and of them."""
    given = {
        "min_cluster_size": min_cluster_size,
        "min_samples": min_samples,
        "metric": params.get("metric", "euclidean"),
        "selection": params.get("selection", "excess-of-mass"),
        "selection_epsilon": params.get("selection_epsilon", 0.0),
        "max_cluster_size": params.get("max_cluster_size"),
        "allow_single_cluster": params.get("allow_single_cluster", False),
    }
    shared = {
        "min_cluster_size": min_cluster_size,
        "metric": given["metric"],
        "cluster_selection_method": "eom" if given["selection"] == "excess-of-mass" else "leaf",
        "allow_single_cluster": given["allow_single_cluster"],
    }
    most = given["max_cluster_size"]
    model = HDBSCAN(min_samples=min_samples, max_cluster_size=most, algorithm="brute", copy=True, **shared).fit(x)
    found = model
    if given["selection_epsilon"] > 0:
        # scikit-learn 1.7 fails at epsilon with this NumPy.
        found = hdbscan.HDBSCAN(
            min_samples=min_samples - 1,
            cluster_selection_epsilon=given["selection_epsilon"],
            approx_min_span_tree=False,
            **shared,
        ).fit(x)
    expected = {
        "labels": found.labels_.tolist(),
        "probabilities": found.probabilities_.tolist(),
        "tied": tied(scikit_learns_tree(model, min_cluster_size)),
    }
    assert len(expected["tied"]) <= len(x) // 10
    case = {"x": x.tolist()} | given | {"expected": expected}
    if new_rows is not None:
        case |= {"new_rows": new_rows.tolist(), "package": assigned(x, given, new_rows)}
        assert max(case["package"]["fit_labels"]) == max(expected["labels"])
    return case


def cases():
    rng = np.random.default_rng(SEED)
    plane, space = groups(rng, 240, 2, 4.0), groups(rng, 200, 5, 3.0)
    bent, single = moons(rng, 220), rng.normal(0, 1, (150, 2))
    spending = standardised(np.log1p(wholesale_like(rng)))[:200]
    beside = plane[:80] + rng.normal(0, 0.6, (80, 2))
    beside_moons = bent[:80] + rng.normal(0, 0.1, (80, 2))
    beside_space = space[:60] + rng.normal(0, 0.4, (60, 5))
    return {
        "plane": case(plane, 10, 5, beside),
        "plane-single-linkage": case(plane, 8, 1),
        "plane-leaf": case(plane, 9, 4, beside, selection="leaf"),
        "plane-leaf-epsilon": case(plane, 6, 4, selection="leaf", selection_epsilon=0.5),
        "plane-epsilon": case(plane, 6, 3, selection_epsilon=0.7),
        "plane-most": case(plane, 8, 4, max_cluster_size=60),
        "moons": case(bent, 12, 6, beside_moons),
        "moons-large": case(bent, 25, 25, beside_moons),
        "space": case(space, 15, 15, beside_space),
        "space-manhattan": case(space, 10, 5, beside_space, metric="manhattan"),
        "space-chebyshev": case(space, 10, 5, beside_space, metric="chebyshev"),
        "space-cosine": case(space, 10, 5, metric="cosine"),
        "single": case(single, 10, 5),
        "single-allowed": case(single, 10, 5, allow_single_cluster=True),
        "single-epsilon": case(single, 10, 5, allow_single_cluster=True, selection_epsilon=0.4),
        "single-leaf-epsilon": case(single, 5, 3, allow_single_cluster=True, selection="leaf", selection_epsilon=0.6),
        "wholesale": case(spending, 5, 5),
        "wholesale-leaf": case(spending, 3, 3, selection="leaf"),
    }


def write_hdbscan(directory):
    """Writes one file per case: the input and what the references make of it."""
    for name, case in cases().items():
        Path(directory, f"{name}.json").write_text(json.dumps(case) + "\n")


if __name__ == "__main__":
    write_hdbscan(Path(__file__).parent / "hdbscan")
