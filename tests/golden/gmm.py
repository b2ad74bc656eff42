"""Gaussian mixtures by scikit-learn, from given weights, means and precisions, so that EM itself is compared.

All data are drawn here.
"""

import json
import warnings
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

SEED = 20240511


def groups(rng, n, d, k, spread):
    """Correlated groups of unequal size and scale."""
    sizes = rng.multinomial(n, np.arange(1, k + 1) / (k * (k + 1) / 2))
    rows = []
    for size in sizes:
        mixing = rng.normal(0, 0.5, (d, d)) + np.diag(rng.uniform(0.3, 1.0, d))
        rows.append(rng.normal(0, spread, d) + rng.normal(0, 1, (size, d)) @ mixing)
    return rng.permutation(np.concatenate(rows))


def start(x, rng, kind, k):
    """Weights, means and covariances around k rows, as the kind wants them."""
    d, variance = x.shape[1], x.var(axis=0)
    weights = rng.dirichlet(np.full(k, 5.0))
    means = x[rng.choice(len(x), k, replace=False)]
    mixing = rng.normal(0, 0.2, (k, d, d)) + np.eye(d)
    matrices = mixing @ mixing.transpose(0, 2, 1) * np.sqrt(np.outer(variance, variance))
    covariances = {
        "full": matrices,
        "tied": matrices[0],
        "diag": variance * rng.uniform(0.3, 1.0, (k, d)),
        "spherical": variance.mean() * rng.uniform(0.3, 1.0, k),
    }[kind]
    precisions = np.linalg.inv(covariances) if kind in ("full", "tied") else 1 / covariances
    return weights, means, covariances, precisions


def mixture(x, rng, kind, k, new_rows, **given):
    weights, means, covariances, precisions = start(x, rng, kind, k)
    model = GaussianMixture(
        k, covariance_type=kind, weights_init=weights, means_init=means, precisions_init=precisions, **given
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        labels = model.fit_predict(x)
    expected = {
        "labels": labels.tolist(),
        "weights": model.weights_.tolist(),
        "means": model.means_.tolist(),
        "covariances": {kind: model.covariances_.tolist()},
        "n_iter": model.n_iter_,
        "converged": model.converged_,
        "lower_bounds": np.array(model.lower_bounds_).tolist(),
        "score": model.score(x),
        "bic": model.bic(x),
        "aic": model.aic(x),
        "score_samples": model.score_samples(new_rows).tolist(),
        "predict_proba": model.predict_proba(new_rows).tolist(),
    }
    begin = {"weights": weights.tolist(), "means": means.tolist(), "covariances": {kind: covariances.tolist()}}
    defaults = {"reg_covar": model.reg_covar, "tol": model.tol, "max_iter": model.max_iter}
    data = {"x": x.tolist(), "new_rows": new_rows.tolist(), "n_components": k, "covariance": kind}
    return data | defaults | {"start": begin, "expected": expected}


def cases():
    rng = np.random.default_rng(SEED)
    kinds = ("full", "tied", "diag", "spherical")
    plain, wide, single = groups(rng, 240, 3, 4, 2.0), groups(rng, 200, 6, 3, 1.0), groups(rng, 120, 1, 2, 3.0)
    scaled = plain * np.array([1.0, 100.0, 0.01])
    found = {f"{kind}-plain": mixture(plain, rng, kind, 4, plain[::6] + 0.3) for kind in kinds}
    found |= {f"{kind}-wide": mixture(wide, rng, kind, 3, wide[::8] * 3.0, tol=1e-6) for kind in kinds}
    found |= {f"{kind}-single": mixture(single, rng, kind, 2, single[::5] + 1.0, tol=1e-5) for kind in kinds}
    # As far from 0 as the reference itself bears without losing the digits that are compared.
    found |= {f"{kind}-offset": mixture(plain + 100.0, rng, kind, 3, plain[::6] + 100.0) for kind in kinds}
    found["full-one"] = mixture(plain, rng, "full", 1, plain[::10])
    found["full-scaled"] = mixture(scaled, rng, "full", 5, scaled[::8], max_iter=30, tol=0.0)
    found["tied-scaled"] = mixture(scaled, rng, "tied", 5, scaled[::8], max_iter=12, reg_covar=1e-3)
    return found


def write_gmm(directory):
    """Writes one file per case: the input, the start, and what the reference makes of them."""
    for name, case in cases().items():
        Path(directory, f"{name}.json").write_text(json.dumps(case) + "\n")


if __name__ == "__main__":
    write_gmm(Path(__file__).parent / "gmm")
