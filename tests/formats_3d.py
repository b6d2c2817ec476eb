"""Every city model, building model, mesh, point cloud and raster of the shared data sets: ours beside a plain count.

`python -m tests.formats_3d FOLDER` writes the second table of docs/formats.md. The plain counts share no code with the
readers: members of the JSON and of the XML, entities of the STEP text, points of laspy, lines of the OBJ.
"""

import gzip
import json
import re
import struct
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import laspy
import polars as pl
from lxml import etree

from ingest.mapping import Mapping, rank_mappings
from ingest.mappings import known_mappings
from ingest.readers import FileInfo, ReaderError, read
from ingest.unpack import Given, unpacked
from kg.workspace import create_workspace
from ontology import compile_schema, packaged_texts
from tests.formats import PAGE
from tests.pages import put_tables

FOLDERS = (
    "nl-delft-campus", "nl-delft-bgt", "za-capetown-osm3d", "bad-cityjson-cjval", "de-fzk-haus",
    "citygml-spec-examples", "jp-plateau-samples", "nl-3dtiles-sibbe", "us-autzen-lidar", "ifc-buildings",
    "ifc-duplex-georef", "bad-val3dity",
)  # fmt: skip
ENDINGS = (
    ".city.json", ".jsonl", ".gml", ".gml.gz", ".ifc", ".ifc.gz", ".obj", ".off", ".poly", ".las", ".laz",
    "tileset.json",
)  # fmt: skip
# A GlobalId is 128 bits in 22 digits of base 64, so its first digit is 0 to 3. Names of properties stand at the same
# place, and some have 22 characters, too: SpaceTemperatureSummer, WarrantyGuarantorParts.
_STEP = re.compile(rb"=\s*(IFC\w+)\s*\(\s*'([0-3][0-9A-Za-z_$]{21})'", re.IGNORECASE)
# What has a GlobalId and is no thing: the reader makes columns of it, or counts it as left out.
_NO_THING = re.compile(rb"IFCREL|IFC(COMPLEX|SIMPLE)?PROPERTY|IFCELEMENTQUANTITY|IFC\w+PROPERTIES$", re.IGNORECASE)
_NOTE = """
Counted plainly in IFC are the GlobalIds of all entities but relations (`IfcRel...`), property sets, quantities and
predefined sets such as `IfcDoorLiningProperties`: what these say becomes columns of the things that they are said of,
or is counted as left out. A GlobalId begins with 0 to 3; a name of 22 characters at its place, such as
`SpaceTemperatureSummer`, is none.
"""


def files(shared: Path, folder: str) -> Iterator[Given]:
    """The files of a data set that are of these kinds; JSON of another kind is not among them."""
    with unpacked([shared / folder]) as found:
        for given in found:
            if isinstance(given, ReaderError) or "truth/" in given.name:
                continue
            if given.path.name.endswith(ENDINGS) or (folder.endswith("cjval") and given.path.suffix == ".json"):
                yield given


def plain_count(path: Path, file_format: str) -> tuple[str, int] | None:
    """(what is counted, how many) of a file without our readers."""
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if file_format.startswith("CityJSON"):
        lines = text.splitlines() if file_format == "CityJSONSeq" else [text]
        return "CityObjects", sum(len(json.loads(line)["CityObjects"]) for line in lines if line.strip())
    if file_format == "CityGML":
        names = [etree.QName(each).localname for each in etree.fromstring(text).iterchildren("{*}*")]
        return "members", sum(name in {"cityObjectMember", "featureMember"} for name in names)
    if file_format == "IFC":
        wanted = {guid for kind, guid in _STEP.findall(text) if not _NO_THING.match(kind)}
        return "things with a GlobalId", len(wanted)
    if file_format == "LAS":
        with laspy.open(path) as cloud:
            return "points", int(cloud.header.point_count)
    if file_format == "OBJ":
        return "faces", len(re.findall(rb"(?m)^f\s", text))
    return None


def our_count(what: str, features: pl.DataFrame, geometries: pl.DataFrame) -> int:
    """The same number from what the reader gave."""
    if what == "points":
        return int(features["points"][0])
    if what == "faces":
        shapes = geometries["@geometry"].drop_nulls()
        return sum(struct.unpack_from("<I", shape, 5)[0] for shape in shapes)
    if what == "CityObjects":
        return int((~features["@key"].str.contains(r"#[^#]*-[0-9]+$")).sum())
    if what == "members":
        return int(features["@parent"].is_null().sum())
    return features["@key"].n_unique()


def line(given: Given, folder: str, mappings: list[Mapping]) -> str:
    """A line of the table."""
    name = given.name.split(f"{folder}/", 1)[1]
    try:
        with read(given.path, batch_rows=2000) as reading:
            batches = list(reading.batches)
            info = reading.info
    except ReaderError as error:
        return f"| {folder} | {name} | - | | | | | | refused: {error.what[:140].replace('|', '/')} |"
    if not batches:
        return f"| {folder} | {name} | {info.format} | 0 | | | | | |"
    features = pl.concat([batch.features for batch in batches], how="diagonal_relaxed")
    geometries = pl.concat([batch.geometries for batch in batches])
    plain = plain_count(given.path, info.format)
    counted = ""
    if plain is not None:
        ours = our_count(plain[0], features, geometries)
        counted = f"{ours:,}" if ours == plain[1] else f"{ours:,}, plainly {plain[1]:,}"
        counted += f" {plain[0]}"
    lods = ", ".join(sorted({lod or "-" for lod in geometries["@lod"]}))
    solids = int(geometries["@solid"].sum())
    return (
        f"| {folder} | {name} | {info.format} {info.format_version or ''} | {features.height:,} | {counted} | {lods} | "
        f"{solids:,} | {_share(features, info, mappings)} | {_noticed(geometries, info)} |"
    )


def _share(features: pl.DataFrame, info: FileInfo, mappings: list[Mapping]) -> str:
    own = {name for name in features.columns if not name.startswith("@")}
    ranked = rank_mappings(mappings, frozenset(features.columns), info.format)
    if len(ranked) != 1:
        return "no mapping"
    read_ = own & ranked[0].references
    return f"{ranked[0].name.removesuffix('.yml')}: {len(read_)} of {len(own)}"


def _noticed(geometries: pl.DataFrame, info: FileInfo) -> str:
    problems = Counter(geometries["@problem"].drop_nulls().to_list())
    parts = [f"{number} x {name}" for name, number in sorted(problems.items())]
    parts += [f"{number} x {name} left out" for name, number in sorted(info.unsupported.items())]
    return "; ".join(parts)[:200].replace("|", "/")


def main(shared: Path) -> None:
    """Write the table."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as place:
        mappings = list(known_mappings(create_workspace(Path(place) / "w"), compile_schema(packaged_texts())))
    lines = [
        "| data set | file | format | things | counted plainly | LOD | solids | columns mapped | noticed |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for folder in FOLDERS:
        lines += [line(given, folder, mappings) for given in files(shared, folder)]
    put_tables(PAGE, {"table 3D": [*lines, _NOTE.rstrip("\n")]})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
