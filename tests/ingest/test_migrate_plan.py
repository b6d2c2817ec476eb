"""What an edit of the ontology would do: foreseen exactly, and nothing written."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from ingest.migrate import Plan, plan_ontology
from ingest.migrate.tally import Effect
from kg.ontologies import workspace_texts
from ontology import OntologyError, OntologyText
from tests.ingest.harbour import MAPPING, TERMS, Harbour, removed


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Harbour:
    """One delivery; only its texts are edited, for a plan writes nothing."""
    made = Harbour(tmp_path_factory.mktemp("harbour") / "workspace")
    summary = made.hand_in()
    assert (summary.taken, summary.quarantined) == (5, 0)
    return made


@pytest.fixture(autouse=True)
def as_before(harbour: Harbour) -> Iterator[None]:
    yield
    harbour.write(TERMS)
    harbour.write_mapping(MAPPING)
    for path in (harbour.workspace.directory / "queries").glob("*"):
        path.unlink()


@pytest.fixture
def plan(harbour: Harbour) -> Callable[[str], Plan]:
    def made(terms: str) -> Plan:
        harbour.write(terms)
        before = harbour.state()
        try:
            return plan_ontology(harbour.workspace, harbour.ledger)
        finally:
            assert harbour.state() == before

    return made


def counts(effects: Iterable[Effect]) -> dict[tuple[str, str], int]:
    return {(effect.what, effect.term): effect.count for effect in effects}


def test_without_an_edit_nothing_would_happen(plan: Callable[[str], Plan]) -> None:
    same = plan(TERMS)
    assert same.base == same.version
    assert not any((same.terms, same.records, same.entities, same.types, same.misfits, same.graph, same.mappings))
    assert not same.needs_consent


def test_a_removed_class_puts_its_records_into_quarantine(plan: Callable[[str], Plan]) -> None:
    found = plan(removed("Crane", removed("moored")))
    assert counts(found.misfits) == {("class removed", "Crane"): 2}
    assert (found.quarantined, found.changed, found.needs_consent) == (2, 0, True)
    (sample, _) = found.misfits[0].samples
    assert sample == ("record/harbour/C1", "Crane")
    assert counts(found.entities) == {("is shown no more", "Crane"): 2}
    assert [(one.kind, one.before, one.after, one.count) for one in found.graph] == [
        ("label", "Crane", None, 2),
        ("relationship type", "MOORED", None, 2),
    ]
    assert counts(found.relations) == {("is withdrawn", "moored"): 2}
    assert [(one.file, one.term) for one in found.mappings] == [("harbour.yml", "https://res3d.example/ontology#Crane")]


def test_a_renamed_class_and_property_move_their_data(plan: Callable[[str], Plan]) -> None:
    terms = TERMS.replace(":Quay", ":Wharf").replace(":quayDepth", ":wharfDepth")
    found = plan(terms + ":Quay dcterms:isReplacedBy :Wharf .\n:quayDepth dcterms:isReplacedBy :wharfDepth .\n")
    assert counts(found.records) == {
        ("class moves to Wharf", "Quay"): 3,
        ("attribute moves to wharfDepth", "quayDepth"): 3,
    }
    assert counts(found.entities) == {("becomes Wharf", "Quay"): 3}
    assert (found.quarantined, found.changed) == (0, 3)
    (types,) = found.types
    assert (types.class_, types.gained, types.lost, types.count) == ("Quay", ("Wharf",), ("Quay",), 3)
    assert {(one.before, one.after, one.count) for one in found.graph} == {
        ("Quay", "Wharf", 3),
        ("quayDepth", "wharfDepth", 3),
    }


def test_a_removed_property_leaves_its_values_as_unmapped(plan: Callable[[str], Plan]) -> None:
    found = plan(removed("ships"))
    assert counts(found.records) == {("attribute moves to unmapped", "ships"): 2}
    assert (found.quarantined, found.changed) == (0, 2)


@pytest.mark.parametrize(
    ("before", "after", "term", "what", "keys"),
    [
        ("rdfs:range xsd:double", "rdfs:range xsd:integer", "quayDepth", "datatype xsd:integer", ["Q1"]),
        ('"stone" "wood"', '"stone"', "surface", "values", ["Q2", "C2"]),
        (':unit "m"', ':unit "cm"', "quayDepth", "values", ["Q1", "Q2", "Q3"]),
        (":ships a owl:Datatype", ":ships a owl:FunctionalProperty, owl:Datatype", "ships", "values", ["Q1"]),
        (':codeScheme "nl.bag"', ':codeScheme "cn.bdcdyh"', "berthNumber", "datatype xsd:string", ["Q1", "Q2"]),
    ],
)  # fmt: skip
def test_what_is_narrowed_counts_the_records_that_do_not_fit(
    plan: Callable[[str], Plan], before: str, after: str, term: str, what: str, keys: list[str]
) -> None:
    assert before in TERMS
    found = plan(TERMS.replace(before, after))
    assert counts(found.misfits) == {(what, term): len(keys)}
    assert sorted(name for name, _ in found.misfits[0].samples) == sorted(f"record/harbour/{key}" for key in keys)
    assert found.quarantined == len(keys)


def test_a_demanded_value_counts_the_records_without_it(plan: Callable[[str], Plan]) -> None:
    demand = "[ a owl:Restriction ; owl:onProperty :ships ; owl:minCardinality 1 ]"
    found = plan(TERMS + f":Quay rdfs:subClassOf {demand} .\n")
    assert counts(found.misfits) == {("values", "ships"): 1}
    assert found.misfits[0].samples == (("record/harbour/Q3", "Quay"),)


def test_a_narrowed_domain_leaves_values_of_other_classes_as_unmapped(plan: Callable[[str], Plan]) -> None:
    head, tail = TERMS.split(":surface a")
    found = plan(head + ":surface a" + tail.replace("rdfs:domain :Construction", "rdfs:domain :Quay", 1))
    assert counts(found.records) == {("attribute moves to unmapped", "surface"): 2}


def test_a_new_superclass_is_told_with_the_number_of_things(plan: Callable[[str], Plan]) -> None:
    terms = TERMS + ":Waterside a owl:Class ; rdfs:subClassOf :Construction .\n"
    found = plan(
        terms.replace(":Quay a owl:Class ; rdfs:subClassOf", ":Quay a owl:Class ; rdfs:subClassOf :Waterside,")
    )
    assert [(one.class_, one.gained, one.lost, one.count) for one in found.types] == [("Quay", ("Waterside",), (), 3)]
    assert not found.needs_consent


def test_an_unmapped_column_fills_a_new_property(harbour: Harbour, plan: Callable[[str], Plan]) -> None:
    harbour.write_mapping(MAPPING.replace("- [res:ships,", "- [res:colour, $(colour)]\n      - [res:ships,"))
    found = plan(TERMS + ":colour a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:range xsd:string .\n")
    assert counts(found.records) == {("value comes from an unmapped column", "colour"): 2}


def test_saved_queries_that_would_break_are_named(harbour: Harbour, plan: Callable[[str], Plan]) -> None:
    folder = harbour.workspace.directory / "queries"
    folder.mkdir(exist_ok=True)
    (folder / "ships.rq").write_text('# :quayDepth\nSELECT ?s { ?q a :Quay ;\n :ships ?s . FILTER(?s != ":ships") }')
    (folder / "ships.cypher").write_text("MATCH (q:Quay)\nWHERE q.ships = 'ships' RETURN q // q.ships")
    (folder / "fine.rq").write_text("SELECT ?q { ?q a :Quay }")
    found = plan(removed("ships"))
    assert [(one.file, one.term, one.line) for one in found.queries] == [
        ("ships.cypher", "ships", 2),
        ("ships.rq", "ships", 3),
    ]


def test_broken_texts_are_refused_with_their_place(plan: Callable[[str], Plan]) -> None:
    with pytest.raises(OntologyError, match=r"harbour\.ttl:\d+"):
        plan(":Quay a owl:Class ;; ]")


def test_terms_that_show_the_ledger_cannot_be_taken_away(harbour: Harbour) -> None:
    texts = tuple(
        OntologyText(one.name, one.text.replace(':ledgerColumn "entity.id"', ':ledgerColumn "entity.other"'))
        for one in workspace_texts(harbour.workspace)
    )
    with pytest.raises(OntologyError, match=r"entity\.id of the ledger"):
        plan_ontology(harbour.workspace, harbour.ledger, texts)


def test_rows_in_quarantine_that_would_fit_are_counted(tmp_path: Path) -> None:
    harbour = Harbour(tmp_path / "workspace")
    assert harbour.hand_in("number,kind,depth,surface,first,second,bag,at\nQ1,quay,8,brick,,,,\n").quarantined == 1
    harbour.edit(('"stone"', '"stone" "brick"'))
    found = plan_ontology(harbour.workspace, harbour.ledger)
    assert counts(found.retried) == {("comes in", "harbour"): 1}
