"""Looking terms up in a compiled schema, and what holds in every one."""

import pytest

from ontology import Schema, UnknownTerm, upper_snake


@pytest.fixture(params=["packaged", "harbour"])
def schema(request: pytest.FixtureRequest) -> Schema:
    """Each schema of these tests in turn."""
    found: Schema = request.getfixturevalue(request.param)
    return found


def test_terms_are_found_by_name_and_by_iri(packaged: Schema) -> None:
    building = packaged.class_("Building")
    assert packaged.class_(building.iri) is building
    assert packaged.property_("https://res3d.example/ontology#partOf").name == "partOf"


@pytest.mark.parametrize(
    ("given", "near"),
    [("Bilding", "Building"), ("https://res3d.example/ontology#Parcell", "Parcel")],
)
def test_an_unknown_class_lists_the_names_that_look_like_it(packaged: Schema, given: str, near: str) -> None:
    with pytest.raises(UnknownTerm, match="did you mean") as raised:
        packaged.class_(given)
    assert raised.value.given == given
    assert raised.value.near[0] == near


def test_an_unknown_name_that_looks_like_none_lists_known_ones(packaged: Schema) -> None:
    with pytest.raises(UnknownTerm, match=r"has no property 'xqz'; known are aboveOf, address, .* and \d+ more"):
        packaged.property_("xqz")


def test_a_class_is_not_found_among_properties(packaged: Schema) -> None:
    with pytest.raises(UnknownTerm, match="no property 'Building'"):
        packaged.property_("Building")


def test_what_shows_a_ledger_table_or_column_is_found(packaged: Schema) -> None:
    assert packaged.with_ledger_table("lineage").name == "SuccessionEvent"
    assert packaged.with_ledger_column("record.key").name == "recordKey"
    with pytest.raises(UnknownTerm, match="ledger table 'recrod'; did you mean record"):
        packaged.with_ledger_table("recrod")
    with pytest.raises(UnknownTerm, match=r"ledger column 'record\.kay'; did you mean record\.key"):
        packaged.with_ledger_column("record.kay")


def test_a_column_of_every_table_is_found_for_each(packaged: Schema) -> None:
    assert packaged.with_ledger_column("record.valid_to") is packaged.with_ledger_column("entity.valid_to")


def test_subclasses_include_the_class_and_go_all_the_way_down(packaged: Schema) -> None:
    below = {"River", "SurfaceRiver", "Lake", "SeaArea", "Island", "Spring", "GlacierAndSnow"}
    assert packaged.subclasses("WaterBody") == {"WaterBody", *below}
    assert packaged.subclasses("Lake") == {"Lake"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("partOf", "PART_OF"),
        ("asWKT", "AS_WKT"),
        ("WKTText", "WKT_TEXT"),
        ("roofHeight70Percent", "ROOF_HEIGHT70_PERCENT"),
    ],
)
def test_relationship_types_are_upper_snake(name: str, expected: str) -> None:
    assert upper_snake(name) == expected


def test_names_are_keys_and_relationship_types_are_unique(schema: Schema) -> None:
    assert all(name == class_.name for name, class_ in schema.classes.items())
    assert all(name == property_.name for name, property_ in schema.properties.items())
    types = [schema.relationship_type(name) for name in schema.properties]
    assert len(types) == len(set(types)) > 0


def test_every_name_that_a_term_mentions_is_there(schema: Schema) -> None:
    for class_ in schema.classes.values():
        assert set(class_.parents) <= set(class_.ancestors) <= set(schema.classes)
    for property_ in schema.properties.values():
        assert {*property_.domain, *property_.range} <= set(schema.classes)
        steps = {step for chain in property_.chains for step in chain}
        assert {*property_.ancestors, *steps} <= set(schema.properties)


def test_no_class_is_its_own_ancestor_and_ancestors_are_closed(schema: Schema) -> None:
    for name, class_ in schema.classes.items():
        assert name not in class_.ancestors
        assert len(set(class_.ancestors)) == len(class_.ancestors)
        above = {higher for each in class_.ancestors for higher in schema.classes[each].ancestors}
        assert above <= {name, *class_.ancestors}


def test_an_inverse_points_back_and_swaps_domain_and_range(schema: Schema) -> None:
    assert schema.properties["partOf"].inverse == "hasPart"
    pairs = [(each, schema.properties[each.inverse]) for each in schema.properties.values() if each.inverse]
    for one, other in pairs:
        assert other.inverse == one.name
        assert one.transitive == other.transitive
        assert set(one.domain) == set(other.range) or not (one.domain and other.range)


def test_a_relation_has_no_datatype_and_everything_else_has_one(schema: Schema) -> None:
    for property_ in schema.properties.values():
        assert (property_.datatype is None) == (property_.kind == "relation")
        assert (property_.code_scheme is None) == (property_.kind != "code")


def test_no_transitive_relation_has_a_cardinality(schema: Schema) -> None:
    for property_ in schema.properties.values():
        if property_.transitive or property_.chains:
            assert (property_.minimum, property_.maximum) == (0, None)
