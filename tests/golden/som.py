"""Self-organising maps by MiniSom: online and batch training, errors, and maps of distances.

Where MiniSom is wrong (the Chebyshev distance, which it takes with its sign; neighbours of hexagons when the
second side is even) or asymmetric (bubbles and triangles on hexagons), its numbers are kept under names that say so.
"""

import json
import warnings
from pathlib import Path

import numpy as np
from minisom import MiniSom

from kmeans import standardised, wholesale_like

SEED = 20240711

DISTANCES = {
    "euclidean": "euclidean",
    "manhattan": "manhattan",
    "cosine": "cosine",
    "chebyshev": lambda x, w: np.abs(w - x).max(axis=-1),
}


def som(grid, start, **options):
    """A MiniSom of the size and with the weights of `start` (n_x, n_y, n_features)."""
    distance = DISTANCES[options.pop("metric", "euclidean")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = MiniSom(*start.shape, topology=grid, activation_distance=distance, **options)
    made._weights = start.copy()
    return made


def flat(start):
    return start.reshape(-1, start.shape[2]).tolist()


def judged(made, x):
    return {
        "weights": flat(made.get_weights()),
        "quantization_error": float(made.quantization_error(x)),
        "topographic_error": float(made.topographic_error(x)),
        "u_matrix_sum": made.distance_map(scaling="sum").ravel().tolist(),
        "hits": made.activation_response(x).ravel().tolist(),
    }


def trained(x, start, grid, n, how, **options):
    """`how` is MiniSom's: `rows` (n updates), `epochs`, or `batch` (n epochs)."""
    made = som(grid, start, **options)
    if how == "batch":
        made.train_batch_offline(x, n)
    else:
        made.train(x, n, use_epochs=how == "epochs")
    given = {"grid": grid, "n_x": start.shape[0], "n_y": start.shape[1], "start": flat(start), "n": n, "how": how}
    return given | {"options": options} | judged(made, x)


def cases():
    rng = np.random.default_rng(SEED)
    x = standardised(np.log1p(wholesale_like(rng)))[:150]
    start = lambda n_x, n_y: rng.normal(0, 1, (n_x, n_y, x.shape[1]))
    found = {}
    for grid, shapes in {"rectangular": [(6, 4), (5, 7)], "hexagonal": [(6, 4), (4, 5)]}.items():
        for n_x, n_y in shapes:
            for kind in ["gaussian", "mexican_hat", "bubble", "triangle"]:
                if grid == "hexagonal" and kind in ["bubble", "triangle"]:
                    continue
                options = {"sigma": 2.0, "learning_rate": 0.1, "neighborhood_function": kind}
                name = f"{grid}-{n_x}x{n_y}-{kind}"
                found[name] = trained(x, start(n_x, n_y), grid, 400, "rows", **options)
                found[name + "-batch"] = trained(x, start(n_x, n_y), grid, 6, "batch", **options)
    for metric in ["manhattan", "cosine", "chebyshev"]:
        for how, n in [("rows", 400), ("batch", 5)]:
            options = {"sigma": 1.5, "learning_rate": 0.4, "metric": metric}
            found[f"{metric}-{how}"] = trained(x, start(5, 4), "rectangular", n, how, **options)
    for rate in ["inverse_decay_to_zero", "linear_decay_to_zero", "asymptotic_decay"]:
        for radius in ["inverse_decay_to_one", "linear_decay_to_one", "asymptotic_decay"]:
            options = {"sigma": 2.5, "decay_function": rate, "sigma_decay_function": radius}
            found[f"{rate}-{radius}"] = trained(x, start(4, 3), "rectangular", 3, "epochs", **options)
    return {"x": x.tolist(), "cases": found, "wrong": wrong(x, start(4, 4)), "plane": plane(x)}


def wrong(x, start):
    """What MiniSom makes of two units and a row below both, and of a bubble on hexagons."""
    made = MiniSom(2, 1, 1, activation_distance="chebyshev")
    made._weights = np.array([[[1.0]], [[5.0]]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bubble = MiniSom(5, 5, 1, sigma=2, neighborhood_function="bubble", topology="hexagonal")
    even = som("hexagonal", start)
    return {
        "chebyshev_winner_of_0": int(made.winner(np.array([0.0]))[0]),
        "hexagonal_bubble": bubble.neighborhood((2, 2), 2).ravel().tolist(),
        "hexagonal_even_weights": flat(start),
        "hexagonal_even_u_matrix": even.distance_map().ravel().tolist(),
        "distortion": float(even.distortion_measure(x)),
    }


def plane(x):
    """The linear start, and the mean and the axes it is made from."""
    made = MiniSom(5, 4, x.shape[1])
    made.pca_weights_init(x)
    values, vectors = np.linalg.eigh(np.cov(x, rowvar=False))
    order = np.argsort(values)[::-1]
    axes = [vectors[:, order[0]].tolist(), vectors[:, order[1]].tolist()]
    return {"mean": x.mean(axis=0).tolist(), "axes": axes, "start": flat(made.get_weights())}


def write_som(directory):
    """Writes one file with the rows, all cases, and what the reference gets wrong."""
    Path(directory, "minisom.json").write_text(json.dumps(cases()) + "\n")


if __name__ == "__main__":
    write_som(Path(__file__).parent / "som")
