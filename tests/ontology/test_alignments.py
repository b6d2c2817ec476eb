"""Alignments: our terms under their own labels, foreign terms in their namespace, tables and Turtle the same."""

from pathlib import Path

import pyoxigraph as ox
import pytest

import ontology.alignments
from ontology import OntologyText, Schema, packaged_texts
from ontology.alignments import PREDICATES, Alignment, as_turtle, packaged_alignments, read_table
from ontology.read import read
from ontology.reasoner import reasoning_findings
from ontology.terms import collect

FOLDER = Path(ontology.alignments.__file__).parent / "alignments"
TABLES = sorted(FOLDER.glob("*.sssom.tsv"))
OF_CLASSES = {"owl:equivalentClass", "rdfs:subClassOf"}
OF_PROPERTIES = {"owl:equivalentProperty", "rdfs:subPropertyOf"}


def test_ten_vocabularies_are_aligned() -> None:
    assert len({each.vocabulary for each in packaged_alignments()}) == 10


@pytest.mark.parametrize("each", packaged_alignments(), ids=lambda each: f"{each.subject_label}-{each.object_short}")
def test_a_line_names_a_term_of_ours_and_how_it_corresponds(each: Alignment, packaged: Schema) -> None:
    is_class = any(term.iri == each.subject for term in packaged.classes.values())
    term = packaged.class_(each.subject) if is_class else packaged.property_(each.subject)
    assert each.subject_label == term.labels["en"]
    assert each.predicate in PREDICATES
    assert each.predicate not in (OF_PROPERTIES if is_class else OF_CLASSES)
    assert 0.5 <= each.confidence <= 1
    assert not each.object.startswith("https://res3d.example/")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_turtle_file_says_what_the_table_says(table: Path) -> None:
    text = table.read_text(encoding="utf-8")
    turtle = table.with_name(table.name.removesuffix(".sssom.tsv") + ".ttl").read_text(encoding="utf-8")
    assert turtle == as_turtle(text), "run python -m ontology.alignments"
    lines = read_table(text)
    triples = {(quad.subject.value, quad.object.value) for quad in ox.parse(turtle, format=ox.RdfFormat.TURTLE)}
    assert triples == {(each.subject, each.object) for each in lines}


def reasoned(*more: str) -> list[str]:
    """What a reasoner finds in the model with all alignments and further statements."""
    files = [OntologyText(path.name, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.ttl"))]
    iris = {each.object for each in packaged_alignments() if each.predicate in OF_CLASSES}
    head = "@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix : <https://res3d.example/ontology#> .\n"
    foreign = "\n".join((*(f"<{iri}> a owl:Class ." for iri in sorted(iris)), *more))
    texts = (*packaged_texts(), *files, OntologyText("foreign.ttl", head + foreign))
    return [finding.term for finding in reasoning_findings(collect(read(texts)))]


def test_with_all_alignments_the_model_stays_free_of_contradictions() -> None:
    assert reasoned() == []


def test_a_wrong_alignment_would_be_found() -> None:
    sosa = "<http://www.w3.org/ns/sosa/Observation>"
    assert ":Observation" in reasoned(f"{sosa} owl:disjointWith :Entity .")


def test_a_prefix_that_the_head_does_not_declare_is_refused() -> None:
    table = TABLES[0].read_text(encoding="utf-8").replace("\tbag:", "\tbog:")
    with pytest.raises(ValueError, match=r"'bog:[A-Za-z]+' has no prefix of the table's curie_map"):
        read_table(table)
