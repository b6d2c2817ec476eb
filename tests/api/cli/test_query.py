"""`res3d query`, `res3d cypher`, `res3d link` and `res3d verify` on the demo's workspace."""

import json
from pathlib import Path

import pytest

from kg.workspace import Workspace

from .conftest import Ran, Run


@pytest.fixture
def ask(run: Run, demo_workspace: Workspace) -> Run:
    """A verb on the demo's workspace."""

    def call(verb: str, *arguments: object) -> Ran:
        return run(verb, *arguments, "--workspace", demo_workspace.directory)

    return call


UNITS = "SELECT ?code { ?unit a :BuildingUnit ; :unitCode ?code } ORDER BY ?code LIMIT 2"


def test_sparql_answers_a_table(ask: Run) -> None:
    assert ask("query", UNITS).out.split() == ["code", "340123002004GB00031F00010001", "340123002004GB00031F00010002"]


@pytest.mark.parametrize(
    ("question", "format", "start"),
    [
        (UNITS, "csv", "code\r\n3401"),
        (UNITS, "json", '{"head"'),
        ("CONSTRUCT { ?s a ?t } { ?s a ?t } LIMIT 1", "ntriples", "<https://"),
    ],
)
def test_sparql_answers_in_other_formats(question: str, format: str, start: str, ask: Run) -> None:  # noqa: A002 - the option's name
    assert ask("query", question, "--format", format).out.startswith(start)


def test_json_is_the_sparql_result_document(ask: Run) -> None:
    assert ask("query", UNITS, "--json").json["head"]["vars"] == ["code"]


def test_a_yes_no_question_is_answered_so(ask: Run) -> None:
    assert ask("query", "ASK { ?s a :Parcel }").out == "yes\n"


def test_inference_can_be_left_out(ask: Run) -> None:
    question = "ASK { ?s a :ManagedEntity }"
    assert ask("query", question).out == "yes\n"
    assert ask("query", question, "--no-inference").out == "no\n"


def test_a_question_may_be_a_file(ask: Run, tmp_path: Path) -> None:
    (tmp_path / "units.rq").write_text(UNITS, encoding="utf-8")
    assert "GB00031F00010001" in ask("query", "--file", tmp_path / "units.rq").out


@pytest.mark.parametrize("verb", ["query", "cypher"])
def test_no_question_is_wrong_use(verb: str, ask: Run) -> None:
    assert ask(verb).code == 2


@pytest.mark.parametrize(
    ("verb", "question", "problem"),
    [
        ("query", "SELEC ?s", "SELECT, ASK, CONSTRUCT or DESCRIBE"),
        ("query", "SELECT ?s { ?s a", "line 1"),
        ("query", "INSERT DATA { <a:a> <a:b> <a:c> }", "res3d ingest"),
        ("query", "SELECT * { SERVICE <https://a/> { ?s ?p ?o } }", "no network"),
        ("cypher", "MATCH (n RETURN n", "line 1"),
        ("cypher", "CREATE (n) RETURN n", "only statements that read"),
    ],
)
def test_a_question_that_is_not_answered_is_explained(verb: str, question: str, problem: str, ask: Run) -> None:
    answer = ask(verb, question)
    assert answer.code == 1
    assert problem in answer.err
    assert answer.out == ""


def test_cypher_answers_in_the_shape_of_the_query_api(ask: Run) -> None:
    statement = "MATCH (u:BuildingUnit {storeyNumber: $storey}) RETURN u.unitNumber AS unit ORDER BY unit"
    answer = ask("cypher", statement, "--parameters", json.dumps({"storey": 1}), "--json")
    assert answer.json == {"data": {"fields": ["unit"], "values": [["101"], ["102"]]}, "truncated": False}
    assert ask("cypher", statement, "--parameters", '{"storey": 3}').out.split() == ["unit", "301"]


@pytest.mark.parametrize("parameters", ["{", "[1]"])
def test_wrong_parameters_are_wrong_use(parameters: str, ask: Run) -> None:
    assert ask("cypher", "RETURN 1", "--parameters", parameters).code == 2


def test_linking_again_changes_nothing(ask: Run) -> None:
    answer = ask("link", "--json")
    assert answer.code == 0
    assert answer.json["transaction"] is None
    by = {(each["source"], each["evidence"]): each["records"] for each in answer.json["links"]}
    assert by["nl-3dbag", "code"] == 421


def test_verify_finds_everything_equal(ask: Run) -> None:
    answer = ask("verify", "--json")
    assert answer.code == 0
    assert answer.json == {"equal": True, "differences": []}


def test_verify_of_a_sample_is_enough_for_a_quick_look(ask: Run) -> None:
    assert ask("verify", "--sample", "50").code == 0


def test_verify_names_a_node_that_was_altered_by_hand(ask: Run, demo_workspace: Workspace) -> None:
    from kg.graph import managed

    unit = "MATCH (u:BuildingUnit {unitNumber: '301'}) SET u.use = $use"
    with managed(demo_workspace.graph) as driver:
        driver.execute_query(unit, use="altered")
        try:
            answer = ask("verify")
        finally:
            driver.execute_query(unit, use="教育")
    assert answer.code == 1
    assert "altered" in answer.out
    assert "value use" in answer.out
