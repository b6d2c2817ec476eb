"""What a start costs before any work is done: ``python -m tests.bench.start [FOLDER [TIMES]]``.

Processor time, the least of some runs, of the imports that a command waits for, of the command line, and of reading
the smallest files by child processes: imports, finding the reader, the pipe, and hardly any rows. FOLDER has the
shared data sets (else RES3D_SHARED_DATA says where they are); files that are not there are left out.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ingest.readers import read
from tests.bench.ratios import best, tell, used_by_children
from tests.conftest import _DEFAULT_SHARED_DATA

FILES = {
    "CityJSON": "bad-val3dity/test_cityjson/emptygeom.json",
    "CityGML": "citygml-spec-examples/citygml4j/test_ade_objects_v3.gml",
    "GeoJSON": "bad-geojson/good/good-feature.geojson",
    "JSON-FG": "bad-val3dity/test_jsonfg/cubes.fg.json",
    "Parquet": "formats-small/geoparquet_example.parquet",
    "GeoPackage": "formats-small/line_zm.gpkg",
    "LAS": "us-autzen-lidar/laspy-formats/simple1_4.las",
    "OBJ": "bad-val3dity/obj/cube.obj",
    "IFC": "bad-ifc-gherkin/PJS/pjs001/na-pjs001-second_ifc4.ifc",
    "3D Tiles": "nl-3dtiles-sibbe/1.1/tileset.json",
}
COMMANDS = {
    "import ingest.pipeline": ["-c", "import ingest.pipeline"],
    "import kg.views": ["-c", "import kg.views"],
    "res3d --version": ["-m", "res3d", "--version"],
    "res3d ingest --help": ["-m", "res3d", "ingest", "--help"],
}


def command(arguments: list[str]) -> Callable[[], int]:
    """A run of Python with these arguments."""
    return lambda: subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True).returncode


def reading(path: Path) -> Callable[[], int]:
    """The reading of a file by a child process that is left to end by itself."""

    def run() -> int:
        with read(path) as file:
            for _ in file.batches:
                pass
        return 0

    return run


def main(folder: str = "", times: str = "5") -> int:
    """Print and store the times."""
    shared = Path(folder or os.environ.get("RES3D_SHARED_DATA", _DEFAULT_SHARED_DATA))
    work = {name: command(arguments) for name, arguments in COMMANDS.items()}
    work |= {f"reading {name}": reading(shared / file) for name, file in FILES.items() if (shared / file).exists()}
    tell("start", {f"{name}, s": best(run, 0, int(times), used_by_children) for name, run in work.items()})
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
