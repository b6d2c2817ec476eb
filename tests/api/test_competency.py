"""The twenty competency questions, each in SPARQL and in Cypher, against real views of the registration county."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from api.cli.answers import sparql_rows
from api.cli.common import Opened, opened_workspace
from api.cli.query import ask_graph, ask_rdf
from kg.rdf.query import Query
from kg.workspace import Workspace
from tests.competency_answers import ANSWERS, LATER, Row

QUESTIONS = Path(str(files("kg"))) / "questions"


@pytest.fixture(scope="module")
def opened(demo_workspace: Workspace) -> Iterator[Opened]:
    with opened_workspace(demo_workspace.directory) as found:
        yield found


def question(number: int, language: str) -> str:
    (path,) = QUESTIONS.glob(f"{number:02d}-*.{language}")
    return path.read_text(encoding="utf-8")


def like(row: list[object]) -> Row:
    """A row with numbers as numbers and empty cells as None, whichever view it comes from."""
    return tuple(None if value == "" else _number(value) for value in row)


def _number(value: object) -> object:
    if isinstance(value, int | float) or (isinstance(value, str) and re.fullmatch(r"-?\d{1,6}(\.\d+)?", value)):
        return float(value)
    return value


def same(found: list[list[object]], expected: list[Row]) -> None:
    assert sorted(map(repr, map(like, found))) == sorted(repr(like(list(row))) for row in expected)


def test_there_are_twenty_questions_in_both_languages() -> None:
    names = {path.stem for path in QUESTIONS.glob("*.rq")}
    assert names == {path.stem for path in QUESTIONS.glob("*.cypher")}
    assert {int(name[:2]) for name in names} == set(ANSWERS) == set(range(1, 21))


@pytest.mark.parametrize("number", sorted(ANSWERS))
def test_sparql_gives_the_expected_answer(opened: Opened, number: int) -> None:
    asked = Query(
        question(number, "rq"), format_name="json", inference=True, prefixes=opened.schema.prefixes, seconds=30
    )
    _, rows = sparql_rows(json.loads(ask_rdf(opened, asked)))
    same([list(row) for row in rows], ANSWERS[number])


@pytest.mark.parametrize("number", sorted(ANSWERS))
def test_cypher_gives_the_expected_answer(opened: Opened, number: int) -> None:
    answer = ask_graph(opened, question(number, "cypher"), {}, 30)
    width = len(answer.fields)
    assert width == len(ANSWERS[number][0]) or number in LATER
    same([list[object](row) for row in answer.values], [row[:width] for row in ANSWERS[number]])
