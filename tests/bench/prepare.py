"""Makes one input out of a file: the same rows for the peers (.npy) and for segctl (.parquet).

    python prepare.py SPEC      SPEC is a JSON object

    source       a .npy file; or a table: CSV or Parquet with a header; or blank-separated numbers (.data.gz)
    drop         columns of a table to leave out: ids and classes
    standardise  whether to divide each column by its standard deviation, its mean taken off
    npy          where the rows go as an n x d array
    parquet      where the rows go as columns x0, x1, ...
    start        {k, csv, npy}: k of the rows, drawn with a constant seed, to start k-means from
    labels       {k, csv, npy}: labels by a short k-means, to evaluate

Prints {"n_samples": n, "n_features": d}.
"""

import json
import sys

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

SEED = 20240307


def numbers(table, drop):
    """The numeric columns of a table; missing values become the median of their column."""
    columns = []
    for name, column in zip(table.column_names, table.columns):
        if name in drop or not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
            continue
        values = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
        columns.append(np.where(np.isnan(values), np.nanmedian(values), values))
    if not columns:
        raise SystemExit("no numeric columns")
    return np.column_stack(columns)


def rows(source, drop):
    if source.endswith(".npy"):
        return np.load(source)
    if source.endswith((".data.gz", ".data")):
        return np.loadtxt(source, ndmin=2)
    read = pa.parquet.read_table if source.endswith(".parquet") else pa.csv.read_csv
    return numbers(read(source), drop)


def standardised(x):
    """Constant columns stay constant."""
    scale = x.std(axis=0)
    return (x - x.mean(axis=0)) / np.where(scale > 0, scale, 1)


def names(x):
    return [f"x{j}" for j in range(x.shape[1])]


def write_parquet(path, x):
    table = pa.table({name: np.ascontiguousarray(x[:, j]) for j, name in enumerate(names(x))})
    pa.parquet.write_table(table, path, compression="none", use_dictionary=False)


def write_start(x, k, csv, npy):
    """repr gives every digit that a float has."""
    chosen = np.sort(np.random.default_rng(SEED).choice(len(x), k, replace=False))
    np.save(npy, x[chosen])
    lines = [",".join(names(x))] + [",".join(map(repr, row)) for row in x[chosen].tolist()]
    with open(csv, "w") as file:
        file.write("\n".join(lines) + "\n")


def write_labels(x, k, csv, npy):
    from sklearn.cluster import KMeans

    labels = KMeans(k, n_init=1, max_iter=20, random_state=SEED).fit(x).labels_
    np.save(npy, labels)
    with open(csv, "w") as file:
        file.write("row,segment\n" + "".join(f"{row},{label}\n" for row, label in enumerate(labels)))


def main(spec):
    x = rows(spec["source"], spec.get("drop", []))
    x = np.ascontiguousarray(standardised(x) if spec.get("standardise") else x, dtype=float)
    if spec["npy"] != spec["source"]:
        np.save(spec["npy"], x)
    write_parquet(spec["parquet"], x)
    if "start" in spec:
        write_start(x, **spec["start"])
    if "labels" in spec:
        write_labels(x, **spec["labels"])
    print(json.dumps({"n_samples": x.shape[0], "n_features": x.shape[1]}))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
