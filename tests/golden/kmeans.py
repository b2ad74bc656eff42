"""K-means by scikit-learn's Lloyd from given initial centres.

All data are drawn here: the "-like" sets have the shape and skew of well-known files, not their rows.
"""

import json
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans

SEED = 20240301


def mall_like(rng):
    """200 customers: age, income and spending score, in five income and spending groups."""
    groups = [(25, 26, 79, 22), (45, 26, 21, 23), (43, 55, 50, 81), (33, 87, 82, 39), (41, 88, 17, 35)]
    rows = [rng.normal((age, income, score), (8, 7, 8), (n, 3)) for age, income, score, n in groups]
    return np.round(np.clip(np.vstack(rows), 1, None))


def wholesale_like(rng):
    """440 clients: yearly spending on six product groups, log-normal with two mixed channels."""
    means = np.array([[9.0, 7.8, 8.1, 7.6, 6.2, 6.6], [8.4, 9.0, 9.4, 7.1, 8.6, 6.9]])
    channel = (rng.random(440) < 0.32).astype(int)
    return np.round(np.exp(means[channel] + rng.standard_normal((440, 6)) * 0.9))


def standardised(x):
    return (x - x.mean(axis=0)) / x.std(axis=0)


def case(x, init, sample_weight=None, tol=0.0, max_iter=300):
    return {"x": x, "init": init, "sample_weight": sample_weight, "tol": tol, "max_iter": max_iter}


def cases():
    rng = np.random.default_rng(SEED)
    mall, wholesale = mall_like(rng), wholesale_like(rng)
    scaled = standardised(np.log1p(wholesale))
    blobs = np.vstack([rng.normal(m, 1.0, (40, 9)) for m in (-3.0, 0.0, 2.0, 3.5)])
    far = np.vstack([blobs[[0, 50, 100]], np.full((1, 9), 100.0)])
    return {
        "mall-like": case(mall, mall[[3, 33, 77, 133, 181]]),
        "mall-like-10": case(mall, mall[::20]),
        "mall-like-one-cluster": case(mall, mall[:1]),
        "wholesale-like": case(wholesale, wholesale[[0, 100, 200]]),
        "wholesale-like-scaled": case(scaled, scaled[[5, 105, 205, 305]]),
        "offset": case(mall + 1e6, mall[[3, 33, 77, 133, 181]] + 1e6),
        "one-column": case(mall[:, :1], mall[[0, 60, 120], :1]),
        "sample-weight": case(mall, mall[[3, 33, 77, 133, 181]], rng.integers(0, 4, len(mall)).astype(float)),
        "empty-cluster": case(blobs, far),
        "two-empty-clusters": case(blobs, np.vstack([far, np.full((1, 9), -100.0)])),
        "tolerance": case(scaled, scaled[[5, 105, 205, 305]], tol=1e-2),
        "max-iter": case(scaled, scaled[[5, 105, 205, 305]], max_iter=3),
    }


def expected(x, init, sample_weight, tol, max_iter):
    model = KMeans(len(init), init=init, n_init=1, tol=tol, max_iter=max_iter, algorithm="lloyd")
    model.fit(x, sample_weight=sample_weight)
    return {
        "labels": model.labels_.tolist(),
        "centers": model.cluster_centers_.tolist(),
        "inertia": model.inertia_,
        "n_iter": model.n_iter_,
    }


def plain(value):
    return value.tolist() if isinstance(value, np.ndarray) else value


def write_kmeans(directory):
    """Writes one file per case: the input, the initial centres and what scikit-learn makes of them."""
    for name, given in cases().items():
        reference = {key: plain(value) for key, value in given.items()} | {"expected": expected(**given)}
        Path(directory, f"{name}.json").write_text(json.dumps(reference) + "\n")


if __name__ == "__main__":
    write_kmeans(Path(__file__).parent / "kmeans")
