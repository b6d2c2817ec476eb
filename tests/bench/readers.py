"""`make bench-readers`: every kind of file beside its peer, one after another in one run.

`python -m tests.bench.readers [FOLDER]`; FOLDER has the shared data sets (else RES3D_SHARED_DATA says where they are).
Each part is a bench of its own, with its figures in `results/`, and can be run alone with other sizes.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import _DEFAULT_SHARED_DATA

CITYJSONSEQ = "nl-delft-campus/3dbag_later_subset10.city.jsonl"
CITYGML = "jp-plateau-samples/yokosuka-shi/udx/bldg/52397519_bldg_6697_op.gml"


def main(folder: str = "") -> int:
    """Run them all; 1 when one of them failed, not when one missed its goal."""
    shared = Path(folder or os.environ.get("RES3D_SHARED_DATA", _DEFAULT_SHARED_DATA))
    parts = {
        "layers": ("100000", "50"),
        "cityjson": (str(shared / CITYJSONSEQ), "1000"),
        "citygml": (str(shared / CITYGML), "100"),
        "ifc": (),
        "points": (str(shared), "40"),
        "solid": ("2000",),
        "mesh": (),
    }
    failed = []
    for name, arguments in parts.items():
        print(f"\n{name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.bench.{name}", *arguments], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"\nfailed: {', '.join(failed)}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
