"""Writes the golden references, one folder of JSON files per subject.

    python make.py [DIRECTORY]      DIRECTORY defaults to the folder of this script

Run it with the versions of requirements.txt (`cargo xtask golden` does). A subject is a module with
a function `write_<subject>(directory)` that seeds its own generator, so that subjects can be added
without changing the files of the others.
"""

import sys
from pathlib import Path

from agglomerative import write_agglomerative
from dbscan import write_dbscan
from dip import write_dip
from eda import write_eda
from effects import write_effects
from external import write_external
from gmm import write_gmm
from hdbscan_tree import write_hdbscan
from internal import write_internal
from kmeans import write_kmeans
from kmeans_relatives import write_kmeans_relatives
from knee import write_knee
from mixed import write_mixed
from pca import write_pca
from preprocessing import write_preprocessing
from r_references import write_gap, write_prediction_strength, write_stability
from rules import write_rules
from silhouette import write_silhouette
from som import write_som
from ward_graph import write_ward_graph

SUBJECTS = {
    "agglomerative": write_agglomerative,
    "dbscan": write_dbscan,
    "dip": write_dip,
    "eda": write_eda,
    "effects": write_effects,
    "external": write_external,
    "gap": write_gap,
    "gmm": write_gmm,
    "hdbscan": write_hdbscan,
    "internal": write_internal,
    "kmeans": write_kmeans,
    "kmeans_relatives": write_kmeans_relatives,
    "knee": write_knee,
    "mixed": write_mixed,
    "pca": write_pca,
    "prediction_strength": write_prediction_strength,
    "preprocessing": write_preprocessing,
    "rules": write_rules,
    "silhouette": write_silhouette,
    "som": write_som,
    "ward_graph": write_ward_graph,
    "stability": write_stability,
}


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, write in SUBJECTS.items():
        directory = root / name
        directory.mkdir(parents=True, exist_ok=True)
        write(directory)


if __name__ == "__main__":
    main()
