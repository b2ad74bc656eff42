"""Scaling and power transforms by scikit-learn, sample statistics by pandas, histograms by NumPy."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, PowerTransformer, RobustScaler, StandardScaler

SEED = 20240613
N_ROWS = 80
MAX_BINS = 100
QUANTILES = [0.0, 0.01, 0.25, 1 / 3, 0.5, 0.75, 0.9, 0.99, 1.0]


def columns():
    """Shapes that columns have; `holey` and `tied` have missing cells, each in other rows."""
    rng = np.random.default_rng(SEED)
    amounts = np.round(rng.lognormal(3.0, 1.2, N_ROWS), 2)
    holey = np.round(amounts * rng.uniform(0.5, 2.0, N_ROWS), 2)
    holey[rng.choice(N_ROWS, 9, replace=False)] = np.nan
    tied = rng.integers(0, 6, N_ROWS).astype(float)
    tied[rng.choice(N_ROWS, 5, replace=False)] = np.nan
    balances = np.round(rng.lognormal(4.0, 1.0, N_ROWS) - 60.0, 2)
    return pd.DataFrame(
        {
            "normal": rng.standard_normal(N_ROWS) * 3.0 + 1e4,
            "amounts": amounts,
            "holey": holey,
            "tied": tied,
            "balances": balances,
            "mirrored": -balances,
        }
    )


def plain(values):
    """Nested lists with None for NaN."""
    if isinstance(values, (list, tuple)):
        return [plain(value) for value in values]
    return None if isinstance(values, float) and np.isnan(values) else values


def by_column(frame, values):
    return {name: plain(np.asarray(values)[:, j].tolist()) for j, name in enumerate(frame)}


def scaled(frame):
    scalers = {
        "standard": StandardScaler(),
        "robust": RobustScaler(),
        "min-max": MinMaxScaler(),
        "max-abs": MaxAbsScaler(),
    }
    return {name: by_column(frame, scaler.fit_transform(frame.to_numpy())) for name, scaler in scalers.items()}


def powers(frame):
    transformer = PowerTransformer(method="yeo-johnson", standardize=True)
    values = transformer.fit_transform(frame.to_numpy())
    return {"lambda": dict(zip(frame, transformer.lambdas_.tolist())), "values": by_column(frame, values)}


def statistics(series):
    there = series.dropna().to_numpy()
    n_bins = min(len(np.histogram_bin_edges(there, bins="fd")) - 1, MAX_BINS)
    counts, edges = np.histogram(there, bins=n_bins)
    return {
        "n": int(series.count()),
        "mean": series.mean(),
        "std": series.std(),
        "skewness": series.skew(),
        "kurtosis": series.kurt(),
        "quantiles": np.quantile(there, QUANTILES).tolist(),
        "edges": edges.tolist(),
        "counts": counts.tolist(),
    }


def write_preprocessing(directory):
    """Writes one JSON file per subject into `directory`."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    frame = columns()
    subjects = {
        "columns": by_column(frame, frame),
        "scaled": scaled(frame),
        "powers": powers(frame),
        "statistics": {name: statistics(frame[name]) for name in frame},
        "correlations": {method: plain(frame.corr(method).to_numpy().tolist()) for method in ["pearson", "spearman"]},
    }
    for name, subject in subjects.items():
        (directory / f"{name}.json").write_text(json.dumps(subject) + "\n")


if __name__ == "__main__":
    write_preprocessing(Path(__file__).parent / "preprocessing")
