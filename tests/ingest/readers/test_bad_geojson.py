"""What geojsonhint calls bad and good GeoJSON against what we find: hits, misses and false alarms, each with a reason.

``python -m tests.ingest.readers.test_bad_geojson FOLDER`` prints the table.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import shapely

from ingest.readers import ReaderError, read

from .suite import all_batches, read_here

_NO_CRS = "names no CRS"  # said of every file as RFC 7946 wants it, so it is no finding

_HITS = {
    "badfeature": {"left-out"},
    "expected_object": {"left-out", "missing"},
    "nofeaturetype": {"left-out"},
    "bad-duplicate-properties": {"missing"},
    "bad-featurelist": {"FileDamaged"},
    "bad-json": {"FileDamaged"},
    "bad-object-type": {"UnknownFormat"},
    "bad-polygonloop": {"unreadable"},
    "badcoord": {"FileDamaged"},
    "badcoordtype": {"empty"},
    "different-first-last": {"unreadable", "warning"},
    "different-first-size": {"warning"},
    "false": {"empty", "warning"},
    "featurecollection": {"FileDamaged"},
    "featurecollection-obj": {"FileDamaged"},
    "multiple_problems": {"left-out", "unreadable"},
    "multipoint-multidimension": {"FileDamaged"},
    "multipoint-nondimension": {"FileDamaged"},
    "notype": {"UnknownFormat"},
    "point": {"FileDamaged"},
    "point-labeled-as-a-multipolygon": {"empty", "warning"},
    "point-string": {"FileDamaged"},
    "point-toofew": {"FileDamaged"},
    "point-toomany": {"warning"},
    "rootstring": {"UnknownFormat"},
    "short-line": {"unreadable"},
    "short-linearring": {"unreadable", "warning"},
    "short-multilinestring": {"unreadable"},
    "stringcoord": {"unreadable"},
    "unknowntype": {"UnknownFormat"},
}
"""Bad file -> how it ends."""

_BBOX_UNREAD = "we read no bbox, but compute our own from the coordinates"
_DIRECTION = "a rule of style; the direction of a ring means nothing to us"
_FOREIGN = "members that another object owns (RFC 7946, 7.1) are passed over; nothing of the feature is lost"
_TAKEN = {
    "bad-polygon-interiorring-rhr": _DIRECTION,
    "bad-properties-as-array": "the list is empty, so there was nothing to take",
    "badfeatureid": "an id that is an object becomes its JSON text; equal ones are found as duplicate keys",
    "bbox-4or6elements": _BBOX_UNREAD,
    "bbox-contains-string": _BBOX_UNREAD,
    "bbox-string": _BBOX_UNREAD,
    "excessive_precision_truncated": "geojsonhint itself expects no message; digits cost us nothing",
    "feature_changed_semantics": _FOREIGN,
    "featurecollection-type-case": "the words of the types are known whatever their case; all three features are read",
    "featurecollection_changed_semantics": _FOREIGN,
    "geometry_changed_semantics": _FOREIGN,
    "geometrycollection_nested": "advice only (SHOULD): the geometry is kept as it is",
    "geometrycollection_single": "advice only (SHOULD): the geometry is kept as it is",
    "polygon_winding_order": _DIRECTION,
}
"""Bad file that we take, nothing being lost -> why."""

_BESIDE_THE_POINT = {"bad-properties-as-array": {"missing"}, "expected_object": {"missing"}}
"""Findings that are true, but say nothing of the defect: the geometry of these two is null, which is allowed."""

_FALSE_ALARMS = {
    "nullgeometry": 'its geometry is null, which is said of the row; "geometry: optional" in a mapping takes it',
}
"""Good file of which something is said -> why."""


@pytest.fixture
def folder(shared_data: Path) -> Path:
    found = shared_data / "bad-geojson"
    if not found.is_dir():
        pytest.skip(f"no bad-geojson in {shared_data}")
    return found


def findings(path: Path) -> set[str]:
    """How a file ends: an error's class, problems of geometries, "warning"; empty if it is just taken."""
    try:
        info, batches = read_here("vector", path)
    except ReaderError as error:
        return {type(error).__name__}
    problems = all_batches(batches).geometries["@problem"].drop_nulls().to_list() if batches else []
    warned = any(not warning.startswith(_NO_CRS) for warning in info.warnings)
    left_out = {"left-out"} if info.unsupported else set()
    return {*problems, *({"warning"} if warned else set()), *left_out}


