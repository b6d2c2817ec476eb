import json
import threading
import time
from pathlib import Path

import neo4j
import pytest

from kg.graph import (
    Answer,
    GraphUnavailable,
    QueryError,
    QueryInvalid,
    QueryRefused,
    QueryTooLarge,
    QueryTooLong,
    load_over_wire,
    run,
)
from kg.graph.json_values import Json

from .samples import BASE, POSITION, schema, town

pytestmark = pytest.mark.neo4j

HOSTILE = (Path(__file__).parent / "hostile.cypher").read_text("utf-8").split("\n---\n")
HARMLESS = (Path(__file__).parent / "harmless.cypher").read_text("utf-8").split("\n---\n")


@pytest.fixture(scope="module")
def loaded(driver: neo4j.Driver) -> neo4j.Driver:
    driver.execute_query("MATCH (n) DETACH DELETE n")
    load_over_wire(driver, [town()], schema(), base=BASE, position=POSITION)
    return driver


@pytest.mark.parametrize("statement", HOSTILE)
def test_whatever_does_more_than_read_the_graph_is_refused(statement: str, loaded: neo4j.Driver) -> None:
    before = loaded.execute_query("MATCH (n) RETURN count(n), sum(size(keys(n)))").records[0].values()
    with pytest.raises(QueryRefused, match=r"only statements that read|EXPLAIN and PROFILE are not answered"):
        run(loaded, statement, database="neo4j")
    assert loaded.execute_query("MATCH (n) RETURN count(n), sum(size(keys(n)))").records[0].values() == before


@pytest.mark.parametrize("statement", HARMLESS)
def test_what_only_reads_is_answered(statement: str, loaded: neo4j.Driver) -> None:
    answer = run(loaded, statement, {"name": "Delft", "count": 1}, database="neo4j")
    json.dumps(answer.values, allow_nan=False)
    assert answer.fields


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("MATCH (n) RETRUN n", r"RETRUN.* \(line 1, column 11 \(offset: 10\)\)$"),
        ("MATCH (n)\nRETURN m", r"Variable `m` not defined \(line 2, column 8 \(offset: 17\)\)$"),
        ("", r"Unexpected end of input"),
        ("// nothing", r"Unexpected end of input"),
        ("RETURN 1; RETURN 2", r"exactly one statement"),
        ("RETURN 1; CREATE (n)", r"exactly one statement"),
        ("RETURN 1 / 0", r"/ by zero"),
        ("RETURN $missing", r"missing"),
        ("CALL no.such.procedure()", r"no procedure with the name `no\.such\.procedure`"),
        ("\\u0053HOW USERS", r"Invalid input"),
        ("USE system MATCH (n) RETURN n", r"system database"),
        ("USE other MATCH (n) RETURN n", r"other"),
        (":use system", r"Invalid input ':'"),
        ("RETURN " + "1+" * 10_000 + "1", r"20008 characters, expected at most 10000; give its values as parameters"),
        ("RETURN $big", r"can't hold: Integer 1180591620717411303424 out of range"),
        ("RETURN '\ud800'", r"can't hold: .*surrogates not allowed"),
        ("RETURN reduce(nest = [], i IN range(1, 5000) | [nest])", r"nested too deeply"),
    ],
)
def test_what_can_not_be_understood_is_said_in_neo4js_words(statement: str, said: str, loaded: neo4j.Driver) -> None:
    with pytest.raises(QueryInvalid, match=said):
        run(loaded, statement, {"big": 2**70} if "$big" in statement else {}, database="neo4j")


