"""Our readers of layers beside bare GDAL in one run, deliveries that come again, and one core beside two.

`python -m tests.bench.layers [FEATURES [GML_MEGABYTES]]`; peers: pyogrio's own Arrow stream of the same file, consumed
and thrown away, and for GML the same of the GML. Ours is what ingest takes: read in a child process, mapped to columns.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import pyogrio
from pyogrio.raw import open_arrow

from ingest.apply import apply_mapping
from ingest.mapping import Mapping
from ingest.mappings import known_mappings
from ingest.pipeline import Options, ingest_files
from ingest.readers import read
from kg.workspace import create_workspace, open_workspace
from ontology import Schema, compile_schema, packaged_texts
from tests.bench.processes import Children
from tests.bench.ratios import best, tell
from tests.bench.town import FOOTPRINTS, write_footprints
from tests.workspaces import allow

PARTS = 8  # files of the run on one and two cores
_PARCEL = """<gml:featureMember><cp:CadastralParcel gml:id="P{n}"><cp:areaValue uom="m2">{area}</cp:areaValue>
<cp:beginLifespanVersion>2015-07-29T00:00:00</cp:beginLifespanVersion><cp:geometry><gml:MultiSurface gml:id="M{n}"
srsName="urn:ogc:def:crs:EPSG::25832"><gml:surfaceMember><gml:Surface gml:id="S{n}"><gml:patches><gml:PolygonPatch>
<gml:exterior><gml:LinearRing><gml:posList srsDimension="2">{ring}</gml:posList></gml:LinearRing></gml:exterior>
</gml:PolygonPatch></gml:patches></gml:Surface></gml:surfaceMember></gml:MultiSurface></cp:geometry>
<cp:inspireId><base:Identifier><base:localId>{n}</base:localId><base:namespace>XX.CP</base:namespace></base:Identifier>
</cp:inspireId><cp:label>{n}</cp:label><cp:nationalCadastralReference>XX{n}</cp:nationalCadastralReference>
</cp:CadastralParcel></gml:featureMember>
"""


def write_gml(path: Path, megabytes: int) -> int:
    """INSPIRE parcels of about so many megabytes; gives how many."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?><gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" '
        'xmlns:cp="http://inspire.ec.europa.eu/schemas/cp/4.0" '
        'xmlns:base="http://inspire.ec.europa.eu/schemas/base/3.3" gml:id="all">\n'
    )
    number = 0
    with path.open("w", encoding="utf-8") as out:
        out.write(head)
        while out.tell() < megabytes * 1_000_000:
            for n in range(number, number + 1000):
                x, y = 500_000 + n % 1000 * 30, 5_900_000 + n // 1000 * 30
                ring = f"{x} {y} {x + 25} {y} {x + 25} {y + 12.5} {x + 12} {y + 20} {x} {y + 20} {x} {y}"
                out.write(_PARCEL.format(n=n, area=500 + n % 100, ring=ring))
            number += 1000
        out.write("</gml:FeatureCollection>\n")
    return number


def bare(path: Path) -> int:
    """All Arrow batches by pyogrio, thrown away."""
    with open_arrow(path, use_pyarrow=True, batch_size=20_000) as (_, stream):
        return sum(batch.num_rows for batch in stream)


def mapped(path: Path, mapping: Mapping, schema: Schema) -> int:
    """All rows read in the child process and mapped to columns."""
    rows = 0
    with read(path) as reading:
        for batch in reading.batches:
            found = apply_mapping(mapping, batch.features, schema)
            rows += found.records.height + found.problems.height
    return rows


def one_delivery(folder: Path, *paths: Path) -> float:
    """Seconds of a delivery - several files are parts of one - into the ledger of a workspace."""
    workspace = open_workspace(folder)
    options = Options(delivery="partial" if len(paths) > 1 else None)
    started = time.perf_counter()
    summaries = ingest_files(workspace, workspace.ledger(), compile_schema(packaged_texts()), paths, options)
    errors = [summary.error for summary in summaries if summary.error]
    if errors:
        raise AssertionError(errors)
    return time.perf_counter() - started


