"""How each peer does each piece of work.

A task is a pair of functions: `prepare(x, spec)` gives the work to be timed, without arguments;
`finish(x, spec, result)` turns what the work returned into the numbers and arrays to compare.
"""

import warnings
from dataclasses import dataclass

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
    from sklearn.cluster import AgglomerativeClustering, KMeans
    from sklearn.decomposition import PCA
    from sklearn.metrics import silhouette_score

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

    return Peer(packages, {
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


PEERS = {
    "scikit-learn": scikit_learn,
    "scikit-learn-intelex": intelex,
    "faiss": faiss,
    "bkmeans": bkmeans,
    "fastcluster": lambda: fastcluster("linkage"),
    "fastcluster.linkage_vector": lambda: fastcluster("linkage_vector"),
}

warnings.filterwarnings("ignore", category=FutureWarning)
