"""Imputers, transforms and encoders by scikit-learn and SciPy: fitted on one half of a table, replayed on the other."""

import json
from pathlib import Path

import numpy as np
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.preprocessing import StandardScaler

SEED = 20250411
N_ROWS = 240
NAMES = ["income", "spent", "visits", "age", "score"]


def table():
    """Correlated numbers of unlike sizes with gaps; `age` has gaps in the second half only, and one row has nothing."""
    rng = np.random.default_rng(SEED)
    income = rng.lognormal(10.0, 0.6, N_ROWS)
    spent = income * rng.uniform(0.05, 0.4, N_ROWS)
    visits = np.round(spent / 900.0 + rng.gamma(2.0, 3.0, N_ROWS), 3)
    age = 20.0 + 50.0 * rng.beta(2.0, 3.0, N_ROWS)
    score = 0.3 * np.log(income) - 0.02 * age + rng.normal(0.0, 0.3, N_ROWS)
    x = np.column_stack([income, spent, visits, age, score])
    for j, share in enumerate([0.05, 0.2, 0.12, 0.0, 0.3]):
        x[rng.uniform(size=N_ROWS) < share, j] = np.nan
    x[N_ROWS // 2 + 3 :: 17, 3] = np.nan
    x[11] = np.nan
    x[11, 3] = 44.0
    x[N_ROWS // 2 + 5] = np.nan
    return x


def plain(values):
    """Rows with None for NaN."""
    return [[None if np.isnan(value) else float(value) for value in row] for row in values]


class Standardised:
    """Imputes in standard deviations, and gives the original units back."""

    def __init__(self, imputer):
        self.scaler, self.imputer = StandardScaler(), imputer

    def fit(self, x):
        self.imputer.fit(self.scaler.fit_transform(x))
        return self

    def transform(self, x):
        return self.scaler.inverse_transform(self.imputer.transform(self.scaler.transform(x)))


def imputers():
    return {
        "mean": SimpleImputer(),
        "median": SimpleImputer(strategy="median"),
        "most-frequent": SimpleImputer(strategy="most_frequent"),
        "constant": SimpleImputer(strategy="constant", fill_value=-7.5),
        "knn": KNNImputer(n_neighbors=5),
        "knn-1": KNNImputer(n_neighbors=1),
        "knn-standardised": Standardised(KNNImputer(n_neighbors=3)),
        "iterative": IterativeImputer(random_state=0),
    }


def write_imputers(directory):
    """Writes the table, and what each imputer fitted on its first half makes of all of it."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    x = table()
    half = N_ROWS // 2
    filled = {name: plain(imputer.fit(x[:half]).transform(x)) for name, imputer in imputers().items()}
    # Numbers of one size, among which the regressions take several rounds.
    logs = np.log(np.abs(x))
    iterative = IterativeImputer(random_state=0).fit(logs[:half])
    filled["iterative-logs"] = plain(iterative.transform(logs))
    described = {"names": NAMES, "half": half, "rows": plain(x), "logs": plain(logs), "rounds": iterative.n_iter_}
    subjects = {"table": described, "filled": filled}
    for name, subject in subjects.items():
        (directory / f"{name}.json").write_text(json.dumps(subject) + "\n")


if __name__ == "__main__":
    write_imputers(Path(__file__).parent / "imputers")
