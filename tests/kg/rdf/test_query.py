import io
import json
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.query import Result

from kg.rdf.errors import AnswerTooLarge, NotAcceptable, QueryInvalid, QueryRefused
from kg.rdf.load import full_load
from kg.rdf.query import Query, evaluate
from kg.rdf.store import STATE, reading
from ontology import Schema

from .samples import BASE, PREFIXES, TERM, at, facts


@pytest.fixture
def two_sources(tmp_path: Path, schema: Schema) -> Path:
    """One entity, and a record of it in each of two sources."""
    nodes = {"entity/a": "asserted", "record/x/1": "source/x", "record/y/1": "source/y"}
    edges = [(record, "standsOn", "entity/a", graph, True) for record, graph in list(nodes.items())[1:]]
    path = tmp_path / "rdf"
    full_load(path, [facts(nodes, edges=edges)], schema, BASE, at(1))
    return path


def ask(path: Path, query: Query) -> bytes:
    parts: list[bytes] = []
    with reading(path) as opened:
        evaluate(opened.store, opened.base, query, parts.append)
    return b"".join(parts)


def rows(path: Path, text: str, **options: object) -> list[dict[str, str]]:
    query = Query(PREFIXES + text, format_name="json", **options)  # type: ignore[arg-type]  # fields of Query
    bindings = json.loads(ask(path, query))["results"]["bindings"]
    return [{name: value["value"] for name, value in row.items()} for row in bindings]


def column(found: Sequence[dict[str, str]], name: str) -> list[str]:
    return sorted(row[name].removeprefix(BASE).removeprefix(TERM) for row in found)


def test_a_query_sees_all_graphs_as_one(two_sources: Path) -> None:
    assert column(rows(two_sources, "SELECT ?s { ?s a :House }"), "s") == ["entity/a", "record/x/1", "record/y/1"]


def test_a_triple_counts_once(two_sources: Path) -> None:
    assert rows(two_sources, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == [{"n": "10"}]
    assert rows(two_sources, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", inference=False) == [{"n": "5"}]


def test_what_is_inferred_is_seen_with_inference_only(two_sources: Path) -> None:
    carried = "SELECT ?o { e:a :carries ?o }"
    assert column(rows(two_sources, carried), "o") == ["record/x/1", "record/y/1"]
    assert rows(two_sources, carried, inference=False) == []
    superclass = "SELECT ?s { ?s a :Entity }"
    assert len(rows(two_sources, superclass)) == 3
    assert rows(two_sources, superclass, inference=False) == []


def test_graphs_have_names_and_the_inferred_one_only_with_inference(two_sources: Path) -> None:
    text = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    stated = ["graph/asserted", "graph/source/x", "graph/source/y"]
    assert column(rows(two_sources, text, inference=False), "g") == stated
    assert column(rows(two_sources, text), "g") == sorted([*stated, "graph/inferred"])


def test_from_chooses_graphs(two_sources: Path) -> None:
    text = "SELECT ?s FROM <graph/source/x> { ?s a :House }"
    assert column(rows(two_sources, text), "s") == ["record/x/1"]
    text = "SELECT ?s FROM NAMED <graph/source/y> { GRAPH ?g { ?s a :House } }"
    assert column(rows(two_sources, text), "s") == ["record/y/1"]


def test_the_graphs_of_the_request_replace_those_of_the_text(two_sources: Path) -> None:
    text = "SELECT ?s FROM <graph/source/x> { ?s a :House }"
    found = rows(two_sources, text, default_graphs=(f"{BASE}graph/source/y",))
    assert column(found, "s") == ["record/y/1"]
    found = rows(two_sources, "SELECT ?s { GRAPH ?g { ?s a :House } }", named_graphs=(f"{BASE}graph/asserted",))
    assert column(found, "s") == ["entity/a"]


def test_from_a_file_or_a_server_is_an_empty_graph(two_sources: Path, tmp_path: Path) -> None:
    file = tmp_path / "secret.ttl"
    file.write_text("<a:a> <a:b> <a:c> .")
    for place in (file.as_uri(), "http://127.0.0.1:9/"):
        assert rows(two_sources, "SELECT * FROM <PLACE> { ?s ?p ?o }".replace("PLACE", place)) == []
        named = "SELECT * FROM NAMED <PLACE> { GRAPH ?g { ?s ?p ?o } }".replace("PLACE", place)
        assert rows(two_sources, named) == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s ?p ?o }",
        "SELECT * { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * { <urn:res3d:rdf-view> ?p ?o }",
        "SELECT * FROM <urn:res3d:rdf-view> { ?s ?p ?o }",
        "SELECT * FROM NAMED <urn:res3d:rdf-view> { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * FROM NAMED <a:b> { ?s ?p ?o }",
    ],
)
def test_the_state_of_the_view_is_never_seen(two_sources: Path, text: str) -> None:
    assert "urn:res3d" not in str(rows(two_sources, text))


