"""Our reader of point clouds beside laspy's own chunks with the same figures by numpy, in one run.

`python -m tests.bench.points [FOLDER [TIMES]]`; FOLDER has the shared data sets (else RES3D_SHARED_DATA says where they
are). A tile of AHN (640,510 points) is written TIMES times in a row into one LAZ. Ours is what ingest takes: read in a
child process with its start, outline and sha256 included, which the peer lacks.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import laspy
import numpy as np

from ingest.readers import read
from tests.bench.processes import Children
from tests.bench.ratios import best, tell, used_by_children
from tests.conftest import _DEFAULT_SHARED_DATA

CHUNK = 1_000_000


def write_cloud(source: Path, path: Path, times: int) -> int:
    """The points of a tile so many times, each copy beside the last; gives how many."""
    with laspy.open(source) as reader:
        points, header = reader.read_points(-1), reader.header
    step = round((header.maxs[0] - header.mins[0]) / header.scales[0])
    with laspy.open(path, mode="w", header=header, do_compress=True) as writer:
        for _ in range(times):
            writer.write_points(points)
            points["X"] = points["X"] + step
    return times * len(points)


def bare(path: Path) -> int:
    """Counts, classes, returns, box, times, mean and deviation of heights and of ground, by laspy and numpy."""
    count, classes, returns = 0, np.zeros(256, dtype=np.int64), np.zeros(16, dtype=np.int64)
    sums = np.zeros((2, 3))
    box = np.array([np.inf, np.inf, np.inf, np.inf, -np.inf, -np.inf, -np.inf, -np.inf])
    with laspy.open(path, read_evlrs=False) as reader:
        for points in reader.chunk_iterator(CHUNK):
            columns = [np.asarray(points[name]) for name in ("x", "y", "z", "gps_time")]
            kinds = np.asarray(points["classification"])
            box[:4] = np.minimum(box[:4], [column.min() for column in columns])
            box[4:] = np.maximum(box[4:], [column.max() for column in columns])
            for place, heights in enumerate((columns[2], columns[2][kinds == 2])):
                sums[place] += heights.size, heights.sum(), (heights * heights).sum()
            classes += np.bincount(kinds, minlength=256)
            returns += np.bincount(np.asarray(points["return_number"]), minlength=16)
            count += len(points)
    if classes.sum() != count or returns.sum() != count or not np.isfinite(box).all():
        raise AssertionError("the peer miscounted")
    return count


def ours(path: Path) -> int:
    """The same by our reader."""
    with read(path, crs="EPSG:7415") as reading:
        (batch,) = reading.batches
    return int(batch.features["points"][0])


def main(folder: str = "", copies: str = "20") -> int:
    """Print and store the ratio."""
    shared = Path(folder or os.environ.get("RES3D_SHARED_DATA", _DEFAULT_SHARED_DATA))
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "many.laz"
        points = write_cloud(shared / "nl-delft-bgt" / "ahn3_cropped_1.laz", path, int(copies))
        size = path.stat().st_size / 1e6
        peer = best(lambda: bare(path), points)
        peer_used = best(lambda: bare(path), points, times=1, clock=time.process_time)
        with Children({"ingest.readers.child": "parser"}) as children:
            seconds = best(lambda: ours(path), points)
        used = best(lambda: ours(path), points, times=1, clock=used_by_children)
        found["LAZ, ours / laspy and numpy"] = seconds / peer
        found["LAZ, the same of processors"] = used / peer_used
        found["LAZ, million points a second"] = points / seconds / 1e6
        found["LAZ parser, peak MiB"] = children.by_role()["parser"].peak / 2**20
        print(f"{points:,} points, {size:,.0f} MB of LAZ: laspy and numpy {peer:.2f} s, ours {seconds:.2f} s")
    tell("points", found, at_most={"LAZ, ours / laspy and numpy": 1.3})
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
