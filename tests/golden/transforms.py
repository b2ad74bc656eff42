"""Scales, transforms and encodings by scikit-learn and SciPy: fitted on one half of a table, replayed on the other.

Missing numbers are filled with the median of the first half before anything else.
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

SEED = 20250715
HALF = 150
N_LONG = 1300


def table():
    """Shapes that columns have, the second half with values beyond those of the first."""
    rng = np.random.default_rng(SEED)
    n = 2 * HALF
    amounts = np.round(rng.lognormal(3.0, 1.1, n), 2)
    holey = np.round(rng.gamma(1.5, 40.0, n) + 0.5, 3)
    holey[rng.uniform(size=n) < 0.15] = np.nan
    tied = rng.integers(0, 7, n).astype(float)
    tied[rng.uniform(size=n) < 0.05] = np.nan
    zeros = np.where(rng.uniform(size=n) < 0.4, 0.0, np.round(rng.exponential(30.0, n), 1))
    balances = np.round(rng.lognormal(4.0, 1.0, n) - 60.0, 2)
    shares = rng.beta(2.0, 5.0, n)
    for values in [amounts, holey, balances]:
        values[HALF] = 3.0 * np.nanmax(values)
        values[HALF + 1] = 0.5 * np.nanmin(np.abs(values))
    return {"amounts": amounts, "holey": holey, "tied": tied, "zeros": zeros, "balances": balances, "shares": shares}


POSITIVE = ["amounts", "holey", "shares"]


class Ranks:
    """(rank - 1/2) / n, ties sharing the mean; between the values known by interpolation."""

    def fit(self, x):
        order = np.argsort(x[:, 0], kind="stable")
        self.values, first = np.unique(x[order, 0], return_index=True)
        self.places = ((stats.rankdata(x[:, 0]) - 0.5) / len(x))[order][first]
        return self

    def transform(self, x):
        return np.interp(x, self.values, self.places)


class Winsorizer:
    def __init__(self, low, high):
        self.at = [low, high]

    def fit(self, x):
        self.limits = np.quantile(x[:, 0], self.at)
        return self

    def transform(self, x):
        return np.clip(x, *self.limits)


def scalers():
    quantiles = {"n_quantiles": 1000, "subsample": None}
    return {
        "standard": StandardScaler(),
        "robust": RobustScaler(),
        "min-max": MinMaxScaler(),
        "max-abs": MaxAbsScaler(),
        "quantile-uniform": QuantileTransformer(**quantiles),
        "quantile-normal": QuantileTransformer(output_distribution="normal", **quantiles),
        "rank": Ranks(),
        "winsorized": Winsorizer(0.05, 0.9),
        "yeo-johnson": PowerTransformer(),
        "box-cox": PowerTransformer(method="box-cox"),
    }


def scaled(columns):
    """By method and column, the values of both halves, and the lambdas."""
    values, lambdas = {}, {}
    for method, scaler in scalers().items():
        values[method] = {}
        for name, column in columns.items():
            if method == "box-cox" and name not in POSITIVE:
                continue
            x = column.reshape(-1, 1)
            fill = SimpleImputer(strategy="median").fit(x[:HALF])
            x = fill.transform(x)
            values[method][name] = scaler.fit(x[:HALF]).transform(x)[:, 0].tolist()
            if hasattr(scaler, "lambdas_"):
                lambdas.setdefault(method, {})[name] = float(scaler.lambdas_[0])
            if method == "box-cox":
                lambdas[method][name] = float(stats.boxcox(x[:HALF, 0])[1])
    return values, lambdas


def long_column():
    """More rows than quantiles, with ties."""
    rng = np.random.default_rng(SEED + 1)
    x = np.concatenate([np.round(rng.lognormal(2.0, 1.0, N_LONG - 200), 2), np.zeros(200)])
    rng.shuffle(x)
    asked = np.concatenate([x[:60], rng.uniform(-1.0, 1.1 * x.max(), 60), [x.min(), x.max(), x.max() - 5e-8]])
    found = {}
    for distribution in ["uniform", "normal"]:
        scaler = QuantileTransformer(n_quantiles=1000, subsample=None, output_distribution=distribution)
        found[distribution] = scaler.fit(x[:, None]).transform(asked[:, None])[:, 0].tolist()
    return {"fitted": x.tolist(), "asked": asked.tolist(), **found}


def words():
    """Categories, some rare, one of them in the second half only; and sizes with gaps."""
    rng = np.random.default_rng(SEED + 2)
    names = np.array(["north", "south", "east", "west", "centre", "islands", "abroad"])
    region = rng.choice(names, 2 * HALF, p=[0.34, 0.25, 0.17, 0.12, 0.07, 0.03, 0.02]).astype(object)
    region[HALF + 4] = "mars"
    size = rng.choice(np.array(["s", "m", "l"], dtype=object), 2 * HALF)
    size[rng.uniform(size=2 * HALF) < 0.1] = None
    size[:4] = ["s", "m", "l", None]
    return region, size


def one_hot(column, **options):
    encoder = OneHotEncoder(sparse_output=False, handle_unknown="infrequent_if_exist", **options)
    x = column.reshape(-1, 1)
    rows = encoder.fit(x[:HALF]).transform(x)
    names = [str(name)[3:] for name in encoder.get_feature_names_out()]
    return {"names": names, "rows": rows.tolist()}


def ordinal(column, order):
    """Missing cells become the median, as for a number."""
    x = np.where(column == None, np.nan, column).reshape(-1, 1)  # noqa: E711
    encoder = OrdinalEncoder(categories=order)
    codes = encoder.fit(x[:HALF]).transform(x)
    fill = SimpleImputer(strategy="median").fit(codes[:HALF])
    return fill.transform(codes)[:, 0].tolist()


def frequency(column):
    names, counts = np.unique(column[:HALF], return_counts=True)
    shares = dict(zip(names, counts / HALF))
    return [float(shares.get(value, 0.0)) for value in column]


def encoded():
    region, size = words()
    missing = np.where(size == None, np.nan, size).astype(object)  # noqa: E711
    return {
        "region": region.tolist(),
        "size": size.tolist(),
        "one_hot": {
            "plain": one_hot(region),
            "few": one_hot(region, max_categories=4),
            "frequent": one_hot(region, min_frequency=0.1),
            "both": one_hot(region, min_frequency=0.05, max_categories=3),
        },
        "sizes": one_hot(missing)["rows"],
        "ordinal": {
            "sorted": ordinal(size, [np.array(["l", "m", "s", np.nan], dtype=object)]),
            "given": ordinal(size, [np.array(["s", "m", "l", np.nan], dtype=object)]),
        },
        "frequency": frequency(region),
    }


def write_transforms(directory):
    """Writes the columns and what they become."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    columns = table()
    values, lambdas = scaled(columns)
    plain = {name: [None if np.isnan(value) else float(value) for value in x] for name, x in columns.items()}
    subjects = {
        "columns": {"half": HALF, "columns": plain},
        "scaled": {"values": values, "lambdas": lambdas},
        "long": long_column(),
        "encoded": encoded(),
    }
    for name, subject in subjects.items():
        (directory / f"{name}.json").write_text(json.dumps(subject) + "\n")


if __name__ == "__main__":
    write_transforms(Path(__file__).parent / "transforms")
