"""`--source` gives a data set another name: its records refer to one another by that name, and the tree stays whole."""

from contextlib import closing
from pathlib import Path

import orjson
import polars as pl
import pytest
from sqlalchemy import select

from ingest.mapping_text import parse_mapping
from ingest.pipeline import Options, ingest_files
from ingest.quarantine import QuarantineFilter
from ingest.quarantine_retry import retry
from ingest.summary import FileSummary
from kg.ledger import Ledger, in_force
from kg.ledger import tables as t
from kg.workspace import open_workspace
from ontology import Schema
from tests.ingest.deliveries import MAPPING, Desk, square, write_squares
from tests.ingest.readers.ifc_models import write_model
from tests.workspaces import european_workspace

HOUSE = "bad-val3dity/gml/DenHaag_1BwBP.gml"
TREE = MAPPING.replace("status, $(status)]", "status, $(status)]\n      - [res:partOf, record/SOURCE/$(whole)~iri]")


def take(ledger_of: Path, schema: Schema, path: Path, **options: str) -> tuple[FileSummary, pl.DataFrame]:
    """The summary, and predicate, object, reference, origin of the relations in force."""
    workspace = open_workspace(ledger_of)
    with closing(workspace.ledger()) as ledger:
        (summary,) = ingest_files(workspace, ledger, schema, [path], Options(**options))  # type: ignore[arg-type]
        return summary, relations(ledger)


def relations(ledger: Ledger) -> pl.DataFrame:
    r = t.relation
    query = select(r.c.predicate, r.c.object, r.c.reference, r.c.origin).where(in_force(r))
    return ledger.read(query.order_by(r.c.predicate, r.c.origin))


@pytest.mark.process
@pytest.mark.parametrize("kind", ["citygml", "ifc"])
def test_a_model_under_another_name_has_the_tree_that_it_has_under_its_own(
    shared_data: Path, schema: Schema, tmp_path: Path, kind: str
) -> None:
    path = shared_data / HOUSE if kind == "citygml" else write_model(tmp_path / "house.ifc")
    place = {name: european_workspace(tmp_path / name, "EPSG:28992", "EPSG:4326") for name in ("own", "other")}
    own, expected = take(place["own"], schema, path)
    other, found = take(place["other"], schema, path, source="town-2026")
    assert (own.error, own.source, other.error, other.source) == (None, kind, None, "town-2026")
    parts = expected.filter(predicate="partOf")
    assert parts.height > 5
    assert parts["object"].null_count() == 0
    assert found["object"].null_count() == expected["object"].null_count()
    assert other.relations == own.relations
    names = [pl.col(name).str.replace(f"record/{kind}/", "record/town-2026/") for name in ("reference", "origin")]
    assert found.drop("object").equals(expected.drop("object").with_columns(names))
    assert found["reference"].str.starts_with("record/town-2026/").sum() >= parts.height


def test_references_to_other_sources_stay(schema: Schema) -> None:
    other = "\n      - [res:locatedIn, record/parcels/$(parcel)~iri]"
    mapping = parse_mapping((TREE.rstrip() + other).replace("SOURCE", "town").replace("RANK", "1"), "town.yml", schema)
    renamed = mapping.under("county")
    told = {part.property: part.value.text for part in renamed.records[0].properties}
    assert told["partOf"] == "record/county/$(whole)"
    assert told["locatedIn"] == "record/parcels/$(parcel)"
    assert (renamed.header.source, renamed.version) == ("county", mapping.version)
    assert mapping.under("town") is mapping


def test_a_row_that_is_tried_again_refers_by_the_name_of_its_source(desk: Desk) -> None:
    path = desk.mapping("town", text=TREE)
    squares = [square("a", 0), square("b", 20, year="long ago", whole="a")]
    options = Options(mapping=path, source="county")
    file = write_squares(desk.workspace.directory / "s.geojson", squares)
    (summary,) = ingest_files(desk.workspace, desk.ledger, desk.schema, [file], options)
    assert (summary.taken, summary.quarantined) == (1, 1)
    path.write_text(path.read_text(encoding="utf-8").replace("      - [res:yearOfConstruction, $(year)]\n", ""))
    (desk.workspace.directory / "ontology").mkdir(exist_ok=True)
    path.rename(desk.workspace.directory / "ontology" / path.name)
    done = retry(desk.workspace, desk.ledger, desk.schema, QuarantineFilter(), actor="test")
    assert done.taken == 1
    assert relations(desk.ledger).filter(predicate="partOf").select("reference", "origin").rows() == [
        ("record/county/a", "record/county/b")
    ]


def test_other_things_of_the_same_keys_are_told(schema: Schema, tmp_path: Path) -> None:
    """Two towns number their houses from 1: nothing is lost, but one house would seem to have become another."""
    place = european_workspace(tmp_path / "w", "EPSG:28992")
    for name, height in (("north", 5), ("south", 9)):
        house = {"type": "Building", "attributes": {"measuredHeight": height}, "geometry": []}
        model = {"type": "CityJSON", "version": "2.0", "vertices": [], "CityObjects": {"1": house}}
        model |= {"transform": {"scale": [1, 1, 1], "translate": [0, 0, 0]}}
        (tmp_path / f"{name}.city.json").write_bytes(orjson.dumps(model))
    first, _ = take(place, schema, tmp_path / "north.city.json")
    apart, _ = take(place, schema, tmp_path / "south.city.json", source="south")
    mixed, _ = take(place, schema, tmp_path / "south.city.json")
    assert (first.taken, apart.taken, mixed.changed) == (1, 1, 1)
    told = [[text for text in each.warnings if "--source" in text] for each in (first, apart, mixed)]
    assert told[:2] == [[], []]
    assert len(told[2]) == 1
    assert told[2][0].startswith("records that north.city.json brought are changed")
