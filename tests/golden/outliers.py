"""Outliers that are whole rows, by scikit-learn: Mahalanobis distances and isolation forests."""

import json
from pathlib import Path

import numpy as np
from scipy.stats import chi2
from sklearn.covariance import EmpiricalCovariance
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._iforest import _average_path_length
from sklearn.metrics import roc_auc_score

SEED = 20250602
N_ROWS = 400
N_PLANTED = 20
N_FORESTS = 30


def table():
    """Three correlated columns; the last rows are planted outliers."""
    rng = np.random.default_rng(SEED)
    mixing = np.array([[1.0, 0.6, -0.3], [0.0, 0.8, 0.5], [0.0, 0.0, 0.4]])
    x = rng.standard_normal((N_ROWS, 3)) @ mixing
    away = rng.standard_normal((N_PLANTED, 3))
    x[-N_PLANTED:] = 4.5 * away / np.linalg.norm(away, axis=1, keepdims=True) * rng.uniform(0.8, 1.4, (N_PLANTED, 1))
    return x * np.array([1.0, 8.0, 0.5]) + np.array([5.0, -300.0, 1.0])


def forests(x, planted):
    """The scores of several forests, whose mean and spread tell what any one should come to."""
    fitted = [IsolationForest(contamination="auto", random_state=seed).fit(x) for seed in range(N_FORESTS)]
    scores = np.array([-forest.score_samples(x) for forest in fitted])
    return {
        "mean": scores.mean(axis=0).tolist(),
        "std": scores.std(axis=0, ddof=1).tolist(),
        "auc": [float(roc_auc_score(planted, score)) for score in scores],
        "n_flagged": [int((forest.predict(x) == -1).sum()) for forest in fitted],
    }


def write_outliers(directory):
    """Writes the table and what scikit-learn finds in it."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    x = table()
    planted = np.arange(N_ROWS) >= N_ROWS - N_PLANTED
    half = N_ROWS // 2
    sizes = [1, 2, 3, 10, 100, 256, 4096]
    subject = {
        "rows": x.tolist(),
        "half": half,
        "planted": N_PLANTED,
        "squared": EmpiricalCovariance().fit(x[:half]).mahalanobis(x).tolist(),
        "limits": {str(q): [float(chi2.ppf(q, d)) for d in [1, 2, 3, 17, 200]] for q in [0.5, 0.975, 0.999]},
        "path_lengths": {"n": sizes, "c": _average_path_length(np.array(sizes)).tolist()},
        "forest": forests(x, planted),
    }
    (directory / "outliers.json").write_text(json.dumps(subject) + "\n")


if __name__ == "__main__":
    write_outliers(Path(__file__).parent / "outliers")
