"""How each peer does each piece of work.

A task is a pair of functions: `prepare(x, spec)` gives the work to be timed, without arguments;
`finish(x, spec, result)` turns what the work returned into the numbers and arrays to compare. `x` is an array, or the
path of a table that the work reads itself.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass
class Peer:
    packages: list
    tasks: dict


def load(name):
    """The peer, imported; ImportError where it is not installed."""
    return PEERS[name]()


def inertia(x, labels):
    """The sum of squared distances to the means of the labels: the same yardstick for everybody."""
    sums = np.zeros((labels.max() + 1, x.shape[1]))
    for j in range(x.shape[1]):
        sums[:, j] = np.bincount(labels, x[:, j], minlength=len(sums))
    means = sums / np.maximum(np.bincount(labels), 1)[:, None]
    return float(((x - means[labels]) ** 2).sum())


def scikit_learn():
    import sklearn

    return sklearn_tasks(["scikit-learn", "scipy", "numpy"])


def intelex():
    """scikit-learn, patched: only in the process that asks for it."""
    from sklearnex import patch_sklearn

    patch_sklearn(verbose=False)
    return sklearn_tasks(["scikit-learn-intelex", "scikit-learn"])


def sklearn_tasks(packages):
    from sklearn.cluster import DBSCAN, AgglomerativeClustering, KMeans
    from sklearn.decomposition import PCA
    from sklearn.metrics import pairwise_distances_argmin, silhouette_score
    from sklearn.mixture import GaussianMixture

    def kmeans(x, spec):
        start = np.load(spec["start"])
        model = KMeans(spec["k"], init=start, n_init=1, tol=0, max_iter=spec["max_iter"], algorithm="lloyd")
        return lambda: model.fit(x)

    def restarts(x, spec):
        # Every run from other random numbers: a median over runs is one over luck, too.
        seeds = iter(range(1 << 20))
        return lambda: KMeans(spec["k"], n_init=spec["restarts"], random_state=next(seeds)).fit(x)

    def agglomerative(x, spec):
        return lambda: AgglomerativeClustering(spec["k"], linkage=spec["method"], compute_distances=True).fit(x)

    def silhouette(x, spec):
        labels = np.load(spec["labels"])
        return lambda: silhouette_score(x, labels)

    def pca(x, spec):
        return lambda: PCA(spec["n_components"]).fit(x)

    def dbscan(x, spec):
        return lambda: DBSCAN(eps=spec["eps"], min_samples=spec["min_samples"]).fit(x)

    class PinnedMixture(GaussianMixture):
        """Starts from rows that are wholly in the component of their nearest start."""

        def _initialize_parameters(self, x, random_state):
            self._initialize(x, np.eye(self.n_components)[self.nearest])

    def gmm(x, spec):
        model = PinnedMixture(spec["k"])
        model.nearest = pairwise_distances_argmin(x, np.load(spec["start"]))
        return lambda: model.fit(x)

    def gmm_answer(x, spec, model):
        return {"log_likelihood": float(model.score(x)), "n_iter": int(model.n_iter_), "labels": model.predict(x)}

    return Peer(packages, {
        "dbscan": (dbscan, lambda x, spec, m: {"labels": m.labels_}),
        "gmm": (gmm, gmm_answer),
        "kmeans": (kmeans, kmeans_answer),
        "restarts": (restarts, kmeans_answer),
        "linkage": (agglomerative, lambda x, spec, m: {"labels": m.labels_, "heights": np.sort(m.distances_)}),
        "silhouette": (silhouette, lambda x, spec, value: {"silhouette": float(value)}),
        "pca": (pca, lambda x, spec, m: {"explained_variance": m.explained_variance_}),
    })


def kmeans_answer(x, spec, model):
    labels = np.asarray(model.labels_)
    return {"inertia": inertia(x, labels), "n_iter": int(model.n_iter_), "labels": labels}


def faiss():
    """In single precision, for as many iterations as segctl took: it has no criterion to stop by."""
    import faiss as library

    def kmeans(x, spec):
        start, single = np.load(spec["start"]).astype("float32"), x.astype("float32")

        def work():
            # No row is left out: by default it takes 256 for each cluster.
            model = library.Kmeans(x.shape[1], spec["k"], niter=spec["n_iter"], max_points_per_centroid=len(x))
            model.train(single, init_centroids=start)
            return model

        return work

    def answer(x, spec, model):
        return {"n_iter": spec["n_iter"], "inertia": float(model.obj[-1])}

    return Peer(["faiss-cpu"], {"kmeans": (kmeans, answer)})


def bkmeans():
    import bkmeans as library

    def restarts(x, spec):
        seeds = iter(range(1 << 20))
        return lambda: library.BKMeans(n_clusters=spec["k"], random_state=next(seeds)).fit(x)

    return Peer(["bkmeans"], {"restarts": (restarts, kmeans_answer)})


def fastcluster(function):
    import fastcluster as library

    def linkage(x, spec):
        run = getattr(library, function)
        return lambda: run(x, spec["method"])

    return Peer(["fastcluster"], {"linkage": (linkage, tree_answer)})


def tree_answer(x, spec, tree):
    from scipy.cluster.hierarchy import fcluster

    labels = fcluster(tree, spec["k"], "maxclust").astype(int) - 1
    return {"labels": labels, "heights": np.ascontiguousarray(tree[:, 2])}


def wang_dbscan():
    """The parallel DBSCAN of Wang, Gu and Shun."""
    import dbscan as library

    def work(x, spec):
        return lambda: library.DBSCAN(x, eps=spec["eps"], min_samples=spec["min_samples"])

    return Peer(["dbscan"], {"dbscan": (work, lambda x, spec, found: {"labels": np.asarray(found[0], dtype=int)})})


def hdbscan(module, package):
    """Its min_samples does not count the row itself."""
    import importlib

    library = importlib.import_module(module)

    def work(x, spec):
        size = spec["min_cluster_size"]
        return lambda: library.HDBSCAN(min_cluster_size=size, min_samples=size - 1).fit(x)

    return Peer([package], {"hdbscan": (work, lambda x, spec, m: {"labels": np.asarray(m.labels_, dtype=int)})})


def kmedoids():
    """From one random start, with the distances that it needs."""
    import kmedoids as library
    from scipy.spatial.distance import cdist

    def medoids(x, spec):
        seeds = iter(range(1 << 20))
        return lambda: library.fasterpam(cdist(x, x), spec["k"], max_iter=1000, init="random", random_state=next(seeds))

    return Peer(["kmedoids"], {"medoids": (medoids, lambda x, spec, m: {"inertia": float(m.loss)})})


def quantization_error(x, weights):
    """The mean distance to the nearest unit, in double precision: the same yardstick for everybody."""
    weights = np.asarray(weights, dtype=float).reshape(-1, x.shape[1])
    squares = (weights**2).sum(1)
    nearest = np.concatenate([(squares - 2 * x[i : i + 5000] @ weights.T).argmin(1) for i in range(0, len(x), 5000)])
    return float(np.sqrt(((x - weights[nearest]) ** 2).sum(1)).mean())


def minisom():
    from minisom import MiniSom

    def started(x, spec):
        side, d = spec["side"], x.shape[1]
        model = MiniSom(side, side, d, sigma=spec["radius"], learning_rate=spec["rate"])
        model._weights = np.load(spec["start"]).reshape(side, side, d).copy()
        return model

    def online(x, spec):
        def work():
            model = started(x, spec)
            model.train(x, spec["epochs"] * len(x))
            return model

        return work

    def batch(x, spec):
        def work():
            model = started(x, spec)
            model.train_batch_offline(x, spec["epochs"])
            return model

        return work

    return Peer(["minisom", "numpy"], {
        "som-online": (online, lambda x, spec, m: {"weights": m._weights.ravel()}),
        "som-batch": (batch, lambda x, spec, m: {"inertia": quantization_error(x, m._weights)}),
    })


def somoclu():
    """In single precision."""
    import somoclu as library

    def batch(x, spec):
        single, start = x.astype("float32"), np.load(spec["start"]).astype("float32")

        def work():
            model = library.Somoclu(spec["side"], spec["side"], initialcodebook=start.copy(), verbose=0)
            model.train(single, epochs=spec["epochs"])
            return model

        return work

    return Peer(["somoclu"], {
        "som-batch": (batch, lambda x, spec, m: {"inertia": quantization_error(x, m.codebook)}),
    })


def ydata_profiling(minimal):
    """Reads, profiles and writes the page, as its command line does; minimal leaves out all pairs of columns."""
    import pandas as pd
    from ydata_profiling import ProfileReport

    def explore(path, spec):
        page = Path(spec["out"], "ydata.html")

        def work():
            report = ProfileReport(pd.read_csv(path), minimal=minimal, progress_bar=False)
            report.to_file(page, silent=True)
            return report.get_description().variables, page.stat().st_size

        return work

    def answer(path, spec, result):
        variables, page_bytes = result
        keys = ["mean", "std", "50%", "n_missing", "n_distinct"]
        numeric = {name: found for name, found in variables.items() if found["type"] == "Numeric"}
        columns = {name: [float(found[key]) for key in keys] for name, found in numeric.items()}
        return {"columns": columns, "page_bytes": page_bytes}

    return Peer(["ydata-profiling", "pandas", "numpy"], {"explore": (explore, answer)})


def pandas():
    """What an analyst's notebook asks for first, without a picture."""
    import pandas as library

    def explore(path, spec):
        def work():
            table = library.read_csv(path)
            numbers = table.select_dtypes("number")
            # Looked at, and no more of it.
            for column in table:
                table[column].value_counts().head(20)
            for method in ["pearson", "spearman"]:
                numbers.corr(method=method)
            numbers.skew(), numbers.kurt(), table.duplicated().sum()
            return numbers.describe(), table.isna().sum(), table.nunique()

        return work

    def answer(path, spec, result):
        described, n_missing, n_distinct = result

        def figures(name):
            moments = [described.at[row, name] for row in ["mean", "std", "50%"]]
            return [float(figure) for figure in [*moments, n_missing[name], n_distinct[name]]]

        return {"columns": {name: figures(name) for name in described}}

    return Peer(["pandas", "numpy"], {"explore": (explore, answer)})


PEERS = {
    "scikit-learn": scikit_learn,
    "scikit-learn-intelex": intelex,
    "faiss": faiss,
    "bkmeans": bkmeans,
    "dbscan": wang_dbscan,
    "fast-hdbscan": lambda: hdbscan("fast_hdbscan", "fast_hdbscan"),
    "hdbscan": lambda: hdbscan("hdbscan", "hdbscan"),
    "kmedoids": kmedoids,
    "minisom": minisom,
    "somoclu": somoclu,
    "fastcluster": lambda: fastcluster("linkage"),
    "fastcluster.linkage_vector": lambda: fastcluster("linkage_vector"),
    "ydata-profiling": lambda: ydata_profiling(minimal=False),
    "ydata-profiling minimal": lambda: ydata_profiling(minimal=True),
    "pandas": pandas,
}

warnings.filterwarnings("ignore", category=FutureWarning)
