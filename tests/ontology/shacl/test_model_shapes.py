"""The packaged shapes on example files: good ones conform, each bad one breaks just what its first line names."""

from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

from ontology import OntologyText, packaged_texts
from ontology import vocabulary as v
from ontology.read import read
from ontology.shacl import Data, Shapes, read_shapes, validate

from .suite import Result, expected, ours, pyshacl_report, root

EXAMPLES = Path(__file__).parents[1] / "data" / "shapes"
GOOD, BAD = (sorted((EXAMPLES / kind).glob("*.ttl")) for kind in ("good", "bad"))


@cache
def packaged() -> tuple[Shapes, Graph]:
    """Our shapes as we read them, and all packaged texts as rdflib does."""
    shapes, findings = read_shapes(read(packaged_texts()))
    assert not findings
    graph = Graph()
    for text in packaged_texts():
        graph.parse(data=text.text, format="turtle", publicID=v.BASE)
    return shapes, graph


@cache
def class_tree() -> str:
    """All statements that a class is below another, as N-Triples."""
    said = read(packaged_texts())
    pairs = ((class_, above) for class_ in said.by_subject for above in said.nodes(class_, v.SUBCLASS_OF))
    return "\n".join(f"<{a}> <{v.SUBCLASS_OF}> <{b}> ." for a, b in pairs if "_:" not in a + b)


def both(file: Path) -> tuple[list[Result], list[Result]]:
    """Our results and pySHACL's on one file."""
    shapes, graph = packaged()
    turtle = file.read_text(encoding="utf-8") + class_tree()
    ours_found = [ours(row, shapes) for row in validate(shapes, Data.of_text(turtle)).iter_rows(named=True)]
    report = pyshacl_report(Graph().parse(data=turtle, format="turtle"), graph)
    said = read([OntologyText("report", report)])
    return sorted(ours_found), sorted(expected(said, root(said)).elements())


def test_there_are_examples() -> None:
    assert len(GOOD) == 6
    assert len(BAD) == 29
    assert all(ox.parse(path=str(file)) for file in (*GOOD, *BAD))


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.stem)
def test_good_ones_conform(file: Path) -> None:
    assert both(file) == ([], [])


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_bad_ones_break_what_they_name(file: Path) -> None:
    shape, component = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# breaks ").split()
    found, by_pyshacl = both(file)
    assert [(result[5].removeprefix(v.BASE), result[3]) for result in found] == [(shape, component)]
    assert found == by_pyshacl
