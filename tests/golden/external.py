"""Agreement of two labelings by scikit-learn, which takes noise (-1) as a label of its own.

Purity and the variation of information, which scikit-learn lacks, are written out; labels are matched by
SciPy's linear_sum_assignment.
"""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn import metrics
from sklearn.metrics.cluster import contingency_matrix, entropy, expected_mutual_information, pair_confusion_matrix

SEED = 20240311


def cases():
    rng = np.random.default_rng(SEED)

    def noisy(labels, share):
        """The labels, of which a share is replaced by random ones."""
        return np.where(rng.random(len(labels)) < share, rng.integers(0, labels.max() + 1, len(labels)), labels)

    groups = rng.integers(0, 6, 300)
    skewed = np.minimum(rng.geometric(0.3, 500) - 1, 11)
    many = rng.integers(0, 40, 2000)
    return {
        "alike": (groups, noisy(groups, 0.2)),
        "independent": (rng.integers(0, 4, 250), rng.integers(0, 5, 250)),
        "equal": (groups, (groups + 2) % 6),
        "skewed": (skewed, noisy(skewed, 0.4)),
        "many": (many, noisy(many, 0.3) // 3),
        "coarser": (groups, groups // 2),
        "noise": (np.where(rng.random(300) < 0.15, -1, groups), np.where(rng.random(300) < 0.1, -1, noisy(groups, 0.3))),
        "one-cluster-each": (np.zeros(20, int), np.zeros(20, int)),
        "one-cluster-and-three": (np.zeros(21, int), np.repeat([0, 1, 2], 7)),
        "rows-apart-and-pairs": (np.arange(24), np.repeat(np.arange(12), 2)),
        "rows-apart": (np.arange(10), np.arange(10)[::-1].copy()),
        "one-row": (np.array([0]), np.array([3])),
    }


def scores(first, second):
    table = contingency_matrix(first, second)
    homogeneity, completeness, v_measure = metrics.homogeneity_completeness_v_measure(first, second)
    rows, columns = linear_sum_assignment(table, maximize=True)
    information = metrics.mutual_info_score(first, second)
    return {
        "table": table.tolist(),
        "pair_confusion": pair_confusion_matrix(first, second).tolist(),
        "adjusted_rand_index": metrics.adjusted_rand_score(first, second),
        "adjusted_mutual_information": metrics.adjusted_mutual_info_score(first, second),
        "normalized_mutual_information": metrics.normalized_mutual_info_score(first, second),
        "mutual_information": information,
        "expected_mutual_information": expected_mutual_information(contingency_matrix(first, second, sparse=True), len(first)),
        "homogeneity": homogeneity,
        "completeness": completeness,
        "v_measure": v_measure,
        "fowlkes_mallows_index": metrics.fowlkes_mallows_score(first, second),
        "purity": float(table.max(axis=0).sum() / table.sum()),
        "variation_of_information": entropy(first) + entropy(second) - 2 * information,
        "n_agreeing": int(table[rows, columns].sum()),
    }


def write_external(directory):
    """Writes one JSON file per case into `directory`."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, (first, second) in cases().items():
        case = {"first": first.tolist(), "second": second.tolist(), "expected": scores(first, second)}
        (directory / f"{name}.json").write_text(json.dumps(case) + "\n")


if __name__ == "__main__":
    write_external(Path(__file__).parent / "external")
