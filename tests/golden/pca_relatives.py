"""Randomised and incremental principal components by scikit-learn."""

import json
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA, IncrementalPCA

SEED = 20110101


def decaying(rng, n, d, spread):
    """Rows with standard deviations `spread` along random orthogonal directions, to 9 digits."""
    directions, _ = np.linalg.qr(rng.standard_normal((d, d)))
    x = (rng.standard_normal((n, d)) * spread) @ directions
    return np.array([[float(f"{value:.9g}") for value in row] for row in x])


def fitted(pca, x):
    return {
        "mean": pca.mean_.tolist(),
        "components": pca.components_.tolist(),
        "explained_variance": pca.explained_variance_.tolist(),
        "explained_variance_ratio": pca.explained_variance_ratio_.tolist(),
        "singular_values": pca.singular_values_.tolist(),
        "scores": pca.transform(x[:10]).tolist(),
    }


def randomized_case(x, k):
    pca = PCA(n_components=k, svd_solver="randomized", random_state=SEED).fit(x)
    return {"x": x.tolist(), "n_components": k, "expected": fitted(pca, x)}


def incremental_case(x, k, sizes):
    """Batches of the given sizes, or scikit-learn's own of one size."""
    if isinstance(sizes, int):
        pca = IncrementalPCA(n_components=k, batch_size=sizes).fit(x)
        return {"x": x.tolist(), "n_components": k, "batch_size": sizes, "expected": fitted(pca, x)}
    pca = IncrementalPCA(n_components=k)
    for batch in np.split(x, np.cumsum(sizes)[:-1]):
        pca.partial_fit(batch)
    return {"x": x.tolist(), "n_components": k, "batches": sizes, "expected": fitted(pca, x)}


def cases():
    rng = np.random.default_rng(SEED)
    tall = decaying(rng, 150, 40, 100 * 0.6 ** np.arange(40))
    wide = decaying(rng, 30, 80, 50 * 0.5 ** np.arange(80))
    low_rank = decaying(rng, 100, 20, np.where(np.arange(20) < 4, 8.0 / (1 + np.arange(20)), 0.0))
    plain = decaying(rng, 130, 6, [9.0, 5.0, 3.0, 2.0, 1.0, 0.5])
    return {
        "randomized-tall": randomized_case(tall, 5),
        "randomized-wide": randomized_case(wide, 3),
        "randomized-offset": randomized_case(tall[:, :25] + 1e4, 4),
        "randomized-low-rank": randomized_case(low_rank, 3),
        "incremental-even": incremental_case(plain, 3, 30),
        "incremental-last-batch-joined": incremental_case(plain, 5, 42),
        "incremental-uneven": incremental_case(plain, 4, [4, 50, 1, 2, 73]),
        "incremental-offset": incremental_case(plain + 1e4, 2, [40, 90]),
        "incremental-all": incremental_case(plain, 6, [65, 65]),
        "incremental-wide": incremental_case(wide[:, :60], 4, [10, 5, 15]),
    }


def write_pca_relatives(directory):
    """Writes one JSON file per case into `directory`."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, case in cases().items():
        (directory / f"{name}.json").write_text(json.dumps(case) + "\n")


if __name__ == "__main__":
    write_pca_relatives(Path(__file__).parent / "pca_relatives")
