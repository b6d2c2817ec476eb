"""A CityJSONSeq of LOD2 buildings into the ledger: `python -m tests.bench.cityjson FILE [COPIES ...] [--large]`.

A real file is written again and again, each copy with ids of its own and moved to a place of its own, and taken by what
`res3d ingest` calls, into the ledger of a new workspace, without 3D checks or views. Told are buildings a second by the
clock and by processor seconds (ours and the parser's), and the peak memory of both. The peer is a walk that has orjson
parse each line and throws it away. Each run is a process of its own. Without COPIES: as many as make 100 and 300 MB, so
that it shows whether memory grows with the file; `--large` adds 2 GB.
"""

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from tests.bench.ratios import tell

_BAG_ID = re.compile(r"(NL\.IMBAG\.Pand\.\d{4}10)\d{10}")
_MEGABYTES = (100, 300)
_LARGE_MEGABYTES = 2_000
_BUILDINGS_PER_SECOND = 4_000
_MOST_MIB = 1024
_MOST_GROWTH = 1.15  # of the peak memory, from the smallest file to the largest
_HERE = "tests.bench.cityjson"

Ints = npt.NDArray[np.int64]


class Feature:
    """A line of the source: its text around the vertices, the id of its first object, and the vertices."""

    def __init__(self, line: bytes) -> None:
        content = orjson.loads(line)
        self.vertices: Ints = np.array(content.pop("vertices"), dtype=np.int64).reshape(-1, 3)
        self.key = min(content["CityObjects"], key=len)  # the others begin with it
        self.buildings: int = sum(each["type"] == "Building" for each in content["CityObjects"].values())
        self.text = orjson.dumps(content)[:-1]

    def copy(self, number: int, shift: Ints) -> bytes:
        """The line with another id, moved; an id of the Dutch register stays one."""
        found = _BAG_ID.fullmatch(self.key)
        key = f"{found[1]}{number:010d}" if found else f"{self.key}-{number}"
        text = self.text.replace(f'"{self.key}'.encode(), f'"{key}'.encode())
        return text + b',"vertices":' + orjson.dumps(self.vertices + shift, option=orjson.OPT_SERIALIZE_NUMPY) + b"}\n"


def write_copies(source: Path, target: Path, copies: int) -> int:
    """The file so many times side by side; gives the number of its buildings."""
    head, *lines = source.read_bytes().splitlines()
    features = [Feature(line) for line in lines if line.strip()]
    used = np.concatenate([each.vertices for each in features])
    width = used.max(axis=0) - used.min(axis=0)
    side = int(np.ceil(np.sqrt(copies)))
    with target.open("wb") as out:
        out.write(head + b"\n")
        for copy in range(copies):
            shift = np.array([copy % side * width[0], copy // side * width[1], 0])
            out.writelines(
                each.copy(copy * len(features) + number, shift) for number, each in enumerate(features, start=1)
            )
    return sum(each.buildings for each in features) * copies


def walk(path: Path) -> dict[str, float]:
    """Processor seconds and peak memory in MiB of a walk that parses each line."""
    started, seconds = time.perf_counter(), time.process_time()
    with path.open("rb") as stream:
        for line in stream:
            orjson.loads(line)
    return {
        "wall": time.perf_counter() - started,
        "cpu": time.process_time() - seconds,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def ingest(path: Path) -> dict[str, float]:
    """What the same as `res3d ingest` takes, without views: seconds, and MiB, of us and of the parser's process."""
    from ingest.pipeline import Options, ingest_files
    from kg.ontologies import schema_in_force
    from kg.workspace import create_workspace
    from tests.bench.run_town import BALLPARK

    workspace = create_workspace(path.parent / f"workspace-{path.name}", allowed=(BALLPARK,))
    ledger = workspace.ledger()
    schema = schema_in_force(ledger)
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    (summary,) = ingest_files(workspace, ledger, schema, [path], Options())
    wall = time.perf_counter() - started
    own, child = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    if summary.error or summary.skipped or summary.quarantined:
        raise AssertionError(f"not all was taken: {summary}")
    return {
        "wall": wall,
        "cpu": own.ru_utime + own.ru_stime - before.ru_utime - before.ru_stime + child.ru_utime + child.ru_stime,
        "parser cpu": child.ru_utime + child.ru_stime,
        "peak": own.ru_maxrss / 1024,
        "parser peak": child.ru_maxrss / 1024,
        "buildings": summary.classes.get("Building", 0),
        "records": summary.taken,
    }


_WORK = {"walk": walk, "ingest": ingest}


def _alone(name: str, path: Path) -> dict[str, float]:
    """What one of them says, run in a process of its own."""
    command = [sys.executable, "-m", _HERE, "--run", name, str(path)]
    answer = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(answer.stdout)
    return found


def main() -> int:
    """Print and store the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("copies", type=int, nargs="*", help="how often the file; several are several runs")
    parser.add_argument("--large", action="store_true", help=f"a run with {_LARGE_MEGABYTES:,} MB, too")
    parser.add_argument("--run", choices=sorted(_WORK), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.run:
        print(json.dumps(_WORK[arguments.run](arguments.file)))
        return 0
    size = arguments.file.stat().st_size
    sizes = [*(() if arguments.copies else _MEGABYTES), *([_LARGE_MEGABYTES] if arguments.large else [])]
    figures: dict[str, float] = {}
    rates, peaks = [], []
    for copies in [*arguments.copies, *(max(1, each * 1_000_000 // size) for each in sizes)]:
        with tempfile.TemporaryDirectory(prefix="res3d-bench-") as folder:
            path = Path(folder) / "town.city.jsonl"
            buildings = write_copies(arguments.file, path, copies)
            megabytes = path.stat().st_size / 1e6
            peer, ours = _alone("walk", path), _alone("ingest", path)
        if ours["buildings"] != buildings:
            raise AssertionError(f"{ours['buildings']:,} buildings instead of {buildings:,}")
        print(
            f"{megabytes:,.0f} MB, {buildings:,} buildings, {ours['records']:,.0f} records: {ours['wall']:.1f} s by "
            f"the clock, {ours['cpu']:.1f} s of processors, {ours['parser cpu']:.1f} of them the parser's; "
            f"orjson alone {peer['wall']:.1f} s"
        )
        name = f"{megabytes:,.0f} MB, "
        figures[f"{name}buildings a second"] = buildings / ours["wall"]
        figures[f"{name}buildings a processor second"] = buildings / ours["cpu"]
        figures[f"{name}records a second"] = ours["records"] / ours["wall"]
        figures[f"{name}ingest / bare orjson, processor"] = ours["cpu"] / peer["cpu"]
        figures[f"{name}peak MiB"] = ours["peak"]
        figures[f"{name}peak MiB of the parser"] = ours["parser peak"]
        rates.append(f"{name}buildings a second")
        peaks += [f"{name}peak MiB", f"{name}peak MiB of the parser"]
    if len(rates) > 1:
        for first, last, growth in ((0, -2, "peak, growth"), (1, -1, "peak of the parser, growth")):
            figures[growth] = figures[peaks[last]] / figures[peaks[first]]
    at_most = dict.fromkeys(peaks, float(_MOST_MIB)) | {name: _MOST_GROWTH for name in figures if "growth" in name}
    tell("cityjson", figures, at_least=dict.fromkeys(rates, float(_BUILDINGS_PER_SECOND)), at_most=at_most)
    return 0


if __name__ == "__main__":
    sys.exit(main())
