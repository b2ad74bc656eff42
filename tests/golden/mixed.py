"""Rows of numbers and categories: Gower's distance by its formula, k-modes and k-prototypes by the kmodes
package, k-medoids by the kmedoids package, silhouettes under Gower's distance by scikit-learn.

All data are drawn here. Categories are codes 0.0, 1.0, ...; rows of the kmodes package are split by `split`.
"""

import json
from pathlib import Path

import kmedoids
import numpy as np
from kmodes.kmodes import KModes
from kmodes.kmodes import labels_cost as modes_cost
from kmodes.kprototypes import KPrototypes
from kmodes.kprototypes import labels_cost as prototypes_cost
from kmodes.util.dissim import euclidean_dissim, matching_dissim
from kmodes.util.init_methods import init_cao
from scipy.spatial.distance import cdist
from sklearn.metrics import silhouette_samples

SEED = 20240311
N_LEVELS = [5, 3, 4, 2, 6]


def customers(rng, n, n_groups):
    """Three numbers, the last heavy-tailed, and five categories that mostly follow the group."""
    group = rng.integers(0, n_groups, n)
    numbers = rng.normal(0, 1, (n, 3)) + 2.0 * rng.normal(0, 1, (n_groups, 3))[group]
    numbers[:, 2] = np.exp(0.5 * numbers[:, 2])
    numbers = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    usual = np.column_stack([rng.integers(0, levels, n_groups) for levels in N_LEVELS])
    other = np.column_stack([rng.integers(0, levels, n) for levels in N_LEVELS])
    categories = np.where(rng.random((n, 5)) < 0.75, usual[group], other).astype(float)
    # Numbers and categories in no order.
    x = np.column_stack([numbers[:, :1], categories[:, :2], numbers[:, 1:], categories[:, 2:]])
    return np.round(x, 4), np.array([False, True, True, False, False, True, True, True]), group


def split(x, categorical):
    return x[:, ~categorical], x[:, categorical].astype(int)


def gower(x, y, categorical, ranges, weights):
    """Each pair by the formula of R's daisy."""
    total = np.zeros((len(x), len(y)))
    for j, weight in enumerate(weights):
        a, b = x[:, j][:, None], y[:, j][None, :]
        if categorical[j]:
            total += weight * (a != b)
        elif ranges[j] > 0:
            total += weight * np.abs(a - b) / ranges[j]
    return total / np.sum(weights)


def gower_of(x, categorical):
    return gower(x, x, categorical, np.ptp(x, axis=0), np.ones(x.shape[1]))


def gower_case(x, y, categorical, weights):
    distances = gower(x, y, categorical, np.ptp(x, axis=0), weights)
    return {
        "x": x.tolist(),
        "y": y.tolist(),
        "categorical": categorical.tolist(),
        "weights": weights.tolist(),
        "distances": distances.tolist(),
    }


def modes_case(x, n_clusters, prototypes):
    """The package's start, one assignment to given modes, and the best of many runs."""
    x = x.astype(int)
    labels, cost = modes_cost(x, prototypes.astype(int), matching_dissim)
    best = min(
        KModes(n_clusters, init=init, n_init=30, random_state=1).fit(x).cost_ for init in ("Cao", "Huang")
    )
    expected = {
        "cao": init_cao(x, n_clusters, matching_dissim).astype(float).tolist(),
        "labels": labels.tolist(),
        "cost": float(cost),
        "best_cost": float(best),
    }
    return {"x": x.astype(float).tolist(), "prototypes": prototypes.tolist(), "expected": expected}


