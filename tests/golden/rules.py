"""Decision trees by scikit-learn, with and without class weights, limits on leaves and missing values.

scikit-learn looks at X in single precision and visits features in random order. All values are therefore exact in
single precision, and a case counts only if every order of features gives the same tree: no split is tied.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.tree import DecisionTreeClassifier

SEED = 20240917
ORDERS = 20


def blobs(rng, sizes, d, distance):
    """Normal groups around random centres in multiples of 1/1024, and their labels."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    centres = rng.standard_normal((len(sizes), d)) * distance
    x = centres[labels] + rng.standard_normal((len(labels), d))
    return np.round(x * 1024) / 1024, labels


def with_gaps(rng, x, labels):
    """Gaps at random, in the first column mostly those of cluster 0."""
    gaps = rng.random(x.shape) < 0.08
    gaps[:, 0] |= (labels == 0) & (rng.random(len(labels)) < 0.8)
    return np.where(gaps, np.nan, x)


def blobs_with_gaps(seed):
    rng = np.random.default_rng(seed)
    x, labels = blobs(rng, [120, 130, 110, 140], 5, 0.6)
    return with_gaps(rng, x, labels), labels


def cases():
    rng = np.random.default_rng(SEED)
    even, even_labels = blobs(rng, [120, 130, 110, 140], 6, 0.8)
    odd, odd_labels = blobs(rng, [400, 60, 25, 90], 5, 0.9)
    # Of the seeds tried, ones without a tied split.
    gaps, gaps_labels = blobs_with_gaps(0)
    other_gaps, other_gaps_labels = blobs_with_gaps(3)
    return {
        "uniform": (even, even_labels, {"max_depth": 4, "min_samples_leaf": 30}),
        "balanced": (odd, odd_labels, {"max_depth": 4, "min_samples_leaf": 10, "class_weight": "balanced"}),
        "best-first": (even, even_labels, {"max_leaf_nodes": 7, "min_samples_leaf": 8}),
        "balanced-best-first": (
            odd,
            odd_labels,
            {"max_leaf_nodes": 6, "min_samples_leaf": 7, "class_weight": "balanced"},
        ),
        "missing": (gaps, gaps_labels, {"max_depth": 4, "min_samples_leaf": 25}),
        "missing-balanced": (
            other_gaps,
            other_gaps_labels,
            {"max_depth": 3, "min_samples_leaf": 15, "class_weight": "balanced"},
        ),
    }


def nodes(tree, at=0):
    """The nodes from the left, parents before children."""
    node = {
        "n_rows": int(tree.n_node_samples[at]),
        "weight": float(tree.weighted_n_node_samples[at] / tree.weighted_n_node_samples[0]),
        "impurity": float(tree.impurity[at]),
        "split": None,
    }
    left, right = tree.children_left[at], tree.children_right[at]
    if left < 0:
        return [node]
    threshold = float(tree.threshold[at])
    node["split"] = {
        "feature": int(tree.feature[at]),
        "threshold": threshold if np.isfinite(threshold) else None,
        "missing_left": bool(tree.missing_go_to_left[at]),
    }
    return [node] + nodes(tree, left) + nodes(tree, right)


def expected(x, labels, params, queries):
    """The tree and its predictions, the same in every order of features."""
    fits = [DecisionTreeClassifier(random_state=order, **params).fit(x, labels) for order in range(ORDERS)]
    splits = [[(node["n_rows"], node["split"]) for node in nodes(fit.tree_)] for fit in fits]
    assert all(of_fit == splits[0] for of_fit in splits), "a split is tied"
    return {
        "nodes": nodes(fits[0].tree_),
        "importances": fits[0].feature_importances_.tolist(),
        "predictions": fits[0].predict(queries).tolist(),
    }


def plain(x):
    return [[None if np.isnan(value) else value for value in row] for row in x.tolist()]


def write_rules(directory):
    """Writes one JSON file per case into `directory`."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(SEED + 1)
    for name, (x, labels, params) in cases().items():
        queries = np.round(rng.standard_normal((150, x.shape[1])) * 2048) / 1024
        if np.isnan(x).any():
            queries = np.where(rng.random(queries.shape) < 0.2, np.nan, queries)
        case = {
            "x": plain(x),
            "labels": labels.tolist(),
            "max_depth": params.get("max_depth"),
            "max_leaves": params.get("max_leaf_nodes"),
            "min_leaf": params["min_samples_leaf"],
            "balanced": "class_weight" in params,
            "queries": plain(queries),
        }
        case |= expected(x, labels, params, queries)
        (directory / f"{name}.json").write_text(json.dumps(case) + "\n")


if __name__ == "__main__":
    write_rules(Path(__file__).parent / "rules")
