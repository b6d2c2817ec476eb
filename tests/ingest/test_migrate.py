"""An edit of the ontology is made with all data that has to follow; nothing is lost on the way, all can be undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.migrate import EditApplied, EditRefused, OntologyMoved, SumsDisagree, apply_edit, plan_ontology, undo_edit
from ingest.migrate import follow as follow_module
from kg.facts import all_facts
from kg.ledger import broken_rows
from kg.ledger import tables as t
from kg.ontologies import UnknownVersion, ontology_versions, schema_in_force
from tests.ingest.harbour import MAPPING, TERMS, Harbour, removed

WHARF = (
    TERMS.replace(":Quay", ":Wharf").replace(":quayDepth", ":wharfDepth").replace(":moored", ":madeFastTo")
    + ":Quay dcterms:isReplacedBy :Wharf .\n:quayDepth dcterms:isReplacedBy :wharfDepth .\n"
    + ":moored dcterms:isReplacedBy :madeFastTo .\n"
)
HEADING = "number,kind,depth,surface,first,second,bag,at\n"
SAID = ("key", "class", "attributes", "unmapped")


@pytest.fixture
def harbour(tmp_path: Path) -> Iterator[Harbour]:
    made = Harbour(tmp_path / "workspace")
    assert made.hand_in().taken == 5
    yield made
    assert list(broken_rows(made.ledger)) == []


def applied(harbour: Harbour, terms: str, *, accept_loss: bool = True) -> EditApplied:
    """The terms put into force; what the plan said has to come true."""
    harbour.write(terms)
    plan = plan_ontology(harbour.workspace, harbour.ledger)
    done = apply_edit(harbour.workspace, harbour.ledger, reason="edit", base=plan.base, accept_loss=accept_loss)
    assert (done.moved.changed, done.moved.quarantined) == (plan.changed, plan.quarantined)
    assert done.moved.returned + done.moved.retried == sum(effect.count for effect in plan.retried)
    assert done.moved.vanished == sum(one.count for one in plan.entities if one.what == "is shown no more")
    assert_views_can_be_made(harbour)
    return done


def undone(harbour: Harbour, version: str | None = None) -> EditApplied:
    done = undo_edit(harbour.workspace, harbour.ledger, version, accept_loss=True)
    assert_views_can_be_made(harbour)
    return done


def assert_views_can_be_made(harbour: Harbour) -> None:
    """Every edge has both its nodes, and every name is one of the ontology."""
    schema = schema_in_force(harbour.ledger)
    facts = all_facts(harbour.ledger, schema).facts
    nodes = set(facts.nodes["key"])
    assert {*facts.edges["subject"], *facts.edges["object"]} <= nodes
    assert set(facts.edges["predicate"]) <= schema.properties.keys()
    assert {*facts.nodes["types"].explode(), *facts.nodes["inferred"].explode().drop_nulls()} <= schema.classes.keys()
    assert set(facts.values["property"]) <= schema.properties.keys()


def entities(harbour: Harbour) -> dict[object, object]:
    return harbour.pairs(t.entity, "id", "class")


def test_a_rename_moves_classes_attributes_codes_and_relations(harbour: Harbour) -> None:
    before, was = entities(harbour), harbour.rows(t.relation, ("subject", "object", "predicate"))
    done = applied(harbour, WHARF)
    assert (done.moved.changed, done.moved.quarantined) == (5, 0)
    assert {row[1] for row in harbour.rows(t.record, SAID)} == {"Wharf", "Crane"}
    (first,) = [row for row in harbour.rows(t.record, SAID) if row[0] == "Q1"]
    assert '"wharfDepth":8.5' in str(first[2])
    assert "quayDepth" not in str(first[2])
    assert entities(harbour) == {id_: "Wharf" if name == "Quay" else name for id_, name in before.items()}
    now = harbour.rows(t.relation, ("subject", "object", "predicate"))
    assert now == [(subject, object_, "madeFastTo") for subject, object_, _ in was]
    assert len(now) == 2


def test_an_undo_of_a_rename_gives_back_what_was(harbour: Harbour) -> None:
    before = [harbour.rows(table, columns) for table, columns in LOOK]
    applied(harbour, WHARF)
    undone(harbour)
    assert [harbour.rows(table, columns) for table, columns in LOOK] == before
    assert len(ontology_versions(harbour.ledger)) == 3


LOOK = (
    (t.record, (*SAID, "valid_from", "valid_to", "content_hash")),
    (t.entity, ("id", "class", "state")),
    (t.membership, ("source", "key", "entity")),
    (t.code, ("scheme", "value", "entity", "property", "state", "issuer")),
    (t.relation, ("subject", "predicate", "object", "origin")),
)


def test_a_removed_class_leaves_its_records_whole_in_quarantine_and_brings_them_back(harbour: Harbour) -> None:
    before = [harbour.rows(table, columns) for table, columns in LOOK]
    done = applied(
        harbour, removed("Quay", removed("quayDepth", removed("ships", removed("berthNumber", removed("moored")))))
    )
    assert (done.moved.quarantined, done.moved.vanished) == (3, 3)
    assert {row[0] for row in harbour.rows(t.record, ("key",))} == {"C1", "C2"}
    waiting = harbour.rows(t.quarantine, ("key", "reason", "detail", "state", "content"))
    assert [row[:4] for row in waiting] == [
        (key, "no_longer_fits", "the ontology has no class Quay", "open") for key in ("Q1", "Q2", "Q3")
    ]
    assert r"quayDepth\":8.5" in str(waiting[0][4])
    assert harbour.rows(t.relation, ("predicate",)) == []
    back = undone(harbour)
    assert (back.moved.returned, back.moved.quarantined) == (3, 0)
    assert [harbour.rows(table, columns) for table, columns in LOOK] == before
    assert {row[0] for row in harbour.rows(t.quarantine, ("state",))} == {"retried"}


DEMAND = ":Quay rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :ships ; owl:minCardinality 1 ] .\n"
DOMAIN = ":surface a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:domain :Construction"


@pytest.mark.parametrize(
    ("terms", "quarantined", "changed"),
    [
        (TERMS.replace('"stone" "wood"', '"stone"'), 2, 0),
        (TERMS.replace(':unit "m"', ':unit "cm"'), 3, 0),
        (TERMS.replace(":ships a owl:Datatype", ":ships a owl:FunctionalProperty, owl:Datatype"), 1, 1),
        (TERMS.replace(DOMAIN, DOMAIN.replace(":Construction", ":Quay")), 0, 2),
        (TERMS.replace(':codeScheme "nl.bag" ; ', ""), 0, 0),
        (TERMS.replace("rdfs:range xsd:double", "rdfs:range xsd:string"), 0, 3),
        (TERMS + DEMAND, 1, 0),
    ],
    ids=["allowed values", "unit", "one value", "domain", "no code", "datatype", "demanded"],
)
def test_an_undo_gives_back_what_was(harbour: Harbour, terms: str, quarantined: int, changed: int) -> None:
    before = [harbour.rows(table, columns) for table, columns in LOOK]
    done = applied(harbour, terms)
    assert (done.moved.quarantined, done.moved.changed) == (quarantined, changed)
    undone(harbour)
    assert [harbour.rows(table, columns) for table, columns in LOOK] == before


def test_relations_to_a_thing_that_left_wait_for_it(harbour: Harbour) -> None:
    before = harbour.rows(t.relation, ("subject", "object"))
    applied(harbour, TERMS.replace("rdfs:range xsd:double", "rdfs:range xsd:integer"))
    assert {row[0] for row in harbour.rows(t.quarantine, ("key",))} == {"Q1"}
    assert harbour.frame(t.relation)["object"].null_count() == 1
    undone(harbour)
    assert harbour.rows(t.relation, ("subject", "object")) == before


def test_a_removed_property_waits_as_unmapped_until_it_returns(harbour: Harbour) -> None:
    before = [harbour.rows(table, columns) for table, columns in LOOK]
    done = applied(harbour, removed("ships", removed("berthNumber")))
    assert (done.moved.changed, done.moved.quarantined) == (2, 0)
    (first,) = [row for row in harbour.rows(t.record, SAID) if row[0] == "Q1"]
    assert "ships" not in str(first[2])
    assert '"@ships":"[\\"Anna\\",\\"Berta\\"]"' in str(first[3])
    assert '"colour":"red"' in str(first[3])
    assert harbour.rows(t.code, ("value",)) == []
    undone(harbour)
    assert [harbour.rows(table, columns) for table, columns in LOOK] == before


def test_values_go_over_to_another_datatype(harbour: Harbour) -> None:
    done = applied(harbour, TERMS.replace("rdfs:range xsd:double", "rdfs:range xsd:string"))
    assert done.moved.quarantined == 0
    assert '"quayDepth":"8.5"' in str(harbour.rows(t.record, ("key", "attributes"))[2])
    undone(harbour)
    assert '"quayDepth":8.5' in str(harbour.rows(t.record, ("key", "attributes"))[2])


def test_one_value_becomes_a_list_where_several_are_allowed(harbour: Harbour) -> None:
    head, tail = TERMS.split(":surface a")
    several = head + ":surface a" + tail.replace(", owl:FunctionalProperty", "", 1)
    applied(harbour, several, accept_loss=False)
    assert '"surface":["steel"]' in str(harbour.rows(t.record, ("key", "attributes"))[0])
    undone(harbour)
    assert '"surface":"steel"' in str(harbour.rows(t.record, ("key", "attributes"))[0])


def test_a_new_property_takes_its_value_from_an_unmapped_column(harbour: Harbour) -> None:
    harbour.write_mapping(MAPPING.replace("- [res:ships,", "- [res:colour, $(colour)]\n      - [res:ships,"))
    colour = ":colour a owl:DatatypeProperty, owl:FunctionalProperty ; rdfs:range xsd:string .\n"
    applied(harbour, TERMS + colour, accept_loss=False)
    said = {row[0]: row for row in harbour.rows(t.record, SAID)}
    assert '"colour":"red"' in str(said["Q1"][2])
    assert "colour" not in str(said["Q1"][3])
    assert '"colour":"green"' in str(said["C1"][3])  # its rule does not read the column


def test_rows_in_quarantine_come_in_when_they_fit(harbour: Harbour) -> None:
    rows = HEADING + "Q7,quay,8,brick,,,,\nC7,crane,,brick,,,,Q7\nQ8,quay,8,glass,,,,\n"
    assert harbour.hand_in(rows, "more.csv").quarantined == 3
    done = applied(harbour, TERMS.replace('"stone"', '"stone" "brick"'), accept_loss=False)
    assert (done.moved.retried, done.moved.quarantined) == (2, 0)
    assert {row[0] for row in harbour.rows(t.record, ("key",))} >= {"Q7", "C7"}
    states = harbour.pairs(t.quarantine, "key", "state")
    assert states == {"Q7": "retried", "C7": "retried", "Q8": "open"}
    assert all(object_ is not None for _, object_ in harbour.rows(t.relation, ("subject", "object")))
    back = undone(harbour)
    assert (back.moved.quarantined, back.moved.retried) == (2, 0)


def test_a_row_that_came_corrected_since_is_not_taken_again(harbour: Harbour) -> None:
    assert harbour.hand_in(HEADING + "Q7,quay,8,brick,,,,\n", "more.csv").quarantined == 1
    assert harbour.hand_in(HEADING + "Q7,quay,8,stone,,,,\n", "corrected.csv").taken == 1
    assert applied(harbour, TERMS.replace('"stone"', '"stone" "brick"')).moved.retried == 0


def test_records_that_came_since_are_mapped_anew_by_an_undo(harbour: Harbour) -> None:
    applied(harbour, WHARF)
    harbour.write_mapping(
        MAPPING.replace("res:Quay", "res:Wharf")
        .replace("res:quayDepth", "res:wharfDepth")
        .replace("res:moored", "res:madeFastTo")
    )
    assert harbour.hand_in(HEADING + "W9,quay,7,stone,,,,\n", "new.csv").taken == 1
    undone(harbour)
    said = {row[0]: row for row in harbour.rows(t.record, SAID)}
    assert said["W9"][1:3] == ("Quay", '{"quayDepth":7,"surface":"stone"}')
    assert len(said) == 6


def test_an_undo_past_several_migrations_gives_back_what_was(harbour: Harbour) -> None:
    before = [harbour.rows(table, columns) for table, columns in LOOK]
    first = ontology_versions(harbour.ledger)[0].version
    applied(harbour, WHARF)
    applied(harbour, removed("ships", WHARF.replace("rdfs:range xsd:double", "rdfs:range xsd:integer")))
    undone(harbour, first[:8])
    assert [harbour.rows(table, columns) for table, columns in LOOK] == before


def test_a_record_corrected_and_delivered_again_keeps_its_entity(harbour: Harbour) -> None:
    before = harbour.pairs(t.membership, "key", "entity")
    applied(harbour, TERMS.replace("rdfs:range xsd:double", "rdfs:range xsd:integer"))
    rows = HEADING + "Q1,quay,8,stone,Anna,Berta,0503100000000001,\n"
    assert harbour.hand_in(rows, "corrected.csv").taken == 1
    assert harbour.pairs(t.membership, "key", "entity") == before
    assert len(entities(harbour)) == 5
    assert_views_can_be_made(harbour)
    assert undone(harbour).moved.returned == 0


def test_what_takes_something_away_needs_consent(harbour: Harbour) -> None:
    harbour.write(removed("Crane", removed("moored")))
    before = harbour.state()
    with pytest.raises(EditRefused, match=r"Crane \(class\) is no longer there.*--yes"):
        apply_edit(harbour.workspace, harbour.ledger, reason="edit")
    assert harbour.state() == before


def test_the_second_of_two_editors_is_told_which_version_came_in_between(harbour: Harbour) -> None:
    base = plan_ontology(harbour.workspace, harbour.ledger).base
    harbour.write(TERMS + ":Buoy a owl:Class ; rdfs:subClassOf :Construction .\n")
    first = apply_edit(harbour.workspace, harbour.ledger, reason="buoys", actor="Anna", base=base)
    harbour.write(TERMS + ":Mole a owl:Class ; rdfs:subClassOf :Construction .\n")
    before = harbour.state()
    with pytest.raises(OntologyMoved, match=rf"{first.schema.version[:12]} came into force at .* by Anna \(buoys\)"):
        apply_edit(harbour.workspace, harbour.ledger, reason="moles", actor="Berta", base=base, accept_loss=True)
    assert harbour.state() == before


def test_sums_that_disagree_are_never_committed(harbour: Harbour, monkeypatch: pytest.MonkeyPatch) -> None:
    harbour.write(removed("Crane", removed("moored")))
    before = harbour.state()
    monkeypatch.setattr(follow_module, "leave", lambda changes, gone, _: changes.supersede(t.record, gone["fid"]))
    with pytest.raises(SumsDisagree, match="0 rows in quarantine, expected 2"):
        apply_edit(harbour.workspace, harbour.ledger, reason="edit", accept_loss=True)
    assert harbour.state() == before


def test_an_unknown_version_lists_the_known_ones(harbour: Harbour) -> None:
    known = ontology_versions(harbour.ledger)[0].version[:12]
    with pytest.raises(UnknownVersion, match=rf"'ffff'; known are {known}"):
        undo_edit(harbour.workspace, harbour.ledger, "ffff")


def test_without_an_earlier_version_there_is_nothing_to_undo(harbour: Harbour) -> None:
    with pytest.raises(EditRefused, match="no earlier version"):
        undo_edit(harbour.workspace, harbour.ledger)
