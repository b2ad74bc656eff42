"""Principal components by scikit-learn's full singular value decomposition."""

import json
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA

SEED = 20240229


def correlated(rng, n, d, spread):
    """Rows with standard deviations `spread` along random orthogonal directions."""
    directions, _ = np.linalg.qr(rng.standard_normal((d, d)))
    return (rng.standard_normal((n, d)) * spread) @ directions


def cases():
    rng = np.random.default_rng(SEED)
    plain = correlated(rng, 60, 5, [5.0, 3.0, 2.0, 1.0, 0.5])
    constant = plain.copy()
    constant[:, 2] = 0.1
    duplicate = np.column_stack([plain, plain[:, 0]])
    return {
        "plain": (plain, None),
        "count": (plain, 2),
        "fraction": (plain, 0.9),
        "offset": (correlated(rng, 150, 4, [4.0, 2.0, 1.0, 0.25]) + 1e6, None),
        "graded": (correlated(rng, 80, 4, [1e3, 1.0, 1e-1, 1e-2]), None),
        "several-blocks": (np.round(correlated(rng, 500, 3, [9.0, 4.0, 1.0]), 3), None),
        "more-columns-than-rows": (correlated(rng, 6, 9, 1.0 + np.arange(9.0)), None),
        "constant-column": (constant, None),
        "one-column": (plain[:, :1], None),
        "duplicate-column": (duplicate, None),
    }


def expected(x, n_components):
    pca = PCA(n_components=n_components, svd_solver="full").fit(x)
    return {
        "mean": pca.mean_.tolist(),
        "components": pca.components_.tolist(),
        "explained_variance": pca.explained_variance_.tolist(),
        "explained_variance_ratio": pca.explained_variance_ratio_.tolist(),
        "singular_values": pca.singular_values_.tolist(),
        "scores": pca.transform(x[:10]).tolist(),
    }


def write_pca(directory):
    """Writes one JSON file per case into `directory`."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, (x, n_components) in cases().items():
        case = {"x": x.tolist(), "n_components": n_components, "expected": expected(x, n_components)}
        (directory / f"{name}.json").write_text(json.dumps(case) + "\n")


if __name__ == "__main__":
    write_pca(Path(__file__).parent / "pca")
