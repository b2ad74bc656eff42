"""Factor analysis of mixed data and multiple correspondence analysis by prince, by its exact solver."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import prince

SEED = 20040401


def customers(rng, n, n_numeric, n_levels):
    """Correlated numeric columns and, drawn to depend on them, categorical ones with the levels a, b, ..."""
    latent = rng.standard_normal((n, 2))
    loadings = rng.standard_normal((2, n_numeric))
    scale = 10.0 ** rng.integers(-2, 4, n_numeric)
    numeric = np.round((latent @ loadings + 0.7 * rng.standard_normal((n, n_numeric))) * scale + 5 * scale, 6)
    codes = np.empty((n, len(n_levels)), dtype=int)
    for k, levels in enumerate(n_levels):
        utility = latent[:, [k % 2]] * rng.standard_normal(levels) + rng.gumbel(size=(n, levels))
        codes[:, k] = np.argmax(utility, axis=1)
        codes[:levels, k] = np.arange(levels)  # Every level occurs.
    return numeric, codes


def frame(numeric, codes):
    columns = {f"x{j}": numeric[:, j] for j in range(numeric.shape[1])}
    columns |= {f"c{k}": [chr(ord("a") + code) for code in codes[:, k]] for k in range(codes.shape[1])}
    return pd.DataFrame(columns)


def numbers(values):
    return np.asarray(values, dtype=float).tolist()


def distinct(eigenvalues):
    """The components whose eigenvalue is close to no other: the vectors of the others are arbitrary."""
    gaps = np.abs(np.subtract.outer(eigenvalues, eigenvalues)) + np.eye(len(eigenvalues))
    return np.flatnonzero(gaps.min(axis=0) > 1e-4)


def oriented(eigenvalues, scores, signed, unsigned):
    """The columns of distinct components, the score of largest magnitude positive in each."""
    kept = distinct(eigenvalues)
    scores = np.asarray(scores)[:, kept]
    signs = np.sign(scores[np.abs(scores).argmax(axis=0), np.arange(len(kept))])
    expected = {"distinct": kept.tolist(), "scores": numbers(scores * signs)}
    expected |= {name: numbers(np.asarray(values)[:, kept] * signs) for name, values in signed.items()}
    return expected | {name: numbers(np.asarray(values)[:, kept]) for name, values in unsigned.items()}


def famd_case(numeric, codes, n_levels):
    table = frame(numeric, codes)
    rank = numeric.shape[1] + sum(n_levels) - len(n_levels)
    famd = prince.FAMD(n_components=rank, engine="scipy").fit(table)
    order = list(famd.num_scaler_.feature_names_in_) + list(famd.one_hot_columns_)
    expected = {
        "eigenvalues": numbers(famd.eigenvalues_),
        "explained_ratio": numbers(famd.percentage_of_variance_ / 100),
    } | oriented(
        famd.eigenvalues_,
        famd.row_coordinates(table),
        {"column_coordinates": famd.column_coordinates_.loc[order]},
        {
            "contributions": famd.column_contributions_.loc[order],
            "variable_coordinates": famd.variable_coordinates_,
        },
    )
    return {"x": numeric.tolist(), "codes": codes.T.tolist(), "n_levels": n_levels, "expected": expected}


def mca_case(codes, n_levels):
    table = frame(np.empty((len(codes), 0)), codes)
    rank = sum(n_levels) - len(n_levels)

    def fit(correction=None):
        return prince.MCA(n_components=rank, engine="scipy", correction=correction).fit(table)

    mca = fit()
    # The level of a constant column is at no distance, by which prince divides rounding.
    constant = np.repeat(n_levels, n_levels) == 1
    cosines = np.where(constant[:, None], 0.0, mca.column_cosine_similarities(table))
    expected = {
        "eigenvalues": numbers(mca.eigenvalues_),
        "explained_ratio": numbers(mca.percentage_of_variance_ / 100),
    } | oriented(
        mca.eigenvalues_,
        mca.row_coordinates(table),
        {"column_coordinates": mca.column_coordinates(table)},
        {
            "row_squared_cosines": mca.row_cosine_similarities(table),
            "contributions": mca.column_contributions_,
            "column_squared_cosines": cosines,
        },
    )
    if len(n_levels) > 1:
        for correction in ("benzecri", "greenacre"):
            corrected = fit(correction)
            expected[correction] = numbers(corrected.eigenvalues_)
            expected[f"{correction}_ratio"] = numbers(corrected.percentage_of_variance_ / 100)
    return {"codes": codes.T.tolist(), "n_levels": n_levels, "expected": expected}


def cases():
    rng = np.random.default_rng(SEED)
    numeric, codes = customers(rng, 120, 4, [2, 3, 5])
    wide, wide_codes = customers(rng, 20, 8, [4, 6, 7])
    _, many = customers(rng, 150, 1, [2, 3, 4, 2, 5])
    rare = codes.copy()
    rare[rare[:, 2] == 4, 2] = 0
    rare[7, 2] = 4
    constant = np.column_stack([many[:, :3], np.zeros(len(many), dtype=int)])
    return {
        "famd-mixed": famd_case(numeric, codes, [2, 3, 5]),
        "famd-rare": famd_case(numeric, rare, [2, 3, 5]),
        "famd-one-of-each": famd_case(numeric[:, :1], codes[:, 2:], [5]),
        "famd-offset": famd_case(numeric + 1e6 * numeric.std(axis=0), codes, [2, 3, 5]),
        "famd-few-rows": famd_case(wide[:, :3], wide_codes[:, :1], [4]),
        "mca-five": mca_case(many, [2, 3, 4, 2, 5]),
        "mca-rare": mca_case(rare, [2, 3, 5]),
        "mca-one": mca_case(codes[:, 2:], [5]),
        "mca-constant": mca_case(constant, [2, 3, 4, 1]),
    }


def write_factors(directory):
    """Writes one JSON file per case into `directory`."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, case in cases().items():
        (directory / f"{name}.json").write_text(json.dumps(case) + "\n")


if __name__ == "__main__":
    write_factors(Path(__file__).parent / "factors")
