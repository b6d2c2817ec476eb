"""Our reader of IFC beside bare ifcopenshell: ``python -m tests.bench.ifc [FILE...]``; default: the shared models.

The peer opens the file and makes the triangles of all products with a body by the kernel's own iterator on as many
threads as ours, and throws them away. Ours is what ingest takes: attributes, properties, relations and shapes in the
map CRS, read in child processes. Each is run in a process of its own, in turn, and the shortest time of three counts.
The time of processors tells more than that of the clock where other programs run beside.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ingest.readers.files import is_gzip, open_binary
from tests.bench.ratios import tell

SHARED = Path(__file__).parents[3] / "shared" / "data"
FILES = (
    "de-fzk-haus/AC20-FZK-Haus.ifc",
    "ifc-duplex-georef/Duplex_A_20110907.ifc",
    "ifc-buildings/Office_A_20110811.ifc.gz",
    "ifc-buildings/OpenSmartHome_Flat.ifc",
)
PEER = """
import sys, ifcopenshell, ifcopenshell.geom as geom
model = ifcopenshell.open(sys.argv[1])
products = [each for each in model.by_type("IfcProduct") if each.Representation]
settings = geom.settings()
settings.set("use-world-coords", True)
shapes = sum(1 for _ in geom.iterator(settings, model, 2, include=products))
print(shapes)
"""
OURS = """
import sys
from ingest.readers import read
with read(sys.argv[1], format="ifc") as reading:
    print(sum(len(b.geometries) - b.geometries["@problem"].len() + b.geometries["@problem"].null_count()
              for b in reading.batches))
"""
TIMES = 3


def seconds(code: str, path: Path) -> tuple[float, float, int]:
    """Time by the clock and of processors, with all child processes, and the number of shapes that a program says."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return ended - started, used, int(ran.stdout.split()[-1])


def main(files: list[Path]) -> int:
    """Print and store the ratios."""
    found: dict[str, float] = {}
    goals: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place:
        for path in files:
            plain = path
            if is_gzip(path):
                plain = Path(place) / "model.ifc"
                with open_binary(path) as packed:
                    plain.write_bytes(packed.read())
            runs = [(seconds(PEER, plain), seconds(OURS, plain)) for _ in range(TIMES)]
            peer, ours = min(run[0][0] for run in runs), min(run[1][0] for run in runs)
            used = min(run[1][1] for run in runs) / min(run[0][1] for run in runs)
            shapes = {run[side][2] for run in runs for side in (0, 1)}
            goals[f"{path.name}, read / bare"] = 1.3
            found[f"{path.name}, read / bare"] = ours / peer
            found[f"{path.name}, read / bare, processor"] = used
            print(f"{path.name}: bare {peer:.2f} s, read {ours:.2f} s, shapes {shapes}")
    tell("ifc", found, at_most=goals)
    return 0


if __name__ == "__main__":
    sys.exit(main([Path(argument) for argument in sys.argv[1:]] or [SHARED / name for name in FILES]))
