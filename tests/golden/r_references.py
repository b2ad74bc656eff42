"""Reference values by R: for methods whose authors published their code there.

R.txt names the versions. Where there is no Rscript, the committed files stand for what it would write, so that
the other subjects can be remade and compared without it.
"""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def write_by_r(subject, directory):
    """Runs <subject>.R, which writes its JSON files into `directory`."""
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    if shutil.which("Rscript") is not None:
        subprocess.run(["Rscript", str(HERE / f"{subject}.R"), str(directory)], check=True)
        return
    print(f"{subject}: no Rscript: the committed files are taken as they are", file=sys.stderr)
    committed = HERE / subject
    if committed.resolve() != directory.resolve():
        for file in sorted(committed.glob("*.json")):
            shutil.copy(file, directory / file.name)


def write_gap(directory):
    """Gap statistics by cluster::clusGap."""
    write_by_r("gap", directory)


def write_prediction_strength(directory):
    """Prediction strengths by fpc::prediction.strength."""
    write_by_r("prediction_strength", directory)


def write_stability(directory):
    """Cluster-wise stability by fpc::clusterboot."""
    write_by_r("stability", directory)