def test_the_answer_has_the_shape_of_neo4js_query_api(loaded: neo4j.Driver) -> None:
    answer = run(loaded, "MATCH p = (h:House {name: $name})-[r:STANDS_ON]->(p1) RETURN h, r, p", {"name": "Delft"})
    ((house, relationship, path),) = answer.values
    assert answer.fields == ("h", "r", "p")
    assert isinstance(house, dict)
    assert isinstance(relationship, dict)
    assert isinstance(path, list)
    assert set(house) == {"elementId", "labels", "properties"}
    assert house["labels"] == ["Construction", "Current", "Entity", "House", "Resource"]
    assert house["properties"] == {
        "iri": f"{BASE}entity/h1",
        "name": "Delft",
        "height": 12.5,
        "floors": 4,
        "listed": True,
    }
    assert relationship["type"] == "STANDS_ON"
    assert relationship["startNodeElementId"] == house["elementId"]
    assert path[:2] == [house, relationship]
    assert len(path) == 3


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("null", None),
        ("[1, 2.5, 'x', true, [null]]", [1, 2.5, "x", True, [None]]),
        ("{a: {b: [1]}}", {"a": {"b": [1]}}),
        ("0.0 / 0.0", "NaN"),
        ("-1.0 / 0.0", "-Infinity"),
        ("date('2024-02-29')", "2024-02-29"),
        ("datetime('2024-02-29T12:00:00.5+01:00')", "2024-02-29T12:00:00.500000000+01:00"),
        ("datetime('2024-07-01T12:00:00[Europe/Amsterdam]')", "2024-07-01T12:00:00.000000000+02:00"),
        ("localdatetime('2024-02-29T12:00')", "2024-02-29T12:00:00.000000000"),
        ("localtime('12:00')", "12:00:00.000000000"),
        ("duration('P1Y2M3DT4S')", "P1Y2M3DT4S"),
        ("point({longitude: 4.37, latitude: 52.0})", "SRID=4326;POINT (4.37 52.0)"),
        ("point({x: 1, y: 2, z: 3})", "SRID=9157;POINT Z (1.0 2.0 3.0)"),
    ],
)
def test_every_type_of_value_has_a_json_form(expression: str, value: Json, loaded: neo4j.Driver) -> None:
    assert run(loaded, f"RETURN {expression} AS x") == Answer(("x",), [[value]], truncated=False)


def test_more_rows_than_allowed_are_cut_off_and_it_is_said(loaded: neo4j.Driver) -> None:
    statement = "UNWIND range(1, $rows) AS x RETURN x"
    assert run(loaded, statement, {"rows": 3}, max_rows=3) == Answer(("x",), [[1], [2], [3]], truncated=False)
    assert run(loaded, statement, {"rows": 100_000_000}, max_rows=3) == Answer(("x",), [[1], [2], [3]], truncated=True)


def test_a_statement_is_ended_at_its_time_limit(loaded: neo4j.Driver) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTooLong, match=r"not done within 0.5 s; narrow it") as caught:
        run(loaded, "UNWIND range(1, 10000000000) AS x RETURN count(x)", seconds=0.5)
    assert time.monotonic() - started < 30  # counted to the end it would take minutes
    assert not caught.value.still_running


def test_a_statement_that_neo4j_can_not_interrupt_is_left_behind(
    loaded: neo4j.Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.graph.cypher.GRACE_SECONDS", 0.1)
    with pytest.raises(QueryTooLong) as caught:
        run(loaded, "RETURN reduce(s = 0, i IN range(1, 150000000) | s + i)", seconds=0.3)
    assert caught.value.still_running
    assert run(loaded, "RETURN 1 AS x").values == [[1]]
    for left in [thread for thread in threading.enumerate() if thread.name == "cypher"]:
        left.join(60)


def test_a_statement_that_eats_memory_is_ended_and_the_server_goes_on(loaded: neo4j.Driver) -> None:
    for statement in (
        "UNWIND range(1, 1000000000) AS x WITH collect(x) AS xs RETURN size(xs)",
        "RETURN [i IN range(1, 1000000000) | i][5]",
    ):
        with pytest.raises(QueryTooLarge, match="more memory than one query may have"):
            run(loaded, statement, seconds=20)
    assert run(loaded, "RETURN 1 AS x").values == [[1]]


def test_the_second_wall_refuses_writes_that_pass_the_first(
    loaded: neo4j.Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.graph.cypher.check_plan", lambda *_: None)
    for statement in (
        "CREATE (n)",
        "MATCH (n) SET n.x = 1",
        "CREATE INDEX FOR (n:X) ON (n.y)",
        "CALL db.createLabel('x')",
    ):
        with pytest.raises(QueryError):
            run(loaded, statement)
    with pytest.raises(QueryError):
        run(loaded, "LOAD CSV FROM 'file:///etc/hostname' AS line RETURN line")
    with pytest.raises(QueryError):
        run(loaded, "LOAD CSV FROM 'http://127.0.0.1:1/' AS line RETURN line")


def test_a_server_that_is_gone_is_not_the_askers_fault() -> None:
    with neo4j.GraphDatabase.driver("bolt://127.0.0.1:9", auth=("a", "b")) as gone, pytest.raises(GraphUnavailable):
        run(gone, "RETURN 1")