def test_relative_iris_are_below_the_data_base(two_sources: Path) -> None:
    assert json.loads(ask(two_sources, Query(f"ASK {{ <entity/a> a <{TERM}House> }}")))["boolean"]


def test_prefixes_of_the_request_need_no_declaration(two_sources: Path) -> None:
    query = Query("CONSTRUCT { ?s a t:House } WHERE { ?s a t:House }", prefixes={"t": TERM})
    assert b"t:House" in ask(two_sources, query)


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_a_table_is_written_in_every_format(two_sources: Path, name: str) -> None:
    query = Query(PREFIXES + "SELECT ?s ?n { ?s a :House BIND(1 AS ?n) }", format_name=name)
    result = Result.parse(io.BytesIO(ask(two_sources, query)), format=name)
    assert sorted(str(row[0]) for row in result if isinstance(row, tuple)) == [
        f"{BASE}entity/a",
        f"{BASE}record/x/1",
        f"{BASE}record/y/1",
    ]


@pytest.mark.parametrize(("name", "expected"), [("json", True), ("xml", True), ("json", False), ("xml", False)])
def test_a_boolean_is_written_in_the_formats_that_have_one(two_sources: Path, name: str, expected: bool) -> None:
    pattern = "?s a :House" if expected else "?s a :Plot"
    query = Query(PREFIXES + f"ASK {{ {pattern} }}", format_name=name)
    assert Result.parse(io.BytesIO(ask(two_sources, query)), format=name).askAnswer is expected


@pytest.mark.parametrize(
    ("name", "parser"), [("turtle", "turtle"), ("ntriples", "nt"), ("jsonld", "json-ld"), ("rdfxml", "xml")]
)
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own JSON-LD
@pytest.mark.parametrize("text", ["CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "DESCRIBE ?s { ?s ?p ?o }"])
def test_a_graph_is_written_in_every_format(two_sources: Path, name: str, parser: str, text: str) -> None:
    answer = ask(two_sources, Query(PREFIXES + text, format_name=name, prefixes={"t": TERM}))
    assert len(rdflib.Graph().parse(data=answer, format=parser)) == 10


@pytest.mark.parametrize(
    ("text", "line", "column_", "message"),
    [
        ("SELECT * { ?s ?p ", 1, 18, "end of the text|SELECT"),
        ("SELECT *\n{ ?s ex:p ?o }", 2, 6, "prefix ex: is not declared"),
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", 1, 34, "not authorized with GROUP BY"),
    ],
)
def test_a_syntax_error_tells_its_place(two_sources: Path, text: str, line: int, column_: int, message: str) -> None:
    with pytest.raises(QueryInvalid, match=message) as caught:
        ask(two_sources, Query(text))
    assert (caught.value.line, caught.value.column) == (line, column_)


def test_an_unknown_function_is_named(two_sources: Path) -> None:
    with pytest.raises(QueryInvalid, match="<a:f> is not supported"):
        ask(two_sources, Query("SELECT (<a:f>(1) AS ?x) {}"))


def test_an_answer_beyond_its_size_limit_is_an_error(two_sources: Path) -> None:
    size = len(ask(two_sources, Query("SELECT * { ?s ?p ?o }")))
    ask(two_sources, Query("SELECT * { ?s ?p ?o }", max_bytes=size))
    with pytest.raises(AnswerTooLarge, match="LIMIT"):
        ask(two_sources, Query("SELECT * { ?s ?p ?o }", max_bytes=size - 1))


def test_a_query_that_may_not_run_can_not_be_made() -> None:
    with pytest.raises(QueryRefused):
        Query("SELECT * { SERVICE <x:y> {} }")
    with pytest.raises(NotAcceptable):
        Query("ASK {}", format_name="turtle")
    with pytest.raises(QueryInvalid, match="above 0"):
        Query("ASK {}", seconds=0)


def test_a_store_without_state_gives_the_same_answers(two_sources: Path) -> None:
    with reading(two_sources) as opened:
        copy = ox.Store()
        copy.extend(quad for quad in opened.store if quad.subject != STATE)
    for inference in (True, False):
        query = Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", format_name="csv", inference=inference)
        parts: list[bytes] = []
        evaluate(copy, BASE, query, parts.append, has_state=False)
        assert b"".join(parts) == ask(two_sources, query)
