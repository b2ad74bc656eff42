"""Exploratory analysis by pandas and SciPy: moments, quantiles, value counts, associations and missingness."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

SEED = 20240817
N_ROWS = 150
QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
NUMBERS = ["amount", "holey", "tied", "signed"]
WORDS = ["region", "plan", "code"]


def frame():
    """Numbers with ties and holes, words with a dependence on one of the numbers, and codes."""
    rng = np.random.default_rng(SEED)
    amount = np.round(rng.lognormal(3.0, 1.0, N_ROWS), 2)
    holey = np.round(amount * rng.uniform(0.5, 2.0, N_ROWS), 2)
    holey[rng.choice(N_ROWS, 20, replace=False)] = np.nan
    tied = rng.integers(0, 5, N_ROWS).astype(float)
    tied[rng.choice(N_ROWS, 12, replace=False)] = np.nan
    tied[np.isnan(holey)] = np.where(rng.random(20) < 0.5, np.nan, tied[np.isnan(holey)])
    signed = np.round(rng.standard_normal(N_ROWS) * 10, 1)
    region = rng.choice(["north", "south", "east", "west"], N_ROWS, p=[0.5, 0.3, 0.15, 0.05]).astype(object)
    region[rng.choice(N_ROWS, 7, replace=False)] = None
    plan = np.where(amount > np.median(amount), "gold", rng.choice(["gold", "basic", "none"], N_ROWS))
    code = np.where(region == "north", rng.integers(1, 3, N_ROWS), rng.integers(1, 5, N_ROWS)).astype(float)
    return pd.DataFrame(
        {
            "amount": amount,
            "holey": holey,
            "tied": tied,
            "signed": signed,
            "region": region,
            "plan": plan,
            "code": code,
        }
    )


def plain(value):
    """None for NaN, lists for arrays."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    return None if value is None or (isinstance(value, float) and np.isnan(value)) else value


def numbers(series):
    return {
        "mean": series.mean(),
        "std": series.std(),
        "skewness": series.skew(),
        "kurtosis": series.kurt(),
        "min": series.min(),
        "max": series.max(),
        "quantiles": series.quantile(QUANTILES).tolist(),
        "zeros": int((series == 0).sum()),
        "negatives": int((series < 0).sum()),
        "distinct": int(series.nunique()),
    }


def spearman(x, y):
    both = x.notna() & y.notna()
    return float(stats.spearmanr(x[both], y[both]).statistic)


def cramers_v(x, y):
    """Bergsma (2013), "A bias-correction for Cramer's V and Tschuprow's T"."""
    table = pd.crosstab(x, y).to_numpy()
    n, (r, c) = table.sum(), table.shape
    phi2 = stats.chi2_contingency(table, correction=False).statistic / n
    corrected = max(0.0, phi2 - (r - 1) * (c - 1) / (n - 1))
    rows, columns = r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1)
    return float(np.sqrt(corrected / min(rows - 1, columns - 1)))


def eta(groups, values):
    both = groups.notna() & values.notna()
    groups, values = groups[both], values[both]
    means = values.groupby(groups).transform("mean")
    return float(np.sqrt(((means - values.mean()) ** 2).sum() / ((values - values.mean()) ** 2).sum()))


def patterns(data):
    missing = data.isna()
    names = missing.apply(lambda row: ",".join(missing.columns[row]), axis=1)
    return {name: int(count) for name, count in names.value_counts().items() if name}


def write_eda(directory):
    """Writes one JSON file with the table and what is known of it."""
    data = frame()
    holes = [name for name in data if data[name].isna().any()]
    pairs = lambda names, of: {f"{x},{y}": of(data[x], data[y]) for x in names for y in names if x < y}
    subject = {
        "columns": {name: data[name].tolist() for name in data},
        "numbers": {name: numbers(data[name]) for name in NUMBERS},
        "counts": {name: {str(k): int(v) for k, v in data[name].value_counts().items()} for name in WORDS[:2]},
        "pearson": pairs(NUMBERS, lambda x, y: float(x.corr(y))),
        "spearman": pairs(NUMBERS, spearman),
        "cramers_v": pairs(WORDS, cramers_v),
        "eta": {f"{g},{x}": eta(data[g], data[x]) for g in WORDS for x in NUMBERS},
        "patterns": patterns(data),
        "missing": {f"{x},{y}": float(data[x].isna().corr(data[y].isna())) for x in holes for y in holes if x < y},
    }
    (Path(directory) / "eda.json").write_text(json.dumps(plain(subject)) + "\n")


if __name__ == "__main__":
    write_eda(Path(__file__).parent / "eda")