def on_cores(cores: str, folder: Path, *paths: Path) -> float:
    """The same in a process that may use only these cores."""
    code = (
        "import sys; from pathlib import Path; import tests.bench.layers as bench\n"
        "print(bench.one_delivery(*map(Path, sys.argv[1:])))"
    )
    pinned = shutil.which("taskset")
    if pinned is None:
        raise AssertionError("taskset is not here (util-linux)")
    command = [pinned, "-c", cores, sys.executable, "-W", "ignore", "-c", code, str(folder), *map(str, paths)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(ran.stdout.split()[-1])


def town_workspace(place: Path) -> Path:
    """An empty workspace that takes Dutch coordinates."""
    return allow(create_workspace(place).directory, "EPSG:28992", through="EPSG:4258")


def main(features: int = 200_000, megabytes: int = 300) -> int:
    """Print and store the ratios."""
    warnings.simplefilter("ignore")
    schema = compile_schema(packaged_texts())
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        mappings = {each.name: each for each in known_mappings(create_workspace(folder / "any"), schema)}
        vector = folder / FOOTPRINTS
        write_footprints(vector, features)
        peer = best(lambda: bare(vector), features)
        ours = best(lambda: mapped(vector, mappings["nl-bag.yml"], schema), features)
        found["vector, mapped columns / bare Arrow"] = peer / ours
        print(f"{features:,} footprints (FlatGeobuf): bare {peer:.2f} s, read and mapped {ours:.2f} s")

        gml = folder / "parcels.gml"
        parcels = write_gml(gml, megabytes)
        gml_peer = best(lambda: bare(gml), parcels, 1)
        gml.with_suffix(".gfs").unlink(missing_ok=True)
        with Children({"ingest.readers.child": "parser"}) as children:
            gml_ours = best(lambda: mapped(gml, mappings["inspire-cp-parcel.yml"], schema), parcels, 1)
        found["GML, mapped columns / GDAL's reader"] = gml_peer / gml_ours
        peak = children.by_role()["parser"].peak / 2**20
        found["GML parser, peak MiB"] = peak
        print(
            f"{gml.stat().st_size / 1e6:,.0f} MB of GML, {parcels:,} parcels: bare {gml_peer:.1f} s, read and mapped "
            f"{gml_ours:.1f} s, peak of the parser {peak:,.0f} MiB"
        )
        gml.unlink()

        few = folder / "few.fgb"
        write_footprints(few, min(features, 50_000))
        first = one_delivery(town_workspace(folder / "w"), few)
        again = one_delivery(folder / "w", few)
        moved = folder / "again.geojson"
        pyogrio.write_dataframe(pyogrio.read_dataframe(few), moved)
        other = one_delivery(folder / "w", moved)
        found["the same file again, times faster"] = first / again
        found["the same rows in another file, times faster"] = first / other
        print(
            f"delivery of {min(features, 50_000):,}: {first:.1f} s, again {again:.2f} s, as another file {other:.1f} s"
        )
        if len(os.sched_getaffinity(0)) > 1:
            rows = pyogrio.read_dataframe(few)
            parts = [folder / f"part{number}.gpkg" for number in range(PARTS)]
            for number, part in enumerate(parts):
                pyogrio.write_dataframe(rows.iloc[number::PARTS], part)
            one = on_cores("0", town_workspace(folder / "one"), *parts)
            two = on_cores("0,1", town_workspace(folder / "two"), *parts)
            found["two cores, times faster than one"] = one / two
            print(f"{PARTS} files on one core {one:.1f} s, on two {two:.1f} s")
    goals = {
        "vector, mapped columns / bare Arrow": 0.8, "GML, mapped columns / GDAL's reader": 0.5,
        "the same file again, times faster": 5, "the same rows in another file, times faster": 5,
        "two cores, times faster than one": 1.6,
    }  # fmt: skip
    tell("layers", found, at_least=goals)
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
