"""Ward's tree of neighbours on a grid by scikit-learn's connectivity: the order of merges and their heights."""

import json

import numpy as np
from sklearn.cluster import ward_tree
from sklearn.feature_extraction.image import grid_to_graph

SEED = 20240611


def case(rng, n_x, n_y, d):
    x = np.round(rng.normal(0.0, 1.0, (n_x * n_y, d)) + np.arange(n_x * n_y)[:, None] / 9.0, 6)
    graph = grid_to_graph(n_x, n_y)
    children, _, n_leaves, _, distances = ward_tree(x, connectivity=graph, return_distance=True)
    edges = [[int(a), int(b)] for a, b in zip(*graph.nonzero()) if a < b]
    return {
        "x": x.tolist(),
        "edges": edges,
        "children": np.sort(children, axis=1).tolist(),
        "heights": distances.tolist(),
        "n_leaves": int(n_leaves),
    }


def write_ward_graph(directory):
    rng = np.random.default_rng(SEED)
    for name, shape in {"square": (6, 8, 3), "line": (1, 25, 2), "one-feature": (5, 5, 1)}.items():
        (directory / f"{name}.json").write_text(json.dumps(case(rng, *shape)) + "\n")