def prototypes_case(x, categorical, n_clusters, gamma):
    numbers, categories = split(x, categorical)
    prototypes = x[:: len(x) // n_clusters][:n_clusters]
    fits = [
        KPrototypes(n_clusters, init=init, n_init=20, gamma=gamma, random_state=1).fit(
            x, categorical=np.flatnonzero(categorical).tolist()
        )
        for init in ("Cao", "Huang")
    ]
    gamma_used = float(fits[0].gamma)
    labels, cost = prototypes_cost(
        numbers, categories, list(split(prototypes, categorical)), euclidean_dissim, matching_dissim, gamma_used
    )
    expected = {
        "gamma": gamma_used,
        "labels": labels.tolist(),
        "cost": float(cost),
        "best_cost": min(float(fit.cost_) for fit in fits),
    }
    given = {"x": x.tolist(), "categorical": categorical.tolist(), "gamma": gamma, "prototypes": prototypes.tolist()}
    return given | {"expected": expected}


def medoids_case(x, categorical, metric, start):
    """FasterPAM from given medoids, rows tried in their order, and BUILD."""
    distances = gower_of(x, categorical) if metric == "gower" else cdist(x, x, metric)
    found = kmedoids.fasterpam(distances, np.array(start, dtype=np.uint64), n_cpu=1)
    build = kmedoids.pam_build(distances, len(start))
    expected = {
        "medoids": found.medoids.tolist(),
        "labels": found.labels.tolist(),
        "loss": float(found.loss),
        "n_swaps": int(found.n_swap),
        "n_iter": int(found.n_iter),
        "build": build.medoids.tolist(),
        "build_loss": float(build.loss),
    }
    mask = categorical.tolist() if metric == "gower" else None
    metric = {"cityblock": "manhattan"}.get(metric, metric)
    return {"x": x.tolist(), "categorical": mask, "metric": metric, "start": start, "expected": expected}


def silhouette_case(x, categorical, labelings):
    distances = gower_of(x, categorical)

    def samples(labels):
        used = labels >= 0
        values = np.full(len(labels), None)
        values[used] = silhouette_samples(distances[np.ix_(used, used)], labels[used], metric="precomputed")
        return values.tolist()

    found = [{"labels": labels.tolist(), "samples": samples(labels)} for labels in labelings]
    return {"x": x.tolist(), "categorical": categorical.tolist(), "labelings": found}


def cases():
    rng = np.random.default_rng(SEED)
    x, categorical, group = customers(rng, 240, 4)
    y, _, _ = customers(rng, 30, 4)
    y[::3, 1] = 9.0  # A category that x does not have.
    constant = np.column_stack([x[:40, 0], np.full(40, 3.0), x[:40, 1]])
    few, many = rng.choice(240, 5, replace=False).tolist(), rng.choice(240, 12, replace=False).tolist()
    noisy = np.where(rng.random(240) < 0.15, -1, group)
    x_modes = x[:, categorical]
    return {
        "gower": gower_case(x[:40], y, categorical, np.ones(8)),
        "gower-weights": gower_case(x[:40], y, categorical, np.array([1.0, 0.5, 2.0, 0.0, 1.0, 3.0, 0.25, 1.0])),
        "gower-constant": gower_case(constant, constant, np.array([False, False, True]), np.ones(3)),
        "kmodes-4": modes_case(x_modes, 4, x_modes[[5, 50, 150, 200]]),
        "kmodes-9": modes_case(x_modes, 9, x_modes[::26][:9]),
        "kprototypes-4": prototypes_case(x, categorical, 4, None),
        "kprototypes-7": prototypes_case(x, categorical, 7, 1.3),
        "kmedoids-euclidean": medoids_case(x, categorical, "euclidean", few),
        "kmedoids-manhattan": medoids_case(x, categorical, "cityblock", many),
        "kmedoids-gower": medoids_case(x, categorical, "gower", few),
        "kmedoids-gower-many": medoids_case(x, categorical, "gower", many),
        "kmedoids-one": medoids_case(x, categorical, "euclidean", few[:1]),
        "silhouette": silhouette_case(x, categorical, [group, noisy, rng.integers(0, 6, 240)]),
    }


def write_mixed(directory):
    """Writes one file per case: the input and what the reference makes of it."""
    for name, case in cases().items():
        Path(directory, f"{name}.json").write_text(json.dumps(case) + "\n")


if __name__ == "__main__":
    write_mixed(Path(__file__).parent / "mixed")
