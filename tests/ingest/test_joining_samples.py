"""Tables without geometry from file to answer: the page docs/joining.md, samples, real divisions, both views."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from ingest.pipeline import Options, ingest_files
from ingest.summary import FileSummary
from ingest.unlinked import UnlinkedFilter, unlinked
from kg import graph
from kg.ledger import Ledger, in_force
from kg.ledger import tables as t
from kg.rdf.answer import query_once
from kg.rdf.query import Query
from kg.verify import verify
from kg.views import GraphPlace, catch_up, graph_driver, projection_lock
from kg.workspace import Workspace, create_workspace
from ontology import Schema

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "joining.md"
SAMPLE, COUNTY = ROOT / "ingest" / "sample" / "tables", ROOT / "ingest" / "sample" / "registration"
TABLES = tuple(f"{name}.csv" for name in ("figures", "establishments", "valuations", "uses", "observations"))
THINGS = tuple(COUNTY / name for name in ("counties.geojson", "parcels.geojson", "storeys.csv", "units.csv"))
THINGS += tuple(SAMPLE / name for name in ("addresses.geojson", "areas.geojson"))

# Row -> (key of a record of the thing, way); or the reason why there is none.
P2, P3 = "340123002004GB00031", "340123002004GB00032"
EXPECTED: dict[str, tuple[str, str] | str] = {
    "F1": ("340123", "code"), "F2": ("340123", "name"), "F3": ("340123", "name"), "F4": "no such code",
    "F5": "unknown name",
    "E1": ("A1", "address"), "E2": ("A2", "address"), "E3": "ambiguous", "E4": ("A4", "address"),
    "E5": ("A5", "address"), "E6": ("A6", "address"), "E7": "ambiguous", "E8": "unknown address", "E9": "nothing given",
    "V1": (P2, "code"), "V2": (P3, "point"), "V3": "ambiguous", "V4": "no such code",
    "U1": (f"{P2}F00010001", "code"), "U2": (f"{P2}F00010002", "address"), "U3": "unknown address",
    "O1": ("Z1", "cell"), "O2": ("Z2", "cell"), "O3": ("Z2", "point"), "O4": "outside", "O5": "wrong code",
}  # fmt: skip


def answers(ledger: Ledger) -> dict[str, tuple[str, str] | str]:
    """What became of each row of the sample tables, in the form of EXPECTED."""
    r, m = t.relation, t.membership
    rows = ledger.read(
        select(r.c.origin, r.c.object, r.c.evidence).where(in_force(r), r.c.reference.startswith("join/"))
    )
    names = dict(ledger.read(select(m.c.entity, m.c.key).where(in_force(m))).rows())
    told = rows.with_columns(
        pl.col("origin").str.split("/").list.last().alias("key"),
        pl.col("evidence").str.json_path_match("$.by").alias("by"),
        pl.col("evidence").str.json_path_match("$.reason").alias("reason"),
    )
    return {
        each["key"]: each["reason"] if each["object"] is None else (names[each["object"]], each["by"])
        for each in told.iter_rows(named=True)
    }


def taken(workspace: Workspace, ledger: Ledger, schema: Schema, *paths: Path) -> list[FileSummary]:
    summaries = ingest_files(workspace, ledger, schema, paths, Options())
    assert not [summary.error for summary in summaries if summary.error]
    return summaries


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory, schema: Schema) -> tuple[Workspace, Ledger, list[FileSummary]]:
    workspace = create_workspace(tmp_path_factory.mktemp("tables") / "workspace")
    ledger = workspace.ledger()
    return workspace, ledger, taken(workspace, ledger, schema, *THINGS, *(SAMPLE / name for name in TABLES))


def test_every_row_of_the_samples_is_about_what_it_should_be(
    county: tuple[Workspace, Ledger, list[FileSummary]],
) -> None:
    _, ledger, summaries = county
    assert answers(ledger) == EXPECTED
    tables = [summary for summary in summaries if Path(summary.path).name in TABLES]
    assert sum(summary.joins for summary in tables) == len(EXPECTED) == sum(summary.rows for summary in tables)
    reasons = Counter[str]()
    for summary in tables:
        reasons.update(summary.unlinked)
    assert reasons == Counter(value for value in EXPECTED.values() if isinstance(value, str))


@pytest.mark.process
def test_tables_before_things_are_joined_the_same(tmp_path: Path, schema: Schema) -> None:
    workspace = create_workspace(tmp_path / "workspace")
    ledger = workspace.ledger()
    first = taken(workspace, ledger, schema, *(SAMPLE / name for name in reversed(TABLES)))
    assert sum(summary.joined for summary in first) == 0
    taken(workspace, ledger, schema, *reversed(THINGS))
    assert answers(ledger) == EXPECTED


def test_the_example_of_the_page_runs(tmp_path: Path, schema: Schema) -> None:
    text = PAGE.read_text(encoding="utf-8")
    table, mapping = (re.findall(rf"```{kind}\n(.*?)```", text, re.S)[0] for kind in ("csv", "yaml"))
    workspace = create_workspace(tmp_path / "workspace")
    ledger = workspace.ledger()
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "shops.csv").write_text(table, encoding="utf-8")
    (folder / "shops.yml").write_text(mapping, encoding="utf-8")
    place = '"geometry": {"type": "Point", "coordinates": [117.1, 31.7]}'
    area = '"geometry": {"type": "Polygon", "coordinates": [[[117, 31], [118, 31], [118, 32], [117, 31]]]}'
    parts = '"street": "Hauptstraße", "house_number": "5a", "postcode": "1010", "locality": "Wien"'
    head = (
        '{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},'
    )
    for name, feature in (
        ("address", f'{{"type": "Feature", "properties": {{"address_id": "A", {parts}}}, {place}}}'),
        ("area", f'{{"type": "Feature", "properties": {{"area_id": "Z", "area_name": "harbour"}}, {area}}}'),
    ):
        (folder / f"{name}.geojson").write_text(f'{head} "features": [{feature}]}}', encoding="utf-8")
    taken(workspace, ledger, schema, folder / "address.geojson", folder / "area.geojson")
    options = Options(mapping=folder / "shops.yml")
    summary = ingest_files(workspace, ledger, schema, [folder / "shops.csv"], options)[0]
    assert (summary.taken, summary.joined, summary.unlinked) == (3, 2, {"unknown address": 1})
    assert answers(ledger) == {"1": ("A", "address"), "2": ("Z", "name"), "3": "unknown address"}
    with ledger.reading() as snapshot:
        listed = unlinked(snapshot, UnlinkedFilter()).select("source", "key", "to", "reason").row(0)
    assert all(word in text for word in listed)


def test_real_divisions_are_found_by_code_and_by_a_name_that_is_theirs_alone(
    shared_data: Path, tmp_path: Path, schema: Schema
) -> None:
    folder = shared_data / "cn-admin-divisions"
    files = [folder / name for name in ("provinces.csv", "cities.csv", "areas.csv")]
    tables = [list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) for path in files]
    # A prefecture without counties stands in the table of counties, too, under its own code: it is one thing.
    names = Counter(name for _, name in {(row["code"].ljust(6, "0"), row["name"]) for rows in tables for row in rows})
    workspace = create_workspace(tmp_path / "workspace")
    ledger = workspace.ledger()
    taken(workspace, ledger, schema, *files)
    figures = tmp_path / "figures.csv"
    with figures.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["figure_id", "unit_code", "unit_name", "property", "value", "unit", "time"])
        for row in tables[2]:
            writer.writerow([f"c{row['code']}", row["code"], "", "people", "1", "{person}", "2024"])
            writer.writerow([f"n{row['code']}", "", row["name"], "people", "1", "{person}", "2024"])
    summary = taken(workspace, ledger, schema, figures)[0]
    alone = sum(names[row["name"]] == 1 for row in tables[2])
    assert 0 < alone < len(tables[2])
    assert (summary.joins, summary.joined) == (2 * len(tables[2]), len(tables[2]) + alone)
    assert summary.unlinked == {"ambiguous": len(tables[2]) - alone}
    found = {
        key: value if isinstance(value, str) else (value[0].ljust(6, "0"), value[1])
        for key, value in answers(ledger).items()
    }
    for row in tables[2]:
        assert found[f"c{row['code']}"] == (row["code"], "code")
        assert found[f"n{row['code']}"] == ((row["code"], "name") if names[row["name"]] == 1 else "ambiguous")


# ---- both views ----


@pytest.fixture(scope="module")
def shown(county: tuple[Workspace, Ledger, list[FileSummary]], schema: Schema) -> Iterator[Workspace]:
    workspace, ledger, _ = county
    try:
        with projection_lock(workspace) as is_ours:
            assert is_ours
            catch_up(workspace, ledger, schema, GraphPlace())
        yield workspace
    finally:
        graph.stop(workspace.graph)


@pytest.mark.neo4j
def test_both_views_answer_over_joined_tables(
    shown: Workspace, county: tuple[Workspace, Ledger, list[FileSummary]], schema: Schema
) -> None:
    """The mean temperature of each area, in SPARQL and in Cypher; and the links that rest on an address."""
    sparql = """PREFIX res: <https://res3d.example/ontology#>
        SELECT ?name (AVG(?value) AS ?mean) {
          ?o res:observes ?area ; res:observedProperty "air temperature" ; res:numericResult ?value .
          ?area a res:ManagedArea ; res:name ?name } GROUP BY ?name ORDER BY ?name"""
    cypher = """MATCH (o:Observation)-[:OBSERVES]->(a:ManagedArea) WHERE o.observedProperty = 'air temperature'
        RETURN a.name AS name, avg(o.numericResult) AS mean ORDER BY name"""
    lines = query_once(shown.rdf, Query(sparql, format_name="csv")).read().decode().split()[1:]
    by_sparql = {name: round(float(mean), 2) for name, mean in (line.split(",") for line in lines)}
    with graph_driver(shown, GraphPlace()) as driver:
        by_cypher = {row["name"]: round(row["mean"], 2) for row in driver.execute_query(cypher).records}
    assert by_sparql == by_cypher == {"学府科技园": 21.4, "湖东开发区": 21.95}
    evidence = """PREFIX res: <https://res3d.example/ontology#>
        SELECT (COUNT(*) AS ?n) { ?r res:relationPredicate "situatedAt" ; res:relationEvidence ?why .
        FILTER(CONTAINS(?why, '"by":"address"')) }"""
    assert query_once(shown.rdf, Query(evidence, format_name="csv")).read().decode().split()[1] == "5"
    assert list(verify(shown, county[1], schema, GraphPlace())) == []
