"""Everything about one entity: attributes with their sources, relations from both ends, records, history, facts."""

import json

import polars as pl
import pytest
from sqlalchemy import select

from kg.facts import all_facts, facts_of
from kg.ledger import in_force
from kg.ledger import tables as t
from kg.resolve import Resolver
from kg.resolve.entity_view import EntityView
from kg.resolve.pointing import pointing_at
from kg.resolve.view import view_entity

from .conftest import TODAY
from .test_corrections import id_of
from .test_resolver import B1, P1, P2


def view(resolver: Resolver, code: str) -> EntityView:
    found = view_entity(resolver, id_of(resolver, code))
    assert found
    return found


def test_there_is_no_view_of_an_unknown_id(resolver: Resolver) -> None:
    assert view_entity(resolver, "R3NOSUCHENTITY0") is None


def test_an_attribute_that_several_records_state_has_all_of_them(resolver: Resolver) -> None:
    heights = [value for each in view(resolver, B1).attributes if each.term.unit == "m" for value in each.values]
    assert heights
    assert any(len(value.sources) == 3 for value in heights)


def test_a_losing_value_stays_reachable_behind_the_one_that_is_shown(own_resolver: Resolver) -> None:
    building = view(own_resolver, B1)
    term = next(each.term for each in building.attributes if each.term.unit == "m" and len(each.values[0].records) == 3)
    with own_resolver.ledger.writing("tester", "another height") as changes:
        r = t.record
        rows = changes.read(select(r).where(r.c.source == "cn-building-lod3", r.c.key == B1, in_force(r)))
        said = json.loads(rows["attributes"][0]) | {term.name: 11.5}
        changes.supersede(r, rows["fid"])
        changes.add(
            r, rows.drop("fid", "changeset", "superseded").with_columns(pl.lit(json.dumps(said)).alias("attributes"))
        )
    changed = view(own_resolver, B1)
    values = next(each.values for each in changed.attributes if each.term == term)
    assert [(value.value, value.is_shown) for value in values] == [("9", True), ("11.5", False)]
    assert values[1].sources == ("cn-building-lod3",)
    newest = changed.history[0]
    assert (newest.source, newest.is_first, newest.changed) == ("cn-building-lod3", False, (term.name,))
    assert (newest.actor, newest.reason) == ("tester", "another height")


def test_relations_are_read_from_both_ends_in_words_of_their_own(resolver: Resolver) -> None:
    relations = view(resolver, B1).relations
    outgoing = {relation.term.labels["en"] for relation in relations if relation.is_outgoing}
    incoming = {relation.term.labels["en"] for relation in relations if not relation.is_outgoing}
    assert "stands on" in outgoing
    assert "has part" in incoming
    storeys = [relation.other for relation in relations if not relation.is_outgoing]
    assert [storey.class_ for storey in storeys if storey] == ["Storey"] * 3


def test_a_relation_from_a_rule_has_its_evidence(resolver: Resolver) -> None:
    found = [relation for relation in view(resolver, B1).relations if relation.origin.startswith("rule/")]
    assert found
    assert all(relation.evidence for relation in found)


def test_records_come_with_geometry_evidence_and_confidence(resolver: Resolver) -> None:
    records = view(resolver, B1).records
    assert [record.dimension for record in records] == [2, 3, 3]
    assert {record.evidence["by"] for record in records} == {"first record", "code"}
    assert all(record.geometries and record.confidence > 0 for record in records)


def test_what_surrounds_a_thing_without_geometry_is_known(resolver: Resolver) -> None:
    unit = view(resolver, f"{B1}0001")
    assert not [geometry for record in unit.records for geometry in record.geometries]
    assert next(each.thing.class_ for each in unit.surroundings) == "Building"


@pytest.mark.parametrize("code", [B1, P1, P2, f"{B1}0002", "340123"])
def test_the_facts_of_an_entity_are_those_that_the_views_hold(resolver: Resolver, code: str) -> None:
    entity = id_of(resolver, code)
    own = facts_of(resolver.ledger, resolver.schema, [entity], today=TODAY)
    whole = all_facts(resolver.ledger, resolver.schema, today=TODAY).facts
    keys = own.nodes["key"].implode()
    for part, key in (("nodes", "key"), ("values", "key"), ("edges", "subject")):
        ours, theirs = getattr(own, part), getattr(whole, part).filter(pl.col(key).is_in(keys))
        missing = theirs.join(ours, on=[name for name in theirs.columns if theirs.schema[name] == pl.String],
                              how="anti", nulls_equal=True)  # fmt: skip
        assert missing.is_empty(), missing
        assert ours.height == theirs.height


def test_what_points_at_an_entity_is_current_only(resolver: Resolver) -> None:
    pointing = pointing_at(resolver, id_of(resolver, P2))
    assert pointing
    assert pointing_at(resolver, "R3NOSUCHENTITY0") == ()
