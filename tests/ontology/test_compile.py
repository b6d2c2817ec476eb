"""What the compiler makes of the constructs that a workspace may use."""

import random

import pytest

from ontology import Condition, OntologyError, OntologyText, Schema, compile_schema, packaged_texts

from .texts import PREFIXES, with_statements


def test_a_foreign_term_is_named_by_its_prefix(harbour: Schema) -> None:
    assert harbour.class_("harbour__Quay").iri == "https://harbour.example/terms/Quay"
    assert harbour.relationship_type("harbour__servedBy") == "HARBOUR__SERVED_BY"


def test_a_workspace_class_has_the_ancestors_of_our_class_above_it(harbour: Schema) -> None:
    quay = harbour.class_("harbour__ContainerQuay")
    assert quay.parents == ("harbour__Quay",)
    assert quay.ancestors[:3] == ("harbour__Quay", "Construction", "harbour__Wharf")
    assert "Entity" in quay.ancestors


def test_equivalent_classes_are_above_each_other_and_share_what_is_above(harbour: Schema) -> None:
    assert "harbour__Quay" in harbour.class_("harbour__Wharf").ancestors
    assert "harbour__Wharf" in harbour.class_("harbour__Quay").ancestors
    assert "Entity" in harbour.class_("harbour__Wharf").ancestors


def test_a_class_takes_rank_scale_and_geometry_from_the_nearest_ancestor_that_declares_them(harbour: Schema) -> None:
    quay = harbour.class_("harbour__ContainerQuay")
    assert quay.ladder == 45
    assert set(quay.scale_levels) == {"terrain", "city", "component"}
    assert set(quay.geometry_kinds) == {"point", "line", "polygon", "solid"}


def test_a_schema_is_compiled_once_for_the_same_texts_and_anew_for_any_other() -> None:
    texts = packaged_texts()
    first = compile_schema(texts)
    assert compile_schema(list(packaged_texts())) is first
    added = compile_schema([*texts, OntologyText("mine.ttl", PREFIXES + ":Quay a owl:Class .")])
    assert "Quay" in added.classes
    assert "Quay" not in compile_schema(texts).classes
    for _ in range(2):  # an error is no result to keep
        with pytest.raises(OntologyError, match=r"mine\.ttl:1"):
            compile_schema([*texts, OntologyText("mine.ttl", "no Turtle")])


def test_code_and_ledger_table_are_not_inherited(packaged: Schema) -> None:
    assert packaged.class_("RoofSurface").code is None
    assert packaged.class_("Building").ledger_table is None


def test_functional_means_at_most_one_and_a_restriction_of_the_only_domain_class_counts(harbour: Schema) -> None:
    berths = harbour.property_("harbour__berths")
    assert (berths.minimum, berths.maximum) == (1, 1)
    draught = harbour.property_("harbour__draught")
    assert (draught.minimum, draught.maximum) == (0, None)


def test_an_enumeration_of_literals_is_a_string_with_allowed_values(harbour: Schema) -> None:
    draught = harbour.property_("harbour__draught")
    assert (draught.datatype, draught.allowed) == ("xsd:string", ("deep", "shallow"))


def test_domain_and_range_are_the_classes_of_a_union_or_of_several_statements(harbour: Schema) -> None:
    assert set(harbour.property_("harbour__draught").domain) == {"harbour__Quay", "harbour__Crane"}
    assert harbour.property_("harbour__serves").range == ("harbour__Quay", "Building")


def test_a_property_with_a_code_scheme_is_a_code_of_what_it_says(harbour: Schema) -> None:
    code = harbour.property_("harbour__lloydsCode")
    assert (code.kind, code.code_scheme, code.code_subject) == ("code", "nl.bag", "record")
    assert harbour.property_("bagId").code_subject == "entity"


def test_chains_keep_their_order(packaged: Schema) -> None:
    assert set(packaged.property_("locatedIn").chains) == {
        ("standsOn", "locatedIn"),
        ("partOf", "locatedIn"),
        ("partOf", "standsOn"),
    }


def test_a_rule_holds_its_classes_measures_and_conditions(packaged: Schema) -> None:
    rule = packaged.spatial_rules["pipeline_passes_under_parcel"]
    assert (rule.subject, rule.predicate, rule.object, rule.relation) == (
        "Pipeline",
        "passesUnder",
        "Parcel",
        "intersects",
    )
    (condition,) = rule.subject_conditions
    assert (condition.property, set(condition.values), condition.excluded) == ("stratum", {"above", "surface"}, True)
    below = packaged.spatial_rules["underground_parcel_below_parcel"]
    assert below.subject_conditions == (Condition(property="stratum", values=("below",), excluded=False),)
    assert packaged.spatial_rules["building_stands_on_parcel"].minimum_share == 0.5
    assert packaged.spatial_rules["parcel_adjacent_to_parcel"].same_values == ("stratum",)


def test_a_link_rule_compares_across_sources_unless_it_says_otherwise() -> None:
    schema = with_statements(
        "my:one a :LinkRule ; :linkedClass :Parcel ; :minimumOverlap 0.9 ."
        "my:two a :LinkRule ; :linkedClass :Parcel ; :minimumOverlap 0.9 ; :acrossSources false ."
    )
    assert schema.link_rules["my__one"].across_sources
    assert not schema.link_rules["my__two"].across_sources


def test_a_workspace_may_add_a_property_to_our_own_namespace() -> None:
    schema = with_statements(":balconies a owl:DatatypeProperty ; rdfs:domain :Building ; rdfs:range xsd:integer .")
    assert schema.property_("balconies").domain == ("Building",)


def test_the_version_is_the_same_for_texts_in_any_order_and_layout(packaged: Schema) -> None:
    texts = list(packaged_texts())
    random.Random(7).shuffle(texts)
    spaced = [OntologyText(text.name, text.text.replace(" ;\n", "\n\n   ;\n")) for text in texts]
    assert compile_schema(spaced).version == packaged.version


def test_the_version_changes_with_one_statement(packaged: Schema) -> None:
    assert with_statements('my:Quay a owl:Class ; rdfs:label "quay"@en .').version != packaged.version


def test_an_ontology_that_says_nothing_is_an_empty_schema() -> None:
    schema = compile_schema([OntologyText("empty.ttl", PREFIXES)])
    assert (dict(schema.classes), dict(schema.properties)) == ({}, {})


@pytest.mark.parametrize("language", ["zh", "en"])
def test_labels_are_kept_by_language(packaged: Schema, language: str) -> None:
    assert packaged.class_("Parcel").labels[language] == {"zh": "宗地", "en": "parcel"}[language]
