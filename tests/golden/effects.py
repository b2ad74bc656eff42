"""Effect sizes per feature: F, H, Cramer's V, their p-values and their adjustment by SciPy.

Eta squared, omega squared, epsilon squared, the standardised mean difference and the bias-corrected V, which SciPy
lacks, are written out. `tails` are probabilities alone, for degrees of freedom that need many rows.
"""

import json
from pathlib import Path

import numpy as np
from scipy import stats
from scipy.stats.contingency import association, crosstab

SEED = 20240313


def cases():
    rng = np.random.default_rng(SEED)
    labels = rng.integers(0, 4, 150)
    normal = rng.standard_normal((150, 4)) + np.outer(labels, [0.0, 0.2, 1.0, 5.0])
    tied = np.round(np.exp(normal))
    uneven = np.repeat([0, 1, 2], [2, 90, 28])
    return {
        "normal": (normal, labels),
        "tied": (tied, labels),
        "noise": (normal, np.where(rng.random(150) < 0.2, -1, labels)),
        "uneven": (rng.gamma(2.0, size=(120, 3)) + uneven[:, None] * [0, 0.5, 3], uneven),
        "offset": (normal + 1e6, labels),
    }


def numeric(values, labels):
    groups = [values[labels == c] for c in range(labels.max() + 1)]
    n, k = len(values), len(groups)
    within = sum(((g - g.mean()) ** 2).sum() for g in groups)
    between = sum(len(g) * (g.mean() - values.mean()) ** 2 for g in groups)
    mean_within = within / (n - k)
    f, h = stats.f_oneway(*groups), stats.kruskal(*groups)

    def difference(c):
        own, rest = groups[c], values[labels != c]
        pooled = np.sqrt((len(own) * own.var() + len(rest) * rest.var()) / (n - 2))
        return (own.mean() - rest.mean()) / pooled

    return {
        "f": f.statistic,
        "p_of_f": f.pvalue,
        "h": h.statistic,
        "p_of_h": h.pvalue,
        "eta_squared": between / (between + within),
        "omega_squared": (between - (k - 1) * mean_within) / (between + within + mean_within),
        "epsilon_squared": h.statistic * (n + 1) / (n**2 - 1),
        "differences": [difference(c) for c in range(k)],
    }


def categorical(codes, labels):
    table = crosstab(codes, labels).count
    n, (r, k) = table.sum(), table.shape
    test = stats.chi2_contingency(table, correction=False)
    bias = (r - 1) * (k - 1) / (n - 1)
    most = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    return {
        "codes": codes.tolist(),
        "labels": labels.tolist(),
        "chi_squared": test.statistic,
        "p": test.pvalue,
        "cramers_v": association(table, method="cramer"),
        "cramers_v_corrected": float(np.sqrt(max(0.0, test.statistic / n - bias) / most)),
    }


def write_effects(directory):
    """Writes one JSON file per kind of effect into `directory`."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for name, (x, labels) in cases().items():
        used = labels >= 0
        effects = [numeric(column[used], labels[used]) for column in x.T]
        case = {"x": x.tolist(), "labels": labels.tolist(), "effects": effects}
        (directory / f"{name}.json").write_text(json.dumps(case) + "\n")

    rng = np.random.default_rng(SEED + 1)
    labels = rng.integers(0, 5, 300)
    features = [rng.integers(0, 3, 300), labels // 2 * 7, np.where(rng.random(300) < 0.3, labels, 9), rng.geometric(0.2, 300)]
    tables = [categorical(codes, labels) for codes in features]
    (directory / "categorical.json").write_text(json.dumps(tables) + "\n")

    of_f = [(f, a, b) for f in [0.01, 0.9, 1.0, 1.1, 3.0, 40.0] for a in [1, 4, 60] for b in [1, 50, 5_000, 2_000_000]]
    of_chi = [(x * df, df) for x in [0.1, 0.9, 1.0, 1.1, 2.0, 6.0] for df in [1, 3, 40, 900]]
    tails = {
        "f": [[f, a, b, stats.f.sf(f, a, b)] for f, a, b in of_f],
        "chi_squared": [[x, df, stats.chi2.sf(x, df)] for x, df in of_chi],
    }
    (directory / "tails.json").write_text(json.dumps(tails) + "\n")

    p = [rng.random(1), rng.random(40) ** 3, np.round(rng.random(60), 1), np.array([0.0, 1.0, 1.0, 0.0, 0.5])]
    adjusted = [{"p": values.tolist(), "adjusted": stats.false_discovery_control(values).tolist()} for values in p]
    (directory / "adjusted.json").write_text(json.dumps(adjusted) + "\n")


if __name__ == "__main__":
    write_effects(Path(__file__).parent / "effects")
