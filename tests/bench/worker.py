"""One peer on one piece of work, in a process of its own, run as often as it is told to.

    python worker.py SPEC      SPEC is a JSON object: peer, task, data, out, and what the task needs

Reads and imports first, then prints {"versions": {...}}. For every line on stdin it works once and prints
{"seconds": s, ...} with the numbers of the answer; arrays go to files in `out`, little-endian, named in the
line. Only the work is timed: neither imports, nor files, nor what makes an answer comparable. Where the work is to
look at a table, reading it and writing a page are part of it. A peer that is
not there prints {"absent": reason}.
"""

import gc
import importlib.metadata
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

import peers


def versions(packages):
    return {package: importlib.metadata.version(package) for package in packages}


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def written(out, name, values):
    """The name of the file with the values: labels as i64, everything else as f64."""
    path = Path(out, f"{name}.bin")
    values = np.asarray(values)
    values.astype("<i8" if values.dtype.kind in "iu" else "<f8").tofile(path)
    return str(path)


def answer(spec, seconds, found):
    numbers = {key: value for key, value in found.items() if not isinstance(value, np.ndarray)}
    files = {key: written(spec["out"], key, value) for key, value in found.items() if isinstance(value, np.ndarray)}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "peak_rss_bytes": peak, **numbers, **files}


def say(message):
    print(json.dumps(message), flush=True)


def data(path):
    """The rows; of a table only its path, since reading it is part of the work."""
    return np.load(path) if path.endswith(".npy") else path


def main(spec):
    try:
        peer = peers.load(spec["peer"])
    except ImportError as error:
        say({"absent": str(error)})
        return
    x = data(spec["data"])
    prepare, finish = peer.tasks[spec["task"]]
    work = prepare(x, spec)
    say({"versions": versions(peer.packages)})
    for _ in sys.stdin:
        seconds, result = timed(work)
        say(answer(spec, seconds, finish(x, spec, result)))
        # What is left of one run is no part of the next one's memory.
        del result
        gc.collect()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