def paths(folder: Path, kind: str) -> dict[str, Path]:
    """File stem -> file; never empty, so that no test passes by looking at nothing."""
    found = {path.stem: path for path in sorted((folder / kind).glob("*.geojson"))}
    assert found
    return found


def features_of(path: Path) -> list[Any]:
    """The features of a file, or its one geometry as a feature, read without GDAL."""
    content = json.loads(path.read_text(encoding="utf-8"))
    if content["type"].lower() == "featurecollection":
        return list(content["features"])
    return [content if content["type"] == "Feature" else {"geometry": content, "properties": {}}]


def table(folder: Path) -> list[tuple[str, str, str, str]]:
    """Verdict, file, findings, reason: one row per file."""
    rows = []
    for name, path in paths(folder, "bad").items():
        found = findings(path)
        is_miss = found <= _BESIDE_THE_POINT.get(name, set())
        reason = _TAKEN.get(name, "")
        rows.append(("miss" if is_miss else "hit", name, " ".join(sorted(found)), reason if is_miss else ""))
    for name, path in paths(folder, "good").items():
        found = findings(path)
        rows.append(("false alarm" if found else "taken", name, " ".join(sorted(found)), _FALSE_ALARMS.get(name, "")))
    return rows


def test_exactly_the_named_files_are_missed(folder: Path) -> None:
    rows = table(folder)
    assert {name for verdict, name, _, _ in rows if verdict == "miss"} == set(_TAKEN)
    assert {name: set(found.split()) for verdict, name, found, _ in rows if verdict == "hit"} == _HITS


def test_exactly_the_named_good_files_raise_an_alarm(folder: Path) -> None:
    rows = table(folder)
    assert {name for verdict, name, _, _ in rows if verdict == "false alarm"} == set(_FALSE_ALARMS)
    assert sum(verdict == "taken" for verdict, *_ in rows) == len(paths(folder, "good")) - len(_FALSE_ALARMS)


@pytest.mark.parametrize("kind", ["good", "bad"])
def test_what_is_taken_is_taken_whole(folder: Path, kind: str) -> None:
    """Rows and coordinates, against the same file read without GDAL."""
    unlike = {"featurecollection-type-case"}  # whose words shapely does not know
    names = paths(folder, "good") if kind == "good" else _TAKEN
    for name in names:
        batch = all_batches(read_here("vector", folder / kind / f"{name}.geojson")[1])
        features = features_of(folder / kind / f"{name}.geojson")
        assert len(batch.features) == len(features), name
        if name in unlike:
            continue
        given = [feature["geometry"] and shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
        got = shapely.from_wkb(batch.geometries["@geometry"].to_list())
        assert [a if a is None else a.wkt for a in got] == [a if a is None else a.wkt for a in given], name


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("bad-polygonloop", r"invalid Point. Unexpected type double"),
        ("badcoordtype", r"invalid Point. Unexpected type int for '1'"),
        ("multiple_problems", r"invalid 'y' coordinate. Unexpected type string"),
        ("stringcoord", r"invalid 'y' coordinate. Unexpected type string"),
    ],
)
def test_a_geometry_that_gdal_could_not_build_is_told_from_none_by_a_warning(
    folder: Path, name: str, note: str
) -> None:
    """The row says only "missing" or "empty"; the warning comes from what the child process wrote."""
    with read(folder / "bad" / f"{name}.geojson") as reading:
        assert sum(len(batch.features) for batch in reading.batches) > 0
        assert any(note in warning for warning in reading.info.warnings)


def test_every_member_of_features_is_a_row_or_is_said_to_be_left_out(folder: Path) -> None:
    info, batches = read_here("vector", folder / "bad" / "multiple_problems.geojson")
    assert sum(len(batch.features) for batch in batches) + sum(info.unsupported.values()) == 4


if __name__ == "__main__":
    print("| verdict | file | findings | reason |\n|---|---|---|---|")
    for row in table(Path(sys.argv[1])):
        print(f"| {' | '.join(row)} |")
