"""Solids on their way into the ledger: taken with a warning, or put into quarantine; every row is accounted for."""

import json
from pathlib import Path

import numpy as np
import pytest

from ingest.mapping import MappingError
from ingest.mapping_text import parse_mapping
from ingest.quarantine import QuarantineFilter, rows_in
from ingest.quarantine_retry import retry
from ingest.solid import Action, Body, Check3D, Kind, Tolerances, parse_check_3d
from ontology import Schema
from tests.ingest.deliveries import Desk

from .by_reader import city_file
from .prisms import nested, prism

pytestmark = pytest.mark.process

MAPPING = """
prefixes: {res: "https://res3d.example/ontology#"}
res3d: {source: SOURCE, title: houses, licence: CC0, rank: RANK, delivery: partial HEADER}
mappings:
  house:
    s: record/SOURCE/$(@key)
    po:
      - [a, res:Building]
"""


def city(path: Path, **shells: list[list[list[list[float]]]]) -> Path:
    """A CityJSON file with a building for each shell."""
    points: list[list[float]] = []
    objects: dict[str, object] = {}
    for name, shell in shells.items():
        boundaries = []
        for polygon in shell:
            rings = []
            for ring in polygon:
                rings.append(list(range(len(points), len(points) + len(ring))))
                points.extend(ring)
            boundaries.append(rings)
        geometry = {"type": "Solid", "lod": "2.2", "boundaries": [boundaries]}
        objects[name] = {"type": "Building", "geometry": [geometry]}
    document = {
        "type": "CityJSON",
        "version": "1.1",
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/4548"},
        "transform": {"scale": [0.001] * 3, "translate": [0.0] * 3},
        "CityObjects": objects,
        "vertices": [[round(number * 1000) for number in point] for point in points],
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def house(x: float) -> list[list[list[list[float]]]]:
    outline = np.array([[0.0, 0], [8, 0], [8, 10], [0, 10]])
    return nested(prism(outline, None, 6.0, np.eye(3), np.array([500_000.0 + x, 3_500_000.0, 1.0])).faces)


@pytest.fixture
def houses(tmp_path: Path) -> Path:
    """Two whole houses, one without its first wall, one with a wall turned."""
    turned = house(60)
    turned[3] = [ring[::-1] for ring in turned[3]]
    return city(tmp_path / "houses.city.json", a=house(0), b=house(20), open=house(40)[:-1], turned=turned)


def hand_in(desk: Desk, path: Path, header: str = "", **options: object):  # type: ignore[no-untyped-def]
    mapping = desk.mapping("houses", text=MAPPING.replace("HEADER", header))
    from ingest.pipeline import Options, ingest_files

    chosen = Options(mapping=mapping, **options)  # type: ignore[arg-type]  # names checked by Options
    return ingest_files(desk.workspace, desk.ledger, desk.schema, [path], chosen)[0]


def test_solids_are_not_looked_at_unless_asked(desk: Desk, houses: Path) -> None:
    summary = hand_in(desk, houses)
    assert (summary.error, summary.taken, summary.quarantined) == (None, 4, 0)
    assert not [warning for warning in summary.warnings if "ISO 19107" in warning]


def test_warn_takes_all_and_counts_rows_by_code(desk: Desk, houses: Path) -> None:
    summary = hand_in(desk, houses, check_3d=Action.WARN)
    assert (summary.rows, summary.taken, summary.quarantined) == (4, 4, 0)
    assert [warning for warning in summary.warnings if "ISO 19107" in warning] == [
        "1 x 3D geometry with error 302 SHELL_NOT_CLOSED (ISO 19107); such rows are taken",
        "1 x 3D geometry with error 307 POLYGON_WRONG_ORIENTATION (ISO 19107); such rows are taken",
    ]


def test_quarantine_by_the_mapping_keeps_the_broken_ones_out(desk: Desk, houses: Path) -> None:
    summary = hand_in(desk, houses, ", check_3d: quarantine")
    assert (summary.rows, summary.taken, summary.quarantined) == (4, 2, 2)
    assert dict(summary.reasons) == {"invalid_solid": 2}
    with desk.ledger.reading() as snapshot:
        details = sorted(rows_in(snapshot, QuarantineFilter())["detail"])
    assert details[0].startswith(
        "LOD 2.2: 302 SHELL_NOT_CLOSED: an edge is of one polygon only at 500040.0 3500000.0 4.0"
    )
    assert details[1].startswith("LOD 2.2: 307 POLYGON_WRONG_ORIENTATION")


def test_the_call_goes_before_the_mapping(desk: Desk, houses: Path) -> None:
    assert hand_in(desk, houses, ", check_3d: quarantine", check_3d=Action.OFF).taken == 4


def test_tolerances_of_the_mapping_are_used(desk: Desk, tmp_path: Path) -> None:
    bent = house(0)
    low = min(point[2] for face in bent for point in face[0])
    corner = [500_008.0, 3_500_010.0, low + 6.0]
    for face in bent:
        face[0] = [[*point[:2], point[2] + 0.1] if point == corner else point for point in face[0]]
    path = city(tmp_path / "bent.city.json", bent=bent)
    assert dict(hand_in(desk, path, ", check_3d: quarantine").reasons) == {"invalid_solid": 1}
    loose = ", check_3d: {action: quarantine, planarity: 0.06}"
    other = city(tmp_path / "bent2.city.json", bent=bent, good=house(100))
    assert hand_in(desk, other, loose).taken == 2


def test_solids_of_a_composite_are_held_against_each_other_and_so_they_are_when_tried_again(
    desk: Desk, tmp_path: Path
) -> None:
    bodies = [
        Body(Kind.COMPOSITE_SOLID, [[house(0)], [house(8)]]),  # wall to wall
        Body(Kind.COMPOSITE_SOLID, [[house(100)], [house(107)]]),
        Body(Kind.COMPOSITE_SOLID, [[house(200)], [house(220)]]),
        Body(Kind.MULTI_SOLID, [[house(300)], [house(320)]]),
        Body(Kind.SOLID, [[[*house(400), *house(420)]]]),  # one shell
    ]
    path = city_file(tmp_path / "houses.city.json", bodies)
    summary = hand_in(desk, path, ", check_3d: quarantine", crs="EPSG:4548")
    assert (summary.taken, dict(summary.reasons)) == (2, {"invalid_solid": 3})
    assert _waiting(desk) == [
        "LOD 2: 305 MULTIPLE_CONNECTED_COMPONENTS",
        "LOD 2: 501 INTERSECTION_SOLIDS",
        "LOD 2: 503 DISCONNECTED_SOLIDS",
    ]
    again = retry(desk.workspace, desk.ledger, desk.schema, QuarantineFilter(), actor="clerk")
    assert (again.tried, again.quarantined) == (3, 3)
    assert len(_waiting(desk)) == 3


def _waiting(desk: Desk) -> list[str]:
    with desk.ledger.reading() as snapshot:
        return sorted(":".join(detail.split(":")[:2]) for detail in rows_in(snapshot, QuarantineFilter())["detail"])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", Check3D(Action.WARN)),
        ("off", Check3D(Action.OFF)),
        ("quarantine", Check3D(Action.QUARANTINE)),
        ("{planarity: 0.2}", Check3D(Action.WARN, Tolerances(planarity=0.2))),
    ],
)
def test_header_says_what_is_done(schema: Schema, written: str, expected: Check3D) -> None:
    text = MAPPING.replace("HEADER", f", check_3d: {written}").replace("SOURCE", "s").replace("RANK", "1")
    assert parse_mapping(text, "m.yml", schema).header.check_3d == expected


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("perhaps", "'perhaps'; expected off, warn, quarantine"),
        ("{planar: 1}", "unknown key planar; known are action, most_pairs, normals"),
        ("{snap: -1}", "snap: expected 0 or more"),
        ("{snap: wide}", "snap is 'wide'; expected a number"),
    ],
)
def test_wrong_header_is_refused_by_name(schema: Schema, written: str, said: str) -> None:
    text = MAPPING.replace("HEADER", f", check_3d: {written}").replace("SOURCE", "s").replace("RANK", "1")
    with pytest.raises(MappingError, match=r"res3d\.check_3d") as refused:
        parse_mapping(text, "m.yml", schema)
    assert said in str(refused.value)


def test_nothing_said_is_off() -> None:
    assert parse_check_3d(None) == Check3D()
