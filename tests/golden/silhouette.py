"""Silhouettes of every row by scikit-learn, from SciPy's distances.

Left to itself, scikit-learn takes distances as |x|^2 - 2xy + |y|^2, which far from the origin costs
half the digits; SciPy sums squared differences.
"""

import json
from pathlib import Path

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.metrics import silhouette_samples

SEED = 20240301


def blobs(rng, sizes, d, distance):
    """Normal groups of the given sizes around random centres, and their labels."""
    labels = np.repeat(np.arange(len(sizes)), sizes)
    centres = rng.standard_normal((len(sizes), d)) * distance
    return centres[labels] + rng.standard_normal((len(labels), d)), labels


def cases():
    rng = np.random.default_rng(SEED)
    clear, clear_labels = blobs(rng, [40, 25, 35], 4, 6.0)
    overlapping, overlapping_labels = blobs(rng, [30, 5, 44, 1, 20], 7, 1.0)
    noisy_labels = np.where(rng.random(100) < 0.2, -1, clear_labels)
    ties = np.repeat([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], 4, axis=0)
    cases = {
        "clear": (clear, [clear_labels, rng.integers(0, 2, 100), rng.integers(0, 9, 100)]),
        "overlapping-with-singleton": (overlapping, [overlapping_labels]),
        "noise": (clear, [noisy_labels]),
        "offset": (clear + 1e6, [clear_labels]),
        "one-column": (clear[:, :1], [clear_labels]),
        "duplicates": (ties, [np.repeat([0, 1, 2], 4), np.tile([0, 1], 6)]),
        "two-clusters-of-three-rows": (clear[:3], [np.array([0, 1, 1])]),
    }
    # Drawn last: a new case changes no other.
    many, many_labels = blobs(rng, [300, 270, 130], 5, 2.0)
    return cases | {"several-segments": (np.round(many, 3), [many_labels])}


def silhouettes(x, labels):
    """One value per row; None for noise, which scikit-learn must not see."""
    used = labels >= 0
    values = np.full(len(labels), None)
    distances = cdist(x[used], x[used])
    values[used] = silhouette_samples(distances, labels[used], metric="precomputed")
    return values.tolist()


def write_silhouette(directory):
    """Writes one JSON file per case into `directory`."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, (x, labelings) in cases().items():
        case = {
            "x": x.tolist(),
            "labelings": [
                {"labels": labels.tolist(), "samples": silhouettes(x, labels)} for labels in labelings
            ],
        }
        (directory / f"{name}.json").write_text(json.dumps(case) + "\n")


if __name__ == "__main__":
    write_silhouette(Path(__file__).parent / "silhouette")
